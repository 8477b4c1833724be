//! `keywright catalog check`: the effect of a catalogue change on customers.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Subcommand;
use jiff::civil::Date;

use keywright_issue::log::{IssueKey, Log};
use keywright_issue::{Catalog, Cause, FeatureMix, Issuer, Order, Refused, Regressions};
use keywright_license::{Effect, License, directive, folded_customer};
use keywright_report::catalog_json::{self, CatalogEffect, CatalogReport, CheckedOrder};
use keywright_report::escape::escape;
use keywright_verify::{Digest, Payload};

use super::format::TextOrJson;
use super::issue::{Orders, failed, read_catalog, templates, text};
use super::log_args::LogArgs;
use super::new::refused;
use super::project::{Project, first_of};
use super::{CliError, Console, Exit, files};
use crate::issue::pipeline::{in_batches, on_all_cores};

mod changes;
mod output;

/// Check changes of the product catalogue
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright catalog check --orders orders\n  \
    keywright catalog check catalog.yaml --was catalog-2025.yaml --orders orders")]
pub struct Args {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// Show which customers a catalogue change would affect
    ///
    /// Compares, order by order, the customer's current license with the license that the catalogue produces now. The
    /// current license is taken from the issue log or, with `--was`, rendered from another catalogue. The comparison
    /// uses the feature mix of the order (`runs: MyDraw:2, MyWrite:3`) or, without one, mixes that exhaust the current
    /// license.
    Check(Check),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright catalog check --orders orders\n  \
    keywright catalog check catalog.yaml --was catalog-2025.yaml --orders orders\n  \
    keywright catalog check --orders orders --format json")]
struct Check {
    /// New catalogue [default: `catalog` in keywright.toml, or catalog.yaml]
    #[arg(value_name = "CATALOG")]
    catalog: Option<PathBuf>,
    /// Old catalogue; by default, current licenses are taken from the issue log
    #[arg(long, value_name = "FILE", conflicts_with = "log")]
    was: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
    /// Orders: YAML and CSV files, or directories of them
    #[arg(long, value_name = "DIR", required = true)]
    orders: Vec<PathBuf>,
    /// Directory with additional templates [default: `templates` in keywright.toml]
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Human)]
    format: TextOrJson,
    /// Compare licenses for this date instead of today; orders that start later are compared on their first day
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
}

/// Default name of the catalogue.
const CATALOG: &str = "catalog.yaml";

/// Runs the command.
///
/// # Errors
/// Returns an error if an input cannot be read.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let CatalogCommand::Check(check) = &args.command;
    let day = check.at.unwrap_or(io.today);
    let project = Project::load(io)?;
    let settings = project.settings();
    let own_templates = first_of(check.templates.as_ref(), settings.templates.as_ref());
    let path = first_of(check.catalog.as_ref(), settings.catalog.as_ref()).unwrap_or(Path::new(CATALOG));
    let issuer = |path: &Path, io: &mut Console<'_>| {
        let catalog = read_catalog(path, &text(path, io)?)?;
        let templates = templates(&catalog, own_templates)?;
        let issuer = Issuer::new(catalog.clone(), templates, day).map_err(|fault| refused(&fault))?;
        Ok::<(Catalog, Issuer), CliError>((catalog, issuer))
    };
    let (new, after) = issuer(path, io)?;
    let mut changed = Vec::new();
    let before = match &check.was {
        Some(was) => {
            let (old, before) = issuer(was, io)?;
            changed = changes::between(&old, &new);
            Before::Catalog(Box::new(before))
        }
        None => Before::Log(open_log(&check.log.path(&project))?),
    };
    if check.format == TextOrJson::Human {
        for change in &changed {
            writeln!(io.stdout, "{}", escape(change))?;
        }
    }
    let mut parameters = after.parameters();
    if let Before::Catalog(before) = &before {
        parameters.extend(before.parameters());
    }
    let orders = Orders::read(&files(&check.orders)?, parameters, io)?;
    let mut tally = Tally::default();
    let mut unread = match check.format {
        TextOrJson::Human => {
            orders.refuse_unusable(io)?;
            Vec::new()
        }
        TextOrJson::Json => orders.unusable().to_vec(),
    };
    let comparison = Comparison { before: before.catalog(), after: &after, day, known: Mutex::default() };
    let is_usable = unread.is_empty();
    let read = orders
        .each()
        .filter(|_| is_usable)
        .filter_map(|order| order.map_err(|fault| unread.push(fault)).ok());
    for part in in_batches(read) {
        let had = |order: Order| had(&before, &order).map(|had| (order, had));
        let part = part.into_iter().map(had).collect::<Result<Vec<(Order, Had)>, CliError>>()?;
        let compared = on_all_cores(&part, |(order, had)| comparison.compare(order, had));
        for ((order, _), compared) in part.iter().zip(compared) {
            let found = tally.count(order, compared);
            match check.format {
                TextOrJson::Human => found.iter().try_for_each(|found| output::report(found, io))?,
                TextOrJson::Json => tally.orders.extend(found),
            }
        }
    }
    let unread: Vec<CheckedOrder> = unread.into_iter().map(output::unread).collect();
    tally.wrong += unread.len();
    if tally.customers.is_empty() && tally.wrong == 0 {
        return Err(CliError::usage("no orders to compare")
            .help("`--orders` takes YAML and CSV files, or directories that contain some"));
    }
    match check.format {
        TextOrJson::Human => {
            unread.iter().try_for_each(|unread| output::report(unread, io))?;
            tally.conclude(&changed, io)
        }
        TextOrJson::Json => {
            tally.orders.extend(unread);
            let report = catalog_json::render(&tally.report(&changed))?;
            io.stdout.write_all(report.as_bytes())?;
            Ok(tally.exit())
        }
    }
}

/// The source of current licenses.
enum Before {
    /// Rendered from the orders with this catalogue.
    Catalog(Box<Issuer>),
    /// The last issues in this log.
    Log(Log),
}

impl Before {
    fn catalog(&self) -> Option<&Issuer> {
        match self {
            Self::Catalog(issuer) => Some(issuer),
            Self::Log(_) => None,
        }
    }
}

fn open_log(path: &Path) -> Result<Log, CliError> {
    if !path.exists() {
        return Err(CliError::usage(format!("issue log `{}` not found", files::display_name(path)))
            .help("give the log with `--log FILE` or `log` in keywright.toml, or the old catalogue with `--was FILE`"));
    }
    Log::open_to_read(path).map_err(|fault| failed(&fault))
}

/// The log's record of an order, if the log is used.
enum Had {
    AsOrdered,
    Nothing,
    Text(String),
}

fn had(before: &Before, order: &Order) -> Result<Had, CliError> {
    let Before::Log(log) = before else { return Ok(Had::AsOrdered) };
    let issue = log.last_issue(IssueKey::Sn(&order.sn), |_| false).map_err(|fault| failed(&fault))?;
    let Some(issue) = issue else { return Ok(Had::Nothing) };
    let blocks = issue.iter().filter_map(|known| Payload::decode(&known.entry.payload));
    Ok(Had::Text(blocks.map(|records| block(&records)).collect()))
}

/// Formats a block as license text, without the directives that do not decide what it can run.
fn block(records: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in records {
        match name.as_str() {
            "FEATURE" => text.push_str(&format!("FEATURE {value}\n{{\n")),
            name if directive(name).is_some_and(|row| row.effect == Effect::Information) => {}
            _ => text.push_str(&format!("  {name}=\"{value}\"\n")),
        }
    }
    text.push_str("}\n");
    text
}

/// Comparison result of one order.
#[derive(Clone)]
enum Compared {
    /// Compared.
    Regressions(Regressions),
    /// The new catalogue no longer produces a license for the order.
    Gone(FeatureMix, Refused),
    /// Never issued, so nothing can be lost.
    Never,
    /// One of the catalogues does not produce a license for the order that passes its scenarios.
    Unclear(&'static str, Refused),
}

/// Compares orders. Orders that differ only in customer and serial number share a result.
struct Comparison<'a> {
    /// Renders the current licenses, if they are not taken from the log.
    before: Option<&'a Issuer>,
    after: &'a Issuer,
    day: Date,
    known: Mutex<HashMap<Digest, Compared>>,
}

impl Comparison<'_> {
    fn compare(&self, order: &Order, had: &Had) -> Result<Compared, Refused> {
        let text = match had {
            Had::Nothing => return Ok(Compared::Never),
            Had::AsOrdered => "",
            Had::Text(text) => text,
        };
        let nobodys = Order { customer: String::new(), sn: String::new(), ..order.clone() };
        let content = format!("{}\n{:?}\n{text}", nobodys.digest(), order.runs);
        let content = Digest::of(content.as_bytes());
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&content) {
            return Ok(known.clone());
        }
        let license = match self.before {
            Some(issuer) => match issuer.render(order) {
                Ok(draft) => draft.license,
                Err(refused) if is_broken(&refused) => return Ok(Compared::Unclear("old", refused)),
                Err(refused) => return Err(refused),
            },
            None => License::from_text("issued", text),
        };
        let compared = self.compare_license(&license, order)?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(content, compared.clone());
        Ok(compared)
    }

    fn compare_license(&self, license: &License, order: &Order) -> Result<Compared, Refused> {
        // Compare on the requested day, or on the first day on which the license is in force.
        let day = keywright_issue::first_day(license, self.day);
        let runs = |license: Option<&License>| {
            keywright_issue::runs(license, day)
                .map_err(|fault| Refused::new(Cause::Order, order.fault(fault)))
        };
        let before = runs(Some(license))?;
        let wanted: FeatureMix =
            order.runs.iter().map(|(name, count)| (name.clone(), u64::from(*count))).collect();
        match self.after.render(order) {
            Ok(draft) => Ok(Compared::Regressions(keywright_issue::lost(
                &before,
                &runs(Some(&draft.license))?,
                &wanted,
            ))),
            Err(refused) if is_broken(&refused) => Ok(Compared::Unclear("new", refused)),
            Err(refused) => {
                // DECISION: if a product was removed, the customer keeps the current license but can never get it
                // again, so the order counts as affected.
                let nothing = keywright_issue::lost(&before, &runs(None)?, &wanted);
                let ran = nothing.losses.into_iter().next().map(|loss| loss.ran).unwrap_or_default();
                Ok(Compared::Gone(ran, refused))
            }
        }
    }
}

/// Returns true if the template of an order is at fault, not the order: what its license would grant is unknown.
fn is_broken(refused: &Refused) -> bool {
    matches!(refused.cause, Cause::Scenario | Cause::Template)
}

/// Totals over all orders.
#[derive(Default)]
struct Tally {
    customers: BTreeSet<String>,
    hit: BTreeSet<String>,
    wrong: usize,
    never: usize,
    bounded: usize,
    /// The orders of a report in JSON.
    orders: Vec<CheckedOrder>,
}

impl Tally {
    /// Counts an order, and returns it if it loses something or could not be compared.
    fn count(&mut self, order: &Order, compared: Result<Compared, Refused>) -> Option<CheckedOrder> {
        let customer = folded_customer(&order.customer).into_owned();
        self.customers.insert(customer.clone());
        let (effect, problems) = match compared {
            Ok(Compared::Never) => {
                self.never += 1;
                return None;
            }
            Ok(Compared::Regressions(lost)) => {
                self.bounded += usize::from(lost.bounded);
                if lost.losses.is_empty() && lost.more == 0 {
                    return None;
                }
                (CatalogEffect::Less(lost.losses, lost.more), Vec::new())
            }
            Ok(Compared::Gone(ran, refused)) => (CatalogEffect::Nothing(ran), refused.faults),
            Ok(Compared::Unclear(which, refused)) => {
                (CatalogEffect::NotCompared(Some(which)), refused.faults)
            }
            Err(refused) => (CatalogEffect::NotCompared(None), refused.faults),
        };
        match effect {
            CatalogEffect::NotCompared(_) => self.wrong += 1,
            CatalogEffect::Less(..) | CatalogEffect::Nothing(_) => {
                self.hit.insert(customer);
            }
        }
        Some(CheckedOrder { order: Some((order.customer.clone(), order.sn.clone())), effect, problems })
    }

    fn report<'a>(&'a self, changes: &'a [String]) -> CatalogReport<'a> {
        CatalogReport {
            changes,
            orders: &self.orders,
            customers: self.customers.len(),
            affected: self.hit.len(),
            not_compared: self.wrong,
            never_issued: self.never,
            limited: self.bounded,
            exit_code: self.exit().code(),
        }
    }

    fn exit(&self) -> Exit {
        if self.hit.is_empty() && self.wrong == 0 { Exit::Success } else { Exit::Findings }
    }

    fn conclude(self, changed: &[String], io: &mut Console<'_>) -> Result<Exit, CliError> {
        let all = self.customers.len();
        let what = match changed {
            [_] => "after this change".to_owned(),
            [] => "after the change".to_owned(),
            _ => "after these changes".to_owned(),
        };
        let hit = self.hit.len();
        let customers = if all == 1 { "customer" } else { "customers" };
        writeln!(
            io.stdout,
            "{what}, {hit} of {all} {customers} would lose a feature mix that they can run now"
        )?;
        for (count, what) in [
            (self.wrong, "not compared because of errors"),
            (self.never, "not in the issue log (nothing to lose)"),
            (self.bounded, "with more mixes than the search limit (not all were tried)"),
        ] {
            if count > 0 {
                writeln!(io.stdout, "{} {what}", keywright_report::counted(count, "order"))?;
            }
        }
        Ok(self.exit())
    }
}

/// Returns the order files: files as given, and the YAML and CSV files in directories.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let cannot = |error: &std::io::Error| {
            CliError::failure(format!(
                "cannot read the directory `{}`: {}",
                files::display_name(path),
                files::io_reason(error)
            ))
        };
        let mut found = Vec::new();
        for entry in fs::read_dir(path).map_err(|error| cannot(&error))? {
            let path = entry.map_err(|error| cannot(&error))?.path();
            if path
                .extension()
                .is_some_and(|extension| ["yaml", "yml", "csv"].iter().any(|known| extension == *known))
            {
                found.push(path);
            }
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
