//! States reduced to what later requests by other people can notice. Analyses that play many orders of requests keep
//! these states, and need each of them only once.

use super::block::UNLIMITED;
use super::checkouts::Checkouts;
use super::draw::Part;
use super::groups::Group;
use super::index_vec::Index as _;
use super::model::Model;
use super::requester::Symbol;
use super::state::State;

impl State {
    /// Forgets who has checked out what. Usage remains, and with `host` the share groups that any user on this host
    /// joins. Nothing can be returned afterwards.
    pub fn forget_people(&mut self, host: Option<Symbol>) {
        self.slots = Checkouts::default();
        self.holder_index = None;
        self.due.clear();
        self.devices.clear();
        self.groups.retain(|key| host.is_some_and(|host| key.is_host_alone(host)));
    }

    /// Returns a key. Two states of a model with equal keys, without people (see [`Self::forget_people`]) and at the
    /// same time, give equal answers to all later requests.
    #[must_use]
    pub fn usage_key(&self, model: &Model) -> Vec<u64> {
        let day = self.now.date();
        let limited = |block| model.capacity(block, day) != UNLIMITED || self.spent.contains_key(&block);
        let used = self.pools.iter().filter(|(block, pool)| pool.used > 0 && limited(*block));
        let mut rows: Vec<Vec<u64>> =
            used.map(|(block, pool)| vec![0, block.row() as u64, pool.used, pool.open]).collect();
        rows.extend(self.groups.iter().map(group_key));
        rows.extend(self.spent.iter().map(|(block, money)| {
            let bytes = money.normalize().serialize();
            let words =
                bytes.chunks(8).map(|chunk| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
            [2, block.row() as u64].into_iter().chain(words).collect()
        }));
        rows.sort_unstable();
        rows.concat()
    }
}

/// The key of a share group.
fn group_key(group: &Group) -> Vec<u64> {
    let mut key =
        vec![1, group.block.row() as u64, group.largest(), group.burned_for, group.parts.len() as u64];
    for part in &group.parts {
        key.extend(match *part {
            Part::Pool { block, unit } => [0, block.row() as u64, 0, unit],
            Part::Burned { target, version, unit } => [1, target.row() as u64, u64::from(version), unit],
        });
    }
    key
}
