//! What the sources leave open, decided: one function or constant for each decision, so that each can be found and
//! changed in one place.
//!
//! Knows the values it decides on and nothing of walks, states or files.

use super::model::{Block, SharedBy};
use super::outcome::Reason;
use super::who::{Lacks, Symbol, Who};

/// ◆ How many steps one event may take before it ends as undetermined: arrivals at blocks, edges of merged walks.
pub const STEP_BUDGET: u64 = 2_000_000;

/// ◆ How many arrivals the search for a choice that would have served may make.
pub const SEARCH_BUDGET: u64 = 20_000;

/// ◆ How many steps one event may take, beside those, to find which dependency was the first that is not met where
/// several reasons meet in a merged walk. Beyond them the reason is that of the first name in the order of the walk.
pub(super) const FIRST_MISS_BUDGET: u64 = 500_000;

/// ◆ Longest chain of TOKEN_DEPENDENCY steps from a token to a real license: edges are counted.
pub const MAX_CHAIN: usize = 16;

/// ◆ Most EXCLUSIVE blocks of one name, and most blocks that replace one name or one block. Each of them is looked at
/// whenever one of them is tried.
pub const MAX_RIVALS: usize = 128;

/// ◆ Above this many paths a token whose names have one block each is walked by names instead of by paths.
pub(super) const MERGE_ABOVE: u64 = 48;

/// A number that no pool has: what an overflow of counts becomes.
pub const BEYOND: u64 = u64::MAX;

/// ◆ A block serves a version if its own is at least that, for a request from outside and for a dependency alike.
pub(super) fn serves_version(block: &Block, asked: u32) -> bool {
    block.version >= asked
}

/// ◆ What shares: draws for which every part that SHARE names is there and equal. Who lacks a part shares with nobody,
/// not even with another path of the same checkout.
pub(super) fn share_key(shared: SharedBy, who: Who) -> Option<ShareKey> {
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

/// The parts that must be equal for draws to share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct ShareKey {
    user: Option<Symbol>,
    host: Option<Symbol>,
    custom: Option<Symbol>,
}

/// ◆ What a share group uses: the maximum of its draws, so that it falls to the largest that remains.
pub(super) fn group_use(largest: Option<u64>) -> u64 {
    largest.unwrap_or(0)
}

/// ◆ Joining a live group at no extra cost is granted even where the block is no longer in force.
pub(super) fn needs_force(extra: u64) -> bool {
    extra > 0
}

/// ◆ A live group is joined before an earlier alternative is tried; where it cannot grow, the others are tried in
/// their order.
pub(super) const LIVE_GROUP_FIRST: bool = true;

/// ◆ Which miss is nearest: capacity before dates before version before the kind of block before the name.
pub(super) fn nearness(reason: Reason) -> u8 {
    match reason {
        Reason::NotEnoughLicenses | Reason::BalanceTooLow | Reason::ActiveTokenLimit => 0,
        Reason::NotInForce => 1,
        Reason::VersionTooLow => 2,
        Reason::NotDrawable | Reason::NotMetered | Reason::NotModelled => 3,
        Reason::NoSuchFeature => 4,
    }
}

/// ◆ Of two blocks that replace each other the later one hides the earlier: a renewal appended to a file wins.
pub(super) fn hides(replacer_is_later: bool, mutual: bool) -> bool {
    !mutual || replacer_is_later
}

/// ◆ What a live checkout counts against the limit on active license tokens: the licenses asked for. A checkout that
/// only a local block or only METERED tokens served holds no license token.
pub(super) fn active_tokens(count: u64, holds_something: bool) -> u64 {
    if holds_something { count } else { 0 }
}

/// ◆ Borrowing needs a BORROW of at least as many hours on every block that gives a license, through tokens too.
pub(super) fn may_borrow(block: &Block, hours: u32) -> bool {
    block.borrow.is_some_and(|most| hours <= most)
}

/// ◆ Consumption asks a token first whether it can end in METERED tokens alone, by some choice and whatever the day, as
/// it asks a license of its own: that it is not in force says nothing where it could never be burned.
pub(super) fn may_burn(token: &Block) -> bool {
    token.burns
}

/// ◆ Likewise borrowing asks a token whether it can be had for so many hours before it asks for its dates.
pub(super) fn may_lend(token: &Block, hours: u32) -> bool {
    hours <= token.lends
}

/// ◆ Licenses that USERBASED and HOSTBASED reserve serve any request that names a user, or a host: the names
/// themselves are the server's business. Others get what is not reserved.
pub(super) fn is_open(block: &Block, lacks: Lacks) -> bool {
    block.reserved_user > 0 && lacks.user || block.reserved_host > 0 && lacks.host
}

/// ◆ What of a share group's use counts against the licenses that are not reserved: what its draws that may not take
/// reserved ones need beyond those that may.
pub(super) fn open_part(open: u64, others: u64) -> u64 {
    open.saturating_sub(others)
}

/// ◆ How long a license stays used after it is returned: to the later of return + HOLD and checkout + MIN_CHECKOUT.
/// Seconds on the state's clock. Of a shared token the group is kept as one, to the latest of all that it draws.
pub(super) fn kept_until(block: &Block, checkout: i64, now: i64) -> i64 {
    now.saturating_add(block.hold).max(checkout.saturating_add(block.min_checkout))
}
