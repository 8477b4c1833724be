//! Tokens that cannot be served even if nothing else is checked out, and the licenses they lack.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::Context;
use crate::rules::time::is_never_in_force;
use crate::trial::{Customer, Played, Refusal, Trials};
use keywright_license::Kind;
use keywright_resolve::graph::{Cost, GraphBlock, GraphBlockId, ShortestPaths};

use super::{MOST_ALTERNATIVES, is_too_long, overlap, replaced_names};

/// The licenses or days that a token lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortfall {
    /// A checkout needs more licenses than the pool has.
    Licenses {
        /// The pool.
        pool: GraphBlockId,
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
    pub(crate) block: GraphBlockId,
    /// The refusal until then.
    pub(crate) lack: Refusal,
    /// The first day on which the token is served.
    pub(crate) from: Date,
}

/// A token that was served the day before, or before a gap, and no longer fits from a day on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CapacityDrop {
    /// The token.
    pub(crate) block: GraphBlockId,
    /// The first day on which it does not fit.
    pub(crate) day: Date,
    /// The refusal on that day.
    pub(crate) lack: Refusal,
}

/// Tokens that cannot be served.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    /// Tokens that never run, in file order.
    dead: Vec<(GraphBlockId, Shortfall)>,
    /// The subset of `dead` that does not merely depend on other dead tokens.
    causes: Vec<(GraphBlockId, Shortfall)>,
    /// Tokens that do not fit until a later day, without consequences of others.
    pub(crate) late: Vec<Late>,
    /// Tokens that are served now and later are not, without consequences of others.
    pub(crate) falls: Vec<CapacityDrop>,
    /// Tokens for which the limit was reached before all future days were tried.
    pub(crate) unfollowed: Vec<GraphBlockId>,
    /// Tokens for which the limit was reached without a result.
    pub(crate) unexamined: Vec<GraphBlockId>,
}

/// DECISION: maximum number of steps of all trials of a run: a fixed budget, plus an allowance per dependency, so that
/// the run time grows at most linearly with the license.
const ALL_STEPS: u64 = 1_000_000;
const STEPS_A_DEPENDENCY: u64 = 4;
/// DECISION: maximum number of days on which one token is tried.
const MOST_DAYS: usize = 400;

impl Shortages {
    pub(crate) fn find(cx: &Context<'_>) -> Self {
        let mut found = Self::default();
        let mut search = UnservableSearch::new(cx);
        for block in cx.blocks().filter(|block| block.is_token() && !cx.measures.is_faulty(block.id)) {
            if let Some(lack) = search.exceeds_capacity(block) {
                found.dead.push((block.id, today(cx, lack)));
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
        let mut found = found.only_causes(cx);
        for (id, lack) in &mut found.causes {
            *lack = search.exact(*id, *lack);
        }
        found
    }

    /// Drops tokens that fail only because of other tokens.
    fn only_causes(self, cx: &Context<'_>) -> Self {
        let late: HashSet<GraphBlockId> = self.late.iter().map(|late| late.block).collect();
        let fallen: HashSet<(GraphBlockId, Date)> =
            self.falls.iter().map(|fall| (fall.block, fall.day)).collect();
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
    pub(crate) fn is_dead(&self, id: GraphBlockId) -> bool {
        self.dead.binary_search_by_key(&id, |(dead, _)| *dead).is_ok()
    }

    /// The tokens that never run, each with what it lacks, without tokens that merely depend on such tokens.
    pub(super) fn causes(&self) -> &[(GraphBlockId, Shortfall)] {
        &self.causes
    }
}

/// Returns true if a token fails because everything that serves one of its dependencies fails.
fn follows(cx: &Context<'_>, id: GraphBlockId, fails: impl Fn(GraphBlockId) -> bool) -> bool {
    let Some(block) = cx.graph.block(id) else { return false };
    let needs = &block.feature.dependencies;
    needs.iter().any(|need| {
        let mut serving = cx.graph.serving(block, need).take(MOST_ALTERNATIVES).peekable();
        serving.peek().is_some() && serving.all(|one| fails(one.id))
    })
}

/// Replaces the largest size that a pool ever has by its size today, if it is smaller.
fn today(cx: &Context<'_>, lack: Shortfall) -> Shortfall {
    let Shortfall::Licenses { pool, needed, size, on: None } = lack else { return lack };
    let (model, day) = (cx.model(), cx.options.at);
    let block = model.block(pool.index()).filter(|block| model.in_force(*block, day));
    match block.map(|block| model.capacity(block, day)).filter(|now| *now < size) {
        Some(size) if cx.graph.block(pool).is_some_and(is_floating) => {
            Shortfall::Licenses { pool, needed, size, on: Some(day) }
        }
        _ => lack,
    }
}

fn is_floating(block: &GraphBlock<'_>) -> bool {
    matches!(block.feature.kind, Kind::Exclusive | Kind::Additive)
}

fn overflows(cx: &Context<'_>, block: &GraphBlock<'_>) -> bool {
    cx.measures.total(block.id) == Some(None)
}

/// The result for one token.
enum Serviceability {
    Runs,
    Dead(Shortfall),
    Late(Late),
}

/// Shared data for the trials of one run.
struct UnservableSearch<'c, 'a> {
    cx: &'c Context<'a>,
    /// Paths to blocks that are never valid, which another rule reports.
    void: ShortestPaths,
    /// Paths to blocks that others replace or exclude, which other rules report.
    contested: ShortestPaths,
    /// Paths to blocks whose capacity depends on the day.
    dated: ShortestPaths,
    /// Paths to blocks with shared counts.
    shared: ShortestPaths,
    /// Paths to tokens with shared counts.
    shared_tokens: ShortestPaths,
    steps: u64,
    trials: Option<Trials<'c, 'a>>,
    /// The last trial: its token, its day and its result. Two searches begin with the same one.
    last: Option<(GraphBlockId, Date, Customer, Tried)>,
}

/// The result of a trial of a token.
#[derive(Debug, Clone, Copy)]
struct Tried {
    /// As in [`Played`].
    denied: Option<(usize, Option<Refusal>)>,
    /// The next day on which a visited block may change.
    change: Option<Date>,
    /// The steps that it took.
    steps: u64,
}

impl<'c, 'a> UnservableSearch<'c, 'a> {
    fn new(cx: &'c Context<'a>) -> Self {
        let graph = cx.graph;
        let replaced = replaced_names(cx);
        let rivals = rivals(cx);
        let dated_upgrades: HashSet<(&str, &str)> = cx
            .blocks()
            .filter(|block| block.feature.kind == Kind::Upgrade && is_dated(block))
            .map(|block| (block.vendor(), block.name()))
            .collect();
        let ways_to = |is_goal: &dyn Fn(&GraphBlock<'a>) -> bool| {
            graph.ways_to(|id| graph.block(id).is_some_and(is_goal))
        };
        let void = ways_to(&|block| is_never_in_force(block.feature));
        let contested = ways_to(&|block| {
            replaced.as_ref().is_none_or(|names| names.contains(block.name()))
                || block.feature.kind == Kind::Exclusive && rivals.contains(&(block.vendor(), block.name()))
        });
        let dated =
            ways_to(&|block| is_dated(block) || dated_upgrades.contains(&(block.vendor(), block.name())));
        let shared = ways_to(&|block| shares(block));
        let shared_tokens = ways_to(&|block| block.is_token() && shares(block));
        let dependencies = cx.blocks().map(|block| block.feature.dependencies.len() as u64);
        let steps = ALL_STEPS.saturating_add(dependencies.sum::<u64>().saturating_mul(STEPS_A_DEPENDENCY));
        Self { cx, void, contested, dated, shared, shared_tokens, steps, trials: None, last: None }
    }

    /// The shortage of a token on every day and with every alternative, if the draws on single pools prove one.
    fn exceeds_capacity(&self, block: &GraphBlock<'_>) -> Option<Shortfall> {
        let cx = self.cx;
        let draws = cx.draws().get(block.id)?;
        let lacking = draws.iter().find_map(|(pool, draw)| {
            let size = cx.capacities().get(*pool);
            let is_shared = self.shared_tokens.leads_from(block.id) || shares(cx.graph.block(*pool)?);
            match if is_shared { draw.largest } else { draw.sum } {
                // D010 reports overflows.
                Cost::TooMany => None,
                Cost::Known(needed) => {
                    (needed > size).then_some(Shortfall::Licenses { pool: *pool, needed, size, on: None })
                }
            }
        });
        if lacking.is_some() || cx.capacities().get(block.id) > 0 || overflows(cx, block) {
            return lacking;
        }
        // No single pool is needed in every case, but all alternatives of some dependency are too small.
        block.feature.dependencies.iter().find_map(|need| {
            let serving = cx.graph.serving(block, need).take(MOST_ALTERNATIVES);
            let best = serving.max_by_key(|provider| cx.capacities().get(provider.id))?;
            let (needed, size) = (u64::from(need.count), cx.capacities().get(best.id));
            (size < needed).then_some(Shortfall::Licenses { pool: best.id, needed, size, on: None })
        })
    }

    /// Replaces a bound by the number that one checkout draws, if the resolver finds the same number for all alternatives.
    fn exact(&mut self, id: GraphBlockId, lack: Shortfall) -> Shortfall {
        let Shortfall::Licenses { pool, size, on, .. } = lack else { return lack };
        if !self.shared.leads_from(id) {
            return lack;
        }
        let (model, day) = (self.cx.model(), on.unwrap_or(self.cx.options.at));
        let cost = model.block(id.index()).and_then(|token| model.checkout_cost(token, day, &mut self.steps));
        let drawn = model.block(pool.index()).and_then(|pool| cost?.exactly_from(pool));
        match drawn {
            Some(needed) if needed > size => Shortfall::Licenses { pool, needed, size, on },
            _ => lack,
        }
    }

    /// Returns true if [`Self::exceeds_capacity`] is exact: the token has the same draws in every checkout, on every day.
    fn is_plain(&self, id: GraphBlockId) -> bool {
        let draws = self.cx.draws();
        let meets = || draws.get(id).unwrap_or_default().iter().any(|(_, draw)| draw.sum != draw.largest);
        draws.is_exact(id) && !self.dated.leads_from(id) && !(self.shared.leads_from(id) && meets())
    }

    /// Examines a token. Returns `None` if the limit was reached.
    fn examine(&mut self, block: &GraphBlock<'_>) -> Option<Serviceability> {
        let id = block.id;
        if self.is_plain(id) || !self.can_be_tried(block) {
            return Some(Serviceability::Runs);
        }
        if !self.shared.leads_from(id) {
            return self.follow(block, Customer::Known);
        }
        // DECISION: two customers are tried, one with all attributes that SHARE names, and one with none.
        let alone = self.follow(block, Customer::Unknown)?;
        Some(match alone {
            Serviceability::Runs => Serviceability::Runs,
            _ => match self.follow(block, Customer::Known)? {
                Serviceability::Runs | Serviceability::Late(_) => Serviceability::Runs,
                Serviceability::Dead(_) => alone,
            },
        })
    }

    /// Returns true if the trials decide about a token.
    ///
    /// DECISION: blocks that others replace or exclude are only tried if a dependency has SHARE, where no bound is exact.
    fn can_be_tried(&mut self, block: &GraphBlock<'_>) -> bool {
        let (cx, id) = (self.cx, block.id);
        let void = self.void.leads_from(id) || is_never_in_force(block.feature);
        let contested = self.contested.leads_from(id) && !self.shared.leads_from(id);
        !void && !contested && !is_too_long(cx, id) && !overflows(cx, block) && self.trials().can_play(id)
    }

    fn trials(&mut self) -> &mut Trials<'c, 'a> {
        let cx = self.cx;
        self.trials.get_or_insert_with(|| Trials::new(cx.graph, cx.model()))
    }

    /// Tries a token today, then on later days, then on earlier days.
    fn follow(&mut self, block: &GraphBlock<'_>, customer: Customer) -> Option<Serviceability> {
        let today = self.cx.options.at;
        let first = block.feature.start.map_or(Date::MIN, |start| start.value);
        let last = block.feature.end.map_or(Date::MAX, |end| end.value);
        let mut denied: Option<(Refusal, Date)> = None;
        let begin = today.max(first);
        let mut days = MOST_DAYS;
        if let Some(from) = self.first_served(block, (begin, last), customer, &mut denied, &mut days)? {
            let until = denied.filter(|(_, day)| *day == today && from > today);
            return Some(until.map_or(Serviceability::Runs, |(lack, _)| {
                Serviceability::Late(Late { block: block.id, lack, from })
            }));
        }
        let past = (first, last.min(today.yesterday().unwrap_or(today)));
        if self.first_served(block, past, customer, &mut denied, &mut days)?.is_some() {
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
        block: &GraphBlock<'_>,
        (first, last): (Date, Date),
        customer: Customer,
        denied: &mut Option<(Refusal, Date)>,
        days: &mut usize,
    ) -> Option<Option<Date>> {
        let mut day = Some(first).filter(|first| *first <= last);
        while let Some(on) = day {
            *days = days.checked_sub(1)?;
            let played = self.play(block, on, customer)?;
            match played.denied {
                None => return Some(Some(on)),
                Some((_, lack)) => *denied = denied.or(lack.map(|lack| (lack, on))),
            }
            day = played.change.filter(|next| *next <= last);
        }
        Some(None)
    }

    /// The future days from which on a token no longer fits although it was served before. Returns `None` if the limit
    /// was reached.
    fn falls(&mut self, block: &GraphBlock<'_>) -> Option<Vec<CapacityDrop>> {
        let mut falls = Vec::new();
        if !self.dated.leads_from(block.id) || !self.can_be_tried(block) {
            return Some(falls);
        }
        let today = self.cx.options.at;
        let first = block.feature.start.map_or(today, |start| start.value.max(today));
        let last = block.feature.end.map_or(Date::MAX, |end| end.value);
        let mut served = false;
        let mut days = MOST_DAYS;
        let mut day = Some(first).filter(|first| *first <= last);
        while let Some(on) = day {
            days = days.checked_sub(1)?;
            let played = self.play(block, on, Customer::Known)?;
            match played.denied {
                None => served = true,
                Some((_, Some(lack))) if served => {
                    falls.push(CapacityDrop { block: block.id, day: on, lack });
                    served = false;
                }
                // Nothing serves during a gap: the day after it is compared with the day before it.
                Some(_) => {}
            }
            day = played.change.filter(|next| *next <= last);
        }
        Some(falls)
    }

    /// Tries a token on a day. Returns `None` if the limit was reached.
    fn play(&mut self, block: &GraphBlock<'_>, day: Date, customer: Customer) -> Option<Tried> {
        let key = (block.id, day, customer);
        if let Some((.., known)) = self.last.filter(|(id, on, who, _)| (*id, *on, *who) == key)
            && known.steps <= self.steps
        {
            self.steps -= known.steps;
            return Some(known);
        }
        let mut steps = self.steps;
        let played = self.trials().token(block.id, day, customer, &mut steps);
        let used = self.steps - steps;
        self.steps = steps;
        let Played { denied, change, .. } = played?;
        let tried = Tried { denied, change, steps: used };
        self.last = Some((block.id, day, customer, tried));
        Some(tried)
    }
}

/// Returns true if SHARE of a block makes checkouts share its count.
fn shares(block: &GraphBlock<'_>) -> bool {
    let kind = block.feature.kind;
    block.feature.shares_counts() && matches!(kind, Kind::Exclusive | Kind::Additive | Kind::Token)
}

fn is_dated(block: &GraphBlock<'_>) -> bool {
    block.feature.start.is_some() || block.feature.end.is_some()
}

/// The names with overlapping EXCLUSIVE blocks, which C003 reports.
fn rivals<'a>(cx: &Context<'a>) -> HashSet<(&'a str, &'a str)> {
    let mut found = HashSet::new();
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let mut exclusive: Vec<_> = blocks.filter(|block| block.feature.kind == Kind::Exclusive).collect();
        exclusive.sort_by_key(|block| block.feature.start.map(|start| start.value));
        let both =
            |two: &[&GraphBlock<'a>]| matches!(two, [one, other] if overlap(one.feature, other.feature));
        if exclusive.windows(2).any(both) {
            found.insert((named.vendor.as_str(), named.name.as_str()));
        }
    }
    found
}
