//! What a rule is given: the files, their graph, and what was asked for.

use std::cell::OnceCell;

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{Block, Capacities, Draws, Graph, Measures};
use crate::license::{Feature, License};
use crate::source::{FileId, Span};

use super::across::Elsewhere;
use super::first_fit::Orders;
use super::level::Levels;
use super::policy::Policy;
use super::rules::capacity::mixes::Mixes;
use super::rules::capacity::shortage::Shortages;
use super::sink::MAX_FINDINGS;

/// What the files are being checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Writing them, or looking at them.
    #[default]
    Draft,
    /// They are about to be signed: a missing KEY is no fault yet.
    Signing,
    /// They are about to leave the house.
    Issuing,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day for which dates are judged.
    pub at: Date,
    /// What the files are being checked for.
    pub stage: Stage,
    /// Severities other than the rules' own.
    pub levels: Levels,
    /// What is asked for beyond the language.
    pub policy: Policy,
    /// Most findings on one file that are kept; the rest is counted.
    pub most: usize,
    /// What a trust store says of the KEYs; empty where none was asked.
    pub keys: Vec<KeyFinding>,
    /// What earlier files of the run have to do with these, though each is a license of its own.
    pub elsewhere: Vec<Elsewhere>,
}

impl Options {
    /// The usual options, for a day.
    #[must_use]
    pub fn at(at: Date) -> Self {
        Self {
            at,
            stage: Stage::Draft,
            levels: Levels::default(),
            policy: Policy::default(),
            most: MAX_FINDINGS,
            keys: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

/// What is wrong with the KEY of one block, as whoever holds the trust store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFinding {
    /// The file.
    pub file: FileId,
    /// The block, by its index in the tree (as in `Feature::block`).
    pub block: usize,
    /// What is wrong.
    pub state: KeyState,
    /// More about it, in a few words: the key's id, its dates; may be empty.
    pub detail: String,
}

/// What can be wrong with a KEY that is formed well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Its version or algorithm is not known.
    Unsupported,
    /// The trust store does not have the key.
    UnknownKey,
    /// The key is another vendor's.
    NotForVendor,
    /// It does not match the block: the block was changed.
    Mismatch,
    /// The key or the license is revoked.
    Revoked,
    /// It was made outside the time for which the key is valid.
    OutOfTime,
    /// It was made by a development key.
    Development,
}

/// What a rule is given. Read only.
#[derive(Debug)]
pub struct Context<'a> {
    /// The files, in the order given.
    pub licenses: &'a [&'a License],
    /// The graph over their sound blocks.
    pub graph: &'a Graph<'a>,
    /// Depths and costs of the blocks.
    pub measures: &'a Measures,
    /// What is asked for.
    pub options: &'a Options,
    draws: OnceCell<Draws>,
    capacities: OnceCell<Capacities>,
    orders: OnceCell<Orders>,
    shortages: OnceCell<Shortages>,
    mixes: OnceCell<Mixes>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        licenses: &'a [&'a License],
        graph: &'a Graph<'a>,
        measures: &'a Measures,
        options: &'a Options,
    ) -> Self {
        Self {
            licenses,
            graph,
            measures,
            options,
            draws: OnceCell::new(),
            capacities: OnceCell::new(),
            orders: OnceCell::new(),
            shortages: OnceCell::new(),
            mixes: OnceCell::new(),
        }
    }

    /// What each block draws from each pool; added up at first use.
    #[must_use]
    pub fn draws(&self) -> &Draws {
        self.draws.get_or_init(|| Draws::new(self.graph, self.measures))
    }

    /// What each block can give at most; added up at first use.
    #[must_use]
    pub fn capacities(&self) -> &Capacities {
        self.capacities.get_or_init(|| Capacities::new(self.graph))
    }

    /// How the blocks of each name are tried; put in order at first use.
    pub(super) fn orders(&self) -> &Orders {
        self.orders.get_or_init(|| Orders::new(self.graph))
    }

    /// The tokens that never run, or not yet; found at first use.
    pub(super) fn shortages(&self) -> &Shortages {
        self.shortages.get_or_init(|| Shortages::find(self))
    }

    /// What a larger pool would deny; found at first use.
    pub(super) fn mixes(&self) -> &Mixes {
        self.mixes.get_or_init(|| Mixes::find(self))
    }

    /// A finding in the file of a block.
    #[must_use]
    pub fn found(
        &self,
        code: &'static Code,
        block: &Block<'_>,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, block.license.source.id(), span, message)
    }

    /// The block with this index in the tree of a file.
    #[must_use]
    pub fn feature(&self, file: FileId, block: usize) -> Option<&'a Feature> {
        let license = self.licenses.iter().find(|license| license.source.id() == file)?;
        let at = license.features.binary_search_by_key(&block, |feature| feature.block).ok()?;
        license.features.get(at)
    }

    /// The sound blocks of all files, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block<'a>> {
        self.graph.blocks().iter()
    }
}
