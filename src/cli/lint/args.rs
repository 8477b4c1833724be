//! The options of `keywright lint`.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use crate::{CliError, files, parse_day};
use keywright_report::lint::{self as formats, ReportFormat, ReportedRule};

use super::LevelArgs;
use super::fix;

/// Check license files for errors and likely mistakes
///
/// Each file is a separate license; with `--together`, all files form one license. Directories are searched for `*.lic`
/// files, except hidden ones and those excluded by `.gitignore`. A template is linted as the license that it generates
/// with its default parameters. Levels, vendors and allowed directives come from the
/// nearest `keywright.toml` in the directory of each file or above it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright lint license.lic\n  keywright lint licenses/\n  \
    keywright lint --deny warnings *.lic\n  keywright lint --fix --diff license.lic\n  \
    keywright lint --format sarif --output report.sarif licenses/\n  \
    keywright lint --write-baseline known.json licenses/\n  \
    keywright lint --baseline known.json --statistics licenses/\n  \
    keywright lint --format json - < license.lic\n  keywright explain D001")]
pub struct Args {
    /// License files and directories to search; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    pub(super) files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = LintFormat::Human, value_name = "FORMAT")]
    pub(super) format: LintFormat,
    #[command(flatten)]
    pub(super) levels: LevelArgs,
    /// Treat all files as one license, so dependencies may be in another file
    #[arg(long)]
    pub(super) together: bool,
    /// Verify KEYs with this trust store instead of the one in `keywright.toml`
    #[arg(long, value_name = "DIR")]
    pub(super) trust: Option<PathBuf>,
    /// Apply safe fixes, then show the remaining findings; with `-`, print the result
    #[arg(long)]
    pub(super) fix: bool,
    /// Show the changes of `--fix` without writing them; exit with 1 if there are any
    #[arg(long)]
    pub(super) diff: bool,
    /// Also apply fixes that may change the meaning or signed blocks, which must then be signed again
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show the number of findings of each rule instead of the findings; with `--format json`, in addition
    #[arg(long, conflicts_with = "diff")]
    pub(super) statistics: bool,
    /// Report only findings that are not in this baseline
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the findings of this run to a baseline, and accept them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["diff", "watch"])]
    pub(super) write_baseline: Option<PathBuf>,
    /// Write the report to this file instead of standard output or, for `human`, standard error
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub(super) output: Option<PathBuf>,
    /// Lint again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    pub(super) watch: bool,
    /// End `--watch` after N runs
    #[arg(long, hide = true, requires = "watch", value_name = "N")]
    pub(super) watch_runs: Option<usize>,
    /// Check dates for this day instead of today
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(super) at: Option<Date>,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// Findings with source excerpts
    Human,
    /// One line per finding
    Concise,
    /// JSON, version 1
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// GitHub Actions annotations
    Github,
    /// GitLab code quality report
    Gitlab,
    /// JUnit XML
    Junit,
}

impl LintFormat {
    /// Returns the report writer; `None` for the human format.
    pub(super) fn report(self) -> Option<Box<dyn ReportFormat>> {
        Some(match self {
            Self::Human => return None,
            Self::Concise => Box::new(formats::concise::Concise),
            Self::Json => Box::new(formats::json::Json::default()),
            Self::Sarif => Box::new(formats::sarif::Sarif::new("lint", ReportedRule::of_lint())),
            Self::Github => Box::new(formats::github::Github),
            Self::Gitlab => Box::new(formats::gitlab::Gitlab::default()),
            Self::Junit => Box::new(formats::junit::Junit),
        })
    }
}

impl Args {
    /// Rejects invalid combinations of options.
    pub(super) fn check(&self) -> Result<(), CliError> {
        let stdin = self.files.iter().filter(|path| files::is_stdin(path)).count();
        files::refuse_stdin_twice(&self.files)?;
        let report = self.format != LintFormat::Human;
        if stdin > 0 && self.watch {
            return Err(CliError::usage("standard input cannot be watched"));
        }
        if self.watch && !matches!(self.format, LintFormat::Human | LintFormat::Concise) {
            return Err(CliError::usage("`--watch` supports only the formats `human` and `concise`")
                .help("use `--format concise`"));
        }
        if self.unsafe_fixes && !self.fix && !self.diff {
            return Err(CliError::usage("`--unsafe-fixes` needs `--fix` or `--diff`"));
        }
        if self.statistics && !matches!(self.format, LintFormat::Human | LintFormat::Json) {
            return Err(CliError::usage("`--statistics` supports only the formats `human` and `json`"));
        }
        if report && self.output.is_none() && (self.diff || self.fix && stdin > 0) {
            return Err(CliError::usage("the result and the report would both go to standard output")
                .help("write the report to a file with `--output`, or omit `--format`"));
        }
        self.check_output()
    }

    /// Refuses to write over a license: `--output *.lic` means the first of them.
    fn check_output(&self) -> Result<(), CliError> {
        let outputs = [("--output", &self.output), ("--write-baseline", &self.write_baseline)];
        for (option, path) in outputs.iter().filter_map(|(option, path)| Some((option, path.as_ref()?))) {
            let is_license = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("lic"));
            if is_license || self.files.contains(path) {
                let name = files::display_name(path);
                return Err(CliError::usage(format!("`{option} {name}` would overwrite a license"))
                    .help(format!("give the file after the option: `{option} FILE`")));
            }
        }
        Ok(())
    }

    pub(super) fn fixing(&self) -> Option<fix::Mode> {
        let mode = if self.unsafe_fixes { fix::Mode::Unsafe } else { fix::Mode::Safe };
        (self.fix || self.diff).then_some(mode)
    }
}
