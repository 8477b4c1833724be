//! Findings shown with source excerpts, for the terminal. The only file that uses miette.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write as _};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};

use keywright_syntax::diagnostic::{Diagnostic, Label, Severity};
use keywright_syntax::source::{FileId, SourceFile, Span};

use super::Sources;
use super::escape::{escape, mask};

/// Maximum line length for source excerpts. Findings on longer lines are shown as text, with their place.
const LONGEST_LINE: usize = 400;
/// Maximum number of lines of a label. Longer labels cover only their first line.
const MOST_LINES: usize = 6;

/// The style of the output.
#[derive(Debug, Clone, Copy)]
pub struct DiagnosticStyle {
    /// True to use colour.
    pub color: bool,
    /// Width in columns at which text is wrapped.
    pub width: usize,
}

/// Renders findings one after the other.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources<'_>, style: DiagnosticStyle) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width)
        .with_context_lines(0);
    let mut out = String::new();
    let pages = pages(diagnostics, sources);
    for diagnostic in diagnostics {
        let drawn = MietteDiagnostic::new(diagnostic, sources, &pages);
        // Fallback only: writing to a string cannot fail, and spans are clamped to the source.
        if handler.render_report(&mut out, &drawn).is_err() {
            let _ = writeln!(out, "{}", drawn.message);
        }
        out.push('\n');
    }
    out
}

/// The files with findings, prepared for excerpts.
fn pages<'a>(diagnostics: &[Diagnostic], sources: &Sources<'a>) -> HashMap<FileId, Page<'a>> {
    let mut pages = HashMap::new();
    for file in diagnostics.iter().map(|diagnostic| diagnostic.primary.file) {
        if let Some(source) = sources.get(file) {
            pages.entry(file).or_insert_with(|| Page { source, text: mask(source.text()) });
        }
    }
    pages
}

/// A diagnostic for miette, with all text escaped and all spans within the source.
#[derive(Debug)]
struct MietteDiagnostic<'a> {
    code: String,
    message: String,
    help: Option<String>,
    severity: miette::Severity,
    labels: Vec<LabeledSpan>,
    source: Option<&'a Page<'a>>,
}

impl<'a> MietteDiagnostic<'a> {
    fn new(diagnostic: &Diagnostic, sources: &Sources<'_>, pages: &'a HashMap<FileId, Page<'a>>) -> Self {
        let source = sources.get(diagnostic.primary.file);
        let drawable = source.filter(|source| {
            let related = diagnostic.related.iter().filter(|label| label.file == diagnostic.primary.file);
            related.chain([&diagnostic.primary]).all(|label| has_short_lines(source, label.span))
        });
        let mut notes = Vec::new();
        let mut labels = Vec::new();
        if let Some(source) = drawable {
            labels.push(label(source, &diagnostic.primary, true));
        } else if let Some(source) = source {
            notes.push(format!("at {}", place(source, diagnostic.primary.span)));
        }
        for other in &diagnostic.related {
            match drawable {
                Some(source) if other.file == diagnostic.primary.file => {
                    labels.push(label(source, other, false));
                }
                _ => notes.extend(
                    sources
                        .get(other.file)
                        .map(|source| format!("{}: {}", place(source, other.span), escape(&other.text))),
                ),
            }
        }
        notes.extend(diagnostic.help.as_deref().map(|help| escape(help).into_owned()));
        Self {
            code: format!("{} {}", diagnostic.code.id, diagnostic.code.name),
            message: escape(&diagnostic.message).into_owned(),
            help: (!notes.is_empty()).then(|| notes.join("\n")),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Note => miette::Severity::Advice,
            },
            labels,
            source: drawable.and_then(|_| pages.get(&diagnostic.primary.file)),
        }
    }
}

/// `file:line:column`, escaped.
fn place(source: &SourceFile, span: Span) -> String {
    let at = source.position(span.start as usize);
    format!("{}:{}:{}", escape(source.name()), at.line, at.column)
}

fn label(source: &SourceFile, label: &Label, primary: bool) -> LabeledSpan {
    let span = drawn_span(source, label.span);
    let text = (!label.text.is_empty()).then(|| escape(&label.text).into_owned());
    let place = SourceSpan::new((span.start as usize).into(), span.len());
    if primary {
        LabeledSpan::new_primary_with_span(text, place)
    } else {
        LabeledSpan::new_with_span(text, place)
    }
}

/// Clamps a span to the source, and to its first line if it covers many lines.
fn drawn_span(source: &SourceFile, span: Span) -> Span {
    let end = source.text().len();
    let span = Span::new((span.start as usize).min(end), (span.end as usize).min(end));
    let first = source.position(span.start as usize).line;
    let last = source.position(span.end as usize).line;
    if last - first < MOST_LINES {
        return span;
    }
    let line_end = source.line_span(first).map_or(span.end, |line| line.end);
    Span { start: span.start, end: line_end.max(span.start) }
}

fn has_short_lines(source: &SourceFile, span: Span) -> bool {
    let span = drawn_span(source, span);
    let first = source.position(span.start as usize).line;
    let last = source.position(span.end as usize).line;
    (first..=last).all(|line| source.line_span(line).is_none_or(|line| line.len() <= LONGEST_LINE))
}

impl fmt::Display for MietteDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MietteDiagnostic<'_> {}

impl miette::Diagnostic for MietteDiagnostic<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|page| page as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A source with a line index. miette's own sources scan from the first byte for every label, which takes quadratic time
/// for many findings.
#[derive(Debug)]
struct Page<'a> {
    source: &'a SourceFile,
    /// The text with hostile characters masked, of the same length in bytes.
    text: Cow<'a, str>,
}

/// The lines that miette requested.
struct Lines<'a> {
    data: &'a [u8],
    span: SourceSpan,
    first: usize,
    count: usize,
    /// Column of the requested place, from 1; miette shows it in the header line.
    column: usize,
    name: String,
}

impl SourceCode for Page<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let first = self.source.position(span.offset()).line.saturating_sub(before).max(1);
        let last =
            (self.source.position(span.offset() + span.len()).line + after).min(self.source.line_count());
        let start = self.source.line_span(first).ok_or(MietteError::OutOfBounds)?.start as usize;
        let end = self.source.line_span(last).ok_or(MietteError::OutOfBounds)?.end as usize;
        let data = self.text.as_bytes().get(start..end).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(Lines {
            data,
            span: SourceSpan::new(start.into(), data.len()),
            first,
            count: last - first + 1,
            column: self.source.position(span.offset()).column,
            name: escape(self.source.name()).into_owned(),
        }))
    }
}

impl<'a> SpanContents<'a> for Lines<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn line(&self) -> usize {
        self.first - 1
    }

    fn column(&self) -> usize {
        self.column - 1
    }

    fn line_count(&self) -> usize {
        self.count
    }

    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }
}
