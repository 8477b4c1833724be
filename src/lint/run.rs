//! One run of all rules.

use crate::diagnostic::Diagnostic;
use crate::graph::{Graph, Measures};
use crate::license::License;

use super::context::{Context, Options};
use super::registry::RULES;
use super::rule::Check;
use super::rules::capacity::mixes::MoreMeansLess;
use super::sink::{Sink, Tally};

/// All findings on `licenses`, taken together: what reading them found, and what the rules find. Sorted by file, place
/// and code; at most [`Options::most`] a file, with a last one that counts the rest.
///
/// The files of one run need different [`FileId`](crate::source::FileId)s, rising in the order given.
#[must_use]
pub fn lint(licenses: &[&License], options: &Options) -> Vec<Diagnostic> {
    lint_counting(licenses, options).0
}

/// As [`lint`], with the number of all findings that were met.
#[must_use]
pub fn lint_counting(licenses: &[&License], options: &Options) -> (Vec<Diagnostic>, Tally) {
    let mut sink = Sink::new(licenses, options);
    for license in licenses {
        for found in &license.diagnostics {
            sink.push(found.clone());
        }
        for found in license.more() {
            sink.count(license.source.id(), found);
        }
    }
    with_context(licenses, options, |context| {
        for rule in RULES {
            if let Check::Whole(check) = rule.check {
                check(context, &mut sink);
            }
        }
    });
    sink.finish()
}

/// The proofs of all findings of `more-means-less`: what a resolver can be asked to see for itself.
#[must_use]
pub fn more_means_less(licenses: &[&License], options: &Options) -> Vec<MoreMeansLess> {
    with_context(licenses, options, |context| context.mixes().proofs.clone())
}

fn with_context<T>(licenses: &[&License], options: &Options, run: impl FnOnce(&Context<'_>) -> T) -> T {
    let graph = Graph::new(licenses);
    let measures = Measures::new(&graph);
    run(&Context::new(licenses, &graph, &measures, options))
}
