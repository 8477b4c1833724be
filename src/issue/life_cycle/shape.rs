//! Changes of the rendered blocks that an order or the catalogue asks for: steps in time, and shared pools.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::civil::Date;

use super::block_text::BlockText;
use crate::catalog::Catalog;
use crate::error::Fault;
use crate::order::Order;

/// Returns the blocks of an order with its steps in time and with one block for each shared pool, or `None` if nothing
/// changes.
///
/// # Errors
/// Returns an error if a step has no earlier line, or if two products define a shared pool differently.
pub(crate) fn shaped(
    order: &Order,
    catalog: &Catalog,
    blocks: Vec<BlockText>,
) -> Result<Option<Vec<BlockText>>, Fault> {
    let has_steps = order.lines.iter().any(|line| line.from.is_some());
    let is_shared = |block: &BlockText| catalog.pool(&block.name).is_some();
    if !has_steps && !blocks.iter().any(is_shared) {
        return Ok(None);
    }
    let before = blocks.clone();
    let stepped = if has_steps { stepped(order, blocks)? } else { blocks };
    let merged = merged(catalog, order, stepped)?;
    Ok((merged != before).then_some(merged))
}

/// Ends the pools of a line on the day before the next step of its product, and omits the tokens of steps.
fn stepped(order: &Order, blocks: Vec<BlockText>) -> Result<Vec<BlockText>, Fault> {
    let mut ends: BTreeMap<usize, Date> = BTreeMap::new();
    for (at, line) in order.lines.iter().enumerate() {
        let Some(from) = line.from else { continue };
        let place = |fault: Fault| fault.file(&order.file).at(line.place.0, line.place.1).cell(line.cell);
        let earlier = order.lines.iter().take(at).rposition(|earlier| earlier.product == line.product);
        let Some(earlier) = earlier else {
            let message = format!("`from: {from}` of `{}` has no earlier entry of the product", line.product);
            return Err(place(
                Fault::new(message).help("add an entry of the product without `from` before it"),
            ));
        };
        let before = from.yesterday().map_err(|_| place(Fault::new(format!("{from} is too early"))))?;
        if order.lines.get(earlier).and_then(|earlier| earlier.from).is_some_and(|start| start >= from) {
            let message = format!("the entries of `{}` are not in the order of `from`", line.product);
            return Err(place(Fault::new(message)));
        }
        ends.insert(earlier, before);
    }
    let mut kept = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        let from = order.lines.get(block.line).and_then(|line| line.from);
        if block.is_token() {
            // The tokens of the first line draw on the pool of every step.
            if from.is_none() {
                kept.push(block);
            }
            continue;
        }
        if let Some(from) = from {
            block.set("START", from.to_string());
        }
        if let Some(end) = ends.get(&block.line).map(Date::to_string)
            && block.get("END").is_none_or(|own| own > end.as_str())
        {
            block.set("END", end);
        }
        kept.push(block);
    }
    Ok(kept)
}

/// Adds up the pools that several products share, and writes equal tokens once.
fn merged(catalog: &Catalog, order: &Order, blocks: Vec<BlockText>) -> Result<Vec<BlockText>, Fault> {
    // The blocks of one shared pool are at the place of the first.
    let mut slots: Vec<Vec<BlockText>> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let is_shared = |other: &BlockText| other.is_pool() && catalog.pool(&other.name).is_some();
        let is_same_token = |other: &BlockText| {
            let same_dates = ["START", "END"].iter().all(|name| other.get(name) == block.get(name));
            block.is_token() && same_dates && other.is_same_content(&block)
        };
        if slots.iter().flatten().any(is_same_token) {
            continue;
        }
        let same_pool = |slot: &&mut Vec<BlockText>| {
            is_shared(&block)
                && slot.first().is_some_and(|first| is_shared(first) && first.name == block.name)
        };
        match slots.iter_mut().find(same_pool) {
            Some(slot) => {
                if let Some(first) = slot.first() {
                    refuse_different(order, first, &block)?;
                }
                slot.push(block);
            }
            None => slots.push(vec![block]),
        }
    }
    let summed = slots.into_iter().map(|slot| if slot.len() > 1 { summed(&slot) } else { Ok(slot) });
    Ok(summed.collect::<Result<Vec<_>, Fault>>()?.into_iter().flatten().collect())
}

/// Refuses two definitions of a shared pool that differ in more than COUNT.
fn refuse_different(order: &Order, one: &BlockText, other: &BlockText) -> Result<(), Fault> {
    if one.content(&["COUNT"]) == other.content(&["COUNT"]) {
        return Ok(());
    }
    let product =
        |block: &BlockText| order.lines.get(block.line).map_or_else(String::new, |line| line.product.clone());
    let (first, second, pool) = (product(one), product(other), &other.name);
    let message =
        format!("the products `{first}` and `{second}` define the shared pool `{pool}` differently");
    Err(Fault::new(message).help("use templates and values with equal directives for the pool, except COUNT"))
}

/// Returns one block for each period in which the same blocks of a pool are in force, with the sum of their counts.
fn summed(blocks: &[BlockText]) -> Result<Vec<BlockText>, Fault> {
    let date = |block: &BlockText, name: &str, open: Date| {
        block.get(name).and_then(|text| text.parse().ok()).unwrap_or(open)
    };
    let periods: Vec<(Date, Date, &BlockText)> = blocks
        .iter()
        .map(|block| (date(block, "START", Date::MIN), date(block, "END", Date::MAX), block))
        .collect();
    let mut begins: BTreeSet<Date> = periods.iter().map(|(start, ..)| *start).collect();
    begins.extend(periods.iter().filter_map(|(_, end, _)| end.tomorrow().ok()));
    let mut summed = Vec::new();
    for begin in &begins {
        let next = begins.range((Bound::Excluded(begin), Bound::Unbounded)).next();
        let end = next.and_then(|next| next.yesterday().ok()).unwrap_or(Date::MAX);
        let mut in_force = periods.iter().filter(|(start, last, _)| start <= begin && *last >= end);
        let Some((.., first)) = in_force.next() else { continue };
        let mut block = (*first).clone();
        for (.., other) in in_force {
            let sum = added(block.get("COUNT"), other.get("COUNT")).ok_or_else(|| {
                Fault::new(format!("the shared pool `{}` has too many licenses", block.name))
            })?;
            block.set("COUNT", sum);
        }
        for (name, day, open) in [("START", *begin, Date::MIN), ("END", end, Date::MAX)] {
            if day == open {
                block.remove(name);
            } else {
                block.set(name, day.to_string());
            }
        }
        summed.push(block);
    }
    Ok(summed)
}

/// Adds two COUNTs.
pub(crate) fn added(one: Option<&str>, other: Option<&str>) -> Option<String> {
    const UNLIMITED: &str = "UNLIMITED";
    if [one, other].contains(&Some(UNLIMITED)) {
        return Some(UNLIMITED.to_owned());
    }
    let number = |text: Option<&str>| text?.parse::<u32>().ok();
    let sum = number(one)?.checked_add(number(other)?)?;
    (sum <= keywright_license::MAX_COUNT).then(|| sum.to_string())
}
