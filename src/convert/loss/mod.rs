//! Losses: their table, and those that a conversion found.

mod found;
mod kind;
mod page;
mod table;

pub use found::{Found, Place, Report, Tally};
pub use kind::{Effect, Loss};
pub use page::page;
pub use table::LOSSES;
pub(crate) use table::*;
