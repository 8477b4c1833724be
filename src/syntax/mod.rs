//! Text to a lossless tree, and back: grammar, formatter, edits that leave all other bytes alone.
//!
//! Knows what a directive looks like, not what it means. Parsing never fails: it returns a tree and errors.

pub mod codes;
mod format;
mod mail;
mod parse;
mod plain;
mod split;
mod stray;
mod tree;

pub use format::{Layout, Unproven, format, needs_quotes};
pub use parse::{MAX_BLOCKS, parse, parse_keeping, parse_own};
pub use split::MAX_BLOCK_BYTES;
pub use stray::excerpt;
pub use tree::{Block, Directive, Element, Item, TokenKind, Tree, Value, fold, is_blank};
