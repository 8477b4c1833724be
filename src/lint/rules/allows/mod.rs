//! A: `allow` comments, and the list of findings itself.

pub(crate) mod allow_without_reason;
pub(crate) mod more_findings;
pub(crate) mod unknown_allow;
pub(crate) mod unused_allow;
