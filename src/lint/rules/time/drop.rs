//! Which tokens no longer fit once a license has less to give.

use jiff::civil::Date;

use crate::graph::{Block, BlockId, Toward};
use crate::lint::Context;
use crate::lint::first_fit::{DEEPEST, FirstFit, Outcome, STEPS};
use crate::lint::rules::capacity::shortage::follows;

/// ◆ Steps that all tries of a run may take together; a drop beyond them is told without its tokens.
const ALL_STEPS: usize = 2_000_000;

/// Looks for such tokens, within a bound.
pub(super) struct Drops<'c, 'a> {
    cx: &'c Context<'a>,
    /// Whether checkouts can be tried at all: not where blocks stand in for others, or checkouts of tokens share.
    plain: bool,
    steps: usize,
}

impl<'c, 'a> Drops<'c, 'a> {
    pub(super) fn new(cx: &'c Context<'a>) -> Self {
        let plain = cx.blocks().all(|block| {
            block.feature.replaces.is_none() && !(block.is_token() && block.feature.shares_counts())
        });
        Self { cx, plain, steps: ALL_STEPS }
    }

    /// The tokens that are served on `eve` and find too little of these blocks on `day`, with what they need. Those that
    /// only follow from others are left out.
    pub(super) fn starved(&mut self, pools: &[BlockId], eve: Date, day: Date) -> Vec<(&'c Block<'a>, u64)> {
        let graph = self.cx.graph;
        if !self.plain {
            return Vec::new();
        }
        let above = graph.reached(pools.iter().copied(), Toward::Tokens, &mut self.steps).unwrap_or_default();
        let mut found: Vec<(&Block<'a>, u64)> = Vec::new();
        for token in above.into_iter().filter_map(|id| graph.block(id)).filter(|block| block.is_token()) {
            let deep = self.cx.measures.depth(token.id).is_none_or(|depth| depth > DEEPEST);
            if deep || self.cx.measures.is_faulty(token.id) || self.play(token, eve) != Some(Outcome::Granted)
            {
                continue;
            }
            if let Some(Outcome::Denied(Some(lack))) = self.play(token, day)
                && pools.contains(&lack.pool)
            {
                found.push((token, lack.needed));
            }
        }
        let fails = |id| found.binary_search_by_key(&id, |(token, _)| token.id).is_ok();
        let mut causes = found.clone();
        causes.retain(|(token, _)| !follows(self.cx, token.id, fails));
        causes
    }

    fn play(&mut self, token: &Block<'_>, day: Date) -> Option<Outcome> {
        let room = STEPS.min(self.steps);
        let mut fit = FirstFit::new(self.cx.graph, self.cx.orders(), day, room).sharing(true);
        let outcome = fit.block(token.id, 1);
        self.steps -= room - fit.steps.min(room);
        outcome
    }
}
