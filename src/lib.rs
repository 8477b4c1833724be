//! Tools to write, lint, test, sign and verify license files for token-based software licenses.
//!
//! A module imports only modules to its left:
//!
//! ```text
//! files, limits, effort → source, diagnostic, yaml → syntax → license → graph → lint | sign | resolve → scenario | author → report → cli → main
//! ```
//!
//! Without the feature `cli` the library has no argument parser and no terminal code, so an application can embed
//! parsing, verification and the resolver.

pub mod author;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod effort;
pub mod files;
pub mod graph;
pub mod license;
pub mod limits;
pub mod lint;
pub mod report;
pub mod resolve;
pub mod scenario;
pub mod sign;
pub mod source;
pub mod syntax;
pub mod yaml;
