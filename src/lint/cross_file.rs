//! Comparison of files that are linted as separate licenses. Only short marks of each file are kept, not the file.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use keywright_license::{Feature, License};
use keywright_syntax::source::FileId;

use super::cross_file_match::{CrossFileMatch, DuplicateKind};
use super::rules::sets;

/// The data of a file that later files are compared with.
#[derive(Debug)]
pub struct FileFingerprints {
    file: FileId,
    name: Arc<str>,
    blocks: Vec<BlockFingerprint>,
}

#[derive(Debug)]
struct BlockFingerprint {
    block: usize,
    line: usize,
    /// Hash of the block.
    ///
    /// DECISION: only for blocks with an SN, because the same tokens without one go to every customer.
    content: Option<[u8; 32]>,
    /// Vendor and name, at the first block of this name in the file.
    name: Option<(String, String)>,
}

impl FileFingerprints {
    /// Creates the marks of the sound blocks of a file.
    #[must_use]
    pub fn new(license: &License) -> Self {
        let mut met = std::collections::HashSet::new();
        let mark = |feature: &Feature| {
            let known = (feature.vendor_name(), feature.name.value.as_str());
            let name = met.insert(known.0.to_owned() + "\n" + known.1);
            BlockFingerprint {
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

/// A place in an earlier file.
#[derive(Debug, Clone)]
struct BlockLocation {
    file: Arc<str>,
    line: usize,
}

impl BlockLocation {
    fn text(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// The marks of all earlier files.
#[derive(Debug, Default)]
pub struct CrossFileIndex {
    blocks: HashMap<[u8; 32], BlockLocation>,
    /// First name and place by vendor and similarity key.
    names: HashMap<(String, String), (String, BlockLocation)>,
}

impl CrossFileIndex {
    /// Returns the matches with earlier files, then adds the marks of this file.
    pub fn check_and_add(&mut self, marks: &FileFingerprints) -> Vec<CrossFileMatch> {
        let mut found = Vec::new();
        for mark in &marks.blocks {
            let mut tell = |twin, place: &BlockLocation| {
                found.push(CrossFileMatch { file: marks.file, block: mark.block, twin, place: place.text() });
            };
            if let Some(first) = mark.content.and_then(|content| self.blocks.get(&content)) {
                tell(DuplicateKind::Block, first);
            }
            if let Some((name, place)) = mark.name.as_ref().and_then(|name| self.alike(name)) {
                tell(DuplicateKind::Name(name.clone()), place);
            }
        }
        for mark in &marks.blocks {
            self.add(mark, &marks.name);
        }
        found
    }

    fn alike(&self, (vendor, name): &(String, String)) -> Option<&(String, BlockLocation)> {
        let keys = sets::similar_names::keys(name).into_iter();
        let mut met = keys.filter_map(|key| self.names.get(&(vendor.clone(), key)));
        met.find(|(other, _)| other != name)
    }

    fn add(&mut self, mark: &BlockFingerprint, file: &Arc<str>) {
        let place = || BlockLocation { file: Arc::clone(file), line: mark.line };
        if let Some(content) = mark.content {
            self.blocks.entry(content).or_insert_with(place);
        }
        let Some((vendor, name)) = &mark.name else { return };
        for key in sets::similar_names::keys(name) {
            self.names.entry((vendor.clone(), key)).or_insert_with(|| (name.clone(), place()));
        }
    }
}
