//! Converts license files of FlexNet and RLM and XML templates of LM-X's generator to licenses, without silent losses.
//!
//! Each format has a directory: it reads the text, keeps what the source says with its places, and maps it to a common draft.
//! Everything that the result states in another way, or not at all, is a [`Loss`] with a code. Does no I/O.

mod check_result;
mod convert;
mod dates;
mod detect;
mod draft;
mod facts;
mod file_reader;
mod flexnet;
mod hosts;
mod input;
mod keyword;
mod loss;
mod names;
mod options;
mod pattern;
mod rlm;
mod scenarios;
mod statements;
mod upgrades;
mod versions;
mod write;
mod xmllicgen;

pub use convert::{Conversion, convert};
pub use detect::{Detected, detect};
pub use flexnet::keywords as flexnet_keywords;
pub use input::Input;
pub use keyword::Keyword;
pub use loss::{Effect, Found, LOSSES, Loss, Place, Report, Tally, page};
pub use options::{
    DateOrder, Duplicates, Format, HoldUnit, Options, SuiteCounts, Undated, UnknownWord, VendorString,
    VersionOrder,
};
pub use pattern::{BadPattern, TokenCost};
pub use rlm::keywords as rlm_keywords;
pub use xmllicgen::export::{Export, export};
pub use xmllicgen::keywords as xmllicgen_keywords;
