//! The most checkouts of one feature alone.

use keywright_resolve::{Event, Outcome, Reason, State, Suggestion, Supply};

use super::features::{Demand, Feature, Features, SupplyRow};
use super::simulation::{Play, START};
use crate::amount::Amount;

/// Maximum number of checkouts of one feature that are tried.
const MOST_CHECKOUTS: u64 = 100_000;

/// More checkouts than the COUNTs of a file can serve: if one request for so many is granted, each block on its way has no
/// limit, and these blocks grant any number of single requests too.
const NO_LIMIT: u64 = 1 << 52;

/// The most checkouts of a feature.
#[derive(Debug, Clone)]
pub(super) struct Most {
    pub(super) amount: Amount,
    /// The reason why one more is denied.
    pub(super) ends: Option<Reason>,
    /// The licenses with which one more would be granted.
    pub(super) one_more: Vec<(String, u64)>,
}

pub(super) fn of(play: &mut Play<'_>, features: &Features, index: usize) -> Most {
    let unlimited = Most { amount: Amount::Unlimited, ends: None, one_more: Vec::new() };
    let Some(feature) = features.get(index) else { return unlimited };
    match &feature.demand {
        Demand::Fixed(draws) => {
            let fits = |(supply, each): &(usize, u64)| features.size(*supply).checked_div(*each);
            match draws.iter().filter_map(fits).min() {
                Some(most) => ended(features, draws, most),
                None => unlimited,
            }
        }
        Demand::Never(reason) => {
            let one_more = play.state(START).map(|state| remedy(play, feature, state)).unwrap_or_default();
            Most { amount: Amount::Exactly(0), ends: Some(*reason), one_more }
        }
        Demand::Choice => played(play, feature).unwrap_or(unlimited),
    }
}

/// The end of a feature whose checkouts all draw the same.
fn ended(features: &Features, draws: &[(usize, u64)], most: u64) -> Most {
    let mut short: Vec<(&SupplyRow, u64)> = Vec::new();
    for (supply, each) in draws {
        let Some(row) = features.supplies.get(*supply) else { continue };
        let needed = each.saturating_mul(most.saturating_add(1));
        if needed > row.size {
            short.push((row, needed - row.size));
        }
    }
    let one_more = short.iter().map(|(row, lacks)| (row.label.clone(), *lacks)).collect();
    Most { amount: Amount::Exactly(most), ends: short.first().map(|(row, _)| reason(row)), one_more }
}

/// The reason of a denial for lack of a supply.
pub(super) fn reason(row: &SupplyRow) -> Reason {
    match row.supply {
        Supply::Balance(_) => Reason::BalanceTooLow,
        Supply::Licenses(_) | Supply::Devices(_) => Reason::NotEnoughLicenses,
    }
}

/// Makes one request after another. Returns `None` without a limit.
fn played(play: &mut Play<'_>, feature: &Feature) -> Option<Most> {
    let mut state = play.state(START)?;
    let many = play.event(feature, NO_LIMIT);
    if matches!(play.apply(&mut state.clone(), &many), Outcome::Granted(_)) {
        return None;
    }
    let event = play.event(feature, 1);
    let mut key = state.usage_key(play.model);
    for granted in 0..MOST_CHECKOUTS {
        match play.apply(&mut state, &event) {
            Outcome::Granted(_) => {}
            Outcome::Denied(reason) => {
                let one_more = remedy(play, feature, state);
                return Some(Most { amount: Amount::Exactly(granted), ends: Some(reason), one_more });
            }
            Outcome::Failed(_) => return Some(bound(granted)),
        }
        let next = state.usage_key(play.model);
        if next == key {
            // Each later request finds the same state.
            return None;
        }
        key = next;
    }
    Some(bound(MOST_CHECKOUTS))
}

fn bound(granted: u64) -> Most {
    Most { amount: Amount::AtLeast(granted), ends: None, one_more: Vec::new() }
}

/// Returns the smallest number of licenses by pool with which a denied request would be granted.
fn remedy(play: &Play<'_>, feature: &Feature, mut state: State) -> Vec<(String, u64)> {
    let event: Event = play.event(feature, 1);
    let explanation = play.model.explain(&mut state, &event);
    let remedies = explanation.map(|explanation| explanation.remedies).unwrap_or_default();
    let more = remedies.into_iter().find_map(|remedy| match remedy {
        Suggestion::More { pools, limit: 0 } => Some(pools),
        Suggestion::More { .. } | Suggestion::Return(_) => None,
    });
    let label = |(block, amount)| (play.model.supply_label(play.model.supply_of(block)), amount);
    more.into_iter().flatten().map(label).collect()
}
