//! The orders that renew licenses, as CSV.

use std::collections::BTreeSet;

use crate::ending::EndingLicense;
use crate::error::Fault;
use crate::log::{IssueKey, Log};
use crate::order_kind::OrderKind;

/// Columns of the table of renewals. Those that begin with `x-` are for people: orders ignore them.
const COLUMNS: [&str; 8] = ["customer", "sn", "kind", "of", "products", "end", "x-products", "x-ended"];

/// Returns the orders that renew these licenses, as CSV.
///
/// DECISION: the serial number of a renewal is the old one with `-R1`, `-R2` and so on, the first that the log does not
/// contain. It can be changed in the table.
///
/// # Errors
/// Returns an error if the log cannot be read.
pub fn renewal_orders(ending: &[EndingLicense], log: &Log) -> Result<String, Fault> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |_| Fault::new("the table of renewals cannot be written");
    table.write_record(COLUMNS).map_err(failed)?;
    let mut taken = BTreeSet::new();
    for license in ending {
        let products: Vec<String> = license
            .renewable()
            .map(|product| match &product.count {
                Some(count) => format!("{}:{count}", product.name),
                None => product.name.clone(),
            })
            .collect();
        if products.is_empty() {
            continue;
        }
        let EndingLicense { customer, sn, next_last, last, .. } = license;
        let kind = OrderKind::Renewal.as_str();
        let (end, ended) = (next_last.to_string(), last.to_string());
        let new = next_sn(sn, &mut taken, log)?;
        let row = [customer, new.as_str(), kind, sn, "", &end, &products.join(" "), &ended];
        table.write_record(row).map_err(failed)?;
    }
    let bytes = table.into_inner().map_err(|_| Fault::new("the table of renewals cannot be written"))?;
    String::from_utf8(bytes).map_err(|_| Fault::new("the table of renewals is not UTF-8"))
}

fn next_sn(sn: &str, taken: &mut BTreeSet<String>, log: &Log) -> Result<String, Fault> {
    let numbered = sn.rsplit_once("-R").filter(|(_, number)| number.parse::<u32>().is_ok());
    let stem = numbered.map_or(sn, |(stem, _)| stem);
    let mut number = 1_u32;
    loop {
        let new = format!("{stem}-R{number}");
        // License files are named by serial numbers, and some systems ignore case in names.
        let is_new = taken.insert(new.to_lowercase());
        if is_new && log.last_issue(IssueKey::Sn(&new), |_| false)?.is_none() {
            return Ok(new);
        }
        number += 1;
    }
}
