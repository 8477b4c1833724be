//! Verification of KEYs with a trust store, for the linter.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::trust_args::TrustArgs;
use crate::{CliError, Console};
use keywright_license::License;
use keywright_lint::{KeyFinding, KeyState};
use keywright_verify::{BlockReport, Mode, Revocations, Trust, Verdict, VerdictCause, Verifier};

/// A trust store with its revocations.
pub(super) struct Store {
    trust: Trust,
    revocations: Revocations,
}

/// The trust stores of a run, by directory.
pub(super) type Stores = HashMap<PathBuf, Store>;

/// Loads a store, unless it is already loaded.
pub(super) fn load(stores: &mut Stores, directory: &Path, io: &mut Console<'_>) -> Result<(), CliError> {
    if !stores.contains_key(directory) {
        let args = TrustArgs { trust: Some(directory.to_owned()) };
        let (trust, revocations) = args.load_with_revocations(&[], Mode::Production, io)?;
        stores.insert(directory.to_owned(), Store { trust, revocations });
    }
    Ok(())
}

impl Store {
    /// Returns true if every block with a KEY has a matching signature.
    pub(super) fn is_signed(&self, license: &License, at: Date) -> bool {
        let report = Verifier::new(&self.trust, &self.revocations, at, Mode::Production).file(license);
        let is_fine =
            |block: &BlockReport<'_>| block.verdict.is_signature_good() || block.verdict == Verdict::Unsigned;
        report.blocks.iter().all(is_fine)
    }

    /// Returns the verification failures of KEYs, which the rules K004 to K010 report.
    pub(super) fn judge(&self, licenses: &[&License], at: Date) -> Vec<KeyFinding> {
        // Files are already processed in parallel.
        let verifier = Verifier::new(&self.trust, &self.revocations, at, Mode::Production);
        let mut findings = Vec::new();
        for license in licenses {
            let report = verifier.file(license);
            for block in &report.blocks {
                let at = license.features.binary_search_by_key(&block.span, |feature| feature.span);
                let feature = at.ok().and_then(|at| license.features.get(at));
                let (Some(feature), Some(state)) = (feature, state(block)) else { continue };
                findings.push(KeyFinding {
                    file: license.source.id(),
                    block: feature.block,
                    state,
                    detail: block.reason.to_string(),
                });
            }
        }
        findings
    }
}

/// Converts a verdict to a failure; `None` for verdicts that other rules cover: unreadable blocks, missing KEYs, dates.
fn state(block: &BlockReport<'_>) -> Option<KeyState> {
    match (block.verdict, block.ground) {
        (Verdict::UnknownKey, VerdictCause::DevelopmentKey) => Some(KeyState::Development),
        (Verdict::Revoked | Verdict::NotYet, VerdictCause::KeyTime) => Some(KeyState::OutOfTime),
        (Verdict::UnknownKey, _) => Some(KeyState::UnknownKey),
        (Verdict::NotForVendor, _) => Some(KeyState::NotForVendor),
        (Verdict::Invalid, _) => Some(KeyState::Mismatch),
        (Verdict::Revoked, _) => Some(KeyState::Revoked),
        (Verdict::Unsupported | Verdict::Malformed, VerdictCause::KeyVersion) => Some(KeyState::Unsupported),
        _ => None,
    }
}
