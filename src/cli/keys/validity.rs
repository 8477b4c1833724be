//! Options for the usage and the validity of a key, and its entry in a trust list.

use clap::ValueEnum;
use jiff::ToSpan as _;
use jiff::civil::Date;

use keywright_license::Name;
use keywright_verify::{KeyId, KeyState, TrustEntry, Usage};

use super::super::{CliError, parse_day};

/// Default validity of a key, in years.
const YEARS: i64 = 5;

/// The usage of a key and the days on which it may sign.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidityArgs {
    /// Licenses that the key may sign
    #[arg(long, value_enum, default_value_t = UsageArg::Production)]
    usage: UsageArg,
    /// First day on which the key may sign [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    not_before: Option<Date>,
    /// Last day on which the key may sign [default: five years later]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    not_after: Option<Date>,
}

impl ValidityArgs {
    pub(crate) fn usage(&self) -> Usage {
        match self.usage {
            UsageArg::Production => Usage::Production,
            UsageArg::Development => Usage::Development,
        }
    }

    /// Returns the first and the last day on which the key may sign.
    pub(crate) fn days(&self, today: Date) -> Result<(Date, Date), CliError> {
        let not_before = self.not_before.unwrap_or(today);
        let usual = || not_before.saturating_add(YEARS.years()).saturating_sub(1.day());
        let not_after = self.not_after.unwrap_or_else(usual);
        if not_after < not_before {
            return Err(CliError::usage(format!("invalid key validity: {not_after} is before {not_before}")));
        }
        Ok((not_before, not_after))
    }

    /// Returns the entry of a key in a trust list.
    pub(crate) fn entry(
        &self,
        vendor: &str,
        id: KeyId,
        state: KeyState,
        today: Date,
    ) -> Result<TrustEntry, CliError> {
        let (not_before, not_after) = self.days(today)?;
        Ok(TrustEntry {
            vendor: vendor.to_owned(),
            id,
            file: format!("{vendor}-{id}.pub.pem"),
            usage: self.usage(),
            not_before,
            not_after,
            state,
            lists: None,
            line: 0,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UsageArg {
    /// Licenses for customers
    Production,
    /// Trial licenses; never accepted in production
    Development,
}

/// Parses the name of a vendor.
pub(crate) fn parse_vendor(text: &str) -> Result<String, String> {
    let good = Name::is_valid(text);
    good.then(|| text.to_owned()).ok_or_else(|| "expected at most 64 letters, digits, `_` and `-`".to_owned())
}
