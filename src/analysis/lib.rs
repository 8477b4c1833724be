//! Analyses of what license files grant: how many checkouts can run at the same time, and which mixes are denied.
//!
//! The analyses ask the resolver; they add no counts of their own. They read no file and no clock: the caller passes the
//! compiled licenses and the day.

mod amount;
pub mod capacity;

pub use amount::Amount;
pub use capacity::{Capacity, Hosts};
