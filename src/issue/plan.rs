//! The plan of a run of orders, written before anything is signed, and its approvals.
//!
//! An approval is a signature over the plan's bytes. With `--approvals`, `issue` signs only licenses whose digests are
//! in the plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use keywright_license::{Kind, License};
use keywright_resolve::{self as resolve, BlockId, Model, UNLIMITED, Usable};
use keywright_sign::Signer;
use keywright_syntax::escape_json;
use keywright_verify::message::{Domain, message};
use keywright_verify::{Digest, KeyId, KeyState, Payload, Trust, TrustedKey, Usage};

use super::error::Fault;
use super::issue::Draft;
use super::life_cycle::EntitlementChange;
use super::log::{self, Difference, IssueKey, Log, Record};
use super::order_kind::OrderKind;

/// A plan, as written to its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the format.
    pub version: u32,
    /// VENDOR of the catalogue.
    pub vendor: String,
    /// Day of issue.
    pub day: String,
    /// One entry per order, in the same order.
    pub orders: Vec<Planned>,
    /// Totals over all orders.
    pub totals: Totals,
}

/// One order of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Serial number.
    pub sn: String,
    /// Customer name.
    pub customer: String,
    /// License file.
    pub file: String,
    /// Digest of the license text to be signed.
    pub license: String,
    /// Changes compared with the customer's current license; `new` if there is none.
    pub changes: Vec<String>,
    /// Kind of the order and the license that it refers to; empty if it states none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Changes of what the customer can use, with all the customer's licenses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<EntitlementChange>,
    /// Reason for accepting a loss.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub loss_reason: String,
}

/// The licenses of a plan: serial numbers and digests of the texts.
#[derive(Debug, Clone, Default)]
pub struct PlannedLicenses(HashMap<String, Digest>);

impl PlannedLicenses {
    /// Returns true if the plan contains exactly this license.
    #[must_use]
    pub fn contains(&self, draft: &Draft) -> bool {
        let digest = Digest::of(draft.text().as_bytes());
        self.0.get(&draft.sn).is_some_and(|planned| *planned == digest)
    }
}

/// Sums over a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Number of orders.
    pub orders: usize,
    /// Number of blocks.
    pub blocks: usize,
    /// Licenses that the orders grant, by feature, without features without a limit.
    pub licenses: BTreeMap<String, u64>,
    /// Number of features without a limit, in all orders.
    pub unlimited: usize,
}

const VERSION: u32 = 1;

/// Returns the usable total of each feature of a license that has licenses of its own, on `day` or on the first day of the
/// license.
fn sold(license: &License, day: Date) -> Result<Vec<(String, Usable)>, Fault> {
    let model = Model::compile([license]).map_err(|error| Fault::new(error.message))?;
    let starts = license.features.iter().map(|feature| feature.start.map_or(day, |start| start.value));
    let entitlements = resolve::Entitlements::on(&model, starts.min().map_or(day, |start| start.max(day)));
    let is_counted = |block: &BlockId| !matches!(model.kind(*block), Kind::Token | Kind::Local);
    let counted = entitlements.features().iter().filter(|feature| feature.blocks.iter().any(is_counted));
    Ok(counted.map(|one| (model.name_text(one.feature).to_owned(), one.usable)).collect())
}

impl Plan {
    /// Creates an empty plan.
    #[must_use]
    pub fn new(vendor: &str, day: Date) -> Self {
        let (vendor, day) = (vendor.to_owned(), day.to_string());
        Self { version: VERSION, vendor, day, orders: Vec::new(), totals: Totals::default() }
    }

    /// Adds a draft, compared with the log.
    ///
    /// # Errors
    /// Returns an error if the log cannot be read.
    pub fn add(&mut self, draft: &Draft, past: Baseline<'_>) -> Result<(), Fault> {
        let license = &draft.license;
        self.totals.orders += 1;
        self.totals.blocks += license.features.len();
        for (feature, usable) in sold(license, self.day.parse().unwrap_or_default())? {
            match usable {
                // An UPGRADE has no total without its base: the changes of the order show its effect.
                Usable::Exactly(0) if draft.kind == Some(OrderKind::Addon) => {}
                Usable::Unlimited | Usable::Devices(UNLIMITED) => self.totals.unlimited += 1,
                Usable::Exactly(count) | Usable::AtLeast(count) | Usable::Devices(count) => {
                    let sum = self.totals.licenses.entry(feature).or_default();
                    *sum = sum.saturating_add(count);
                }
                // Too many blocks to count; the plan still lists the order.
                Usable::Undetermined => {}
            }
        }
        self.orders.push(Planned {
            sn: draft.sn.clone(),
            customer: draft.customer.clone(),
            file: draft.file.clone(),
            license: Digest::of(draft.text().as_bytes()).to_string(),
            changes: changes(draft, past)?,
            kind: match (draft.kind, &draft.of) {
                (Some(kind), Some(of)) => format!("{kind} of {of}"),
                (Some(kind), None) => kind.to_string(),
                (None, _) => String::new(),
            },
            entitlements: draft.entitlements.clone(),
            loss_reason: draft.loss_reason.clone(),
        });
        Ok(())
    }

    /// Returns the planned licenses for looking up drafts.
    #[must_use]
    pub fn licenses(&self) -> PlannedLicenses {
        let licenses = self
            .orders
            .iter()
            .filter_map(|planned| Some((planned.sn.clone(), Digest::parse(&planned.license)?)));
        PlannedLicenses(licenses.collect())
    }

    /// Returns the text of the plan file.
    ///
    /// # Errors
    /// Returns an error if the plan cannot be serialized.
    pub fn text(&self) -> Result<String, Fault> {
        let text = serde_json::to_string_pretty(self).map(escape_json);
        text.map(|text| text + "\n").map_err(|error| Fault::new(format!("cannot write the plan: {error}")))
    }

    /// Parses a plan.
    ///
    /// # Errors
    /// Returns an error if the text is not a plan of this version.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let plan: Self = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let at = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            Fault::new("not a plan file").file(file).at(at(line), at(column)).help(error.to_string())
        })?;
        if plan.version != VERSION {
            return Err(Fault::new(format!("unsupported plan version {}", plan.version)).file(file));
        }
        Ok(plan)
    }
}

/// The log that a plan is compared with, without the entries of the resumed run itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Baseline<'a> {
    /// The log, if there is one.
    pub log: Option<&'a Log>,
    /// Number of the last entry before the run.
    pub since: Option<i64>,
}

impl Baseline<'_> {
    fn last_issue(self, of: IssueKey<'_>, draft: &Draft) -> Result<Option<Vec<Record>>, Fault> {
        let ours = |first: &Record| {
            self.since.is_some_and(|since| first.seq > since) && first.issue.order == draft.order
        };
        self.log.map_or(Ok(None), |log| log.last_issue(of, ours))
    }
}

/// Returns the differences from the customer's current license.
///
/// DECISION: the current license is the last issue of the serial number or, for a new serial number, the license that
/// the order refers to, else the last issue of the same customer.
fn changes(draft: &Draft, past: Baseline<'_>) -> Result<Vec<String>, Fault> {
    if let Some(before) = past.last_issue(IssueKey::Sn(&draft.sn), draft)? {
        return Ok(differences(draft, &before, &[]));
    }
    if let Some(of) = &draft.of {
        if draft.kind == Some(OrderKind::Addon) {
            return Ok(vec![format!("adds to {of}")]);
        }
        let before = past.last_issue(IssueKey::Sn(of), draft)?.unwrap_or_default();
        let mut changes = vec![format!("compared with {of}:")];
        changes.extend(differences(draft, &before, &["SN", "REPLACES"]));
        return Ok(changes);
    }
    let Some(before) = past.last_issue(IssueKey::Customer(&draft.customer), draft)? else {
        return Ok(vec!["new".to_owned()]);
    };
    let other = before.first().map_or_else(String::new, |first| first.issue.sn.clone());
    let mut changes = vec![format!("new serial number; compared with {other} of the same customer:")];
    changes.extend(differences(draft, &before, &["SN"]));
    Ok(changes)
}

/// Describes the differences, except in the directives of `but`. Changes common to all blocks are listed once.
fn differences(draft: &Draft, before: &[Record], but: &[&str]) -> Vec<String> {
    let license = &draft.license;
    let payloads: Vec<Payload> =
        license.features.iter().map(|feature| Payload::from_block(license, feature)).collect();
    let names = license.features.iter().map(|feature| feature.name.value.as_str());
    let after: Vec<(&str, &[u8])> = names.zip(payloads.iter().map(Payload::as_bytes)).collect();
    let before: Vec<(&str, &[u8])> =
        before.iter().map(|known| (known.entry.feature.as_str(), &*known.entry.payload)).collect();
    let mut added_or_removed: Vec<String> = Vec::new();
    let mut changes: Vec<(String, String)> = Vec::new();
    for difference in log::differences(&before, &after) {
        match difference {
            Difference::New(name) => added_or_removed.push(format!("{name} is new")),
            Difference::Gone(name) => added_or_removed.push(format!("{name} is removed")),
            Difference::Both(name, all) => {
                let all = all.into_iter().filter(|change| !but.contains(&change.directive.as_str()));
                changes.extend(all.map(|change| (name.clone(), change.to_string())));
            }
        }
    }
    let everywhere = in_every_block(&changes, after.len());
    let of_one = changes.iter().filter(|(_, change)| !everywhere.contains(change));
    let of_one: Vec<String> = of_one.map(|(name, change)| format!("{name}: {change}")).collect();
    everywhere
        .into_iter()
        .map(|change| format!("every block: {change}"))
        .chain(of_one)
        .chain(added_or_removed)
        .collect()
}

/// Returns the changes that occur in all of the `blocks` blocks.
fn in_every_block(changes: &[(String, String)], blocks: usize) -> BTreeSet<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, change) in changes {
        *counts.entry(change).or_default() += 1;
    }
    let common = counts.into_iter().filter(|(_, count)| blocks > 1 && *count == blocks);
    common.map(|(change, _)| change.to_owned()).collect()
}

impl Plan {
    /// Returns the first difference between this approved plan and the plan of the current inputs.
    #[must_use]
    pub fn difference(&self, now: &Self) -> Option<String> {
        if (&self.vendor, &self.day) != (&now.vendor, &now.day) || self.orders.len() != now.orders.len() {
            return Some("the orders differ from the approved plan".to_owned());
        }
        let of_orders =
            self.orders.iter().zip(&now.orders).find_map(|(planned, now)| planned.difference(now));
        let of_totals = || {
            (self.totals != now.totals).then(|| "the totals of the plan do not match its orders".to_owned())
        };
        of_orders.or_else(of_totals)
    }
}

impl Planned {
    fn difference(&self, now: &Self) -> Option<String> {
        let sn = &now.sn;
        if self.sn != *sn {
            return Some(format!("order `{sn}` is not at this position in the approved plan"));
        }
        if self.license != now.license {
            return Some(format!("the license of `{sn}` differs from the approved plan"));
        }
        if (&self.customer, &self.file) != (&now.customer, &now.file) {
            return Some(format!("the customer or the file of `{sn}` differs from the approved plan"));
        }
        if (&self.kind, &self.loss_reason) != (&now.kind, &now.loss_reason) {
            return Some(format!("the kind of the order `{sn}` differs from the approved plan"));
        }
        let changes = (&self.changes, &self.entitlements) != (&now.changes, &now.entitlements);
        changes.then(|| format!("the changes for `{sn}` differ from the approved plan"))
    }
}

/// An approval of a plan: key id and signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    key: KeyId,
    signature: [u8; 64],
}

const HEAD: &str = "keywright-approval 1";

impl Approval {
    /// Approves a plan, given as the bytes of its file.
    ///
    /// # Errors
    /// Returns an error if the signer fails or returns an invalid signature.
    pub fn sign(plan: &[u8], signer: &dyn Signer, trusted: &TrustedKey) -> Result<Self, Fault> {
        let (key, digest) = (trusted.key.id(), Digest::of(plan));
        let signature = signer
            .sign(&message(Domain::Approval, key, &digest))
            .map_err(|failure| Fault::new(format!("cannot sign the plan: {}", failure.0)))?;
        if trusted.key.verifies(Domain::Approval, &digest, &signature) {
            Ok(Self { key, signature })
        } else {
            Err(Fault::new("invalid signature for the plan; nothing was written"))
        }
    }

    /// Returns the key that approved.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// Returns the text of the approval file.
    #[must_use]
    pub fn text(&self) -> String {
        let signature: String = self.signature.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{HEAD}\nkey {}\nsignature {signature}\n", self.key)
    }

    /// Parses an approval.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == HEAD).then_some(())?;
        let key = KeyId::parse(lines.next()?.strip_prefix("key ")?)?;
        // A signature has the length and the spelling of a digest.
        let signature = *Digest::parse(lines.next()?.strip_prefix("signature ")?)?.as_bytes();
        lines.next().is_none().then_some(Self { key, signature })
    }

    /// Returns true if a key that is accepted for approvals signed these bytes.
    fn is_good(&self, plan: &[u8], vendor: &str, trust: &Trust, usage: Usage, day: Date) -> bool {
        trust.get(self.key).is_some_and(|trusted| {
            cannot_count(trusted, vendor, day).is_none()
                && trusted.entry.usage == usage
                && trusted.key.verifies(Domain::Approval, &Digest::of(plan), &self.signature)
        })
    }
}

/// Returns why approvals by this key are not accepted on `day`, or `None`.
fn cannot_count(trusted: &TrustedKey, vendor: &str, day: Date) -> Option<String> {
    let (id, entry) = (trusted.key.id(), &trusted.entry);
    if entry.vendor != vendor {
        return Some(format!("the plan is for vendor `{vendor}`, but key {id} is for `{}`", entry.vendor));
    }
    if entry.state != KeyState::Active {
        return Some(format!("key {id} is {}; its approval is not accepted", entry.state));
    }
    (!trusted.is_valid_on(day))
        .then(|| format!("key {id} is not valid on {day}; its approval is not accepted"))
}

/// Returns why this key cannot approve plans of a vendor, or `None`.
///
/// DECISION: an approval is accepted only from a key with the usage of the signing key. So a development key can
/// approve only if the vendor has no production key.
#[must_use]
pub fn refused_approver(trusted: &TrustedKey, vendor: &str, trust: &Trust, day: Date) -> Option<String> {
    let has_production = || {
        let mut keys = trust.keys().iter();
        keys.any(|key| key.entry.vendor == vendor && key.entry.usage == Usage::Production)
    };
    let is_trial = trusted.entry.usage == Usage::Development && has_production();
    cannot_count(trusted, vendor, day).or_else(|| {
        let id = trusted.key.id();
        is_trial.then(|| format!("key {id} is a development key; its approval is not accepted"))
    })
}

/// Returns the number of different keys with this usage that approved a plan. Keys are compared by their bytes, so a
/// key listed twice counts once.
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
