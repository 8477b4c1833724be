//! The customers and purchases of a file: LICENSEE and SN of its blocks.

use keywright_license::{Feature, License, is_same_customer};
use keywright_report::verify_facts::FileIdentity;
use keywright_verify::{BlockReport, FileReport};

/// Maximum number of lines without a customer that are listed.
const MOST_LINES: usize = 100;

/// Returns the customers and purchases of a file.
pub(super) fn of(license: &License, report: &FileReport<'_>) -> FileIdentity {
    let mut identity = FileIdentity::default();
    let mut without = Vec::new();
    for (block, feature) in report.blocks.iter().filter_map(|block| Some((block, signed(block)?))) {
        match license.value(feature, "LICENSEE") {
            Some(name) => add_customer(&mut identity.customers, &name),
            None => without.push(block.line),
        }
        if let Some(sn) = &feature.sn {
            let sn = sn.value.as_str();
            if !identity.purchases.iter().any(|known| known == sn) {
                identity.purchases.push(sn.to_owned());
            }
        }
    }
    if identity.customers.is_empty() {
        identity.is_claimed = true;
        let claimed = report.blocks.iter().filter_map(|block| block.claimed.as_ref());
        for name in claimed.filter_map(|claimed| license.value(claimed.unverified(), "LICENSEE")) {
            add_customer(&mut identity.customers, &name);
        }
    } else {
        without.truncate(MOST_LINES);
        identity.without_customer = without;
    }
    identity
}

/// Returns a block whose signature matches.
fn signed<'a>(block: &BlockReport<'a>) -> Option<&'a Feature> {
    let signed = block.verified.as_ref().or(block.out_of_force.as_ref())?;
    Some(signed.get())
}

fn add_customer(customers: &mut Vec<String>, name: &str) {
    if !customers.iter().any(|known| is_same_customer(known, name)) {
        customers.push(name.to_owned());
    }
}
