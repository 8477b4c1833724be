//! C009: features that were too much to examine.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diagnostic::{Code, Severity};
use crate::graph::{Block, BlockId};
use crate::lint::phrase;
use crate::lint::rules::time::capacity_gap;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::{more_means_less, never_runs};

/// Features that were too much to examine.
static CODE: Code = Code::note("C009", "bound-reached");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "features that never-runs (C001), more-means-less (C007) or capacity-gap (T005) gave up on, as too many ways would have to be \
           tried: how many",
    why: "What these rules say is true, but of such features they may not say all. Where one of these rules was set to a \
          level, this finding has the same: a check that may not fail must not pass because nobody looked.",
    bad: Example::Made {
        shown: "15 pairs of tokens, each of which draws on both of the next pair, over two pools of one name: 32768 ways",
        make: || pairs(15),
    },
    good: Example::Made { shown: "8 such pairs: 256 ways", make: || pairs(8) },
    remedy: "Split the feature, or what so many ways lead through; or allow the finding where it is known to be fine.",
    check: Check::Whole(check),
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
    // What was not asked for is not missed; what was set to a level, its absence has it too.
    let asked = rules.into_iter().filter(|(_, unexamined)| !unexamined.is_empty()).filter_map(
        |(code, unexamined)| Some((code, unexamined, cx.options.levels.apply(code, Severity::Note)?)),
    );
    let asked: Vec<_> = asked.collect();
    let blocks: BTreeSet<BlockId> =
        asked.iter().flat_map(|(_, unexamined, _)| unexamined.iter().copied()).collect();
    let names: BTreeSet<&str> = blocks.iter().filter_map(|id| cx.graph.block(*id)).map(Block::name).collect();
    let Some(first) = blocks.first().and_then(|id| cx.graph.block(*id)) else { return };
    let (noun, number) = if names.len() == 1 { ("feature was", 1) } else { ("features were", names.len()) };
    let names: Vec<&str> = names.into_iter().collect();
    let message = format!("{number} {noun} not examined, as the bound was reached: {}", phrase::list(&names));
    let codes: Vec<&str> = asked.iter().map(|(code, _, _)| code.name).collect();
    let mut found = cx
        .found(&CODE, first, first.feature.name.span, message)
        .label(format!("{} gave up here", phrase::list(&codes)))
        .help("split the feature, or what so many ways lead through, or allow the finding");
    found.severity = asked.iter().map(|(_, _, severity)| *severity).max().unwrap_or(CODE.severity);
    sink.push(found);
}
