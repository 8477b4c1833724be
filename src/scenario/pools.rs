//! Pool names in scenario files: `Name` for all blocks of a name, `Name#2` for the second block.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use keywright_license::Kind;
use keywright_resolve::{BlockId, Model, NameId, State, UNLIMITED};

use super::model::{Change, Gauge, Level};
use super::short_text::ShortText;
use keywright_syntax::source::Spanned;

/// Returns the blocks of a pool.
///
/// # Errors
/// Returns an error message if there is no such pool.
pub(super) fn find(model: &Model, text: &str) -> Result<Vec<BlockId>, String> {
    let (name, ordinal) = match text.split_once('#') {
        Some((name, ordinal)) => (name, Some(ordinal)),
        None => (text, None),
    };
    let blocks = model.name(name).map(|id| model.blocks_of(id)).unwrap_or_default();
    if blocks.is_empty() {
        return Err(format!("unknown pool `{name}`"));
    }
    let chosen: Vec<BlockId> = match ordinal {
        None => blocks.to_vec(),
        Some(ordinal) => {
            let number = ordinal.parse::<usize>().ok().filter(|n| n.to_string() == ordinal);
            let block = number.and_then(|n| n.checked_sub(1)).and_then(|index| blocks.get(index));
            let count = blocks.len();
            let block = block
                .ok_or_else(|| format!("block number out of range: `{name}#{ordinal}` (blocks: {count})"))?;
            vec![*block]
        }
    };
    let counted: Vec<BlockId> = chosen.into_iter().filter(|block| counts(model, *block)).collect();
    if counted.is_empty() {
        return Err(format!("`{text}` is not a pool"));
    }
    Ok(counted)
}

fn counts(model: &Model, block: BlockId) -> bool {
    !matches!(model.kind(block), Kind::Token | Kind::Local)
}

/// The cost of inspecting a pool: the number of its blocks.
pub(super) fn weight(model: &Model, text: &str) -> u64 {
    let name = text.split('#').next().unwrap_or(text);
    model.name(name).map_or(0, |name| model.blocks_of(name).len() as u64)
}

/// Returns true if a block of this name is a pool.
pub(super) fn has_pools(model: &Model, name: NameId) -> bool {
    model.blocks_of(name).iter().any(|block| counts(model, *block))
}

/// Returns true if one of the blocks has prepaid money.
pub(super) fn has_money(model: &Model, blocks: &[BlockId]) -> bool {
    let state = State::new(model, jiff::civil::DateTime::default());
    blocks.iter().any(|block| state.money_left(model, *block).is_some())
}

/// Returns the amount of a pool in the same form as the expected value.
pub(super) fn level(model: &Model, state: &State, pool: &str, gauge: Gauge, like: Level) -> Level {
    let blocks = find(model, pool).unwrap_or_default();
    if let Level::Money(_) = like {
        let mut left = blocks.iter().filter_map(|block| state.money_left(model, *block));
        let sum = left.try_fold(Decimal::ZERO, Decimal::checked_add);
        return Level::Money(sum.unwrap_or(Decimal::MAX));
    }
    let mut sum: u64 = 0;
    for block in blocks {
        let here = match gauge {
            Gauge::Used => state.used(block),
            Gauge::Free => state.free(model, block),
            Gauge::Balance => state.balance(model, block),
        };
        if here == UNLIMITED && gauge != Gauge::Used {
            return Level::Unlimited;
        }
        sum = sum.saturating_add(here);
    }
    Level::Number(sum)
}

/// Formats a change as in scenario files.
pub(super) fn change_text(change: &Change) -> String {
    match change {
        Change::Sum(sum) => sum.to_string(),
        Change::Pools(pools) => {
            let entries: Vec<(&str, i128)> =
                pools.iter().map(|(pool, amount)| (pool.value.as_str(), amount.value)).collect();
            entries_text(&entries)
        }
    }
}

/// Formats a map of pools as in scenario files.
pub(super) fn entries_text(entries: &[(&str, i128)]) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let parts: Vec<String> = entries.iter().map(|(pool, amount)| format!("{pool}: {amount}")).collect();
    format!("{{ {} }}", parts.join(", "))
}

/// Sums changes by pool: the named pools in their order, and other pools that changed.
pub(super) fn by_pool(
    model: &Model,
    named: &[(Spanned<ShortText>, Spanned<i128>)],
    changes: &[(BlockId, i128)],
) -> (Vec<i128>, Vec<(String, i128)>) {
    let changed: HashMap<BlockId, i128> = changes.iter().copied().collect();
    let mut covered = HashSet::new();
    let mut names = HashSet::new();
    let mut amounts = Vec::new();
    for (pool, _) in named {
        let blocks = find(model, &pool.value).unwrap_or_default();
        amounts.push(blocks.iter().filter_map(|block| changed.get(block)).sum());
        names.extend(blocks.iter().map(|block| model.name_of(*block)));
        covered.extend(blocks);
    }
    let mut sums: Vec<(String, i128)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (block, change) in changes.iter().filter(|(block, _)| !covered.contains(block)) {
        let name = model.name_of(*block);
        let partly = names.contains(&name);
        let label = if partly { model.label(*block) } else { model.name_text(name).to_owned() };
        let place = *places.entry(label.clone()).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum)) => *sum += change,
            None => sums.push((label, *change)),
        }
    }
    sums.retain(|(_, change)| *change != 0);
    (amounts, sums)
}
