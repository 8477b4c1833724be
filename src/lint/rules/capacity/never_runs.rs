//! C001: a feature that can never run.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_license::Dependency;
use keywright_resolve::graph::{Chain, Cost, GraphBlock, GraphBlockId, Hop};
use keywright_syntax::diagnostic::{Code, Diagnostic, Severity};

use super::unservable::Shortfall;

/// A feature that can never run.
pub(super) static CODE: Code = Code::error("C001", "never-runs");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token that is denied on every day, even if nothing else is checked out: it costs more than a pool \
           has, or the licenses that it draws on are never valid on the same day",
    rationale: "The customer pays for a feature that never starts. COUNTs multiply along a chain of tokens and add \
          up where paths meet in one pool. Blocks with dates are tested on each day on which something starts \
          or ends. For an unsigned file this is a warning, because other files of the set may enlarge the \
          pool.",
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
    how_to_fix: "Enlarge the pool (an UPGRADE adds to an issued one), or lower the COUNT of the dependency.",
    check: Check::Project(check),
};

/// Maximum number of graph nodes visited per run to show the chains of findings.
pub(super) const MAX_SEARCH: usize = 1_000_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut budget = MAX_SEARCH;
    for (id, lack) in cx.shortages().causes() {
        let Some(block) = cx.graph.block(*id) else { continue };
        if !super::another_lives(cx, block) {
            sink.push(describe(cx, block, lack, &CODE, "so it can never run", &mut budget));
        }
    }
}

/// Describes the licenses or days that a token lacks.
pub(super) fn describe(
    cx: &Context<'_>,
    block: &GraphBlock<'_>,
    lack: &Shortfall,
    code: &'static Code,
    consequence: &str,
    budget: &mut usize,
) -> Diagnostic {
    let mut found = match lack {
        Shortfall::Licenses { pool, needed, size, on } => {
            let name = cx.graph.block(*pool).map_or("?", GraphBlock::name);
            let has = match on {
                Some(day) => format!("{size} on {day}"),
                None => size.to_string(),
            };
            let message = format!(
                "one checkout of `{}` needs {needed} of `{name}`, which has {has}, {consequence}",
                block.name()
            );
            let found = cx
                .found(code, block, block.feature.name.span, message)
                .help("enlarge the pool, or lower the COUNT of a dependency");
            to_pool(found, cx, block, *pool, &has, budget)
        }
        Shortfall::Days => {
            let message = format!(
                "the dependencies of `{}` are never valid on the same day, {consequence}",
                block.name()
            );
            let found = cx
                .found(code, block, block.feature.name.span, message)
                .help("let the periods of its dependencies overlap with each other and with its own");
            periods(found, cx, block)
        }
    };
    if cx.options.stage == Stage::Draft && block.feature.key.is_none() {
        found.severity = Severity::Warning;
    }
    found
}

/// Maximum number of dependencies for which the path to a pool is shown.
const MOST_WAYS: usize = 5;

/// Labels the path and the draw for each dependency through which a token draws on a pool.
fn to_pool(
    mut found: Diagnostic,
    cx: &Context<'_>,
    block: &GraphBlock<'_>,
    pool: GraphBlockId,
    has: &str,
    budget: &mut usize,
) -> Diagnostic {
    let mut ways = Vec::new();
    for (hop, need, _) in cx.graph.needs(block.id) {
        if ways.len() <= MOST_WAYS
            && let Some(chain) = chain_by(cx, block, hop, pool, budget)
        {
            ways.push((chain, part(cx, block, need, pool)));
        }
    }
    let Some(pool) = cx.graph.block(pool) else { return found };
    let several = ways.len() > 1;
    for (chain, part) in ways.iter().take(MOST_WAYS) {
        let at = found.related.len();
        found = message::along_chain(found, cx.graph, chain);
        if let (true, Some(part), Some(label)) = (several, part, found.related.get_mut(at)) {
            label.text = format!("{}: {part} of `{}`", label.text, pool.name());
        }
    }
    if let (true, Some(label)) = (ways.len() > MOST_WAYS, found.related.last_mut()) {
        label.text.push_str("; other dependencies also do");
    }
    let place = pool.feature.count.map_or(pool.feature.name.span, |count| count.span);
    found.also_in(pool.license.source.id(), place, format!("`{}` has {has}", pool.name()))
}

/// The path from a token to a pool through one of its dependencies.
fn chain_by(
    cx: &Context<'_>,
    block: &GraphBlock<'_>,
    hop: Hop,
    pool: GraphBlockId,
    budget: &mut usize,
) -> Option<Chain> {
    let need = cx.graph.dependency(hop)?;
    let mut serving = cx.graph.serving(block, need).take(super::MOST_ALTERNATIVES);
    serving.find_map(|provider| {
        if provider.id == pool {
            return Some(Chain { hops: vec![hop], end: pool });
        }
        let chain =
            provider.is_token().then(|| cx.graph.chain_between(provider.id, pool, budget)).flatten()?;
        let hops = std::iter::once(hop).chain(chain.hops).collect();
        Some(Chain { hops, end: pool })
    })
}

/// The number of licenses that a token draws from a pool through one dependency; `None` if there are alternatives.
fn part(cx: &Context<'_>, block: &GraphBlock<'_>, need: &Dependency, pool: GraphBlockId) -> Option<u64> {
    let mut serving = cx.graph.serving(block, need);
    let provider = serving.next().filter(|_| serving.next().is_none())?;
    let draw = cx.draws().on(provider.id, pool).filter(|_| cx.draws().is_exact(provider.id))?;
    match draw.sum {
        Cost::Known(one) => one.checked_mul(need.count.into()),
        Cost::TooMany => None,
    }
}

/// Labels the dependencies of a token with the periods of their blocks.
fn periods(mut found: Diagnostic, cx: &Context<'_>, block: &GraphBlock<'_>) -> Diagnostic {
    for (_, need, _) in cx.graph.needs(block.id).take(MOST_WAYS) {
        let Some(provider) = cx.graph.serving(block, need).next() else { continue };
        let text = format!("`{}` is valid {}", provider.name(), message::period(provider.feature));
        found = found.also_in(block.license.source.id(), need.span, text);
    }
    found
}
