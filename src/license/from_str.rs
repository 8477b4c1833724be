//! Parsing of values that are not in a license file, by the rules of the language.

use std::str::FromStr;

use keywright_syntax::source::Span;

use super::check_value::ValueError;
use super::problem::RawValue;
use super::value::{Count, Currency, Name, Version};
use super::value_parser::{parse_name, parse_version};

impl FromStr for Name {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(parse_name(text)?)
    }
}

impl FromStr for Version {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Ok(parse_version(text)?)
    }
}

impl FromStr for Count {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let value = RawValue { directive: "COUNT", text, raw: text, is_plain: false, span: Span::default() };
        Ok(value.count()?.value)
    }
}

impl FromStr for Currency {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::new(text).ok_or_else(|| ValueError {
            message: format!("`{}` is not a currency", keywright_syntax::excerpt(text)),
            help: "write three capital letters, as in ISO 4217".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_parse_what_they_display() {
        for text in ["a", "My_Draw-2"] {
            assert_eq!(text.parse::<Name>().unwrap().to_string(), text);
        }
        for text in ["1.0", "1.10", "9999.0"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), text);
        }
        for text in ["1", "2147483647", "UNLIMITED"] {
            assert_eq!(text.parse::<Count>().unwrap().to_string(), text);
        }
        assert_eq!("USD".parse::<Currency>().unwrap().to_string(), "USD");
    }

    #[test]
    fn text_outside_the_language_is_rejected_with_advice() {
        let refusals = [
            "a b".parse::<Name>().err(),
            "1".parse::<Version>().err(),
            "1.01".parse::<Version>().err(),
            "0".parse::<Count>().err(),
            "unlimited".parse::<Count>().err(),
            "usd".parse::<Currency>().err(),
        ];
        for refusal in refusals {
            let refusal = refusal.unwrap();
            assert!(!refusal.to_string().is_empty() && !refusal.help.is_empty(), "{refusal:?}");
        }
    }
}
