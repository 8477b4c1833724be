//! The block that prevents a token from being borrowed.

use keywright_license::Kind;

use super::index_vec::BlockId;
use super::model::Model;
use super::outcome::Refusal;
use super::reason::Reason;
use super::semantics::{MAX_CHAIN, may_borrow, may_lend};

impl Model {
    /// Returns the refusal of a token that cannot be borrowed for so many hours. It names the first block below the token
    /// whose BORROW does not permit it.
    pub(super) fn not_lent(&self, token: BlockId, hours: u32) -> Refusal {
        let mut at = token;
        // A chain is never longer than the limit on chains.
        for _ in 0..=MAX_CHAIN {
            let row = self.blocks.get(at);
            if row.kind != Kind::Token {
                return Refusal::borrow(at, row.terms().borrow, hours);
            }
            let lends = |block: &BlockId| {
                let row = self.blocks.get(*block);
                if row.kind == Kind::Token { may_lend(row, hours) } else { may_borrow(row, hours) }
            };
            let orders = row.edges.iter().map(|edge| &self.targets.get(edge.target).order);
            let shut = orders.filter(|order| !order.iter().any(lends)).find_map(|order| order.first());
            let Some(next) = shut else { break };
            at = *next;
        }
        Refusal::new(Reason::NotDrawable)
    }
}
