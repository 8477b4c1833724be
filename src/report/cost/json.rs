//! The cost of a feature in JSON, version 1. These structs are a public interface: fields may only be added.

use keywright_license::License;
use keywright_resolve::{Alternative, BlockId, CostLine, Outcome};
use serde::Serialize;

use super::FeatureCost;
use crate::entitlement_json::{AlternativeDrawJson, AmountJson, DrawnJson, UsableTotalJson, limited};
use crate::escape::escape;
use crate::to_json;
use crate::verify_facts::BlockFacts;

/// The word for a request that is too much to compute.
pub(super) const UNDETERMINED: &str = "undetermined";

#[derive(Debug, Serialize)]
struct CostJson {
    version: u32,
    subject: &'static str,
    at: String,
    feature: String,
    count: u64,
    #[serde(flatten)]
    usable: UsableTotalJson,
    first_day: Option<String>,
    blocks: Vec<CostBlockJson>,
}

#[derive(Debug, Serialize)]
struct CostBlockJson {
    block: String,
    vendor: String,
    kind: &'static str,
    file: String,
    line: usize,
    role: &'static str,
    role_text: String,
    denied: Option<&'static str>,
    takes: Option<Vec<TakenJson>>,
    draws: Vec<DrawnJson>,
    alternatives: Vec<Vec<AlternativeDrawJson>>,
    dependencies: Vec<NeededJson>,
    dependencies_are_complete: bool,
}

/// The licenses that the request takes from a block.
#[derive(Debug, Serialize)]
struct TakenJson {
    pool: String,
    count: u64,
    free: AmountJson,
}

/// A line of the dependency tree. Each follows its parent.
#[derive(Debug, Serialize)]
struct NeededJson {
    depth: usize,
    feature: String,
    count: Option<u64>,
    block: Option<String>,
    kind: Option<&'static str>,
    choice: usize,
    choices: usize,
}

/// Renders the cost of a feature as JSON. `licenses` are the files of the model.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn render(cost: &FeatureCost<'_>, licenses: &[License]) -> serde_json::Result<String> {
    let shown = Shown { cost, licenses };
    let tried = cost.alternatives.iter().map(|alternative| shown.tried(alternative));
    let others = cost.others().chain(cost.duplicates().map(|(copy, _)| copy));
    to_json::document(&CostJson {
        version: 1,
        subject: "feature",
        at: cost.day().to_string(),
        feature: escape(cost.feature()).into_owned(),
        count: cost.request.count,
        usable: UsableTotalJson::of(cost.usable),
        first_day: cost.first_day.map(|day| day.to_string()),
        blocks: tried.chain(others.map(|block| shown.block(block))).collect(),
    })
}

struct Shown<'s, 'm> {
    cost: &'s FeatureCost<'m>,
    licenses: &'s [License],
}

impl Shown<'_, '_> {
    /// A block that is not tried.
    fn block(&self, block: BlockId) -> CostBlockJson {
        let FeatureCost { model, entitlements, .. } = self.cost;
        let role = entitlements.role(block);
        let facts = BlockFacts::new(model, None, entitlements.cost(block));
        let (file, span) = model.origin(block);
        let source = self.licenses.get(file).map(|license| &license.source);
        CostBlockJson {
            block: self.label(block),
            vendor: escape(model.target_vendor(model.target_of(block))).into_owned(),
            kind: model.kind(block).as_str(),
            file: source.map(|source| escape(source.name()).into_owned()).unwrap_or_default(),
            line: source.map_or(0, |source| source.position(span.start as usize).line),
            role: role.as_str(),
            role_text: escape(&role.describe(model)).into_owned(),
            denied: None,
            takes: None,
            draws: DrawnJson::all(&facts.draws),
            alternatives: AlternativeDrawJson::alternatives(&facts.alternatives),
            dependencies: Vec::new(),
            dependencies_are_complete: true,
        }
    }

    fn tried(&self, alternative: &Alternative) -> CostBlockJson {
        let denied = match &alternative.draws {
            Err(Outcome::Denied(reason)) => Some(reason.as_str()),
            Err(_) => Some(UNDETERMINED),
            Ok(_) => None,
        };
        let taken = |(block, count): &(BlockId, u64)| TakenJson {
            pool: self.label(*block),
            count: *count,
            free: AmountJson::free(self.cost.state.free(self.cost.model, *block)),
        };
        CostBlockJson {
            denied,
            takes: alternative.draws.as_ref().ok().map(|draws| draws.iter().map(taken).collect()),
            dependencies: alternative.tree.iter().map(|line| self.needed(line)).collect(),
            dependencies_are_complete: !alternative.cut,
            ..self.block(alternative.block)
        }
    }

    fn needed(&self, line: &CostLine) -> NeededJson {
        let (choice, choices) = line.choice;
        NeededJson {
            depth: line.depth,
            feature: escape(self.cost.model.name_text(line.name)).into_owned(),
            count: limited(line.count),
            block: line.block.map(|block| self.label(block)),
            kind: line.block.map(|block| self.cost.model.kind(block).as_str()),
            choice,
            choices,
        }
    }

    fn label(&self, block: BlockId) -> String {
        escape(&self.cost.model.label(block)).into_owned()
    }
}
