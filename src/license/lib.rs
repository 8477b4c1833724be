//! The typed model of a license file and the table of directives.
//!
//! Defines the meaning of directives. Independent of files, keys and relations between blocks.

mod block_rules;
mod check_value;
pub mod codes;
mod dates;
mod directive;
mod layout;
mod lower;
mod model;
mod problem;
mod times;
mod value;
mod value_chars;
mod value_parser;

pub use check_value::{Refusal, check_value};
pub use directive::{DIRECTIVES, Directive, Effect, EveryBlock, MAX_COUNT, Needs, directive};
pub use layout::{format, layout};
pub use model::{BrokenBlock, Condition, Dependency, Feature, License, Metered};
pub use value::{
    Count, Currency, KeyType, Kind, Money, Name, Payment, Period, Replaces, Reserved, Share, ShareSet, Tier,
    Version,
};
pub use value_chars::MAX_VALUE_BYTES;
