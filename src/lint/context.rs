//! The input of a rule: the files, their graph and the options.

use std::cell::OnceCell;

use keywright_license::{Feature, License};
use keywright_resolve::Model;
use keywright_resolve::graph::{Capacities, Draws, Graph, GraphBlock, Metrics};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{FileId, Span};

use super::options::Options;
use super::rules::capacity::anomaly_search::Mixes;
use super::rules::capacity::unservable::Shortages;

/// The input of a rule. Read-only.
#[derive(Debug)]
pub struct Context<'a> {
    /// The files, in the order given.
    pub licenses: &'a [&'a License],
    /// The graph over their sound blocks.
    pub graph: &'a Graph<'a>,
    /// Depths and costs of the blocks.
    pub measures: &'a Metrics,
    /// The options of the run.
    pub options: &'a Options,
    draws: OnceCell<Draws>,
    capacities: OnceCell<Capacities>,
    // The file depends on two rules, and they on it: this is the one place for results that several rules need.
    model: OnceCell<Model>,
    shortages: OnceCell<Shortages>,
    mixes: OnceCell<Mixes>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        licenses: &'a [&'a License],
        graph: &'a Graph<'a>,
        measures: &'a Metrics,
        options: &'a Options,
    ) -> Self {
        Self {
            licenses,
            graph,
            measures,
            options,
            draws: OnceCell::new(),
            capacities: OnceCell::new(),
            model: OnceCell::new(),
            shortages: OnceCell::new(),
            mixes: OnceCell::new(),
        }
    }

    /// The draws of each block on each pool; computed at first use.
    #[must_use]
    pub fn draws(&self) -> &Draws {
        self.draws.get_or_init(|| Draws::new(self.graph, self.measures))
    }

    /// The capacity of each block; computed at first use.
    #[must_use]
    pub fn capacities(&self) -> &Capacities {
        self.capacities.get_or_init(|| Capacities::new(self.graph))
    }

    /// The resolver's model of the graph, for trial checkouts; computed at first use.
    pub(super) fn model(&self) -> &Model {
        self.model.get_or_init(|| Model::of_graph(self.graph, self.measures))
    }

    /// Tokens that never run, or not on all days; computed at first use.
    pub(super) fn shortages(&self) -> &Shortages {
        self.shortages.get_or_init(|| Shortages::find(self))
    }

    /// Checkouts that a larger pool would deny; computed at first use.
    pub(super) fn mixes(&self) -> &Mixes {
        self.mixes.get_or_init(|| Mixes::find(self))
    }

    /// Creates a finding in the file of a block.
    #[must_use]
    pub fn found(
        &self,
        code: &'static Code,
        block: &GraphBlock<'_>,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, block.license.source.id(), span, message)
    }

    /// Returns the block with this index in the tree of a file.
    #[must_use]
    pub fn feature(&self, file: FileId, block: usize) -> Option<&'a Feature> {
        let license = self.licenses.iter().find(|license| license.source.id() == file)?;
        let at = license.features.binary_search_by_key(&block, |feature| feature.block).ok()?;
        license.features.get(at)
    }

    /// The sound blocks of all files, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &GraphBlock<'a>> {
        self.graph.blocks().iter()
    }
}
