//! The lossless syntax tree of license files: grammar, parser, formatter, and edits that change no other bytes.
//!
//! Independent of the meaning of directives. Parsing never fails: it returns a tree and errors.

mod block_splitter;
pub mod codes;
pub mod diagnostic;
pub mod effort;
mod fast_path;
pub mod foreign;
mod format;
pub mod hidden;
mod json_text;
pub mod limits;
mod mail;
mod parse;
mod recovery;
mod repair;
pub mod source;
mod tree;
mod whole_file;

pub use block_splitter::{MAX_BLOCK_BYTES, ends_in_assignment};
pub use format::{Layout, Unproven, format, needs_quotes};
pub use json_text::escape_json;
pub use parse::{MAX_BLOCKS, parse, parse_generated, parse_keeping};
pub use recovery::excerpt;
pub use repair::{Repaired, repair, repair_certain};
pub use tree::{Block, Directive, Element, Item, TokenKind, Tree, Value, comments, fold, is_blank};
