//! `keywright verify`: verdicts on blocks and files.

pub(super) mod inputs;
mod private;
mod unlocks;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_license::{License, Name};
use keywright_report::verify::{DrawnOn, VerifyReport, masked_file};
use keywright_report::verify_human::{self, Style};
use keywright_report::verify_json;
use keywright_sign::AllCores;
use keywright_verify::{FileReport, Mode, Outcome, Verifier};

use super::config::Configs;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit, files, parse_day, provenance};

/// Verify the signatures of license files
///
/// Each block gets a verdict: MALFORMED, UNSUPPORTED, UNSIGNED, UNKNOWN-KEY, NOT-FOR-VENDOR, INVALID, REVOKED, NOT-YET,
/// EXPIRED or VALID. The exit code is 0 if there is at least one block and all blocks are valid.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright verify license.lic\n  \
    keywright verify --format json --at 2027-01-31 *.lic\n  \
    keywright verify --vendor ABC_Software --one-set --require-all customer/")]
pub struct Args {
    /// License files or directories with `*.lic` files; `-` for standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
    /// Signed revocation list, in addition to those in the trust store
    #[arg(long, value_name = "FILE")]
    revocations: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Date to verify for: START and END are compared with it [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    at: Option<Date>,
    /// Accept development keys too
    #[arg(long)]
    development: bool,
    /// Accept only blocks of this vendor
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    vendor: Option<String>,
    /// Verify all files as one set, as on one license server: totals and roles are those of all blocks
    #[arg(long)]
    together: bool,
    /// As --together, and require one purchase: one SN and one LICENSEE for each vendor
    #[arg(long)]
    one_set: bool,
    /// Require all dependencies of tokens to be given, valid and of the same customer
    #[arg(long)]
    require_all: bool,
    /// Mask file names and everything that can identify the customer, for use in a ticket
    #[arg(long)]
    redact: bool,
    /// Look up every block in this issue log: whether it was issued, replaced or changed
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

impl Args {
    /// Returns true if all files are used together.
    fn is_one_set(&self) -> bool {
        self.together || self.one_set
    }
}

const TRUST: &str = "the trust store or a revocation list";
const LOG: &str = "the issue log";
const FOLDER: &str = "a directory";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text
    Human,
    /// JSON
    Json,
}

fn parse_name(text: &str) -> Result<String, String> {
    let good = Name::is_valid(text);
    good.then(|| text.to_owned()).ok_or_else(|| "use a vendor name: letters, digits, `_` and `-`".to_owned())
}

/// Stops for a file whose KEYs another license manager made, by its configuration: keywright cannot verify them.
fn refuse_foreign_keys(licenses: &[License], config: Option<&Path>) -> Result<(), CliError> {
    let mut configs = Configs::new(config)?;
    for license in licenses {
        let path = Path::new(license.source.name());
        if configs.settings(path)?.foreign_keys {
            let name = files::display_name(path);
            let message =
                format!("the KEYs of `{name}` are foreign by its keywright.toml, so they cannot be verified");
            return Err(CliError::usage(message).help(
                "verify it with the license manager that made the KEYs, or remove `keys = \"foreign\"`",
            ));
        }
    }
    Ok(())
}

/// Runs the command.
///
/// # Errors
/// Returns an error if there is no trust store, one of its lists is not trustworthy, or the report cannot be written.
pub fn run(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    files::refuse_stdin_twice(&args.files)?;
    let at = args.at.unwrap_or(io.today);
    let mode = if args.development { Mode::Development } else { Mode::Production };
    let (trust, revocations) = private::run(args.redact, TRUST, io, |io| {
        args.trust.load_with_revocations(&args.revocations, mode, io)
    })?;
    let VerifyInputs { licenses, unread, skipped } = read(args, io)?;
    refuse_foreign_keys(&licenses, config)?;
    let verifier = Verifier {
        vendor: args.vendor.as_deref(),
        together: args.together,
        one_set: args.one_set,
        jobs: &AllCores,
        ..Verifier::new(&trust, &revocations, at, mode)
    };
    let mut files = verifier.files(&licenses);
    let draws = unlock(args, &licenses, &mut files);

    let look_up = |log: &PathBuf| {
        private::run(args.redact, LOG, io, |_| provenance::look_up(log, &licenses, &files, &trust))
    };
    let log = args.log.as_ref().map(look_up).transpose()?;
    let mut report = VerifyReport {
        result: VerifyReport::NOT_READ,
        files: &files,
        together: args.is_one_set(),
        draws,
        unread: unread.iter().map(|unread| (unread.before, unread.name.as_str())).collect(),
        skipped,
        log,
        at,
        mode,
        trust: files::display_name(&args.trust.trust),
        redact: args.redact,
        exit_code: 0,
    };
    let worst = unread.iter().fold(Exit::Success, |worst, unread| worst.worst(unread.exit));
    let of_files: Vec<Exit> = (0..files.len()).map(|at| exit(&report, at)).collect();
    let exit = of_files.iter().fold(worst, |worst, exit| worst.worst(*exit));
    let decides = of_files.iter().position(|of_file| *of_file == exit);
    report.result = decides.map_or(VerifyReport::NOT_READ, |at| report.file_result(at));
    report.exit_code = exit.code();
    let text = match args.format {
        Format::Human => verify_human::render(&report, Style { color: io.color_out }),
        Format::Json => verify_json::render(&report)
            .map_err(|error| CliError::failure(format!("cannot write the report: {error}")))?,
    };
    io.stdout.write_all(text.as_bytes())?;
    Ok(exit)
}

/// A file that could not be read: the number of files read before it, and the error.
struct Unread {
    before: usize,
    name: String,
    exit: Exit,
}

/// The files that were read, those that could not be read, and the number of skipped directory entries.
struct VerifyInputs {
    licenses: Vec<License>,
    unread: Vec<Unread>,
    skipped: usize,
}

/// Reads the files, and those in the directories.
fn read(args: &Args, io: &mut Console<'_>) -> Result<VerifyInputs, CliError> {
    let mut unread = Vec::new();
    let mut licenses = Vec::new();
    let mut not =
        |before: usize, path: &Path, stop: CliError, io: &mut Console<'_>| -> Result<(), CliError> {
            let number = before + unread.len() + 1;
            let shown = if args.redact { not_read(&masked_file(number), stop.exit) } else { stop.clone() };
            io.error(&shown)?;
            unread.push(Unread { before, name: files::display_name(path), exit: stop.exit });
            Ok(())
        };
    let (mut number, mut skipped) = (0, 0);
    for path in &args.files {
        let found = private::run(args.redact, FOLDER, io, |io| inputs::license_files(path, io))?;
        skipped += found.skipped;
        for stop in found.faults {
            not(licenses.len(), path, stop, io)?;
        }
        for path in &found.files {
            match files::source(path, number, io) {
                Ok(source) => licenses.push(License::parse(source)),
                Err(stop) => not(licenses.len(), path, stop, io)?,
            }
            number += 1;
        }
    }
    Ok(VerifyInputs { licenses, unread, skipped })
}

/// Returns the message about a file that cannot be read, without its name and the reason, which can quote it.
fn not_read(file: &str, exit: Exit) -> CliError {
    CliError::new(exit, format!("cannot read {file} of the command line")).help(private::HELP)
}

/// Returns the draws of the valid blocks. Each file is a separate license, unless all files are used together.
fn unlock(args: &Args, licenses: &[License], files: &mut [FileReport<'_>]) -> Vec<Vec<Vec<DrawnOn>>> {
    let licenses: Vec<&License> = licenses.iter().collect();
    let size = if args.is_one_set() { licenses.len().max(1) } else { 1 };
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

/// Returns the exit code of a file. A block that is not in the issue log as it is fails, even with a matching signature.
fn exit(report: &VerifyReport<'_>, at: usize) -> Exit {
    let exit = match report.files.get(at).map(FileReport::outcome) {
        Some(Outcome::Valid) => Exit::Success,
        Some(Outcome::NotNow) => Exit::NotInForce,
        Some(Outcome::Policy) => Exit::Policy,
        Some(Outcome::Unreadable) => Exit::Unreadable,
        Some(Outcome::NotValid) | None => Exit::Findings,
    };
    if report.is_issued(at) { exit } else { exit.worst(Exit::Findings) }
}
