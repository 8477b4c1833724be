//! Analyses of what license files grant: how many checkouts can run at the same time, what changes with other licenses, and
//! one file from several.
//!
//! The analyses ask the resolver; they add no counts of their own. They read no file and no clock: the caller passes the
//! compiled licenses and the day.

mod amount;
pub mod capacity;
pub mod diff;
pub mod graph;
pub mod merge;
pub mod timeline;

pub use amount::Amount;
pub use capacity::{Capacity, Hosts, ORDER_DECIDES};
pub use diff::{Difference, LicenseSet};
pub use graph::FeatureGraph;
pub use timeline::Timeline;
