//! Actual values written into the file: edits of values at their places, so that comments and layout stay.

use std::fmt::Display;

use crate::diagnostic::Edit;
use crate::source::{SourceFile, Span, Spanned};

use super::result::ScenarioResult;

/// Replaces a value.
pub(super) fn value(span: Span, actual: impl Display) -> Vec<Edit> {
    vec![Edit { span, replacement: actual.to_string() }]
}

/// Corrects the amounts of a map of pools, and adds the pools that are missing.
pub(super) fn pools(
    source: &SourceFile,
    map: Span,
    named: &[(Spanned<String>, Spanned<i128>)],
    amounts: &[i128],
    others: &[(String, i128)],
) -> Vec<Edit> {
    let wrong = named.iter().zip(amounts).filter(|((_, expected), actual)| expected.value != **actual);
    let mut edits: Vec<Edit> =
        wrong.flat_map(|((_, expected), actual)| value(expected.span, actual)).collect();
    let Some((at, before)) = insertion(source, map, named) else {
        return if others.is_empty() { edits } else { Vec::new() };
    };
    for (index, (pool, amount)) in others.iter().enumerate() {
        let lead = if index == 0 && named.is_empty() { " " } else { before.as_str() };
        let tail = if named.is_empty() && index + 1 == others.len() { " " } else { "" };
        edits.push(Edit { span: Span::at(at), replacement: format!("{lead}{pool}: {amount}{tail}") });
    }
    edits
}

/// Writes the reason of a denial behind the value of the verb, in the style of the step.
pub(super) fn add_denied(source: &SourceFile, verb: Span, reason: &str) -> Vec<Edit> {
    let at = verb.end as usize;
    let Some(line) = source.line_span(source.position(verb.start as usize).line) else { return Vec::new() };
    let before = source.text().get(line.start as usize..verb.start as usize).unwrap_or_default();
    if before.contains('{') {
        return vec![Edit { span: Span::at(at), replacement: format!(", denied: {reason}") }];
    }
    let is_lead = |c: &char| matches!(c, ' ' | '-');
    let indent = before.chars().take_while(is_lead).count();
    vec![Edit { span: Span::at(at), replacement: format!("\n{}denied: {reason}", " ".repeat(indent)) }]
}

/// Takes `denied` and its value out of a step; nothing where that is not simply done.
pub(super) fn remove_denied(source: &SourceFile, value: Span) -> Vec<Edit> {
    let before = source.text().get(..value.start as usize).unwrap_or_default();
    let key = before.trim_end().strip_suffix(':').and_then(|before| before.trim_end().strip_suffix("denied"));
    let Some(before) = key else { return Vec::new() };
    let kept = before.trim_end();
    let is_line = before.trim_end_matches(' ').ends_with('\n');
    match kept.strip_suffix(',') {
        Some(kept) => {
            vec![Edit { span: Span::new(kept.len(), value.end as usize), replacement: String::new() }]
        }
        None if is_line => {
            vec![Edit { span: Span::new(kept.len(), value.end as usize), replacement: String::new() }]
        }
        None => Vec::new(),
    }
}

/// Where further pools go, and what stands before each.
fn insertion(
    source: &SourceFile,
    map: Span,
    named: &[(Spanned<String>, Spanned<i128>)],
) -> Option<(usize, String)> {
    let flow = source.slice(map).starts_with('{');
    let Some((pool, amount)) = named.last() else {
        return flow.then(|| (map.start as usize + 1, ", ".to_owned()));
    };
    let end = amount.span.end as usize;
    if flow {
        return Some((end, ", ".to_owned()));
    }
    let key = source.position(pool.span.start as usize);
    let line = source.slice(source.line_span(key.line)?);
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    // Only a map whose keys begin their lines can be continued on a new one.
    (indent.len() + 1 == key.column).then(|| (end, format!("\n{indent}")))
}

/// The text of a scenario file with the actual values of all results, and how many failing values stay because no
/// change of a value can say them.
#[must_use]
pub fn updated(source: &SourceFile, results: &[ScenarioResult]) -> (String, usize) {
    let failing = || {
        let rows = results.iter().flat_map(|result| &result.rows);
        rows.flat_map(|row| &row.checks).filter(|check| !check.passed())
    };
    let mut edits: Vec<&Edit> = failing().flat_map(|check| &check.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    let left = failing().filter(|check| check.edits.is_empty()).count();
    let mut text = String::with_capacity(source.text().len());
    let mut at = 0;
    for edit in edits {
        let start = edit.span.start as usize;
        // Two edits of one place cannot both be right; the first stands.
        let Some(kept) = source.text().get(at..start) else { continue };
        text.push_str(kept);
        text.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    text.push_str(source.text().get(at..).unwrap_or_default());
    (text, left)
}
