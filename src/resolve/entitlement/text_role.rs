//! The role of a block by the license texts alone: its dates, REPLACES, duplicates, and EXCLUSIVE and UPGRADE blocks. The
//! resolver reads here which blocks are in force and how many licenses they have.

use jiff::civil::Date;

use keywright_license::Kind;

use super::role::{Obstacle, Role};
use crate::block::Replaced;
use crate::index_vec::BlockId;
use crate::model::Model;
use crate::reason::Reason;
use crate::semantics::{MAX_COMPETING_BLOCKS, supersedes};

impl Model {
    /// Returns true if a block is in force: within its dates, not replaced, not a duplicate, and not preceded by another
    /// EXCLUSIVE block.
    #[must_use]
    pub fn in_force(&self, block: BlockId, day: Date) -> bool {
        self.out_of_force(block, day).is_none()
    }

    /// Returns the role of a block that is not in force on `day`, or `None` if it is.
    pub(crate) fn out_of_force(&self, block: BlockId, day: Date) -> Option<Role> {
        let row = self.blocks.get(block);
        if let Some(first) = row.copy_of {
            return Some(Role::DuplicateOf(first));
        }
        let starts = row.start.filter(|start| *start > day).map(Role::StartsOn);
        let ended = row.end.filter(|end| *end < day).map(Role::EndedOn);
        starts
            .or(ended)
            .or_else(|| self.hidden_by(block, day).map(Role::ReplacedBy))
            .or_else(|| self.discarded_for(block, day).map(Role::OtherServes))
    }

    /// Returns the role of a block on `day` without its dependencies: a token can have the role [`Role::Serves`] although
    /// they are not met. See [`Entitlements`](super::Entitlements) for the complete role.
    #[must_use]
    pub fn role_by_text(&self, block: BlockId, day: Date) -> Role {
        let row = self.blocks.get(block);
        if let Some(role) = self.out_of_force(block, day) {
            return role;
        }
        if row.kind == Kind::Upgrade {
            return self.base_of(block, day).map_or(Role::NoBase, Role::AddsTo);
        }
        if !row.supported {
            return Role::CannotBeServed(Obstacle { reason: Reason::NotModelled, dependency: None });
        }
        Role::Serves
    }

    /// Returns the periods in which a block is in force, in order: the first and the last day of each. UPGRADE blocks are in
    /// force without a block that they add to. Empty for a block that the resolver does not model because too many blocks
    /// exclude or replace each other.
    #[must_use]
    pub fn periods_in_force(&self, block: BlockId) -> Vec<(Date, Date)> {
        let row = self.blocks.get(block);
        let target = self.targets.get(row.target);
        let rivals: &[BlockId] = if row.kind == Kind::Exclusive { target.exclusives() } else { &[] };
        let own = || rivals.iter().chain([&block]);
        let crowds = own().map(|one| self.blocks.get(*one).terms().replaced_by.len());
        if crowds
            .chain([rivals.len(), target.lists().replacers.len()])
            .any(|crowd| crowd > MAX_COMPETING_BLOCKS)
        {
            return Vec::new();
        }
        let replacers =
            own().flat_map(|one| &self.blocks.get(*one).terms().replaced_by).chain(&target.lists().replacers);
        let dated = own().chain(replacers).map(|one| self.blocks.get(*one));
        let after = |end: Date| end.tomorrow().ok();
        let changes = dated.flat_map(|one| [one.start, one.end.and_then(after)]).flatten();
        let mut days: Vec<Date> = changes.chain([Date::MIN]).collect();
        days.sort_unstable();
        days.dedup();
        let mut periods: Vec<(Date, Date)> = Vec::new();
        let nexts = days.iter().skip(1).map(Some).chain([None]);
        for (first, next) in days.iter().zip(nexts) {
            if !self.in_force(block, *first) {
                continue;
            }
            let last = next.and_then(|next| next.yesterday().ok()).unwrap_or(Date::MAX);
            match periods.last_mut().filter(|(_, before)| after(*before) == Some(*first)) {
                Some((_, before)) => *before = last,
                None => periods.push((*first, last)),
            }
        }
        periods
    }

    /// Licenses of a block on `day`, with upgrades; [`UNLIMITED`](crate::UNLIMITED) without a limit.
    #[must_use]
    pub fn capacity(&self, block: BlockId, day: Date) -> u64 {
        let row = self.blocks.get(block);
        if row.kind != Kind::Exclusive {
            return row.capacity;
        }
        let upgrades = self.targets.get(row.target).lists().upgrades.iter();
        upgrades
            .filter(|upgrade| self.in_force(**upgrade, day))
            .fold(row.capacity, |sum, upgrade| sum.saturating_add(self.blocks.get(*upgrade).capacity))
    }

    /// Returns the EXCLUSIVE block to which an UPGRADE adds on `day`.
    fn base_of(&self, upgrade: BlockId, day: Date) -> Option<BlockId> {
        let exclusives = self.targets.get(self.blocks.get(upgrade).target).exclusives();
        exclusives.iter().copied().find(|exclusive| self.stands_alone(*exclusive, day))
    }

    /// Returns the valid block that replaces this one.
    fn hidden_by(&self, block: BlockId, day: Date) -> Option<BlockId> {
        let row = self.blocks.get(block);
        let mut replacers =
            self.targets.get(row.target).lists().replacers.iter().chain(&row.terms().replaced_by).copied();
        replacers.find(|replacer| {
            *replacer != block
                && self.blocks.get(*replacer).covers(day)
                && supersedes(*replacer > block, self.replaces(block, *replacer))
        })
    }

    fn replaces(&self, replacer: BlockId, block: BlockId) -> bool {
        replacer != block
            && match self.blocks.get(replacer).terms().replaces {
                Replaced::Nothing => false,
                Replaced::Target(target) => self.blocks.get(block).target == target,
                Replaced::Block(named) => named == block,
            }
    }

    /// Returns the earlier EXCLUSIVE block that is used instead. Only the first one in force is used.
    fn discarded_for(&self, block: BlockId, day: Date) -> Option<BlockId> {
        let row = self.blocks.get(block);
        if row.kind != Kind::Exclusive {
            return None;
        }
        let earlier = self.targets.get(row.target).exclusives().iter().copied();
        earlier.take_while(|earlier| *earlier < block).find(|earlier| self.stands_alone(*earlier, day))
    }

    /// Returns true if a block is within its dates and not replaced.
    fn stands_alone(&self, block: BlockId, day: Date) -> bool {
        self.blocks.get(block).covers(day) && self.hidden_by(block, day).is_none()
    }
}
