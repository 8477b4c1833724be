//! `keywright log expiring`: products that end soon, or the orders that renew them.

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_issue::log::{Holding, Log};
use keywright_issue::{EndingLicense, ending_licenses, renewal_orders};
use keywright_report::counted;
use keywright_report::escape::escape;
use keywright_report::log_json;

use crate::issue::{failed, known_revocations, revoked};
use crate::trust_args::TrustArgs;
use crate::{CliError, Console, Exit};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExpiringFormat {
    /// One line for each customer and product
    Human,
    /// A table of renewal orders
    Csv,
    /// JSON, version 1
    Json,
}

/// Lists the products that end between two days.
pub(super) fn expiring(
    log: &Log,
    days: (Date, Date),
    format: ExpiringFormat,
    trust: &TrustArgs,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let revocations = known_revocations(trust, io)?;
    let revoked = |holding: &Holding| revoked(&revocations, holding);
    let ending = ending_licenses(log, days, &revoked).map_err(|fault| failed(&fault))?;
    match format {
        ExpiringFormat::Human => list(&ending, io)?,
        ExpiringFormat::Csv => {
            let table = renewal_orders(&ending, log).map_err(|fault| failed(&fault))?;
            io.stdout.write_all(table.as_bytes())?;
        }
        ExpiringFormat::Json => {
            io.stdout.write_all(log_json::expiring(days, &ending)?.as_bytes())?;
        }
    }
    io.stdout.flush()?;
    let (from, until) = days;
    let products = ending.iter().map(|license| license.products.len()).sum();
    io.note(&format!("{} expiring from {from} to {until}", counted(products, "product")))?;
    note_parts(&ending, io)?;
    Ok(Exit::Success)
}

/// Prints one line for each product of each license.
fn list(ending: &[EndingLicense], io: &mut Console<'_>) -> Result<(), CliError> {
    for license in ending {
        let addons = if license.addons.is_empty() {
            String::new()
        } else {
            format!(" with {}", license.addons.join(", "))
        };
        for product in &license.products {
            let count = product.count.as_deref().map_or_else(String::new, |count| format!(" {count}"));
            let line = format!(
                "{}  {}  {}{count}  {}{addons}",
                product.end, license.customer, product.name, license.sn
            );
            writeln!(io.stdout, "{}", escape(&line))?;
        }
    }
    Ok(())
}

/// Names the products that no renewal of their license continues.
pub(crate) fn note_parts(ending: &[EndingLicense], io: &mut Console<'_>) -> Result<(), CliError> {
    for license in ending {
        for product in license.products.iter().filter(|product| product.end != license.last) {
            let (name, sn, last) = (escape(&product.name), escape(&license.sn), license.last);
            io.note(&format!(
                "note: `{name}` of {sn} ends before the rest of the license ({last}), so a renewal does not continue it; \
                 order it with `kind: new`"
            ))?;
        }
    }
    Ok(())
}
