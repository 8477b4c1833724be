//! What the files of a run have in common though each is a license of its own: findings that need another file are made
//! from facts that are handed in, so that no file has to be kept.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::license::{Feature, License};
use crate::source::FileId;

use super::rules::sets;

/// What an earlier file of the run has to do with a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file.
    pub file: FileId,
    /// The block, by its index in the tree (as in `Feature::block`).
    pub block: usize,
    /// What the earlier file has.
    pub twin: Twin,
    /// Where: name of the file and line, as `a.lic:3`. Untrusted.
    pub place: String,
}

/// What an earlier file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twin {
    /// The same block of the same set.
    Block,
    /// A feature of the same vendor with another name that looks alike.
    Name(String),
}

/// What a file shows of itself to later ones.
#[derive(Debug)]
pub struct Marks {
    file: FileId,
    name: Arc<str>,
    blocks: Vec<Mark>,
}

#[derive(Debug)]
struct Mark {
    block: usize,
    line: usize,
    /// What the block says. ◆ Only of blocks with an SN: the same tokens without one go to every customer.
    content: Option<[u8; 32]>,
    /// Vendor and name, where the file has this name for the first time.
    name: Option<(String, String)>,
}

impl Marks {
    /// The marks of a file's sound blocks.
    #[must_use]
    pub fn of(license: &License) -> Self {
        let mut met = std::collections::HashSet::new();
        let mark = |feature: &Feature| {
            let known = (feature.vendor_name(), feature.name.value.as_str());
            let name = met.insert(known.0.to_owned() + "\n" + known.1);
            Mark {
                block: feature.block,
                line: license.source.position(feature.span.start as usize).line,
                content: feature.sn.is_some().then(|| digest(license, feature)),
                name: name.then(|| (known.0.to_owned(), known.1.to_owned())),
            }
        };
        let blocks = license.features.iter().filter(|feature| feature.is_sound()).map(mark).collect();
        Self { file: license.source.id(), name: license.source.name().into(), blocks }
    }
}

fn digest(license: &License, feature: &Feature) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in sets::content(license, feature) {
        for part in [name, value] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

/// Where something stands.
#[derive(Debug, Clone)]
struct Place {
    file: Arc<str>,
    line: usize,
}

impl Place {
    fn text(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// The marks of all files that came before.
#[derive(Debug, Default)]
pub struct Across {
    blocks: HashMap<[u8; 32], Place>,
    /// By vendor and what names that look alike have in common.
    names: HashMap<(String, String), (String, Place)>,
}

impl Across {
    /// What the files before have to do with this one; then it is one of them.
    pub fn meet(&mut self, marks: &Marks) -> Vec<Elsewhere> {
        let mut found = Vec::new();
        for mark in &marks.blocks {
            let mut tell = |twin, place: &Place| {
                found.push(Elsewhere { file: marks.file, block: mark.block, twin, place: place.text() });
            };
            if let Some(first) = mark.content.and_then(|content| self.blocks.get(&content)) {
                tell(Twin::Block, first);
            }
            if let Some((name, place)) = mark.name.as_ref().and_then(|name| self.alike(name)) {
                tell(Twin::Name(name.clone()), place);
            }
        }
        for mark in &marks.blocks {
            self.take(mark, &marks.name);
        }
        found
    }

    fn alike(&self, (vendor, name): &(String, String)) -> Option<&(String, Place)> {
        let keys = sets::similar_names::keys(name).into_iter();
        let mut met = keys.filter_map(|key| self.names.get(&(vendor.clone(), key)));
        met.find(|(other, _)| other != name)
    }

    fn take(&mut self, mark: &Mark, file: &Arc<str>) {
        let place = || Place { file: Arc::clone(file), line: mark.line };
        if let Some(content) = mark.content {
            self.blocks.entry(content).or_insert_with(place);
        }
        let Some((vendor, name)) = &mark.name else { return };
        for key in sets::similar_names::keys(name) {
            self.names.entry((vendor.clone(), key)).or_insert_with(|| (name.clone(), place()));
        }
    }
}
