//! D003: a chain of dependencies that is too long.

use std::collections::HashSet;

use crate::diagnostic::Code;
use crate::graph::BlockId;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A chain of dependencies that is too long.
static CODE: Code = Code::error("D003", "chain-too-deep");

/// Most TOKEN_DEPENDENCY steps from a token to a real license. ◆ Steps are counted, not blocks: 16 is good, 17 is not.
const MAX_DEPTH: u32 = 16;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token from which the longest way to a real license takes more than 16 dependencies, over all alternatives, \
           whatever their dates",
    why: "License servers follow at most 16 dependencies: a checkout of the token would be refused.",
    bad: Example::Made {
        shown: "a token, 16 tokens that each draw on the next, and a pool: 17 steps",
        make: || chain(17),
    },
    good: Example::Made {
        shown: "a token, 15 tokens that each draw on the next, and a pool: 16 steps",
        make: || chain(16),
    },
    remedy: "Let the token draw on what stands further down the chain, multiplying the counts that it passes over.",
    check: Check::Whole(check),
};

fn chain(steps: usize) -> Vec<u8> {
    let tokens = (0..steps).map(|at| {
        let next = if at + 1 == steps { "Pool".to_owned() } else { format!("Token{}", at + 1) };
        let need = format!("TOKEN_DEPENDENCY=\"FEATURE={next} VERSION=1.0 COUNT=1\"");
        format!("FEATURE Token{at} {{ VENDOR=Acme KEYTYPE=TOKEN {need} }}\n")
    });
    tokens.chain(["FEATURE Pool { VENDOR=Acme COUNT=10 }\n".to_owned()]).collect::<String>().into_bytes()
}

const HELP: &str = "draw on what stands further down, multiplying the counts that are passed over";

/// Most steps of chains that are walked to be shown, in one run: very many long chains are shown by their length only.
const MAX_SHOWN_STEPS: usize = 1_000_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let deep: Vec<_> = cx
        .blocks()
        .filter(|block| cx.measures.depth(block.id).is_some_and(|depth| depth > MAX_DEPTH))
        .collect();
    // A chain is reported at its beginning: that the blocks behind it are too deep as well is the same fault.
    let behind: HashSet<BlockId> =
        deep.iter().filter_map(|block| cx.measures.next_in_chain(cx.graph, block.id)).collect();
    let mut room = MAX_SHOWN_STEPS;
    for block in deep.into_iter().filter(|block| !behind.contains(&block.id)) {
        let depth = cx.measures.depth(block.id).unwrap_or_default();
        let message = format!(
            "`{}` is {depth} dependencies away from a real license, {MAX_DEPTH} are allowed",
            block.name()
        );
        let Some(rest) = room.checked_sub(depth as usize) else {
            sink.push(cx.found(&CODE, block, block.feature.name.span, message).help(HELP));
            continue;
        };
        room = rest;
        let chain = cx.measures.longest_chain(cx.graph, block.id);
        let message = format!("{message}: {}", phrase::chain(cx.graph, chain.blocks()));
        let found = cx.found(&CODE, block, block.feature.name.span, message).help(HELP);
        sink.push(phrase::along_chain(found, cx.graph, &chain));
    }
}
