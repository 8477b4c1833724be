//! `keywright verify`: a verdict on every block and file.

mod unlocks;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use crate::license::{License, Name};
use crate::report::verify::{DrawnOn, VerifyReport};
use crate::report::verify_human::{self, Style};
use crate::report::verify_json;
use crate::sign::{FileReport, Mode, Outcome, Verifier};

use super::trust::TrustArgs;
use super::{Exit, Io, Stop, collect, file, parse_day, provenance};

/// Verify the signatures of license files
///
/// Every block gets a verdict: MALFORMED, UNSUPPORTED, UNSIGNED, UNKNOWN-KEY, NOT-FOR-VENDOR, INVALID, REVOKED, NOT-YET,
/// EXPIRED or VALID. Exit 0 means that there is a block and that all blocks are valid.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright verify license.lic\n  \
    keywright verify --format json --at 2027-01-31 *.lic\n  \
    keywright verify --vendor ABC_Software --one-set --require-all customer/")]
pub struct Args {
    /// License files, or folders with such (`*.lic`); `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
    /// Signed list of what was withdrawn, besides those in the trust store
    #[arg(long, value_name = "FILE")]
    revocations: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Day on which START and END are judged [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<Date>,
    /// Accept development keys too
    #[arg(long)]
    development: bool,
    /// Accept blocks of this vendor only
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    vendor: Option<String>,
    /// All files together must be one set: one SN and one LICENSEE a vendor
    #[arg(long)]
    one_set: bool,
    /// All that tokens draw on must be given, valid and of their set
    #[arg(long)]
    require_all: bool,
    /// Mask LICENSEE, SN, host ids and folders, for a ticket
    #[arg(long)]
    redact: bool,
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

fn parse_name(text: &str) -> Result<String, String> {
    let good = Name::is_valid(text);
    good.then(|| text.to_owned())
        .ok_or_else(|| "write a vendor's name: letters, digits, `_` and `-`".to_owned())
}

/// Runs the command.
///
/// # Errors
/// When there is no trust store, a list of it is not to be believed, or the report cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.log.is_some() && args.format == Format::Json {
        return Err(Stop::usage("`--log` has no JSON report").help("leave `--format json` or `--log` out"));
    }
    file::refuse_stdin_twice(&args.files)?;
    let at = args.at.unwrap_or(io.today);
    let mode = if args.development { Mode::Development } else { Mode::Production };
    let (trust, revocations) = args.trust.load_with_revocations(&args.revocations, mode, io)?;
    let (licenses, unread) = read(args, io)?;
    let verifier = Verifier {
        vendor: args.vendor.as_deref(),
        one_set: args.one_set,
        ..Verifier::new(&trust, &revocations, at, mode)
    };
    let mut files = verifier.files(&licenses);
    let draws = unlock(args, &licenses, &mut files);

    let worst = unread.iter().fold(Exit::Yes, |worst, (_, exit)| worst.worst(*exit));
    let exit = files.iter().fold(worst, |worst, report| worst.worst(exit(report.outcome())));
    let decides = files.iter().find(|report| self::exit(report.outcome()) == exit);
    let report = VerifyReport {
        result: decides.map_or(VerifyReport::NOT_READ, |report| report.result()),
        files: &files,
        draws,
        unread: unread.iter().map(|(name, _)| name.as_str()).collect(),
        at,
        mode,
        trust: file::shown(&args.trust.trust),
        redact: args.redact,
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

/// A file that could not be read, and what that means.
type Unread = (String, Exit);

/// The files that were read, and the names of those that were not.
fn read(args: &Args, io: &mut Io<'_>) -> Result<(Vec<License>, Vec<Unread>), Stop> {
    let mut unread = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut not = |path: &Path, stop: Stop, io: &mut Io<'_>| -> Result<(), Stop> {
        // The name of the file is masked in the report alone: what could not be read is told to whoever asked for it.
        io.stop(&stop)?;
        unread.push((file::shown(path), stop.exit));
        Ok(())
    };
    for path in &args.files {
        match collect::license_files(path) {
            Ok(found) => paths.extend(found),
            Err(stop) => not(path, stop, io)?,
        }
    }
    let mut licenses = Vec::new();
    for (id, path) in paths.iter().enumerate() {
        match file::source(path, id, io) {
            Ok(source) => licenses.push(License::read(source)),
            Err(stop) => not(path, stop, io)?,
        }
    }
    Ok((licenses, unread))
}

/// What the valid blocks draw on; each file is a license of its own, unless all are one set.
fn unlock(args: &Args, licenses: &[License], files: &mut [FileReport<'_>]) -> Vec<Vec<Vec<DrawnOn>>> {
    let licenses: Vec<&License> = licenses.iter().collect();
    let size = if args.one_set { licenses.len().max(1) } else { 1 };
    let mut draws = Vec::with_capacity(files.len());
    for (licenses, files) in licenses.chunks(size).zip(files.chunks_mut(size)) {
        let found = unlocks::unlocked(licenses, &files.iter().collect::<Vec<_>>());
        draws.extend(found.draws);
        if args.require_all {
            for (file, missing) in files.iter_mut().zip(found.missing) {
                file.policy.extend(missing);
            }
        }
    }
    draws
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
