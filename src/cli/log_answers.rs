//! The answer of the issue log about a file: issued or not, and the state of its licenses.
//!
//! DECISION: the answer does not change the result. A file that an upgrade replaced is valid; customers keep such files.

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_issue::log::{Holding, IssueKey, Log, Provenance, Record, Successor};
use keywright_issue::{LicenseState, OwnedLicense, license_states};
use keywright_license::folded_customer;
use keywright_report::file_answer::{FileAnswer, IssuedLicense, IssuedState};
use keywright_verify::{Reason, Revocations};

use super::CliError;
use super::issue::{failed, revoked};

/// Finds the state of licenses. The licenses of each customer are read once.
pub(super) struct Answers<'a> {
    pub(super) log: &'a Log,
    pub(super) revocations: &'a Revocations,
    pub(super) at: Date,
    /// The states by customer and serial number.
    known: HashMap<String, HashMap<String, IssuedState>>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(log: &'a Log, revocations: &'a Revocations, at: Date) -> Self {
        Self { log, revocations, at, known: HashMap::new() }
    }

    /// Returns the answer about a file with these blocks.
    pub(super) fn about(&mut self, blocks: &[Provenance]) -> Result<FileAnswer, CliError> {
        let mut answer = FileAnswer { blocks: blocks.len(), ..FileAnswer::default() };
        for block in blocks {
            let (known, later) = match block {
                Provenance::Unknown => {
                    answer.not_issued += 1;
                    continue;
                }
                Provenance::Changed(known) => {
                    answer.changed += 1;
                    (known, None)
                }
                Provenance::Issued(known, later) => (known, self.day_of(later)?),
            };
            let index = answer.licenses.iter().position(|license| license.sn == known.issue.sn);
            let corrected = later.map(IssuedState::Corrected);
            match (index.and_then(|at| answer.licenses.get_mut(at)), corrected) {
                (Some(license), Some(state)) => license.state = state,
                (Some(_), None) => {}
                (None, corrected) => {
                    let state = corrected.map_or_else(|| self.state(known), Ok)?;
                    let (sn, customer) = (known.issue.sn.clone(), known.issue.customer.clone());
                    answer.licenses.push(IssuedLicense { sn, customer, day: day(known), state });
                }
            }
        }
        Ok(answer)
    }

    /// Returns the state of the license of an entry.
    pub(super) fn of_entry(&mut self, known: &Record) -> Result<IssuedState, CliError> {
        let sn = IssueKey::Sn(&known.issue.sn);
        let last = self.log.last_issue(sn, |_| false).map_err(|fault| failed(&fault))?;
        let later = last.as_ref().and_then(|issue| issue.first()).filter(|last| last.first != known.first);
        match later {
            Some(later) => Ok(IssuedState::Corrected(day(later))),
            None => self.state(known),
        }
    }

    /// Returns the day of the later issue, if there is one.
    fn day_of(&self, later: &Successor) -> Result<Option<String>, CliError> {
        Ok(match later {
            Successor::Same => None,
            Successor::Replaced(later) => Some(day(later)),
            Successor::Gone(issue) => {
                let issue = self.log.issue(*issue).map_err(|fault| failed(&fault))?;
                issue.first().map(day)
            }
        })
    }

    fn state(&mut self, known: &Record) -> Result<IssuedState, CliError> {
        let customer = folded_customer(&known.issue.customer).into_owned();
        if !self.known.contains_key(&customer) {
            let states = self.states(&known.issue.customer)?;
            self.known.insert(customer.clone(), states);
        }
        let states = self.known.get(&customer);
        Ok(states.and_then(|states| states.get(&known.issue.sn)).cloned().unwrap_or(IssuedState::Current))
    }

    fn states(&self, customer: &str) -> Result<HashMap<String, IssuedState>, CliError> {
        let owned = self.log.owned(customer, None, None).map_err(|fault| failed(&fault))?;
        let revoked = |holding: &Holding| revoked(self.revocations, holding);
        let licenses = license_states(self.at, &owned, &revoked).map_err(|fault| failed(&fault))?;
        let day_of = |sn: &str| {
            let license = licenses.iter().find(|license| license.holding.sn() == sn);
            license.and_then(|license| license.holding.records.first()).map(day).unwrap_or_default()
        };
        let state = |license: &OwnedLicense<'_>| match &license.state {
            LicenseState::Ended => {
                IssuedState::Ended(license.holding.last_end().unwrap_or_default().to_owned())
            }
            LicenseState::ReplacedBy(sn) => IssuedState::Replaced(sn.clone(), day_of(sn)),
            LicenseState::RenewedBy(sn) => IssuedState::Renewed(sn.clone(), day_of(sn)),
            LicenseState::Revoked(reason) => IssuedState::Revoked(Reason::unknown(reason.clone())),
            _ => IssuedState::Current,
        };
        Ok(licenses.iter().map(|license| (license.holding.sn().to_owned(), state(license))).collect())
    }
}

/// Returns the day of issue of an entry.
fn day(record: &Record) -> String {
    record.issue.issued_at.get(..10).unwrap_or_default().to_owned()
}
