//! A simple implementation of pools, tokens and sharing, to compare the resolver with.

use std::collections::BTreeMap;

use crate::resolve_properties::{Block, Person};

/// The values that must be equal to share.
type Key = Vec<usize>;

fn key(block: &Block, who: Person) -> Option<Key> {
    let (user, host) = who;
    match block.shared? {
        "USER" => Some(vec![user]),
        "HOST" => Some(vec![host]),
        _ => Some(vec![user, host]),
    }
}

/// The state of the slow implementation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slow {
    /// Draws of checkouts: ticket, block, key, amount.
    pub(crate) draws: Vec<(usize, usize, Option<Key>, u64)>,
    /// Token groups: block, key, members by ticket, parts.
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    block: usize,
    key: Key,
    members: Vec<(usize, u64)>,
    parts: Vec<(usize, u64)>,
}

impl Slow {
    pub(crate) fn used(&self, block: usize) -> u64 {
        let mut sum = 0;
        let mut largest: BTreeMap<&Key, u64> = BTreeMap::new();
        for (_, of, key, amount) in &self.draws {
            match key {
                _ if *of != block => {}
                None => sum += amount,
                Some(key) => {
                    let group = largest.entry(key).or_default();
                    *group = (*group).max(*amount);
                }
            }
        }
        let of_groups: u64 = self.groups.iter().map(|group| group.used(block)).sum();
        sum + largest.values().sum::<u64>() + of_groups
    }

    pub(crate) fn checkout(
        &mut self,
        blocks: &[Block],
        ticket: usize,
        name: &str,
        count: u64,
        who: Person,
    ) -> bool {
        let before = self.clone();
        let served = self.serve(blocks, ticket, name, count, who, &mut None);
        if !served {
            *self = before;
        }
        served
    }

    /// `inside` collects the draws of a new token group.
    pub(crate) fn serve(
        &mut self,
        blocks: &[Block],
        ticket: usize,
        name: &str,
        count: u64,
        who: Person,
        inside: &mut Option<Vec<(usize, u64)>>,
    ) -> bool {
        let mut order: Vec<usize> = (0..blocks.len()).filter(|index| blocks[*index].name == name).collect();
        let live = |slow: &Self, index: usize| {
            let key = key(&blocks[index], who);
            key.is_some()
                && (slow.draws.iter().any(|(_, of, of_key, _)| *of == index && *of_key == key)
                    || slow
                        .groups
                        .iter()
                        .any(|group| group.block == index && Some(&group.key) == key.as_ref()))
        };
        order.sort_by_key(|index| !live(self, *index));
        for index in order {
            let before = (self.clone(), inside.clone());
            if self.try_block(blocks, ticket, index, count, who, inside) {
                return true;
            }
            (*self, *inside) = before;
        }
        false
    }

    pub(crate) fn try_block(
        &mut self,
        blocks: &[Block],
        ticket: usize,
        index: usize,
        count: u64,
        who: Person,
        inside: &mut Option<Vec<(usize, u64)>>,
    ) -> bool {
        let block = &blocks[index];
        let key = key(block, who);
        if let Some(capacity) = block.count {
            let before = self.used(index);
            match inside {
                Some(parts) => parts.push((index, count)),
                None => self.draws.push((ticket, index, key, count)),
            }
            let waiting: u64 = inside.iter().flatten().filter(|(of, _)| *of == index).map(|(_, n)| n).sum();
            let after = self.used(index) + waiting;
            return after <= capacity || after == before + waiting && waiting == 0;
        }
        let Some(key) = key else {
            return block
                .needs
                .iter()
                .all(|(name, each)| self.serve(blocks, ticket, name, each * count, who, inside));
        };
        let known = self.groups.iter().position(|group| group.block == index && group.key == key);
        if let Some(known) = known {
            self.groups[known].members.push((ticket, count));
            return blocks
                .iter()
                .enumerate()
                .all(|(of, block)| block.count.is_none_or(|capacity| self.used(of) <= capacity));
        }
        let mut parts = Some(Vec::new());
        for (name, each) in &block.needs {
            if !self.serve(blocks, ticket, name, each * count, who, &mut parts) {
                return false;
            }
        }
        let parts = parts.unwrap().into_iter().map(|(of, amount)| (of, amount / count)).collect();
        self.groups.push(Group { block: index, key, members: vec![(ticket, count)], parts });
        true
    }

    pub(crate) fn checkin(&mut self, ticket: usize) {
        self.draws.retain(|(of, ..)| *of != ticket);
        for group in &mut self.groups {
            group.members.retain(|(of, _)| *of != ticket);
        }
        self.groups.retain(|group| !group.members.is_empty());
    }
}

impl Group {
    fn used(&self, block: usize) -> u64 {
        let largest = self.members.iter().map(|(_, count)| *count).max().unwrap_or(0);
        self.parts.iter().filter(|(of, _)| *of == block).map(|(_, unit)| unit * largest).sum()
    }
}
