//! The grants of linted files for reports in JSON: roles, costs and usable totals.

use jiff::civil::Date;

use keywright_license::License;
use keywright_report::lint::{Entitled, EntitledBlock};
use keywright_resolve::graph::{Graph, GraphBlock, Metrics};
use keywright_resolve::{Entitlements, Model};

use crate::entitled_set::EntitledSet;

/// Returns what files that are one license grant on a day. Blocks with errors are omitted.
pub(super) fn of(licenses: &[&License], at: Date) -> Entitled {
    let graph = Graph::new(licenses);
    let model = Model::of_graph(&graph, &Metrics::new(&graph));
    let entitlements = Entitlements::on(&model, at);
    let names: Vec<String> = licenses.iter().map(|license| license.source.name().to_owned()).collect();
    let set = EntitledSet { licenses, names, model: &model, entitlements: &entitlements };
    let block = |(index, block): (usize, &GraphBlock<'_>)| {
        let id = model.block(index)?;
        Some(EntitledBlock {
            file: block.file,
            line: set.line(block.file, block.feature.span),
            feature: block.name().to_owned(),
            facts: set.facts(id, block.file),
        })
    };
    let blocks = graph.blocks().iter().enumerate().filter_map(block).collect();
    Entitled { blocks, totals: set.totals(&graph), files: set.names }
}
