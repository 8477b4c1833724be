//! Arithmetic of mixes whose checkouts always draw the same.

use super::features::{Demand, Features};

/// The amounts that one checkout draws, by index of the supply.
pub(super) type Draws<'f> = &'f [(usize, u64)];

/// Returns the draws of features if none of them has a choice and each can be granted.
pub(super) fn fixed<'f>(features: &'f Features, indices: &[usize]) -> Option<Vec<Draws<'f>>> {
    let draws = |index: &usize| match &features.get(*index)?.demand {
        Demand::Fixed(draws) => Some(draws.as_slice()),
        Demand::Never(_) | Demand::Choice => None,
    };
    indices.iter().map(draws).collect()
}

/// Returns how many checkouts with draws `last` fit next to a mix; `None` without a limit. `mix` must fit.
pub(super) fn max_of_last(features: &Features, mix: &[(Draws<'_>, u64)], last: Draws<'_>) -> Option<u64> {
    let fits = |(supply, each): &(usize, u64)| {
        let used = mix.iter().map(|(draws, times)| amount(draws, *supply).saturating_mul(*times));
        let used = used.fold(0, u64::saturating_add);
        features.size(*supply).saturating_sub(used).checked_div(*each)
    };
    last.iter().filter_map(fits).min()
}

/// Returns the first supply, in the order of the draws, that is too small for a mix.
pub(super) fn short(features: &Features, mix: &[(Draws<'_>, u64)]) -> Option<usize> {
    let supplies = mix.iter().flat_map(|(draws, _)| draws.iter().map(|(supply, _)| *supply));
    let used = |supply: usize| {
        let used = mix.iter().map(|(draws, times)| amount(draws, supply).saturating_mul(*times));
        used.fold(0, u64::saturating_add)
    };
    supplies.into_iter().find(|supply| used(*supply) > features.size(*supply))
}

fn amount(draws: Draws<'_>, supply: usize) -> u64 {
    draws.iter().find(|(known, _)| *known == supply).map_or(0, |(_, amount)| *amount)
}
