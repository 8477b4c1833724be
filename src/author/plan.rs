//! What a run of orders would do, written down before anything is signed, and the approvals of it.
//!
//! An approval is a signature of the plan's bytes. Whoever issues under approvals signs nothing that is not in the plan,
//! letter by letter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::license::{Count, License};
use crate::sign::message::{Domain, message};
use crate::sign::{Digest, KeyId, KeyState, Payload, Signer, Trust, TrustedKey};

use super::fault::Fault;
use super::issue::Draft;
use super::log::{self, Filter, Log};

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
    /// What becomes different from what the customer has under this serial number; `new` where there is nothing.
    pub changes: Vec<String>,
}

/// The licenses of a plan: serial number and digest of the text.
#[derive(Debug, Clone, Default)]
pub struct PlannedLicenses(HashMap<String, String>);

impl PlannedLicenses {
    /// Whether exactly this license is planned.
    #[must_use]
    pub fn holds(&self, draft: &Draft) -> bool {
        let digest = Digest::of(draft.text().as_bytes()).to_string();
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

    /// Adds a draft, compared with what the log has under its serial number.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn add(&mut self, draft: &Draft, log: Option<&Log>) -> Result<(), Fault> {
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
            changes: changes(license, &draft.sn, log)?,
        });
        Ok(())
    }

    /// The licenses that are planned, to look drafts up in.
    #[must_use]
    pub fn licenses(&self) -> PlannedLicenses {
        let licenses = self.orders.iter().map(|planned| (planned.sn.clone(), planned.license.clone()));
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

/// What differs from the license that was issued last under a serial number.
fn changes(license: &License, sn: &str, log: Option<&Log>) -> Result<Vec<String>, Fault> {
    let entries = match log {
        Some(log) => log.entries(&Filter::Sn(sn.to_owned()), usize::MAX)?,
        None => Vec::new(),
    };
    let Some(last) = entries.last() else { return Ok(vec!["new".to_owned()]) };
    let mut before: Vec<_> = entries
        .iter()
        .filter(|known| {
            known.entry.order == last.entry.order && known.entry.issued_at == last.entry.issued_at
        })
        .collect();
    let mut told = Vec::new();
    for feature in &license.features {
        let name = feature.name.value.as_str();
        let payload = Payload::of(license, feature);
        let Some(at) = before.iter().position(|known| known.entry.feature == name) else {
            told.push(format!("{name} is new"));
            continue;
        };
        let known = before.remove(at);
        let changes = log::changes(&known.entry.payload, payload.as_bytes());
        told.extend(changes.iter().map(|change| format!("{name}: {change}")));
    }
    told.extend(before.iter().map(|known| format!("{} is gone", known.entry.feature)));
    Ok(told)
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

    /// Whether a trusted key of the vendor, that may sign on a day, approved these bytes.
    fn is_good(&self, plan: &[u8], vendor: &str, trust: &Trust, day: Date) -> bool {
        trust.get(self.key).is_some_and(|trusted| {
            let entry = &trusted.entry;
            entry.vendor == vendor
                && matches!(entry.state, KeyState::Active)
                && trusted.is_valid_on(day)
                && trusted.key.verifies(Domain::Approval, &Digest::of(plan), &self.signature)
        })
    }
}

/// How many different keys approved a plan: a key counts once, whatever it is called.
#[must_use]
pub fn approvals(plan: &[u8], vendor: &str, approvals: &[Approval], trust: &Trust, day: Date) -> usize {
    let good = approvals.iter().filter(|approval| approval.is_good(plan, vendor, trust, day));
    let keys: BTreeSet<[u8; 32]> =
        good.filter_map(|approval| trust.get(approval.key)).map(|trusted| *trusted.key.as_bytes()).collect();
    keys.len()
}
