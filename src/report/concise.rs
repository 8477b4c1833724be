//! Findings, one a line: `file:line:column: severity[CODE]: message`, as editors and `grep` read them.

use crate::diagnostic::Diagnostic;

use super::Sources;
use super::escape::escape;

/// One line for each finding.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources<'_>) -> String {
    diagnostics.iter().map(|found| line(found, sources)).collect()
}

fn line(found: &Diagnostic, sources: &Sources<'_>) -> String {
    let place = sources.get(found.primary.file).map_or_else(String::new, |source| {
        let at = source.position(found.primary.span.start as usize);
        format!("{}:{}:{}: ", escape(source.name()), at.line, at.column)
    });
    let help = found.help.as_deref().map(|help| format!(" ({})", escape(help))).unwrap_or_default();
    format!("{place}{}[{}]: {}{help}\n", found.severity.word(), found.code.id, escape(&found.message))
}
