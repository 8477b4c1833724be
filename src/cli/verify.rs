//! `keywright verify`: a verdict on every block and file.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use crate::license::License;
use crate::report::verify_human::{self, Style};
use crate::report::{VerifyReport, verify_json};
use crate::sign::{Mode, Outcome, Revocations, Verifier};

use super::trust::TrustArgs;
use super::{Exit, Io, Stop, file, parse_day, provenance};

/// Verify the signatures of license files
///
/// Every block gets a verdict: MALFORMED, UNSUPPORTED, UNSIGNED, UNKNOWN-KEY, NOT-FOR-VENDOR, INVALID, REVOKED, NOT-YET,
/// EXPIRED or VALID. Exit 0 means that there is a block and that all blocks are valid.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright verify license.lic\n  \
    keywright verify --format json --at 2027-01-31 *.lic")]
pub struct Args {
    /// License files; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Day on which START and END are judged [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<Date>,
    /// Accept development keys too
    #[arg(long)]
    development: bool,
    /// Look every block up in this issue log: was it issued, was it replaced, which directive was changed
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

/// Runs the command.
///
/// # Errors
/// When there is no trust store, or the report cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.log.is_some() && args.format == Format::Json {
        return Err(Stop::usage("`--log` has no JSON report").help("leave `--format json` or `--log` out"));
    }
    let trust = args.trust.load()?;
    let mut unread = Vec::new();
    let mut licenses = Vec::new();
    for (id, path) in args.files.iter().enumerate() {
        match file::source(path, id, io) {
            Ok(source) => licenses.push(License::read(source)),
            Err(stop) => {
                io.stop(&stop)?;
                unread.push((file::shown(path), stop.exit));
            }
        }
    }
    let at = args.at.unwrap_or(io.today);
    let mode = if args.development { Mode::Development } else { Mode::Production };
    let revocations = Revocations::default();
    let files = Verifier { trust: &trust, revocations: &revocations, at, mode }.files(&licenses);

    let worst = unread.iter().fold(Exit::Yes, |worst, (_, exit)| worst.worst(*exit));
    let exit = files.iter().fold(worst, |worst, report| worst.worst(exit(report.outcome())));
    let decides = files.iter().find(|report| self::exit(report.outcome()) == exit);
    let report = VerifyReport {
        result: decides.map_or(VerifyReport::NOT_READ, |report| report.result()),
        files: &files,
        unread: unread.iter().map(|(name, _)| name.as_str()).collect(),
        at,
        mode,
        trust: file::shown(&args.trust.trust),
        exit_code: exit.code(),
    };
    let text = match args.format {
        Format::Human => verify_human::render(&report, Style { color: io.color_out }),
        Format::Json => verify_json::render(&report)
            .map_err(|error| Stop::failure(format!("cannot write the report: {error}")))?,
    };
    io.stdout.write_all(text.as_bytes())?;
    match &args.log {
        Some(log) => Ok(exit.worst(provenance::tell(log, &licenses, &trust, io)?)),
        None => Ok(exit),
    }
}

/// The exit code of a file's outcome.
fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Valid => Exit::Yes,
        Outcome::NotNow => Exit::NotNow,
        Outcome::Policy => Exit::Policy,
        Outcome::NotValid => Exit::No,
        Outcome::Unreadable => Exit::Unreadable,
    }
}
