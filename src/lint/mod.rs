//! The linter: what is wrong with license files, or probably not what was meant.
//!
//! A rule is one file under `rules/`, with its code, its explanation and its check; [`RULES`] is the one table of them,
//! which `explain`, the documentation, reports and tests read. Knows no keys: verdicts on signatures are handed in, and so is what
//! files that are linted apart have in common.

mod across;
mod allow;
mod context;
mod first_fit;
mod level;
mod phrase;
mod policy;
mod registry;
mod rule;
mod rules;
mod run;
mod sink;

pub use across::{Across, Elsewhere, Marks, Twin};
pub use context::{Context, KeyFinding, KeyState, Options, Stage};
pub use level::{Level, Levels, UnknownSelector};
pub use policy::Policy;
pub use registry::{RULES, rule};
pub use rule::{Check, EXAMPLE_DAY, Example, Group, Rule};
pub use rules::capacity::mixes::MoreMeansLess;
pub use run::{lint, lint_counting, more_means_less};
pub use sink::{MAX_FINDINGS, Sink, Tally};
