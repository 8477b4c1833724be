//! Taking back the changes of a walk.

use super::model::Model;
use super::state::State;
use super::undo_log::{Charges, Undo};

impl Undo {
    pub(super) fn apply(self, model: &Model, state: &mut State, charges: &mut Charges) {
        match self {
            Self::Charged => charges.pop(),
            Self::Burning(at) => charges.reopen(at),
            Self::Pool { block, amount, open } => state.subtract(block, amount, open),
            Self::Joined { group, size } => {
                state.groups.leave(group, size, &[]);
            }
            Self::Closed { block, before, after } => state.shift_open(block, after, before),
            Self::BurnedFor { group, before } => state.groups.get_mut(group).burned_for = before,
            Self::Lot { block, tokens, spent, period } => {
                state.subtract(block, tokens, false);
                state.touch_lot(model, block);
                if let Some(spent) = spent {
                    state.spent.insert(block, spent);
                }
                state.unbill(block, period, tokens);
            }
        }
    }
}
