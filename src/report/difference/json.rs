//! A difference as JSON, version 1. These structs are a public contract: fields are only added.

use serde::Serialize;

use keywright_analysis::diff::{BlockChange, Change, DrawChange};

use super::Compared;
use crate::escape::escape;
use crate::to_json;

#[derive(Debug, Serialize)]
struct DifferenceJson {
    version: u32,
    at: String,
    old: String,
    new: String,
    lost: bool,
    same_content: bool,
    changes: Vec<ChangeJson>,
    blocks: Vec<BlockChangeJson>,
}

#[derive(Debug, Serialize)]
struct ChangeJson {
    kind: &'static str,
    features: Vec<String>,
    day: String,
    old: String,
    new: String,
    lost: bool,
    example: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    draws: Vec<DrawChangeJson>,
}

#[derive(Debug, Serialize)]
struct DrawChangeJson {
    checkout: String,
    old: String,
    new: String,
}

#[derive(Debug, Serialize)]
struct BlockChangeJson {
    feature: String,
    vendor: String,
    change: &'static str,
    directives: Vec<DirectiveChangeJson>,
}

#[derive(Debug, Serialize)]
struct DirectiveChangeJson {
    name: String,
    old: Option<String>,
    new: Option<String>,
    lost: bool,
}

/// Renders a difference as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(compared: &Compared<'_>) -> serde_json::Result<String> {
    let difference = compared.difference;
    let report = DifferenceJson {
        version: 1,
        at: difference.at.to_string(),
        old: safe(compared.old),
        new: safe(compared.new),
        lost: difference.lost,
        same_content: difference.is_same_content,
        changes: difference.changes.iter().map(change).collect(),
        blocks: difference.blocks.iter().map(block).collect(),
    };
    to_json::document(&report)
}

fn safe(text: &str) -> String {
    escape(text).into_owned()
}

fn change(change: &Change) -> ChangeJson {
    let draws = change.example.iter().flat_map(|example| &example.draws);
    let draw = |draw: &DrawChange| DrawChangeJson {
        checkout: safe(&draw.checkout),
        old: safe(&draw.old),
        new: safe(&draw.new),
    };
    ChangeJson {
        kind: change.kind.as_str(),
        features: change.features.iter().map(|name| safe(name)).collect(),
        day: change.day.to_string(),
        old: safe(&change.old),
        new: safe(&change.new),
        lost: change.lost,
        example: change.example.as_ref().map(|example| safe(&example.to_string())),
        draws: draws.map(draw).collect(),
    }
}

fn block(block: &BlockChange) -> BlockChangeJson {
    let directives = block.directives.iter().map(|directive| DirectiveChangeJson {
        name: safe(&directive.name),
        old: directive.old.as_deref().map(safe),
        new: directive.new.as_deref().map(safe),
        lost: directive.lost,
    });
    BlockChangeJson {
        feature: safe(&block.feature),
        vendor: safe(&block.vendor),
        change: block.fate.as_str(),
        directives: directives.collect(),
    }
}
