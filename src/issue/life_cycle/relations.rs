//! Which license of a customer adds to, replaces or renews which, found once for all licenses.

use std::collections::HashMap;

use super::ExistingLicense;
use crate::order_kind::OrderKind;

/// Licenses by the serial number that their order names with `of`, as positions in the list of all licenses.
#[derive(Debug, Default)]
pub(super) struct Relations<'a> {
    by_sn: HashMap<&'a str, usize>,
    addons: HashMap<&'a str, Vec<usize>>,
    superseded_by: HashMap<&'a str, usize>,
    renewed_by: HashMap<&'a str, usize>,
}

impl<'a> Relations<'a> {
    pub(super) fn of(all: &[ExistingLicense<'a>]) -> Self {
        let mut relations = Self::default();
        for (at, license) in all.iter().enumerate() {
            relations.by_sn.insert(license.sn(), at);
            if license.holding.kind() == Some(OrderKind::Addon) {
                relations.addons.entry(license.of()).or_default().push(at);
            }
        }
        for (at, license) in all.iter().enumerate() {
            let kind = license.holding.kind();
            if kind.is_some_and(OrderKind::supersedes) {
                for sn in relations.family(license.of(), all) {
                    relations.superseded_by.entry(sn).or_insert(at);
                }
            } else if kind == Some(OrderKind::Renewal) {
                let addons = relations.renewed_with(license.of(), all);
                let addons = addons.into_iter().filter_map(|at| all.get(at)).map(ExistingLicense::sn);
                for sn in addons.chain([license.of()]) {
                    relations.renewed_by.entry(sn).or_insert(at);
                }
            }
        }
        relations
    }

    /// Returns the upgrade or replacement that superseded a license.
    pub(super) fn superseding(&self, sn: &str) -> Option<usize> {
        self.superseded_by.get(sn).copied()
    }

    /// Returns the renewal of a license.
    pub(super) fn renewal(&self, sn: &str) -> Option<usize> {
        self.renewed_by.get(sn).copied()
    }

    /// Returns a serial number and those of its add-ons, and of their add-ons.
    pub(super) fn family(&self, sn: &'a str, all: &[ExistingLicense<'a>]) -> Vec<&'a str> {
        let mut family = vec![sn];
        let mut next = 0;
        while let Some(base) = family.get(next) {
            let addons = self.addons.get(base).into_iter().flatten();
            // An add-on has one base, so only a damaged log leads back, and only to the beginning.
            let addons =
                addons.filter_map(|at| all.get(*at)).map(ExistingLicense::sn).filter(|addon| *addon != sn);
            family.extend(addons.collect::<Vec<_>>());
            next += 1;
        }
        family
    }

    /// Returns the add-ons of a license that end on its last day, in the order of issue.
    pub(super) fn renewed_with(&self, sn: &'a str, all: &[ExistingLicense<'a>]) -> Vec<usize> {
        let last_end = |at: usize| all.get(at).and_then(|license| license.holding.last_end());
        let Some(last) = self.by_sn.get(sn).and_then(|at| last_end(*at)) else { return Vec::new() };
        let family = self.family(sn, all);
        let addons = family.iter().skip(1).filter_map(|sn| self.by_sn.get(sn).copied());
        let mut addons: Vec<usize> = addons.filter(|at| last_end(*at) == Some(last)).collect();
        addons.sort_unstable();
        addons
    }
}
