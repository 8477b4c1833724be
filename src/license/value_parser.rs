//! Parsing of values: from the text after `=` to a typed value, or to a problem with the expected form.
//!
//! Each value has one spelling: no signs, no leading zeros, dates only as `YYYY-MM-DD`.

use std::fmt::Display;

use rust_decimal::Decimal;

use keywright_syntax::diagnostic::{is_slip, nearest};
use keywright_syntax::limits::MAX_COUNT;
use keywright_syntax::source::{Span, Spanned};

use super::codes;
use super::dates;
use super::host_id::host_id_types;
use super::model::Dependency;
use super::problem::{Problem, RawValue, Read};
use super::value::{
    Count, Currency, Money, Name, Replaces, Reserved, Share, ShareSet, Version, split_host_id,
};

impl RawValue<'_> {
    fn spanned<T>(&self, value: T) -> Spanned<T> {
        Spanned::new(value, self.span)
    }

    fn excerpt(&self) -> String {
        keywright_syntax::excerpt(self.text)
    }

    fn is_not(&self, what: impl Display) -> String {
        format!("`{}` is not {what}", self.excerpt())
    }

    pub(super) fn name(&self) -> Read<Spanned<Name>> {
        parse_name(self.text).map(|name| self.spanned(name))
    }

    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Read<Spanned<T>> {
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == self.text) {
            return Ok(self.spanned(*value));
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let message = self.is_not(format_args!("a value of {}", self.directive));
        Err(choice_problem(message, self.text, &words))
    }

    pub(super) fn version(&self) -> Read<Version> {
        parse_version(self.text)
    }

    /// Parses an integer from `least` to `most`, without sign or leading zero.
    pub(super) fn number(&self, least: u32, most: u32) -> Read<Spanned<u32>> {
        parse_number(self.text, least, most).map(|number| self.spanned(number))
    }

    pub(super) fn small_number(&self, least: u16, most: u16) -> Read<u16> {
        let number = self.number(least.into(), most.into())?;
        u16::try_from(number.value)
            .map_err(|_| Problem::new(&codes::BAD_NUMBER, self.is_not("in range"), String::new()))
    }

    pub(super) fn count(&self) -> Read<Spanned<Count>> {
        if self.text == "UNLIMITED" {
            return Ok(self.spanned(Count::Unlimited));
        }
        let number = self.number(1, MAX_COUNT).map_err(|problem| match self.text {
            "0" => Problem {
                help: "COUNT must be at least 1; to grant no license, leave the block out".to_owned(),
                ..problem
            },
            _ => Problem { help: format!("{}, or UNLIMITED", problem.help), ..problem },
        })?;
        Ok(self.spanned(Count::Limited(number.value)))
    }

    pub(super) fn reserved(&self) -> Read<Spanned<Reserved>> {
        if self.text == "ALL" {
            return Ok(self.spanned(Reserved::All));
        }
        self.number(1, MAX_COUNT).map(|number| self.spanned(Reserved::Some(number.value)))
    }

    pub(super) fn date(&self) -> Read<Spanned<jiff::civil::Date>> {
        dates::parse(self.text).map(|date| self.spanned(date))
    }

    /// Accepts free text. Its characters are checked for all values in [`super::value_chars`].
    pub(super) fn text(&self) -> Read<()> {
        Ok(())
    }

    pub(super) fn dependency(&self) -> Read<Dependency> {
        let (feature, version, count) = parse_dependency(self.text)?;
        let span = self.part(feature.as_str(), "FEATURE=");
        Ok(Dependency { span: self.span, feature: Spanned::new(feature, span), version, count })
    }

    /// Returns the place of `text` after `prefix` in the raw value, or the whole value if it is wrapped in between.
    fn part(&self, text: &str, prefix: &str) -> Span {
        let at = if self.raw.starts_with(prefix) { Some(0) } else { self.raw.find(prefix) };
        let after = at.map(|at| at + prefix.len());
        let found = after.filter(|at| self.raw.get(*at..).is_some_and(|rest| rest.starts_with(text)));
        found.map_or(self.span, |at| {
            let start = self.span.start as usize + at;
            Span::new(start, start + text.len())
        })
    }

    pub(super) fn share(&self) -> Read<Spanned<ShareSet>> {
        if self.text.contains(',') {
            let joined: Vec<&str> = self.text.split(',').map(str::trim).collect();
            let joined = joined.join("|");
            return Err(Problem::new(
                &codes::SHARE_COMMA,
                "SHARE values are separated by commas",
                format!("join them with `|`: `{}`", keywright_syntax::excerpt(&joined)),
            )
            .intended(joined));
        }
        if self.text.contains(' ') {
            let joined = self.text.replace(' ', "");
            let help = format!("write `{}`", keywright_syntax::excerpt(&joined));
            return Err(Problem::new(&codes::BAD_CHOICE, "SHARE contains a space", help).intended(joined));
        }
        let mut set = ShareSet::default();
        for word in self.text.split('|') {
            let known = Share::ALL.iter().find(|(_, known)| *known == word);
            if word.is_empty() {
                let message = "missing SHARE value next to `|`";
                return Err(Problem::new(&codes::BAD_CHOICE, message, "join values with `|`: `HOST|USER`"));
            }
            let Some((share, _)) = known else {
                let words: Vec<&str> = Share::ALL.iter().map(|(_, word)| *word).collect();
                let message = format!("`{}` is not a value of SHARE", keywright_syntax::excerpt(word));
                let problem = choice_problem(message, word, &words);
                return Err(Problem { intended: None, ..problem });
            };
            if set.has(*share) {
                return Err(Problem::new(
                    &codes::BAD_CHOICE,
                    format!("duplicate `{word}` in SHARE"),
                    "remove one of them",
                ));
            }
            set.insert(*share);
        }
        Ok(self.spanned(set))
    }

    pub(super) fn time_zones(&self) -> Read<()> {
        if parse_time_zones(self.text).is_some() {
            return Ok(());
        }
        Err(Problem::new(
            &codes::BAD_VALUE,
            self.is_not("a list of time zones"),
            "write hours from GMT, -12 to 13, separated by commas: `-5,0,1`",
        ))
    }

    pub(super) fn replaces(&self) -> Read<Spanned<Replaces>> {
        if let Some(name) = self.text.strip_prefix("FEATURE=") {
            return parse_name(name).map(|name| self.spanned(Replaces::Feature(name)));
        }
        match self.text.strip_prefix("KEY=") {
            Some(key) if !key.is_empty() => Ok(self.spanned(Replaces::Key(key.to_owned()))),
            _ => Err(Problem::new(
                &codes::BAD_VALUE,
                self.is_not("a value of REPLACES"),
                "write `\"FEATURE=name\"` or `\"KEY=…\"`",
            )),
        }
    }

    pub(super) fn host_id(&self) -> Read<()> {
        if split_host_id(self.text).is_some() {
            return Ok(());
        }
        let problem = Problem::new(
            &codes::BAD_VALUE,
            self.is_not("a host id"),
            "write `\"TYPE=value\"` with the type in capitals: `\"ETHERNET=0050569E1A2B\"`",
        );
        let meant = self.text.split_once('=').map(|(kind, value)| (kind.to_ascii_uppercase(), value));
        Err(
            match meant
                .filter(|(kind, value)| !value.is_empty() && host_id_types().any(|known| known == kind))
            {
                Some((kind, value)) => problem.intended(format!("{kind}={value}")),
                None => problem,
            },
        )
    }

    pub(super) fn money(&self) -> Read<Spanned<Money>> {
        let read = self.text.split_once(' ').and_then(|(amount, currency)| {
            Some(Money { amount: parse_decimal(amount)?, currency: Currency::new(currency)? })
        });
        read.map(|money| self.spanned(money)).ok_or_else(|| {
            Problem::new(
                &codes::BAD_VALUE,
                self.is_not("an amount of money"),
                "write a plain decimal, a space and three capital letters: `\"1000.00 USD\"`",
            )
        })
    }

    pub(super) fn tier(&self) -> Read<(u64, Decimal)> {
        let read = self.text.strip_prefix("FROM=").and_then(|rest| {
            let (from, price) = rest.split_once(" PRICE=")?;
            let from = parse_number(from, 0, MAX_COUNT).ok()?;
            Some((u64::from(from), parse_decimal(price)?))
        });
        read.ok_or_else(|| {
            Problem::new(
                &codes::BAD_VALUE,
                self.is_not("a price tier"),
                "write `\"FROM=1000 PRICE=0.04\"`: a number of tokens, and the price of one token in the currency of PRICE",
            )
        })
    }
}

/// Parses hours from GMT, separated by commas.
pub(super) fn parse_time_zones(text: &str) -> Option<Vec<i8>> {
    let hours = |zone: &str| {
        let (sign, digits) = zone.strip_prefix('-').map_or((1, zone), |digits| (-1, digits));
        let hours = digits.parse::<i8>().ok().filter(|_| is_plain_integer(digits) && zone != "-0")? * sign;
        (-12..=13).contains(&hours).then_some(hours)
    };
    text.split(',').map(|zone| hours(zone.trim())).collect()
}

/// Returns true for digits without a leading zero.
fn is_plain_integer(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}

fn parse_decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) =
        text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = is_plain_integer(whole) && fraction.is_none_or(digits);
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

/// Parses a name.
pub(super) fn parse_name(text: &str) -> Read<Name> {
    if let Some(name) = Name::new(text) {
        return Ok(name);
    }
    let help = "a name consists of 1 to 64 letters, digits, `_` and `-`";
    let problem = |message: String| Problem::new(&codes::BAD_NAME, message, help);
    let shown = keywright_syntax::excerpt(text);
    let wrong = text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    Err(match wrong {
        _ if text.is_empty() => problem("empty name".to_owned()),
        Some(c) => problem(format!("the name `{shown}` contains {}", describe(c))),
        None => problem(format!("the name `{shown}` is too long: {} characters", text.len())),
    })
}

/// Returns a description of a character: the character if it is visible, otherwise its code point.
pub(super) fn describe(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        '\u{a0}' => "a no-break space".to_owned(),
        c if c.is_alphanumeric() || c.is_ascii_graphic() => format!("`{c}`"),
        c => format!("the character U+{:04X}", u32::from(c)),
    }
}

fn choice_problem(message: String, text: &str, words: &[&str]) -> Problem {
    match nearest(text, words.iter().copied()) {
        Some(word) => {
            let problem = Problem::new(&codes::BAD_CHOICE, message, format!("did you mean `{word}`?"));
            Problem { sure: is_slip(text, word), ..problem.intended(word) }
        }
        None => Problem::new(&codes::BAD_CHOICE, message, format!("write one of {}", words.join(", "))),
    }
}

pub(super) fn parse_number(text: &str, least: u32, most: u32) -> Read<u32> {
    let problem = |what: &str| {
        let help = if least == most {
            format!("write {least}")
        } else {
            format!("write an integer from {least} to {most}")
        };
        Problem::new(&codes::BAD_NUMBER, format!("`{}` {what}", keywright_syntax::excerpt(text)), help)
    };
    if !is_plain_integer(text) {
        let bare = text.trim_start_matches(['+', '0']);
        let intended = (is_plain_integer(bare) && bare.len() < text.len()).then(|| bare.to_owned());
        let found = problem("is not a valid integer");
        return Err(match intended.filter(|intended| parse_number(intended, least, most).is_ok()) {
            Some(intended) => {
                Problem { help: format!("write it without sign or leading zero: `{intended}`"), ..found }
                    .intended(intended)
            }
            None => found,
        });
    }
    text.parse::<u32>()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| problem("is out of range"))
}

/// Parses a version.
pub(super) fn parse_version(text: &str) -> Read<Version> {
    let part = |text: &str| text.parse::<u16>().ok().filter(|n| *n <= 9999 && is_plain_integer(text));
    let read = text
        .split_once('.')
        .and_then(|(major, minor)| Some(Version { major: part(major)?, minor: part(minor)? }));
    read.ok_or_else(|| {
        let help = "a version is `major.minor`, each 0 to 9999 without leading zeros";
        let problem = Problem::new(
            &codes::BAD_VERSION,
            format!("`{}` is not a version", keywright_syntax::excerpt(text)),
            help,
        );
        match meant_version(text) {
            Some(intended) => {
                Problem { help: format!("{help}: write `{intended}`"), ..problem }.intended(intended)
            }
            None => problem,
        }
    })
}

/// Returns the version meant by text without a minor part or with leading zeros.
fn meant_version(text: &str) -> Option<String> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten().filter(|n| *n <= 9999)
    };
    Some(format!("{}.{}", plain(major)?, plain(minor)?))
}

const DEPENDENCY_FORM: &str =
    "write `\"FEATURE=name VERSION=1.0 COUNT=1\"` with exactly these parts in this order";

fn dependency_problem(message: String) -> Problem {
    Problem::new(&codes::BAD_DEPENDENCY, message, DEPENDENCY_FORM)
}

/// Parses a dependency. A wrong separator explains any other problem.
fn parse_dependency(text: &str) -> Read<(Name, Version, u32)> {
    dependency_parts(text).map_err(|problem| {
        if text.contains(" =") || text.contains("= ") {
            dependency_problem("space next to `=` in the dependency".to_owned())
        } else if text.contains(',') {
            dependency_problem("dependency parts are separated by commas instead of spaces".to_owned())
        } else {
            problem
        }
    })
}

fn dependency_parts(text: &str) -> Read<(Name, Version, u32)> {
    let problem = dependency_problem;
    let mut parts = text.split(' ');
    let mut next = |name: &str| {
        let part = parts.next().ok_or_else(|| problem(format!("missing {name} in the dependency")))?;
        let value = part.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        value.ok_or_else(|| {
            problem(format!("expected {name} in the dependency, found `{}`", keywright_syntax::excerpt(part)))
        })
    };
    let feature = parse_name(next("FEATURE")?).map_err(|problem| problem.within("FEATURE="))?;
    let version = parse_version(next("VERSION")?).map_err(|problem| problem.within("VERSION="))?;
    let count = next("COUNT")?;
    if count == "UNLIMITED" {
        return Err(Problem {
            help: "a dependency has a fixed number: write COUNT=1 to 2147483647".to_owned(),
            ..problem("COUNT=UNLIMITED is not allowed in a dependency".to_owned()).within("COUNT=")
        });
    }
    let count = parse_number(count, 1, MAX_COUNT).map_err(|problem| problem.within("COUNT="))?;
    match parts.next() {
        None => Ok((feature, version, count)),
        Some(part) => Err(problem(format!("unexpected `{}` after COUNT", keywright_syntax::excerpt(part)))),
    }
}
