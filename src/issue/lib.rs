//! Templates with parameters, the licenses made from them, and bulk issue.
//!
//! Values are typed and checked by the rules of the license language, and inserted only after the template's text has
//! been parsed as a license, so no value can become syntax. No terminal, file or clock access, except for the log.

mod addon_type;
mod arguments;
mod builtin;
mod cache;
mod catalog;
mod csv_dialect;
mod csv_records;
mod customer;
mod ending;
mod entitlement_diff;
mod error;
mod issue;
mod life_cycle;
mod life_cycle_draft;
pub mod log;
mod order;
mod order_columns;
mod order_csv;
mod order_kind;
mod parameter;
mod parameter_types;
mod plan;
mod render;
mod renewal_orders;
mod run_customers;
mod template;
mod template_file;
mod template_parser;
mod yaml;

pub use addon_type::AddonType;
pub use arguments::{ArgValue, Arguments, parse_values};
pub use builtin::{BUILTIN, Builtin};
pub use catalog::{Catalog, Pool, Product};
pub use customer::{CustomerLicenses, LicenseState, OwnedLicense, license_states};
pub use ending::{EndingLicense, EndingProduct, ending_licenses};
pub use entitlement_diff::{
    ANY_NUMBER, Entitlements, FeatureMix, Regression, Regressions, first_day, lost, runs,
};
pub use error::Fault;
pub use issue::{Cause, Draft, Issued, Issuer, Refused};
pub use life_cycle::EntitlementChange;
pub use life_cycle_draft::Terms;
pub use order::{Clashes, Line, MAX_ORDERS, Order, file_name, parse_order};
pub use order_csv::OrderCsv;
pub use order_kind::OrderKind;
pub use parameter::Parameter;
pub use parameter_types::{TYPES, Value, ValueType};
pub use plan::{Approval, Baseline, Plan, Planned, PlannedLicenses, Totals, approvals, refused_approver};
pub use renewal_orders::renewal_orders;
pub use run_customers::RunCustomers;
pub use template::{Template, TemplateText};
pub use template_file::{MAX_TEMPLATE_BYTES, TEMPLATE_ENDINGS, is_template, template_name};
pub use yaml::scenario_names;
