//! Templates with parameters, the licenses made from them, and bulk issue.
//!
//! Values are typed and checked by the rules of the license language, and inserted only after the template's text has
//! been parsed as a license, so no value can become syntax. No terminal, file or clock access, except for the log.

mod builtin;
mod catalog;
mod entitlement_diff;
mod error;
mod issue;
mod proof_cache;
pub mod log;
mod bounded_cache;
mod order;
mod parameter;
mod plan;
mod render;
mod layout_cache;
mod order_csv;
mod template;
mod parameter_types;
mod arguments;
mod yaml;

pub use builtin::{BUILTIN, Builtin};
pub use catalog::{Catalog, Product};
pub use entitlement_diff::{ANY_NUMBER, Loss, Lost, Mix, Runs, first_day, lost, runs};
pub use error::Fault;
pub use issue::{Cause, Draft, Issued, Issuer, Refused};
pub use order::{Clashes, Line, MAX_ORDERS, Order, file_name, read_order};
pub use parameter::Parameter;
pub use plan::{Approval, Past, Plan, Planned, PlannedLicenses, Totals, approvals, refused_approver};
pub use order_csv::Table;
pub use template::{MAX_TEMPLATE_BYTES, Template, TemplateText};
pub use parameter_types::{TYPES, Value, ValueType};
pub use arguments::{Assigned, Given, read_values};
pub use yaml::scenario_names;
