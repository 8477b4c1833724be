//! The typed model of a license file and the table of directives.
//!
//! Defines the meaning of directives. Independent of files, keys and relations between blocks.

mod check;
pub mod codes;
mod dates;
mod directive;
mod given;
mod layout;
mod lower;
mod model;
mod read;
mod text;
mod times;
mod value;

pub use directive::{DIRECTIVES, Directive, MAX_COUNT, Needs, directive};
pub use given::{Refusal, check_value};
pub use layout::{format, layout};
pub use model::{BrokenBlock, Condition, Dependency, Feature, License, Metered};
pub use text::MAX_VALUE_BYTES;
pub use value::{
    Count, Currency, KeyType, Kind, Money, Name, Payment, Period, Replaces, Reserved, Share, ShareSet, Tier,
    Version,
};
