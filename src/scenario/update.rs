//! Edits that write the actual values into a scenario file. Only values are replaced, so comments and layout are kept.

use std::fmt::Display;

use keywright_syntax::diagnostic::Edit;
use keywright_syntax::source::{SourceFile, Span, Spanned};

use super::result::ScenarioResult;
use super::short_text::ShortText;

/// Replaces a value.
pub(super) fn value(span: Span, actual: impl Display) -> Vec<Edit> {
    vec![Edit { span, replacement: actual.to_string() }]
}

/// Corrects the amounts in a map of pools and adds missing pools.
pub(super) fn pools(
    source: &SourceFile,
    map: Span,
    named: &[(Spanned<ShortText>, Spanned<i128>)],
    amounts: &[i128],
    others: &[(String, i128)],
) -> Vec<Edit> {
    let wrong = named.iter().zip(amounts).filter(|((_, expected), actual)| expected.value != **actual);
    let mut edits: Vec<Edit> =
        wrong.flat_map(|((_, expected), actual)| value(expected.span, actual)).collect();
    if others.is_empty() {
        return edits;
    }
    let Some(place) = insertion(source, map, named) else { return Vec::new() };
    for (index, (pool, amount)) in others.iter().enumerate() {
        let entry = format!("{pool}: {amount}");
        let edit = match place {
            InsertionPoint::Lines { end, indent } => new_line(source, end, indent, &entry),
            InsertionPoint::Flow(at) => {
                let lead = if index == 0 && named.is_empty() { " " } else { ", " };
                let tail = if named.is_empty() && index + 1 == others.len() { " " } else { "" };
                Some(Edit { span: Span::at(at), replacement: format!("{lead}{entry}{tail}") })
            }
        };
        edits.extend(edit);
    }
    edits
}

/// Adds `denied: reason` after the verb, in the style of the step. Returns no edit if the layout of the step has no
/// simple position for it.
pub(super) fn add_denied(source: &SourceFile, step: Span, verb: Span, reason: &str) -> Vec<Edit> {
    if is_flow(source, step) {
        return vec![Edit { span: Span::at(verb.end as usize), replacement: format!(", denied: {reason}") }];
    }
    let Some(line) = source.line_span(source.position(verb.start as usize).line) else { return Vec::new() };
    let before = source.text().get(line.start as usize..verb.start as usize).unwrap_or_default();
    let indent = before.chars().take_while(|c| is_lead(*c)).count();
    let is_plain = before.trim_end().ends_with(':') && !source.slice(verb).starts_with(['|', '>']);
    if !is_plain {
        return Vec::new();
    }
    let replacement = format!("denied: {reason}");
    new_line(source, verb.end as usize, indent, &replacement).into_iter().collect()
}

/// Removes `denied` and its value from a step and keeps a comment after it.
pub(super) fn remove_denied(source: &SourceFile, step: Span, value: Span) -> Vec<Edit> {
    let text = source.text();
    let before = text.get(..value.start as usize).unwrap_or_default();
    let key = before.trim_end().strip_suffix(':').and_then(|before| {
        let before = before.trim_end();
        let quoted = |quote: char| before.strip_suffix(quote)?.strip_suffix("denied")?.strip_suffix(quote);
        quoted('"').or_else(|| quoted('\'')).or_else(|| before.strip_suffix("denied"))
    });
    let Some(kept) = key else { return Vec::new() };
    let after = text.get(value.end as usize..).unwrap_or_default();
    let (start, end) = if is_flow(source, step) {
        out_of_flow(kept, after, value.end as usize)
    } else {
        out_of_block(kept, after, value.end as usize)
    };
    vec![Edit { span: Span::new(start, end), replacement: String::new() }]
}

/// The range to remove from a map in braces: with the comma before, or else the comma after.
fn out_of_flow(kept: &str, after: &str, end: usize) -> (usize, usize) {
    if let Some(before) = kept.trim_end().strip_suffix(',') {
        return (before.len(), end);
    }
    let rest = after.trim_start_matches(' ');
    match rest.strip_prefix(',') {
        Some(tail) => (kept.len(), end + after.len() - tail.trim_start_matches(' ').len()),
        None => (kept.len(), end),
    }
}

/// The range to remove from a block map: the whole line, or the part before its comment.
fn out_of_block(kept: &str, after: &str, end: usize) -> (usize, usize) {
    let lead = kept.rsplit('\n').next().unwrap_or_default();
    let line = after.split_inclusive('\n').next().unwrap_or_default();
    let rest = line.trim_start_matches(' ');
    if rest.starts_with('#') {
        return (kept.len(), end + line.len() - rest.len());
    }
    if !rest.trim().is_empty() || !lead.chars().all(is_lead) {
        return (kept.len(), end);
    }
    if lead.contains('-') {
        // Move the next key to the position after the dash.
        let next = after.get(line.len()..).unwrap_or_default();
        let indent = next.len() - next.trim_start_matches(' ').len();
        let is_key = indent == lead.len() && !next.trim_start().starts_with('#');
        return (kept.len(), if is_key { end + line.len() + indent } else { end });
    }
    (kept.len() - lead.len(), end + line.len())
}

fn is_lead(c: char) -> bool {
    matches!(c, ' ' | '-')
}

fn is_flow(source: &SourceFile, map: Span) -> bool {
    source.text().get(map.start as usize..).is_some_and(|text| text.starts_with('{'))
}

/// Inserts a line after the line of an offset and its comment.
fn new_line(source: &SourceFile, offset: usize, indent: usize, line: &str) -> Option<Edit> {
    let end = source.line_span(source.position(offset).line)?.end as usize;
    let is_crlf = source.text().get(end..).is_some_and(|rest| rest.starts_with("\r\n"));
    let line_break = if is_crlf { "\r\n" } else { "\n" };
    Some(Edit { span: Span::at(end), replacement: format!("{line_break}{}{line}", " ".repeat(indent)) })
}

/// The position for additional pools.
enum InsertionPoint {
    /// At this offset, in braces.
    Flow(usize),
    /// On new lines after the line of this offset.
    Lines { end: usize, indent: usize },
}

fn insertion(
    source: &SourceFile,
    map: Span,
    named: &[(Spanned<ShortText>, Spanned<i128>)],
) -> Option<InsertionPoint> {
    let flow = is_flow(source, map);
    let Some((pool, amount)) = named.last() else {
        return flow.then(|| InsertionPoint::Flow(map.start as usize + 1));
    };
    let end = amount.span.end as usize;
    if flow {
        return Some(InsertionPoint::Flow(end));
    }
    let key = source.position(pool.span.start as usize);
    let line = source.slice(source.line_span(key.line)?);
    let indent = line.chars().take_while(|c| *c == ' ').count();
    // Only a map whose keys begin their lines can be extended with a new line.
    (indent + 1 == key.column).then_some(InsertionPoint::Lines { end, indent })
}

/// Returns the scenario file with the actual values of all results, and the number of failed comparisons that no edit
/// of a value can correct.
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
        // If two edits overlap, apply the first.
        let Some(kept) = source.text().get(at..start) else { continue };
        text.push_str(kept);
        text.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    text.push_str(source.text().get(at..).unwrap_or_default());
    (text, left)
}
