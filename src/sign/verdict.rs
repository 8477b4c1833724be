//! Verdicts as data: of a block, of a file, and what they add up to.

use crate::license::Feature;
use crate::source::Span;

use super::message::{Digest, KeyId};
use super::verify::Verified;

/// The verdict on one block. The list is closed; the first that applies is given, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The block, or its KEY, cannot be read.
    Malformed,
    /// It holds a directive, or a version of KEY, that this program does not know.
    Unsupported,
    /// It has no KEY.
    Unsigned,
    /// No key that is trusted here has the KEY's key id.
    UnknownKey,
    /// The key is trusted for another vendor.
    NotForVendor,
    /// The signature does not match.
    Invalid,
    /// The signature matches, but the block, its set or its key was withdrawn, or the key could not have signed then.
    Revoked,
    /// The signature is good; START is still to come.
    NotYet,
    /// The signature is good; END has passed.
    Expired,
    /// The signature is good and the block is in force.
    Valid,
}

impl Verdict {
    /// All verdicts, in the order in which they are tried.
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

    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
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

    /// Whether the block is what its vendor signed, in force or not.
    #[must_use]
    pub fn is_signature_good(self) -> bool {
        matches!(self, Self::NotYet | Self::Expired | Self::Valid)
    }

    /// What it means for the file.
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

/// What the verdicts of a file add up to, from good to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// At least one block, and every block is valid.
    Valid,
    /// Signatures are good, but a block is expired or not yet in force.
    NotNow,
    /// Signatures are good, but a policy is not met: see [`Policy`].
    Policy,
    /// A signature is missing, not trusted, wrong or withdrawn.
    NotValid,
    /// A block could not be read.
    Unreadable,
}

/// What can be wrong though every signature is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Blocks of different sets stand together.
    MixedSet,
    /// What valid blocks draw on is not there, not valid, or of another set.
    Incomplete,
    /// The trust bundle or a revocation list is too old to go by, or missing.
    Stale,
}

impl Policy {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
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
    /// Which one.
    pub policy: Policy,
    /// Why. Holds text of the file: escape it.
    pub reason: String,
}

/// Where the first block with the same payload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Name of its file. Untrusted: escape it.
    pub file: String,
    /// Line where it begins, from 1.
    pub line: usize,
}

/// What a verdict rests on, where the verdict alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ground {
    /// What the verdict says.
    #[default]
    Verdict,
    /// UNSUPPORTED: it is the KEY that a newer version wrote, not a directive.
    KeyVersion,
    /// UNKNOWN-KEY: the store has the key, as one for development.
    DevelopmentKey,
    /// REVOKED or NOT-YET: nobody took anything back; the key may not have signed then.
    KeyTime,
}

/// What was found out about one block.
#[derive(Debug)]
pub struct BlockReport<'a> {
    /// Name of the block, where it could be read.
    pub feature: Option<String>,
    /// VENDOR as the block claims it.
    pub vendor: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on.
    pub ground: Ground,
    /// Why, in words that can be read aloud. Holds text of the file: escape it.
    pub reason: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The key that KEY names.
    pub key: Option<KeyId>,
    /// Where the block stands.
    pub span: Span,
    /// Line where it begins, from 1.
    pub line: usize,
    /// Digest of its payload, where the block could be read.
    pub digest: Option<Digest>,
    /// Set if the same payload stands before it, here or in an earlier file: the two count once.
    pub duplicate: Option<Duplicate>,
    /// The block itself, if it is valid.
    pub verified: Option<Verified<&'a Feature>>,
    /// The block itself, if its signature is good and it is not in force on the day asked about.
    pub out_of_force: Option<Verified<&'a Feature>>,
    /// What the block claims, if it can be read and its signature is not good.
    pub claimed: Option<Claimed<&'a Feature>>,
}

/// Something that nobody has vouched for: it may be shown as a claim and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed<T>(T);

impl<T> Claimed<T> {
    pub(super) fn new(claimed: T) -> Self {
        Self(claimed)
    }

    /// The thing itself, unverified.
    #[must_use]
    pub fn unverified(&self) -> &T {
        &self.0
    }
}

/// What was found out about one file.
#[derive(Debug)]
pub struct FileReport<'a> {
    /// Name of the file. Untrusted: escape it.
    pub file: String,
    /// Its blocks, in file order; what could not be read stands among them.
    pub blocks: Vec<BlockReport<'a>>,
    /// Policies that are not met.
    pub policy: Vec<PolicyFault>,
}

impl<'a> FileReport<'a> {
    /// What the verdicts add up to. A file without blocks is not valid: nothing signed is never success.
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

    /// One word for the file: the verdict of the block that decides its outcome, or the policy that is not met.
    #[must_use]
    pub fn result(&self) -> &'static str {
        let outcome = self.outcome();
        if let (Outcome::Policy, Some(fault)) = (outcome, self.policy.first()) {
            return fault.policy.word();
        }
        self.blocks
            .iter()
            .map(|block| block.verdict)
            .find(|verdict| verdict.outcome() == outcome)
            .map_or(Verdict::Unsigned.word(), Verdict::word)
    }

    /// The valid blocks, each payload once.
    pub fn verified(&self) -> impl Iterator<Item = &Verified<&'a Feature>> {
        self.blocks
            .iter()
            .filter(|block| block.duplicate.is_none())
            .filter_map(|block| block.verified.as_ref())
    }
}
