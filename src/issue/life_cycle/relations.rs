//! Relations between the licenses of a customer: which one adds to, replaces or renews which. Found once for all licenses.

use std::collections::HashMap;

use crate::log::Holding;
use crate::order_kind::OrderKind;

/// Licenses by the serial number that their order names with `of`, as positions in `all`.
#[derive(Debug, Default)]
pub(super) struct Relations<'a> {
    all: Vec<&'a Holding>,
    by_sn: HashMap<&'a str, usize>,
    addons: HashMap<&'a str, Vec<usize>>,
    superseded_by: HashMap<&'a str, usize>,
    renewed_by: HashMap<&'a str, usize>,
}

impl<'a> Relations<'a> {
    /// Finds the relations of licenses in the order of issue.
    pub(super) fn of(all: Vec<&'a Holding>) -> Self {
        let mut relations = Self::default();
        for (at, license) in all.iter().enumerate() {
            relations.by_sn.insert(license.sn(), at);
            if license.kind() == Some(OrderKind::Addon) {
                relations.addons.entry(base(license)).or_default().push(at);
            }
        }
        relations.all = all;
        for (at, license) in relations.all.clone().into_iter().enumerate() {
            let kind = license.kind();
            if kind.is_some_and(OrderKind::supersedes) {
                for sn in relations.family(base(license)) {
                    relations.superseded_by.entry(sn).or_insert(at);
                }
            } else if kind == Some(OrderKind::Renewal) {
                let addons = relations.renewed_with(base(license)).into_iter();
                let addons: Vec<&str> = addons.filter_map(|at| relations.sn(at)).collect();
                for sn in addons.into_iter().chain([base(license)]) {
                    relations.renewed_by.entry(sn).or_insert(at);
                }
            }
        }
        relations
    }

    fn sn(&self, at: usize) -> Option<&'a str> {
        self.all.get(at).map(|license| license.sn())
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
    pub(super) fn family(&self, sn: &'a str) -> Vec<&'a str> {
        let mut family = vec![sn];
        // Bounded, because licenses of a damaged log may be add-ons of each other.
        for next in 0..self.all.len() {
            let Some(addons) = family.get(next).map(|base| self.addons.get(base)) else { break };
            let addons = addons.into_iter().flatten().filter_map(|at| self.sn(*at));
            family.extend(addons.filter(|addon| *addon != sn));
        }
        family
    }

    /// Returns the add-ons of a license that end on its last day, in the order of issue.
    pub(super) fn renewed_with(&self, sn: &'a str) -> Vec<usize> {
        let last_end = |at: usize| self.all.get(at).and_then(|license| license.last_end());
        let Some(last) = self.by_sn.get(sn).and_then(|at| last_end(*at)) else { return Vec::new() };
        let addons = self.family(sn).into_iter().skip(1).filter_map(|sn| self.by_sn.get(sn).copied());
        let mut addons: Vec<usize> = addons.filter(|at| last_end(*at) == Some(last)).collect();
        addons.sort_unstable();
        addons
    }
}

/// Returns the serial number that the order of a license names with `of`.
fn base(license: &Holding) -> &str {
    license.issue().map_or("", |issue| issue.of.as_str())
}
