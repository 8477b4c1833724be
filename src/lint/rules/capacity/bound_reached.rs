//! C009: features that are too complex to analyse.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::message;
use crate::rules::time::capacity_gap;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::{GraphBlock, GraphBlockId};
use keywright_syntax::diagnostic::{Code, Severity};

use super::{more_means_less, never_runs};

/// Features that are too complex to analyse.
static CODE: Code = Code::note("C009", "bound-reached");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "features that never-runs (C001), more-means-less (C007) or capacity-gap (T005) did not analyse \
           completely, because there are too many combinations to try",
    rationale: "The findings of these rules are correct, but may be incomplete for these features. If a level is set \
          for one of these rules, this finding gets the same level, so that a run cannot pass because an \
          analysis was skipped.",
    bad: Example::Generated {
        shown: "15 pairs of tokens, each token depending on both tokens of the next pair: 32,768 combinations",
        make: || pairs(15),
    },
    good: Example::Generated { shown: "8 such pairs: 256 combinations", make: || pairs(8) },
    how_to_fix: "Split the feature, or reduce the number of alternatives that its dependencies pass through. Allow \
             the finding if the feature is known to work.",
    check: Check::Project(check),
};

fn pairs(levels: usize) -> Vec<u8> {
    let mut text = String::new();
    for level in 0..levels {
        let next = |side: char| match level + 1 {
            next if next == levels => "Pool".to_owned(),
            next => format!("{side}{next}"),
        };
        let need = |name: &str| format!(" TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT=1\"");
        let (left, right) = (next('A'), next('B'));
        let needs = if left == right { need(&left) } else { need(&left) + &need(&right) };
        for side in ['A', 'B'] {
            let _ = writeln!(text, "FEATURE {side}{level} {{ VENDOR=Acme KEYTYPE=TOKEN{needs} }}");
        }
    }
    text.push_str("FEATURE Pool { VENDOR=Acme COUNT=65536 }\n");
    text.push_str("FEATURE Pool { VENDOR=Acme COUNT=65536 KEYTYPE=ADDITIVE }\n");
    text.into_bytes()
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let (shortages, mixes) = (cx.shortages(), cx.mixes());
    let rules = [
        (&never_runs::CODE, &shortages.unexamined),
        (&more_means_less::CODE, &mixes.unexamined),
        (&capacity_gap::CODE, &shortages.unfollowed),
    ];
    // An incomplete rule matters only if it is enabled; the finding then has the rule's level.
    let incomplete = rules.into_iter().filter(|(_, unexamined)| !unexamined.is_empty()).filter_map(
        |(code, unexamined)| Some((code, unexamined, cx.options.levels.apply(code, Severity::Note)?)),
    );
    let incomplete: Vec<_> = incomplete.collect();
    let blocks: BTreeSet<GraphBlockId> =
        incomplete.iter().flat_map(|(_, unexamined, _)| unexamined.iter().copied()).collect();
    let names: BTreeSet<&str> =
        blocks.iter().filter_map(|id| cx.graph.block(*id)).map(GraphBlock::name).collect();
    let Some(first) = blocks.first().and_then(|id| cx.graph.block(*id)) else { return };
    let (noun, number) = if names.len() == 1 { ("feature", 1) } else { ("features", names.len()) };
    let names: Vec<&str> = names.into_iter().collect();
    let message = format!(
        "analysis incomplete for {number} {noun} with too many combinations: {}",
        message::list(&names)
    );
    let codes: Vec<&str> = incomplete.iter().map(|(code, _, _)| code.name).collect();
    let mut found = cx
        .found(&CODE, first, first.feature.name.span, message)
        .label(format!("not analysed completely by {}", message::list(&codes)))
        .help("split the feature, reduce the alternatives of its dependencies, or allow the finding");
    found.severity = incomplete.iter().map(|(_, _, severity)| *severity).max().unwrap_or(CODE.severity);
    sink.push(found);
}
