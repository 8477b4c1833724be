//! `keywright verify`: verdicts on blocks and files.

mod batch;
mod grants;
mod identity;
pub(super) mod inputs;
mod output;
mod private;
mod trust;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use keywright_license::{License, Name};
use keywright_report::verify::{VerifyReport, VerifySummary};
use keywright_sign::AllCores;
use keywright_syntax::source::SourceFile;
use keywright_verify::{FileReport, Mode, Outcome, Verdict, Verifier, jobs};

use super::config::Configs;
use super::log_args::LogArgs;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit, files, parse_day, provenance};
use batch::{FileBatch, Unread};
use inputs::VerifyInputs;
use output::{Format, Output};

/// Verify the signatures of license files
///
/// Each block gets a verdict: MALFORMED, UNSUPPORTED, UNSIGNED, UNKNOWN-KEY, NOT-FOR-VENDOR, INVALID, REVOKED, NOT-YET,
/// EXPIRED or VALID. The exit code is 0 if there is at least one block and all blocks are valid. Each file is verified on
/// its own; with `--together`, all files are one set.
///
/// A directory, or more than 10 files, is reported with one line for each file, failures first. With `-v`, and for fewer
/// files, all blocks are shown. With `-q`, only failures are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright verify license.lic\n  \
    keywright verify --format json --at 2027-01-31 *.lic\n  \
    keywright verify --together old.lic add-on.lic\n  \
    keywright verify -q --log issue-log.sqlite customers/\n  \
    keywright verify license.lic --log\n  \
    keywright verify --format github licenses/\n  \
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
    /// Look up every block in this issue log: whether it was issued, replaced or changed. Without FILE, the log is `log`
    /// in keywright.toml, or `issue-log.sqlite`
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    log: Option<Option<PathBuf>>,
}

impl Args {
    /// Returns true if all files are used together.
    fn is_one_set(&self) -> bool {
        self.together || self.one_set
    }
}

const TRUST: &str = "the trust store or a revocation list";
const LOG: &str = "the issue log";

/// Maximum number of outdated blocks that the result names.
const MOST_OUTDATED: usize = 5;

fn parse_name(text: &str) -> Result<String, String> {
    let good = Name::is_valid(text);
    good.then(|| text.to_owned()).ok_or_else(|| "use a vendor name: letters, digits, `_` and `-`".to_owned())
}

/// Stops for a file whose KEYs another license manager made, by its configuration: keywright cannot verify them.
fn refuse_foreign_keys(inputs: &VerifyInputs, config: Option<&Path>) -> Result<(), CliError> {
    let mut configs = Configs::new(config)?;
    for path in inputs.files() {
        if configs.settings(path)?.foreign_keys {
            let name = files::display_name(path);
            let message = format!(
                "the KEYs of `{name}` cannot be verified: its keywright.toml has `keys = \"foreign\"`"
            );
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
    // DECISION: a masked report has no places.
    if args.redact && args.format.has_places() {
        return Err(CliError::usage("`--redact` supports only the formats `human` and `json`")
            .help("the other formats refer to places in the files, so their readers need the files"));
    }
    let at = args.at.unwrap_or(io.today);
    let mode = if args.development { Mode::Development } else { Mode::Production };
    let (store, trust, revocations) = private::run(args.redact, TRUST, io, |io| {
        let store = args.trust.directory(io)?;
        let (trust, revocations) = trust::load(&store, &args.revocations, mode, io)?;
        Ok((store, trust, revocations))
    })?;
    let inputs = VerifyInputs::find(&args.files, args.redact, io)?;
    private::run(args.redact, "the configuration", io, |_| refuse_foreign_keys(&inputs, config))?;
    let verifier = Verifier {
        vendor: args.vendor.as_deref(),
        together: args.together,
        one_set: args.one_set,
        jobs: &AllCores,
        ..Verifier::new(&trust, &revocations, at, mode)
    };
    let mut output = Output::new(args.format, args.is_one_set(), &inputs, io);
    let mut run = Run {
        args,
        verifier,
        store: trust::display_name(&store),
        exit: Exit::Success,
        summary: VerifySummary {
            result: VerifyReport::NOT_READ,
            skipped: inputs.skipped,
            ..VerifySummary::default()
        },
        has_result: false,
    };
    let mut items = inputs.items.into_iter().peekable();
    let mut before = 0;
    while items.peek().is_some() {
        let batch = FileBatch::read(&mut items, before, run.batch_size(), args.redact, io)?;
        before += batch.len();
        run.batch(&batch, &mut output, io)?;
    }
    let Run { exit, mut summary, .. } = run;
    summary.exit_code = exit.code();
    output.end(&summary, io)?;
    Ok(exit)
}

/// A run of the command.
struct Run<'a> {
    args: &'a Args,
    verifier: Verifier<'a>,
    /// The name of the trust store, for display.
    store: String,
    exit: Exit,
    summary: VerifySummary,
    has_result: bool,
}

impl Run<'_> {
    /// Returns the number of files that are in memory at the same time. Files that are used together are verified in one
    /// batch. The issue log is checked once for each batch, so batches are large with a log.
    fn batch_size(&self) -> batch::Size {
        match (self.args.is_one_set(), &self.args.log) {
            (true, _) => batch::Size::ALL,
            (_, Some(_)) => batch::Size::LARGE,
            _ => batch::Size::USUAL,
        }
    }

    /// Verifies some files, and reports them.
    fn batch(
        &mut self,
        batch: &FileBatch,
        output: &mut Output,
        io: &mut Console<'_>,
    ) -> Result<(), CliError> {
        let args = self.args;
        let licenses = &batch.licenses;
        let mut files = self.verifier.files(licenses);
        let pairs: Vec<(&License, &FileReport<'_>)> = licenses.iter().zip(&files).collect();
        let identities = jobs::map(&AllCores, &pairs, |(license, file)| identity::of(license, file));
        let (facts, totals) = if output.needs_facts() || args.require_all {
            let (facts, totals, missing) =
                grants::of_all(licenses, &files, args.is_one_set(), self.verifier.at);
            if args.require_all {
                for (file, missing) in files.iter_mut().zip(missing) {
                    file.policy.extend(missing);
                }
            }
            (facts, totals)
        } else {
            (Vec::new(), Vec::new())
        };
        let look_up = |log: &Option<PathBuf>| {
            private::run(args.redact, LOG, io, |io| {
                let log = LogArgs { log: log.clone() }.existing(io)?;
                provenance::look_up(&log, licenses, &files, &self.verifier)
            })
        };
        let log = args.log.as_ref().map(look_up).transpose()?;
        let report = VerifyReport {
            before: batch.before,
            files: &files,
            together: args.is_one_set(),
            identities,
            facts,
            totals,
            unread: batch.unread.iter().map(Unread::for_report).collect(),
            log,
            at: self.verifier.at,
            mode: self.verifier.mode,
            trust: self.store.clone(),
            redact: args.redact,
        };
        self.count(&report, batch);
        let sources: Vec<&SourceFile> = licenses.iter().map(|license| &*license.source).collect();
        output.files(&report, &sources, io)
    }

    /// Adds the results of some files to the result of the run.
    fn count(&mut self, report: &VerifyReport<'_>, batch: &FileBatch) {
        for file in 0..report.files.len() {
            let exit = exit(report, file);
            self.add(exit, report.file_result(file));
            self.summary.valid_files += usize::from(exit == Exit::Success);
            for block in report.outdated(file) {
                self.summary.outdated_count += 1;
                if self.summary.outdated.len() < MOST_OUTDATED {
                    let name = report.value("FEATURE", block.feature.as_deref().unwrap_or_default());
                    let state = if block.verdict == Verdict::Revoked { "revoked" } else { "replaced" };
                    self.summary.outdated.push(format!("{name} in line {} was {state}", block.line));
                }
            }
        }
        for unread in &batch.unread {
            self.add(unread.exit, VerifyReport::NOT_READ);
        }
        let blocks = || report.files.iter().flat_map(|file| &file.blocks);
        self.summary.files += batch.len();
        self.summary.blocks += blocks().count();
        self.summary.valid_blocks += blocks().filter(|block| block.verdict == Verdict::Valid).count();
    }

    /// The word of the first file with the worst exit code is the result.
    fn add(&mut self, exit: Exit, word: &'static str) {
        if !self.has_result || exit.worst(self.exit) != self.exit {
            self.summary.result = word;
        }
        self.has_result = true;
        self.exit = exit.worst(self.exit);
    }
}

/// Returns the exit code of a file. A block that is not in the issue log as it is fails, even with a matching signature.
fn exit(report: &VerifyReport<'_>, file: usize) -> Exit {
    let exit = match report.outcome(file) {
        Some(Outcome::Valid) => Exit::Success,
        Some(Outcome::NotNow) => Exit::NotInForce,
        Some(Outcome::Policy) => Exit::Policy,
        Some(Outcome::Unreadable) => Exit::Unreadable,
        Some(Outcome::NotValid) | None => Exit::Findings,
    };
    if report.is_issued(file) { exit } else { exit.worst(Exit::Findings) }
}
