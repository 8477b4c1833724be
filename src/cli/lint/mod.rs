//! `keywright lint`: checks license files.

mod fix;
mod keys;
mod levels;
mod output;
mod pipeline;
mod search;
mod watch;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_lint as lint;
use keywright_report::lint::{self as formats, Report};

use super::config::Configs;
use super::{CliError, Console, Exit, files};

pub use levels::LevelArgs;

/// Check license files for errors and likely mistakes
///
/// Each file is a separate license; with `--together`, all files form one license. Directories are searched for `*.lic`
/// files, except hidden ones and those excluded by `.gitignore`. Levels, vendors and allowed directives come from the
/// nearest `keywright.toml` in the directory of each file or above it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright lint license.lic\n  keywright lint licenses/\n  \
    keywright lint --deny warnings *.lic\n  keywright lint --fix --diff license.lic\n  \
    keywright lint --format json - < license.lic\n  keywright explain D001")]
pub struct Args {
    /// License files and directories to search; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    levels: LevelArgs,
    /// Treat all files as one license, so dependencies may be in another file
    #[arg(long)]
    together: bool,
    /// Verify KEYs with this trust store instead of the one in `keywright.toml`
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Apply safe fixes, then show the remaining findings; with `-`, print the result
    #[arg(long)]
    fix: bool,
    /// Show the changes of `--fix` without writing them; exit with 1 if there are any
    #[arg(long)]
    diff: bool,
    /// Also apply fixes that may change the meaning or signed blocks, which must then be signed again
    #[arg(long)]
    unsafe_fixes: bool,
    /// Lint again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    watch: bool,
    /// End `--watch` after N runs
    #[arg(long, hide = true, requires = "watch", value_name = "N")]
    watch_runs: Option<usize>,
    /// Check dates for this day instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
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

impl Format {
    /// Returns the report writer; `None` for the human format.
    fn report(self) -> Option<Box<dyn Report>> {
        Some(match self {
            Self::Human => return None,
            Self::Concise => Box::new(formats::concise::Concise),
            Self::Json => Box::new(formats::json::Json::default()),
            Self::Sarif => Box::new(formats::sarif::Sarif::default()),
            Self::Github => Box::new(formats::github::Github),
            Self::Gitlab => Box::new(formats::gitlab::Gitlab::default()),
            Self::Junit => Box::new(formats::junit::Junit),
        })
    }
}

/// Runs the command. `config` is the configuration file given on the command line.
///
/// # Errors
/// Returns an error if an option or a configuration is invalid, or if results cannot be written.
pub fn run(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    args.check()?;
    if args.watch { watch::run(args, config, io) } else { once(args, config, io) }
}

impl Args {
    /// Rejects invalid combinations of options.
    fn check(&self) -> Result<(), CliError> {
        let stdin = self.files.iter().filter(|path| files::is_stdin(path)).count();
        files::refuse_stdin_twice(&self.files)?;
        let report = self.format != Format::Human;
        if stdin > 0 && self.watch {
            return Err(CliError::usage("standard input cannot be watched"));
        }
        if self.watch && !matches!(self.format, Format::Human | Format::Concise) {
            return Err(CliError::usage("`--watch` supports only the formats `human` and `concise`")
                .help("use `--format concise`"));
        }
        if self.unsafe_fixes && !self.fix && !self.diff {
            return Err(CliError::usage("`--unsafe-fixes` needs `--fix` or `--diff`"));
        }
        if report && (self.diff || self.fix && stdin > 0) {
            return Err(CliError::usage("the result and the report would both go to standard output")
                .help("omit `--format`, so findings go to standard error"));
        }
        Ok(())
    }

    fn fixing(&self) -> Option<fix::Mode> {
        let mode = if self.unsafe_fixes { fix::Mode::Unsafe } else { fix::Mode::Safe };
        (self.fix || self.diff).then_some(mode)
    }
}

/// Runs once over all files.
fn once(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let plan = Plan::new(args, config, io)?;
    let mut show = output::Show::new(args.format, io)?;
    let mut exit = Exit::Success;
    for fault in &plan.faults {
        exit = exit.worst(show.unread(fault, None, io)?);
    }
    let progress = super::progress::Progress::new(plan.files(), "files", io.interactive && !io.quiet);
    let mut across = lint::CrossFileIndex::default();
    for batch in pipeline::batches(&plan.sets) {
        let all = pipeline::batch(batch, &plan, &mut across, &progress);
        exit = progress.aside(|| {
            all.iter()
                .try_fold(exit, |exit, done| Ok::<_, CliError>(exit.worst(take(args, done, &mut show, io)?)))
        })?;
    }
    drop(progress);
    show.end(io)?;
    Ok(exit)
}

/// Writes the fixes and shows the findings of one set of files.
fn take(
    args: &Args,
    done: &pipeline::Done,
    show: &mut output::Show,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    for (name, stop) in &done.unread {
        exit = exit.worst(show.unread(stop, Some(name), io)?);
    }
    for fixed in &done.fixed {
        exit = exit.worst(match write(args, fixed, io) {
            Ok(exit) => exit,
            Err(stop) => show.unread(&stop, Some(fixed.old.name()), io)?,
        });
    }
    if args.diff {
        show.count(done);
        return Ok(exit);
    }
    show.part(done, io)?;
    Ok(exit.worst(done.exit))
}

/// Writes or shows the fixes of one file.
fn write(args: &Args, fixed: &pipeline::FixedFile, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let changed = fixed.old.text() != fixed.new.text();
    let mut exit = Exit::Success;
    if args.diff {
        if changed {
            super::diff::show(fixed.old.name(), fixed.old.text(), fixed.new.text(), io)?;
            exit = Exit::Findings;
        }
    } else if files::is_stdin(&fixed.path) {
        if fixed.old.fault().is_some() {
            return Err(CliError::new(
                Exit::Unreadable,
                "standard input is not valid UTF-8; nothing was written",
            )
            .help("the findings show the place; unreadable text cannot be written back"));
        }
        io.stdout.write_all(fixed.new.text().as_bytes())?;
    } else if changed {
        files::write(&fixed.path, fixed.new.text().as_bytes())?;
    }
    output::fixed(fixed, args.diff, io)?;
    Ok(exit)
}

/// The plan of a run.
struct Plan {
    sets: Vec<Vec<pipeline::Input>>,
    faults: Vec<CliError>,
    fixing: Option<fix::Mode>,
    stores: keys::Stores,
    at: Date,
}

impl Plan {
    fn new(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Self, CliError> {
        let found = search::search(&args.files);
        let mut configs = Configs::new(config)?;
        let mut stores = keys::Stores::new();
        let mut inputs = Vec::with_capacity(found.paths.len());
        for (id, path) in found.paths.into_iter().enumerate() {
            let mut settings = configs.settings(&path)?;
            args.levels.apply(&mut settings.levels, &mut settings.fails)?;
            if let Some(trust) = &args.trust {
                settings.trust = Some(trust.clone());
            }
            if let Some(folder) = &settings.trust {
                keys::load(&mut stores, folder, io)?;
            }
            let given = if files::is_stdin(&path) { Some(files::read_license(&path, io)) } else { None };
            inputs.push(pipeline::Input { id, path, given, settings });
        }
        let sets =
            if args.together { vec![inputs] } else { inputs.into_iter().map(|one| vec![one]).collect() };
        let at = args.at.unwrap_or(io.today);
        Ok(Self { sets, faults: found.faults, fixing: args.fixing(), stores, at })
    }

    fn files(&self) -> usize {
        self.sets.iter().map(Vec::len).sum()
    }

    /// Returns the options for a set of files. With `--together`, the settings of the first file apply.
    fn options(&self, settings: &super::config::Settings) -> lint::Options {
        let (levels, policy) = (settings.levels.clone(), settings.policy.clone());
        lint::Options { levels, policy, ..lint::Options::at(self.at) }
    }
}
