//! P: vendor policy from the configuration.

pub(in crate::lint) mod foreign_vendor;
pub(in crate::lint) mod unused_directive;
