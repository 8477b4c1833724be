//! The linter, which finds errors and probable mistakes in license files.
//!
//! The rules of the parser are rows of `rules/parser.rs`; every other rule is a file under `rules/` with its code,
//! explanation and check. [`RULES`] is the table of all rules, used by `explain`, the documentation, reports and tests.
//! The linter does not verify signatures: the caller passes verification results, and matches between files that are
//! linted separately.

mod allow_comments;
mod allow_findings;
mod context;
mod cross_file;
mod cross_file_match;
mod cross_file_names;
mod group;
mod level;
mod message;
mod options;
mod policy;
mod registry;
mod rule;
mod rules;
mod run;
mod selector;
mod sink;
mod suppressions;
mod trial;

pub use context::Context;
pub use cross_file::{CrossFileIndex, FileFingerprints};
pub use cross_file_match::{CrossFileMatch, DuplicateKind};
pub use group::Group;
pub use level::{Level, Levels, UnknownSelector};
pub use options::{KeyFinding, KeyState, MAX_FINDINGS, Options, Stage};
pub use policy::Policy;
pub use registry::{RULES, rule};
pub use rule::{Check, EXAMPLE_DAY, Example, Rule};
pub use rules::capacity::anomaly_search::MoreMeansLess;
pub use run::{lint, lint_counting, more_means_less};
pub use sink::{Sink, Tally};
