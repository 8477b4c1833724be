//! Views of a state on the lots of METERED names, each made when it is first used.

use super::balance::Left;
use super::index_vec::{BlockId, TargetId};
use super::lots::{Sum, Tree, View};
use super::model::Model;
use super::state::State;

/// Maximum number of views of one name. Above it, the oldest view is dropped and rebuilt when needed.
const MOST_VIEWS: usize = 16;

impl State {
    /// Notes that the use of a lot changed.
    pub(super) fn touch_lot(&mut self, model: &Model, lot: BlockId) {
        let row = model.blocks.get(lot);
        for view in self.lots.views.get_mut(&row.target).into_iter().flatten() {
            view.stale.push(row.terms().lot);
        }
    }

    /// Updates the view of a name and returns its sum: the lots that serve a version, today. `version` is at
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
        extras: &[(BlockId, u64)],
    ) -> Sum {
        self.with_view(model, target, version, |state, view| {
            let sums = extras.iter().filter(|(block, _)| model.blocks.get(*block).target == target);
            for (block, _) in sums {
                let more = extras.iter().filter(|(other, _)| other == block);
                let more = more.fold(0, |sum: u64, (_, amount)| sum.saturating_add(*amount));
                let number = model.blocks.get(*block).terms().lot;
                if model.targets.get(target).lists().lots.get(number as usize) == Some(block) {
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
            if let Some(block) = model.targets.get(target).lists().lots.get(lot as usize) {
                view.tree.set(lot, self.lot_sum(model, *block, version, 0));
            }
        }
        let result = use_it(self, view);
        self.lots.views.insert(target, views);
        result
    }

    fn new_view(&mut self, model: &Model, target: TargetId, version: u32) -> View {
        let lots = &model.targets.get(target).lists().lots;
        self.spend(lots.iter().map(|lot| model.weight(*lot)).sum());
        let tree = Tree::new(lots.iter().map(|lot| self.lot_sum(model, *lot, version, 0)));
        View { version, day: self.now.date(), tree, stale: Vec::new() }
    }

    /// Looks again at the lots whose dates begin or end between the day of a view and today.
    fn turn(&mut self, model: &Model, target: TargetId, view: &mut View) {
        let today = self.now.date();
        let (first, last) = (view.day.min(today), view.day.max(today));
        let row = model.targets.get(target);
        let from = row.lists().turns.partition_point(|(day, _)| *day <= first);
        let turned = row.lists().turns.iter().skip(from).take_while(|(day, _)| *day <= last);
        view.stale.extend(turned.map(|(_, lot)| *lot));
        view.day = today;
    }

    /// The state of one lot, assuming extra licenses.
    fn lot_sum(&self, model: &Model, lot: BlockId, version: u32, extra: u64) -> Sum {
        match self.lot_left(model, lot, version, extra) {
            None => Sum::default(),
            Some(Left { tokens, unlimited }) => {
                let row = model.blocks.get(lot);
                Sum {
                    left: u128::from(tokens),
                    usable: 1,
                    unlimited: u32::from(unlimited),
                    best: Some((row.version, row.terms().lot)),
                }
            }
        }
    }

    /// The lot that people are shown for a name: of those that could be charged the one that serves most versions, and
    /// of these the one that lasts longest; where none could be, the last that is new enough.
    pub(super) fn shown_lot(&mut self, model: &Model, target: TargetId, version: u32) -> Option<BlockId> {
        let row = model.targets.get(target);
        let newest = row.lists().newest_lot?;
        if model.blocks.get(newest).version < version {
            return Some(newest);
        }
        let best = self.lots_sum(model, target, version).best;
        let best = best.and_then(|(_, number)| row.lists().lots.get(number as usize).copied());
        Some(best.unwrap_or(newest))
    }
}

/// The lowest version of a lot that serves a version: all that are between serve and miss the same lots.
fn class(model: &Model, target: TargetId, version: u32) -> u32 {
    let versions = &model.targets.get(target).lists().lot_versions;
    versions.get(versions.partition_point(|has| *has < version)).copied().unwrap_or(version)
}
