//! x
mod tree;
pub use tree::*;
