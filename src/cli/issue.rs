//! `keywright issue`: from orders to signed licenses, for one customer or a hundred thousand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::author::log::Log;
use crate::author::{self, Approval, Catalog, Cause, Issuer, Order, Plan, Refused};
use crate::report::counted;
use crate::report::escape::escape;
use crate::sign::Digest;

use super::batch::{Batch, Ended, on_all_cores};
use super::new::{Shelf, refused};
use super::passphrase::PassphraseArgs;
use super::trust::{SigningKey, TrustArgs, signing_key};
use super::{Exit, Io, Stop, file};

/// Issue licenses for orders: render, lint, prove, sign, verify, log, write
///
/// Orders are YAML files (one order each) or CSV files (one order a row). Every KEY goes into the issue log before its
/// file appears; every order is issued whole or not at all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright issue --catalog catalog.yaml --order order.yaml --dry-run\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --key vendor.key.pem --out licenses\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --plan plan.json\n  \
    keywright issue --approve plan.json --key second.key.pem\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --plan plan.json --approvals 2 --key vendor.key.pem --out licenses"
)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["catalog", "approve"])))]
pub struct Args {
    /// The product catalogue
    #[arg(long, value_name = "FILE", requires = "order")]
    catalog: Option<PathBuf>,
    /// Orders: a YAML file, or a CSV file whose name ends in `.csv`; may stand several times
    #[arg(long, value_name = "FILE")]
    order: Vec<PathBuf>,
    /// A folder with further templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Secret key file
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Folder for the license files
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The issue log; made if there is none
    #[arg(long, value_name = "FILE", default_value = "issue-log.sqlite")]
    log: PathBuf,
    /// Show what would be issued, with totals and changes; sign and write nothing
    #[arg(long, conflicts_with_all = ["resume", "replace", "approvals", "approve"])]
    dry_run: bool,
    /// Write the plan here and sign nothing; with `--approvals`, the plan that was approved
    #[arg(long, value_name = "FILE", conflicts_with = "approve")]
    plan: Option<PathBuf>,
    /// Approve a plan: sign its digest, into a file beside it
    #[arg(long, value_name = "PLAN", requires = "key")]
    approve: Option<PathBuf>,
    /// Issue only what is in the plan, and only if this many keys approved it
    #[arg(long, value_name = "N", requires = "plan", value_parser = clap::value_parser!(u16).range(1..))]
    approvals: Option<u16>,
    /// Go on with a run that was interrupted; the result is the same, byte by byte
    #[arg(long)]
    resume: bool,
    /// Replace license files that exist with other content
    #[arg(long)]
    replace: bool,
    /// The day of issue, instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Largest catalogue, order file or plan, in bytes.
const MAX_INPUT: usize = crate::source::MAX_FILE_BYTES;

/// Refused orders that are told one by one; the rest is counted.
const MOST_TOLD: usize = 50;

/// Runs the command.
///
/// # Errors
/// When the inputs cannot be read, a plan is not approved, or the log cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if let Some(plan) = &args.approve {
        return approve(args, plan, io);
    }
    let catalog_path = args.catalog.as_deref().unwrap_or(Path::new(""));
    let catalog_text = text(catalog_path, io)?;
    let catalog = read_catalog(catalog_path, &catalog_text)?;
    let templates = templates(&catalog, args.templates.as_deref())?;
    let today = args.at.unwrap_or(io.today);
    let vendor = catalog.vendor.clone();
    let mut issuer = Issuer::new(catalog.clone(), templates, today).map_err(|fault| refused(&fault))?;
    let (orders, faults) = read_orders(&args.order, &issuer.parameters(), io)?;
    let wrong: Vec<Refused> = faults.into_iter().map(|fault| Refused::new(Cause::Order, fault)).collect();
    let clashes: Vec<Refused> =
        author::clashes(&orders).into_iter().map(|fault| Refused::new(Cause::Order, fault)).collect();
    let planning = args.dry_run || (args.plan.is_some() && args.approvals.is_none());
    if planning {
        let log = if args.log.exists() {
            Some(Log::open_to_read(&args.log).map_err(|fault| failed(&fault))?)
        } else {
            None
        };
        let mut ended = Ended { refused: wrong, ..Ended::default() };
        ended.refused.extend(clashes);
        return plan(args, &issuer, &vendor, &orders, log.as_ref(), ended, io);
    }
    if !clashes.is_empty() {
        tell(&clashes, io)?;
        return Err(Stop::new(Exit::No, "two orders would have one license file").help("nothing was issued"));
    }
    let approved = args.approvals.map(|needed| approved(args, &vendor, needed, io)).transpose()?;
    if let Some((plan, day)) = &approved {
        let templates = self::templates(&catalog, args.templates.as_deref())?;
        issuer = Issuer::new(catalog, templates, *day).map_err(|fault| refused(&fault))?;
        check_plan(plan, &issuer, &orders, wrong.is_empty())?;
    }
    let (Some(key_path), Some(out)) = (&args.key, &args.out) else {
        return Err(Stop::usage("`--key` and `--out` are needed to issue")
            .help("`--dry-run` shows what would be issued without them"));
    };
    let trust = args.trust.load()?;
    let key = signing_key(key_path, &args.passphrase, &trust, io)?;
    let mut log = Log::open(&args.log).map_err(|fault| failed(&fault))?;
    let inputs = inputs(&catalog_text, &orders, &key, approved.is_some());
    let day = day_of_run(args, &log, &inputs, issuer.day())?;
    if day != issuer.day() {
        let catalog = read_catalog(catalog_path, &catalog_text)?;
        let templates = self::templates(&catalog, args.templates.as_deref())?;
        issuer = Issuer::new(catalog, templates, day).map_err(|fault| refused(&fault))?;
    }
    fs::create_dir_all(out).map_err(|error| {
        Stop::failure(format!("cannot make the folder `{}`: {}", file::shown(out), file::reason(&error)))
    })?;
    log.begin_run(&inputs, &day.to_string()).map_err(|fault| failed(&fault))?;
    let batch = Batch {
        issuer: &issuer,
        signer: &key.key,
        trusted: key.trusted,
        plan: approved.as_ref().map(|(plan, _)| plan.licenses()),
        out,
        replace: args.replace,
        issued_at: now(),
    };
    let mut ended = batch.run(&orders, &mut log, io)?;
    if !ended.is_broken() {
        log.end_run(&inputs).map_err(|fault| failed(&fault))?;
    }
    ended.refused.splice(0..0, wrong);
    conclude(&ended, out, io)
}

/// The time of issue, for the log: `YYYY-MM-DDTHH:MM:SSZ`.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A fault of the log or of a plan: nothing is concluded.
pub(super) fn failed(fault: &author::Fault) -> Stop {
    Stop { exit: Exit::Failure, ..refused(fault) }
}

pub(super) fn text(path: &Path, io: &mut Io<'_>) -> Result<String, Stop> {
    String::from_utf8(file::read_up_to(path, MAX_INPUT, io)?)
        .map_err(|_| Stop::new(Exit::Unreadable, format!("`{}` is not UTF-8 text", file::shown(path))))
}

pub(super) fn read_catalog(path: &Path, text: &str) -> Result<Catalog, Stop> {
    Catalog::read(&file::shown(path), text).map_err(|fault| refused(&fault))
}

/// The templates that a catalogue names.
pub(super) fn templates(
    catalog: &Catalog,
    folder: Option<&Path>,
) -> Result<BTreeMap<String, author::Template>, Stop> {
    let shelf = Shelf { folder };
    let mut templates = BTreeMap::new();
    for product in &catalog.products {
        if !templates.contains_key(&product.template) {
            let template = shelf.template(&product.template).map_err(|stop| Stop {
                exit: Exit::Unreadable,
                message: format!("{}:{}: {}", catalog.file, product.place.0, stop.message),
                help: stop.help,
            })?;
            templates.insert(product.template.clone(), template);
        }
    }
    Ok(templates)
}

/// The orders of all files, and what is wrong in them.
pub(super) fn read_orders(
    paths: &[PathBuf],
    parameters: &[String],
    io: &mut Io<'_>,
) -> Result<(Vec<Order>, Vec<author::Fault>), Stop> {
    let mut orders = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        let name = file::shown(path);
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            let bytes = file::read_up_to(path, MAX_INPUT, io)?;
            let (read, wrong) = author::read_orders(&name, &bytes, parameters);
            orders.extend(read);
            faults.extend(wrong);
        } else {
            match author::read_order(&name, &text(path, io)?) {
                Ok(order) => orders.push(order),
                Err(fault) => faults.push(fault),
            }
        }
    }
    Ok((orders, faults))
}

/// What a run is to do, as a digest: the same inputs can be resumed.
fn inputs(catalog: &str, orders: &[Order], key: &SigningKey<'_>, approved: bool) -> Digest {
    let mut bytes = format!(
        "keywright-run 1\n{}\n{}\n{approved}\n",
        Digest::of(catalog.as_bytes()),
        key.trusted.key.id()
    );
    for order in orders {
        bytes.push_str(&order.digest().to_string());
        bytes.push('\n');
    }
    Digest::of(bytes.as_bytes())
}

/// The day of a new run, or that of the interrupted one that goes on.
fn day_of_run(args: &Args, log: &Log, inputs: &Digest, day: Date) -> Result<Date, Stop> {
    let open = log.open_run(inputs).map_err(|fault| failed(&fault))?;
    let open = open.map(|day| super::parse_day(&day)).transpose();
    match (args.resume, open.map_err(|_| Stop::failure("the log holds a run without a day"))?) {
        (false, None) => Ok(day),
        (true, Some(day)) => Ok(day),
        (false, Some(_)) => {
            Err(Stop::usage("a run of these orders was interrupted").help("`--resume` goes on with it"))
        }
        (true, None) => Err(Stop::usage("no run of these orders was interrupted")
            .help("leave `--resume` out; or the catalogue, the orders or the key have changed since")),
    }
}

/// Shows or writes what would be issued.
fn plan(
    args: &Args,
    issuer: &Issuer,
    vendor: &str,
    orders: &[Order],
    log: Option<&Log>,
    mut ended: Ended,
    io: &mut Io<'_>,
) -> Result<Exit, Stop> {
    let mut plan = Plan::new(vendor, issuer.day());
    for draft in on_all_cores(orders, |order| issuer.draft(order)) {
        match draft {
            Ok(draft) => plan.add(&draft, log).map_err(|fault| failed(&fault))?,
            Err(refused) => ended.refused.push(refused),
        }
    }
    tell(&ended.refused, io)?;
    if let Some(path) = &args.plan {
        if !ended.refused.is_empty() {
            return Err(Stop::new(Exit::No, "no plan was written: some orders are refused")
                .help("correct them, or take them out"));
        }
        let text = plan.text().map_err(|fault| failed(&fault))?;
        file::put(path, text.as_bytes(), false, true)?;
        io.say(&format!(
            "wrote {}\nits digest is {}",
            escape(&file::shown(path)),
            Digest::of(text.as_bytes())
        ))?;
        io.say("next:")?;
        io.say(&format!("  keywright issue --approve {} --key KEY", escape(&file::shown(path))))?;
    } else {
        for planned in &plan.orders {
            writeln!(io.stdout, "{}  {}", escape(&planned.file), escape(&planned.customer))?;
            let changes =
                if planned.changes.is_empty() { &["no change".to_owned()][..] } else { &planned.changes };
            for change in changes {
                writeln!(io.stdout, "    {}", escape(change))?;
            }
        }
    }
    totals(&plan.totals, io)?;
    Ok(if ended.refused.is_empty() { Exit::Yes } else { Exit::No })
}

fn totals(totals: &author::Totals, io: &mut Io<'_>) -> Result<(), Stop> {
    writeln!(io.stdout, "{}, {}", counted(totals.orders, "order"), counted(totals.blocks, "block"))?;
    for (feature, count) in &totals.licenses {
        writeln!(io.stdout, "  {count} of {}", escape(feature))?;
    }
    if totals.unlimited > 0 {
        writeln!(io.stdout, "  {} with COUNT=UNLIMITED", counted(totals.unlimited, "block"))?;
    }
    Ok(())
}

/// Signs the digest of a plan.
fn approve(args: &Args, path: &Path, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let bytes = text(path, io)?;
    let plan = Plan::read(&file::shown(path), &bytes).map_err(|fault| refused(&fault))?;
    let trust = args.trust.load()?;
    let key_path = args.key.as_deref().unwrap_or(Path::new(""));
    let key = signing_key(key_path, &args.passphrase, &trust, io)?;
    if key.trusted.entry.vendor != plan.vendor {
        return Err(Stop::new(
            Exit::Policy,
            format!("the plan is of vendor `{}`, the key of another", plan.vendor),
        ));
    }
    totals(&plan.totals, io)?;
    let approval = Approval::of(bytes.as_bytes(), &key.key, key.trusted).map_err(|fault| failed(&fault))?;
    let target = approval_path(path, &approval.key().to_string());
    file::put(&target, approval.text().as_bytes(), false, true)?;
    io.say(&format!("approved with key {}: wrote {}", approval.key(), escape(&file::shown(&target))))?;
    Ok(Exit::Yes)
}

const APPROVAL: &str = ".approval";

fn approval_path(plan: &Path, key: &str) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(format!(".{key}{APPROVAL}"));
    PathBuf::from(name)
}

/// The plan of this run, if enough keys approved it.
fn approved(args: &Args, vendor: &str, needed: u16, io: &mut Io<'_>) -> Result<(Plan, Date), Stop> {
    let path = args.plan.as_deref().unwrap_or(Path::new(""));
    let bytes = text(path, io)?;
    let plan = Plan::read(&file::shown(path), &bytes).map_err(|fault| refused(&fault))?;
    let day = super::parse_day(&plan.day)
        .map_err(|why| Stop::new(Exit::Unreadable, format!("the day of the plan: {why}")))?;
    let trust = args.trust.load()?;
    let mut approvals = Vec::new();
    for key in trust.keys() {
        let target = approval_path(path, &key.key.id().to_string());
        if target.exists() {
            let text = text(&target, io)?;
            approvals.extend(Approval::read(&text));
        }
    }
    let count = author::approvals(bytes.as_bytes(), vendor, &approvals, &trust, io.today);
    if count < usize::from(needed) {
        let message = format!("{count} of {needed} approvals: nothing was signed");
        return Err(Stop::new(Exit::Policy, message).help(
            "an approval counts if its key is active in the trust store and signed exactly this plan",
        ));
    }
    Ok((plan, day))
}

/// Nothing is signed unless everything that would be is in the plan.
fn check_plan(plan: &Plan, issuer: &Issuer, orders: &[Order], all_read: bool) -> Result<(), Stop> {
    let differs = |what: String| {
        Stop::new(Exit::Policy, format!("{what}: nothing was signed")).help(
            "orders, catalogue or templates have changed since the plan: make a new one and have it approved",
        )
    };
    if !all_read || plan.orders.len() != orders.len() {
        return Err(differs("the orders are not those of the approved plan".to_owned()));
    }
    let licenses = plan.licenses();
    let held = on_all_cores(orders, |order| issuer.draft(order).is_ok_and(|draft| licenses.holds(&draft)));
    for (order, held) in orders.iter().zip(held) {
        if !held {
            return Err(differs(format!(
                "the license of `{}` is not the one of the approved plan",
                order.sn
            )));
        }
    }
    Ok(())
}

/// Tells why orders were refused, in the order in which they stand in their files, up to a number.
fn tell(all: &[Refused], io: &mut Io<'_>) -> Result<(), Stop> {
    let mut faults: Vec<&author::Fault> = all.iter().flat_map(|refused| &refused.faults).collect();
    faults.sort_by(|one, other| (&one.file, one.place).cmp(&(&other.file, other.place)));
    for fault in faults.iter().take(MOST_TOLD) {
        io.stop(&refused(fault))?;
    }
    if faults.len() > MOST_TOLD {
        io.say(&format!("… and {} more", faults.len() - MOST_TOLD))?;
    }
    Ok(())
}

fn conclude(ended: &Ended, out: &Path, io: &mut Io<'_>) -> Result<Exit, Stop> {
    tell(&ended.refused, io)?;
    let shown = escape(&file::shown(out)).into_owned();
    writeln!(
        io.stdout,
        "{} issued, {} into {shown}",
        counted(ended.issued, "license"),
        counted(ended.blocks, "block")
    )?;
    if ended.unchanged > 0 {
        writeln!(io.stdout, "{} as they were", counted(ended.unchanged, "license"))?;
    }
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for refused in &ended.refused {
        *causes.entry(refused.cause).or_default() += 1;
    }
    for (cause, count) in &causes {
        writeln!(io.stdout, "{} refused: {}", counted(*count, "order"), cause.words())?;
    }
    if ended.is_broken() {
        io.say("the run did not end: `--resume` goes on with it")?;
        return Ok(Exit::Failure);
    }
    Ok(if ended.refused.is_empty() { Exit::Yes } else { Exit::No })
}
