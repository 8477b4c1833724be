//! A run of all rules.

use keywright_license::License;
use keywright_resolve::graph::{Graph, Metrics};
use keywright_syntax::diagnostic::Diagnostic;

use super::context::Context;
use super::options::Options;
use super::registry::RULES;
use super::rule::Check;
use super::rules::capacity::anomaly_search::MoreMeansLess;
use super::sink::{Sink, Tally};
use super::suppressions::Suppressions;

/// Lints `licenses` together as one license. Returns the findings of the parser and of all rules, sorted by file, place
/// and code. At most [`Options::most`] findings per file are returned, plus one that counts the rest.
///
/// The files must have different [`FileId`](keywright_syntax::source::FileId)s in ascending order.
#[must_use]
pub fn lint(licenses: &[&License], options: &Options) -> Vec<Diagnostic> {
    lint_counting(licenses, options).0
}

/// Like [`lint`], and also returns the number of all findings, including those not returned.
#[must_use]
pub fn lint_counting(licenses: &[&License], options: &Options) -> (Vec<Diagnostic>, Tally) {
    let read = licenses.iter().map(|license| (*license, Suppressions::parse(license)));
    let mut sink = Sink::new(read, options);
    for license in licenses {
        for found in &license.diagnostics {
            sink.push(found.clone());
        }
        for found in license.more() {
            sink.count(license.source.id(), found);
        }
    }
    with_context(licenses, options, |context| {
        for rule in RULES.iter() {
            if let Check::Project(check) = rule.check {
                check(context, &mut sink);
            }
        }
    });
    sink.finish()
}

/// The proofs of all findings of `more-means-less`, which a resolver can replay.
#[must_use]
pub fn more_means_less(licenses: &[&License], options: &Options) -> Vec<MoreMeansLess> {
    with_context(licenses, options, |context| context.mixes().proofs.clone())
}

fn with_context<T>(licenses: &[&License], options: &Options, run: impl FnOnce(&Context<'_>) -> T) -> T {
    let graph = Graph::new(licenses);
    let measures = Metrics::new(&graph);
    run(&Context::new(licenses, &graph, &measures, options))
}
