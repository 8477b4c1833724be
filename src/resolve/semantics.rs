//! Decisions on points that the license documentation leaves open: one function or constant each, so that each can be
//! found and changed in one place.
//!
//! Depends only on the values it decides on, not on walks, states or files.

use keywright_syntax::limits;

use super::block::{Block, SharedBy};
use super::reason::Reason;
use super::requester::{MissingIdentity, Requester, Symbol};

/// Maximum number of steps of one event, after which its result is undetermined. Steps are visits of blocks and edges
/// of merged walks.
/// DECISION: a fixed number of steps, not a time limit, so that results do not depend on the machine.
pub const STEP_BUDGET: u64 = limits::STEP_BUDGET;

/// Maximum number of block visits of the search for another choice that would have been granted.
/// DECISION: the search only improves an explanation, so it has a smaller limit than the event itself.
pub const SEARCH_BUDGET: u64 = limits::SEARCH_BUDGET;

/// Maximum number of additional steps of one event to find the first unmet dependency if several reasons meet in a
/// merged walk.
/// DECISION: after these steps, the reason of the first name in the order of the walk is reported.
pub(super) const FIRST_MISS_BUDGET: u64 = limits::FIRST_MISS_BUDGET;

/// DECISION: the maximum length of a chain of TOKEN_DEPENDENCY steps from a token to a license. Edges are counted.
pub const MAX_CHAIN: usize = limits::MAX_CHAIN;

/// DECISION: the maximum number of EXCLUSIVE blocks of one name, and of blocks that replace one name or one block. All
/// of them are inspected whenever one of them is tried.
pub const MAX_COMPETING_BLOCKS: usize = limits::MAX_COMPETING_BLOCKS;

/// Number of paths above which a token is walked by name instead of by path, if each name below it has one block.
/// DECISION: below this number, the simple walk by paths is faster.
pub(super) const MERGE_ABOVE: u64 = 48;

/// The result of an overflow of counts, larger than any pool.
pub const OVERFLOW: u64 = u64::MAX;

/// Returns true if a block serves a requested version.
/// DECISION: the version of the block must be equal or higher, for requests and for dependencies.
pub(super) fn serves_version(block: &Block, requested: u32) -> bool {
    block.version >= requested
}

/// Returns the share key of a request, or `None` if it does not share.
/// DECISION: draws share if every part that SHARE names is known and equal. A request without one of these parts shares
/// with no other draw, not even on another path of the same checkout.
pub(super) fn share_key(shared: SharedBy, who: Requester) -> Option<ShareKey> {
    let part = |wanted: bool, have: Option<Symbol>| if wanted { have.map(Some) } else { Some(None) };
    if !shared.any() {
        return None;
    }
    Some(ShareKey {
        user: part(shared.user, who.user)?,
        host: part(shared.host, who.host)?,
        custom: part(shared.custom, who.custom)?,
    })
}

/// The values that must be equal for draws to share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct ShareKey {
    user: Option<Symbol>,
    host: Option<Symbol>,
    custom: Option<Symbol>,
}

impl ShareKey {
    /// Returns true if every user on this host has this key.
    pub(super) fn is_host_alone(self, host: Symbol) -> bool {
        self == Self { host: Some(host), ..Self::default() }
    }
}

/// Returns the number of licenses that a share group uses.
/// DECISION: a group uses the maximum of its draws. When the largest is returned, usage falls to the next largest.
pub(super) fn group_use(largest: Option<u64>) -> u64 {
    largest.unwrap_or(0)
}

/// Returns true if the block must be in force.
/// DECISION: joining a live share group at no extra cost is granted even if the block is no longer in force.
pub(super) fn requires_validity(extra: u64) -> bool {
    extra > 0
}

/// Prefer a block with a live share group.
/// DECISION: a live share group is joined before earlier alternatives are tried. If it cannot grow, the alternatives
/// are tried in order.
pub(super) const LIVE_GROUP_FIRST: bool = true;

/// Ranks reasons; the lowest rank is reported.
/// DECISION: capacity before dates before version before block type before name.
pub(super) fn nearness(reason: Reason) -> u8 {
    match reason {
        Reason::NotEnoughLicenses | Reason::BalanceTooLow | Reason::ActiveTokenLimit => 0,
        Reason::NotInForce => 1,
        Reason::VersionTooLow => 2,
        Reason::NotDrawable | Reason::NotMetered | Reason::NotModelled => 3,
        Reason::NoSuchFeature => 4,
    }
}

/// Returns true if a replacing block supersedes the other one.
/// DECISION: if two blocks replace each other, the later one supersedes the earlier one, so a renewal appended to a file
/// wins.
pub(super) fn supersedes(replacer_is_later: bool, mutual: bool) -> bool {
    !mutual || replacer_is_later
}

/// Returns how many active license tokens a checkout counts as.
/// DECISION: the requested number of licenses. A checkout served only by a local block or by METERED tokens counts as
/// none, with or without SHARE.
pub(super) fn active_tokens(count: u64, holds_something: bool) -> u64 {
    if holds_something { count } else { 0 }
}

/// Returns true if a block can be borrowed for this many hours.
/// DECISION: every block that supplies a license must have a BORROW of at least this many hours, also below tokens.
pub(super) fn may_borrow(block: &Block, hours: u32) -> bool {
    block.terms().borrow.is_some_and(|most| hours <= most)
}

/// Returns true if `consume` can pass through a token.
/// DECISION: some choice of alternatives must end in METERED tokens only, on any day. This is checked before the dates,
/// as for a license: a token that can never be consumed is not reported as not in force.
pub(super) fn may_burn(token: &Block) -> bool {
    token.burns
}

/// Returns true if a token can be borrowed for this many hours.
/// DECISION: like [`may_burn`], this is checked before the dates.
pub(super) fn may_lend(token: &Block, hours: u32) -> bool {
    hours <= token.lends
}

/// Returns true if a request cannot use the reserved licenses of a block.
/// DECISION: licenses reserved by USERBASED or HOSTBASED serve every request that names a user or a host. The license
/// server checks which names are permitted.
pub(super) fn is_open(block: &Block, lacks: MissingIdentity) -> bool {
    block.terms().reserved_user > 0 && lacks.user || block.terms().reserved_host > 0 && lacks.host
}

/// Returns how much of a share group counts against the unreserved licenses.
/// DECISION: the amount by which draws without access to reserved licenses exceed the draws with access.
pub(super) fn open_part(open: u64, others: u64) -> u64 {
    open.saturating_sub(others)
}

/// Returns the time, in seconds of the state's clock, until which a returned license is still in use.
/// DECISION: the later of return + HOLD and checkout + MIN_CHECKOUT, for each block on its own. In the share group of a
/// token, the licenses of the other blocks are returned; the group remains while it keeps a license.
pub(super) fn kept_until(block: &Block, checkout: i64, now: i64) -> i64 {
    now.saturating_add(block.terms().hold).max(checkout.saturating_add(block.terms().min_checkout))
}
