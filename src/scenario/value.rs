//! Parsers for the values of scenario files: numbers, times, persons, reasons.
//!
//! A parser returns an error message and a help text; the caller adds the location.

use jiff::Span as TimeSpan;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use keywright_license::{Name, Version};
use keywright_resolve::Reason;
use keywright_syntax::diagnostic::nearest;

use super::model::{Level, Person, When};
use super::short_text::ShortText;

/// The error message and the help text.
pub(super) type Fault = (String, String);

/// Maximum number of requests of one step or row.
pub const MAX_TIMES: u64 = 1_000_000;

/// Maximum number of licenses in one request.
pub(super) const MAX_COUNT: u64 = 2_147_483_647;

/// Maximum time to borrow: ten years.
pub(super) const MAX_HOURS: u32 = 87_600;

fn fault(text: &str, what: &str, help: impl Into<String>) -> Fault {
    (format!("`{text}` is not {what}"), help.into())
}

/// Parses digits without sign or leading zero, as in license files.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

pub(super) fn number(text: &str) -> Result<u64, Fault> {
    digits(text).ok_or_else(|| fault(text, "a number", "write digits, without a sign or a leading zero"))
}

pub(super) fn positive(text: &str) -> Result<u64, Fault> {
    let found: Option<u64> = digits(text).filter(|n| (1..=MAX_COUNT).contains(n));
    found.ok_or_else(|| fault(text, "a count", format!("write a number from 1 to {MAX_COUNT}")))
}

pub(super) fn units(text: &str) -> Result<u64, Fault> {
    let found: Option<u64> = digits(text).filter(|n| (1..u64::MAX).contains(n));
    found.ok_or_else(|| fault(text, "a number of units", "write a number of 1 or more"))
}

pub(super) fn times(text: &str) -> Result<u64, Fault> {
    let found: Option<u64> = digits(text).filter(|n| (1..=MAX_TIMES).contains(n));
    found.ok_or_else(|| fault(text, "a number of times", format!("write a number from 1 to {MAX_TIMES}")))
}

pub(super) fn checkouts(text: &str) -> Result<u64, Fault> {
    let found: Option<u64> = digits(text).filter(|n| *n <= MAX_TIMES);
    found.ok_or_else(|| fault(text, "a number of checkouts", format!("write a number from 0 to {MAX_TIMES}")))
}

pub(super) fn hours(text: &str) -> Result<u32, Fault> {
    let found: Option<u32> = digits(text).filter(|n| (1..=MAX_HOURS).contains(n));
    found.ok_or_else(|| fault(text, "a number of hours", format!("write a number from 1 to {MAX_HOURS}")))
}

pub(super) fn change(text: &str) -> Result<i128, Fault> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let found = digits::<u64>(rest).filter(|n| sign > 0 || *n > 0);
    let found = found.map(|n| sign * i128::from(n));
    found.ok_or_else(|| fault(text, "a number", "write digits, with `-` in front for returned licenses"))
}

pub(super) fn level(text: &str) -> Result<Level, Fault> {
    if text == "unlimited" {
        return Ok(Level::Unlimited);
    }
    let found = digits(text).map(Level::Number);
    found.ok_or_else(|| fault(text, "a number of licenses", "write digits, or `unlimited`"))
}

/// Parses a number of tokens, or an amount of money such as `12.50 USD`.
pub(super) fn balance(text: &str) -> Result<Level, Fault> {
    let money = text.split_once(' ').and_then(|(amount, currency)| {
        keywright_license::Currency::new(currency.trim())?;
        amount.parse::<Decimal>().ok()
    });
    match money {
        Some(amount) => Ok(Level::Money(amount)),
        None => level(text).map_err(|(message, _)| {
            (message, "write digits, `unlimited`, or an amount such as `12.50 USD`".to_owned())
        }),
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(fault(text, "a boolean", "write `true` or `false`")),
    }
}

pub(super) fn feature(text: &str) -> Result<ShortText, Fault> {
    if Name::is_valid(text) {
        return Ok(text.into());
    }
    Err(fault(text, "a feature name", "use 1 to 64 of the characters `A-Z a-z 0-9 _ -`"))
}

/// Parses a free text: an id, a device or a custom string.
pub(super) fn free_text(text: &str) -> Result<ShortText, Fault> {
    if text.is_empty() || text.len() > 256 {
        return Err(("the text is empty or too long".to_owned(), "write 1 to 256 bytes".to_owned()));
    }
    Ok(text.into())
}

pub(super) fn version(text: &str) -> Result<Version, Fault> {
    let part = |text: &str| digits::<u16>(text).filter(|n| *n <= 9999);
    let found = text.split_once('.').and_then(|(major, minor)| {
        let (major, minor) = (part(major)?, part(minor)?);
        Some(Version { major, minor })
    });
    found.ok_or_else(|| fault(text, "a version", "write `major.minor`, such as `1.10`"))
}

/// Parses user and host, separated by the last `@`.
pub(super) fn person(text: &str) -> Result<Person, Fault> {
    let person = Person::new(text).filter(|_| text.len() <= 256);
    person.ok_or_else(|| fault(text, "a person", "write `user@host`, `user` or `@host`"))
}

pub(super) fn reason(text: &str) -> Result<Reason, Fault> {
    Reason::from_name(text).ok_or_else(|| {
        let words = Reason::ALL.map(|(_, word)| word);
        let help = match nearest(text, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", words.join(", ")),
        };
        fault(text, "a reason", help)
    })
}

const WHEN: &str = "write a date such as `2026-01-15`, or a date and time such as `2026-01-15 13:30` or `2026-01-15T13:30:00`";

/// Parses a date (meaning 00:00:00) or a date and time.
pub(super) fn moment(text: &str) -> Result<DateTime, Fault> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let shaped = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = day.parse::<Date>().ok().filter(|_| shaped);
    let found = match time {
        None => day.map(|day| day.at(0, 0, 0, 0)),
        Some(time) => day.and_then(|day| clock(day, time)),
    };
    found.ok_or_else(|| fault(text, "a date or a time", WHEN))
}

/// Parses `HH:MM` or `HH:MM:SS`.
fn clock(day: Date, text: &str) -> Option<DateTime> {
    let parts: Vec<&str> = text.split(':').collect();
    let two = |text: &&str| -> Option<i8> {
        let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { text.parse().ok() } else { None }
    };
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (two(hour)?, two(minute)?, 0),
        [hour, minute, second] => (two(hour)?, two(minute)?, two(second)?),
        _ => return None,
    };
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    Some(day.to_datetime(time))
}

/// Parses a date, a date and time, or a span such as `2 days`.
pub(super) fn when(text: &str) -> Result<When, Fault> {
    if let Some(span) = span(text) {
        return Ok(When::Later(span));
    }
    moment(text)
        .map(When::Moment)
        .map_err(|(message, _)| (message, format!("{WHEN}, or a span such as `2 days`")))
}

fn span(text: &str) -> Option<TimeSpan> {
    let (amount, unit) = text.split_once(' ')?;
    let amount: i64 = digits::<u32>(amount)?.into();
    let empty = TimeSpan::new();
    match unit.strip_suffix('s').unwrap_or(unit) {
        "second" => empty.try_seconds(amount).ok(),
        "minute" => empty.try_minutes(amount).ok(),
        "hour" => empty.try_hours(amount).ok(),
        "day" => empty.try_days(amount).ok(),
        "week" => empty.try_weeks(amount).ok(),
        "month" => empty.try_months(amount).ok(),
        "year" => empty.try_years(amount).ok(),
        _ => None,
    }
}
