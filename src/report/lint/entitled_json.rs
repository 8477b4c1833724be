//! The roles and usable totals of files that are one license, in JSON.

use serde::Serialize;

use super::{Entitled, EntitledBlock};
use crate::entitlement_json::{AlternativeDrawJson, DrawnJson, TotalJson};
use crate::escape::escape;

/// Files that are one license, with their blocks and usable totals.
#[derive(Debug, Serialize)]
pub(super) struct SetJson {
    files: Vec<String>,
    blocks: Vec<RoleJson>,
    usable: Vec<TotalJson>,
}

#[derive(Debug, Serialize)]
struct RoleJson {
    file: String,
    line: usize,
    feature: String,
    role: Option<&'static str>,
    role_text: Option<String>,
    draws: Vec<DrawnJson>,
    alternatives: Vec<Vec<AlternativeDrawJson>>,
}

impl SetJson {
    pub(super) fn new(entitled: &Entitled) -> Self {
        let files: Vec<String> = entitled.files.iter().map(|file| escape(file).into_owned()).collect();
        Self {
            blocks: entitled.blocks.iter().map(|block| RoleJson::new(block, &files)).collect(),
            usable: TotalJson::all(&entitled.totals),
            files,
        }
    }
}

impl RoleJson {
    fn new(block: &EntitledBlock, files: &[String]) -> Self {
        let role = block.facts.role.as_ref();
        Self {
            file: files.get(block.file).cloned().unwrap_or_default(),
            line: block.line,
            feature: escape(&block.feature).into_owned(),
            role: role.map(|role| role.role.as_str()),
            role_text: role.map(|role| escape(&role.words.to_string()).into_owned()),
            draws: DrawnJson::all(&block.facts.draws),
            alternatives: AlternativeDrawJson::alternatives(&block.facts.alternatives),
        }
    }
}
