//! The changes of one part of the licenses, on each day on which they change.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::change::{Change, ChangeKind, LicenseSet};
use super::components::{Component, Part};
use super::snapshot::Snapshot;
use super::terms_listing::TermsListing;
use super::{dominance, replay, search};
use crate::amount::Amount;
use crate::capacity::{DeniedMix, Hosts, Quick};

/// Maximum number of periods that a proof compares.
const MOST_DAYS: usize = 2_000;
/// Maximum number of periods for which changes are listed.
const MOST_LISTED_DAYS: usize = 40;
/// Maximum number of features of a part for which mixes are compared, and of listed mixes.
const MOST_NAMES: usize = 12;
const MOST_MIXES: usize = 20;
/// Maximum number of names in a message.
const MOST_NAMED: usize = 8;

/// Returns the changes of a part. If no proof shows that nothing is lost, at least one of them is a loss.
pub(super) fn of_part(old: LicenseSet<'_>, new: LicenseSet<'_>, part: &Part<'_>, at: Date) -> Vec<Change> {
    let (names, days) = (&part.names, days(part, at));
    let mut changes = Listing::default().list(old, new, names, &days);
    if is_proven(old, new, names, &days) {
        return changes;
    }
    match search::find(old, new, names, &days) {
        Some(example) => {
            let denied = format!("denied ({})", example.reason.as_str());
            changes.push(Change {
                features: example.features(),
                day: at,
                kind: ChangeKind::Sequence,
                old: "granted".to_owned(),
                new: denied,
                lost: true,
                example: Some(example),
            });
        }
        None if changes.iter().any(|change| change.lost) => {}
        None => changes.push(Change {
            features: names.iter().take(MOST_NAMED).cloned().collect(),
            day: at,
            kind: ChangeKind::Unproven,
            old: String::new(),
            new: String::new(),
            lost: true,
            example: None,
        }),
    }
    changes
}

/// Returns the day, and each later day on which a block of a part comes into force or ends.
fn days(part: &Part<'_>, at: Date) -> Vec<Date> {
    let dates = part.features().flat_map(|feature| {
        let over = feature.end.and_then(|end| end.value.tomorrow().ok());
        [feature.start.map(|start| start.value), over]
    });
    let mut days: Vec<Date> = dates.flatten().filter(|day| *day > at).collect();
    days.push(at);
    days.sort_unstable();
    days.dedup();
    days
}

fn is_proven(old: LicenseSet<'_>, new: LicenseSet<'_>, names: &Component, days: &[Date]) -> bool {
    if days.len() > MOST_DAYS {
        return false;
    }
    let both = |day: &Date| (Snapshot::of(old.model, names, *day), Snapshot::of(new.model, names, *day));
    let days: Vec<(Snapshot, Snapshot)> = days.iter().map(both).collect();
    replay::proves(&days) || dominance::proves(&days)
}

/// The values that were listed last, so that each change is listed once.
#[derive(Debug, Default)]
struct Listing {
    most: BTreeMap<String, (Option<Amount>, Option<Amount>)>,
    cost: BTreeMap<String, (String, String)>,
    mixes: Vec<Vec<(String, u64)>>,
    terms: TermsListing,
    changes: Vec<Change>,
}

impl Listing {
    fn list(
        mut self,
        old: LicenseSet<'_>,
        new: LicenseSet<'_>,
        names: &Component,
        days: &[Date],
    ) -> Vec<Change> {
        for day in days.iter().take(MOST_LISTED_DAYS) {
            let with_mixes = names.len() <= MOST_NAMES;
            let of = |set: LicenseSet<'_>| {
                Quick::of(set.model, *day, Hosts::Different, |name| names.contains(name), with_mixes)
            };
            let (before, after) = (of(old), of(new));
            for name in names {
                self.amounts(name, *day, &before, &after);
                self.terms.note_use(name, *day, [&before, &after].map(|quick| is_usable(quick.most(name))));
            }
            self.changes.extend(self.terms.on(old, new, names, *day));
            self.lost_mixes(*day, &before, &after);
        }
        if days.len() <= MOST_LISTED_DAYS {
            self.changes.extend(std::mem::take(&mut self.terms).ends());
        }
        self.changes
    }

    fn amounts(&mut self, name: &str, day: Date, before: &Quick, after: &Quick) {
        let most = (before.most(name), after.most(name));
        let last = self.most.insert(name.to_owned(), most);
        if most.0 != most.1 && last != Some(most) {
            let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
            let lost = is_less(most.1, most.0);
            self.push(name, day, ChangeKind::AtOnce, (text(most.0), text(most.1)), lost);
        }
        let cost = (before.cost(name), after.cost(name));
        let last = self.cost.insert(name.to_owned(), cost.clone());
        let both = !cost.0.is_empty() && !cost.1.is_empty();
        if both && cost.0 != cost.1 && last.as_ref() != Some(&cost) {
            self.push(name, day, ChangeKind::Cost, cost, false);
        }
    }

    fn push(&mut self, name: &str, day: Date, kind: ChangeKind, (old, new): (String, String), lost: bool) {
        let features = vec![name.to_owned()];
        self.changes.push(Change { features, day, kind, old, new, lost, example: None });
    }

    /// Lists the minimal mixes that the old set always grants and the new one does not.
    fn lost_mixes(&mut self, day: Date, before: &Quick, after: &Quick) {
        if !before.is_complete {
            return;
        }
        let is_part = |small: &[(String, u64)], mix: &[(String, u64)]| {
            small.iter().all(|(name, times)| mix.iter().any(|(other, all)| other == name && all >= times))
        };
        let is_mix = |denied: &&DeniedMix| denied.mix.len() > 1;
        let has_pool = |denied: &DeniedMix| denied.mix.iter().any(|(name, _)| after.is_pool(name));
        let was_granted = |denied: &DeniedMix| {
            denied.mix.iter().all(|(name, _)| before.most(name).is_some())
                && !before.denied.iter().any(|small| is_part(&small.mix, &denied.mix))
        };
        let lost: Vec<&DeniedMix> =
            after.denied.iter().filter(is_mix).filter(|denied| was_granted(denied)).collect();
        // Mixes with checkouts of a pool itself are listed only if no other mix is lost.
        let with_pools = lost.iter().all(|denied| has_pool(denied));
        for denied in lost.into_iter().filter(|denied| with_pools || !has_pool(denied)) {
            if self.mixes.len() >= MOST_MIXES || self.mixes.contains(&denied.mix) {
                continue;
            }
            self.mixes.push(denied.mix.clone());
            let text: Vec<String> =
                denied.mix.iter().map(|(name, times)| format!("{times} {name}")).collect();
            self.changes.push(Change {
                features: denied.mix.iter().map(|(name, _)| name.clone()).collect(),
                day,
                kind: ChangeKind::Mix,
                old: text.join(" + "),
                new: format!("denied ({})", denied.reason.as_str()),
                lost: true,
                example: None,
            });
        }
    }
}

/// Drops the changes of a BORROW directive that the change of the longest time to borrow repeats.
pub(super) fn drop_repeated(changes: &mut Vec<Change>) {
    let is_lost = |change: &Change, kind: ChangeKind| change.lost && change.kind == kind;
    let borrowed: Vec<Vec<String>> = changes
        .iter()
        .filter(|change| is_lost(change, ChangeKind::Borrow))
        .map(|change| change.features.clone())
        .collect();
    changes.retain(|change| {
        let is_repeated = is_lost(change, ChangeKind::Directive)
            && change.old.starts_with("BORROW=")
            && borrowed.contains(&change.features);
        !is_repeated
    });
}

fn is_usable(most: Option<Amount>) -> bool {
    most.is_some_and(|most| most != Amount::Exactly(0))
}

/// Returns true if an amount is certainly less than another one.
fn is_less(one: Option<Amount>, other: Option<Amount>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(other)) => other != Amount::Exactly(0),
        (Some(Amount::Exactly(one)), Some(Amount::Exactly(other) | Amount::AtLeast(other))) => one < other,
        (Some(Amount::Exactly(_)), Some(Amount::Unlimited)) => true,
        _ => false,
    }
}
