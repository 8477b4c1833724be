//! Repair of files that transport damaged, before the fixes of single findings.

use std::sync::Arc;

use jiff::civil::Date;
use keywright_license::License;
use keywright_syntax::repair_certain;
use keywright_syntax::source::SourceFile;

use super::fix::{Mode, Report};
use super::keys::Store;

/// The result of a repair.
pub(super) enum Repair {
    /// The file has no damage that can be undone with certainty.
    None,
    /// The damage is undone.
    Done(Arc<SourceFile>),
    /// The KEYs of the repaired blocks could not be verified, so the file is unchanged.
    NotVerified,
}

impl Repair {
    /// Returns the file to go on with.
    pub(super) fn result(&self, source: &Arc<SourceFile>) -> Arc<SourceFile> {
        match self {
            Self::Done(new) => Arc::clone(new),
            Self::None | Self::NotVerified => Arc::clone(source),
        }
    }

    /// Adds the repair to the report on the fixes.
    pub(super) fn count(&self, report: &mut Report) {
        match self {
            Self::None => {}
            Self::Done(_) => report.applied += 1,
            Self::NotVerified => report.unproven = true,
        }
    }
}

/// Repairs a file that mail or an editor damaged as a whole, or whose KEYs are wrapped.
///
/// DECISION: a repair changes the signed text of a file, so it must not guess. It is made only if all KEYs of the repaired
/// file verify with the trust store, if there are no KEYs, or with `--unsafe-fixes`.
pub(super) fn repair(source: &Arc<SourceFile>, store: Option<&Store>, at: Date, mode: Mode) -> Repair {
    let before = License::parse(Arc::clone(source));
    if !before.has_errors() {
        return Repair::None;
    }
    let Some(repaired) = repair_certain(source) else { return Repair::None };
    let new = SourceFile::from_bytes(source.id(), source.name(), repaired.text.into_bytes());
    let after = License::parse(Arc::clone(&new));
    let is_better = after.features.len() > before.features.len() || after.broken.len() < before.broken.len();
    if !is_better {
        return Repair::None;
    }
    let is_unsigned = || after.features.iter().all(|feature| feature.key.is_none());
    let is_proven = || store.is_some_and(|store| store.is_signed(&after, at));
    if mode == Mode::Unsafe || (after.broken.is_empty() && (is_unsigned() || is_proven())) {
        Repair::Done(new)
    } else {
        Repair::NotVerified
    }
}
