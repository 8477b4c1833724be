//! The changes of ends, BORROW, SHARE and prices, on each day on which they change.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::change::{Change, ChangeKind, LicenseSet};
use super::components::Component;
use super::terms::{self, Terms};

/// The terms that were listed last, so that each change is listed once.
#[derive(Debug, Default)]
pub(super) struct TermsListing {
    borrow: BTreeMap<String, (u32, u32)>,
    texts: BTreeMap<(String, ChangeKind), (String, String)>,
    /// For each feature: the last day on which it was usable, in the old set and in the new one.
    ends: BTreeMap<String, [LastDay; 2]>,
}

/// The last day on which a feature can be used, as far as days were examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum LastDay {
    #[default]
    NeverUsable,
    Still,
    On(Date),
}

impl LastDay {
    /// Continues with the period that begins on a day.
    fn then(self, day: Date, is_usable: bool) -> Self {
        match self {
            _ if is_usable => Self::Still,
            Self::Still => day.yesterday().map_or(self, Self::On),
            _ => self,
        }
    }

    fn is_before(self, other: Self) -> bool {
        match (self, other) {
            (Self::On(one), Self::On(other)) => one < other,
            (Self::On(_), Self::Still) => true,
            _ => false,
        }
    }

    fn text(self) -> String {
        match self {
            Self::On(day) => day.to_string(),
            Self::NeverUsable | Self::Still => String::new(),
        }
    }
}

impl TermsListing {
    /// Returns the changes of BORROW, SHARE and prices of a part on a day.
    pub(super) fn on(
        &mut self,
        old: LicenseSet<'_>,
        new: LicenseSet<'_>,
        names: &Component,
        day: Date,
    ) -> Vec<Change> {
        let (before, after) = (terms::on(old, names, day), terms::on(new, names, day));
        let mut changes = Vec::new();
        for (name, old) in &before {
            if let Some(new) = after.get(name) {
                changes.extend(self.of_feature(name, old, new, day));
            }
        }
        // The borrowing of a token is that of its pools.
        let loses = |change: &Change| change.kind == ChangeKind::Borrow && change.lost;
        if changes.iter().any(loses) {
            let is_shorter = |change: &&mut Change| {
                change.kind == ChangeKind::Borrow && hours(&change.new) < hours(&change.old)
            };
            changes.iter_mut().filter(is_shorter).for_each(|change| change.lost = true);
        }
        changes
    }

    fn of_feature(&mut self, name: &str, old: &Terms, new: &Terms, day: Date) -> Vec<Change> {
        let mut changes = Vec::new();
        let borrow = (old.borrow, new.borrow);
        let last = self.borrow.insert(name.to_owned(), borrow);
        if borrow.0 != borrow.1 && last != Some(borrow) {
            let text = |hours: u32| if hours == 0 { String::new() } else { format!("{hours} hours") };
            let lost = old.is_pool && borrow.1 < borrow.0;
            changes.push(change(name, day, ChangeKind::Borrow, (text(borrow.0), text(borrow.1)), lost));
        }
        let texts = [
            (ChangeKind::Share, (old.share.clone(), new.share.clone())),
            (ChangeKind::Price, (old.price.clone(), new.price.clone())),
        ];
        for (kind, both) in texts {
            let last = self.texts.insert((name.to_owned(), kind), both.clone());
            if both.0 != both.1 && last.as_ref() != Some(&both) {
                changes.push(change(name, day, kind, both, false));
            }
        }
        changes
    }

    /// Notes whether a feature can be used in the period that begins on a day, in the old set and in the new one.
    pub(super) fn note_use(&mut self, name: &str, day: Date, is_usable: [bool; 2]) {
        let ends = self.ends.entry(name.to_owned()).or_default();
        for (end, is_usable) in ends.iter_mut().zip(is_usable) {
            *end = end.then(day, is_usable);
        }
    }

    /// Returns the changes of ends, after all periods were noted. A feature that only one set has is omitted.
    pub(super) fn ends(self) -> impl Iterator<Item = Change> {
        self.ends.into_iter().filter_map(|(name, [old, new])| {
            let day = [old, new].into_iter().filter_map(|end| match end {
                LastDay::On(day) => day.tomorrow().ok(),
                _ => None,
            });
            let day = day.min()?;
            let differ = old != new && ![old, new].contains(&LastDay::NeverUsable);
            differ.then(|| change(&name, day, ChangeKind::End, (old.text(), new.text()), new.is_before(old)))
        })
    }
}

fn hours(text: &str) -> u32 {
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn change(name: &str, day: Date, kind: ChangeKind, (old, new): (String, String), lost: bool) -> Change {
    Change { features: vec![name.to_owned()], day, kind, old, new, lost, example: None }
}
