//! A large graph, grouped by the pools that its features draw on.

use std::collections::BTreeMap;

use super::{FeatureGraph, FeatureNode, NodeKind};

/// Maximum number of pools that distinguish groups. Features with more are grouped by the first ones.
const MOST_POOLS: usize = 8;

/// A graph whose tokens are grouped by the pools that they draw on.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedGraph {
    /// Groups of tokens, the largest first.
    pub sets: Vec<FeatureSet>,
    /// The pools that tokens draw on: indices in [`FeatureGraph::nodes`], in file order.
    pub pools: Vec<usize>,
    /// Indices of the other features.
    pub others: Vec<usize>,
}

/// Tokens that draw on the same pools, directly or through other tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSet {
    /// Indices of the tokens in [`FeatureGraph::nodes`], in file order.
    pub features: Vec<usize>,
    /// Indices of their pools.
    pub pools: Vec<usize>,
}

impl FeatureGraph {
    /// Groups the tokens by the pools that they draw on.
    #[must_use]
    pub fn grouped(&self) -> GroupedGraph {
        let pools = self.pools_below();
        let mut by_pools: BTreeMap<&[usize], Vec<usize>> = BTreeMap::new();
        let is_token = |node: &FeatureNode| matches!(node.kind, NodeKind::Token | NodeKind::Mixed);
        for (at, _) in self.nodes.iter().enumerate().filter(|(_, node)| is_token(node)) {
            let below = pools.get(at).map_or(&[][..], Vec::as_slice);
            by_pools.entry(below).or_default().push(at);
        }
        let mut is_drawn = vec![false; self.nodes.len()];
        for pool in by_pools.keys().flat_map(|pools| pools.iter()) {
            is_drawn.get_mut(*pool).into_iter().for_each(|drawn| *drawn = true);
        }
        let is_pool = |at: usize| is_drawn.get(at).copied().unwrap_or_default();
        let indices = || 0..self.nodes.len();
        let is_other = |at: usize| !is_pool(at) && self.nodes.get(at).is_some_and(|node| !is_token(node));
        let mut sets: Vec<FeatureSet> = by_pools
            .iter()
            .map(|(pools, features)| FeatureSet { features: features.clone(), pools: pools.to_vec() })
            .collect();
        sets.sort_by_key(|set| (std::cmp::Reverse(set.features.len()), set.features.first().copied()));
        GroupedGraph {
            sets,
            pools: indices().filter(|at| is_pool(*at)).collect(),
            others: indices().filter(|at| is_other(*at)).collect(),
        }
    }

    /// Returns for each feature the first pools below it. A pool is a feature without dependencies.
    fn pools_below(&self) -> Vec<Vec<usize>> {
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut open_needs = vec![0_usize; self.nodes.len()];
        for edge in &self.edges {
            above.get_mut(edge.to).into_iter().for_each(|above| above.push(edge.from));
            open_needs.get_mut(edge.from).into_iter().for_each(|open| *open += 1);
        }
        let mut pools: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        // Pools first, then each feature when all its dependencies are done. Features of a cycle have no pools.
        let is_done = |(at, open): (usize, &usize)| (*open == 0).then_some(at);
        let mut ready: Vec<usize> = open_needs.iter().enumerate().filter_map(is_done).collect();
        for at in &ready {
            pools.get_mut(*at).into_iter().for_each(|own| own.push(*at));
        }
        while let Some(at) = ready.pop() {
            let own = pools.get(at).cloned().unwrap_or_default();
            for from in above.get(at).into_iter().flatten() {
                if let Some(theirs) = pools.get_mut(*from) {
                    theirs.extend(&own);
                    theirs.sort_unstable();
                    theirs.dedup();
                    theirs.truncate(MOST_POOLS);
                }
                if let Some(open) = open_needs.get_mut(*from) {
                    *open -= 1;
                    if *open == 0 {
                        ready.push(*from);
                    }
                }
            }
        }
        pools
    }
}
