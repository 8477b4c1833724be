//! keywright: write, lint, prove, sign and verify software license files with tokens.
//!
//! Data flows one way, and a module imports only what stands to its left:
//!
//! ```text
//! source, diagnostic, yaml → syntax → license → graph → lint | sign | resolve → scenario | author → report → cli → main
//! ```
//!
//! Without the feature `cli` the library carries no argument parser and no terminal code: a vendor's own program can
//! embed reading, verifying and resolving.

pub mod author;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod graph;
pub mod license;
pub mod lint;
pub mod report;
pub mod resolve;
pub mod scenario;
pub mod sign;
pub mod source;
pub mod syntax;
pub mod yaml;
