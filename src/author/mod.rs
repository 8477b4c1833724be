//! Templates with parameters, the licenses made from them, and bulk issue.
//!
//! Values are typed and checked by the rules of the license language, and inserted only after the template's text has
//! been parsed as a license, so no value can become syntax. No terminal, file or clock access, except for the log.

mod builtin;
#[cfg(feature = "cli")]
mod catalog;
#[cfg(feature = "cli")]
mod effect;
mod fault;
#[cfg(feature = "cli")]
mod issue;
#[cfg(feature = "cli")]
mod known;
#[cfg(feature = "cli")]
pub mod log;
#[cfg(feature = "cli")]
mod memory;
#[cfg(feature = "cli")]
mod order;
mod parameter;
#[cfg(feature = "cli")]
mod plan;
mod render;
#[cfg(feature = "cli")]
mod shape;
#[cfg(feature = "cli")]
mod table;
mod template;
mod types;
mod values;
mod yaml;

pub use builtin::{BUILTIN, Builtin};
#[cfg(feature = "cli")]
pub use catalog::{Catalog, Product};
#[cfg(feature = "cli")]
pub use effect::{ANY_NUMBER, Loss, Lost, Mix, Runs, first_day, lost, runs};
pub use fault::Fault;
#[cfg(feature = "cli")]
pub use issue::{Cause, Draft, Issued, Issuer, Refused};
#[cfg(feature = "cli")]
pub use order::{Clashes, Line, MAX_ORDERS, Order, file_name, read_order};
pub use parameter::Parameter;
#[cfg(feature = "cli")]
pub use plan::{Approval, Past, Plan, Planned, PlannedLicenses, Totals, approvals, refused_approver};
#[cfg(feature = "cli")]
pub use table::Table;
pub use template::{MAX_TEMPLATE_BYTES, Template, TemplateText};
pub use types::{TYPES, Value, ValueType};
pub use values::{Assigned, Given, read_values};
pub use yaml::scenario_names;
