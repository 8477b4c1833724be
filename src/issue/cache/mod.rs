//! Caches of bulk issue. The licenses of one run mostly differ in customer data, so most of the work on them is the same.

mod bounded;
pub(crate) mod layout;
pub(crate) mod proof;
