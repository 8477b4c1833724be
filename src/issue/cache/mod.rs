//! Caches of bulk issue. The licenses of one run mostly differ in customer data, so most of the work on them is the same.
//!
//! Each cache says what it gains: the processor time of `issue` without it, for 2,000 orders, as a multiple of the time with it.
//! A cache that gains less than 10 % is not worth its lines.

mod bounded;
pub(crate) mod layout;
pub(crate) mod proof;
