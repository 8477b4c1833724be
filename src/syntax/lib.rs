//! The lossless syntax tree of license files: grammar, parser, formatter, and edits that change no other bytes.
//!
//! Independent of the meaning of directives. Parsing never fails: it returns a tree and errors.

pub mod codes;
pub mod diagnostic;
pub mod effort;
mod format;
pub mod hidden;
pub mod limits;
mod mail;
mod parse;
mod fast_path;
pub mod source;
mod block_splitter;
mod recovery;
mod tree;

pub use format::{Layout, Unproven, format, needs_quotes};
pub use parse::{MAX_BLOCKS, parse, parse_keeping, parse_own};
pub use block_splitter::MAX_BLOCK_BYTES;
pub use recovery::excerpt;
pub use tree::{Block, Directive, Element, Item, TokenKind, Tree, Value, comments, fold, is_blank};
