//! The entitlement of a set of license files on a day: the role of every block, the usable total of every feature, and
//! the cost of one checkout.
//!
//! Every command reads these answers here, so that all of them agree. The numbers come from the resolver: a usable total
//! is the number of checkouts that it grants, never a sum of COUNTs.

mod checkout_cost;
mod obstacle;
mod role;
mod set;
mod text_role;
mod usable;

pub use checkout_cost::{CheckoutCost, CostRange};
pub use role::{Obstacle, Role};
pub use set::{Entitlement, Entitlements};
pub use usable::Usable;
