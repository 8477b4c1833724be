//! Renewals: their period, and their blocks.

use jiff::civil::Date;

use super::block_text::BlockText;
use super::owned::{ExistingLicense, ExistingLicenses};
use super::shape::added;
use crate::error::Fault;
use crate::order::Order;

/// First and last day of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewed {
    pub(crate) start: String,
    pub(crate) end: String,
}

/// Returns the period of a renewal.
///
/// # Errors
/// Returns an error if the old license never ends, or if the order states dates with a gap or an overlap.
pub(crate) fn period(order: &Order, base: &ExistingLicense<'_>) -> Result<Renewed, Fault> {
    let sn = base.sn();
    let day = |text: &str| text.parse::<Date>().ok();
    let Some(last) = base.holding.last_end().and_then(day) else {
        return Err(Fault::new(format!("`{sn}` has no END, so there is nothing to renew"))
            .help("write `kind: addon` or `kind: upgrade`"));
    };
    let start = last.tomorrow().map_err(|_| Fault::new(format!("`{sn}` ends on the last possible day")))?;
    let given = |name: &str| order.values.iter().find(|value| value.name == name);
    if let Some(value) = given("start")
        && let Some(asked) = day(&value.text)
        && asked != start
    {
        let what = if asked > start { "leaves a gap" } else { "overlaps" };
        let message =
            format!("`start` {asked} {what}: `{sn}` ends on {last}, so its renewal starts on {start}");
        return Err(value.fault(Fault::new(message).help("omit `start`")));
    }
    let end = match given("end") {
        Some(value) => value.text.clone(),
        None => same_length(base, start).ok_or_else(|| {
            Fault::new("the renewal has no `end`")
                .help(format!("`{sn}` has no START, so its length is not known"))
        })?,
    };
    Ok(Renewed { start: start.to_string(), end })
}

/// Returns the last day of a period as long as the old one, in years, months and days.
pub(crate) fn same_length(base: &ExistingLicense<'_>, start: Date) -> Option<String> {
    // The steps of a pool are one period, so the first START of the license counts. Without START, it is not known.
    let starts = base.blocks.iter().map(|block| block.get("START")?.parse::<Date>().ok());
    let first = starts.collect::<Option<Vec<Date>>>()?.into_iter().min()?;
    let length = first.until((jiff::Unit::Year, start)).ok()?;
    Some(start.checked_add(length).ok()?.yesterday().ok()?.to_string())
}

/// Makes the blocks of a renewal without products, for the next period: those that end last, of the license and of its
/// add-ons that end on the same day. A pool has the count of all of them.
///
/// DECISION: a renewal continues the add-ons too, and keeps REPLACES: a superseded license without an end must not grant
/// anything again when the license that superseded it has ended.
///
/// # Errors
/// Returns an error if a pool would have too many licenses.
pub(crate) fn renewed(
    order: &Order,
    existing: &ExistingLicenses<'_>,
    base: &ExistingLicense<'_>,
    period: &Renewed,
    day: Date,
) -> Result<Vec<BlockText>, Fault> {
    let last = base.holding.last_end().unwrap_or_default();
    let mut blocks: Vec<BlockText> = ending(base, last).cloned().collect();
    for addon in existing.renewed_with(base.sn()) {
        for block in ending(addon, last) {
            add(&mut blocks, block)?;
        }
    }
    for block in &mut blocks {
        for (name, value) in [("START", &period.start), ("END", &period.end), ("SN", &order.sn)] {
            block.set(name, value.as_str());
        }
        if block.get("LICENSEE").is_some() {
            block.set("LICENSEE", order.customer.as_str());
        }
        if block.get("ISSUED").is_some() {
            block.set("ISSUED", day.to_string());
        }
    }
    Ok(blocks)
}

/// Returns the blocks of a license that end on its last day.
fn ending<'h>(license: &'h ExistingLicense<'_>, last: &'h str) -> impl Iterator<Item = &'h BlockText> {
    license.blocks.iter().filter(move |block| block.get("END") == Some(last))
}

/// Adds a block of an add-on: its count to the pool that it enlarges, or the block itself.
fn add(blocks: &mut Vec<BlockText>, block: &BlockText) -> Result<(), Fault> {
    const ADDED: [&str; 2] = ["COUNT", "KEYTYPE"];
    let is_same =
        |known: &&mut BlockText| known.name == block.name && known.content(&ADDED) == block.content(&ADDED);
    if block.is_token() && blocks.iter().any(|known| known.is_same_content(block)) {
        return Ok(());
    }
    match blocks.iter_mut().find(is_same).filter(|known| known.is_pool() && block.is_pool()) {
        Some(pool) => {
            let count = added(pool.get("COUNT"), block.get("COUNT"))
                .ok_or_else(|| Fault::new(format!("the pool `{}` has too many licenses", block.name)))?;
            pool.set("COUNT", count);
        }
        None => blocks.push(block.clone()),
    }
    Ok(())
}
