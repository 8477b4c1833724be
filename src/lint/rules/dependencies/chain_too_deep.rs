//! D003: a dependency chain that is too long.

use std::collections::HashSet;

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::GraphBlockId;
use keywright_syntax::diagnostic::Code;
use keywright_syntax::limits::MAX_CHAIN;

/// A dependency chain that is too long.
static CODE: Code = Code::error("D003", "chain-too-deep");

/// Maximum number of TOKEN_DEPENDENCY steps from a token to a real license.
///
/// DECISION: steps are counted, not blocks: 16 steps are accepted, 17 are not.
const MAX_DEPTH: u32 = MAX_CHAIN as u32;

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token whose longest path to a real license takes more than 16 dependencies, over all alternatives \
           and regardless of dates",
    rationale: "License servers follow at most 16 dependencies and deny a checkout of such a token.",
    bad: Example::Generated {
        shown: "a chain of 17 tokens, each depending on the next, and a pool: 17 steps",
        make: || chain(17),
    },
    good: Example::Generated {
        shown: "a chain of 16 tokens, each depending on the next, and a pool: 16 steps",
        make: || chain(16),
    },
    how_to_fix: "Let the token depend on a feature further down the chain, and multiply the COUNTs of the \
             dependencies that this skips.",
    check: Check::Project(check),
};

fn chain(steps: usize) -> Vec<u8> {
    let tokens = (0..steps).map(|at| {
        let next = if at + 1 == steps { "Pool".to_owned() } else { format!("Token{}", at + 1) };
        let need = format!("TOKEN_DEPENDENCY=\"FEATURE={next} VERSION=1.0 COUNT=1\"");
        format!("FEATURE Token{at} {{ VENDOR=Acme KEYTYPE=TOKEN {need} }}\n")
    });
    tokens.chain(["FEATURE Pool { VENDOR=Acme COUNT=10 }\n".to_owned()]).collect::<String>().into_bytes()
}

const HELP: &str = "depend on a feature further down the chain, and multiply the COUNTs that this skips";

/// Maximum number of chain steps shown in one run. Beyond it, findings show only the length of the chain.
const MAX_SHOWN_STEPS: usize = 1_000_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let deep: Vec<_> = cx
        .blocks()
        .filter(|block| cx.measures.depth(block.id).is_some_and(|depth| depth > MAX_DEPTH))
        .collect();
    // A chain is reported once, at its first block, although later blocks may be too deep as well.
    let deeper: HashSet<GraphBlockId> =
        deep.iter().filter_map(|block| cx.measures.next_in_chain(cx.graph, block.id)).collect();
    let mut budget = MAX_SHOWN_STEPS;
    for block in deep.into_iter().filter(|block| !deeper.contains(&block.id)) {
        let depth = cx.measures.depth(block.id).unwrap_or_default();
        let message = format!(
            "dependency chain of `{}` is too long: {depth} dependencies, at most {MAX_DEPTH} are allowed",
            block.name()
        );
        let Some(rest) = budget.checked_sub(depth as usize) else {
            sink.push(cx.found(&CODE, block, block.feature.name.span, message).help(HELP));
            continue;
        };
        budget = rest;
        let chain = cx.measures.longest_chain(cx.graph, block.id);
        let message = format!("{message}: {}", message::chain(cx.graph, chain.blocks()));
        let found = cx.found(&CODE, block, block.feature.name.span, message).help(HELP);
        sink.push(message::along_chain(found, cx.graph, &chain));
    }
}
