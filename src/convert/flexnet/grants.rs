//! The offers of FlexNet files on a day.

use jiff::civil::Date;

use super::items::Item;
use super::model::Seats;
use super::pools::Pool;
use crate::facts::{Offer, Offers};

/// Returns what the source offers on a day, feature by feature.
pub(crate) fn offers(features: &[Vec<Pool>], day: Date) -> Vec<Offers> {
    let all = features.iter().filter_map(|pools| {
        let feature = pools.first()?.first()?.name.clone();
        let offers = pools.iter().enumerate().flat_map(|(at, pool)| of_pool(pool, at == 0, day)).collect();
        Some(Offers { feature, offers })
    });
    all.collect()
}

fn of_pool(pool: &Pool, is_first: bool, day: Date) -> Vec<Offer> {
    let Some(first) = pool.first() else { return Vec::new() };
    let in_force = pool.items.iter().any(|item| item.is_in_force(day));
    if !in_force {
        return Vec::new();
    }
    if !first.draws.is_empty() {
        let draws =
            first.draws.iter().map(|draw| (draw.feature.clone(), draw.version, u64::from(draw.count)));
        return vec![Offer::Token(draws.collect())];
    }
    if first.line.seats == Seats::Uncounted {
        return vec![Offer::Any];
    }
    let named = is_named(first);
    let sizes = pool.sizes(is_first, day).into_iter();
    sizes.map(|size| Offer::Pool { size, version: first.version, named }).collect()
}

fn is_named(item: &Item) -> bool {
    item.line.attributes.has("USER_BASED") || item.line.attributes.has("HOST_BASED")
}
