//! C001: a feature that can never run.

use crate::diagnostic::{Code, Severity};
use crate::graph::Block;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

use super::{Shortage, shortages};

/// A feature that can never run.
static CODE: Code = Code::error("C001", "never-runs");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token of which a single checkout costs more than the pool has",
    why: "The customer pays for a feature that never starts. Counts multiply along a chain of tokens and add up where \
          paths meet in one pool. In a file that is not signed yet it is a warning, as it may be one part of a set \
          whose other files enlarge the pool.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=12\"
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
}
FEATURE Pool
{
  VENDOR=Acme COUNT=10
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
}
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=12\"
}
FEATURE Pool { VENDOR=Acme COUNT=24 }
",
    ),
    remedy: "Enlarge the pool (UPGRADE adds to one that is issued already), or lower the COUNT of the dependency.",
    check: Check::Whole(check),
};

/// Most nodes of the graph that are visited in one run to show the chains of findings.
pub(super) const MAX_SEARCH: usize = 1_000_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let dead = shortages(cx);
    let mut room = MAX_SEARCH;
    for (block, lack) in &dead {
        if super::dead_alternative::another_lives(cx, block, &dead) {
            continue;
        }
        sink.push(describe(cx, block, lack, &CODE, "so that it can never run", &mut room));
    }
}

/// What a token needs, and of what there is less.
pub(super) fn describe(
    cx: &Context<'_>,
    block: &Block<'_>,
    lack: &Shortage<'_>,
    code: &'static Code,
    consequence: &str,
    room: &mut usize,
) -> crate::diagnostic::Diagnostic {
    let needed = match lack.needed {
        Some(needed) => needed.to_string(),
        None => "more than any number".to_owned(),
    };
    let pool = lack.pool.name();
    let message = format!(
        "one checkout of `{}` needs {needed} of `{pool}`, which has {}, {consequence}",
        block.name(),
        lack.size
    );
    let mut found = cx
        .found(code, block, block.feature.name.span, message)
        .help("enlarge the pool, or lower the COUNT of a dependency");
    if cx.options.stage == Stage::Draft && block.feature.key.is_none() {
        found.severity = Severity::Warning;
    }
    if let Some(chain) = cx.graph.chain_between(block.id, lack.pool.id, room) {
        found = phrase::along_chain(found, cx.graph, &chain);
    }
    let place = lack.pool.feature.count.map_or(lack.pool.feature.name.span, |count| count.span);
    found.also_in(lack.pool.license.source.id(), place, format!("`{pool}` has {}", lack.size))
}
