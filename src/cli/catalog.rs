//! `keywright catalog check`: what a change of the catalogue does to customers.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::civil::Date;

use crate::author::{self, Catalog, Given, Issuer, Mix, Order, Refused};
use crate::report::escape::escape;

use super::batch::on_all_cores;
use super::issue::{read_catalog, read_orders, templates, text};
use super::new::refused;
use super::{Exit, Io, Stop, file};

/// Look at the product catalogue
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  keywright catalog check catalog.yaml --was catalog-2025.yaml --orders orders"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell which customers could not run any more what they could run
    ///
    /// Compares the licenses that two catalogues make of the same orders. What is compared is what an order says the
    /// customer runs (`runs: MyDraw:2, MyWrite:3`); where it says nothing, the most of each feature alone.
    Check(Check),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright catalog check catalog.yaml --was catalog-2025.yaml --orders orders"
)]
struct Check {
    /// The new catalogue
    #[arg(value_name = "CATALOG")]
    catalog: PathBuf,
    /// The catalogue as it was
    #[arg(long, value_name = "FILE")]
    was: PathBuf,
    /// Orders: YAML and CSV files, or folders of them
    #[arg(long, value_name = "DIR", required = true)]
    orders: Vec<PathBuf>,
    /// A folder with further templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// The day for which licenses are compared, instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
}

/// Runs the command.
///
/// # Errors
/// When the inputs cannot be read.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let Command::Check(check) = &args.command;
    let day = check.at.unwrap_or(io.today);
    let mut read = |path: &Path| read_catalog(path, &text(path, io)?);
    let (old, new) = (read(&check.was)?, read(&check.catalog)?);
    let issuer = |catalog: &Catalog| {
        let templates = templates(catalog, check.templates.as_deref())?;
        Issuer::new(catalog.clone(), templates, day).map_err(|fault| refused(&fault))
    };
    let (before, after) = (issuer(&old)?, issuer(&new)?);
    let (orders, faults) = read_orders(&files(&check.orders)?, &before.parameters(), io)?;
    for fault in &faults {
        io.stop(&refused(fault))?;
    }
    tell_differences(&old, &new, io)?;
    let compared = on_all_cores(&orders, |order| compare(&before, &after, order));
    let mut hit = 0;
    let mut wrong = faults.len();
    for (order, lost) in orders.iter().zip(compared) {
        match lost {
            Ok(lost) if lost.is_empty() => {}
            Ok(lost) => {
                hit += 1;
                for (mix, now) in lost {
                    writeln!(
                        io.stdout,
                        "  {} ({}) ran {}, now {}",
                        escape(&order.customer),
                        escape(&order.sn),
                        escape(&shown(&mix)),
                        escape(&shown(&now))
                    )?;
                }
            }
            Err(refused) => {
                wrong += 1;
                for fault in &refused.faults {
                    io.stop(&super::new::refused(fault))?;
                }
            }
        }
    }
    let all = orders.len();
    writeln!(io.stdout, "{hit} of {all} customers could not run what they could run")?;
    if wrong > 0 {
        writeln!(io.stdout, "{wrong} could not be compared")?;
    }
    Ok(if hit == 0 && wrong == 0 { Exit::Yes } else { Exit::No })
}

/// Files as they are, folders as the orders in them.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let cannot = |error: &std::io::Error| {
            Stop::failure(format!("cannot read the folder `{}`: {}", file::shown(path), file::reason(error)))
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

/// What of the catalogue changed, value by value.
fn tell_differences(old: &Catalog, new: &Catalog, io: &mut Io<'_>) -> Result<(), Stop> {
    let value = |values: &[Given], name: &str| {
        values
            .iter()
            .find(|value| value.name == name)
            .map_or_else(|| "the default".to_owned(), |value| value.text.clone())
    };
    for product in &new.products {
        let name = escape(&product.name).into_owned();
        let Some(before) = old.products.iter().find(|other| other.name == product.name) else {
            writeln!(io.stdout, "{name} is new")?;
            continue;
        };
        if before.template != product.template {
            writeln!(
                io.stdout,
                "{name}: template {} → {}",
                escape(&before.template),
                escape(&product.template)
            )?;
        }
        let mut names: Vec<&str> =
            before.values.iter().chain(&product.values).map(|value| value.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for parameter in names {
            let (was, is) = (value(&before.values, parameter), value(&product.values, parameter));
            if was != is {
                writeln!(io.stdout, "{name}: {} {} → {}", escape(parameter), escape(&was), escape(&is))?;
            }
        }
    }
    for product in
        old.products.iter().filter(|product| !new.products.iter().any(|other| other.name == product.name))
    {
        writeln!(io.stdout, "{} is gone", escape(&product.name))?;
    }
    Ok(())
}

/// What of an order ran under the old catalogue and does not under the new one.
fn compare(before: &Issuer, after: &Issuer, order: &Order) -> Result<Vec<(Mix, Mix)>, Refused> {
    let ask = |issuer: &Issuer| {
        let draft = issuer.render(order)?;
        author::runs(&draft.license, issuer.day())
            .map_err(|fault| Refused::new(author::Cause::Order, order.fault(fault)))
    };
    let (old, new) = (ask(before)?, ask(after)?);
    let wanted = if order.runs.is_empty() { old.alone() } else { vec![order.runs.clone()] };
    Ok(author::could_run(&old, &new, &wanted))
}

fn shown(mix: &Mix) -> String {
    let parts: Vec<String> = mix.iter().map(|(feature, count)| format!("{count} {feature}")).collect();
    parts.join(" + ")
}
