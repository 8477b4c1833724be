//! The lossless syntax tree of license files: grammar, parser, formatter, and edits that change no other bytes.
//!
//! Independent of the meaning of directives. Parsing never fails: it returns a tree and errors.

mod block_splitter;
pub mod codes;
pub mod diagnostic;
pub mod effort;
pub mod foreign;
mod format;
pub mod hidden;
pub mod jobs;
mod json_text;
pub mod limits;
mod mail;
mod parse;
mod plain;
mod recovery;
mod repair;
pub mod source;
mod tree;
mod whole_file;

pub use block_splitter::{MAX_BLOCK_BYTES, ends_in_assignment};
pub use format::{Layout, Unproven, format, needs_quotes};
pub use json_text::escape_json;
pub use parse::{MAX_BLOCKS, parse, parse_by_grammar, parse_with};
pub use recovery::excerpt;
pub use repair::{Repaired, repair, repair_certain};
pub use tree::{Block, Directive, Element, Item, TokenKind, Tree, Value, comments, fold, is_blank};
