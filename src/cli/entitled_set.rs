//! A set of license files with its entitlement: the facts about its blocks, for `verify` and `lint`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use keywright_license::{License, is_same_customer};
use keywright_report::verify_facts::{BlockFacts, BlockRole, FeatureTotal};
use keywright_resolve::graph::{Graph, GraphBlock};
use keywright_resolve::{BlockId, Entitlements, Model, Role};
use keywright_syntax::source::Span;
use keywright_verify::Reason;

/// A set of license files with its entitlement.
pub(super) struct EntitledSet<'s, 'a> {
    /// The files.
    pub(super) licenses: &'s [&'a License],
    /// Their names. Untrusted.
    pub(super) names: Vec<String>,
    /// The model of the blocks that are used.
    pub(super) model: &'s Model,
    /// Its entitlement on a day.
    pub(super) entitlements: &'s Entitlements,
}

impl EntitledSet<'_, '_> {
    /// Returns the facts about a block with this role.
    pub(super) fn facts(&self, block: BlockId, role: BlockRole) -> BlockFacts {
        BlockFacts::new(self.model, Some(role), self.entitlements.cost(block))
    }

    /// Describes a role. Names blocks by their lines, with the file if it is another one than `file`.
    pub(super) fn named(&self, role: Role, file: usize) -> BlockRole {
        const PLACE: &str = "\0";
        let words = role.describe_with(|_| PLACE.to_owned(), |name| self.model.name_text(name).to_owned());
        let words = match (words.split_once(PLACE), role.other()) {
            (Some((before, after)), Some(other)) => {
                let (in_file, span) = self.model.origin(other);
                let name = self.model.name_text(self.model.name_of(other));
                let line = self.line(in_file, span);
                let place = Reason::default().value("FEATURE", name).text(" in line ").fact(line);
                let place = match self.names.get(in_file).filter(|_| in_file != file) {
                    Some(name) => place.text(" of ").file(in_file, name.clone()),
                    None => place,
                };
                plain(before).then(place).then(plain(after))
            }
            _ => plain(&words),
        };
        BlockRole { role, words }
    }

    /// Returns the line of a place in a file.
    pub(super) fn line(&self, file: usize, place: Span) -> usize {
        self.licenses.get(file).map_or(0, |license| license.source.position(place.start as usize).line)
    }

    /// Returns the usable totals. They have a meaning only if the blocks are of one customer.
    pub(super) fn totals(&self) -> Vec<FeatureTotal> {
        FeatureTotal::all(self.model, self.entitlements)
    }
}

/// Words of this program and valid names of features, which a masked report shows.
fn plain(words: &str) -> Reason {
    Reason::quote(words.to_owned(), words.to_owned())
}

/// Returns true if no two blocks of a vendor have different LICENSEE: totals are never added up over customers.
pub(super) fn is_of_one_customer(graph: &Graph<'_>) -> bool {
    let mut first: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    graph.blocks().iter().all(|block| {
        let Some(name) = licensee(block) else { return true };
        is_same_customer(first.entry(block.vendor()).or_insert_with(|| name.clone()), &name)
    })
}

/// Returns the customer of a block.
pub(super) fn licensee<'a>(block: &GraphBlock<'a>) -> Option<Cow<'a, str>> {
    block.license.view(block.feature).licensee()
}
