//! `keywright lint`: findings on license files.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Severity};
use crate::license::License;
use crate::lint::{self, Level, Levels};
use crate::report::{Sources, Tally, concise, counted, lint_json};

use super::{Exit, Io, Stop, file, findings};

/// Find what is wrong with license files
///
/// Each file stands for one license; with `--together` all files given are one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright lint license.lic\n  keywright lint --deny warnings *.lic\n  \
    keywright lint --format json - < license.lic\n  keywright explain D001")]
pub struct Args {
    /// License files; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// How findings are shown
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    levels: LevelArgs,
    /// The files are parts of one license: a dependency may be in another file
    #[arg(long)]
    together: bool,
    /// The day for which dates are judged, instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
}

/// Levels of rules, for every command that lints.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LevelArgs {
    /// Treat as errors: a code, a name, a group's letter, or `warnings`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    deny: Vec<String>,
    /// Treat as warnings
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    warn: Vec<String>,
    /// Do not report
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Drawn on their source
    Human,
    /// One line each
    Concise,
    /// JSON, version 1
    Json,
}

impl LevelArgs {
    /// The levels asked for, and the severity from which on a run fails.
    ///
    /// # Errors
    /// When a rule or group is unknown.
    pub fn levels(&self) -> Result<(Levels, Severity), Stop> {
        let mut levels = Levels::default();
        let mut fails = Severity::Error;
        for (selectors, level) in
            [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)]
        {
            for selector in selectors {
                if selector == "warnings" && level == Level::Deny {
                    fails = Severity::Warning;
                    continue;
                }
                levels
                    .set(selector, level)
                    .map_err(|unknown| Stop::usage(unknown.to_string()).help(unknown.help()))?;
            }
        }
        Ok((levels, fails))
    }
}

/// Runs the command.
///
/// # Errors
/// When an option cannot be understood, or results cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let (levels, fails) = args.levels.levels()?;
    let options = lint::Options { levels, ..lint::Options::at(args.at.unwrap_or(io.today)) };
    let mut exit = Exit::Yes;
    let mut licenses = Vec::new();
    for (id, path) in args.files.iter().enumerate() {
        match file::source(path, id, io) {
            Ok(source) => licenses.push(License::read(source)),
            Err(stop) => {
                io.stop(&stop)?;
                exit = exit.worst(stop.exit);
            }
        }
    }
    let all: Vec<&License> = licenses.iter().collect();
    let found: Vec<Diagnostic> = if args.together {
        lint::lint(&all, &options)
    } else {
        all.iter().flat_map(|license| lint::lint(&[*license], &options)).collect()
    };
    show(args.format, &found, &all, io)?;
    Ok(exit.worst(conclusion(&found, &all, fails)))
}

/// Findings are "no"; text that could not be read as a license at all is worse.
fn conclusion(found: &[Diagnostic], licenses: &[&License], fails: Severity) -> Exit {
    let failing = found.iter().any(|diagnostic| diagnostic.severity >= fails);
    let lost = licenses.iter().any(|license| !license.broken.is_empty() || license.source.fault().is_some());
    match (failing, lost) {
        (true, true) => Exit::Unreadable,
        (true, false) => Exit::No,
        (false, _) => Exit::Yes,
    }
}

fn show(format: Format, found: &[Diagnostic], licenses: &[&License], io: &mut Io<'_>) -> Result<(), Stop> {
    let sources = Sources::new(licenses.iter().map(|license| &*license.source));
    match format {
        Format::Human => {
            findings::show_in(found, &sources, io)?;
            io.say(&summary(found, licenses.len()))?;
        }
        Format::Concise => {
            write!(io.stdout, "{}", concise::render(found, &sources))?;
        }
        Format::Json => {
            let json =
                lint_json::render(found, &sources).map_err(|error| Stop::failure(error.to_string()))?;
            write!(io.stdout, "{json}")?;
        }
    }
    Ok(())
}

fn summary(found: &[Diagnostic], files: usize) -> String {
    let tally = Tally::of(found);
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
    let parts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)).collect();
    let what = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    format!("{what} in {}", counted(files, "file"))
}
