//! The dependency graph over one or more license files: which block draws on which, cycles, chains, costs.
//!
//! Knows no printing and no rule: it says what is true of the graph. All of it is iterative, and linear in the number
//! of blocks and dependencies; of petgraph's algorithms only `toposort` and `kosaraju_scc` are used, as the others
//! recurse and would exhaust the stack on a long chain.
//!
//! ```text
//! block ──dependency (a step)──▶ name ──alternative──▶ block
//! ```
//!
//! Names are taken within one vendor. Only sound blocks take part; of the others it is known that nothing can be said
//! about their names.

mod build;
mod capacity;
mod cost;
mod model;
mod order;
mod way;

pub use capacity::{Capacities, UNLIMITED};
pub use cost::{Cost, Draw, Draws};
pub use model::{Block, BlockId, Graph, Hop, Named, Target, Unserved};
pub use order::Measures;
pub use way::{Chain, Toward, Ways};
