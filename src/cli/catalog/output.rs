//! The output of `catalog check` for people: one line for each loss.

use keywright_issue::{ANY_NUMBER, Fault, FeatureMix};
use keywright_report::catalog_json::{CatalogEffect, CheckedOrder};
use keywright_report::escape::escape;

use super::super::new::refused;
use super::super::{CliError, Console};

/// Returns the result for an order that could not be read.
pub(super) fn unread(fault: Fault) -> CheckedOrder {
    CheckedOrder { order: None, effect: CatalogEffect::NotCompared(None), problems: vec![fault] }
}

/// Shows the result for an order. Problems of the order itself go to standard error.
pub(super) fn report(checked: &CheckedOrder, io: &mut Console<'_>) -> Result<(), CliError> {
    let who = checked.order.as_ref().map(|(customer, sn)| format!("  {} ({})", escape(customer), escape(sn)));
    let who = who.unwrap_or_default();
    let first = || checked.problems.first().map(|fault| escape(&fault.message).into_owned());
    match &checked.effect {
        CatalogEffect::Less(losses, more) => {
            for loss in losses {
                let (ran, now) = (words(&loss.ran), words(&loss.now));
                writeln!(io.stdout, "{who} can run {ran} now, {now} after the change")?;
            }
            if *more > 0 {
                writeln!(io.stdout, "{who} further lost mixes: {more}")?;
            }
        }
        CatalogEffect::Nothing(ran) => {
            let (ran, why) = (words(ran), first().unwrap_or_default());
            writeln!(io.stdout, "{who} can run {ran} now, nothing after the change: {why}")?;
        }
        CatalogEffect::NotCompared(Some(which)) => {
            let why = first().unwrap_or_default();
            writeln!(io.stdout, "{who} could not be compared: {which} catalogue: {why}")?;
        }
        CatalogEffect::NotCompared(None) => {
            for fault in &checked.problems {
                io.error(&refused(fault))?;
            }
        }
    }
    Ok(())
}

/// Formats a mix.
fn words(mix: &FeatureMix) -> String {
    let some = mix.iter().filter(|(_, count)| *count > 0);
    let parts = some.map(|(feature, count)| match *count {
        ANY_NUMBER => format!("any number of {}", escape(feature)),
        count => format!("{count} {}", escape(feature)),
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" + ") }
}
