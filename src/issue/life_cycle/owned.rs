//! The licenses of a customer as blocks: the input of every kind of order.

use std::sync::Arc;

use jiff::civil::Date;

use keywright_license::License;
use keywright_syntax::source::{FileId, SourceFile};

use super::block_text::{BlockText, text_of};
use super::relations::Relations;
use crate::error::Fault;
use crate::log::{Holding, Owned, Referred};
use crate::order::Order;
use crate::order_kind::OrderKind;

/// The licenses of a customer that are neither revoked nor the license of the order itself.
#[derive(Debug, Default)]
pub(crate) struct ExistingLicenses<'a> {
    pub(crate) all: Vec<ExistingLicense<'a>>,
    /// The earlier issue of the order's own serial number, which the order corrects.
    pub(crate) corrected: Option<ExistingLicense<'a>>,
    revoked: Vec<(&'a str, String)>,
    relations: Relations<'a>,
}

/// One license of a customer.
#[derive(Debug)]
pub(crate) struct ExistingLicense<'a> {
    pub(crate) holding: &'a Holding,
    pub(crate) blocks: Vec<BlockText>,
    pub(crate) license: License,
}

impl<'a> ExistingLicenses<'a> {
    /// Reads the licenses from the log. `revoked` returns the reason if a license is revoked.
    pub(crate) fn new(
        order: &Order,
        owned: &'a Owned,
        revoked: &dyn Fn(&Holding) -> Option<String>,
    ) -> Result<Self, Fault> {
        Self::read(Some(&order.sn), owned, revoked)
    }

    /// Reads the licenses of a customer from the log, without an order.
    pub(crate) fn of_customer(
        owned: &'a Owned,
        revoked: &dyn Fn(&Holding) -> Option<String>,
    ) -> Result<Self, Fault> {
        Self::read(None, owned, revoked)
    }

    fn read(
        own: Option<&str>,
        owned: &'a Owned,
        revoked: &dyn Fn(&Holding) -> Option<String>,
    ) -> Result<Self, Fault> {
        let mut existing = Self::default();
        for (holding, number) in owned.holdings.iter().zip(1..) {
            if let Some(reason) = revoked(holding) {
                existing.revoked.push((holding.sn(), reason));
                continue;
            }
            let license = ExistingLicense::new(holding, FileId(number))?;
            if own == Some(holding.sn()) {
                existing.corrected = Some(license);
            } else {
                existing.all.push(license);
            }
        }
        existing.relations = Relations::of(existing.all.iter().map(|license| license.holding).collect());
        Ok(existing)
    }

    /// Returns the license that the order names with `of`.
    ///
    /// # Errors
    /// Returns an error if the license does not exist, is of another customer, or is revoked or already superseded.
    pub(crate) fn target(&self, order: &Order, owned: &Owned) -> Result<Option<&ExistingLicense<'a>>, Fault> {
        let Some(of) = &order.of else { return Ok(None) };
        let fault = |message: String| Err(Fault::new(message));
        match &owned.referred {
            Referred::Unknown => {
                let help = format!("the licenses of this customer are: {}", self.names());
                return Err(Fault::new(format!("`of`: no license `{of}` in the log")).help(help));
            }
            Referred::OtherCustomer(customer) => {
                return fault(format!("`of`: `{of}` is a license of another customer, `{customer}`"));
            }
            Referred::Own => {}
        }
        if *of == order.sn {
            return Err(Fault::new(format!("`of`: `{of}` is the serial number of the order itself"))
                .help("give the order another serial number"));
        }
        if let Some((_, reason)) = self.revoked.iter().find(|(sn, _)| sn == of) {
            return fault(format!("`of`: `{of}` is revoked: {reason}"));
        }
        if let Some(later) = self.successor(of) {
            let kind = later.holding.kind().map_or("", OrderKind::as_str);
            let done = if kind == "renewal" { "renewed" } else { "replaced" };
            return Err(Fault::new(format!("`of`: `{of}` is already {done} by `{}` ({kind})", later.sn()))
                .help(format!("write `of: {}`", later.sn())));
        }
        let found = self.all.iter().find(|license| license.sn() == of);
        found.map(Some).ok_or_else(|| Fault::new(format!("`of`: no license `{of}` in the log")))
    }

    /// Returns the license that superseded or renewed this one, or the license that it adds to.
    pub(crate) fn successor(&self, sn: &str) -> Option<&ExistingLicense<'a>> {
        self.all.get(self.relations.superseding(sn).or_else(|| self.relations.renewal(sn))?)
    }

    /// Returns true if an upgrade or a replacement superseded this license.
    pub(crate) fn is_superseded(&self, license: &ExistingLicense<'_>) -> bool {
        self.relations.superseding(license.sn()).is_some()
    }

    /// Returns the add-ons of a license that end on its last day: its renewal continues them.
    pub(crate) fn renewed_with(&self, sn: &'a str) -> impl Iterator<Item = &ExistingLicense<'a>> {
        self.relations.renewed_with(sn).into_iter().filter_map(|at| self.all.get(at))
    }

    /// Returns a serial number and those of its add-ons, and of their add-ons.
    pub(crate) fn family(&self, sn: &'a str) -> Vec<&'a str> {
        self.relations.family(sn)
    }

    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.all.iter().map(ExistingLicense::sn).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

impl<'a> ExistingLicense<'a> {
    fn new(holding: &'a Holding, id: FileId) -> Result<Self, Fault> {
        let unreadable = || Fault::new(format!("the license `{}` in the log cannot be read", holding.sn()));
        let records = || holding.records.iter();
        let blocks: Option<Vec<BlockText>> = records().map(BlockText::of_record).collect();
        let signed: Option<Vec<BlockText>> = records().map(BlockText::of_record_with_key).collect();
        let text = text_of(&signed.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
        let source: Arc<SourceFile> = SourceFile::from_bytes(id, holding.sn(), text.into_bytes());
        let license = License::parse(source);
        Ok(Self { holding, blocks: blocks.ok_or_else(unreadable)?, license })
    }

    pub(crate) fn sn(&self) -> &'a str {
        self.holding.sn()
    }

    pub(crate) fn of(&self) -> &'a str {
        self.holding.issue().map_or("", |issue| issue.of.as_str())
    }

    /// Returns true if a block of this license with one of these names is in force in a period.
    pub(crate) fn overlaps(&self, new: &License, day: Date) -> Option<&str> {
        let period = |feature: &keywright_license::Feature| {
            let start = feature.start.map_or(day, |start| start.value.max(day));
            (start, feature.end.map_or(Date::MAX, |end| end.value))
        };
        let is_counted = |feature: &&keywright_license::Feature| feature.dependencies.is_empty();
        new.features.iter().filter(is_counted).find_map(|one| {
            let (start, end) = period(one);
            let same = self.license.features.iter().filter(is_counted).find(|other| {
                let (other_start, other_end) = period(other);
                other.name.value == one.name.value && other_start <= end && start <= other_end
            });
            same.map(|other| other.name.value.as_str())
        })
    }
}
