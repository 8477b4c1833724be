//! The typed model of a license file and the table of directives.
//!
//! Defines the meaning of directives. Independent of files, keys and relations between blocks.

mod block_rules;
mod check_value;
pub mod codes;
mod customer_name;
mod dates;
mod directive;
mod feature_ref;
mod from_str;
mod host_id;
mod layout;
mod lower;
mod model;
mod problem;
mod times;
mod value;
mod value_chars;
mod value_parser;

pub use check_value::{ValueError, check_value};
pub use customer_name::{customer_difference, folded_customer, is_same_customer};
pub use directive::{DIRECTIVES, Directive, Effect, EveryBlock, MAX_COUNT, Needs, directive};
pub use feature_ref::FeatureRef;
pub use host_id::host_id_types;
/// Dates in public signatures are of this version of jiff.
pub use jiff;
pub use layout::{format, layout};
pub use model::{BrokenBlock, Condition, Dependency, Feature, License, Metered, Terms, records};
/// Amounts of money are of this version of rust_decimal.
pub use rust_decimal;
pub use value::{
    Count, Currency, HostId, KeyType, Kind, Money, Name, Payment, Period, Replaces, Reserved, Share,
    ShareSet, SystemClockCheck, Tier, Version,
};
pub use value_chars::MAX_VALUE_BYTES;
