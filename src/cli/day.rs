//! Dates on the command line.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Parses a date on the command line: `YYYY-MM-DD`.
///
/// # Errors
/// Returns an error if it is not a valid date in this form.
pub fn parse_day(text: &str) -> Result<Date, String> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = text.parse::<Date>().ok().filter(|_| shaped);
    day.ok_or_else(|| "expected a date YYYY-MM-DD".to_owned())
}

/// Parses a number of days: `60d`.
pub(crate) fn parse_days(text: &str) -> Result<i32, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse().ok();
    days.filter(|days| (0..=36_500).contains(days))
        .ok_or_else(|| "expected a number of days: `60d`".to_owned())
}

/// Returns a day, and the day that is so many days later.
pub(crate) fn days_from(from: Date, days: i32) -> (Date, Date) {
    (from, from.saturating_add(days.days()))
}
