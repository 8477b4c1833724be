//! Dates: existing days as `YYYY-MM-DD`, and suggestions for other spellings.

use jiff::civil::Date;

use super::codes;
use super::problem::Problem;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Words for a missing end date in other license managers.
const FOR_EVER: [&str; 3] = ["permanent", "unlimited", "never"];

/// Parses a date from 0001-01-01 to 9999-12-31 that exists in the calendar.
pub(super) fn parse(text: &str) -> Result<Date, Problem> {
    iso(text).ok_or_else(|| problem(text))
}

fn iso(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() });
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    if !shaped {
        return None;
    }
    day(part(0, 4)?, part(5, 7)?, part(8, 10)?)
}

fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|_| year >= 1)
}

fn problem(text: &str) -> Problem {
    let shown = keywright_syntax::excerpt(text);
    let found = |message: String, help: String| Problem::new(&codes::BAD_DATE, message, help);
    let readings = readings(text);
    let message = format!("`{shown}` is not a date");
    match readings.as_slice() {
        [] if is_iso_shaped(text) => found(
            format!("invalid date `{shown}`"),
            "check the month and the number of days in it".to_owned(),
        ),
        [] if FOR_EVER.iter().any(|word| text.eq_ignore_ascii_case(word)) => {
            found(message, "omit it: a license without END never expires".to_owned())
        }
        [] => found(message, "write the date as YYYY-MM-DD".to_owned()),
        [only] => {
            let mut found = found(message, format!("dates are YYYY-MM-DD: write `{only}`"));
            found.intended = Some(only.to_string());
            found
        }
        several => {
            let shown: Vec<String> =
                several.iter().map(|date| format!("`{date}` ({})", spoken(*date))).collect();
            found(message, format!("dates are YYYY-MM-DD: write {}", shown.join(" or ")))
        }
    }
}

fn is_iso_shaped(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), [year, _, _] if year.len() == 4)
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

fn spoken(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
}

/// Returns the dates that another spelling can mean: year first or last, day or month first, any usual separator.
fn readings(text: &str) -> Vec<Date> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    if let [date, name, year] = parts.as_slice()
        && let Some(month) = month_named(name)
    {
        let number = |part: &str| part.parse::<i16>().ok();
        let read = number(year).filter(|_| year.len() == 4).zip(number(date));
        return read.and_then(|(year, date)| day(year, month, date)).into_iter().collect();
    }
    let numbers: Vec<i16> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let candidates = match (numbers.as_slice(), lengths.as_slice()) {
        ([year, month, date], [4, 1..=2, 1..=2]) => vec![day(*year, *month, *date)],
        ([first, second, year], [1..=2, 1..=2, 4]) => {
            vec![day(*year, *second, *first), day(*year, *first, *second)]
        }
        (_, [8]) => vec![compact(text)],
        _ => Vec::new(),
    };
    let mut days: Vec<Date> = candidates.into_iter().flatten().collect();
    days.dedup();
    days
}

/// Returns the number of a month from its English name or the first three letters of the name.
fn month_named(name: &str) -> Option<i16> {
    let is_named = |month: &&str| {
        name.eq_ignore_ascii_case(month)
            || month.get(..3).is_some_and(|short| name.eq_ignore_ascii_case(short))
    };
    (1..).zip(&MONTHS).find(|(_, month)| is_named(month)).map(|(number, _)| number)
}

fn compact(text: &str) -> Option<Date> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    day(part(0, 4)?, part(4, 6)?, part(6, 8)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_iso_dates_are_accepted() {
        for good in ["2026-01-15", "2024-02-29", "9999-12-31", "0001-01-01"] {
            assert_eq!(parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2025-02-29",
            "2026-1-15",
            "26-01-15",
            "2026-01-15 ",
            "",
            "2015-01-301",
            "+026-01-15",
            "0000-01-01",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn date_help_shows_every_interpretation() {
        let help = |text| parse(text).unwrap_err().help;
        assert_eq!(
            help("01-06-2021"),
            "dates are YYYY-MM-DD: write `2021-06-01` (1 June 2021) or `2021-01-06` (6 January 2021)"
        );
        assert_eq!(help("31-12-2021"), "dates are YYYY-MM-DD: write `2021-12-31`");
        assert_eq!(help("2021/6/1"), "dates are YYYY-MM-DD: write `2021-06-01`");
        assert_eq!(help("20210601"), "dates are YYYY-MM-DD: write `2021-06-01`");
        assert_eq!(help("2021-02-30"), "check the month and the number of days in it");
        assert_eq!(help("31-dec-2021"), "dates are YYYY-MM-DD: write `2021-12-31`");
        assert_eq!(help("1-June-2021"), "dates are YYYY-MM-DD: write `2021-06-01`");
        assert_eq!(help("31-jun-2021"), "write the date as YYYY-MM-DD");
        assert_eq!(help("31-dec-21"), "write the date as YYYY-MM-DD");
        assert_eq!(help("permanent"), "omit it: a license without END never expires");
        assert_eq!(help("soon"), "write the date as YYYY-MM-DD");
    }
}
