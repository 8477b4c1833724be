//! Trial checkouts of the capacity rules: the resolver runs them, and its blocks are translated to those of the graph.

use jiff::civil::Date;

use keywright_license::Version;
use keywright_resolve::graph::{FeatureGroup, Graph, GraphBlockId};
use keywright_resolve::{self as resolve, Interner, Model, Request, Requester};

/// Maximum number of steps of one trial, which are mostly attempts at a block.
pub(super) const STEPS: u64 = 16_000;

/// A pool that is too small for a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The pool.
    pub(crate) pool: GraphBlockId,
    /// The number that would be in use.
    pub(crate) needed: u64,
    /// The number in use before the draw.
    pub(crate) used: u64,
    /// The size of the pool.
    pub(crate) size: u64,
}

/// The licenses that a checkout draws, by pool in file order.
pub(crate) type Taken = Vec<(GraphBlockId, u64)>;

/// The result of a trial.
#[derive(Debug)]
pub(crate) struct Played {
    /// The licenses drawn by each checkout before the denied one.
    pub(crate) taken: Vec<Taken>,
    /// The index of the denied checkout, and the smallest shortage of a pool, or `None` if no valid block serves.
    pub(crate) denied: Option<(usize, Option<Refusal>)>,
    /// All refusals for lack of licenses, in order.
    pub(crate) refusals: Vec<Refusal>,
    /// The next day on which a visited block may change.
    pub(crate) change: Option<Date>,
}

/// The customer of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Customer {
    /// Has all attributes that SHARE names, so that paths that meet in a shared block cost only the largest of them.
    Known,
    /// Has none of them.
    Unknown,
}

/// Runs trials from full pools.
pub(crate) struct Trials<'c, 'a> {
    graph: &'c Graph<'a>,
    model: &'c Model,
    trials: resolve::Trials<'c>,
    person: Requester,
}

impl<'c, 'a> Trials<'c, 'a> {
    pub(crate) fn new(graph: &'c Graph<'a>, model: &'c Model) -> Self {
        let person = Some(Interner::default().fresh("a customer"));
        let person = Requester { user: person, host: person, custom: person };
        Self { graph, model, trials: resolve::Trials::new(model), person }
    }

    /// Returns false if the resolver does not model a block.
    pub(crate) fn can_play(&self, block: GraphBlockId) -> bool {
        self.model.block(block.index()).is_some_and(|block| self.model.is_modelled(block))
    }

    /// Runs one checkout of a token block alone. Subtracts the steps from `budget`; returns `None` if the limit is
    /// reached.
    pub(crate) fn token(
        &mut self,
        token: GraphBlockId,
        day: Date,
        customer: Customer,
        budget: &mut u64,
    ) -> Option<Played> {
        let who = match customer {
            Customer::Known => self.person,
            Customer::Unknown => Requester::default(),
        };
        let token = self.model.block(token.index())?;
        let trial = within(budget, |steps| self.trials.token(day, token, who, steps))?;
        Some(self.played(&trial))
    }

    /// Runs checkouts in sequence, one license each, with `more` licenses in some pools. Subtracts the steps from
    /// `budget`; returns `None` if the limit is reached.
    pub(crate) fn sequence(
        &mut self,
        names: &[(&FeatureGroup<'_>, Version)],
        day: Date,
        more: Option<(GraphBlockId, u64)>,
        budget: &mut u64,
    ) -> Option<Played> {
        let request = |(named, version): &(&FeatureGroup<'_>, Version)| Request {
            feature: self.model.name(named.name.as_str()),
            count: 1,
            version: Some(*version),
            who: self.person,
        };
        let requests: Vec<Request> = names.iter().map(request).collect();
        let more = more.into_iter().filter_map(|(pool, more)| Some((self.model.block(pool.index())?, more)));
        let more: Vec<_> = more.collect();
        let trial = within(budget, |steps| self.trials.requests(day, &requests, &more, steps))?;
        Some(self.played(&trial))
    }

    fn played(&self, trial: &resolve::Trial) -> Played {
        let same = |block: resolve::BlockId| self.graph.blocks().get(block.index()).map(|block| block.id);
        let refusal = |short: resolve::Shortage| {
            let resolve::Shortage { block, needed, used, size } = short;
            Some(Refusal { pool: same(block)?, needed, used, size })
        };
        let taken = |draws: &Vec<(resolve::BlockId, u64)>| {
            draws.iter().filter_map(|(block, count)| Some((same(*block)?, *count))).collect()
        };
        Played {
            taken: trial.draws.iter().map(taken).collect(),
            denied: trial.denied.map(|denial| (denial.request, denial.shortage.and_then(refusal))),
            refusals: trial.shortages.iter().copied().filter_map(refusal).collect(),
            change: trial.change,
        }
    }
}

/// Runs a trial with at most [`STEPS`] of a budget.
fn within<T>(budget: &mut u64, run: impl FnOnce(&mut u64) -> Option<T>) -> Option<T> {
    let steps = STEPS.min(*budget);
    let mut left = steps;
    let found = run(&mut left);
    *budget -= steps - left;
    found
}
