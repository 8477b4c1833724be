//! H: sharing of counts between checkouts.

pub(crate) mod double_sharing;
pub(crate) mod misplaced_share;
pub(crate) mod share_without_effect;
