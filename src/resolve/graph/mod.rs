//! The dependency graph of one or more license files: dependencies, cycles, chains and costs.
//!
//! Independent of rules and output. The linter reports its faults, and the resolver compiles its models from it. All
//! algorithms are iterative, and linear in the number of blocks and dependencies. Of the algorithms of petgraph, only
//! `kosaraju_scc` is used, because the others recurse and would overflow the stack on a long chain.
//!
//! ```text
//! block ──dependency (a step)──▶ name ──alternative──▶ block
//! ```
//!
//! Names are resolved within one vendor. Only sound blocks are in the graph; the names of other blocks are marked as
//! unreadable, so no conclusion is drawn from their absence.

mod build;
mod capacity;
mod copies;
mod cost;
mod metrics;
mod model;
mod paths;

pub use capacity::{Capacities, UNLIMITED};
pub use cost::{Cost, Draws, PoolDraw};
pub use metrics::Metrics;
pub use model::{DependencyTarget, FeatureGroup, Graph, GraphBlock, GraphBlockId, Hop, Unserved};
pub use paths::{Chain, SearchDirection, ShortestPaths};
