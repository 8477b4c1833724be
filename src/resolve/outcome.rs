//! The outcome of an event and its explanation.

use jiff::civil::DateTime;

use super::fact::Fact;
use super::index_vec::{BlockId, NameId};
use super::reason::Reason;
use super::requester::{Requester, Symbol};

/// Identifies a live checkout. A ticket of a returned checkout never matches a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

/// The outcome of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The event was granted.
    Granted(Grant),
    /// The event was denied; the state did not change.
    Denied(Reason),
    /// The event is neither granted nor denied; the state did not change.
    Failed(Failure),
}

/// The result of a granted event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// The ticket to return it; `None` if there is nothing to return.
    pub ticket: Option<Ticket>,
    /// Blocks whose usage is now above their SOFTLIMIT.
    pub above_softlimit: Vec<BlockId>,
}

/// The reason why an event is neither granted nor denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The walk exceeded its step budget.
    Budget,
    /// No matching checkout or device to return.
    NothingToReturn,
    /// The new time is before the current time.
    TimeGoesBack,
    /// The new time is after the end of the year 9999.
    EndOfTime,
}

impl Failure {
    /// The text for reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "undetermined: step limit reached",
            Self::NothingToReturn => "nothing to return",
            Self::TimeGoesBack => "time cannot go backwards",
            Self::EndOfTime => "time is after 9999-12-31, the last supported day",
        }
    }
}

/// An attempt at a block, or at a name without blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The requested name; `None` for a name that is not in any license.
    pub name: Option<NameId>,
    /// The block.
    pub block: Option<BlockId>,
    /// Number of licenses requested; [`super::semantics::OVERFLOW`] after an overflow.
    pub count: u64,
    /// The result.
    pub verdict: Verdict,
    /// Attempts at its dependencies.
    pub children: Vec<Attempt>,
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The block served the request.
    Served {
        /// Additional licenses in use; 0 if a share group covers the request.
        extra: u64,
        /// True if a live share group was joined.
        joined: bool,
    },
    /// The block refused the request.
    Refused(Refusal),
    /// A dependency was not met; the nested attempts contain the reason.
    Unmet,
}

/// The details of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// Additional licenses needed, if the reason is a capacity.
    pub needed: u64,
    /// Free licenses, if the reason is a capacity; [`super::UNLIMITED`] without a limit.
    pub free: u64,
    /// The users of the block's licenses, largest first, up to a maximum.
    pub holders: Vec<Holder>,
    /// Returned licenses that are still in use (HOLD or MIN_CHECKOUT), earliest first, up to a maximum.
    pub kept: Vec<Kept>,
    /// Additional free licenses that are reserved for requests that name a user or a host.
    pub reserved: u64,
    /// The cause of the reason, if there is a single one.
    pub fact: Option<Fact>,
}

impl Refusal {
    pub(super) fn new(reason: Reason) -> Self {
        Self::numbers(reason, 0, 0)
    }

    pub(super) fn numbers(reason: Reason, needed: u64, free: u64) -> Self {
        Self { reason, needed, free, holders: Vec::new(), kept: Vec::new(), reserved: 0, fact: None }
    }

    pub(super) fn borrow(block: BlockId, most: Option<u32>, requested: u32) -> Self {
        Self { fact: Some(Fact::Borrow { block, most, requested }), ..Self::new(Reason::NotDrawable) }
    }

    pub(super) fn version(has: u32, requested: u32) -> Self {
        Self { fact: Some(Fact::Version { has, requested }), ..Self::new(Reason::VersionTooLow) }
    }
}

/// Licenses that HOLD or MIN_CHECKOUT keep in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Number of licenses; each draw of a share group counts.
    pub amount: u64,
    /// The time at which they become free.
    pub until: DateTime,
}

/// A user or device with licenses of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The user, host and custom string.
    pub who: Requester,
    /// The bound device of an ACTIVATION block.
    pub device: Option<Symbol>,
    /// Licenses drawn from the block; each draw of a share group counts.
    pub amount: u64,
}

/// The explanation of a request, with every block that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The outcome.
    pub outcome: Result<(), Reason>,
    /// The attempts, nested through tokens.
    pub attempts: Vec<Attempt>,
    /// The draws of another choice of alternatives that would be granted.
    pub other_choice: Option<Vec<(BlockId, u64)>>,
    /// The smallest changes that would grant the request, if licenses or tokens were too few.
    pub remedies: Vec<Suggestion>,
}

/// A change that would grant the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// More capacity.
    More {
        /// Additional licenses, devices or tokens by block.
        pools: Vec<(BlockId, u64)>,
        /// Amount by which to raise the limit on active license tokens; 0 for no change.
        limit: u64,
    },
    /// Checkouts to check in, or devices to deactivate.
    Return(Vec<Returned>),
}

/// A live checkout or a bound device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Its feature.
    pub feature: NameId,
    /// The user, host and custom string.
    pub who: Requester,
    /// The device of an activation.
    pub device: Option<Symbol>,
}
