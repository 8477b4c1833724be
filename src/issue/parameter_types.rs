//! Parameter types: the value types of the license language, and pairs of them.

use keywright_license::{MAX_COUNT, Share, ValueError, check_value};

/// A parameter type.
#[derive(Debug)]
pub struct ValueType {
    /// Name in a template's head.
    pub word: &'static str,
    /// Expected form of a value, for messages.
    pub form: &'static str,
    /// True for number types, which can have a range.
    pub counts: bool,
    read: fn(&str) -> Result<Value, ValueError>,
}

/// A checked parameter value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(u32),
    /// Text written as is: names, versions, dates, text, money, UNLIMITED.
    Text(String),
    /// A name and a count.
    Cost(String, u32),
    /// A name and a version.
    Release(String, String),
    /// A number of tokens, and the price of each token above it.
    Tier(u32, String),
    /// Several values of one type.
    List(Vec<Self>),
}

impl Value {
    /// Returns the name that must be unique in a list, if the type has one.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Cost(name, _) | Self::Release(name, _) | Self::Text(name) => Some(name),
            Self::Number(_) | Self::Tier(..) | Self::List(_) => None,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Cost(name, count) => write!(f, "{name}:{count}"),
            Self::Release(name, version) => write!(f, "{name}:{version}"),
            Self::Tier(from, price) => write!(f, "{from}:{price}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                f.write_str(&items.join(", "))
            }
        }
    }
}

/// All types, in documentation order.
#[rustfmt::skip]
pub static TYPES: &[ValueType] = &[
    ValueType { word: "name", form: "1 to 64 letters, digits, `_` and `-`", counts: false, read: |text| as_text("SN", text) },
    ValueType { word: "count", form: "1 to 2147483647, or UNLIMITED", counts: true, read: parse_count },
    ValueType { word: "integer", form: "0 to 2147483647", counts: true, read: |text| parse_integer(text).map(Value::Number) },
    ValueType { word: "version", form: "major.minor", counts: false, read: |text| as_text("VERSION", text) },
    ValueType { word: "date", form: "YYYY-MM-DD", counts: false, read: |text| as_text("START", text) },
    ValueType { word: "text", form: "free text without `\"` and line breaks", counts: false, read: |text| as_text("LICENSEE", text) },
    ValueType { word: "money", form: "1000.00 USD", counts: false, read: |text| as_text("FUNDS", text) },
    ValueType { word: "period", form: "MONTH, QUARTER or YEAR", counts: false, read: |text| as_text("PERIOD", text) },
    ValueType { word: "share", form: "HOST, USER, CUSTOM, joined by |", counts: false, read: parse_share },
    ValueType { word: "host", form: "TYPE=value", counts: false, read: |text| as_text("HOSTID", text) },
    ValueType { word: "cost", form: "NAME:COUNT", counts: false, read: parse_cost },
    ValueType { word: "tier", form: "FROM:PRICE", counts: false, read: parse_tier },
    ValueType { word: "release", form: "NAME:VERSION", counts: false, read: parse_release },
];

impl ValueType {
    /// Returns the type with this name.
    #[must_use]
    pub fn named(word: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.word == word)
    }

    /// Parses one value.
    ///
    /// # Errors
    /// Returns an error if the text does not match the type.
    pub fn parse(&self, text: &str) -> Result<Value, ValueError> {
        (self.read)(text)
    }

    /// Parses several values, separated by commas. Names must be unique.
    ///
    /// # Errors
    /// Returns an error if a value does not match the type or a name is repeated.
    pub fn parse_list(&self, text: &str) -> Result<Value, ValueError> {
        let mut items: Vec<Value> = Vec::new();
        for part in text.split(',') {
            let item = self.parse(part.trim_matches(' '))?;
            if let Some(name) = item.name()
                && items.iter().any(|other| other.name() == Some(name))
            {
                let message = format!("duplicate `{name}` in the list");
                return Err(refusal(message, "remove one of them"));
            }
            if items.len() == MAX_ITEMS {
                let message = format!("the list has more than {MAX_ITEMS} items");
                return Err(refusal(message, "a block cannot have more dependencies"));
            }
            items.push(item);
        }
        Ok(Value::List(items))
    }
}

/// Maximum number of items in a list: the maximum number of dependencies of a block.
const MAX_ITEMS: usize = 512;

fn refusal(message: impl Into<String>, help: impl Into<String>) -> ValueError {
    ValueError { message: message.into(), help: help.into() }
}

fn as_text(directive: &str, text: &str) -> Result<Value, ValueError> {
    check_value(directive, text)?;
    Ok(Value::Text(text.to_owned()))
}

fn parse_count(text: &str) -> Result<Value, ValueError> {
    check_value("COUNT", text)?;
    Ok(text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number))
}

fn parse_integer(text: &str) -> Result<u32, ValueError> {
    if text == "0" {
        return Ok(0);
    }
    // Integers are spelled like every other number of the language.
    check_value("SOFTLIMIT", text)?;
    text.parse().map_err(|_| refusal("invalid number", format!("write 0 to {MAX_COUNT}")))
}

fn parse_share(text: &str) -> Result<Value, ValueError> {
    check_value("SHARE", text)?;
    let counts = |word: &str| {
        let found = Share::ALL.iter().find(|(_, known)| *known == word);
        found.is_some_and(|(share, _)| matches!(share, Share::Host | Share::User | Share::Custom))
    };
    if text.split('|').all(counts) {
        return Ok(Value::Text(text.to_owned()));
    }
    Err(refusal(
        format!("unsupported share `{text}`"),
        "write HOST, USER or CUSTOM, or several of them joined by `|`",
    ))
}

fn pair<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), ValueError> {
    let (name, rest) = text.split_once(':').ok_or_else(|| {
        let shown = keywright_syntax::excerpt(text);
        refusal(
            format!("`{shown}` is not of the form {form}"),
            format!("write {form}, or several separated by commas"),
        )
    })?;
    check_value("SN", name)?;
    Ok((name, rest))
}

fn parse_cost(text: &str) -> Result<Value, ValueError> {
    let (name, count) = pair(text, "NAME:COUNT")?;
    check_value("SOFTLIMIT", count)?;
    Ok(Value::Cost(name.to_owned(), parse_integer(count)?))
}

fn parse_release(text: &str) -> Result<Value, ValueError> {
    let (name, version) = pair(text, "NAME:VERSION")?;
    check_value("VERSION", version)?;
    Ok(Value::Release(name.to_owned(), version.to_owned()))
}

fn parse_tier(text: &str) -> Result<Value, ValueError> {
    let (from, price) = text.split_once(':').ok_or_else(|| {
        let shown = keywright_syntax::excerpt(text);
        refusal(
            format!("`{shown}` is not of the form FROM:PRICE"),
            "write a number of tokens, a colon, and a price: `10000:0.04`",
        )
    })?;
    check_value("TIER", &format!("FROM={from} PRICE={price}"))?;
    Ok(Value::Tier(parse_integer(from)?, price.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_types_accept_only_their_form() {
        for (word, good, bad) in [
            ("name", "MyDraw", "My Draw"),
            ("count", "UNLIMITED", "0"),
            ("integer", "0", "-1"),
            ("version", "1.10", "1"),
            ("date", "2026-01-15", "15.01.2026"),
            ("text", "ABC {Corp} #1", "ABC \"Corp\""),
            ("money", "1000.00 USD", "1000"),
            ("period", "MONTH", "WEEK"),
            ("share", "HOST|USER", "VIRTUAL"),
            ("host", "ETHERNET=00", "ETHERNET"),
            ("cost", "MyDraw:5", "MyDraw:0"),
            ("release", "Sketcher:2.0", "Sketcher"),
            ("tier", "10000:0.04", "10000:-1"),
        ] {
            let known = ValueType::named(word).unwrap();
            assert_eq!(known.parse(good).unwrap().to_string(), good);
            assert!(known.parse(bad).is_err(), "{word}: {bad}");
        }
    }

    #[test]
    fn lists_reject_duplicates() {
        let cost = ValueType::named("cost").unwrap();
        assert_eq!(cost.parse_list("A:1,B:2,  C:3").unwrap().to_string(), "A:1, B:2, C:3");
        assert_eq!(cost.parse_list("A:1,A:2").unwrap_err().message, "duplicate `A` in the list");
        assert!(cost.parse_list("A:1,").is_err());
    }
}
