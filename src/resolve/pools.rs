//! The pools of a state. Only pools that were used take memory: a state of 100,000 blocks of which a scenario uses
//! three has three pools.

use keywright_syntax::effort;

use super::draw::Pool;
use super::fast_hash::IndexMap;
use super::index_vec::BlockId;

/// The pools, by block.
#[derive(Debug, Default)]
pub(super) struct Pools {
    used: IndexMap<BlockId, Pool>,
    spare: Pool,
}

impl Clone for Pools {
    fn clone(&self) -> Self {
        effort::spend_on(self.used.len());
        Self { used: self.used.clone(), spare: self.spare }
    }
}

impl Pools {
    pub(super) fn get(&self, block: BlockId) -> &Pool {
        self.used.get(&block).unwrap_or(&self.spare)
    }

    pub(super) fn get_mut(&mut self, block: BlockId) -> &mut Pool {
        self.used.entry(block).or_default()
    }

    /// The pools that were used, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (BlockId, &Pool)> {
        self.used.iter().map(|(block, pool)| (*block, pool))
    }

    /// Returns the number of pools that were used.
    pub(super) fn len(&self) -> usize {
        self.used.len()
    }
}
