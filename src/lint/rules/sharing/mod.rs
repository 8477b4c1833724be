//! H: sharing of counts between checkouts.

pub(in crate::lint) mod double_sharing;
pub(in crate::lint) mod misplaced_share;
pub(in crate::lint) mod share_without_effect;
