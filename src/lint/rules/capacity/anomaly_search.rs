//! Checkouts that are granted now but would be denied if a pool were larger: one checkout alone, or two in sequence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use crate::Context;
use crate::trial::{Played, Refusal, Taken, Trials};
use keywright_license::{Kind, Version};
use keywright_resolve::graph::{Graph, GraphBlockId, SearchDirection, ShortestPaths, UNLIMITED};
use keywright_syntax::source::FileId;

use super::is_too_long;

/// The proof of a finding: a sequence of checkouts that is granted now, and whose last checkout is denied with a larger
/// pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreMeansLess {
    /// The features that are checked out in sequence from full pools, one license each, in any version.
    pub features: Vec<String>,
    /// The file of the pool.
    pub file: FileId,
    /// The pool's block, by its index in the tree.
    pub block: usize,
    /// A COUNT with which the last checkout is denied.
    pub larger: u64,
    pub(super) pool: GraphBlockId,
    /// The first block of the feature that is denied.
    pub(super) root: GraphBlockId,
    /// The licenses that each checkout draws now.
    pub(super) now: Vec<Taken>,
    /// The licenses that the checkouts before the last one draw with the larger pool.
    pub(super) then: Vec<Taken>,
    /// The refusal of the last checkout.
    pub(super) lack: Option<Refusal>,
}

/// The proofs, and the names for which the search is incomplete.
#[derive(Debug, Default)]
pub(crate) struct Mixes {
    pub(crate) proofs: Vec<MoreMeansLess>,
    /// The first block of each name for which the limit was reached.
    pub(crate) unexamined: Vec<GraphBlockId>,
}

/// DECISION: maximum number of steps of all trials of a run.
const ALL_STEPS: u64 = 1_000_000;
/// DECISION: maximum number of sizes of one pool that are tried for one mix.
const MOST_SIZES: usize = 32;
/// The largest valid COUNT.
const LARGEST_COUNT: u64 = i32::MAX as u64;

/// The limit was reached.
#[derive(Debug)]
struct BudgetExhausted;

/// A name that can be checked out.
#[derive(Debug, Clone, Copy)]
struct Competitor {
    /// Index of the name in the graph.
    at: usize,
    root: GraphBlockId,
    version: Version,
    /// True if one of its blocks reaches alternatives.
    open: bool,
    /// Representative of all names with equal dependencies, which behave the same next to others.
    like: usize,
    /// DECISION: pools come last among partners, because people check out features, not pools.
    is_pool: bool,
}

impl Mixes {
    pub(crate) fn find(cx: &Context<'_>) -> Self {
        let mut found = Self::default();
        // REPLACES changes the valid blocks from day to day, which this search does not model.
        if cx.blocks().any(|block| block.feature.terms().replaces.is_some()) {
            return found;
        }
        let mut search = AnomalySearch { cx, steps: ALL_STEPS, met: BTreeSet::new(), trials: None };
        let players = players(cx);
        let open = || players.values().filter(|player| player.open);
        let mut unexamined: BTreeSet<GraphBlockId> = BTreeSet::new();
        for player in open() {
            match search.alone(player) {
                Ok(proofs) => found.proofs.extend(proofs),
                Err(BudgetExhausted) => {
                    unexamined.insert(player.root);
                }
            }
        }
        for player in open().filter(|player| player.like == player.at) {
            match search.with_partner(player, &players, &mut found.proofs) {
                Ok(()) => {}
                Err(BudgetExhausted) => {
                    unexamined.insert(player.root);
                }
            }
        }
        found.unexamined = unexamined.into_iter().collect();
        found
    }
}

/// Returns true if a block is not a plain pool: shared, metered or reserved.
fn is_special(graph: &Graph<'_>, id: GraphBlockId) -> bool {
    graph.block(id).map(|block| block.feature).is_some_and(|feature| {
        feature.shares_counts()
            || feature.kind == Kind::Metered
            || feature.terms().userbased.is_some()
            || feature.terms().hostbased.is_some()
    })
}

/// The names that can be tried, by index in the graph.
fn players(cx: &Context<'_>) -> BTreeMap<usize, Competitor> {
    let graph = cx.graph;
    let chosen = chosen(cx);
    if chosen.is_empty() {
        // Without alternatives, a larger pool changes no choice.
        return BTreeMap::new();
    }
    let special = graph.ways_to(|id| is_special(graph, id));
    let choices = graph.ways_to(|id| chosen.contains(&id));
    let is_open = |id| chosen.contains(&id) || choices.leads_from(id);
    let mut likes: HashMap<(&str, TokenShape<'_>), usize> = HashMap::new();
    let players = (0..graph.names().len()).filter_map(|at| {
        let player = player(cx, &special, is_open, at)?;
        let like = says(cx, at).map_or(at, |says| *likes.entry(says).or_insert(at));
        Some((at, Competitor { like, ..player }))
    });
    players.collect()
}

/// The versions, dates and dependencies of the tokens of a name.
type TokenShape<'a> = Vec<(Version, [Option<Date>; 2], Vec<(&'a str, Version, u32)>)>;

/// The vendor and the tokens of a name; `None` if it has other blocks.
fn says<'a>(cx: &Context<'a>, at: usize) -> Option<(&'a str, TokenShape<'a>)> {
    let named = cx.graph.names().get(at)?;
    let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id)).map(|block| {
        let feature = block.feature;
        let needs = feature.dependencies.iter();
        let needs = needs.map(|need| (need.feature.value.as_str(), need.version, need.count)).collect();
        let dates = [feature.start, feature.end].map(|date| date.map(|date| date.value));
        block.is_token().then_some((feature.version, dates, needs))
    });
    Some((named.vendor.as_str(), blocks.collect::<Option<_>>()?))
}

/// The blocks with at least one alternative today.
fn chosen(cx: &Context<'_>) -> HashSet<GraphBlockId> {
    let mut found = HashSet::new();
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let force = || cx.graph.providers(named).filter(|block| block.feature.in_force(cx.options.at));
        let exclusive = force().filter(|block| block.feature.kind == Kind::Exclusive).count();
        // Only one of several EXCLUSIVE blocks serves; the others are discarded.
        if force().count() - exclusive + exclusive.min(1) > 1 {
            found.extend(force().map(|block| block.id));
        }
    }
    found
}

fn player(
    cx: &Context<'_>,
    special: &ShortestPaths,
    is_open: impl Fn(GraphBlockId) -> bool,
    at: usize,
) -> Option<Competitor> {
    let graph = cx.graph;
    let named = graph.names().get(at)?;
    let blocks = || named.blocks.iter().filter_map(|id| graph.block(*id));
    let simple = blocks().all(|block| {
        !special.leads_from(block.id)
            && !is_special(graph, block.id)
            && !cx.measures.is_faulty(block.id)
            && !is_too_long(cx, block.id)
            // Local licenses are not counted.
            && block.feature.kind != Kind::Local
    });
    // A checkout by name considers the blocks of all vendors.
    let own = graph.vendors_of(named.name.as_str()).count() == 1;
    let root = graph.providers(named).find(|block| block.is_token()).or(graph.providers(named).next())?;
    let version = graph.providers(named).map(|block| block.feature.version).min()?;
    let tokens = || graph.providers(named).filter(|block| block.is_token());
    let open = blocks().any(|block| is_open(block.id));
    let is_pool = tokens().next().is_none();
    (simple && own).then_some(Competitor { at, root: root.id, version, open, like: at, is_pool })
}

/// The state of the search.
struct AnomalySearch<'c, 'a> {
    cx: &'c Context<'a>,
    steps: u64,
    /// Pools that already have a proof.
    met: BTreeSet<GraphBlockId>,
    trials: Option<Trials<'c, 'a>>,
}

impl AnomalySearch<'_, '_> {
    /// Finds larger pools that would deny a single checkout.
    fn alone(&mut self, player: &Competitor) -> Result<Vec<MoreMeansLess>, BudgetExhausted> {
        let now = self.play(&[player], None)?;
        let mut proofs = Vec::new();
        for (pool, size) in thresholds(&now) {
            proofs.extend(self.proof(&[player], &now, pool, size)?);
        }
        self.met.extend(proofs.iter().map(|proof| proof.pool));
        Ok(proofs)
    }

    /// Finds larger pools that would deny one of two checkouts, of which one is `player`.
    ///
    /// DECISION: one proof per pool is enough.
    fn with_partner(
        &mut self,
        player: &Competitor,
        players: &BTreeMap<usize, Competitor>,
        proofs: &mut Vec<MoreMeansLess>,
    ) -> Result<(), BudgetExhausted> {
        let chooses = !self.play(&[player], None)?.refusals.is_empty();
        for partner in self.partners(player, players)? {
            // If neither is refused anything, a larger pool changes nothing.
            if chooses || partner.open {
                self.pair([player, partner], proofs)?;
            }
            // A partner with alternatives goes first in its own turn.
            if !partner.open {
                self.pair([partner, player], proofs)?;
            }
        }
        Ok(())
    }

    fn pair(
        &mut self,
        two: [&Competitor; 2],
        proofs: &mut Vec<MoreMeansLess>,
    ) -> Result<(), BudgetExhausted> {
        let now = self.play(&two, None)?;
        for (pool, size) in thresholds(&now) {
            if !self.met.contains(&pool)
                && let Some(proof) = self.proof(&two, &now, pool, size)?
            {
                self.met.insert(pool);
                proofs.push(proof);
            }
        }
        Ok(())
    }

    /// The names that may draw on a pool that `player` may draw on.
    fn partners<'p>(
        &mut self,
        player: &Competitor,
        players: &'p BTreeMap<usize, Competitor>,
    ) -> Result<Vec<&'p Competitor>, BudgetExhausted> {
        let graph = self.cx.graph;
        let blocks = graph.names().get(player.at).map(|named| named.blocks.clone()).unwrap_or_default();
        let mut budget = usize::try_from(self.steps).unwrap_or(usize::MAX);
        let below = graph.reached(blocks, SearchDirection::Pools, &mut budget);
        let pools = |id: &GraphBlockId| graph.block(*id).is_some_and(|block| !block.is_token());
        let above = below.and_then(|below| {
            graph.reached(below.into_iter().filter(pools), SearchDirection::Tokens, &mut budget)
        });
        self.steps = budget as u64;
        let above = above.ok_or(BudgetExhausted)?;
        let names: BTreeSet<usize> = above
            .into_iter()
            .filter_map(|id| graph.block(id))
            .filter_map(|block| graph.name_at(block.vendor(), block.name()))
            .collect();
        let all = names.iter().filter_map(|at| players.get(at));
        let mut partners: Vec<&Competitor> = all.filter(|partner| partner.like == partner.at).collect();
        partners.sort_by_key(|partner| partner.is_pool);
        Ok(partners)
    }

    /// Searches for a size of a pool with which the last checkout is denied. Only sizes at which something more fits
    /// make a difference; `size` is the smallest of them.
    fn proof(
        &mut self,
        players: &[&Competitor],
        now: &Played,
        pool: GraphBlockId,
        mut size: u64,
    ) -> Result<Option<MoreMeansLess>, BudgetExhausted> {
        if now.denied.is_some() {
            return Ok(None);
        }
        for _ in 0..MOST_SIZES {
            let Some(larger) = count_for(self.cx, now, pool, size) else { return Ok(None) };
            let more = size_now(now, pool).and_then(|before| size.checked_sub(before)).unwrap_or_default();
            let mut then = self.play(players, Some((pool, more)))?;
            match then.denied {
                Some((which, lack)) if which + 1 == players.len() => {
                    let taken = std::mem::take(&mut then.taken);
                    return Ok(self.proven(players, now, (pool, larger), taken, lack));
                }
                // A denial of the first is reported for that checkout alone.
                Some(_) => return Ok(None),
                None => {}
            }
            let next = then.refusals.iter().filter(|one| one.pool == pool && one.needed > size);
            let Some(next) = next.map(|one| one.needed).min() else { return Ok(None) };
            size = next;
        }
        Err(BudgetExhausted)
    }

    fn proven(
        &self,
        players: &[&Competitor],
        now: &Played,
        (pool, larger): (GraphBlockId, u64),
        then: Vec<Taken>,
        lack: Option<Refusal>,
    ) -> Option<MoreMeansLess> {
        let graph = self.cx.graph;
        let block = graph.block(pool)?;
        let names = players.iter().filter_map(|player| graph.names().get(player.at));
        Some(MoreMeansLess {
            features: names.map(|named| named.name.as_str().to_owned()).collect(),
            file: block.license.source.id(),
            block: block.feature.block,
            larger,
            pool,
            root: players.last()?.root,
            now: now.taken.clone(),
            then,
            lack,
        })
    }

    /// Runs checkouts in sequence from full pools, with `more` licenses in a pool, up to the first that is denied.
    fn play(
        &mut self,
        players: &[&Competitor],
        more: Option<(GraphBlockId, u64)>,
    ) -> Result<Played, BudgetExhausted> {
        let cx = self.cx;
        let names =
            players.iter().filter_map(|player| Some((cx.graph.names().get(player.at)?, player.version)));
        let names: Vec<_> = names.collect();
        let trials = self.trials.get_or_insert_with(|| Trials::new(cx.graph, cx.model()));
        trials.sequence(&names, cx.options.at, more, &mut self.steps).ok_or(BudgetExhausted)
    }
}

/// The pools that were too small, each with the smallest size at which more fits.
fn thresholds(played: &Played) -> BTreeMap<GraphBlockId, u64> {
    let mut least: BTreeMap<GraphBlockId, u64> = BTreeMap::new();
    for refusal in &played.refusals {
        let size = least.entry(refusal.pool).or_insert(refusal.needed);
        *size = refusal.needed.min(*size);
    }
    least
}

/// The size of a pool that was too small for a draw.
fn size_now(played: &Played, pool: GraphBlockId) -> Option<u64> {
    played.refusals.iter().find(|refusal| refusal.pool == pool).map(|refusal| refusal.size)
}

/// The COUNT that gives a pool the total `size`, UPGRADEs included; `None` if that COUNT is not valid.
fn count_for(cx: &Context<'_>, now: &Played, pool: GraphBlockId, size: u64) -> Option<u64> {
    let own = cx.graph.block(pool)?.own_size();
    let more = size.checked_sub(size_now(now, pool)?)?;
    own.checked_add(more).filter(|count| own < UNLIMITED && *count <= LARGEST_COUNT)
}
