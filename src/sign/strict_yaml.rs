//! A strict subset of YAML for the lists of a trust store: no aliases, tags, merges, repeated or unknown keys. Every
//! value is read as text, so that it has one spelling.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_yaml::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned, budget, options};

use keywright_verify::TrustError;
use keywright_yaml::{describe, first_tag};

use super::versions::{MAX_VERSION, POISONED};

/// Parses a list.
///
/// # Errors
/// Returns the first error, with its line and column.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, TrustError> {
    let options = options! {
        budget: budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: 8,
            max_documents: 1,
            max_nodes: 1_000_000,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        strict_booleans: true,
        with_snippet: false,
    };
    let read = serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (message, help) = describe(error.without_snippet());
        let place = error.location().map(|at| (at.line(), at.column()));
        let fault = TrustError { place, ..TrustError::new(message) };
        match help {
            Some(help) => fault.help(help),
            None => fault,
        }
    })?;
    // Tags are searched only in text that is within the budget.
    match first_tag(text) {
        None => Ok(read),
        Some((tag, place)) => {
            let fault = TrustError::new(format!("the tag `{tag}` is not allowed"));
            Err(TrustError { place: Some(place), ..fault }.help("remove it: every value is read as text"))
        }
    }
}

/// Creates an error at the place of a value.
pub(super) fn fault(value: &Spanned<String>, message: impl Into<String>) -> TrustError {
    TrustError {
        place: Some((value.referenced.line(), value.referenced.column())),
        ..TrustError::new(message)
    }
}

/// Parses a date.
pub(super) fn day(value: &Spanned<String>) -> Result<Date, TrustError> {
    parse_day(&value.value)
        .ok_or_else(|| fault(value, format!("`{}` is not a date (YYYY-MM-DD)", value.value)))
}

/// Parses a date in its one spelling, `YYYY-MM-DD`.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// Parses a number from 1 in its one spelling.
pub(super) fn number(value: &Spanned<String>) -> Result<u64, TrustError> {
    value
        .value
        .parse::<u64>()
        .ok()
        .filter(|number| *number > 0 && number.to_string() == value.value)
        .ok_or_else(|| fault(value, format!("`{}` is not a whole number from 1", value.value)))
}

/// Parses the version of a list: a number from 1 to [`MAX_VERSION`].
pub(super) fn version(value: &Spanned<String>) -> Result<u64, TrustError> {
    let version = number(value)?;
    if version <= MAX_VERSION {
        return Ok(version);
    }
    let message = format!("version {version} is above the highest version, {MAX_VERSION}");
    Err(fault(value, message).help(POISONED))
}
