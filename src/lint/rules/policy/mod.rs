//! P: what the configuration asks for beyond the language.

pub(in crate::lint) mod foreign_vendor;
pub(in crate::lint) mod unused_directive;
