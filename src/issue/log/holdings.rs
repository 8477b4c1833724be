//! The licenses that a customer has, from the log.

use jiff::civil::Date;

use keywright_license::{folded_customer, is_same_customer};
use keywright_verify::Payload;

use crate::error::Fault;
use crate::order_kind::OrderKind;

use super::Log;
use super::entry::{Issue, Record};
use super::queries::{IssueKey, read_issue};
use super::tables::OLDEST;

/// The last issue of one serial number of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The entries of the issue; at least one.
    pub records: Vec<Record>,
}

impl Holding {
    /// Returns the data of the issue.
    #[must_use]
    pub fn issue(&self) -> Option<&Issue> {
        self.records.first().map(|record| &record.issue)
    }

    /// Returns the serial number.
    #[must_use]
    pub fn sn(&self) -> &str {
        self.issue().map_or("", |issue| issue.sn.as_str())
    }

    /// Returns the kind of the order, if it stated one.
    #[must_use]
    pub fn kind(&self) -> Option<OrderKind> {
        self.issue().and_then(|issue| issue.kind.parse().ok())
    }

    /// Returns true if this license supersedes that of an ending block, or serves the same feature without a gap.
    #[must_use]
    pub fn continues(&self, ending: &Record) -> bool {
        let Some(issue) = self.issue() else { return false };
        let supersedes = self.kind().is_some_and(OrderKind::supersedes) && issue.of == ending.issue.sn;
        let next = ending.entry.ends.parse::<Date>().ok().and_then(|end| end.tomorrow().ok());
        let next = next.map_or_else(String::new, |next| next.to_string());
        let follows = |record: &Record| {
            let start = Payload::decode(&record.entry.payload)
                .and_then(|pairs| pairs.into_iter().find(|(name, _)| name == "START"))
                .map_or_else(String::new, |(_, start)| start);
            let is_later = record.entry.ends.is_empty() || record.entry.ends > ending.entry.ends;
            record.entry.feature == ending.entry.feature && is_later && start <= next
        };
        supersedes || self.records.iter().any(follows)
    }

    /// Returns the last day of the blocks that have an END, `YYYY-MM-DD`.
    #[must_use]
    pub fn last_end(&self) -> Option<&str> {
        self.records.iter().map(|record| record.entry.ends.as_str()).filter(|ends| !ends.is_empty()).max()
    }
}

/// The license that an order names with `of`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Referred {
    /// The order names none, or one of the customer's.
    #[default]
    Own,
    /// No license has this serial number.
    Unknown,
    /// The license is of this other customer.
    OtherCustomer(String),
}

/// The licenses that a customer had before an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    /// The last issue of each serial number, in the order of issue.
    pub holdings: Vec<Holding>,
    /// The license that the order names.
    pub referred: Referred,
}

impl Owned {
    /// Returns what a customer has if nothing was issued yet.
    #[must_use]
    pub fn without_log(of: Option<&str>) -> Self {
        let referred = if of.is_some() { Referred::Unknown } else { Referred::Own };
        Self { holdings: Vec::new(), referred }
    }
}

impl Log {
    /// Returns what a customer has, and the license that `of` names. Entries after `since` are ignored: they belong to the run itself.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn owned(&self, customer: &str, of: Option<&str>, since: Option<i64>) -> Result<Owned, Fault> {
        let holdings = self.holdings(customer, since)?;
        let referred = match of {
            Some(of) if !holdings.iter().any(|holding| holding.sn() == of) => {
                let after = |record: &Record| since.is_some_and(|since| record.first > since);
                match self.last_issue(IssueKey::Sn(of), after)?.unwrap_or_default().first() {
                    Some(record) => Referred::OtherCustomer(record.issue.customer.clone()),
                    None => Referred::Unknown,
                }
            }
            _ => Referred::Own,
        };
        Ok(Owned { holdings, referred })
    }

    /// Returns the last issue of each serial number of a customer, in the order of issue.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn holdings(&self, customer: &str, since: Option<i64>) -> Result<Vec<Holding>, Fault> {
        self.read_holdings(customer, since).map_err(|error| self.fault(&error))
    }

    fn read_holdings(&self, customer: &str, since: Option<i64>) -> rusqlite::Result<Vec<Holding>> {
        let since = since.unwrap_or(i64::MAX);
        // A log of version 3 has no folded names.
        let (column, key) = match self.version {
            OLDEST => ("customer", customer.into()),
            _ => ("customer_key", folded_customer(customer)),
        };
        let sql = format!(
            "SELECT first FROM issue AS one WHERE {column} = ?1 AND first <= ?2 AND first = \
             (SELECT max(first) FROM issue AS other WHERE other.sn = one.sn AND other.first <= ?2) ORDER BY first"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let firsts = statement.query_map(rusqlite::params![key, since], |row| row.get::<_, i64>(0))?;
        let firsts: Vec<i64> = firsts.collect::<rusqlite::Result<_>>()?;
        let mut holdings = Vec::with_capacity(firsts.len());
        for first in firsts {
            let records = read_issue(&self.connection, self.version, first)?;
            let is_own =
                records.first().is_some_and(|record| is_same_customer(&record.issue.customer, customer));
            if is_own {
                holdings.push(Holding { records });
            }
        }
        Ok(holdings)
    }
}
