//! What is left of the METERED lots of a name: sums over the lots in the order in which they are charged, so that a
//! consumption looks at the lots that it burns and not at all that there are.
//!
//! A view is for one name and for the lots that serve a version. It is made when it is first asked for; after that only
//! what was burned, and what a new day changes, is looked at again.

use jiff::civil::Date;

use super::fast_hash::IndexMap;
use super::index_vec::{BlockId, TargetId};
use super::metered::Left;
use super::model::Model;
use super::state::State;

/// Views of one name that are kept; beyond them the one that was made first is made anew when it is asked for.
const MOST_VIEWS: usize = 16;

/// The views of a state.
#[derive(Debug, Clone, Default)]
pub(super) struct Lots {
    views: IndexMap<TargetId, Vec<View>>,
}

/// The lots of a name that serve a version, on a day.
#[derive(Debug, Clone)]
struct View {
    version: u32,
    day: Date,
    tree: Tree,
    /// Lots that were burned or given back since.
    stale: Vec<u32>,
}

/// What is known of some lots together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Tokens that can be taken.
    pub(super) left: u128,
    /// Lots that serve now.
    pub(super) usable: u32,
    /// Those of them without a limit.
    pub(super) unlimited: u32,
    /// The highest version of those that serve now, and the last lot that has it.
    pub(super) best: Option<(u32, u32)>,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            left: self.left.saturating_add(other.left),
            usable: self.usable + other.usable,
            unlimited: self.unlimited + other.unlimited,
            best: self.best.max(other.best),
        }
    }
}

/// Sums of all halves, quarters and so on: a change of one lot changes as many sums as the list has bits of length.
#[derive(Debug, Clone, Default)]
struct Tree {
    /// The root at 1, the children of `n` at `2 * n` and `2 * n + 1`, the leaves in the second half.
    nodes: Vec<Sum>,
    leaves: usize,
}

impl Tree {
    fn new(all: impl ExactSizeIterator<Item = Sum>) -> Self {
        let leaves = all.len().next_power_of_two();
        let mut nodes = vec![Sum::default(); leaves];
        nodes.extend(all);
        nodes.resize(2 * leaves, Sum::default());
        let mut tree = Self { nodes, leaves };
        (1..leaves).rev().for_each(|at| tree.refresh(at));
        tree
    }

    fn node(&self, at: usize) -> Sum {
        self.nodes.get(at).copied().unwrap_or_default()
    }

    fn refresh(&mut self, at: usize) {
        let sum = self.node(2 * at).and(self.node(2 * at + 1));
        self.nodes.iter_mut().skip(at).take(1).for_each(|node| *node = sum);
    }

    fn set(&mut self, lot: u32, sum: Sum) {
        let mut at = self.leaves + lot as usize;
        self.nodes.iter_mut().skip(at).take(1).for_each(|node| *node = sum);
        while at > 1 {
            at /= 2;
            self.refresh(at);
        }
    }

    /// The first lot from `from` on that has something left, with how much.
    fn next(&self, from: u32) -> Option<(u32, u128)> {
        let mut at = self.leaves + from as usize;
        if from as usize >= self.leaves {
            return None;
        }
        // Up, until something to the right has some left; then down to the first of it.
        while self.node(at).left == 0 {
            while at % 2 == 1 {
                at /= 2;
            }
            if at == 0 {
                return None;
            }
            at += 1;
        }
        while at < self.leaves {
            at = if self.node(2 * at).left > 0 { 2 * at } else { 2 * at + 1 };
        }
        Some((u32::try_from(at - self.leaves).unwrap_or(u32::MAX), self.node(at).left))
    }

    /// What looking up or changing one lot costs.
    fn depth(&self) -> u64 {
        u64::from(self.leaves.trailing_zeros()) + 1
    }
}

impl State {
    /// Notes that the use of a lot changed.
    pub(super) fn touch_lot(&mut self, model: &Model, lot: BlockId) {
        let row = model.blocks.get(lot);
        for view in self.lots.views.get_mut(&row.target).into_iter().flatten() {
            view.stale.push(row.lot);
        }
    }

    /// Brings the view of a name up to date and returns its sum: the lots that serve a version, today. `version` is at
    /// most that of the newest lot.
    pub(super) fn lots_sum(&mut self, model: &Model, target: TargetId, version: u32) -> Sum {
        self.with_view(model, target, version, |_, view| view.tree.node(1))
    }

    /// As [`Self::lots_sum`], with more of some lots than there is. They are looked at again next time.
    pub(super) fn lots_sum_with(
        &mut self,
        model: &Model,
        target: TargetId,
        version: u32,
        gifts: &[(BlockId, u64)],
    ) -> Sum {
        self.with_view(model, target, version, |state, view| {
            let sums = gifts.iter().filter(|(block, _)| model.blocks.get(*block).target == target);
            for (block, _) in sums {
                let more = gifts.iter().filter(|(other, _)| other == block);
                let more = more.fold(0, |sum: u64, (_, amount)| sum.saturating_add(*amount));
                let number = model.blocks.get(*block).lot;
                if model.targets.get(target).lots.get(number as usize) == Some(block) {
                    view.tree.set(number, state.lot_sum(model, *block, version, more));
                    view.stale.push(number);
                }
            }
            view.tree.node(1)
        })
    }

    /// The first lot from `from` on that has something left, with how much, in the view that was last brought up to
    /// date for the name and the version.
    pub(super) fn next_lot(
        &mut self,
        model: &Model,
        target: TargetId,
        version: u32,
        from: u32,
    ) -> Option<(u32, u64)> {
        let version = class(model, target, version);
        let views = self.lots.views.get(&target)?;
        let view = views.iter().find(|view| view.version == version)?;
        let (found, cost) = (view.tree.next(from), view.tree.depth());
        self.spend(cost);
        found.map(|(lot, left)| (lot, u64::try_from(left).unwrap_or(u64::MAX)))
    }

    fn with_view<T>(
        &mut self,
        model: &Model,
        target: TargetId,
        version: u32,
        use_it: impl FnOnce(&Self, &mut View) -> T,
    ) -> T {
        let version = class(model, target, version);
        let mut views = self.lots.views.remove(&target).unwrap_or_default();
        let today = self.now.date();
        let known = views.iter().position(|view| view.version == version);
        let at = known.unwrap_or_else(|| {
            if views.len() == MOST_VIEWS {
                views.remove(0);
            }
            views.push(self.new_view(model, target, version));
            views.len() - 1
        });
        let mut fallback = None;
        let view = match views.get_mut(at) {
            Some(view) => view,
            None => fallback.insert(self.new_view(model, target, version)),
        };
        if view.day != today {
            self.turn(model, target, view);
        }
        let stale = std::mem::take(&mut view.stale);
        self.spend(1 + stale.len() as u64 * view.tree.depth());
        for lot in stale {
            if let Some(block) = model.targets.get(target).lots.get(lot as usize) {
                view.tree.set(lot, self.lot_sum(model, *block, version, 0));
            }
        }
        let result = use_it(self, view);
        self.lots.views.insert(target, views);
        result
    }

    fn new_view(&mut self, model: &Model, target: TargetId, version: u32) -> View {
        let lots = &model.targets.get(target).lots;
        self.spend(lots.iter().map(|lot| model.weight(*lot)).sum());
        let tree = Tree::new(lots.iter().map(|lot| self.lot_sum(model, *lot, version, 0)));
        View { version, day: self.now.date(), tree, stale: Vec::new() }
    }

    /// Looks again at the lots whose dates begin or end between the day of a view and today.
    fn turn(&mut self, model: &Model, target: TargetId, view: &mut View) {
        let today = self.now.date();
        let (first, last) = (view.day.min(today), view.day.max(today));
        let row = model.targets.get(target);
        let from = row.turns.partition_point(|(day, _)| *day <= first);
        let turned = row.turns.iter().skip(from).take_while(|(day, _)| *day <= last);
        view.stale.extend(turned.map(|(_, lot)| *lot));
        view.day = today;
    }

    /// What is known of one lot, if it were larger by a gift.
    fn lot_sum(&self, model: &Model, lot: BlockId, version: u32, gift: u64) -> Sum {
        match self.lot_left(model, lot, version, gift) {
            None => Sum::default(),
            Some(Left { tokens, unlimited }) => {
                let row = model.blocks.get(lot);
                Sum {
                    left: u128::from(tokens),
                    usable: 1,
                    unlimited: u32::from(unlimited),
                    best: Some((row.version, row.lot)),
                }
            }
        }
    }
}

impl Lots {
    /// How much there is to copy.
    pub(super) fn len(&self) -> usize {
        self.views.values().flatten().map(|view| view.tree.nodes.len()).sum()
    }
}

/// The lowest version of a lot that serves a version: all that are between serve and miss the same lots.
fn class(model: &Model, target: TargetId, version: u32) -> u32 {
    let versions = &model.targets.get(target).lot_versions;
    versions.get(versions.partition_point(|has| *has < version)).copied().unwrap_or(version)
}

/// The days on which lots begin or end to be in force, each with the place of the lot, in order.
pub(super) fn turns(model: &Model, target: TargetId) -> Vec<(Date, u32)> {
    let row = model.targets.get(target);
    let mut turns = Vec::new();
    for (number, lot) in (0..).zip(&row.lots) {
        let block = model.blocks.get(*lot);
        let others = row.replacers.iter().chain(&block.replaced_by);
        for block in std::iter::once(lot).chain(others).map(|block| model.blocks.get(*block)) {
            let after = block.end.and_then(|end| end.tomorrow().ok());
            turns.extend([block.start, after].into_iter().flatten().map(|day| (day, number)));
        }
    }
    turns.sort_unstable();
    turns.dedup();
    turns
}
