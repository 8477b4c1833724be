//! T: dates.

pub(in crate::lint) mod capacity_gap;
pub(in crate::lint) mod dependency_ends_early;
pub(in crate::lint) mod dependency_starts_late;
pub(in crate::lint) mod expired;
pub(in crate::lint) mod issued_in_future;
pub(in crate::lint) mod maintenance_order;
pub(in crate::lint) mod start_after_end;

mod falls;
mod service;

use crate::license::Feature;

/// Returns true if a block is never valid because its START is after its END.
pub(in crate::lint) fn is_never_in_force(feature: &Feature) -> bool {
    feature.start.zip(feature.end).is_some_and(|(start, end)| start.value > end.value)
}
