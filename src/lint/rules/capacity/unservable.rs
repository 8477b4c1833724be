//! Tokens that cannot be served even if nothing else is checked out, and the licenses they lack.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::Context;
use crate::first_fit::{DEEPEST, FirstFit, Outcome, Refusal, STEPS};
use crate::rules::time::is_never_in_force;
use keywright_license::Kind;
use keywright_resolve::graph::{Block, BlockId, Cost, ShortestPaths};

use super::{MOST_ALTERNATIVES, overlap, replaced_names};

/// The licenses or days that a token lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortfall {
    /// A checkout needs more licenses than the pool has.
    Licenses {
        /// The pool.
        pool: BlockId,
        /// The number that one checkout needs.
        needed: u64,
        /// The size of the pool.
        size: u64,
        /// The day, if the size depends on it.
        on: Option<Date>,
    },
    /// The dependencies are never all valid on the same day.
    Days,
}

/// A token that is denied today and served from a later day on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Late {
    /// The token.
    pub(crate) block: BlockId,
    /// The refusal until then.
    pub(crate) lack: Refusal,
    /// The first day on which the token is served.
    pub(crate) from: Date,
}

/// A token that was served the day before, or before a gap, and no longer fits from a day on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CapacityDrop {
    /// The token.
    pub(crate) block: BlockId,
    /// The first day on which it does not fit.
    pub(crate) day: Date,
    /// The refusal on that day.
    pub(crate) lack: Refusal,
}

/// Tokens that cannot be served.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    /// Tokens that never run, in file order.
    dead: Vec<(BlockId, Shortfall)>,
    /// The subset of `dead` that does not merely depend on other dead tokens.
    causes: Vec<(BlockId, Shortfall)>,
    /// Tokens that do not fit until a later day, without consequences of others.
    pub(crate) late: Vec<Late>,
    /// Tokens that are served now and later are not, without consequences of others.
    pub(crate) falls: Vec<CapacityDrop>,
    /// Tokens for which the limit was reached before all future days were tried.
    pub(crate) unfollowed: Vec<BlockId>,
    /// Tokens for which the limit was reached without a result.
    pub(crate) unexamined: Vec<BlockId>,
}

/// DECISION: maximum number of steps of all trials of a run: a fixed budget, plus an allowance per dependency, so that
/// the run time grows at most linearly with the license.
const ALL_STEPS: usize = 2_000_000;
const STEPS_A_DEPENDENCY: usize = 8;
/// DECISION: maximum number of days on which one token is tried.
const MOST_DAYS: usize = 400;

impl Shortages {
    pub(crate) fn find(cx: &Context<'_>) -> Self {
        let mut found = Self::default();
        let mut search = Search::new(cx);
        let anything_shared = cx.blocks().any(|block| block.is_token() && block.feature.shares_counts());
        for block in cx.blocks().filter(|block| block.is_token() && !cx.measures.is_faulty(block.id)) {
            if let Some(lack) = exceeds_capacity(cx, block, anything_shared) {
                found.dead.push((block.id, lack));
                continue;
            }
            match search.examine(block) {
                Some(Serviceability::Runs) => {}
                Some(Serviceability::Dead(lack)) => found.dead.push((block.id, lack)),
                Some(Serviceability::Late(late)) => found.late.push(late),
                None => found.unexamined.push(block.id),
            }
            match search.falls(block) {
                Some(falls) => found.falls.extend(falls),
                None => found.unfollowed.push(block.id),
            }
        }
        found.only_causes(cx)
    }

    /// Drops tokens that fail only because of other tokens.
    fn only_causes(self, cx: &Context<'_>) -> Self {
        let late: HashSet<BlockId> = self.late.iter().map(|late| late.block).collect();
        let fallen: HashSet<(BlockId, Date)> = self.falls.iter().map(|fall| (fall.block, fall.day)).collect();
        let fails = |id| self.is_dead(id) || late.contains(&id);
        let dead = self.dead.iter().filter(|(id, _)| !follows(cx, *id, |id| self.is_dead(id)));
        let causes = dead.copied().collect();
        let late = self.late.iter().filter(|late| !follows(cx, late.block, fails)).copied().collect();
        let falls = self.falls.iter().filter(|fall| {
            !follows(cx, fall.block, |id| fallen.contains(&(id, fall.day)) || self.is_dead(id))
        });
        let falls = falls.copied().collect();
        Self { causes, late, falls, ..self }
    }

    /// Returns true if a token never runs.
    pub(crate) fn is_dead(&self, id: BlockId) -> bool {
        self.dead.binary_search_by_key(&id, |(dead, _)| *dead).is_ok()
    }

    /// The tokens that never run, each with what it lacks, without tokens that merely depend on such tokens.
    pub(super) fn causes(&self) -> &[(BlockId, Shortfall)] {
        &self.causes
    }
}

/// Returns true if a token fails because everything that serves one of its dependencies fails.
fn follows(cx: &Context<'_>, id: BlockId, fails: impl Fn(BlockId) -> bool) -> bool {
    let Some(block) = cx.graph.block(id) else { return false };
    let needs = &block.feature.dependencies;
    needs.iter().any(|need| {
        let mut serving = cx.graph.serving(block, need).take(MOST_ALTERNATIVES).peekable();
        serving.peek().is_some() && serving.all(|one| fails(one.id))
    })
}

/// The shortage of a token on every day and with every alternative, if any.
fn exceeds_capacity(cx: &Context<'_>, block: &Block<'_>, anything_shared: bool) -> Option<Shortfall> {
    let draws = cx.draws().of(block.id)?;
    let lacking = draws.iter().find_map(|(pool, draw)| {
        let shared = anything_shared || cx.graph.block(*pool)?.feature.shares_counts();
        let size = cx.capacities().of(*pool);
        match if shared { draw.largest } else { draw.sum } {
            // D010 reports overflows.
            Cost::TooMany => None,
            Cost::Known(needed) => {
                (needed > size).then_some(Shortfall::Licenses { pool: *pool, needed, size, on: None })
            }
        }
    });
    if lacking.is_some() || cx.capacities().of(block.id) > 0 || overflows(cx, block) {
        return lacking;
    }
    // No single pool is needed in every case, but all alternatives of some dependency are too small.
    block.feature.dependencies.iter().find_map(|need| {
        let serving = cx.graph.serving(block, need).take(MOST_ALTERNATIVES);
        let best = serving.max_by_key(|provider| cx.capacities().of(provider.id))?;
        let (needed, size) = (u64::from(need.count), cx.capacities().of(best.id));
        (size < needed).then_some(Shortfall::Licenses { pool: best.id, needed, size, on: None })
    })
}

fn overflows(cx: &Context<'_>, block: &Block<'_>) -> bool {
    cx.measures.total(block.id) == Some(None)
}

/// The result for one token.
enum Serviceability {
    Runs,
    Dead(Shortfall),
    Late(Late),
}

/// Shared data for the trials of one run.
struct Search<'c, 'a> {
    cx: &'c Context<'a>,
    /// Paths to blocks that the trials cannot model, or that other rules report.
    special: ShortestPaths,
    /// Paths to blocks whose capacity depends on the day.
    dated: ShortestPaths,
    /// Paths to pools with shared counts.
    shared: ShortestPaths,
    steps: usize,
}

impl<'c, 'a> Search<'c, 'a> {
    fn new(cx: &'c Context<'a>) -> Self {
        let graph = cx.graph;
        let replaced = replaced_names(cx);
        let rivals = rivals(cx);
        let dated_upgrades: HashSet<(&str, &str)> = cx
            .blocks()
            .filter(|block| block.feature.kind == Kind::Upgrade && is_dated(block))
            .map(|block| (block.vendor(), block.name()))
            .collect();
        let special = graph.ways_to(|id| {
            graph.block(id).is_some_and(|block| {
                let key = (block.vendor(), block.name());
                is_never_in_force(block.feature)
                    || block.is_token() && block.feature.shares_counts()
                    || replaced.as_ref().is_none_or(|names| names.contains(block.name()))
                    || block.feature.kind == Kind::Exclusive && rivals.contains(&key)
            })
        });
        let dated = graph.ways_to(|id| {
            graph.block(id).is_some_and(|block| {
                is_dated(block) || dated_upgrades.contains(&(block.vendor(), block.name()))
            })
        });
        let shared = graph.ways_to(|id| {
            graph.block(id).is_some_and(|block| !block.is_token() && block.feature.shares_counts())
        });
        let dependencies: usize = cx.blocks().map(|block| block.feature.dependencies.len()).sum();
        let steps = ALL_STEPS.saturating_add(dependencies.saturating_mul(STEPS_A_DEPENDENCY));
        Self { cx, special, dated, shared, steps }
    }

    /// Examines a token. Returns `None` if the limit was reached.
    fn examine(&mut self, block: &Block<'_>) -> Option<Serviceability> {
        let (cx, id) = (self.cx, block.id);
        // `exceeds_capacity` covers tokens with fixed draws on pools of constant size.
        let plain = cx.draws().is_exact(id) && !self.dated.leads_from(id);
        if plain || !self.can_be_tried(block) {
            return Some(Serviceability::Runs);
        }
        let alone = self.follow(block, false)?;
        match alone {
            Serviceability::Runs => Some(Serviceability::Runs),
            // DECISION: two customers are tried, one with all attributes that SHARE names, and one with none.
            _ if self.shared.leads_from(id) => Some(match self.follow(block, true)? {
                Serviceability::Runs | Serviceability::Late(_) => Serviceability::Runs,
                Serviceability::Dead(_) => alone,
            }),
            _ => Some(alone),
        }
    }

    fn can_be_tried(&self, block: &Block<'_>) -> bool {
        let long = self.cx.measures.depth(block.id).is_none_or(|depth| depth > DEEPEST);
        let faulty = self.special.leads_from(block.id) || is_never_in_force(block.feature);
        !long && !faulty && !overflows(self.cx, block)
    }

    /// Tries a token today, then on later days, then on earlier days.
    fn follow(&mut self, block: &Block<'_>, shares: bool) -> Option<Serviceability> {
        let today = self.cx.options.at;
        let first = block.feature.start.map_or(Date::MIN, |start| start.value);
        let last = block.feature.end.map_or(Date::MAX, |end| end.value);
        let mut denied: Option<(Refusal, Date)> = None;
        let begin = today.max(first);
        let mut days = MOST_DAYS;
        if let Some(from) = self.first_served(block, (begin, last), shares, &mut denied, &mut days)? {
            let until = denied.filter(|(_, day)| *day == today && from > today);
            return Some(until.map_or(Serviceability::Runs, |(lack, _)| {
                Serviceability::Late(Late { block: block.id, lack, from })
            }));
        }
        let past = (first, last.min(today.yesterday().unwrap_or(today)));
        if self.first_served(block, past, shares, &mut denied, &mut days)?.is_some() {
            return Some(Serviceability::Runs);
        }
        let dated = self.dated.leads_from(block.id);
        Some(Serviceability::Dead(denied.map_or(Shortfall::Days, |(lack, day)| Shortfall::Licenses {
            pool: lack.pool,
            needed: lack.needed,
            size: lack.size,
            on: dated.then_some(day),
        })))
    }

    /// The first day of a period on which a token is served with nothing else checked out. Keeps the first refusal in
    /// `denied`.
    fn first_served(
        &mut self,
        block: &Block<'_>,
        (first, last): (Date, Date),
        shares: bool,
        denied: &mut Option<(Refusal, Date)>,
        days: &mut usize,
    ) -> Option<Option<Date>> {
        let mut day = Some(first).filter(|first| *first <= last);
        while let Some(on) = day {
            *days = days.checked_sub(1)?;
            let (outcome, next) = self.play(block, on, shares)?;
            match outcome {
                Outcome::Granted => return Some(Some(on)),
                Outcome::Denied(lack) => *denied = denied.or(lack.map(|lack| (lack, on))),
            }
            day = next.filter(|next| *next <= last);
        }
        Some(None)
    }

    /// The future days from which on a token no longer fits although it was served before. Returns `None` if the limit
    /// was reached.
    fn falls(&mut self, block: &Block<'_>) -> Option<Vec<CapacityDrop>> {
        let mut falls = Vec::new();
        if !self.dated.leads_from(block.id) || !self.can_be_tried(block) {
            return Some(falls);
        }
        let today = self.cx.options.at;
        let first = block.feature.start.map_or(today, |start| start.value.max(today));
        let last = block.feature.end.map_or(Date::MAX, |end| end.value);
        let shares = self.shared.leads_from(block.id);
        let mut served = false;
        let mut days = MOST_DAYS;
        let mut day = Some(first).filter(|first| *first <= last);
        while let Some(on) = day {
            days = days.checked_sub(1)?;
            let (outcome, next) = self.play(block, on, shares)?;
            match outcome {
                Outcome::Granted => served = true,
                Outcome::Denied(Some(lack)) if served => {
                    falls.push(CapacityDrop { block: block.id, day: on, lack });
                    served = false;
                }
                // Nothing serves during a gap: the day after it is compared with the day before it.
                Outcome::Denied(_) => {}
            }
            day = next.filter(|next| *next <= last);
        }
        Some(falls)
    }

    /// Tries a token on a day. Returns the outcome and the next day on which it may change.
    fn play(&mut self, block: &Block<'_>, day: Date, shares: bool) -> Option<(Outcome, Option<Date>)> {
        let room = STEPS.min(self.steps);
        let mut fit = FirstFit::new(self.cx.graph, self.cx.orders(), day, room).sharing(shares);
        let outcome = fit.block(block.id, 1);
        self.steps -= room - fit.steps.min(room);
        Some((outcome?, fit.change))
    }
}

fn is_dated(block: &Block<'_>) -> bool {
    block.feature.start.is_some() || block.feature.end.is_some()
}

/// The names with overlapping EXCLUSIVE blocks, which C003 reports.
fn rivals<'a>(cx: &Context<'a>) -> HashSet<(&'a str, &'a str)> {
    let mut found = HashSet::new();
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let mut exclusive: Vec<_> = blocks.filter(|block| block.feature.kind == Kind::Exclusive).collect();
        exclusive.sort_by_key(|block| block.feature.start.map(|start| start.value));
        let both = |two: &[&Block<'a>]| matches!(two, [one, other] if overlap(one.feature, other.feature));
        if exclusive.windows(2).any(both) {
            found.insert((named.vendor.as_str(), named.name.as_str()));
        }
    }
    found
}
