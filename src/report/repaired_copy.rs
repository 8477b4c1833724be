//! The part of the verification reports about a copy of the file with its damage undone.

use keywright_verify::Repaired;
use serde::Serialize;

use super::counted;
use super::verify::VerifyReport;

/// The verdicts on a copy of the file with its damage undone, in JSON.
#[derive(Debug, Serialize)]
pub(super) struct RepairedJson {
    steps: Vec<&'static str>,
    result: &'static str,
    blocks: Vec<BlockJson>,
}

#[derive(Debug, Serialize)]
struct BlockJson {
    feature: Option<String>,
    verdict: &'static str,
}

/// Returns the JSON form.
pub(super) fn json(report: &VerifyReport<'_>, repaired: &Repaired) -> RepairedJson {
    let blocks = repaired.blocks.iter().map(|(feature, verdict)| BlockJson {
        feature: feature.as_deref().map(|name| report.value("FEATURE", name)),
        verdict: verdict.as_str(),
    });
    RepairedJson { steps: repaired.steps.clone(), result: repaired.result(), blocks: blocks.collect() }
}

/// Returns the lines for people.
pub(super) fn lines(repaired: &Repaired) -> [String; 2] {
    let (matching, blocks) = (repaired.matching(), counted(repaired.blocks.len(), "block"));
    let steps = repaired.steps.join(", ");
    let first = format!("for information: after {steps}, the signatures of {matching} of {blocks} match");
    let second = match repaired.is_good() {
        true => format!(
            "the vendor signed this content ({}); this copy is damaged and not accepted",
            repaired.result()
        ),
        false => "this copy is not accepted".to_owned(),
    };
    [first, second]
}
