//! T: dates.

pub(crate) mod capacity_gap;
pub(crate) mod dependency_ends_early;
pub(crate) mod dependency_starts_late;
pub(crate) mod expired;
pub(crate) mod issued_in_future;
pub(crate) mod maintenance_order;
pub(crate) mod start_after_end;

mod capacity_drop;
mod service;

use keywright_license::Feature;

/// Returns true if a block is never valid because its START is after its END.
pub(crate) fn is_never_in_force(feature: &Feature) -> bool {
    feature.start.zip(feature.end).is_some_and(|(start, end)| start.value > end.value)
}
