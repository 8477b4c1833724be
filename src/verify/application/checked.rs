//! License files after verification, owned by the application.

use std::fmt;

use jiff::civil::Date;

use keywright_license::License;
use keywright_syntax::limits::MAX_FILE_BYTES;
use keywright_syntax::source::{FileId, SourceFile, Span};

use super::super::revocation::Revocations;
use super::super::verdict::{BlockReport, FileReport, Outcome, Policy, Verdict};
use super::super::verify::Verifier;
use super::hosts::{HostIds, HostMatch};
use super::keys::Application;

/// Verified license files.
#[derive(Debug)]
pub struct CheckedFiles {
    /// The files, in the order in which they were given.
    pub files: Vec<CheckedFile>,
    /// The day for which they were verified.
    pub at: Date,
    pub(super) licenses: Vec<License>,
}

/// A verified license file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedFile {
    /// The outcome for the file.
    pub outcome: Outcome,
    /// Policies that are not met, each with the reason. A reason contains text of the file.
    pub policies: Vec<(Policy, String)>,
    /// The blocks, in the order of the file.
    pub blocks: Vec<CheckedBlock>,
}

/// A verified block.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedBlock {
    /// The name, if it could be read.
    pub feature: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason of the verdict. It contains text of the file.
    pub reason: String,
    /// The line where the block begins, from 1.
    pub line: usize,
    /// The comparison of HOSTID with this computer.
    pub host: HostMatch,
    /// The index of the block in the license and its place, if its signature matches. Only these blocks can grant something.
    pub(super) signed: Option<(usize, Span)>,
    /// True if an earlier block has the same payload.
    pub duplicate: bool,
}

impl CheckedBlock {
    /// Returns true if the block grants something on its days: its signature matches, HOSTID matches this computer, and it
    /// is not a duplicate.
    #[must_use]
    pub fn grants(&self) -> bool {
        self.signed.is_some() && !self.duplicate && self.host != HostMatch::Differs
    }
}

/// The reason why files cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckError {
    /// The files together are larger than the limit, in bytes.
    TooLarge(usize),
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(most) => write!(f, "the license files are larger than {most} bytes"),
        }
    }
}

impl std::error::Error for CheckError {}

impl Application {
    /// Verifies license files for a day and a computer. The files belong to one customer: a block that occurs in several
    /// of them counts once.
    ///
    /// # Errors
    /// Returns an error if the files are too large together. Everything else is in the verdicts.
    pub fn check<'b>(
        &self,
        files: impl IntoIterator<Item = &'b [u8]>,
        hosts: &HostIds,
        at: Date,
    ) -> Result<CheckedFiles, CheckError> {
        let files: Vec<&[u8]> = files.into_iter().collect();
        let size = files.iter().fold(0_usize, |size, file| size.saturating_add(file.len()));
        if size > MAX_FILE_BYTES {
            return Err(CheckError::TooLarge(MAX_FILE_BYTES));
        }
        let licenses: Vec<License> = (1..).zip(&files).map(|(number, bytes)| read(number, bytes)).collect();
        let revocations: &Revocations = &self.revocations;
        let reports = Verifier::new(&self.trust, revocations, at, self.mode).files(&licenses);
        let files = licenses.iter().zip(&reports).map(|(license, report)| checked(license, report, hosts));
        Ok(CheckedFiles { files: files.collect(), at, licenses })
    }
}

impl CheckedFiles {
    /// Returns the worst outcome of all files; [`Outcome::NotValid`] without a file.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.files.iter().map(|file| file.outcome).max().unwrap_or(Outcome::NotValid)
    }

    /// Returns the text of a directive of a block with a matching signature: for example LICENSEE or DATA.
    #[must_use]
    pub fn directive(&self, file: usize, block: &CheckedBlock, name: &str) -> Option<String> {
        let license = self.licenses.get(file)?;
        let feature = license.features.get(block.signed?.0)?;
        license.value(feature, name).map(String::from)
    }
}

fn read(number: u32, bytes: &[u8]) -> License {
    let name = format!("license-{number}");
    License::parse(SourceFile::from_bytes(FileId::default(), name, bytes.to_vec()))
}

fn checked(license: &License, report: &FileReport<'_>, hosts: &HostIds) -> CheckedFile {
    let policies = report.policy.iter().map(|fault| (fault.policy, fault.reason.to_string())).collect();
    let blocks = report.blocks.iter().map(|block| checked_block(license, block, hosts)).collect();
    CheckedFile { outcome: report.outcome(), policies, blocks }
}

fn checked_block(license: &License, block: &BlockReport<'_>, hosts: &HostIds) -> CheckedBlock {
    let signed = block.verified.or(block.out_of_force);
    let index = signed.and_then(|feature| {
        // The blocks of a license are in the order of the file.
        license
            .features
            .binary_search_by_key(&feature.get().span.start, |other| other.span.start)
            .ok()
            .map(|index| (index, feature.get().span))
    });
    let host = signed.map_or(HostMatch::NotLocked, |feature| hosts.compare(license.view(feature.get())));
    CheckedBlock {
        feature: block.feature.clone(),
        verdict: block.verdict,
        reason: block.reason.to_string(),
        line: block.line,
        host,
        signed: index,
        duplicate: block.duplicate.is_some(),
    }
}
