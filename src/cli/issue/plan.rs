//! `keywright issue --dry-run`, `--plan` and `--approve`: show, write, approve and check a plan.

use std::path::{Path, PathBuf};

use keywright_issue::log::{Holding, Log};
use keywright_issue::{
    Approval, Baseline, Cause, Draft, Plan, PlannedLicenses, Refused, RunCustomers, Terms, refused_approver,
};
use keywright_report::counted;
use keywright_report::escape::escape;
use keywright_report::issue_json::{self, PlanReport};
use keywright_verify::{Digest, Mode, Revocations, Trust, TrustedKey};

use super::super::format::TextOrJson;
use super::super::new::refused;
use super::super::progress::Progress;
use super::super::{CliError, Console, Exit, files};
use super::args::{RunArgs, RunSettings};
use super::errors::{failed, report};
use super::inputs::Inputs;
use super::owned::{revoked, with_owned};
use super::read;
use super::run_key::RunKey;
use crate::issue::pipeline::{in_batches, on_all_cores};

/// DECISION: maximum size of a plan in bytes: one million orders with a few changes each.
const MAX_PLAN: usize = 1024 * 1024 * 1024;

/// Shows or writes the plan.
pub(super) fn plan(
    args: &RunSettings<'_>,
    mut inputs: Inputs,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let log = log_to_compare(args, io)?;
    let past = Baseline { log: log.as_ref(), since: None };
    let (key, revocations) = key_and_revocations(args.run, &inputs.catalog.vendor, io)?;
    let revoked = |holding: &Holding| revoked(&revocations, holding);
    let terms = Terms { allow_loss: args.run.allow_loss.as_deref(), revoked: &revoked, describe: true };
    let is_json = args.run.format == TextOrJson::Json;
    let mut texts = Vec::new();
    let mut show = |sn: &str, drafted: &Result<Draft, Refused>, io: &mut Console<'_>| match drafted {
        _ if !args.run.show => Ok(()),
        Ok(draft) if is_json => {
            texts.push(draft.text().to_owned());
            Ok(())
        }
        Err(_) if is_json => Ok(()),
        Ok(draft) => show_text(sn, Some(draft.text()), io),
        Err(refused) => show_text(sn, refused.text.as_deref(), io),
    };
    let (plan, wrong) = build(&inputs, past, terms, (key, &revocations), &mut show, io)?;
    let mut refused = std::mem::take(&mut inputs.wrong);
    refused.append(&mut inputs.clashes);
    refused.extend(wrong);
    let exit = if refused.is_empty() { Exit::Success } else { Exit::Findings };
    if is_json {
        let texts = args.run.show.then_some(texts.as_slice());
        let report = PlanReport { plan: &plan, texts, refused: &refused, exit_code: exit.code() };
        io.stdout.write_all(issue_json::plan(&report)?.as_bytes())?;
    } else {
        report(&refused, io)?;
    }
    match args.plan {
        Some(path) => write_plan(path, &plan, refused.is_empty(), io)?,
        None if is_json => {}
        None => show_plan(&plan, io)?,
    }
    if !is_json {
        totals(&plan.totals, io)?;
    }
    Ok(exit)
}

/// Returns the key and the revocations of the trust store; none if there is no trust store, which a dry run does not need.
fn key_and_revocations(
    args: &RunArgs,
    vendor: &str,
    io: &mut Console<'_>,
) -> Result<(RunKey, Revocations), CliError> {
    let signer = args.signer.or_project(io)?;
    let signer = (&signer, args.key_id.id);
    if !args.trust.directory(io)?.exists() {
        return Ok((RunKey::of_dry_run(signer, &Trust::default(), vendor)?, Revocations::default()));
    }
    let trust = args.trust.load(io)?;
    let revocations = args.trust.revocations(&[], &trust, Mode::Production, io)?;
    Ok((RunKey::of_dry_run(signer, &trust, vendor)?, revocations))
}

/// Opens the log to compare with. It may be missing before the first run; a log given with `--log` must exist.
fn log_to_compare(args: &RunSettings<'_>, io: &mut Console<'_>) -> Result<Option<Log>, CliError> {
    let path = args.log.as_path();
    if path.exists() {
        return Log::open_to_read(path).map(Some).map_err(|fault| failed(&fault));
    }
    let shown = files::display_name(path);
    if args.run.log.log.is_some() {
        return Err(CliError::failure(format!("issue log `{shown}` not found"))
            .help("omit `--log` if nothing has been issued yet"));
    }
    io.note(&format!("issue log `{}` not found: all licenses are shown as new", escape(&shown)))?;
    Ok(None)
}

/// Shows the license of an order, given its serial number.
type ShowLicense<'a> =
    dyn FnMut(&str, &Result<Draft, Refused>, &mut Console<'_>) -> Result<(), CliError> + 'a;

/// Builds the plan of all orders, and returns the refused ones. Only some drafts are in memory at a time.
fn build(
    inputs: &Inputs,
    past: Baseline<'_>,
    terms: Terms<'_>,
    (key, revocations): (RunKey, &Revocations),
    show: &mut ShowLicense<'_>,
    io: &mut Console<'_>,
) -> Result<(Plan, Vec<Refused>), CliError> {
    let mut plan = Plan::new(&inputs.catalog.vendor, inputs.issuer.day());
    let mut refused = Vec::new();
    let mut customers = RunCustomers::default();
    let progress = Progress::new(inputs.count, "orders", io.interactive && !io.quiet);
    for part in in_batches(inputs.orders()) {
        let part = with_owned(part, past.log, past.since)?;
        let drafts = on_all_cores(&part, |(order, owned)| inputs.issuer.draft_for(order, owned, terms));
        for ((order, _), draft) in part.iter().zip(drafts) {
            let claimed = draft.and_then(|draft| {
                key.refuse_draft(order, &draft, revocations)?;
                let claimed = customers.claim(&draft.customer, draft.pools(), draft.of.as_deref());
                claimed.map_err(|fault| Refused {
                    text: Some(draft.text().to_owned()),
                    ..Refused::new(Cause::Order, order.fault(fault))
                })?;
                Ok(draft)
            });
            let claimed = claimed.map_err(|refused| refused.of(&order.sn));
            show(&order.sn, &claimed, io)?;
            match claimed {
                Ok(draft) => plan.add(&draft, past).map_err(|fault| failed(&fault))?,
                Err(wrong) => refused.push(wrong),
            }
        }
        progress.done(part.len());
    }
    Ok((plan, refused))
}

/// Prints the license of an order. An order with invalid values has none.
fn show_text(sn: &str, text: Option<&str>, io: &mut Console<'_>) -> Result<(), CliError> {
    let Some(text) = text else { return Ok(()) };
    writeln!(io.stdout, "# {}", escape(sn))?;
    for line in text.lines() {
        writeln!(io.stdout, "{}", escape(line))?;
    }
    writeln!(io.stdout)?;
    Ok(())
}

fn write_plan(path: &Path, plan: &Plan, complete: bool, io: &mut Console<'_>) -> Result<(), CliError> {
    if !complete {
        return Err(CliError::new(Exit::Findings, "no plan was written because some orders are refused")
            .help("correct these orders or remove them"));
    }
    let text = plan.text().map_err(|fault| failed(&fault))?;
    files::put(path, text.as_bytes(), false, true)?;
    let shown = escape(&files::display_name(path)).into_owned();
    io.note(&format!("wrote {shown}\ndigest {}", Digest::of(text.as_bytes())))?;
    io.note(&format!("next:\n  keywright issue --approve {shown} --key KEY"))?;
    Ok(())
}

fn show_plan(plan: &Plan, io: &mut Console<'_>) -> Result<(), CliError> {
    for planned in &plan.orders {
        writeln!(io.stdout, "{}  {}", escape(&planned.file), escape(&planned.customer))?;
        if planned.changes.is_empty() {
            writeln!(io.stdout, "    no change")?;
        }
        if !planned.kind.is_empty() {
            writeln!(io.stdout, "    {}", escape(&planned.kind))?;
        }
        for change in &planned.changes {
            writeln!(io.stdout, "    {}", escape(change))?;
        }
        for change in &planned.entitlements {
            let loss = if change.loss { "  (less than before)" } else { "" };
            writeln!(io.stdout, "    usable {}{loss}", escape(&change.to_string()))?;
        }
        if !planned.loss_reason.is_empty() {
            writeln!(io.stdout, "    loss accepted: {}", escape(&planned.loss_reason))?;
        }
    }
    Ok(())
}

fn totals(totals: &keywright_issue::Totals, io: &mut Console<'_>) -> Result<(), CliError> {
    writeln!(io.stdout, "{}, {}", counted(totals.orders, "order"), counted(totals.blocks, "block"))?;
    for (feature, count) in &totals.licenses {
        writeln!(io.stdout, "  {count} of {}", escape(feature))?;
    }
    if totals.unlimited > 0 {
        writeln!(io.stdout, "  {} without a limit", counted(totals.unlimited, "feature"))?;
    }
    Ok(())
}

/// Reads a plan file; approvals cover the bytes of its text.
fn read_plan(path: &Path, io: &mut Console<'_>) -> Result<(String, Plan), CliError> {
    let text = String::from_utf8(files::read_up_to(path, MAX_PLAN, io)?).map_err(|_| {
        CliError::new(Exit::Unreadable, format!("`{}` is not UTF-8 text", files::display_name(path)))
    })?;
    let plan = Plan::parse(&files::display_name(path), &text).map_err(|fault| refused(&fault))?;
    Ok((text, plan))
}

/// Shows a plan and signs its digest.
pub(super) fn approve(args: &RunArgs, path: &Path, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let (text, plan) = read_plan(path, io)?;
    let trust = args.trust.load(io)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    if let Some(why) = refused_approver(key.trusted, &plan.vendor, &trust, io.today) {
        return Err(CliError::new(Exit::Policy, why).help("nothing was approved"));
    }
    show_plan(&plan, io)?;
    totals(&plan.totals, io)?;
    let approval =
        Approval::sign(text.as_bytes(), &*key.signer, key.trusted).map_err(|fault| failed(&fault))?;
    let target = approval_path(path, &approval.key().to_string());
    files::put(&target, approval.text().as_bytes(), false, true)?;
    io.note(&format!(
        "approved with key {}: wrote {}",
        approval.key(),
        escape(&files::display_name(&target))
    ))?;
    Ok(Exit::Success)
}

const APPROVAL: &str = ".approval";

fn approval_path(plan: &Path, key: &str) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(format!(".{key}{APPROVAL}"));
    PathBuf::from(name)
}

/// Requirements for approvals.
pub(super) struct Approvers<'a> {
    pub(super) needed: u16,
    pub(super) trust: &'a Trust,
    /// The signing key.
    pub(super) key: &'a TrustedKey,
    pub(super) revocations: &'a Revocations,
}

/// Returns the licenses of this run, if enough keys approved its plan, and the plan matches the inputs and the log.
/// Log entries of this run, after `since`, are ignored.
pub(super) fn approved(
    args: &RunSettings<'_>,
    approvers: &Approvers<'_>,
    inputs: &mut Inputs,
    since: Option<i64>,
    io: &mut Console<'_>,
) -> Result<PlannedLicenses, CliError> {
    let path = args.plan.unwrap_or(Path::new(""));
    let (text, plan) = read_plan(path, io)?;
    let day = super::super::parse_day(&plan.day)
        .map_err(|why| CliError::new(Exit::Unreadable, format!("invalid day in the plan: {why}")))?;
    let Approvers { needed, trust, key, revocations } = *approvers;
    let usage = key.entry.usage;
    let mut approvals = Vec::new();
    for key in trust.keys() {
        let target = approval_path(path, &key.key.id().to_string());
        if target.exists() {
            approvals.extend(Approval::parse(&read::text(&target, io)?));
        }
    }
    let vendor = &inputs.catalog.vendor;
    let count = keywright_issue::approvals(text.as_bytes(), vendor, &approvals, trust, usage, io.today);
    if count < usize::from(needed) {
        let message = format!("not enough approvals: {count} of {needed}; nothing was signed");
        return Err(CliError::new(Exit::Policy, message).help(
            "an approval must be for exactly this plan, by a key that is active in the trust store and has the usage of the signing key",
        ));
    }
    inputs.on(day, args)?;
    let path = args.log.as_path();
    let log = match path.exists() {
        true => Some(Log::open_to_read(path).map_err(|fault| failed(&fault))?),
        false => None,
    };
    let revoked = |holding: &Holding| revoked(revocations, holding);
    let terms = Terms { allow_loss: args.run.allow_loss.as_deref(), revoked: &revoked, describe: true };
    let past = Baseline { log: log.as_ref(), since };
    let (now, refused) =
        build(inputs, past, terms, (RunKey::of(key), revocations), &mut |_, _, _| Ok(()), io)?;
    check_plan(&plan, &now, inputs.wrong.is_empty() && refused.is_empty())
}

/// Checks every statement of the plan before anything is signed. `complete` is false if orders are refused.
fn check_plan(plan: &Plan, now: &Plan, complete: bool) -> Result<PlannedLicenses, CliError> {
    let difference = plan
        .difference(now)
        .or_else(|| (!complete).then(|| "the orders differ from the approved plan".to_owned()));
    match difference {
        Some(what) => Err(CliError::new(Exit::Policy, format!("{what}; nothing was signed")).help(
            "orders, catalogue, templates or issue log changed after the plan was written: write a new plan and have it approved",
        )),
        None => Ok(plan.licenses()),
    }
}
