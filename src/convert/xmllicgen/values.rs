//! Values of settings: numbers, versions and days.

use jiff::civil::Date;
use keywright_license::Version;

use super::model::Setting;
use crate::dates::{DateFault, date};
use crate::draft::excerpt;
use crate::loss::{BAD_VALUE, DATE_ORDER, HOLD_UNIT, NUMBER_SPELLING, Report, TODAY};
use crate::options::{HoldUnit, Options};

/// Largest HOLD in minutes, by the older documentation. A larger value is in seconds.
const MOST_MINUTES: u32 = 1440;
/// Largest HOLD in seconds.
const MOST_SECONDS: u32 = 31_536_000;

/// Reads values, and reports those that cannot be read.
pub(crate) struct Values<'a> {
    pub(crate) options: &'a Options,
    pub(crate) report: &'a mut Report,
}

/// Returns a number without leading zeros; `None` if the text is not a number.
pub(crate) fn number(text: &str) -> Option<String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let kept = text.trim_start_matches('0');
    digits.then(|| if kept.is_empty() { "0".to_owned() } else { kept.to_owned() })
}

/// Reads a version: two numbers up to 9999.
pub(crate) fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    let part = |text: &str| number(text)?.parse().ok().filter(|part| *part <= 9999);
    Some(Version { major: part(major)?, minor: part(minor)? })
}

impl Values<'_> {
    fn bad(&mut self, setting: &Setting, what: &str) {
        let message = format!("{} `{}` is not {what}", setting.name, excerpt(&setting.value));
        self.report.add_found(&BAD_VALUE, setting.place, message);
    }

    /// Reads a number in a range.
    pub(crate) fn number(&mut self, setting: &Setting, least: u32, most: u32) -> Option<u32> {
        let digits = number(setting.value.trim());
        let read = digits.as_ref().and_then(|digits| digits.parse().ok());
        let read = read.filter(|read| (least..=most).contains(read));
        if read.is_none() {
            self.bad(setting, &format!("a number from {least} to {most}"));
        } else if digits.is_some_and(|digits| digits != setting.value.trim()) {
            let message = format!("{} is written `{}`", setting.name, excerpt(&setting.value));
            self.report.add_found(&NUMBER_SPELLING, setting.place, message);
        }
        read
    }

    /// Reads one part of a version.
    pub(crate) fn part(&mut self, setting: &Setting) -> Option<u16> {
        self.number(setting, 0, 9999).and_then(|part| u16::try_from(part).ok())
    }

    /// Reads a version of two parts.
    pub(crate) fn version(&mut self, setting: &Setting) -> Option<Version> {
        let read = version(setting.value.trim());
        match read {
            None => self.bad(setting, "a version: two numbers up to 9999"),
            Some(read) if read.to_string() != setting.value.trim() => {
                let message = format!("{} is written `{}`", setting.name, excerpt(&setting.value));
                self.report.add_found(&NUMBER_SPELLING, setting.place, message);
            }
            Some(_) => {}
        }
        read
    }

    /// Reads a day. TODAY is the day of the conversion.
    pub(crate) fn date(&mut self, setting: &Setting) -> Option<Date> {
        let text = setting.value.trim();
        if text.eq_ignore_ascii_case("TODAY") && setting.name == "ISSUED" {
            let at = self.options.at;
            let done = format!("ISSUED is {at}");
            self.report.add_with(&TODAY, setting.place, "ISSUED is the day of generation".to_owned(), done);
            return Some(at);
        }
        match date(text, self.options.dates) {
            Ok(day) => Some(day),
            Err(DateFault::Ambiguous) => {
                let message =
                    format!("{} `{}` can be read day first or month first", setting.name, excerpt(text));
                self.report.add_found(&DATE_ORDER, setting.place, message);
                Some(self.options.at)
            }
            Err(DateFault::Invalid) => {
                self.bad(setting, "a date: YYYY-MM-DD");
                None
            }
        }
    }

    /// Reads HOLD in seconds.
    pub(crate) fn hold(&mut self, setting: &Setting) -> Option<u32> {
        let hold = self.number(setting, 1, MOST_SECONDS)?;
        match self.options.hold_unit {
            _ if hold > MOST_MINUTES => Some(hold),
            Some(HoldUnit::Seconds) => Some(hold),
            Some(HoldUnit::Minutes) => Some(hold * 60),
            None => {
                let message = format!("HOLD `{hold}` can be seconds or minutes");
                self.report.add_found(&HOLD_UNIT, setting.place, message);
                Some(hold)
            }
        }
    }
}
