//! Comparison of files that are linted as separate licenses. Only short marks of each file are kept, not the file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use sha2::{Digest as _, Sha256};

use keywright_license::{Feature, License};
use keywright_syntax::source::FileId;

use super::cross_file_match::{CrossFileMatch, DuplicateKind};
use super::cross_file_names::{BlockLocation, NameIndex, VendorName};
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
    /// The name, at the first block of this name in the file.
    name: Option<VendorName>,
}

impl FileFingerprints {
    /// Creates the marks of the sound blocks of a file.
    #[must_use]
    pub fn new(license: &License) -> Self {
        let mut met: HashSet<_, RandomState> = HashSet::default();
        let mark = |feature| {
            let is_first = met.insert((Feature::vendor_name(feature), feature.name.value.as_str()));
            BlockFingerprint {
                block: feature.block,
                line: license.source.position(feature.span.start as usize).line,
                content: feature.sn.is_some().then(|| digest(license, feature)),
                name: is_first.then(|| VendorName::of(feature)),
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

/// The marks of all earlier files.
#[derive(Debug, Default)]
pub struct CrossFileIndex {
    blocks: HashMap<[u8; 32], BlockLocation>,
    names: NameIndex,
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
            if let Some((name, place)) = mark.name.as_ref().and_then(|name| self.names.similar(name)) {
                tell(DuplicateKind::Name(name.to_string()), place);
            }
        }
        for mark in &marks.blocks {
            self.add(mark, &marks.name);
        }
        found
    }

    fn add(&mut self, mark: &BlockFingerprint, file: &Arc<str>) {
        let place = || BlockLocation { file: Arc::clone(file), line: mark.line };
        if let Some(content) = mark.content {
            self.blocks.entry(content).or_insert_with(place);
        }
        if let Some(name) = &mark.name {
            self.names.add(name, place());
        }
    }
}
