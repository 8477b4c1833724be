//! What a run of orders would do, written down before anything is signed, and the approvals of it.
//!
//! An approval is a signature of the plan's bytes. Whoever issues under approvals signs nothing that is not in the plan,
//! letter by letter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::license::Count;
use crate::sign::message::{Domain, message};
use crate::sign::{Digest, KeyId, KeyState, Payload, Signer, Trust, TrustedKey, Usage};

use super::fault::Fault;
use super::issue::Draft;
use super::log::{self, Difference, Log, Numbered, Whose};

/// A plan, as it is written to its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form.
    pub version: u32,
    /// VENDOR of the catalogue.
    pub vendor: String,
    /// The day of issue.
    pub day: String,
    /// What is planned for each order, in their order.
    pub orders: Vec<Planned>,
    /// What all orders come to.
    pub totals: Totals,
}

/// One order of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The serial number.
    pub sn: String,
    /// The customer.
    pub customer: String,
    /// The license file.
    pub file: String,
    /// Digest of the license text that will be signed.
    pub license: String,
    /// What becomes different from what the customer has; `new` where there is nothing.
    pub changes: Vec<String>,
}

/// The licenses of a plan: serial number and digest of the text.
#[derive(Debug, Clone, Default)]
pub struct PlannedLicenses(HashMap<String, Digest>);

impl PlannedLicenses {
    /// Whether exactly this license is planned.
    #[must_use]
    pub fn holds(&self, draft: &Draft) -> bool {
        let digest = Digest::of(draft.text().as_bytes());
        self.0.get(&draft.sn).is_some_and(|planned| *planned == digest)
    }
}

/// Sums over a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Orders.
    pub orders: usize,
    /// Blocks.
    pub blocks: usize,
    /// COUNT by feature, summed; UNLIMITED ones are counted apart.
    pub licenses: BTreeMap<String, u64>,
    /// Blocks with COUNT=UNLIMITED.
    pub unlimited: usize,
}

const VERSION: u32 = 1;

impl Plan {
    /// An empty plan.
    #[must_use]
    pub fn new(vendor: &str, day: Date) -> Self {
        let (vendor, day) = (vendor.to_owned(), day.to_string());
        Self { version: VERSION, vendor, day, orders: Vec::new(), totals: Totals::default() }
    }

    /// Adds a draft, compared with what the log has.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn add(&mut self, draft: &Draft, past: Past<'_>) -> Result<(), Fault> {
        let license = &draft.license;
        self.totals.orders += 1;
        self.totals.blocks += license.features.len();
        for feature in &license.features {
            match feature.count.map(|count| count.value) {
                Some(Count::Limited(count)) => {
                    let sum = self.totals.licenses.entry(feature.name.value.to_string()).or_default();
                    *sum = sum.saturating_add(u64::from(count));
                }
                Some(Count::Unlimited) => self.totals.unlimited += 1,
                None => {}
            }
        }
        self.orders.push(Planned {
            sn: draft.sn.clone(),
            customer: draft.customer.clone(),
            file: draft.file.clone(),
            license: Digest::of(draft.text().as_bytes()).to_string(),
            changes: changes(draft, past)?,
        });
        Ok(())
    }

    /// The licenses that are planned, to look drafts up in.
    #[must_use]
    pub fn licenses(&self) -> PlannedLicenses {
        let licenses = self
            .orders
            .iter()
            .filter_map(|planned| Some((planned.sn.clone(), Digest::parse(&planned.license)?)));
        PlannedLicenses(licenses.collect())
    }

    /// The text of the plan's file.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn text(&self) -> Result<String, Fault> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|error| Fault::new(format!("the plan cannot be written: {error}")))
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// When it is no plan of this version.
    pub fn read(file: &str, text: &str) -> Result<Self, Fault> {
        let plan: Self = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let at = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            Fault::new("it is no plan").file(file).at(at(line), at(column)).help(error.to_string())
        })?;
        if plan.version != VERSION {
            return Err(Fault::new(format!(
                "the plan has version {}, which this program does not know",
                plan.version
            ))
            .file(file));
        }
        Ok(plan)
    }
}

/// What a plan is compared with: the log, and where a run that goes on began in it. What that run issued itself is no
/// past.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past<'a> {
    /// The log, if there is one.
    pub log: Option<&'a Log>,
    /// The last entry before the run.
    pub since: Option<i64>,
}

impl Past<'_> {
    fn last_issue(self, of: Whose<'_>, draft: &Draft) -> Result<Option<Vec<Numbered>>, Fault> {
        let ours = |first: &Numbered| {
            self.since.is_some_and(|since| first.seq > since) && first.issue.order == draft.order
        };
        self.log.map_or(Ok(None), |log| log.last_issue(of, ours))
    }
}

/// What differs from what the customer has.
///
/// ◆ A customer has what was issued last under the serial number; where that is new, what the same customer got last
/// under another one.
fn changes(draft: &Draft, past: Past<'_>) -> Result<Vec<String>, Fault> {
    if let Some(before) = past.last_issue(Whose::Sn(&draft.sn), draft)? {
        return Ok(told(draft, &before, &[]));
    }
    let Some(before) = past.last_issue(Whose::Customer(&draft.customer), draft)? else {
        return Ok(vec!["new".to_owned()]);
    };
    let other = before.first().map_or_else(String::new, |first| first.issue.sn.clone());
    let mut changes = vec![format!("new serial number; beside {other} of the same customer:")];
    changes.extend(told(draft, &before, &["SN"]));
    Ok(changes)
}

/// The differences in words, but for some directives. What all blocks have in common is said once.
fn told(draft: &Draft, before: &[Numbered], but: &[&str]) -> Vec<String> {
    let license = &draft.license;
    let payloads: Vec<Payload> =
        license.features.iter().map(|feature| Payload::of(license, feature)).collect();
    let names = license.features.iter().map(|feature| feature.name.value.as_str());
    let after: Vec<(&str, &[u8])> = names.zip(payloads.iter().map(Payload::as_bytes)).collect();
    let before: Vec<(&str, &[u8])> =
        before.iter().map(|known| (known.entry.feature.as_str(), &*known.entry.payload)).collect();
    let mut told: Vec<String> = Vec::new();
    let mut changes: Vec<(String, String)> = Vec::new();
    for difference in log::differences(&before, &after) {
        match difference {
            Difference::New(name) => told.push(format!("{name} is new")),
            Difference::Gone(name) => told.push(format!("{name} is gone")),
            Difference::Both(name, all) => {
                let all = all.into_iter().filter(|change| !but.contains(&change.directive.as_str()));
                changes.extend(all.map(|change| (name.clone(), change.to_string())));
            }
        }
    }
    let everywhere = in_every_block(&changes, after.len());
    let of_one = changes.iter().filter(|(_, change)| !everywhere.contains(change));
    let of_one: Vec<String> = of_one.map(|(name, change)| format!("{name}: {change}")).collect();
    everywhere.into_iter().map(|change| format!("every block: {change}")).chain(of_one).chain(told).collect()
}

/// The changes that so many blocks, all there are, have in common.
fn in_every_block(changes: &[(String, String)], blocks: usize) -> BTreeSet<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, change) in changes {
        *counts.entry(change).or_default() += 1;
    }
    let common = counts.into_iter().filter(|(_, count)| blocks > 1 && *count == blocks);
    common.map(|(change, _)| change.to_owned()).collect()
}

impl Plan {
    /// The first thing in which this plan, which was approved, is not what its orders come to now.
    #[must_use]
    pub fn difference(&self, now: &Self) -> Option<String> {
        if (&self.vendor, &self.day) != (&now.vendor, &now.day) || self.orders.len() != now.orders.len() {
            return Some("the orders are not those of the approved plan".to_owned());
        }
        let of_orders =
            self.orders.iter().zip(&now.orders).find_map(|(planned, now)| planned.difference(now));
        let of_totals = || {
            (self.totals != now.totals)
                .then(|| "the totals of the plan are not those of its orders".to_owned())
        };
        of_orders.or_else(of_totals)
    }
}

impl Planned {
    fn difference(&self, now: &Self) -> Option<String> {
        let sn = &now.sn;
        if self.sn != *sn {
            return Some(format!("`{sn}` is not the order of the approved plan"));
        }
        if self.license != now.license {
            return Some(format!("the license of `{sn}` is not the one of the approved plan"));
        }
        if (&self.customer, &self.file) != (&now.customer, &now.file) {
            return Some(format!("the customer or the file of `{sn}` is not the one of the approved plan"));
        }
        (self.changes != now.changes)
            .then(|| format!("what changes for `{sn}` is not what the approved plan says"))
    }
}

/// An approval of a plan: who, and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    key: KeyId,
    signature: [u8; 64],
}

const HEAD: &str = "keywright-approval 1";

impl Approval {
    /// Approves the plan with these bytes.
    ///
    /// # Errors
    /// When the signer gives no good signature.
    pub fn of(plan: &[u8], signer: &dyn Signer, trusted: &TrustedKey) -> Result<Self, Fault> {
        let (key, digest) = (trusted.key.id(), Digest::of(plan));
        let signature = signer
            .sign(&message(Domain::Approval, key, &digest))
            .map_err(|failure| Fault::new(format!("the plan was not signed: {}", failure.0)))?;
        if trusted.key.verifies(Domain::Approval, &digest, &signature) {
            Ok(Self { key, signature })
        } else {
            Err(Fault::new("the signature of the plan does not verify; nothing was written"))
        }
    }

    /// The key that approved.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The text of its file.
    #[must_use]
    pub fn text(&self) -> String {
        let signature: String = self.signature.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{HEAD}\nkey {}\nsignature {signature}\n", self.key)
    }

    /// Reads an approval.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == HEAD).then_some(())?;
        let key = KeyId::parse(lines.next()?.strip_prefix("key ")?)?;
        // A signature is as long as a digest, and spelled the same.
        let signature = *Digest::parse(lines.next()?.strip_prefix("signature ")?)?.as_bytes();
        lines.next().is_none().then_some(Self { key, signature })
    }

    /// Whether a key that counts approved these bytes.
    fn is_good(&self, plan: &[u8], vendor: &str, trust: &Trust, usage: Usage, day: Date) -> bool {
        trust.get(self.key).is_some_and(|trusted| {
            cannot_count(trusted, vendor, day).is_none()
                && trusted.entry.usage == usage
                && trusted.key.verifies(Domain::Approval, &Digest::of(plan), &self.signature)
        })
    }
}

/// Why no approval by a key counts on a day, if so.
fn cannot_count(trusted: &TrustedKey, vendor: &str, day: Date) -> Option<String> {
    let (id, entry) = (trusted.key.id(), &trusted.entry);
    if entry.vendor != vendor {
        return Some(format!("the plan is of vendor `{vendor}`, key {id} of `{}`", entry.vendor));
    }
    if entry.state != KeyState::Active {
        return Some(format!("key {id} is {}: its approval does not count", entry.state));
    }
    (!trusted.is_valid_on(day))
        .then(|| format!("key {id} is not valid on {day}: its approval does not count"))
}

/// Why a key is of no use to approve a plan of a vendor, if so.
///
/// ◆ An approval counts only where a key of the same usage signs. So a development key approves only where the vendor
/// has no production key.
#[must_use]
pub fn refused_approver(trusted: &TrustedKey, vendor: &str, trust: &Trust, day: Date) -> Option<String> {
    let has_production = || {
        let mut keys = trust.keys().iter();
        keys.any(|key| key.entry.vendor == vendor && key.entry.usage == Usage::Production)
    };
    let is_trial = trusted.entry.usage == Usage::Development && has_production();
    cannot_count(trusted, vendor, day).or_else(|| {
        let id = trusted.key.id();
        is_trial.then(|| format!("key {id} is a development key: its approval does not count"))
    })
}

/// How many different keys approved a plan that a key of some usage is to sign: a key counts once, whatever it is called.
#[must_use]
pub fn approvals(
    plan: &[u8],
    vendor: &str,
    approvals: &[Approval],
    trust: &Trust,
    usage: Usage,
    day: Date,
) -> usize {
    let good = approvals.iter().filter(|approval| approval.is_good(plan, vendor, trust, usage, day));
    let keys: BTreeSet<[u8; 32]> =
        good.filter_map(|approval| trust.get(approval.key)).map(|trusted| *trusted.key.as_bytes()).collect();
    keys.len()
}
