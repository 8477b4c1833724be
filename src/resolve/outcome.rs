//! What an event came to, and why.

use jiff::civil::{Date, DateTime};

use super::remedy::Remedy;
use super::table::{BlockId, NameId};
use super::who::{Symbol, Who};

/// Why a request is denied: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No block has the name.
    NoSuchFeature,
    /// The blocks are older than the version asked for.
    VersionTooLow,
    /// The blocks are outside their dates, replaced, or discarded for another EXCLUSIVE.
    NotInForce,
    /// A pool has too few free licenses.
    NotEnoughLicenses,
    /// The lots have too few tokens left.
    BalanceTooLow,
    /// The limit on active license tokens is reached.
    ActiveTokenLimit,
    /// Consumption reached a license that is not METERED.
    NotMetered,
    /// A license of this kind is not taken by this event.
    NotDrawable,
    /// The block says something that the resolver does not model.
    NotModelled,
}

impl Reason {
    /// All reasons with their words.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::NoSuchFeature, "no-such-feature"),
        (Self::VersionTooLow, "version-too-low"),
        (Self::NotInForce, "not-in-force"),
        (Self::NotEnoughLicenses, "not-enough-licenses"),
        (Self::BalanceTooLow, "balance-too-low"),
        (Self::ActiveTokenLimit, "active-token-limit"),
        (Self::NotMetered, "not-metered"),
        (Self::NotDrawable, "not-drawable"),
        (Self::NotModelled, "not-modelled"),
    ];

    /// The word that files and reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, word)| word)
    }

    /// The reason of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason)
    }
}

/// A live checkout. A ticket that was returned is never mistaken for a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

/// What an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It was served.
    Granted(Grant),
    /// It was not, and nothing changed.
    Denied(Reason),
    /// It cannot be decided; nothing changed.
    Failed(Failure),
}

/// A served event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// What to return later; `None` for events that leave nothing to return.
    pub ticket: Option<Ticket>,
    /// Blocks that are now used above their SOFTLIMIT.
    pub above_softlimit: Vec<BlockId>,
}

/// Why an event is neither granted nor denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The walk passed its step budget.
    Budget,
    /// Nothing is out that could be returned.
    NothingToReturn,
    /// The time lies before the state's.
    TimeGoesBack,
    /// The time lies behind the last that there is: the end of the year 9999.
    EndOfTime,
}

impl Failure {
    /// The words that reports use.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Budget => "undetermined: budget",
            Self::NothingToReturn => "nothing to return",
            Self::TimeGoesBack => "time goes backwards",
            Self::EndOfTime => "this passes the last day there is, 9999-12-31",
        }
    }
}

/// One block that was tried, or a name without blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The name asked for; `None` only for a name that no license mentions.
    pub name: Option<NameId>,
    /// The block tried.
    pub block: Option<BlockId>,
    /// Licenses asked of it; [`super::decisions::BEYOND`] for more than any pool has.
    pub count: u64,
    /// What came of it.
    pub verdict: Verdict,
    /// What it tried in turn.
    pub children: Vec<Attempt>,
}

/// What came of trying a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It served.
    Served {
        /// What is used in addition; 0 where a share group covers it.
        extra: u64,
        /// Whether a live share group was joined.
        joined: bool,
    },
    /// It did not.
    Refused(Refusal),
    /// One of its dependencies did not; they say why.
    Unmet,
}

/// Why a block did not serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// What was needed in addition, where the reason is a number.
    pub needed: u64,
    /// What was free, where the reason is a number; [`super::UNLIMITED`] without a limit.
    pub free: u64,
    /// Who holds licenses of the block, largest first, a few of them.
    pub holders: Vec<Holder>,
    /// Licenses of the block that are used though nobody holds them, until when: earliest first, a few of them.
    pub kept: Vec<Kept>,
    /// How many more are free, but reserved for who names a user or a host.
    pub reserved: u64,
    /// What the reason rests on, where one thing can be named.
    pub fact: Option<Fact>,
}

/// What a refusal rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Versions as one number: major in the high half, minor in the low one.
    Version {
        /// The block's.
        has: u32,
        /// The one asked for.
        asked: u32,
    },
    /// The last day of the block.
    Ended(Date),
    /// The first day of the block.
    Starts(Date),
    /// The block in force that hides it.
    ReplacedBy(BlockId),
    /// The EXCLUSIVE in force that stands before it.
    Behind(BlockId),
}

impl Refusal {
    pub(super) fn new(reason: Reason) -> Self {
        Self::numbers(reason, 0, 0)
    }

    pub(super) fn numbers(reason: Reason, needed: u64, free: u64) -> Self {
        Self { reason, needed, free, holders: Vec::new(), kept: Vec::new(), reserved: 0, fact: None }
    }

    pub(super) fn version(has: u32, asked: u32) -> Self {
        Self { fact: Some(Fact::Version { has, asked }), ..Self::new(Reason::VersionTooLow) }
    }
}

/// Licenses kept by HOLD or MIN_CHECKOUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How many; draws of one share group count each.
    pub amount: u64,
    /// When they are free.
    pub until: DateTime,
}

/// Somebody, or something, with licenses of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub who: Who,
    /// The device that is bound, of an ACTIVATION.
    pub device: Option<Symbol>,
    /// How many licenses their checkouts draw from the block; draws of one share group count each.
    pub amount: u64,
}

/// A request with every block that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What the event comes to.
    pub outcome: Result<(), Reason>,
    /// The blocks tried, nested through tokens.
    pub attempts: Vec<Attempt>,
    /// Where first fit denies: what another choice of alternatives would draw, block and licenses.
    pub other_choice: Option<Vec<(BlockId, u64)>>,
    /// Where licenses or tokens were too few: the smallest changes that would grant it.
    pub remedies: Vec<Remedy>,
}
