//! The blocks that each kind of order needs, derived from the rendered ones and from what the customer has.

use jiff::civil::Date;

use super::block_text::{BlockText, key_of};
use super::owned::{ExistingLicense, ExistingLicenses};
use crate::addon_type::AddonType;
use crate::error::Fault;
use crate::order_kind::OrderKind;

/// Makes the blocks of an add-on: pools add to those of `base`, and tokens that the customer has are omitted.
///
/// # Errors
/// Returns an error if no pool of the order is in the license that it adds to.
pub(crate) fn addon(
    blocks: Vec<BlockText>,
    existing: &ExistingLicenses<'_>,
    base: &ExistingLicense<'_>,
    kind: impl Fn(&BlockText) -> AddonType,
    day: Date,
) -> Result<Vec<BlockText>, Fault> {
    let family = existing.family(base.sn());
    let pools = || base.blocks.iter().filter(|block| block.is_pool());
    let mut kept = Vec::with_capacity(blocks.len());
    let mut adds = false;
    for mut block in blocks {
        let has_it = existing.all.iter().any(|license| {
            family.contains(&license.sn()) && license.blocks.iter().any(|known| known.is_same_content(&block))
        });
        if block.is_token() && has_it {
            continue;
        }
        if let Some(pool) = pools().find(|pool| block.is_pool() && pool.name == block.name) {
            adds = true;
            let is_additive = pool.get("KEYTYPE") == Some("ADDITIVE");
            let word = if is_additive { AddonType::Additive } else { kind(&block) }.as_str();
            block.set("KEYTYPE", word);
            within(&mut block, pool, day);
        }
        kept.push(block);
    }
    if adds {
        return Ok(kept);
    }
    let names: Vec<&str> = pools().map(|pool| pool.name.as_str()).collect();
    let message = format!("the products of the order do not add to `{}`", base.sn());
    Err(Fault::new(message).help(format!(
        "the pools of `{}` are: {}; for an independent purchase write `kind: new`",
        base.sn(),
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    )))
}

/// Limits a block without own dates to the dates of the pool that it adds to.
fn within(block: &mut BlockText, pool: &BlockText, day: Date) {
    if block.get("END").is_none()
        && let Some(end) = pool.get("END")
    {
        block.set("END", end);
    }
    // Dates of this form are ordered like text.
    let starts_later = |start: &&str| block.get("START").is_none() && **start > *day.to_string();
    if let Some(start) = pool.get("START").filter(starts_later) {
        block.set("START", start);
    }
}

/// Adds REPLACES for the blocks of the superseded license and its add-ons.
///
/// DECISION: an upgrade supersedes the license and all its add-ons. A block replaces at most one other. Pools and changed
/// tokens are replaced first: an unchanged token of an old file draws on the new pool and grants nothing by itself.
///
/// # Errors
/// Returns an error if the license has fewer blocks than it must replace.
pub(crate) fn supersede(
    mut blocks: Vec<BlockText>,
    existing: &ExistingLicenses<'_>,
    base: &ExistingLicense<'_>,
) -> Result<Vec<BlockText>, Fault> {
    let family = existing.family(base.sn());
    let members = existing.all.iter().filter(|license| family.contains(&license.sn()));
    let old: Vec<(&BlockText, String)> = members
        .flat_map(|license| license.blocks.iter().zip(license.holding.records.iter().map(key_of)))
        .collect();
    let unchanged = |old: &BlockText| old.is_token() && blocks.iter().any(|block| block.is_same_content(old));
    let (optional, needed): (Vec<_>, Vec<_>) = old.iter().partition(|(block, _)| unchanged(block));
    let firsts = first_steps(&blocks);
    let is_first = |at: &usize| firsts.get(*at) == Some(at);
    let mut carriers: Vec<Option<&str>> = vec![None; blocks.len()];
    for (block, key) in needed.iter().chain(&optional) {
        let is_free = |at: &usize| carriers.get(*at).is_some_and(Option::is_none);
        let free = || (0..blocks.len()).filter(is_first).filter(is_free);
        let same = free().find(|at| blocks.get(*at).is_some_and(|new| new.name == block.name));
        let Some(at) = same.or_else(|| free().next()) else { continue };
        if let Some(carrier) = carriers.get_mut(at) {
            *carrier = Some(key.as_str());
        }
    }
    let replaced = |key: &String| carriers.contains(&Some(key.as_str()));
    if let Some((block, _)) = needed.iter().find(|(_, key)| !replaced(key)) {
        let message = format!(
            "the license has {} blocks, but must replace {} of `{}` and its add-ons: `{}` would stay in force",
            (0..blocks.len()).filter(is_first).count(),
            needed.len(),
            base.sn(),
            block.name
        );
        return Err(Fault::new(message)
            .help("order the products that replace them as well, or revoke the old license"));
    }
    // A block replaces only while it is in force, so every step of a pool replaces what the first one replaces.
    let keys = firsts.iter().map(|first| carriers.get(*first).copied().flatten());
    let keys: Vec<Option<String>> = keys.map(|key| key.map(|key| format!("KEY={key}"))).collect();
    for (block, key) in blocks.iter_mut().zip(keys) {
        if let Some(key) = key {
            block.set("REPLACES", key);
        }
    }
    Ok(blocks)
}

/// Returns for each block the first step of its pool; for a block without steps, the block itself.
fn first_steps(blocks: &[BlockText]) -> Vec<usize> {
    let first = |block: &BlockText| blocks.iter().position(|other| block.is_step_of(other));
    blocks.iter().enumerate().map(|(at, block)| first(block).unwrap_or(at)).collect()
}

/// Returns the advice for an order without a kind.
pub(crate) fn choices(sn: &str) -> String {
    let words: Vec<String> = OrderKind::ALL
        .iter()
        .filter(|(kind, _)| *kind != OrderKind::New)
        .map(|(_, word)| format!("`kind: {word}`"))
        .collect();
    format!("write {} with `of: {sn}`, or `kind: new` for an independent purchase", words.join(", "))
}
