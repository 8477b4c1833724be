//! GitLab code quality report.

use serde::Serialize;

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::{Diagnostic, Severity};

use super::elements::Elements;
use super::fingerprint::{self, Fingerprints};
use super::location::{self, message};
use super::{Outcome, Part, ReportFormat};

/// The GitLab format: a list of issues.
#[derive(Debug)]
pub struct Gitlab {
    elements: Elements,
    fingerprints: Fingerprints,
}

impl Default for Gitlab {
    fn default() -> Self {
        Self { elements: Elements::new(2), fingerprints: Fingerprints::default() }
    }
}

#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Debug, Serialize)]
struct GitlabLocation {
    path: String,
    positions: Positions,
}

#[derive(Debug, Serialize)]
struct Positions {
    begin: GitlabPlace,
    end: GitlabPlace,
}

#[derive(Debug, Serialize)]
struct GitlabPlace {
    line: usize,
    column: usize,
}

impl ReportFormat for Gitlab {
    fn head(&self) -> String {
        "[".to_owned()
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        let mut out = String::new();
        for found in part.findings {
            let fingerprint = self.fingerprints.fingerprint(found, part.sources);
            self.elements.push(&mut out, &issue(found, part.sources, fingerprint));
        }
        out
    }

    fn tail(&mut self, outcome: &Outcome) -> String {
        let mut out = String::new();
        for (name, reason) in &outcome.unread {
            self.elements.push(&mut out, &unread(name, reason));
        }
        format!("{out}{}]\n", self.elements.close())
    }
}

fn unread(name: &str, reason: &str) -> Issue {
    let path = location::display_name(name);
    let first = || GitlabPlace { line: 1, column: 1 };
    Issue {
        description: escape(reason).into_owned(),
        check_name: "not-read",
        fingerprint: fingerprint::of_text(&format!("not-read\n{path}")),
        severity: "blocker",
        location: GitlabLocation { path, positions: Positions { begin: first(), end: first() } },
    }
}

fn issue(found: &Diagnostic, sources: &Sources<'_>, fingerprint: String) -> Issue {
    let range = location::range(sources.get(found.primary.file), found.primary.span);
    Issue {
        description: format!("{}: {}", found.code.id, message(found)),
        check_name: found.code.name,
        fingerprint,
        severity: match found.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: GitlabLocation {
            path: location::path(sources, found.primary.file),
            positions: Positions {
                begin: GitlabPlace { line: range.start.line, column: range.start.column },
                end: GitlabPlace { line: range.end.line, column: range.end.column },
            },
        },
    }
}
