//! C001: a feature that can never run.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::{Block, BlockId, Chain, Cost, Hop};
use crate::license::Dependency;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

use super::shortage::Lack;

/// A feature that can never run.
pub(super) static CODE: Code = Code::error("C001", "never-runs");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token of which a single checkout is denied on every day, even while nothing else is checked out: it costs \
           more than a pool has, or what it draws on is never in force at once",
    why: "The customer pays for a feature that never starts. Counts multiply along a chain of tokens and add up where \
          paths meet in one pool; what has dates is tried on each day on which something starts or ends. In a file that is not signed yet it is a warning, as it may be one part of a set \
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
    let mut room = MAX_SEARCH;
    for (id, lack) in cx.shortages().causes() {
        let Some(block) = cx.graph.block(*id) else { continue };
        if !super::dead_alternative::another_lives(cx, block) {
            sink.push(describe(cx, block, lack, &CODE, "so that it can never run", &mut room));
        }
    }
}

/// What a token needs, and of what there is less.
pub(super) fn describe(
    cx: &Context<'_>,
    block: &Block<'_>,
    lack: &Lack,
    code: &'static Code,
    consequence: &str,
    room: &mut usize,
) -> Diagnostic {
    let mut found = match lack {
        Lack::Licenses { pool, needed, size, on } => {
            let name = cx.graph.block(*pool).map_or("?", Block::name);
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
            to_pool(found, cx, block, *pool, &has, room)
        }
        Lack::Days => {
            let message =
                format!("what `{}` draws on is never in force on one day, {consequence}", block.name());
            let found = cx
                .found(code, block, block.feature.name.span, message)
                .help("let the periods of what it draws on overlap with one another, and with its own");
            periods(found, cx, block)
        }
    };
    if cx.options.stage == Stage::Draft && block.feature.key.is_none() {
        found.severity = Severity::Warning;
    }
    found
}

/// Most dependencies of a token that are followed to show how it comes to a pool.
const MOST_WAYS: usize = 5;

/// Labels for each dependency by which a token draws on a pool how it comes there, and how much it takes.
fn to_pool(
    mut found: Diagnostic,
    cx: &Context<'_>,
    block: &Block<'_>,
    pool: BlockId,
    has: &str,
    room: &mut usize,
) -> Diagnostic {
    let mut ways = Vec::new();
    for (hop, need, _) in cx.graph.needs(block.id) {
        if ways.len() <= MOST_WAYS
            && let Some(chain) = chain_by(cx, block, hop, pool, room)
        {
            ways.push((chain, part(cx, block, need, pool)));
        }
    }
    let Some(pool) = cx.graph.block(pool) else { return found };
    let several = ways.len() > 1;
    for (chain, part) in ways.iter().take(MOST_WAYS) {
        let at = found.related.len();
        found = phrase::along_chain(found, cx.graph, chain);
        if let (true, Some(part), Some(label)) = (several, part, found.related.get_mut(at)) {
            label.text = format!("{}: {part} of `{}`", label.text, pool.name());
        }
    }
    if let (true, Some(label)) = (ways.len() > MOST_WAYS, found.related.last_mut()) {
        label.text.push_str("; so do further dependencies");
    }
    let place = pool.feature.count.map_or(pool.feature.name.span, |count| count.span);
    found.also_in(pool.license.source.id(), place, format!("`{}` has {has}", pool.name()))
}

/// How a token comes to a pool by one of its dependencies.
fn chain_by(cx: &Context<'_>, block: &Block<'_>, hop: Hop, pool: BlockId, room: &mut usize) -> Option<Chain> {
    let need = cx.graph.dependency(hop)?;
    let mut serving = cx.graph.serving(block, need).take(super::MOST_ALTERNATIVES);
    serving.find_map(|provider| {
        if provider.id == pool {
            return Some(Chain { hops: vec![hop], end: pool });
        }
        let chain = provider.is_token().then(|| cx.graph.chain_between(provider.id, pool, room)).flatten()?;
        let hops = std::iter::once(hop).chain(chain.hops).collect();
        Some(Chain { hops, end: pool })
    })
}

/// What a token draws on a pool by one of its dependencies, where no alternatives lie behind it.
fn part(cx: &Context<'_>, block: &Block<'_>, need: &Dependency, pool: BlockId) -> Option<u64> {
    let mut serving = cx.graph.serving(block, need);
    let provider = serving.next().filter(|_| serving.next().is_none())?;
    let draw = cx.draws().on(provider.id, pool).filter(|_| cx.draws().is_exact(provider.id))?;
    match draw.sum {
        Cost::Known(one) => one.checked_mul(need.count.into()),
        Cost::TooMany => None,
    }
}

/// Labels the dependencies of a token that lead to a block with dates.
fn periods(mut found: Diagnostic, cx: &Context<'_>, block: &Block<'_>) -> Diagnostic {
    for (_, need, _) in cx.graph.needs(block.id).take(MOST_WAYS) {
        let Some(provider) = cx.graph.serving(block, need).next() else { continue };
        let text = format!("`{}` is in force {}", provider.name(), phrase::period(provider.feature));
        found = found.also_in(block.license.source.id(), need.span, text);
    }
    found
}
