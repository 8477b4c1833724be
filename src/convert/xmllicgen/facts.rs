//! The offers of a template on a day, by LM-X's rules.

use std::collections::HashMap;

use jiff::civil::Date;
use keywright_license::{Count, KeyType};

use crate::draft::DraftBlock;
use crate::facts::{Offer, Offers};

/// Returns what the blocks offer on a day, feature by feature: the EXCLUSIVE block with its UPGRADE blocks first.
pub(crate) fn offers(blocks: &[DraftBlock], day: Date) -> Vec<Offers> {
    let mut order: HashMap<&str, usize> = HashMap::new();
    let mut features: Vec<Vec<&DraftBlock>> = Vec::new();
    for block in blocks {
        let next = order.len();
        let at = *order.entry(&block.name).or_insert(next);
        if at == next {
            features.push(Vec::new());
        }
        if let Some(feature) = features.get_mut(at) {
            feature.push(block);
        }
    }
    let all = features.iter().filter_map(|feature| {
        // REPLACES hides other blocks, and is not simple arithmetic.
        if feature.iter().any(|block| block.get("REPLACES").is_some()) {
            return None;
        }
        let in_force: Vec<&DraftBlock> =
            feature.iter().copied().filter(|block| is_in_force(block, day)).collect();
        Some(Offers { feature: feature.first()?.name.clone(), offers: of_feature(&in_force) })
    });
    all.collect()
}

fn is_in_force(block: &DraftBlock, day: Date) -> bool {
    let at = |name: &str| block.get(name).and_then(|text| text.parse::<Date>().ok());
    at("START").is_none_or(|start| start <= day) && at("END").is_none_or(|end| day <= end)
}

fn of_feature(blocks: &[&DraftBlock]) -> Vec<Offer> {
    let is = |block: &&&DraftBlock, kind: KeyType| block.kind == Some(kind);
    let extra: u64 = blocks.iter().filter(|block| is(block, KeyType::Upgrade)).map(|block| size(block)).sum();
    let first = blocks.iter().filter(|block| is(block, KeyType::Exclusive));
    let others = blocks.iter().filter(|block| !is(block, KeyType::Exclusive) && !is(block, KeyType::Upgrade));
    first.map(|block| offer(block, extra)).chain(others.map(|block| offer(block, 0))).collect()
}

fn size(block: &DraftBlock) -> u64 {
    match block.count {
        Some(Count::Limited(count)) => count.into(),
        _ => 0,
    }
}

fn offer(block: &DraftBlock, extra: u64) -> Offer {
    match (block.kind, block.count) {
        (Some(KeyType::Token), _) => {
            let needs = block.needs.iter();
            Offer::Token(
                needs.map(|need| (need.feature.clone(), need.version, u64::from(need.count))).collect(),
            )
        }
        (_, Some(Count::Limited(_))) => Offer::Pool {
            size: size(block) + extra,
            version: block.version,
            named: block.get("USERBASED").is_some() || block.get("HOSTBASED").is_some(),
        },
        _ => Offer::Any,
    }
}
