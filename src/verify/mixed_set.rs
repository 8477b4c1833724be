//! Blocks that do not belong together: of different customers, or with `--one-set` of different purchases.

use std::collections::{BTreeMap, HashSet};

use keywright_license::{DIRECTIVES, Feature, License, customer_difference, is_same_customer};
use keywright_syntax::excerpt;
use keywright_syntax::source::Span;

use super::cross_checks::place;
use super::reason::Reason;
use super::verdict::{BlockReport, FileReport, Policy, PolicyFault};

/// The directive that names the customer.
const LICENSEE: &str = "LICENSEE";

/// The first values that identify a set, by vendor and directive, each with its place.
///
/// DECISION: blocks belong together if, within each vendor, no two have different LICENSEE. SN names a purchase, and a
/// customer may have several; with `--one-set` no two may have different SN either. A block without one of these fits
/// any set. Only blocks with a matching signature are compared: others prove nothing.
struct Sets<'a> {
    /// The compared directives.
    compared: Vec<&'static str>,
    first: BTreeMap<(&'a str, &'static str), (String, Reason)>,
}

impl<'a> Sets<'a> {
    fn new(one_set: bool) -> Self {
        let identity = DIRECTIVES.iter().filter(|row| row.identity).map(|row| row.name);
        let compared = identity.filter(|name| one_set || *name == LICENSEE).collect();
        Self { compared, first: BTreeMap::new() }
    }

    /// Returns the difference between a block and the blocks before it, if any.
    fn misfit(
        &mut self,
        license: &License,
        feature: &'a Feature,
        place: impl Fn() -> Reason,
    ) -> Option<Reason> {
        for name in &self.compared {
            let Some(value) = license.value(feature, name) else {
                continue;
            };
            let key = (feature.vendor_name(), *name);
            let (known, there) = self.first.entry(key).or_insert_with(|| (value.to_string(), place()));
            if !is_same(name, known, &value) {
                return Some(difference(name, &value, (known, there)));
            }
        }
        None
    }
}

fn is_same(name: &str, one: &str, other: &str) -> bool {
    if name == LICENSEE { is_same_customer(one, other) } else { one == other }
}

fn difference(name: &'static str, value: &str, (known, there): (&str, &Reason)) -> Reason {
    let what = if name == LICENSEE { "for another customer" } else { "of another purchase" };
    let points = if name == LICENSEE { customer_difference(value, known) } else { None };
    let (known, value) = (excerpt(known), excerpt(value));
    let reason = Reason::new(what).text(" than the block in ").then(there.clone()).text(": ");
    let reason = reason.text(name).text(" is ").value(name, value).text(" here and ");
    let reason = reason.value(name, known).text(" there");
    match points {
        // Code points spell the names, so a masked report omits them.
        Some(points) => reason.then(Reason::quote(format!(" ({points})"), "")),
        None => reason,
    }
}

/// Returns the reason why the blocks of a file do not belong together, if so, and adds it to the first block that does
/// not fit.
pub(super) fn of_file(license: &License, blocks: &mut [BlockReport<'_>], one_set: bool) -> Option<Reason> {
    let mut sets = Sets::new(one_set);
    let good =
        blocks.iter_mut().zip(&license.features).filter(|(block, _)| block.verdict.is_signature_good());
    for (block, feature) in good {
        if let Some(reason) = sets.misfit(license, feature, || place(block.line, None)) {
            block.reason = std::mem::take(&mut block.reason).text("; ").then(reason.clone());
            return Some(misfits(block.line, reason));
        }
    }
    None
}

fn misfits(line: usize, reason: Reason) -> Reason {
    Reason::new("the block in line ").fact(line).text(" is ").then(reason)
}

/// Reports the first file whose blocks do not belong together with those of the files before it.
pub(super) fn of_files(licenses: &[&License], reports: &mut [FileReport<'_>], one_set: bool) {
    let mut sets = Sets::new(one_set);
    for (number, (license, report)) in licenses.iter().zip(reports).enumerate() {
        let good: HashSet<Span> = report
            .blocks
            .iter()
            .filter(|block| block.verdict.is_signature_good())
            .map(|block| block.span)
            .collect();
        for feature in license.features.iter().filter(|feature| good.contains(&feature.span)) {
            let line = license.source.position(feature.span.start as usize).line;
            let here = || place(line, Some((number, &report.file)));
            if let Some(reason) = sets.misfit(license, feature, here) {
                // A file whose own blocks do not belong together reports that already.
                if !report.policy.iter().any(|fault| fault.policy == Policy::MixedSet) {
                    let reason = misfits(line, reason);
                    report.policy.push(PolicyFault { policy: Policy::MixedSet, reason });
                }
                return;
            }
        }
    }
}
