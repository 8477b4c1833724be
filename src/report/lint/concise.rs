//! One finding per line, for editors and `grep`: `file:line:column: severity[CODE]: message`.

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::Diagnostic;

use super::{Outcome, Part, ReportFormat};

/// The one-line format.
#[derive(Debug, Default)]
pub struct Concise;

impl ReportFormat for Concise {
    fn head(&self) -> String {
        String::new()
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        part.findings.iter().map(|found| line(found, part.sources)).collect()
    }

    fn tail(&mut self, _: &Outcome) -> String {
        String::new()
    }
}

fn line(found: &Diagnostic, sources: &Sources<'_>) -> String {
    let place = sources.get(found.primary.file).map_or_else(String::new, |source| {
        let at = source.position(found.primary.span.start as usize);
        format!("{}:{}:{}: ", escape(source.name()), at.line, at.column)
    });
    let help = found.help.as_deref().map(|help| format!(" ({})", escape(help))).unwrap_or_default();
    format!("{place}{}[{}]: {}{help}\n", found.severity.as_str(), found.code.id, escape(&found.message))
}
