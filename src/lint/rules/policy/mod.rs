//! P: vendor policy from the configuration.

pub(crate) mod foreign_vendor;
pub(crate) mod unused_directive;
