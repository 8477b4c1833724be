//! Licenses that end soon and that nothing continues.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::ToSpan as _;
use jiff::civil::Date;

use keywright_license::folded_customer;

use crate::error::Fault;
use crate::life_cycle::{ExistingLicense, ExistingLicenses, added, same_length};
use crate::log::{Filter, Holding, Log, Owned};
use crate::order_kind::OrderKind;

/// A license that ends, with the add-ons that end on the same day: one order renews them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingLicense {
    /// Customer.
    pub customer: String,
    /// Serial number.
    pub sn: String,
    /// Serial numbers of the add-ons.
    pub addons: Vec<String>,
    /// The products that end.
    pub products: Vec<EndingProduct>,
    /// Last day of the license.
    pub last: Date,
    /// Last day of its renewal.
    pub next_last: Date,
}

/// A product of a license that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingProduct {
    /// Name of its pool; in a license without pools, of the feature.
    pub name: String,
    /// COUNT of all its blocks, if they have one.
    pub count: Option<String>,
    /// Last day.
    pub end: Date,
}

impl EndingLicense {
    /// Returns the products that a renewal continues: those that end on the last day of the license.
    pub fn renewable(&self) -> impl Iterator<Item = &EndingProduct> {
        self.products.iter().filter(|product| product.end == self.last)
    }

    fn add(&mut self, block: &Block<'_>) {
        if block.license != self.sn && !self.addons.iter().any(|sn| sn == block.license) {
            self.addons.push(block.license.to_owned());
        }
        let same = |known: &&mut EndingProduct| known.name == block.name && known.end == block.end;
        match self.products.iter_mut().find(same) {
            Some(known) => known.count = added(known.count.as_deref(), block.count),
            None => self.products.push(EndingProduct {
                name: block.name.to_owned(),
                count: block.count.map(str::to_owned),
                end: block.end,
            }),
        }
    }
}

/// Returns the licenses in a log that end between two days (inclusive), by their ends. `revoked` returns the reason if a
/// license is revoked.
///
/// # Errors
/// Returns an error if the log or a license in it cannot be read.
pub fn ending_licenses(
    log: &Log,
    days: (Date, Date),
    revoked: &dyn Fn(&Holding) -> Option<String>,
) -> Result<Vec<EndingLicense>, Fault> {
    let mut customers: BTreeMap<String, String> = BTreeMap::new();
    log.each(&Filter::Ends(days.0.to_string(), days.1.to_string()), |record| {
        let customer = record.issue.customer;
        customers.insert(folded_customer(&customer).into_owned(), customer);
        Ok::<_, Fault>(ControlFlow::Continue(()))
    })?;
    let mut ending = Vec::new();
    for customer in customers.values() {
        ending.extend(of_customer(customer, &log.owned(customer, None, None)?, days, revoked)?);
    }
    ending.sort_by_key(|license| license.products.iter().map(|product| product.end).min());
    Ok(ending)
}

/// A block that a customer can order: a pool or, in a license without pools, any block.
struct Block<'h> {
    license: &'h str,
    name: &'h str,
    count: Option<&'h str>,
    start: Date,
    end: Date,
}

impl Block<'_> {
    /// Returns true if this block serves the same feature without a gap after the other one.
    fn continues(&self, ending: &Block<'_>) -> bool {
        let next = ending.end.tomorrow().unwrap_or(Date::MAX);
        self.name == ending.name && self.end > ending.end && self.start <= next
    }
}

fn of_customer(
    customer: &str,
    owned: &Owned,
    (from, until): (Date, Date),
    revoked: &dyn Fn(&Holding) -> Option<String>,
) -> Result<Vec<EndingLicense>, Fault> {
    let existing = ExistingLicenses::of_customer(owned, revoked)?;
    let in_use: Vec<&ExistingLicense<'_>> =
        existing.all.iter().filter(|license| !existing.is_superseded(license)).collect();
    let blocks: Vec<Block<'_>> = in_use.iter().flat_map(|license| blocks_of(license)).collect();
    let mut ending: Vec<EndingLicense> = Vec::new();
    for block in &blocks {
        let is_soon = (from..=until).contains(&block.end);
        if !is_soon || blocks.iter().any(|other| other.continues(block)) {
            continue;
        }
        let Some((base, last)) = base(&in_use, block.license) else { continue };
        let known = ending.iter_mut().find(|known| known.sn == base.sn());
        match known {
            Some(known) => known.add(block),
            None => {
                let mut license = EndingLicense {
                    customer: customer.to_owned(),
                    sn: base.sn().to_owned(),
                    addons: Vec::new(),
                    products: Vec::new(),
                    last,
                    next_last: next_last(base, last),
                };
                license.add(block);
                ending.push(license);
            }
        }
    }
    Ok(ending)
}

fn blocks_of<'h>(license: &'h ExistingLicense<'_>) -> Vec<Block<'h>> {
    let features = &license.license.features;
    let has_pool = features.iter().any(|feature| feature.dependencies.is_empty());
    let blocks = features.iter().zip(&license.blocks);
    let blocks = blocks.filter(|(feature, _)| !has_pool || feature.dependencies.is_empty());
    blocks
        .map(|(feature, block)| Block {
            license: license.sn(),
            name: feature.name.value.as_str(),
            count: block.get("COUNT"),
            start: feature.start.map_or(Date::MIN, |start| start.value),
            end: feature.end.map_or(Date::MAX, |end| end.value),
        })
        .collect()
}

/// Returns the license that an add-on adds to, if both end on the same day, or the license itself; and its last day.
fn base<'h, 'a>(in_use: &[&'h ExistingLicense<'a>], sn: &str) -> Option<(&'h ExistingLicense<'a>, Date)> {
    let find = |sn: &str| in_use.iter().copied().find(|license| license.sn() == sn);
    let mut found = find(sn)?;
    while found.holding.kind() == Some(OrderKind::Addon)
        && let Some(base) =
            find(found.of()).filter(|base| base.holding.last_end() == found.holding.last_end())
    {
        found = base;
    }
    Some((found, found.holding.last_end()?.parse().ok()?))
}

/// Returns the last day of a renewal.
///
/// DECISION: the renewal of a license without START, whose length is not known, is proposed for one year.
fn next_last(base: &ExistingLicense<'_>, last: Date) -> Date {
    let year = last.saturating_add(1.year());
    let known = last.tomorrow().ok().and_then(|start| same_length(base, start)?.parse().ok());
    known.unwrap_or(year)
}
