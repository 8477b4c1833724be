//! The canonical layout of a license file.
//!
//! Changes blanks, line breaks and quotes, nothing else: blocks, directives and comments keep their order and their
//! text. Every run is proven by reading the result again ([`Unproven`]).

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{MAX_FILE_BYTES, SourceFile, Span};

use super::tree::{Block, Directive, Element, Item, Tree, fold};

/// Where lines of short directives are broken, in bytes.
const WIDTH: usize = 100;

/// How the value of a directive is laid out. What a directive means is not known here, so the caller says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// In quotes, even where it could do without.
    pub quoted: bool,
    /// On a line of its own.
    pub own_line: bool,
    /// Blanks inside the value mean nothing and are dropped, as in a KEY.
    pub compact: bool,
}

/// Why a file was not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// The tree has text that could not be read.
    Unreadable,
    /// The formatted text is larger than a file may be.
    TooLarge,
    /// The formatted text does not read as the same blocks, directives and comments. This is a fault of the formatter.
    Changed,
}

/// The file in canonical layout. `layout` says for a directive's name and value how the value stands.
///
/// # Errors
/// When the file cannot be read, or when reading the result again does not give the same content.
pub fn format(tree: &Tree, layout: &dyn Fn(&str, &str) -> Layout) -> Result<String, Unproven> {
    let readable = tree.items.iter().all(|item| match item {
        Item::Block(block) => block.is_readable(),
        Item::Comment(_) => true,
        Item::Stray(_) | Item::Lost { .. } => false,
    });
    let unsound = tree.errors().iter().any(crate::diagnostic::Diagnostic::is_error);
    if !readable || unsound || tree.source.fault().is_some() {
        return Err(Unproven::Unreadable);
    }
    let mut printer = Printer { source: &tree.source, layout, out: String::new() };
    printer.items(&tree.items);
    let text = with_line_ends(printer.out, &tree.source);
    if text.len() > MAX_FILE_BYTES {
        return Err(Unproven::TooLarge);
    }
    let again = super::parse(SourceFile::new(tree.source.name(), text.clone()));
    if content(tree, layout) == content(&again, layout) { Ok(text) } else { Err(Unproven::Changed) }
}

/// A file keeps the line ends it begins with.
fn with_line_ends(text: String, source: &Arc<SourceFile>) -> String {
    let first = source.text().find('\n').and_then(|at| source.text().get(..at));
    if first.is_some_and(|line| line.ends_with('\r')) { text.replace('\n', "\r\n") } else { text }
}

/// What must not change: names and values as read, and comments, in their order.
fn content<'a>(tree: &'a Tree, layout: &dyn Fn(&str, &str) -> Layout) -> Vec<(&'a str, Cow<'a, str>)> {
    let source = &*tree.source;
    let comment = |span: Span| ("#", Cow::Borrowed(source.slice(span).trim_end()));
    let mut all = Vec::new();
    for item in &tree.items {
        match item {
            Item::Comment(span) => all.push(comment(*span)),
            Item::Stray(span) | Item::Lost { span, .. } => {
                all.push(("?", Cow::Borrowed(source.slice(*span))));
            }
            Item::Block(block) => {
                all.push(("FEATURE", Cow::Borrowed(source.slice(block.name))));
                all.extend(block.header_comments.iter().map(|span| comment(*span)));
                all.extend(block.elements.iter().map(|element| match element {
                    Element::Comment(span) => comment(*span),
                    Element::Stray(span) => ("?", Cow::Borrowed(source.slice(*span))),
                    Element::Directive(directive) => {
                        (source.slice(directive.name), value(source, *directive, layout).0)
                    }
                }));
                all.push(("}", Cow::Borrowed("")));
            }
        }
    }
    all
}

/// The value as it is printed, without quotes, and its layout.
fn value<'a>(
    source: &'a SourceFile,
    directive: Directive,
    layout: &dyn Fn(&str, &str) -> Layout,
) -> (Cow<'a, str>, Layout) {
    let folded = fold(source.slice(directive.value.inner()));
    let layout = layout(source.slice(directive.name), &folded);
    let value =
        if layout.compact && folded.contains(' ') { Cow::Owned(folded.replace(' ', "")) } else { folded };
    (value, layout)
}

/// Whether a value is printed in quotes wherever it stands.
#[must_use]
pub fn needs_quotes(value: &str) -> bool {
    value.is_empty() || value.contains([' ', '"', '#', '{', '}', '\u{a0}'])
}

struct Printer<'a> {
    source: &'a SourceFile,
    layout: &'a dyn Fn(&str, &str) -> Layout,
    out: String,
}

impl Printer<'_> {
    fn items(&mut self, items: &[Item]) {
        let mut before: Option<&Item> = None;
        for item in items {
            if let Some(before) = before {
                self.between(before, item);
            }
            match item {
                Item::Block(block) => self.block(block),
                Item::Comment(span) | Item::Stray(span) | Item::Lost { span, .. } => self.text(*span),
            }
            before = Some(item);
        }
        if before.is_some() {
            self.out.push('\n');
        }
    }

    /// Line breaks between two items: none before a comment that ends the line of a block, none lost between the lines
    /// of one comment or before the block it explains, else one blank line.
    fn between(&mut self, before: &Item, item: &Item) {
        let breaks = self.breaks(before.span().end, item.span().start);
        let separator = match (before, item) {
            (Item::Block(_), Item::Comment(_)) if breaks == 0 => " ",
            (Item::Comment(_), _) if breaks < 2 => "\n",
            _ => "\n\n",
        };
        self.out.push_str(separator);
    }

    fn breaks(&self, from: u32, to: u32) -> usize {
        self.source.slice(Span { start: from, end: to.max(from) }).matches('\n').count()
    }

    fn text(&mut self, span: Span) {
        self.out.push_str(self.source.slice(span).trim_end());
    }

    fn block(&mut self, block: &Block) {
        self.out.push_str("FEATURE");
        let mut header: Vec<Span> = block.header_comments.clone();
        header.push(block.name);
        header.sort();
        let mut at = block.span.start;
        let mut after_comment = false;
        for span in header {
            let own_line = after_comment || span != block.name && self.breaks(at, span.start) > 0;
            self.out.push(if own_line { '\n' } else { ' ' });
            self.text(span);
            after_comment = span != block.name;
            at = span.end;
        }
        self.out.push_str("\n{");
        self.elements(block);
        self.out.push_str("\n}");
    }

    fn elements(&mut self, block: &Block) {
        // The bytes of the current line, or nothing where the next element must begin a line.
        let mut line: Option<usize> = None;
        let mut at = block.open.end;
        for (index, element) in block.elements.iter().enumerate() {
            let span = element.span();
            let breaks = self.breaks(at, span.start);
            let blank_line = breaks > 1 && index > 0;
            at = span.end;
            if let Element::Comment(comment) = element {
                let separator = if breaks == 0 {
                    " "
                } else if blank_line {
                    "\n\n  "
                } else {
                    "\n  "
                };
                self.out.push_str(separator);
                self.text(*comment);
                line = None;
                continue;
            }
            let (text, own_line) = self.element(element);
            match line.filter(|used| !own_line && !blank_line && used + 1 + text.len() <= WIDTH) {
                Some(used) => {
                    self.out.push(' ');
                    line = Some(used + 1 + text.len());
                }
                None => {
                    self.out.push_str(if blank_line { "\n\n  " } else { "\n  " });
                    line = (!own_line).then_some(2 + text.len());
                }
            }
            self.out.push_str(&text);
        }
    }

    /// The text of a directive, and whether it stands alone on its line.
    fn element(&self, element: &Element) -> (String, bool) {
        let Element::Directive(directive) = element else {
            return (self.source.slice(element.span()).to_owned(), true);
        };
        let (value, layout) = value(self.source, *directive, self.layout);
        let quote = if layout.quoted || needs_quotes(&value) { "\"" } else { "" };
        let name = self.source.slice(directive.name);
        (format!("{name}={quote}{value}{quote}"), layout.own_line)
    }
}
