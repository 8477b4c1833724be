//! A: `allow` comments, and the list of findings itself.

pub(in crate::lint) mod allow_without_reason;
pub(in crate::lint) mod more_findings;
pub(in crate::lint) mod unknown_allow;
pub(in crate::lint) mod unused_allow;
