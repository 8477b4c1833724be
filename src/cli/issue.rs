//! `keywright issue`: signed licenses from orders, for one customer or a hundred thousand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keywright_issue::Cause;
use keywright_issue::log::{Log, OpenRun};
use keywright_report::counted;
use keywright_report::escape::escape;
use keywright_report::issue_json::{self, IssueReport};
use keywright_verify::{Digest, Trust};

use super::format::TextOrJson;
use super::progress::Progress;
use super::{CliError, Console, Exit, files};
use crate::issue::output_dir::OutputDir;
use crate::issue::pipeline::{BATCH_SIZE, Batch, RunSummary};

mod args;
mod errors;
mod inputs;
mod lock;
mod orders;
pub(super) mod output_dir;
mod owned;
pub(super) mod pipeline;
mod plan;
mod read;
mod renew;
mod run_key;

pub use args::Args;
pub(super) use errors::failed;
pub(super) use inputs::templates;
pub(super) use orders::Orders;
pub(super) use owned::{known_revocations, revoked};
pub(super) use read::{read_catalog, text};

use args::{IssueCommand, RunSettings};
use errors::report;
use inputs::Inputs;
use lock::{LogLock, RunLock};
use plan::{Approvers, approve, approved, plan};

/// Number of digits of a run's digest in the names of its files.
const RUN_NAME: usize = 16;

/// Runs the command.
///
/// # Errors
/// Returns an error if an input cannot be read, a plan is not approved, or the log cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if let Some(IssueCommand::Renew(args)) = &args.command {
        let settings = RunSettings::new(&args.run, io)?;
        let renewals = renew::renewals(args, &settings, io)?;
        return renewals.map_or(Ok(Exit::Success), |inputs| carry_out(&settings, inputs, io));
    }
    if let Some(plan) = &args.approve {
        return approve(&args.run, plan, io);
    }
    let orders = args.order_files();
    if orders.is_empty() {
        return Err(CliError::usage("no orders given").help("write `keywright issue orders.csv`"));
    }
    let read: Vec<PathBuf> = orders.iter().chain(&args.run.catalog).cloned().collect();
    args.run.signer.refuse_stdin_twice(&read)?;
    files::refuse_stdin_twice(&read)?;
    let settings = args.settings(io)?;
    let read = |parameters, io: &mut Console<'_>| Orders::read(&orders, parameters, io);
    let inputs = Inputs::read(&settings, read, io)?;
    carry_out(&settings, inputs, io)
}

/// Shows the plan of a run, or issues its licenses.
fn carry_out(args: &RunSettings<'_>, inputs: Inputs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if args.run.dry_run || (args.plan.is_some() && args.approvals.is_none()) {
        return plan(args, inputs, io);
    }
    issue(args, inputs, io)
}

fn issue(args: &RunSettings<'_>, mut inputs: Inputs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if !inputs.clashes.is_empty() || inputs.is_unusable {
        if args.run.format == TextOrJson::Json {
            let mut refused = std::mem::take(&mut inputs.wrong);
            refused.append(&mut inputs.clashes);
            let ended = RunSummary::refused(refused);
            return conclude(args.run.format, &ended, args.out.as_deref().unwrap_or(Path::new("")), io);
        }
        report(&inputs.clashes, io)?;
        return Err(CliError::new(Exit::Findings, "duplicate license file name in the orders")
            .help("nothing was issued"));
    }
    let options = args.run;
    let signer = options.signer.or_project(io)?;
    let missing = |what, option, key| {
        let missing = args.project.missing(what, option, key);
        missing.help("use `--dry-run` to show the licenses without signing")
    };
    if !signer.is_given() {
        return Err(missing("signing key", "--key FILE", "key"));
    }
    let out = args.out.as_deref().ok_or_else(|| missing("output directory", "--out DIR", "out"))?;
    let trust = options.trust.load(io)?;
    let key = signer.open(options.key_id.id, &options.passphrase, &trust, io)?;
    key.refuse_state()?;
    let revocations = options.trust.revocations(&[], &trust, key.mode(), io)?;
    key.refuse_withdrawn(&revocations)?;
    let run = Digest::of(format!("{}\n{}\n", inputs.digest, key.trusted.key.id()).as_bytes());
    let name: String = run.to_string().chars().take(RUN_NAME).collect();
    let lock = RunLock::take(&args.log, &name)?;
    let log_lock = LogLock::take(&args.log, || {
        let log = escape(&files::display_name(&args.log)).into_owned();
        io.note(&format!("waiting for another run that writes to the log {log}"))
    })?;
    let open = open_run(args, &run)?;
    let approved = match args.approvals {
        Some(needed) => {
            let approvers = Approvers { needed, trust: &trust, key: key.trusted, revocations: &revocations };
            Some(approved(args, &approvers, &mut inputs, open.as_ref().map(|open| open.since), io)?)
        }
        None => None,
    };
    let mut log = Log::open(&args.log).map_err(|fault| failed(&fault))?;
    refuse_changed(&log, &trust, &args.log)?;
    let open_run = match &open {
        Some(open) => open.clone(),
        None => OpenRun {
            day: inputs.issuer.day().to_string(),
            since: log.head().map_err(|fault| failed(&fault))?.seq,
        },
    };
    let day =
        super::parse_day(&open_run.day).map_err(|_| CliError::failure("invalid day of a run in the log"))?;
    inputs.on(day, args)?;
    key.refuse_day(day, io)?;
    let place = OutputDir::make(out, &name, inputs.count <= BATCH_SIZE)?;
    place.lock(|| {
        let directory = escape(&files::display_name(out)).into_owned();
        io.note(&format!("waiting for another run that writes licenses to {directory}"))
    })?;
    if open.is_some() {
        place.clean()?;
    }
    log.begin_run(&run, &open_run).map_err(|fault| failed(&fault))?;
    let batch = Batch {
        issuer: &inputs.issuer,
        signer: &*key.signer,
        trusted: key.trusted,
        revocations: &revocations,
        allow_loss: options.allow_loss.as_deref(),
        since: open_run.since,
        plan: approved,
        out: place,
        replace: options.replace,
        lists_licenses: options.format == TextOrJson::Json,
        resumed: open.as_ref().map(|open| open.since),
        issued_at: now(),
        progress: Progress::new(inputs.count, "orders", io.interactive && !io.quiet),
    };
    let past = Log::open_to_read(&args.log).map_err(|fault| failed(&fault))?;
    let mut ended = batch.run(inputs.orders(), &mut log, &past)?;
    if !ended.is_broken() {
        // A run has ended when its files survive a power failure.
        batch.out.sync()?;
        log.end_run(&run).map_err(|fault| failed(&fault))?;
    }
    drop((batch, log_lock, lock));
    ended.refused.append(&mut inputs.wrong);
    conclude(args.run.format, &ended, out, io)
}

/// Refuses a log that was changed: what customers have would be wrong.
///
/// DECISION: the whole log is verified before each run, because a changed entry anywhere can decide what an order means.
/// A head by a compromised key is accepted: the run signs a new one.
fn refuse_changed(log: &Log, trust: &Trust, path: &Path) -> Result<(), CliError> {
    let checked = log.check(trust, None, |_| {});
    checked.map(drop).map_err(|fault| {
        let name = files::display_name(path);
        let stop = CliError::failure(format!("the log `{name}` does not verify: {}", fault.message));
        stop.help("nothing was signed; run `keywright log verify`, and restore the log from a copy")
    })
}

/// Returns the interrupted run of these inputs, if `--resume` was given.
fn open_run(args: &RunSettings<'_>, run: &Digest) -> Result<Option<OpenRun>, CliError> {
    let path = args.log.as_path();
    // Opened for writing, because another run may be creating the log at this moment.
    let open = match path.exists() {
        true => Log::open(path).and_then(|log| log.open_run(run)).map_err(|fault| failed(&fault))?,
        false => None,
    };
    match (args.resume, &open) {
        (false, None) | (true, Some(_)) => Ok(open),
        (false, Some(_)) => {
            Err(CliError::usage("interrupted run of these orders found")
                .help("use `--resume` to continue it"))
        }
        (true, None) => Err(CliError::usage("no interrupted run of these orders found").help(
            "omit `--resume`; to resume a run, the catalogue, templates, orders and key must be unchanged",
        )),
    }
}

/// Returns the time of issue for the log: `YYYY-MM-DDTHH:MM:SSZ`.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn conclude(
    format: TextOrJson,
    ended: &RunSummary,
    out: &Path,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let exit = match (ended.is_broken(), ended.refused.is_empty()) {
        (true, _) => Exit::Failure,
        (false, false) => Exit::Findings,
        (false, true) => Exit::Success,
    };
    if format == TextOrJson::Json {
        let report = IssueReport {
            out: &files::display_name(out),
            licenses: &ended.licenses,
            blocks: ended.blocks,
            refused: &ended.refused,
            is_complete: !ended.is_broken(),
            exit_code: exit.code(),
        };
        io.stdout.write_all(issue_json::result(&report)?.as_bytes())?;
    } else {
        tell_result(ended, out, io)?;
    }
    if ended.is_broken() {
        io.note("the run is incomplete: use `--resume` to continue it")?;
    }
    Ok(exit)
}

fn tell_result(ended: &RunSummary, out: &Path, io: &mut Console<'_>) -> Result<(), CliError> {
    report(&ended.refused, io)?;
    let shown = escape(&files::display_name(out)).into_owned();
    writeln!(
        io.stdout,
        "issued {} with {} into {shown}",
        counted(ended.issued, "license"),
        counted(ended.blocks, "block")
    )?;
    if ended.unchanged > 0 {
        writeln!(io.stdout, "{} unchanged", counted(ended.unchanged, "license"))?;
    }
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for refused in &ended.refused {
        *causes.entry(refused.cause).or_default() += 1;
    }
    for (cause, count) in &causes {
        writeln!(io.stdout, "{} refused: {}", counted(*count, "order"), cause.as_str())?;
    }
    Ok(())
}
