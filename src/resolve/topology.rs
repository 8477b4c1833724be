//! The topological order of names, and the errors it reveals: cycles, chains that are too long, shared tokens above
//! shared licenses.
//!
//! Kahn's algorithm on arrays: linear in the number of dependencies, no recursion.

use keywright_license::Kind;

use super::index_vec::{BlockId, IndexVec, TargetId};
use super::model::{Model, ModelError};
use super::semantics::{MAX_CHAIN, MAX_COMPETING_BLOCKS};

/// Properties of a target, computed after its dependencies.
#[derive(Debug, Clone, Copy, Default)]
struct SubtreeFacts {
    /// Longest dependency chain from here, in edges.
    depth: usize,
    /// True if a block here or below has SHARE.
    shared: bool,
    /// True if `consume` can pass.
    burns: bool,
    /// Maximum number of hours it can be borrowed.
    lends: u32,
}

/// Checks the dependencies and computes the rank of each target.
pub(super) fn check(model: &mut Model) -> Result<(), ModelError> {
    limit_rivals(model)?;
    let order = sort(model)?;
    for (rank, target) in order.iter().enumerate() {
        model.targets.get_mut(*target).rank = u32::try_from(rank).unwrap_or(u32::MAX);
    }
    let mut below: IndexVec<TargetId, SubtreeFacts> = IndexVec::with_len(model.targets.len());
    for target in order.iter().rev() {
        *below.get_mut(*target) = look_below(model, &below, *target)?;
        reach(model, &mut below, *target);
        summarise(model, *target);
    }
    Ok(())
}

/// Rejects names with too many blocks that exclude or replace each other, because every attempt has to inspect them
/// all.
fn limit_rivals(model: &Model) -> Result<(), ModelError> {
    for (id, block) in model.blocks.iter() {
        let target = model.targets.get(block.target);
        let crowds = [target.exclusives.len(), target.replacers.len(), block.replaced_by.len()];
        if crowds.into_iter().any(|crowd| crowd > MAX_COMPETING_BLOCKS) {
            let name = model.name_text(block.name);
            let message =
                format!("more than {MAX_COMPETING_BLOCKS} blocks of `{name}` exclude or replace each other");
            let (license, span) = model.origin(id);
            return Err(ModelError { license, span, message });
        }
    }
    Ok(())
}

fn token_blocks(model: &Model, target: TargetId) -> impl Iterator<Item = BlockId> + '_ {
    let order = &model.targets.get(target).order;
    order.iter().copied().filter(|id| model.blocks.get(*id).kind == Kind::Token)
}

fn children(model: &Model, target: TargetId) -> impl Iterator<Item = TargetId> + '_ {
    token_blocks(model, target).flat_map(|id| model.blocks.get(id).edges.iter().map(|edge| edge.target))
}

/// Returns all targets, each before its dependencies.
fn sort(model: &Model) -> Result<Vec<TargetId>, ModelError> {
    let mut waiting: IndexVec<TargetId, usize> = IndexVec::with_len(model.targets.len());
    for (target, _) in model.targets.iter() {
        for child in children(model, target) {
            *waiting.get_mut(child) += 1;
        }
    }
    let mut order: Vec<TargetId> =
        waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| id).collect();
    let mut next = 0;
    while let Some(target) = order.get(next).copied() {
        next += 1;
        for child in children(model, target) {
            let count = waiting.get_mut(child);
            *count -= 1;
            if *count == 0 {
                order.push(child);
            }
        }
    }
    if order.len() == model.targets.len() { Ok(order) } else { Err(cycle_error(model, &waiting)) }
}

/// Reports a cycle. Every remaining target has a remaining predecessor, so walking backwards must return to itself.
fn cycle_error(model: &Model, waiting: &IndexVec<TargetId, usize>) -> ModelError {
    let mut parent: IndexVec<TargetId, Option<TargetId>> = IndexVec::with_len(model.targets.len());
    let mut start = None;
    for (target, count) in waiting.iter().filter(|(_, count)| **count > 0) {
        debug_assert!(*count > 0);
        for child in children(model, target).filter(|child| *waiting.get(*child) > 0) {
            *parent.get_mut(child) = Some(target);
        }
        start = start.or(Some(target));
    }
    let mut seen: IndexVec<TargetId, bool> = IndexVec::with_len(model.targets.len());
    let mut at = start.unwrap_or_default();
    while !*seen.get(at) {
        *seen.get_mut(at) = true;
        at = parent.get(at).unwrap_or(at);
    }
    let mut ring = vec![at];
    let mut back = parent.get(at).unwrap_or(at);
    while back != at {
        ring.push(back);
        back = parent.get(back).unwrap_or(at);
    }
    ring.push(at);
    ring.reverse();
    let first = ring.first().copied().unwrap_or_default();
    fault(model, first, format!("dependency cycle: {}", chain_text(model, &ring)))
}

fn chain_text(model: &Model, chain: &[TargetId]) -> String {
    let names: Vec<String> = chain
        .iter()
        .map(|target| format!("`{}`", model.name_text(model.targets.get(*target).name)))
        .collect();
    match names.as_slice() {
        [head @ .., last] if names.len() > 9 => {
            let shown = head.get(..8).unwrap_or(head).join(" → ");
            format!("{shown} → … → {last}")
        }
        _ => names.join(" → "),
    }
}

fn fault(model: &Model, target: TargetId, message: String) -> ModelError {
    let block = token_blocks(model, target).next();
    let (license, span) = block.map_or((0, Default::default()), |id| model.origin(id));
    ModelError { license, span, message }
}

fn look_below(
    model: &Model,
    below: &IndexVec<TargetId, SubtreeFacts>,
    target: TargetId,
) -> Result<SubtreeFacts, ModelError> {
    let name = || model.name_text(model.targets.get(target).name);
    let mut sum = SubtreeFacts::default();
    for child in children(model, target) {
        sum.depth = sum.depth.max(below.get(child).depth + 1);
    }
    if sum.depth > MAX_CHAIN {
        let text = format!("dependency chain too deep: more than {MAX_CHAIN} dependencies from `{}`", name());
        return Err(fault(model, target, text));
    }
    for id in &model.targets.get(target).order {
        let block = model.blocks.get(*id);
        let shared_below = block.edges.iter().any(|edge| below.get(edge.target).shared);
        if block.shared.any() && shared_below {
            let text =
                format!("double sharing: the token `{}` and one of its dependencies both have SHARE", name());
            let (license, span) = model.origin(*id);
            return Err(ModelError { license, span, message: text });
        }
        sum.shared |= block.shared.any() || shared_below;
    }
    Ok(sum)
}

/// Computes what `consume` and `borrow` can reach with some choice of alternatives, in any state and on any day.
fn reach(model: &mut Model, below: &mut IndexVec<TargetId, SubtreeFacts>, target: TargetId) {
    let (mut burns, mut lends) = (false, 0);
    for id in model.targets.get(target).order.clone() {
        let row = model.blocks.get_mut(id);
        let edges = || row.edges.iter().map(|edge| below.get(edge.target));
        let (block_burns, block_lends) = match row.kind {
            _ if !row.supported => (false, 0),
            Kind::Metered => (true, u32::MAX),
            Kind::Token => (edges().all(|it| it.burns), edges().map(|it| it.lends).min().unwrap_or(0)),
            Kind::Exclusive | Kind::Additive => (false, row.borrow.unwrap_or(0)),
            Kind::Local | Kind::Activation | Kind::Upgrade => (false, 0),
        };
        (row.burns, row.lends) = (block_burns, block_lends);
        burns |= block_burns;
        lends = lends.max(block_lends);
    }
    let row = below.get_mut(target);
    (row.burns, row.lends) = (burns, lends);
}

/// Computes whether paths from here can be merged, and how many there are.
fn summarise(model: &mut Model, target: TargetId) {
    let row = model.targets.get(target);
    // METERED blocks of different versions do not act as one block: a request for a higher version reaches fewer of
    // them.
    let version = |lot: &BlockId| model.blocks.get(*lot).version;
    let alike =
        row.lots.windows(2).all(|pair| pair.iter().map(version).min() == pair.iter().map(version).max());
    let mut simple = row.order.len() <= 1 && alike;
    let mut paths: u64 = 1;
    for id in &row.order {
        for edge in &model.blocks.get(*id).edges {
            let child = model.targets.get(edge.target);
            simple &= child.simple;
            paths = paths.saturating_add(child.paths);
        }
    }
    let row = model.targets.get_mut(target);
    row.simple = simple;
    row.paths = paths;
}
