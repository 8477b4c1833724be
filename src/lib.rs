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

/// Dates in signatures of this library are of this version of jiff.
pub use jiff;
#[cfg(feature = "cli")]
pub use keywright_cli as cli;
pub use keywright_files as files;
#[cfg(feature = "cli")]
pub use keywright_issue as issue;
pub use keywright_license as license;
pub use keywright_lint as lint;
pub use keywright_report as report;
pub use keywright_resolve as resolve;
pub use keywright_resolve::graph;
pub use keywright_scenario as scenario;
pub use keywright_sign as sign;
pub use keywright_syntax as syntax;
pub use keywright_syntax::{diagnostic, source};
pub use keywright_syntax::{effort, limits};
pub use keywright_verify as verify;
