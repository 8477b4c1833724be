//! Verdicts as data: for a block, for a file, and their summary.

use std::sync::Arc;

use keywright_license::Feature;
use keywright_syntax::source::Span;

use super::message::{Digest, KeyId};
use super::reason::Reason;
use super::verify::Verified;

/// The verdict on a block. The list is complete, and the first verdict in this order that applies is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The block or its KEY cannot be read.
    Malformed,
    /// The block has an unknown directive or an unsupported version of KEY.
    Unsupported,
    /// The block has no KEY.
    Unsigned,
    /// The trust store has no key with the key id of the KEY that is accepted in this mode.
    UnknownKey,
    /// The key is trusted for another vendor.
    NotForVendor,
    /// The signature does not match.
    Invalid,
    /// The signature matches, but the block, its set or its key is revoked, or the key was not valid when it signed.
    Revoked,
    /// The signature matches; START is in the future.
    NotYet,
    /// The signature matches; END is in the past.
    Expired,
    /// The signature matches, and the block is valid on the verification date.
    Valid,
}

impl Verdict {
    /// All verdicts in the order of precedence.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::Unsupported,
        Self::Unsigned,
        Self::UnknownKey,
        Self::NotForVendor,
        Self::Invalid,
        Self::Revoked,
        Self::NotYet,
        Self::Expired,
        Self::Valid,
    ];

    /// Returns the word in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "MALFORMED",
            Self::Unsupported => "UNSUPPORTED",
            Self::Unsigned => "UNSIGNED",
            Self::UnknownKey => "UNKNOWN-KEY",
            Self::NotForVendor => "NOT-FOR-VENDOR",
            Self::Invalid => "INVALID",
            Self::Revoked => "REVOKED",
            Self::NotYet => "NOT-YET",
            Self::Expired => "EXPIRED",
            Self::Valid => "VALID",
        }
    }

    /// Returns true if the vendor signed the block as it is, whatever its dates.
    #[must_use]
    pub fn is_signature_good(self) -> bool {
        matches!(self, Self::NotYet | Self::Expired | Self::Valid)
    }

    /// Returns the outcome for the file.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Malformed | Self::Unsupported => Outcome::Unreadable,
            Self::Unsigned | Self::UnknownKey | Self::NotForVendor | Self::Invalid | Self::Revoked => {
                Outcome::NotValid
            }
            Self::NotYet | Self::Expired => Outcome::NotNow,
            Self::Valid => Outcome::Valid,
        }
    }
}

/// The outcome for a file, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// At least one block, and every block is valid.
    Valid,
    /// Signatures match, but a block is expired or not yet valid.
    NotNow,
    /// Signatures match, but a policy is not met: see [`Policy`].
    Policy,
    /// A signature is missing, untrusted, wrong or revoked.
    NotValid,
    /// A block cannot be read.
    Unreadable,
}

impl Outcome {
    /// Returns the word in vectors and in the libraries for applications.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::NotNow => "NOT-NOW",
            Self::Policy => "POLICY",
            Self::NotValid => "NOT-VALID",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

/// A requirement beyond matching signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// Blocks of different customers are mixed; with [`one_set`](super::Verifier::one_set), also of different purchases.
    MixedSet,
    /// A dependency of a valid block is missing, invalid, or of another customer.
    Incomplete,
    /// The trust bundle or a revocation list is expired or missing.
    Stale,
}

impl Policy {
    /// Returns the word in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MixedSet => "MIXED-SET",
            Self::Incomplete => "INCOMPLETE",
            Self::Stale => "STALE",
        }
    }
}

/// A policy that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// The policy.
    pub policy: Policy,
    /// The reason. Contains text of the file: escape it.
    pub reason: Reason,
}

/// The place of the first block with the same payload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// The name of the file. Untrusted: escape it.
    pub file: String,
    /// The line where the block begins, from 1.
    pub line: usize,
}

/// The basis of a verdict that has several possible causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum VerdictCause {
    /// The usual cause of the verdict.
    #[default]
    Verdict,
    /// UNSUPPORTED: the KEY has a newer version; all directives are known. MALFORMED: the KEY seems to have another
    /// version because it is damaged.
    KeyVersion,
    /// UNKNOWN-KEY: the trust store has the key as a development key.
    DevelopmentKey,
    /// REVOKED or NOT-YET: nothing is revoked, but the key was not valid at the time of signing.
    KeyTime,
}

/// The result for a block.
#[derive(Debug)]
#[non_exhaustive]
pub struct BlockReport<'a> {
    /// The name of the block, if it could be read.
    pub feature: Option<String>,
    /// VENDOR as claimed by the block. Shared by successive blocks.
    pub vendor: Option<Arc<str>>,
    /// The verdict.
    pub verdict: Verdict,
    /// The basis of the verdict.
    pub ground: VerdictCause,
    /// The reason, in a sentence. Contains text of the file: escape it.
    pub reason: Reason,
    /// Advice.
    pub help: Option<Reason>,
    /// The key named by KEY.
    pub key: Option<KeyId>,
    /// The place of the block.
    pub span: Span,
    /// The line where the block begins, from 1.
    pub line: usize,
    /// The digest of the payload, if the block could be read.
    pub digest: Option<Digest>,
    /// The earlier block with the same payload, in this or an earlier file. Both count once.
    pub duplicate: Option<Box<Duplicate>>,
    /// The block, if it is valid.
    pub verified: Option<Verified<&'a Feature>>,
    /// The block, if its signature matches and it is not valid on the verification date.
    pub out_of_force: Option<Verified<&'a Feature>>,
    /// The claimed content, if the block can be read and its signature does not match.
    pub claimed: Option<Claimed<&'a Feature>>,
}

/// Unverified content. It may be shown as a claim only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed<T>(T);

impl<T> Claimed<T> {
    pub(super) fn new(claimed: T) -> Self {
        Self(claimed)
    }

    /// Returns the unverified content.
    #[must_use]
    pub fn unverified(&self) -> &T {
        &self.0
    }
}

/// The result for a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileReport<'a> {
    /// The name of the file. Untrusted: escape it.
    pub file: String,
    /// The blocks in file order, including unreadable ones.
    pub blocks: Vec<BlockReport<'a>>,
    /// Policies that are not met.
    pub policy: Vec<PolicyFault>,
    /// Hidden characters anywhere in the file. They change no verdict by themselves: in signed text they are errors.
    pub hidden: HiddenText,
    /// The verdicts on a copy of the file with recognised damage undone, if there is damage. They change no verdict.
    pub repaired: Option<Repaired>,
}

/// The hidden characters of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HiddenText {
    /// The first lines that contain some.
    pub lines: Vec<HiddenLine>,
    /// Number of lines that are omitted.
    pub more: usize,
}

/// The hidden characters of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HiddenLine {
    /// The line, from 1.
    pub line: usize,
    /// True if they are in a comment, false if they are in a block or between blocks.
    pub in_comment: bool,
    /// The first of them that differ, in the order of the line.
    pub characters: Vec<char>,
}

/// The verdicts on a copy of the file with recognised damage undone. They prove that the vendor signed the content. They
/// never make the file itself valid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The steps that undo the damage, in order, as noun phrases.
    pub steps: Vec<&'static str>,
    /// The verdict on each block of the copy, with its name.
    pub blocks: Vec<(Option<String>, Verdict)>,
}

impl Repaired {
    /// Returns the number of blocks whose signature matches.
    #[must_use]
    pub fn matching(&self) -> usize {
        self.blocks.iter().filter(|(_, verdict)| verdict.is_signature_good()).count()
    }

    /// Returns one word for the copy: the verdict that decides its outcome.
    #[must_use]
    pub fn result(&self) -> &'static str {
        let outcome = |verdict: Verdict| verdict.outcome();
        let worst = self.blocks.iter().map(|(_, verdict)| *verdict).max_by_key(|verdict| outcome(*verdict));
        worst.map_or(Verdict::Unsigned.as_str(), Verdict::as_str)
    }

    /// Returns true if all blocks of the copy have matching signatures.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let outcome = |(_, verdict): &(Option<String>, Verdict)| verdict.outcome();
        self.blocks.iter().map(outcome).max().is_some_and(|worst| worst <= Outcome::NotNow)
    }
}

impl<'a> FileReport<'a> {
    /// Returns the outcome. A file without blocks is not valid.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let policy = self.policy.first().map(|_| Outcome::Policy);
        let blocks = self.blocks.iter().map(|block| block.verdict.outcome());
        if self.blocks.is_empty() {
            Outcome::NotValid
        } else {
            blocks.chain(policy).max().unwrap_or(Outcome::NotValid)
        }
    }

    /// Returns one word for the file: the verdict of the block that decides the outcome, or the policy that is not met.
    #[must_use]
    pub fn result(&self) -> &'static str {
        let outcome = self.outcome();
        if let (Outcome::Policy, Some(fault)) = (outcome, self.policy.first()) {
            return fault.policy.as_str();
        }
        self.blocks
            .iter()
            .map(|block| block.verdict)
            .find(|verdict| verdict.outcome() == outcome)
            .map_or(Verdict::Unsigned.as_str(), Verdict::as_str)
    }

    /// Returns the valid blocks, each payload once.
    pub fn verified(&self) -> impl Iterator<Item = &Verified<&'a Feature>> {
        self.blocks
            .iter()
            .filter(|block| block.duplicate.is_none())
            .filter_map(|block| block.verified.as_ref())
    }
}
