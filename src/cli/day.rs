//! Dates on the command line.

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
