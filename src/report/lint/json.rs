//! JSON format, version 1. These structs are a stable interface: fields are only ever added.

use serde::Serialize;

use keywright_syntax::diagnostic::{Diagnostic, Edit, Label};
use keywright_syntax::source::{SourceFile, Span};

use crate::Sources;
use crate::escape::escape;

use super::elements::{Elements, indented};
use super::entitled_json::SetJson;
use super::{Outcome, Part};

/// The JSON format: an object with `version`, `diagnostics`, `sets`, `unread` and `summary`.
#[derive(Debug)]
pub struct Json {
    elements: Elements,
    sets: Vec<SetJson>,
}

impl Default for Json {
    fn default() -> Self {
        Self { elements: Elements::new(4), sets: Vec::new() }
    }
}

#[derive(Debug, Serialize)]
struct FindingJson {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    file: String,
    range: RangeJson,
    label: Option<String>,
    related: Vec<Related>,
    fix: Option<FixedBy>,
}

#[derive(Debug, Serialize)]
struct RangeJson {
    start: PlaceJson,
    end: PlaceJson,
}

#[derive(Debug, Serialize)]
struct PlaceJson {
    line: usize,
    column: usize,
    offset: usize,
}

#[derive(Debug, Serialize)]
struct Related {
    file: String,
    range: RangeJson,
    message: String,
}

#[derive(Debug, Serialize)]
struct FixedBy {
    title: String,
    safe: bool,
    edits: Vec<ReplacementJson>,
}

#[derive(Debug, Serialize)]
struct ReplacementJson {
    range: RangeJson,
    text: String,
}

#[derive(Debug, Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
    files_with_findings: usize,
}

/// The number of findings of a rule.
#[derive(Debug, Serialize)]
struct RuleStatistics {
    code: &'static str,
    name: &'static str,
    count: usize,
    files: usize,
    fixable: usize,
    fixable_unsafe: usize,
}

/// The number of findings in the baseline.
#[derive(Debug, Serialize)]
struct KnownFindings {
    hidden: usize,
    gone: usize,
}

/// The parts after the findings. The optional parts are there if they were requested.
#[derive(Debug, Serialize)]
struct Tail<'s> {
    sets: &'s [SetJson],
    unread: Vec<Unread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<RuleStatistics>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<KnownFindings>,
    summary: Summary,
}

/// A file that could not be read, searched or written.
#[derive(Debug, Serialize)]
struct Unread {
    file: String,
    reason: String,
}

impl super::ReportFormat for Json {
    fn head(&self) -> String {
        "{\n  \"version\": 1,\n  \"diagnostics\": [".to_owned()
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        let mut out = String::new();
        for found in part.findings {
            self.elements.push(&mut out, &finding(found, part.sources));
        }
        self.sets.extend(part.entitled.map(SetJson::new));
        out
    }

    fn shows_entitled(&self) -> bool {
        true
    }

    fn tail(&mut self, outcome: &Outcome) -> String {
        let tail = indented(&tail(outcome, &self.sets), 0);
        let tail = tail.strip_prefix('{').unwrap_or(&tail);
        format!("{}],{tail}\n", self.elements.close())
    }
}

fn tail<'s>(outcome: &Outcome, sets: &'s [SetJson]) -> Tail<'s> {
    let unread = outcome.unread.iter().map(|(file, reason)| Unread {
        file: escape(file).into_owned(),
        reason: escape(reason).into_owned(),
    });
    let statistics = outcome.statistics.as_ref().map(|statistics| {
        let rules = statistics.sorted().into_iter().map(|rule| RuleStatistics {
            code: rule.code.id,
            name: rule.code.name,
            count: rule.count,
            files: rule.files,
            fixable: rule.fixable,
            fixable_unsafe: rule.fixable_unsafe,
        });
        rules.collect()
    });
    Tail {
        sets,
        unread: unread.collect(),
        statistics,
        baseline: outcome.baseline.map(|known| KnownFindings { hidden: known.hidden, gone: known.gone }),
        summary: Summary {
            errors: outcome.tally.errors,
            warnings: outcome.tally.warnings,
            notes: outcome.tally.notes,
            files: outcome.files,
            files_with_findings: outcome.files_with_findings,
        },
    }
}

fn finding(found: &Diagnostic, sources: &Sources<'_>) -> FindingJson {
    let source = sources.get(found.primary.file);
    FindingJson {
        code: found.code.id,
        name: found.code.name,
        severity: found.severity.as_str(),
        message: escape(&found.message).into_owned(),
        help: found.help.as_deref().map(|help| escape(help).into_owned()),
        file: file_name(source),
        range: range(source, found.primary.span),
        label: Some(&found.primary.text)
            .filter(|text| !text.is_empty())
            .map(|text| escape(text).into_owned()),
        related: found.related.iter().map(|label| related(label, sources)).collect(),
        fix: found.fix.as_ref().map(|fix| FixedBy {
            title: escape(&fix.title).into_owned(),
            safe: fix.safe,
            edits: fix.edits.iter().map(|edit| replacement(source, edit)).collect(),
        }),
    }
}

fn related(label: &Label, sources: &Sources<'_>) -> Related {
    let source = sources.get(label.file);
    Related {
        file: file_name(source),
        range: range(source, label.span),
        message: escape(&label.text).into_owned(),
    }
}

/// Converts an edit. The replacement is not escaped, because programs insert it into the file.
fn replacement(source: Option<&SourceFile>, edit: &Edit) -> ReplacementJson {
    ReplacementJson { range: range(source, edit.span), text: edit.replacement.clone() }
}

fn file_name(source: Option<&SourceFile>) -> String {
    source.map_or_else(String::new, |source| escape(source.name()).into_owned())
}

fn range(source: Option<&SourceFile>, span: Span) -> RangeJson {
    RangeJson { start: place(source, span.start as usize), end: place(source, span.end as usize) }
}

fn place(source: Option<&SourceFile>, offset: usize) -> PlaceJson {
    source.map_or(PlaceJson { line: 1, column: 1, offset }, |source| {
        let at = source.position(offset);
        PlaceJson { line: at.line, column: at.column, offset: at.offset }
    })
}
