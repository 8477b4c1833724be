//! The options of `keywright test`.

use std::path::PathBuf;

use clap::ValueEnum;

/// Test licenses against scenario files
///
/// A scenario file describes what checkouts consume, when they are denied and what remains. No license server is
/// involved: the text of the license determines the results. A license with lint errors (at the levels of
/// `keywright.toml`) is not tested. Scenarios of a template run on the license that the template generates with its
/// default parameters.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright test license.scenarios.yaml\n  keywright test licenses/\n  \
    keywright test --filter sharing licenses/\n  keywright test --update license.scenarios.yaml\n  \
    keywright test --coverage --fail-under 90 licenses/\n  keywright test --mutate licenses/\n  \
    keywright test --format github licenses/\n  \
    keywright test --statement=csv metered.scenarios.yaml")]
pub struct Args {
    /// Scenario files, or directories to search for `*.scenarios.yaml`; `-` is standard input
    #[arg(required = true, value_name = "FILES|DIRS")]
    pub(super) paths: Vec<PathBuf>,
    /// Run only scenarios whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Write the actual values into the files; comments and layout are kept
    #[arg(long)]
    pub(super) update: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = TestFormat::Human, value_name = "FORMAT")]
    pub(super) format: TestFormat,
    /// Report features, alternatives, dependencies, share groups, denials and limits that no scenario covers
    #[arg(long)]
    pub(super) coverage: bool,
    /// Fail if coverage is below this percentage
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(super) fail_under: Option<u8>,
    /// Run the scenarios on slightly changed licenses and report changes that no scenario detects
    #[arg(long)]
    pub(super) mutate: bool,
    /// Show usage and costs of METERED licenses by period
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true,
          default_missing_value = "table", conflicts_with = "format")]
    pub(super) statement: Option<StatementForm>,
    /// Run again when a file changes, until interrupted
    #[arg(long, conflicts_with = "update")]
    pub(super) watch: bool,
    /// Stop after this number of `--watch` runs
    #[arg(long, hide = true, requires = "watch", value_name = "N")]
    pub(super) watch_runs: Option<usize>,
}

/// The output format of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StatementForm {
    /// Table after the results
    Table,
    /// Comma-separated values instead of the results
    Csv,
    /// JSON, version 1, instead of the results
    Json,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    /// One line per scenario, a table for each failure
    Human,
    /// JSON, version 1
    Json,
    /// `JUnit` XML
    Junit,
    /// SARIF 2.1.0: failures for code scanning
    Sarif,
    /// GitHub Actions annotations: failures next to the changed lines
    Github,
}
