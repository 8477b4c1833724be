//! The linter, which finds errors and probable mistakes in license files.
//!
//! Each rule is a file under `rules/` with its code, explanation and check. [`RULES`] is the single table of rules, used
//! by `explain`, the documentation, reports and tests. The linter does not verify signatures: the caller passes
//! verification results, and matches between files that are linted separately.

mod context;
mod cross_file;
mod first_fit;
mod level;
mod message;
mod policy;
mod registry;
mod rule;
mod rules;
mod run;
mod sink;
mod suppressions;

pub use context::{Context, KeyFinding, KeyState, Options, Stage};
pub use cross_file::{CrossFileIndex, CrossFileMatch, DuplicateKind, FileFingerprints};
pub use level::{Level, Levels, UnknownSelector};
pub use policy::Policy;
pub use registry::{RULES, rule};
pub use rule::{Check, EXAMPLE_DAY, Example, Group, Rule};
pub use rules::capacity::anomaly_search::MoreMeansLess;
pub use run::{lint, lint_counting, more_means_less};
pub use sink::{MAX_FINDINGS, Sink, Tally};
