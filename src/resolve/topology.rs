//! Uses the dependency graph of a model: the errors that it reveals, namely cycles, chains that are too long and shared
//! tokens above shared licenses, and what each name can reach.

use std::collections::HashSet;

use crate::graph::{self, DependencyTarget, Graph, Metrics};
use keywright_license::Kind;

use super::block::Block;
use super::few::Few;
use super::index_vec::{BlockId, Index, IndexVec, TargetId};
use super::model::{Model, ModelError};
use super::semantics::{MAX_CHAIN, MAX_COMPETING_BLOCKS};

/// Properties of a target, computed after its dependencies.
#[derive(Debug, Clone, Copy, Default)]
struct SubtreeFacts {
    /// True if `consume` can pass.
    burns: bool,
    /// Maximum number of hours it can be borrowed.
    lends: u32,
}

/// Checks the dependencies, and computes what each target can reach.
pub(super) fn check(model: &mut Model, graph: &Graph<'_>) -> Result<(), ModelError> {
    if let Some(block) = rivals(model).next() {
        let name = model.name_text(model.name_of(block));
        let message =
            format!("more than {MAX_COMPETING_BLOCKS} blocks of `{name}` exclude or replace each other");
        return Err(error(model, block, message));
    }
    let names = graph.sort_names(|_| false).map_err(|ring| cycle_error(model, graph, &ring))?;
    let measures = Metrics::new(graph);
    if let Some(block) = too_long(graph, &measures).next() {
        let name = block.name();
        let text = format!("dependency chain too deep: more than {MAX_CHAIN} dependencies from `{name}`");
        return Err(error(model, same(block.id), text));
    }
    if let Some(block) = shared_twice(model, graph).into_iter().next() {
        let name = model.name_text(model.name_of(block));
        let text = format!("double sharing: the token `{name}` and one of its dependencies both have SHARE");
        return Err(error(model, block, text));
    }
    look_below(model, &names);
    Ok(())
}

/// Marks the blocks that [`check`] would reject, and all blocks that depend on them, as not supported. Then computes what
/// each target can reach.
pub(super) fn leave_out(model: &mut Model, graph: &Graph<'_>, measures: &Metrics) {
    let may_loop = |target| {
        matches!(target, DependencyTarget::Itself | DependencyTarget::TooOld | DependencyTarget::Unreadable)
    };
    let unserved = |id| graph.needs(id).any(|(_, _, target)| may_loop(target));
    let unsorted = graph.blocks().iter().map(|block| block.id);
    let unsorted = unsorted.filter(|id| measures.depth(*id).is_none() || unserved(*id)).map(same);
    let mut out: HashSet<BlockId> = rivals(model).chain(unsorted).collect();
    out.extend(too_long(graph, measures).map(|block| same(block.id)));
    out.extend(shared_twice(model, graph));
    let ways = graph.ways_to(|id| out.contains(&same(id)));
    let above = graph.blocks().iter().map(|block| block.id).filter(|id| ways.leads_from(*id));
    out.extend(above.map(same));
    for id in &out {
        let row = model.blocks.get_mut(*id);
        row.supported = false;
        row.edges = Few::None;
    }
    // Without the dependencies of these blocks there are no cycles.
    let names = graph.sort_names(|id| out.contains(&same(id))).unwrap_or_default();
    look_below(model, &names);
}

/// The model's handle of a block of the graph from which it was compiled.
fn same(id: graph::GraphBlockId) -> BlockId {
    BlockId::of(id.index())
}

fn error(model: &Model, block: BlockId, message: String) -> ModelError {
    let (license, span) = model.origin(block);
    ModelError { license, span, message }
}

/// The blocks of names with too many blocks that exclude or replace each other, because every attempt has to inspect
/// them all.
fn rivals(model: &Model) -> impl Iterator<Item = BlockId> + '_ {
    let is_rival = |block: &Block| {
        let target = model.targets.get(block.target);
        let crowds =
            [target.exclusives().len(), target.lists().replacers.len(), block.terms().replaced_by.len()];
        crowds.into_iter().any(|crowd| crowd > MAX_COMPETING_BLOCKS)
    };
    model.blocks.iter().filter(move |(_, block)| is_rival(block)).map(|(id, _)| id)
}

/// The tokens with a chain of more than the maximum number of dependencies, the shortest chains only.
fn too_long<'g, 'a>(
    graph: &'g Graph<'a>,
    measures: &'g Metrics,
) -> impl Iterator<Item = &'g graph::GraphBlock<'a>> {
    let depth = |id| measures.depth(id).and_then(|depth| usize::try_from(depth).ok());
    graph.blocks().iter().filter(move |block| depth(block.id) == Some(MAX_CHAIN + 1))
}

/// The shared tokens that reach another shared block.
fn shared_twice(model: &Model, graph: &Graph<'_>) -> Vec<BlockId> {
    let is_shared = |id| model.blocks.get(same(id)).shared.any();
    let ways = graph.ways_to(is_shared);
    let blocks = graph.blocks().iter().map(|block| block.id);
    blocks.filter(|id| is_shared(*id) && ways.leads_from(*id)).map(same).collect()
}

fn cycle_error(model: &Model, graph: &Graph<'_>, ring: &[usize]) -> ModelError {
    let named = ring.iter().filter_map(|name| graph.names().get(*name));
    let names: Vec<String> = named.map(|named| format!("`{}`", named.name.as_str())).collect();
    let shown = match names.as_slice() {
        [head @ .., last] if names.len() > 9 => {
            let shown = head.get(..8).unwrap_or(head).join(" → ");
            format!("{shown} → … → {last}")
        }
        _ => names.join(" → "),
    };
    let first = ring.first().and_then(|name| graph.names().get(*name));
    let mut blocks = first.into_iter().flat_map(|named| &named.blocks);
    let token = blocks.find(|id| model.kind(same(**id)) == Kind::Token);
    error(model, token.map(|id| same(*id)).unwrap_or_default(), format!("dependency cycle: {shown}"))
}

/// Computes the rank of each target and what it can reach, given all names in topological order. Dependencies without
/// blocks rank last.
fn look_below(model: &mut Model, names: &[usize]) {
    let missing = (0..model.targets.len()).skip(names.len());
    let order: Vec<TargetId> = names.iter().copied().chain(missing).map(TargetId::of).collect();
    let mut below: IndexVec<TargetId, SubtreeFacts> = IndexVec::with_len(model.targets.len());
    for (rank, target) in order.into_iter().enumerate().rev() {
        model.targets.get_mut(target).rank = u32::try_from(rank).unwrap_or(u32::MAX);
        reach(model, &mut below, target);
        summarise(model, target);
    }
}

/// Computes what `consume` and `borrow` can reach with some choice of alternatives, in any state and on any day.
fn reach(model: &mut Model, below: &mut IndexVec<TargetId, SubtreeFacts>, target: TargetId) {
    let (mut burns, mut lends) = (false, 0);
    for id in &model.targets.get(target).order.clone() {
        let row = model.blocks.get_mut(*id);
        let edges = || row.edges.iter().map(|edge| below.get(edge.target));
        let (block_burns, block_lends) = match row.kind {
            _ if !row.supported => (false, 0),
            Kind::Metered => (true, u32::MAX),
            Kind::Token => (edges().all(|it| it.burns), edges().map(|it| it.lends).min().unwrap_or(0)),
            Kind::Exclusive | Kind::Additive => (false, row.terms().borrow.unwrap_or(0)),
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
    let alike = row
        .lists()
        .lots
        .windows(2)
        .all(|pair| pair.iter().map(version).min() == pair.iter().map(version).max());
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
