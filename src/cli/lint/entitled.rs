//! The grants of linted files for reports in JSON: roles, costs and usable totals.

use jiff::civil::Date;

use keywright_license::License;
use keywright_report::lint::{Entitled, EntitledBlock};
use keywright_resolve::graph::{Graph, GraphBlock, Metrics};
use keywright_resolve::{Entitlements, Model};

use crate::entitled_set::{EntitledSet, is_of_one_customer};

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
            facts: set.facts(id, set.named(entitlements.role(id), block.file)),
        })
    };
    let blocks = graph.blocks().iter().enumerate().filter_map(block).collect();
    let totals = if is_of_one_customer(&graph) { set.totals() } else { Vec::new() };
    Entitled { blocks, totals, files: set.names }
}
