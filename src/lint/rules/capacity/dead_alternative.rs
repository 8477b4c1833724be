//! C002: an alternative that is never used.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Count, Dependency, Feature, Kind};
use keywright_resolve::graph::{Cost, GraphBlock, ShortestPaths};
use keywright_syntax::diagnostic::{Code, Diagnostic, Severity};

use super::{MOST_ALTERNATIVES, covers, is_too_long, replaced_names};

/// An alternative that is never used.
static CODE: Code = Code::error("C002", "dead-alternative");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block that never serves a checkout of its name: it costs more than there is, or an earlier block \
           always serves first",
    rationale: "Blocks of one name are tried in file order, EXCLUSIVE blocks first. A block that is never used is \
          usually in the wrong place, or is a copy that should have been changed. For the token of a second \
          purchase (another SN, the same dependencies) this is a note.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Spare VERSION=1.0 COUNT=2\" }
FEATURE Pool { VENDOR=Acme COUNT=10 }
FEATURE Spare { VENDOR=Acme COUNT=10 }
",
    ),
    how_to_fix: "Remove the block, move it before the one that hides it, or let it draw on another pool.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut budget = super::never_runs::MAX_SEARCH;
    for (id, lack) in cx.shortages().causes() {
        let Some(block) = cx.graph.block(*id) else { continue };
        if super::another_lives(cx, block) {
            let consequence = "so this alternative is never used";
            sink.push(super::never_runs::describe(cx, block, lack, &CODE, consequence, &mut budget));
        }
    }
    let Some(replaced) = replaced_names(cx) else { return };
    let world = World::new(cx);
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        if replaced.contains(named.name.as_str()) {
            continue;
        }
        let mut blocks: Vec<&GraphBlock<'_>> = cx.graph.providers(named).collect();
        blocks.sort_by_key(|block| block.feature.kind != Kind::Exclusive);
        for (at, later) in blocks.iter().enumerate().skip(1) {
            let is_dead = cx.shortages().is_dead(later.id);
            // C003 reports a second EXCLUSIVE; blocks that depend on a faulty block are skipped.
            if is_dead || later.feature.kind == Kind::Exclusive || cx.measures.is_faulty(later.id) {
                continue;
            }
            let earlier = blocks.iter().take(at).take(MOST_ALTERNATIVES);
            if let Some((earlier, why)) =
                earlier.into_iter().find_map(|one| Some((one, world.hides(one, later)?)))
            {
                sink.push(found(cx, earlier, later, why));
            }
        }
    }
}

fn found(cx: &Context<'_>, earlier: &GraphBlock<'_>, later: &GraphBlock<'_>, why: &str) -> Diagnostic {
    let message = format!("this alternative of `{}` is never used", later.name());
    let found = cx.found(&CODE, later, later.feature.name.span, message).also_in(
        earlier.license.source.id(),
        earlier.feature.name.span,
        why,
    );
    if is_of_second_purchase(earlier.feature, later.feature) {
        let found = found
            .help("this is normal for a second purchase of the same product: the tokens of both are equal");
        return Diagnostic { severity: Severity::Note, ..found };
    }
    found.help("remove the block, move it before the other one, or let it draw on another pool")
}

/// DECISION: a customer may buy a product twice. Then the tokens of the second purchase are not used, and nothing is lost.
fn is_of_second_purchase(one: &Feature, other: &Feature) -> bool {
    let sn = |feature: &Feature| feature.sn.as_ref().map(|sn| sn.value.as_str().to_owned());
    let is_another = sn(one).is_some() && sn(other).is_some() && sn(one) != sn(other);
    is_another
        && one.dependencies.len() == other.dependencies.len()
        && begins_with(&other.dependencies, &one.dependencies)
}

/// Shared data for the comparisons of one run.
struct World<'c, 'a> {
    cx: &'c Context<'a>,
    anything_shared: bool,
    /// Paths to tokens with dates.
    dated: ShortestPaths,
}

impl<'c, 'a> World<'c, 'a> {
    fn new(cx: &'c Context<'a>) -> Self {
        let anything_shared = cx.blocks().any(|block| block.is_token() && block.feature.shares_counts());
        let dated = cx.graph.ways_to(|id| {
            cx.graph.block(id).is_some_and(|block| {
                block.is_token() && (block.feature.start.is_some() || block.feature.end.is_some())
            })
        });
        Self { cx, anything_shared, dated }
    }

    /// Returns why `later` is never used after `earlier`, or `None`.
    fn hides(&self, earlier: &GraphBlock<'_>, later: &GraphBlock<'_>) -> Option<&'static str> {
        let (one, other) = (earlier.feature, later.feature);
        if !covers(one, other) || one.version < other.version {
            return None;
        }
        match one.kind {
            Kind::Exclusive | Kind::Additive => {
                let endless = one.count.is_some_and(|count| count.value == Count::Unlimited);
                let open = one.terms().userbased.is_none() && one.terms().hostbased.is_none();
                (endless && open).then_some("this block is tried first and is UNLIMITED")
            }
            Kind::Token if other.kind == Kind::Token && !one.shares_counts() && !other.shares_counts() => {
                if begins_with(&other.dependencies, &one.dependencies) {
                    return Some("this block is tried first and needs nothing more");
                }
                let cheaper = !self.anything_shared
                    && self.is_certain(earlier)
                    && (needs_no_more(&one.dependencies, &other.dependencies)
                        || self.draws_no_more(earlier, later));
                cheaper.then_some("this block is tried first and costs less")
            }
            _ => None,
        }
    }

    /// Returns true if a token reaches no alternatives and no shared counts. Then a token that draws less of the same
    /// pools always fits if this one does.
    fn is_certain(&self, block: &GraphBlock<'_>) -> bool {
        let cx = self.cx;
        let unshared = |id| cx.graph.block(id).is_some_and(|pool| !pool.feature.shares_counts());
        cx.draws().is_exact(block.id)
            && cx.draws().get(block.id).is_some_and(|draws| draws.iter().all(|(pool, _)| unshared(*pool)))
    }

    /// Returns true if `one` draws only on pools from which `other` draws at least as much, through any tokens.
    fn draws_no_more(&self, one: &GraphBlock<'_>, other: &GraphBlock<'_>) -> bool {
        let draws = self.cx.draws();
        // A token with dates in between could make `one` unavailable on days on which `other` is available.
        let same_days = !self.dated.leads_from(one.id);
        // A token with too long a chain is denied, so it hides nothing.
        let long = is_too_long(self.cx, one.id);
        let Some(few) = draws.get(one.id) else { return false };
        let counted = |cost: Cost| matches!(cost, Cost::Known(_));
        same_days
            && !long
            && self.is_certain(other)
            && few.iter().all(|(pool, draw)| {
                draws.on(other.id, *pool).is_some_and(|more| counted(draw.sum) && draw.sum <= more.sum)
            })
    }
}

/// Returns true if `all` starts with exactly `head`. If the head cannot be served, neither can the whole.
fn begins_with(all: &[Dependency], head: &[Dependency]) -> bool {
    let key = |need: &Dependency| (need.feature.value.clone(), need.version, need.count);
    all.get(..head.len()).is_some_and(|start| start.iter().map(key).eq(head.iter().map(key)))
}

/// Returns true if each dependency in `few` is matched by one in `many` on the same feature, with at least its version
/// and COUNT.
fn needs_no_more(few: &[Dependency], many: &[Dependency]) -> bool {
    let mut used = vec![false; many.len()];
    let small = few.len() <= MOST_ALTERNATIVES && many.len() <= MOST_ALTERNATIVES;
    small
        && few.iter().all(|need| {
            let mut others = many.iter().zip(&mut used);
            let met = others.find(|(other, used)| {
                !**used
                    && other.feature.value == need.feature.value
                    && other.version >= need.version
                    && other.count >= need.count
            });
            met.map(|(_, used)| *used = true).is_some()
        })
}
