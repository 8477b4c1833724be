//! Checks the result of a conversion: the linter reports no error, and the scenarios pass.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use keywright_license::{KeyType, License};
use keywright_lint::{Options, lint};
use keywright_scenario as scenario;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::SourceFile;

use super::draft::{Draft, Grant, excerpt};
use super::loss::{GRANTS_NOTHING, Report, UNSOUND_RESULT};
use super::scenarios::scenario_text;
use super::write::license_text;

/// Codes of findings about a token that no checkout can ever use: it never runs, or another block is always used first.
const DEAD: [&str; 4] = ["C001", "C002", "D005", "D006"];

/// Maximum number of rounds in which tokens are removed. A chain of tokens has at most 16 steps.
const ROUNDS: usize = 20;

/// Returns the license text after all tokens that grant nothing are removed; `None` if the linter reports errors.
pub(crate) fn sound_text(draft: &mut Draft, at: Date, report: &mut Report) -> Option<String> {
    for _ in 0..ROUNDS {
        let Ok(text) = license_text(draft) else {
            let place = draft.blocks.first().map(|block| block.place).unwrap_or_default();
            report.add_found(&UNSOUND_RESULT, place, "the license is larger than a license file may be");
            return None;
        };
        let license = License::from_text("license", text.as_str());
        let errors: Vec<Diagnostic> =
            lint(&[&license], &Options::at(at)).into_iter().filter(Diagnostic::is_error).collect();
        if errors.is_empty() {
            return Some(text);
        }
        let dead: BTreeSet<usize> =
            errors.iter().filter_map(|error| dead_token(&license, draft, error)).collect();
        if dead.is_empty() {
            refuse(&license, draft, &errors, report);
            return None;
        }
        remove(draft, &dead, report);
    }
    None
}

/// Returns the index of the block that a finding is about.
fn block_at(license: &License, error: &Diagnostic) -> Option<usize> {
    let at = error.primary.span.start;
    let after = license.features.partition_point(|feature| feature.span.start <= at);
    after.checked_sub(1)
}

fn dead_token(license: &License, draft: &Draft, error: &Diagnostic) -> Option<usize> {
    let at = block_at(license, error).filter(|_| DEAD.contains(&error.code.id))?;
    draft.blocks.get(at).filter(|block| block.kind == Some(KeyType::Token)).map(|_| at)
}

fn remove(draft: &mut Draft, dead: &BTreeSet<usize>, report: &mut Report) {
    for block in dead.iter().filter_map(|at| draft.blocks.get(*at)) {
        let needs: Vec<String> =
            block.needs.iter().map(|need| format!("{} of `{}`", need.count, need.feature)).collect();
        let source =
            format!("`{}` needs {}, which these files never grant to it", block.name, needs.join(" and "));
        report.add_found(&GRANTS_NOTHING, block.place, source);
    }
    let mut at = 0;
    draft.blocks.retain(|_| {
        at += 1;
        !dead.contains(&(at - 1))
    });
    let left: BTreeSet<&str> = draft.blocks.iter().map(|block| block.name.as_str()).collect();
    draft.grants.retain(|grant| left.contains(grant.feature.as_str()));
}

fn refuse(license: &License, draft: &Draft, errors: &[Diagnostic], report: &mut Report) {
    for error in errors {
        let block = block_at(license, error).and_then(|at| draft.blocks.get(at));
        let place = block.map(|block| block.place).unwrap_or_default();
        let help = error.help.as_deref().unwrap_or("correct the source");
        report.add_with(
            &UNSOUND_RESULT,
            place,
            format!("{} {}: {}", error.code.id, error.code.name, error.message),
            help.to_owned(),
        );
    }
}

/// Number of features whose scenarios run together. Bounds the memory for a large license.
const BATCH_SIZE: usize = 1000;

/// Runs the scenarios of all features, each with the blocks that it draws on. Returns a sentence about the first failure.
pub(crate) fn first_failure(draft: &Draft, at: Date) -> Option<String> {
    if draft.grants.len() <= BATCH_SIZE {
        return failure(draft, &draft.grants, at);
    }
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, block) in draft.blocks.iter().enumerate() {
        by_name.entry(&block.name).or_default().push(index);
    }
    draft.grants.chunks(BATCH_SIZE).find_map(|grants| {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = grants.iter().map(|grant| grant.feature.as_str()).collect();
        let mut blocks = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !names.insert(name) {
                continue;
            }
            for index in by_name.get(name).into_iter().flatten() {
                blocks.insert(*index);
                let needs = draft.blocks.get(*index).into_iter().flat_map(|block| &block.needs);
                open.extend(needs.map(|need| need.feature.as_str()));
            }
        }
        let blocks = blocks.into_iter().filter_map(|index| draft.blocks.get(index).cloned()).collect();
        failure(&Draft { blocks, grants: Vec::new() }, grants, at)
    })
}

/// Runs the scenarios on the license. Returns a sentence about the first failure.
fn failure(draft: &Draft, grants: &[Grant], at: Date) -> Option<String> {
    let license = license_text(draft).unwrap_or_default();
    let scenarios = scenario_text("license", at, grants).text;
    let source = SourceFile::new("scenarios.yaml", scenarios);
    let first = |found: Vec<Diagnostic>| found.first().map(|found| found.message.clone());
    let parsed = match scenario::parse(&source) {
        Ok(parsed) => parsed,
        Err(found) => return first(found),
    };
    let loaded = match scenario::load(&parsed, |name| Ok(SourceFile::new(name, license.as_str())), None) {
        Ok(loaded) => loaded,
        Err(found) => return first(found),
    };
    let results = scenario::run(&parsed, &loaded.model, |_| true, scenario::Rows::Failed);
    let failed = results.iter().find(|result| !result.passed())?;
    let row = failed.rows.first();
    let detail =
        row.map_or_else(String::new, |row| format!(": expected {}, got {}", row.expected(), row.actual()));
    Some(format!("scenario `{}` failed{}", excerpt(&failed.name), detail))
}
