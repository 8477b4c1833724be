//! The life cycle of licenses: the effect of an order for a customer who already has licenses.
//!
//! Every order is checked on the set of all licenses of its customer by the entitlement model.

mod block_text;
mod entitlement_change;
mod kinds;
mod owned;
mod relations;
mod renewal;
mod shape;

pub use entitlement_change::EntitlementChange;

pub(crate) use block_text::{BlockText, text_of};
pub(crate) use entitlement_change::{EntitlementComparison, compiled};
pub(crate) use kinds::{addon, choices, supersede};
pub(crate) use owned::{ExistingLicense, ExistingLicenses};
pub(crate) use renewal::{period, renewed, same_length};
pub(crate) use shape::{added, shaped};
