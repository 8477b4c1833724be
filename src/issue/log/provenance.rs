//! Provenance of a block: whether it was issued unchanged, which later issue of its order replaced it, or which issued
//! block it was made from.

use std::collections::HashMap;

use crate::error::Fault;
use keywright_license::{Feature, License};
use keywright_verify::{Digest, KeyText, Payload, Trust};

use super::Log;
use super::entry::Record;
use super::queries::IssueKey;

/// A block to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    name: String,
    /// Number of earlier blocks with this name in its file.
    before: usize,
    digest: Digest,
    sn: Option<String>,
    signature: Option<[u8; 64]>,
}

impl Query {
    /// Returns the blocks of a license in file order.
    #[must_use]
    pub fn all_of(license: &License) -> Vec<Self> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut of = |feature: &Feature| {
            let name = license.source.slice(feature.name.span);
            let count = seen.entry(name).or_default();
            *count += 1;
            let key = license.value(feature, "KEY").and_then(|key| KeyText::parse(&key).ok());
            Self {
                name: feature.name.value.to_string(),
                before: *count - 1,
                digest: Payload::from_block(license, feature).digest(),
                sn: license.value(feature, "SN").map(std::borrow::Cow::into_owned),
                signature: key.map(|key| key.signature),
            }
        };
        license.features.iter().map(&mut of).collect()
    }
}

/// Log data about a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// Issued exactly like this.
    Issued(Box<Record>, Successor),
    /// Issued with other content.
    Changed(Box<Record>),
    /// Not in the log.
    Unknown,
}

/// Change of a block in a later issue of the same serial number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Successor {
    /// There is no later issue, or it contains the block unchanged.
    Same,
    /// Replaced by this block.
    Replaced(Box<Record>),
    /// Not in the issue with this number.
    Gone(i64),
}

/// Last entries by digest and by signature.
#[derive(Default)]
struct Found {
    digests: HashMap<Digest, Option<Record>>,
    signatures: HashMap<[u8; 64], Option<Record>>,
}

impl Found {
    fn new(wanted: &[Query]) -> Self {
        Self {
            digests: wanted.iter().map(|wanted| (wanted.digest, None)).collect(),
            signatures: wanted.iter().filter_map(|wanted| Some((wanted.signature?, None))).collect(),
        }
    }

    fn check(&mut self, known: &Record) {
        if let Some(found) = self.digests.get_mut(&known.entry.digest) {
            *found = Some(known.clone());
        }
        if let Some(found) = self.signatures.get_mut(&known.entry.signature) {
            *found = Some(known.clone());
        }
    }
}

impl Log {
    /// Looks up blocks while verifying the log, so that nothing is reported from changed rows or from a log whose head
    /// proves nothing.
    ///
    /// # Errors
    /// Returns an error if the log cannot be read, was changed, or cannot be verified.
    pub fn trace(&self, trust: &Trust, wanted: &[Query]) -> Result<Vec<Provenance>, Fault> {
        let mut found = Found::new(wanted);
        let error =
            |what: &str, fault: Fault| Fault { message: format!("{what}: {}", fault.message), ..fault };
        let checked = self.check(trust, None, |known| found.check(known));
        let checked = checked.map_err(|fault| error("the log was changed", fault))?;
        if let Some(doubt) = checked.doubt() {
            return Err(error("the log cannot be trusted", doubt));
        }
        self.check_schema().map_err(|fault| error("the log proves nothing", fault))?;
        let mut issues = Issues { log: self, known: HashMap::new() };
        wanted.iter().map(|wanted| self.trace_one(&found, wanted, &mut issues)).collect()
    }

    fn trace_one(&self, found: &Found, wanted: &Query, issues: &mut Issues<'_>) -> Result<Provenance, Fault> {
        if let Some(Some(known)) = found.digests.get(&wanted.digest) {
            return Ok(Provenance::Issued(Box::new(known.clone()), self.later(known, issues)?));
        }
        let by_key = wanted.signature.and_then(|signature| found.signatures.get(&signature)?.clone());
        let by_name = match (&by_key, &wanted.sn) {
            (None, Some(sn)) => nth(issues.last(sn)?, &wanted.name, wanted.before).cloned(),
            _ => None,
        };
        Ok(by_key.or(by_name).map_or(Provenance::Unknown, |known| Provenance::Changed(Box::new(known))))
    }

    /// DECISION: issues are compared as a whole. The last issue of the serial number counts, and in it the n-th block
    /// of a name replaces the n-th block of that name.
    fn later(&self, known: &Record, issues: &mut Issues<'_>) -> Result<Successor, Fault> {
        let last = issues.last(&known.issue.sn)?;
        let Some(number) = last.first().map(|entry| entry.first).filter(|number| *number != known.first)
        else {
            return Ok(Successor::Same);
        };
        let before = self.place_in_issue(known)?;
        Ok(match nth(last, &known.entry.feature, before) {
            None => Successor::Gone(number),
            Some(later) if later.entry.digest == known.entry.digest => Successor::Same,
            Some(later) => Successor::Replaced(Box::new(later.clone())),
        })
    }

    /// Returns the number of earlier blocks with the same name in the issue of an entry.
    fn place_in_issue(&self, known: &Record) -> Result<usize, Fault> {
        let issue = self.issue(known.first)?;
        let earlier = issue.iter().take_while(|entry| entry.seq < known.seq);
        Ok(earlier.filter(|entry| entry.entry.feature == known.entry.feature).count())
    }
}

/// The last issue of each serial number, read once.
struct Issues<'a> {
    log: &'a Log,
    known: HashMap<String, Vec<Record>>,
}

impl Issues<'_> {
    fn last(&mut self, sn: &str) -> Result<&[Record], Fault> {
        if !self.known.contains_key(sn) {
            let issue = self.log.last_issue(IssueKey::Sn(sn), |_| false)?.unwrap_or_default();
            self.known.insert(sn.to_owned(), issue);
        }
        Ok(self.known.get(sn).map(Vec::as_slice).unwrap_or_default())
    }
}

fn nth<'e>(issue: &'e [Record], name: &str, before: usize) -> Option<&'e Record> {
    issue.iter().filter(|entry| entry.entry.feature == name).nth(before)
}
