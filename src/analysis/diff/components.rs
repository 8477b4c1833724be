//! Parts of two sets of licenses that have nothing to do with each other: names that depend on each other or replace each
//! other, directly or not.

use std::collections::{BTreeMap, BTreeSet};

use keywright_license::Replaces;

use super::blocks::{self, Records};
use super::change::LicenseSet;

/// The names of a part.
pub(super) type Component = BTreeSet<String>;

/// The blocks of a part, each with its name.
type Blocks<'a> = Vec<(String, Records<'a>)>;

/// Returns the parts in which the sets differ.
pub(super) fn changed(old: LicenseSet<'_>, new: LicenseSet<'_>) -> Vec<Component> {
    let mut union = Union::default();
    let every = || blocks::all(old).chain(blocks::all(new));
    let by_key: BTreeMap<String, &str> = every()
        .filter_map(|(license, feature)| {
            Some((license.key(feature)?.into_owned(), feature.name.value.as_str()))
        })
        .collect();
    for (_, feature) in every() {
        let name = union.index(feature.name.value.as_str());
        for need in &feature.dependencies {
            let other = union.index(need.feature.value.as_str());
            union.join(name, other);
        }
        // A block can replace those of another name.
        let replaced = feature.terms().replaces.as_ref().and_then(|replaces| match &replaces.value {
            Replaces::Feature(replaced) => Some(replaced.as_str()),
            Replaces::Key(key) => by_key.get(key).copied(),
        });
        if let Some(replaced) = replaced {
            let other = union.index(replaced);
            union.join(name, other);
        }
    }
    let mut parts: BTreeMap<usize, (Component, [Blocks<'_>; 2])> = BTreeMap::new();
    for name in union.names() {
        let root = union.root_of(&name);
        parts.entry(root).or_default().0.insert(name);
    }
    for (side, set) in [old, new].into_iter().enumerate() {
        let has_replaced_keys = set_replaces_keys(set);
        for (license, feature) in blocks::all(set) {
            let name = feature.name.value.as_str();
            let mut records = blocks::records((license, feature));
            // REPLACES may name a KEY.
            if feature.terms().replaces.is_some() || has_replaced_keys {
                let key = license.key(feature).unwrap_or_default().into_owned();
                records.insert("KEY", vec![key.into()]);
            }
            if let Some(blocks) =
                parts.get_mut(&union.root_of(name)).and_then(|(_, sides)| sides.get_mut(side))
            {
                blocks.push((name.to_owned(), records));
            }
        }
    }
    let differs = |(_, [old, new]): &(Component, [Blocks<'_>; 2])| old != new;
    parts.into_values().filter(differs).map(|(names, _)| names).collect()
}

fn set_replaces_keys(set: LicenseSet<'_>) -> bool {
    blocks::all(set).any(|(_, feature)| {
        feature.terms().replaces.as_ref().is_some_and(|replaces| matches!(replaces.value, Replaces::Key(_)))
    })
}

/// Disjoint sets of names.
#[derive(Debug, Default)]
struct Union {
    indices: BTreeMap<String, usize>,
    parents: Vec<usize>,
}

impl Union {
    fn index(&mut self, name: &str) -> usize {
        if let Some(known) = self.indices.get(name) {
            return *known;
        }
        let index = self.parents.len();
        self.parents.push(index);
        self.indices.insert(name.to_owned(), index);
        index
    }

    fn root(&self, mut index: usize) -> usize {
        while let Some(parent) = self.parents.get(index).filter(|parent| **parent != index) {
            index = *parent;
        }
        index
    }

    fn root_of(&self, name: &str) -> usize {
        self.indices.get(name).map_or(usize::MAX, |index| self.root(*index))
    }

    /// Joins two sets. The older root stays, and the path to it is shortened.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = (one.min(other), one.max(other));
        self.parents.iter_mut().skip(second).take(1).for_each(|parent| *parent = first);
    }

    fn names(&self) -> Vec<String> {
        self.indices.keys().cloned().collect()
    }
}
