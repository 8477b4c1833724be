//! `keywright issue`: from orders to signed licenses, for one customer or a hundred thousand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::author::log::Log;
use crate::author::{self, Approval, Catalog, Cause, Issuer, Order, Plan, PlannedLicenses, Refused};
use crate::report::counted;
use crate::report::escape::escape;
use crate::sign::Digest;

use super::batch::{Batch, Ended, on_all_cores};
use super::new::{Shelf, refused};
use super::passphrase::PassphraseArgs;
use super::signer::{KeyIdArgs, SignerArgs};
use super::trust::TrustArgs;
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
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    key_id: KeyIdArgs,
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
    #[arg(long, value_name = "PLAN")]
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
    let inputs = Inputs::read(args, io)?;
    if args.dry_run || (args.plan.is_some() && args.approvals.is_none()) {
        return plan(args, inputs, io);
    }
    issue(args, inputs, io)
}

/// What a run works on.
struct Inputs {
    catalog: Catalog,
    issuer: Issuer,
    orders: Vec<Order>,
    /// What could not be read as orders.
    wrong: Vec<Refused>,
    /// Orders whose license files would have one name.
    clashes: Vec<Refused>,
    /// Digest of catalogue, templates and orders.
    digest: Digest,
}

impl Inputs {
    fn read(args: &Args, io: &mut Io<'_>) -> Result<Self, Stop> {
        let path = args.catalog.as_deref().unwrap_or(Path::new(""));
        let catalog_text = text(path, io)?;
        let catalog = read_catalog(path, &catalog_text)?;
        let templates = templates(&catalog, args.templates.as_deref())?;
        let mut said = format!("keywright-run 1\n{}\n", Digest::of(catalog_text.as_bytes()));
        for template in templates.values() {
            said.push_str(&format!("{}\n", Digest::of(template.text.as_bytes())));
        }
        let issuer = Issuer::new(catalog.clone(), templates, args.at.unwrap_or(io.today))
            .map_err(|fault| refused(&fault))?;
        let (orders, faults) = read_orders(&args.order, &issuer.parameters(), io)?;
        if orders.is_empty() && faults.is_empty() {
            return Err(
                Stop::usage("there is no order").help("a CSV file has a head line, and one order a row")
            );
        }
        for order in &orders {
            said.push_str(&format!("{}\n", order.digest()));
        }
        let all = |faults: Vec<author::Fault>| -> Vec<Refused> {
            faults.into_iter().map(|fault| Refused::new(Cause::Order, fault)).collect()
        };
        let (wrong, clashes) = (all(faults), all(author::clashes(&orders)));
        Ok(Self { catalog, issuer, orders, wrong, clashes, digest: Digest::of(said.as_bytes()) })
    }

    /// Lets the licenses be of another day.
    fn on(&mut self, day: Date, args: &Args) -> Result<(), Stop> {
        if day != self.issuer.day() {
            let templates = templates(&self.catalog, args.templates.as_deref())?;
            self.issuer =
                Issuer::new(self.catalog.clone(), templates, day).map_err(|fault| refused(&fault))?;
        }
        Ok(())
    }
}

fn issue(args: &Args, mut inputs: Inputs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if !inputs.clashes.is_empty() {
        tell(&inputs.clashes, io)?;
        return Err(Stop::new(Exit::No, "two orders would have one license file").help("nothing was issued"));
    }
    let approved = match args.approvals {
        Some(needed) => Some(approved(args, needed, &mut inputs, io)?),
        None => None,
    };
    let (true, Some(out)) = (args.signer.is_given(), &args.out) else {
        return Err(Stop::usage("`--key` and `--out` are needed to issue")
            .help("`--dry-run` shows what would be issued without them"));
    };
    let trust = args.trust.load(io.today)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    key.refuse_state()?;
    key.refuse_withdrawn(&args.trust.revocations(&[], &trust, key.mode(), io)?)?;
    let mut log = Log::open(&args.log).map_err(|fault| failed(&fault))?;
    let run = format!("{}\n{}\n", inputs.digest, key.trusted.key.id());
    let run = Digest::of(run.as_bytes());
    let day = day_of_run(args, &log, &run, inputs.issuer.day())?;
    inputs.on(day, args)?;
    key.refuse_day(day, io)?;
    fs::create_dir_all(out).map_err(|error| {
        Stop::failure(format!("cannot make the folder `{}`: {}", file::shown(out), file::reason(&error)))
    })?;
    log.begin_run(&run, &day.to_string()).map_err(|fault| failed(&fault))?;
    let batch = Batch {
        issuer: &inputs.issuer,
        signer: &*key.signer,
        trusted: key.trusted,
        plan: approved,
        out,
        replace: args.replace,
        issued_at: now(),
    };
    let mut ended = batch.run(&inputs.orders, &mut log, io)?;
    if !ended.is_broken() {
        log.end_run(&run).map_err(|fault| failed(&fault))?;
    }
    ended.refused.append(&mut inputs.wrong);
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
fn plan(args: &Args, inputs: Inputs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let Inputs { catalog, issuer, orders, wrong, clashes, .. } = inputs;
    let log = match args.log.exists() {
        true => Some(Log::open_to_read(&args.log).map_err(|fault| failed(&fault))?),
        false => None,
    };
    let mut refused: Vec<Refused> = wrong.into_iter().chain(clashes).collect();
    let mut plan = Plan::new(&catalog.vendor, issuer.day());
    for draft in on_all_cores(&orders, |order| issuer.draft(order)) {
        match draft {
            Ok(draft) => plan.add(&draft, log.as_ref()).map_err(|fault| failed(&fault))?,
            Err(wrong) => refused.push(wrong),
        }
    }
    tell(&refused, io)?;
    match &args.plan {
        Some(path) => write_plan(path, &plan, refused.is_empty(), io)?,
        None => show_plan(&plan, io)?,
    }
    totals(&plan.totals, io)?;
    Ok(if refused.is_empty() { Exit::Yes } else { Exit::No })
}

fn write_plan(path: &Path, plan: &Plan, complete: bool, io: &mut Io<'_>) -> Result<(), Stop> {
    if !complete {
        return Err(Stop::new(Exit::No, "no plan was written: some orders are refused")
            .help("correct them, or take them out"));
    }
    let text = plan.text().map_err(|fault| failed(&fault))?;
    file::put(path, text.as_bytes(), false, true)?;
    let shown = escape(&file::shown(path)).into_owned();
    io.say(&format!("wrote {shown}\nits digest is {}", Digest::of(text.as_bytes())))?;
    io.say(&format!("next:\n  keywright issue --approve {shown} --key KEY"))?;
    Ok(())
}

fn show_plan(plan: &Plan, io: &mut Io<'_>) -> Result<(), Stop> {
    for planned in &plan.orders {
        writeln!(io.stdout, "{}  {}", escape(&planned.file), escape(&planned.customer))?;
        if planned.changes.is_empty() {
            writeln!(io.stdout, "    no change")?;
        }
        for change in &planned.changes {
            writeln!(io.stdout, "    {}", escape(change))?;
        }
    }
    Ok(())
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
    let trust = args.trust.load(io.today)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    key.refuse_state()?;
    if key.trusted.entry.vendor != plan.vendor {
        return Err(Stop::new(
            Exit::Policy,
            format!("the plan is of vendor `{}`, the key of another", plan.vendor),
        ));
    }
    totals(&plan.totals, io)?;
    let approval =
        Approval::of(bytes.as_bytes(), &*key.signer, key.trusted).map_err(|fault| failed(&fault))?;
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

/// The licenses of this run, if enough keys approved its plan and they are what the inputs make on the plan's day.
fn approved(args: &Args, needed: u16, inputs: &mut Inputs, io: &mut Io<'_>) -> Result<PlannedLicenses, Stop> {
    let path = args.plan.as_deref().unwrap_or(Path::new(""));
    let bytes = text(path, io)?;
    let plan = Plan::read(&file::shown(path), &bytes).map_err(|fault| refused(&fault))?;
    let day = super::parse_day(&plan.day)
        .map_err(|why| Stop::new(Exit::Unreadable, format!("the day of the plan: {why}")))?;
    let trust = args.trust.load(io.today)?;
    let mut approvals = Vec::new();
    for key in trust.keys() {
        let target = approval_path(path, &key.key.id().to_string());
        if target.exists() {
            approvals.extend(Approval::read(&text(&target, io)?));
        }
    }
    let count = author::approvals(bytes.as_bytes(), &inputs.catalog.vendor, &approvals, &trust, io.today);
    if count < usize::from(needed) {
        let message = format!("{count} of {needed} approvals: nothing was signed");
        return Err(Stop::new(Exit::Policy, message).help(
            "an approval counts if its key is active in the trust store and signed exactly this plan",
        ));
    }
    inputs.on(day, args)?;
    check_plan(&plan, inputs)
}

/// Nothing is signed unless everything that would be is in the plan.
fn check_plan(plan: &Plan, inputs: &Inputs) -> Result<PlannedLicenses, Stop> {
    let differs = |what: String| {
        Stop::new(Exit::Policy, format!("{what}: nothing was signed")).help(
            "orders, catalogue or templates have changed since the plan: make a new one and have it approved",
        )
    };
    if !inputs.wrong.is_empty() || plan.orders.len() != inputs.orders.len() {
        return Err(differs("the orders are not those of the approved plan".to_owned()));
    }
    let licenses = plan.licenses();
    let held = on_all_cores(&inputs.orders, |order| {
        inputs.issuer.draft(order).is_ok_and(|draft| licenses.holds(&draft))
    });
    match inputs.orders.iter().zip(held).find(|(_, held)| !held) {
        Some((order, _)) => {
            Err(differs(format!("the license of `{}` is not the one of the approved plan", order.sn)))
        }
        None => Ok(licenses),
    }
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
        writeln!(io.stdout, "{} unchanged", counted(ended.unchanged, "license"))?;
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
