//! `keywright timeline`: usable totals over time.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_analysis::Timeline;
use keywright_license::License;
use keywright_report::timeline::{self as report, Planned};

use super::licenses::Licenses;
use super::{CliError, Console, Exit, files};

/// Show what licenses grant over time
///
/// For each feature: the usable total from each day on which it changes, and the first and last days of its blocks. Then
/// the features that stop running, with the day and the reason.
///
/// All files form one license.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright timeline license.lic\n  \
    keywright timeline --from 2026-01-01 --to 2028-12-31 base.lic addon.lic\n  \
    keywright timeline --format ics license.lic > license.ics")]
pub struct Args {
    /// License files; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// First day [default: today]
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    from: Option<Date>,
    /// Last day [default: the last change, and at least a year]
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    to: Option<Date>,
    /// Output format
    #[arg(long, value_enum, default_value_t = TimelineFormat::Human, value_name = "FORMAT")]
    format: TimelineFormat,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TimelineFormat {
    /// Text
    Human,
    /// A picture
    Svg,
    /// JSON, version 1
    Json,
    /// A calendar (iCalendar)
    Ics,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read, the period is empty, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    files::refuse_stdin_twice(&args.files)?;
    let from = args.from.unwrap_or(io.today);
    if let Some(to) = args.to.filter(|to| *to < from) {
        return Err(CliError::usage(format!(
            "the period is empty: its last day {to} is before its first day {from}"
        ))
        .help("give an earlier day with `--from`, or a later one with `--to`"));
    }
    let licenses = Licenses::read(&args.files, from, io)?;
    let has_errors = licenses.show_errors(io)?;
    licenses.note_dates(from, io)?;
    let all: Vec<&License> = licenses.licenses.iter().collect();
    let timeline = Timeline::of(&all, &licenses.model, from, args.to);
    let names: Vec<String> = args.files.iter().map(|path| files::display_name(path)).collect();
    let planned = Planned::new(&names, &timeline);
    let text = match args.format {
        TimelineFormat::Human => report::human(&planned),
        TimelineFormat::Svg => report::svg(&planned),
        TimelineFormat::Json => report::json(&planned)?,
        TimelineFormat::Ics => report::ics(&planned),
    };
    io.stdout.write_all(text.as_bytes())?;
    if has_errors {
        io.note("note: blocks with errors are omitted from the result")?;
        return Ok(Exit::Findings);
    }
    Ok(Exit::Success)
}
