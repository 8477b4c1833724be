//! Dates as license files write them.

use jiff::civil::Date;

use super::options::DateOrder;

/// The last day of a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Expiry {
    /// The license ends on this day.
    On(Date),
    /// The license never ends.
    Never,
}

impl Expiry {
    /// Returns the day, if there is one.
    pub(crate) fn day(self) -> Option<Date> {
        match self {
            Self::On(day) => Some(day),
            Self::Never => None,
        }
    }
}

/// The reason why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFault {
    /// Day and month can be exchanged.
    Ambiguous,
    /// Not a date, or not one that exists.
    Invalid,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads the last day of a license. `permanent` and the year 0 mean never.
pub(crate) fn expiry(text: &str, order: Option<DateOrder>) -> Result<Expiry, DateFault> {
    if ["permanent", "0"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Ok(Expiry::Never);
    }
    let parts = parts(text).ok_or(DateFault::Invalid)?;
    let is_year_zero = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'0');
    let [first, _, last] = parts;
    if is_year_zero(last) && month(parts[1]).is_some() || is_year_zero(first) && first.len() == 4 {
        return Ok(Expiry::Never);
    }
    date(text, order).map(Expiry::On)
}

/// Reads a date: `31-dec-2026`, `2026-12-31`, or numbers in either order.
pub(crate) fn date(text: &str, order: Option<DateOrder>) -> Result<Date, DateFault> {
    let [first, middle, last] = parts(text).ok_or(DateFault::Invalid)?;
    if let Some(month) = month(middle) {
        return day_of(last, month, number(first)?);
    }
    if first.len() == 4 {
        return day_of(first, number(middle)?, number(last)?);
    }
    let (a, b) = (number(first)?, number(middle)?);
    let (day, month) = match order {
        _ if a == b => (a, b),
        _ if a > 12 => (a, b),
        _ if b > 12 => (b, a),
        Some(DateOrder::DayFirst) => (a, b),
        Some(DateOrder::MonthFirst) => (b, a),
        None => return Err(DateFault::Ambiguous),
    };
    day_of(last, month, day)
}

fn parts(text: &str) -> Option<[&str; 3]> {
    let separator = ['-', '/', '.'].into_iter().find(|c| text.contains(*c))?;
    let mut parts = text.split(separator);
    let all = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(all)
}

fn month(text: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(text))?;
    i8::try_from(at + 1).ok()
}

fn number(text: &str) -> Result<i8, DateFault> {
    let digits = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(DateFault::Invalid)
}

/// A year has four digits: two digits could mean more than one century.
fn day_of(year: &str, month: i8, day: i8) -> Result<Date, DateFault> {
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4).ok_or(DateFault::Invalid)?;
    Date::new(year, month, day).ok().filter(|_| year > 0).ok_or(DateFault::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn known_forms_are_read() {
        for text in ["31-dec-2026", "31-DEC-2026", "2026-12-31", "31/12/2026", "12-31-2026", "31.12.2026"] {
            assert_eq!(date(text, None), Ok(day(2026, 12, 31)), "{text}");
        }
        for text in ["permanent", "1-jan-0", "01-jan-0000", "1-jan-00", "0"] {
            assert_eq!(expiry(text, None), Ok(Expiry::Never), "{text}");
        }
    }

    #[test]
    fn ambiguous_date_needs_an_order() {
        assert_eq!(date("05-06-2021", None), Err(DateFault::Ambiguous));
        assert_eq!(date("05-06-2021", Some(DateOrder::DayFirst)), Ok(day(2021, 6, 5)));
        assert_eq!(date("05-06-2021", Some(DateOrder::MonthFirst)), Ok(day(2021, 5, 6)));
        assert_eq!(date("01-01-2021", None), Ok(day(2021, 1, 1)));
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in
            ["", "30-feb-2026", "31-dec-26", "1-1", "2026-1-1-1", "99-99-2026", "31-dez-2026", "2015-01-301"]
        {
            assert_eq!(date(text, None), Err(DateFault::Invalid), "{text}");
        }
    }
}
