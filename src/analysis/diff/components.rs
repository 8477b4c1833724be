//! Parts of two sets of licenses that have nothing to do with each other: names that depend on each other or replace each
//! other, directly or not.

use std::collections::{BTreeMap, BTreeSet};

use keywright_license::{Feature, License, Replaces};
use keywright_resolve::Model;

use super::blocks::{self, Records};
use super::change::LicenseSet;

/// The names of a part.
pub(super) type Component = BTreeSet<String>;

/// A part of the sets.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    pub(super) names: Component,
    /// The blocks of the old set and of the new one.
    sides: [Vec<PartBlock<'a>>; 2],
    /// Their models; `None` if a set has errors, because only its own model has the names of unreadable blocks.
    models: [Option<Model>; 2],
}

/// A block of a part.
#[derive(Debug)]
struct PartBlock<'a> {
    file: usize,
    license: &'a License,
    feature: &'a Feature,
    records: Records<'a>,
}

impl PartialEq for PartBlock<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.feature.name == other.feature.name && self.records == other.records
    }
}

impl<'a> Part<'a> {
    /// The blocks of both sets.
    pub(super) fn features(&self) -> impl Iterator<Item = &'a Feature> + '_ {
        self.sides.iter().flatten().map(|block| block.feature)
    }

    /// Returns the sets with the models of the part, so that the work on the part depends on its own size.
    pub(super) fn of_sets<'s>(
        &'s self,
        old: LicenseSet<'s>,
        new: LicenseSet<'s>,
    ) -> (LicenseSet<'s>, LicenseSet<'s>) {
        let [old_model, new_model] = &self.models;
        let old = LicenseSet { model: old_model.as_ref().unwrap_or(old.model), ..old };
        (old, LicenseSet { model: new_model.as_ref().unwrap_or(new.model), ..new })
    }
}

fn compile(blocks: &[PartBlock<'_>]) -> Option<Model> {
    let blocks = blocks.iter().map(|block| (block.file, block.license, block.feature));
    Model::compile_blocks(blocks).ok()
}

/// Returns the parts in which the sets differ.
pub(super) fn changed<'a>(old: LicenseSet<'a>, new: LicenseSet<'a>) -> Vec<Part<'a>> {
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
    let mut parts: BTreeMap<usize, Part<'a>> = BTreeMap::new();
    for name in union.names() {
        let root = union.root_of(&name);
        parts.entry(root).or_default().names.insert(name);
    }
    for (side, set) in [old, new].into_iter().enumerate() {
        let has_replaced_keys = set_replaces_keys(set);
        let files = set.licenses.iter().enumerate();
        let blocks =
            files.flat_map(|(file, license)| license.features.iter().map(move |it| (file, license, it)));
        for (file, license, feature) in blocks {
            let name = feature.name.value.as_str();
            let mut records = blocks::records((license, feature));
            // REPLACES may name a KEY.
            if feature.terms().replaces.is_some() || has_replaced_keys {
                let key = license.key(feature).unwrap_or_default().into_owned();
                records.insert("KEY", vec![key.into()]);
            }
            let part = parts.get_mut(&union.root_of(name));
            if let Some(blocks) = part.and_then(|part| part.sides.get_mut(side)) {
                blocks.push(PartBlock { file, license, feature, records });
            }
        }
    }
    let differs = |Part { sides: [old, new], .. }: &Part<'_>| old != new;
    let mut parts: Vec<Part<'a>> = parts.into_values().filter(differs).collect();
    let is_read = [old, new].map(|set| !set.licenses.iter().any(License::has_errors));
    for part in &mut parts {
        for ((model, blocks), is_read) in part.models.iter_mut().zip(&part.sides).zip(is_read) {
            *model = if is_read { compile(blocks) } else { None };
        }
    }
    parts
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

    /// Returns the root of a set, and halves the path to it for later calls.
    fn root(&mut self, mut index: usize) -> usize {
        while let Some(parent) = self.parents.get(index).copied().filter(|parent| *parent != index) {
            let next = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(parent) = self.parents.get_mut(index) {
                *parent = next;
            }
            index = next;
        }
        index
    }

    fn root_of(&mut self, name: &str) -> usize {
        self.indices.get(name).copied().map_or(usize::MAX, |index| self.root(index))
    }

    /// Joins two sets. The older root stays.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = (one.min(other), one.max(other));
        self.parents.iter_mut().skip(second).take(1).for_each(|parent| *parent = first);
    }

    fn names(&self) -> Vec<String> {
        self.indices.keys().cloned().collect()
    }
}
