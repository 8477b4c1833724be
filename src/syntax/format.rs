//! The formatter: the canonical layout of a license file.
//!
//! It changes whitespace and quotes only. Blocks, directives and comments keep their order and their text. Every run
//! parses the result again to prove that ([`Unproven`]).

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{MAX_FILE_BYTES, SourceFile, Span};

use super::tree::{Block, Directive, Element, Item, Tree, comments, fold};

/// Maximum length in bytes of a line with several directives.
const WIDTH: usize = 100;

/// The layout of a directive's value. The caller provides it, because this module is independent of the directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Written in quotes even if the value does not require them.
    pub quoted: bool,
    /// Written on a separate line.
    pub own_line: bool,
    /// Whitespace in the value is insignificant and removed, as in a KEY.
    pub compact: bool,
}

/// The reason why a file was not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// The file contains text that cannot be parsed.
    Unreadable,
    /// The formatted text exceeds the file size limit.
    TooLarge,
    /// The formatted text parses to different blocks, directives or comments. This is a bug in the formatter.
    Changed,
}

/// Returns the file in canonical layout. `layout` returns the layout for a directive's name and value.
///
/// # Errors
/// Returns an error if the file cannot be read, or if the result does not parse to the same content.
pub fn format(tree: &Tree, layout: &dyn Fn(&str, &str) -> Layout) -> Result<String, Unproven> {
    let readable = tree.items.iter().all(|item| match item {
        Item::Block(block) => block.is_readable(),
        Item::Comments(_) => true,
        Item::Stray(_) | Item::Lost { .. } => false,
    });
    let unsound = tree.errors().iter().any(crate::diagnostic::Diagnostic::is_error);
    if !readable || unsound || tree.source.fault().is_some() {
        return Err(Unproven::Unreadable);
    }
    // Most files grow by little, and growing a large text copies it.
    let out = String::with_capacity(tree.source.text().len() / 8 * 9);
    let mut printer = Printer { source: &tree.source, layout, out };
    printer.items(&tree.items);
    let text = with_line_ends(printer.out, &tree.source);
    if text.len() > MAX_FILE_BYTES {
        return Err(Unproven::TooLarge);
    }
    let again = super::parse(SourceFile::new(tree.source.name(), text));
    let is_same = content(tree, layout).eq(content(&again, layout));
    if is_same { Ok(SourceFile::into_text(again.source)) } else { Err(Unproven::Changed) }
}

/// Returns `text` with the line ending that the source uses on its first line.
fn with_line_ends(text: String, source: &Arc<SourceFile>) -> String {
    let first = source.text().find('\n').and_then(|at| source.text().get(..at));
    if first.is_some_and(|line| line.ends_with('\r')) { text.replace('\n', "\r\n") } else { text }
}

/// A name or a mark, and its text.
type NamedText<'a> = (&'a str, Cow<'a, str>);

/// Returns the content that formatting must preserve: names, values and comments in file order. It is lazy, because a list
/// would be many times the size of the file.
fn content<'a>(
    tree: &'a Tree,
    layout: &'a dyn Fn(&str, &str) -> Layout,
) -> impl Iterator<Item = NamedText<'a>> {
    let source = &*tree.source;
    tree.items.iter().flat_map(move |item| -> Box<dyn Iterator<Item = NamedText<'a>> + 'a> {
        match item {
            Item::Comments(run) => Box::new(remarks(source, *run)),
            Item::Stray(span) | Item::Lost { span, .. } => Box::new(std::iter::once(unread(source, *span))),
            Item::Block(block) => Box::new(block_content(source, block, layout)),
        }
    })
}

fn remarks(source: &SourceFile, run: Span) -> impl Iterator<Item = NamedText<'_>> {
    comments(source, run).map(|span| ("#", Cow::Borrowed(source.slice(span).trim_end())))
}

fn unread(source: &SourceFile, span: Span) -> NamedText<'_> {
    ("?", Cow::Borrowed(source.slice(span)))
}

fn block_content<'a>(
    source: &'a SourceFile,
    block: &'a Block,
    layout: &'a dyn Fn(&str, &str) -> Layout,
) -> impl Iterator<Item = NamedText<'a>> {
    let header = block.header_comments.iter().flat_map(move |run| remarks(source, *run));
    let elements =
        block.elements.iter().flat_map(move |element| -> Box<dyn Iterator<Item = NamedText<'a>> + 'a> {
            match element {
                Element::Comments(run) => Box::new(remarks(source, *run)),
                Element::Stray(span) => Box::new(std::iter::once(unread(source, *span))),
                Element::Directive(directive) => {
                    let name = source.slice(directive.name);
                    Box::new(std::iter::once((name, value(source, *directive, layout).0)))
                }
            }
        });
    let name = ("FEATURE", Cow::Borrowed(source.slice(block.name)));
    std::iter::once(name).chain(header).chain(elements).chain([("}", Cow::Borrowed(""))])
}

/// Returns the value as printed, without quotes, and its layout.
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

/// Returns true if a value must be quoted in every layout.
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
                Item::Comments(run) => self.run(*run),
                Item::Stray(span) | Item::Lost { span, .. } => self.text(*span),
            }
            before = Some(item);
        }
        if before.is_some() {
            self.out.push('\n');
        }
    }

    /// Writes the line breaks between two items. A comment on the last line of a block stays there. Other comments keep
    /// their distance to the next comment or block if it is one line break. Otherwise one empty line follows.
    fn between(&mut self, before: &Item, item: &Item) {
        let breaks = self.breaks(before.span().end, item.span().start);
        let separator = match (before, item) {
            (Item::Block(_), Item::Comments(_)) if breaks == 0 => " ",
            (Item::Comments(_), _) if breaks < 2 => "\n",
            _ => "\n\n",
        };
        self.out.push_str(separator);
    }

    /// Prints the comments of a run between blocks. An empty line between two of them is kept.
    fn run(&mut self, run: Span) {
        let mut before: Option<Span> = None;
        for comment in comments(self.source, run) {
            if let Some(before) = before {
                let is_apart = self.breaks(before.end, comment.start) > 1;
                self.out.push_str(if is_apart { "\n\n" } else { "\n" });
            }
            self.text(comment);
            before = Some(comment);
        }
    }

    fn breaks(&self, from: u32, to: u32) -> usize {
        self.source.slice(Span { start: from, end: to.max(from) }).matches('\n').count()
    }

    fn text(&mut self, span: Span) {
        self.out.push_str(self.source.slice(span).trim_end());
    }

    fn block(&mut self, block: &Block) {
        self.out.push_str("FEATURE");
        let runs = block.header_comments.iter();
        let mut header: Vec<Span> = runs.flat_map(|run| comments(self.source, *run)).collect();
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
        // Length of the current line in bytes; `None` if the next element must begin a new line.
        let mut line: Option<usize> = None;
        let mut at = block.open.end;
        for (index, element) in block.elements.iter().enumerate() {
            let span = element.span();
            let breaks = self.breaks(at, span.start);
            let blank_line = breaks > 1 && index > 0;
            at = span.end;
            if let Element::Comments(run) = element {
                self.comments_inside(*run, (breaks, blank_line));
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

    /// Prints the comments of a run inside a block. `first` is the number of line breaks before the first comment, and
    /// true if an empty line is kept there.
    fn comments_inside(&mut self, run: Span, first: (usize, bool)) {
        let (mut breaks, mut blank_line) = first;
        let mut at: Option<u32> = None;
        for comment in comments(self.source, run) {
            if let Some(at) = at {
                breaks = self.breaks(at, comment.start);
                blank_line = breaks > 1;
            }
            self.out.push_str(match (breaks, blank_line) {
                (0, _) => " ",
                (_, true) => "\n\n  ",
                (_, false) => "\n  ",
            });
            self.text(comment);
            at = Some(comment.end);
        }
    }

    /// Returns the text of a directive, and true if it is written on a separate line.
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
