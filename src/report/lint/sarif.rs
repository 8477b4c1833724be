//! SARIF 2.1.0, with all rules and their explanations.

use serde::Serialize;

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
use keywright_syntax::source::{FileId, Span};

use super::elements::{Elements, indented};
use super::fingerprint::Fingerprints;
use super::location::{self, message, uri};
use super::{Outcome, Part, ReportFormat, ReportedRule};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The SARIF format: one run of one command.
#[derive(Debug)]
pub struct Sarif {
    command: &'static str,
    rules: Vec<ReportedRule>,
    results: Elements,
    fingerprints: Fingerprints,
}

impl Sarif {
    /// Creates the report of a command with these rules.
    #[must_use]
    pub fn new(command: &'static str, rules: Vec<ReportedRule>) -> Self {
        Self { command, rules, results: Elements::new(8), fingerprints: Fingerprints::default() }
    }
}

/// Identifies the command, so that code scanning keeps the results of `lint` when those of `verify` arrive.
#[derive(Debug, Serialize)]
struct Automation {
    id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: SarifHelp,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Debug, Serialize)]
struct SarifHelp {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Tags {
    tags: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFinding {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    partial_fingerprints: Partial,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifChange>,
}

#[derive(Debug, Serialize)]
struct Partial {
    #[serde(rename = "keywright/v1")]
    v1: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
    byte_offset: usize,
    byte_length: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifChange {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<SarifReplacement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement {
    deleted_region: Region,
    inserted_content: Message,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

impl ReportFormat for Sarif {
    fn head(&self) -> String {
        let driver = Driver {
            name: "keywright",
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: self.rules.iter().map(descriptor).collect(),
        };
        let tool = indented(&Tool { driver }, 6);
        let automation = indented(&Automation { id: format!("keywright-{}/", self.command) }, 6);
        format!(
            "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {{\n      \
             \"tool\": {},\n      \"automationDetails\": {},\n      \"columnKind\": \"unicodeCodePoints\",\n      \
             \"results\": [",
            tool.trim_start(),
            automation.trim_start()
        )
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        let mut out = String::new();
        for found in part.findings {
            let fingerprint = self.fingerprints.fingerprint(found, part.sources);
            let index = self.rules.iter().position(|rule| rule.code.id == found.code.id);
            self.results.push(&mut out, &finding(found, index, part.sources, fingerprint));
        }
        out
    }

    fn tail(&mut self, outcome: &Outcome) -> String {
        let notification = |(name, reason): &(String, String)| Notification {
            level: "error",
            message: Message { text: format!("{}: {}", escape(name), escape(reason)) },
        };
        let invocation = Invocation {
            execution_successful: outcome.unread.is_empty(),
            tool_execution_notifications: outcome.unread.iter().map(notification).collect(),
        };
        format!(
            "{}],\n      \"invocations\": [\n{}\n      ]\n    }}\n  ]\n}}\n",
            self.results.close(),
            indented(&invocation, 8)
        )
    }
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn descriptor(rule: &ReportedRule) -> ReportingDescriptor {
    ReportingDescriptor {
        id: rule.code.id,
        name: rule.code.name,
        short_description: Message { text: rule.summary.to_owned() },
        full_description: Message { text: rule.rationale.to_owned() },
        help: SarifHelp {
            text: format!("{} {}", rule.rationale, rule.how_to_fix),
            markdown: format!("{}\n\n**How to fix**: {}", rule.rationale, rule.how_to_fix),
        },
        default_configuration: Configuration { level: level(rule.code.severity) },
        properties: Tags { tags: vec![rule.group] },
    }
}

fn finding(
    found: &Diagnostic,
    rule_index: Option<usize>,
    sources: &Sources<'_>,
    fingerprint: String,
) -> SarifFinding {
    let related = found.related.iter().zip(1..);
    let primary = &found.primary;
    SarifFinding {
        rule_id: found.code.id,
        rule_index,
        level: level(found.severity),
        message: Message { text: message(found) },
        locations: [location(primary, None, sources)],
        related_locations: related.map(|(label, id)| location(label, Some(id), sources)).collect(),
        partial_fingerprints: Partial { v1: fingerprint },
        fixes: found.fix.iter().map(|fix| change(fix, primary.file, sources)).collect(),
    }
}

fn location(label: &Label, id: Option<usize>, sources: &Sources<'_>) -> SarifLocation {
    let message = (!label.text.is_empty()).then(|| Message { text: escape(&label.text).into_owned() });
    let physical_location = Physical {
        artifact_location: artifact(label.file, sources),
        region: region(label.file, label.span, sources),
    };
    SarifLocation { id, physical_location, message }
}

fn artifact(file: FileId, sources: &Sources<'_>) -> Artifact {
    Artifact { uri: sources.get(file).map(|source| uri(source.name())).unwrap_or_default() }
}

fn region(file: FileId, span: Span, sources: &Sources<'_>) -> Region {
    let range = location::range(sources.get(file), span);
    Region {
        start_line: range.start.line,
        start_column: range.start.column,
        end_line: range.end.line,
        end_column: range.end.column,
        byte_offset: range.start.offset,
        byte_length: range.end.offset.saturating_sub(range.start.offset),
    }
}

fn change(fix: &Fix, file: FileId, sources: &Sources<'_>) -> SarifChange {
    let replacement = |edit: &Edit| SarifReplacement {
        deleted_region: region(file, edit.span, sources),
        inserted_content: Message { text: edit.replacement.clone() },
    };
    SarifChange {
        description: Message { text: escape(&fix.title).into_owned() },
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(file, sources),
            replacements: fix.edits.iter().map(replacement).collect(),
        }],
    }
}
