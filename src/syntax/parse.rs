//! The parser. Only this file uses pest: its pairs are converted to spans, and its messages are never shown.

use std::sync::Arc;

use pest::Parser as _;
use pest::iterators::Pair;
use pest_derive::Parser;

use crate::diagnostic::{Diagnostic, Findings, MOST_OF_A_CODE};
use crate::jobs::{self, InOrder, Jobs};
use crate::source::{BOM, EncodingFault, MAX_FILE_BYTES, SourceFile, Span};

use super::block_splitter::{Cause, Lost, MAX_BLOCK_BYTES, Part, split};
use super::codes;
use super::mail;
use super::plain;
use super::recovery;
use super::tree::{Block, Directive, Element, Item, Tree, Value, comments};
use super::whole_file;

pub use crate::limits::MAX_BLOCKS;
use crate::limits::MIB;

#[derive(Parser)]
#[grammar = "../../grammar/license.pest"]
struct LicenseParser;

/// Parses a file. Never fails: text that cannot be read is reported in [`Tree::errors`].
#[must_use]
pub fn parse(source: Arc<SourceFile>) -> Tree {
    parse_with(source, MOST_OF_A_CODE, &InOrder)
}

/// Like [`parse`], but keeps up to `most` findings of each code in full, and reads the parts of a large file as `jobs`.
#[must_use]
pub fn parse_with(source: Arc<SourceFile>, most: usize, jobs: &dyn Jobs) -> Tree {
    build(source, most, |source, parts| jobs::map(jobs, parts, |part| part.read(source)))
}

/// Like [`parse`], but reads all text with the grammar. Slow: it exists to check that [`parse`] returns the same.
#[must_use]
pub fn parse_by_grammar(source: Arc<SourceFile>) -> Tree {
    build(source, MOST_OF_A_CODE, |_, parts| parts.iter().map(|_| None).collect())
}

fn build(
    source: Arc<SourceFile>,
    most: usize,
    read: impl Fn(&SourceFile, &[Part]) -> Vec<Option<Vec<Item>>>,
) -> Tree {
    let whole = whole_file::explain(&source);
    let mut builder = Builder::new(&source, most);
    builder.check_file();
    let parts = split(source.text(), builder.text_start);
    let plain = read(&source, &parts);
    for (part, plain) in parts.into_iter().zip(plain) {
        match (part, plain) {
            (_, Some(items)) => items.into_iter().for_each(|item| builder.plain_item(item)),
            (Part::Text(span), None) => builder.text(span),
            (Part::Lost(lost), None) => builder.lost(&lost),
        }
    }
    let (items, findings) = builder.finish();
    let tree = Tree { source, items, findings };
    match whole {
        Some(whole) if whole.is_certain || !is_license(&tree) => only(tree, whole.found),
        _ => tree,
    }
}

/// Returns true if a file has a readable block with a directive.
fn is_license(tree: &Tree) -> bool {
    let mut blocks = tree.blocks().filter(|(_, block)| block.is_readable());
    blocks.any(|(_, block)| block.directives().next().is_some())
}

/// Replaces the tree of a file that one finding explains: its text is not read as a license.
fn only(tree: Tree, found: Diagnostic) -> Tree {
    let text = tree.source.text();
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
    let items = if start < end { vec![Item::Stray(Span::new(start, end))] } else { Vec::new() };
    let mut findings = Findings::new(MOST_OF_A_CODE);
    findings.push(found);
    Tree { source: tree.source, items, findings }
}

impl Part {
    /// Reads the part on the plain path: see [`plain`].
    fn read(&self, source: &SourceFile) -> Option<Vec<Item>> {
        match self {
            Self::Text(span) => plain::read(source.text(), *span),
            Self::Lost(_) => None,
        }
    }
}

struct Builder<'a> {
    source: &'a SourceFile,
    /// Offset of the text after a byte order mark.
    text_start: usize,
    items: Vec<Item>,
    blocks: usize,
    errors: Findings,
    /// No-break spaces outside quotes and comments.
    no_break_spaces: Vec<Span>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a SourceFile, most: usize) -> Self {
        let text_start = if source.text().starts_with(BOM) { BOM.len() } else { 0 };
        Self {
            source,
            text_start,
            items: Vec::new(),
            blocks: 0,
            errors: Findings::new(most),
            no_break_spaces: Vec::new(),
        }
    }

    fn error(
        &self,
        code: &'static crate::diagnostic::Code,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.source.id(), span, message)
    }

    /// Adds findings on the file as a whole: encoding, byte order mark, control characters.
    fn check_file(&mut self) {
        match self.source.fault() {
            // Reported for each byte, together with the control characters.
            None | Some(EncodingFault::NotUtf8 { cut: false, .. }) => {}
            Some(fault) => {
                let found = self.encoding_error(fault);
                self.errors.push(found);
            }
        }
        if self.text_start > 0 {
            let mark = Span::new(0, self.text_start);
            let found = self
                .error(&codes::BYTE_ORDER_MARK, mark, "the file begins with a byte order mark")
                .help("harmless; to remove it, save the file as UTF-8 without byte order mark, or run `keywright fmt`")
                .safe_fix("remove the byte order mark", mark, "");
            self.errors.push(found);
        }
        self.check_controls();
    }

    /// Reports control characters. In a file without line feeds, carriage returns are the line endings of another system
    /// and reported once. In other files each is reported where it occurs, because it can hide text.
    fn check_controls(&mut self) {
        let text = self.source.text();
        let mut controls = recovery::controls(text);
        let is_return = |span: &Span| self.source.slice(*span).starts_with('\r');
        let returns = controls.iter().filter(|span| is_return(span)).count();
        if returns < 2 || text.contains('\n') {
            self.errors.extend(controls.into_iter().map(|span| recovery::control_error(self.source, span)));
            return;
        }
        let mut first = true;
        controls.retain(|span| !is_return(span) || std::mem::take(&mut first));
        for span in controls {
            let mut found = recovery::control_error(self.source, span);
            if is_return(&span) {
                found.message = format!("carriage returns without line feed in {returns} places");
                let help = "save the file with Unix (LF) or Windows (CRLF) line endings; `keywright lint --fix` can do it";
                found.help = Some(help.to_owned());
            }
            self.errors.push(found);
        }
    }

    fn encoding_error(&self, fault: EncodingFault) -> Diagnostic {
        match fault {
            EncodingFault::Utf16 => {
                self.error(&codes::UTF16, Span::default(), "the file is UTF-16, not UTF-8").help(
                    "save it again as UTF-8 (some editors call UTF-16 “Unicode”); `keywright lint --fix` can do it",
                )
            }
            EncodingFault::Foreign(format) => whole_file::is_foreign(self.source, format),
            EncodingFault::NotUtf8 { offset, .. } => self
                .error(&codes::NOT_UTF8, Span::at(offset), "the file is not UTF-8 from here on")
                .help("save the file as UTF-8; the text after this point was not read"),
            EncodingFault::TooLarge => self
                .error(
                    &codes::FILE_TOO_LARGE,
                    Span::default(),
                    format!("the file is larger than {} MiB", MAX_FILE_BYTES / MIB),
                )
                .help("split the file: a license may consist of any number of files"),
        }
    }

    fn plain_item(&mut self, item: Item) {
        match &item {
            Item::Block(block) if self.is_over_cap(block.span) => return,
            Item::Block(block) => block.comments().for_each(|run| self.check_comments(run)),
            Item::Comments(run) => self.check_comments(*run),
            Item::Stray(_) | Item::Lost { .. } => {}
        }
        self.push(item);
    }

    /// Reads text with the grammar.
    fn text(&mut self, span: Span) {
        let Ok(pairs) = LicenseParser::parse(Rule::part, self.source.slice(span)) else {
            // The recovery rules accept any text. Only the parser's own guard against deep nesting can fail.
            self.stray_item(span);
            return;
        };
        let base = span.start;
        for pair in pairs.flat_map(Pair::into_inner) {
            let place = shift(&pair, base);
            match pair.as_rule() {
                Rule::block => self.block(pair, base),
                Rule::comments => {
                    let run = self.comments(place);
                    self.push(Item::Comments(run));
                }
                Rule::nbsp => self.no_break_spaces.push(place),
                Rule::stray | Rule::outside => self.stray_item(place),
                _ => {}
            }
        }
    }

    /// Returns a run of comments without its last line end, after checking it.
    fn comments(&mut self, place: Span) -> Span {
        let run = trim_line_end(self.source, place);
        self.check_comments(run);
        run
    }

    /// Reports hidden characters in each comment of a run.
    fn check_comments(&mut self, run: Span) {
        if self.source.slice(run).is_ascii() {
            return;
        }
        self.errors.extend(
            comments(self.source, run)
                .filter_map(|comment| recovery::hidden_in_comment(self.source, comment)),
        );
    }

    /// Adds an item. Above the limit of blocks, the last item, which is lost, is extended instead.
    fn push(&mut self, item: Item) {
        match self.items.last_mut() {
            Some(Item::Lost { span: last, .. }) if self.blocks > MAX_BLOCKS => last.end = item.span().end,
            _ => self.items.push(item),
        }
    }

    /// Adds stray text between blocks. Neighbours separated by whitespace only become one item.
    fn stray_item(&mut self, span: Span) {
        if let Some(Item::Stray(last)) = self.items.last_mut()
            && is_gap(self.source, Span { start: last.end, end: span.start })
        {
            last.end = span.end;
            return;
        }
        self.push(Item::Stray(span));
    }

    fn block(&mut self, pair: Pair<'_, Rule>, base: u32) {
        if self.is_over_cap(shift(&pair, base)) {
            return;
        }
        let block = self.parse_block(pair, base);
        self.items.push(Item::Block(Box::new(block)));
    }

    /// Counts a block, readable or lost. All blocks above the limit become one lost item.
    fn is_over_cap(&mut self, span: Span) -> bool {
        self.blocks += 1;
        if self.blocks == MAX_BLOCKS + 1 {
            let message = format!("more than {MAX_BLOCKS} blocks in one file");
            let found = self
                .error(&codes::TOO_MANY_BLOCKS, span, message)
                .help("split the file; the blocks from here on were not read");
            self.errors.push(found);
            self.items.push(Item::Lost { span, name: None });
        } else if self.blocks > MAX_BLOCKS {
            self.push(Item::Lost { span, name: None });
        }
        self.blocks > MAX_BLOCKS
    }

    fn parse_block(&mut self, pair: Pair<'_, Rule>, base: u32) -> Block {
        let nowhere = Span::default();
        let mut block = Block {
            span: shift(&pair, base),
            name: nowhere,
            header_comments: Vec::new(),
            open: nowhere,
            elements: Vec::new(),
            close: nowhere,
        };
        for inner in pair.into_inner() {
            let place = shift(&inner, base);
            match inner.as_rule() {
                Rule::word => block.name = place,
                Rule::open => block.open = place,
                Rule::close => block.close = place,
                Rule::nbsp => self.no_break_spaces.push(place),
                Rule::comments if block.open == nowhere => {
                    block.header_comments.push(self.comments(place));
                }
                Rule::comments => block.elements.push(Element::Comments(self.comments(place))),
                Rule::stray => self.stray_element(&mut block, place),
                Rule::directive => self.directive(&mut block, inner, base),
                _ => {}
            }
        }
        block.elements.shrink_to_fit();
        block
    }

    fn directive(&mut self, block: &mut Block, pair: Pair<'_, Rule>, base: u32) {
        let mut name = Span::default();
        let mut value = Value { span: Span::default(), quoted: false };
        for inner in pair.into_inner() {
            let place = shift(&inner, base);
            match inner.as_rule() {
                Rule::word => name = place,
                Rule::nbsp => self.no_break_spaces.push(place),
                Rule::quoted => value = Value { span: place, quoted: true },
                Rule::bare => value = Value { span: place, quoted: false },
                _ => {}
            }
        }
        let directive = Directive { name, value };
        if !value.quoted && recovery::has_curly_quote(self.source.slice(value.span)) {
            self.stray_element(block, directive.span());
        } else {
            block.elements.push(Element::Directive(directive));
        }
    }

    fn stray_element(&self, block: &mut Block, span: Span) {
        if let Some(Element::Stray(last)) = block.elements.last_mut()
            && is_gap(self.source, Span { start: last.end, end: span.start })
        {
            last.end = span.end;
            return;
        }
        block.elements.push(Element::Stray(span));
    }

    fn lost(&mut self, lost: &Lost) {
        if lost.header.is_some() && self.is_over_cap(lost.span) {
            return;
        }
        let name = lost.header.map(|header| self.source.slice(header.name));
        self.items.push(Item::Lost { span: lost.span, name: lost.header.map(|header| header.name) });
        if matches!(self.source.fault(), Some(EncodingFault::NotUtf8 { cut: true, .. }))
            && lost.span.end as usize == self.source.text().len()
        {
            // The text was cut here, which is already reported.
            return;
        }
        let found = match lost.cause {
            Cause::Brace(at) if self.is_cut(lost) => {
                let name = recovery::excerpt(name.unwrap_or_default());
                let message = format!(
                    "the file ends in the middle of the block `{name}`: the end of the file is missing"
                );
                self.error(&codes::UNCLOSED_BLOCK, Span::new(at, at + 1), message)
                    .help("ask for the whole file; if you wrote the block, close it with `}`")
            }
            Cause::Quote(at) if self.is_cut(lost) => self
                .error(
                    &codes::UNCLOSED_QUOTE,
                    Span::new(at, at + 1),
                    "the file ends in the middle of a quoted value",
                )
                .help(
                    "ask for the whole file: its end is missing; if you wrote the value, close it with `\"`",
                ),
            Cause::Quote(at) => self
                .error(&codes::UNCLOSED_QUOTE, Span::new(at, at + 1), "unclosed quote")
                .help("close it with `\"`; a value cannot contain a quote"),
            Cause::Brace(at) => {
                let message = format!("unclosed block `{}`", recovery::excerpt(name.unwrap_or_default()));
                self.error(&codes::UNCLOSED_BLOCK, Span::new(at, at + 1), message).help("close it with `}`")
            }
            Cause::Size => {
                let place = lost.header.map_or(lost.span, |header| header.name);
                let mib = MAX_BLOCK_BYTES / MIB;
                let message = format!(
                    "block `{}` is larger than {mib} MiB",
                    recovery::excerpt(name.unwrap_or_default())
                );
                self.error(&codes::BLOCK_TOO_LARGE, place, message).help("split it into several blocks")
            }
        };
        self.errors.push(found);
    }

    /// Returns true if a block ends with the file, and not at the end of a line: the file was cut off.
    fn is_cut(&self, lost: &Lost) -> bool {
        let text = self.source.text();
        lost.header.is_some()
            && lost.span.end as usize == text.len()
            && !text.ends_with(['\n', '\r', '}'])
            && text.contains('\n')
    }

    /// Adds the findings that need the whole tree: stray text and no-break spaces.
    fn finish(mut self) -> (Vec<Item>, Findings) {
        let mut inside = Vec::new();
        for item in &self.items {
            let mut quote_open = false;
            for stray in strays(self.source, item) {
                let Stray { span, in_block, before } = stray;
                // Text split by a pair of typographic quotes is one fault.
                let closes = quote_open && recovery::opens_or_closes(self.source.slice(span));
                quote_open = !closes && recovery::opens_or_closes(self.source.slice(span));
                if closes {
                    continue;
                }
                let wrapped = before.and_then(|before| mail::wrapped_key(self.source, before, span));
                let Some(found) = wrapped.or_else(|| recovery::explain(self.source, span, in_block)) else {
                    continue;
                };
                if *found.code == codes::NO_BREAK_SPACE_INSIDE {
                    inside.push(span);
                }
                self.errors.push(found);
            }
        }
        recovery::no_break_spaces(self.source, &self.no_break_spaces, &inside, &mut self.errors);
        self.errors.sort();
        (self.items, self.errors)
    }
}

/// Text that could not be parsed, split into separate faults.
struct Stray<'a> {
    span: Span,
    in_block: bool,
    /// The directive before it.
    before: Option<&'a Directive>,
}

fn strays<'a>(source: &SourceFile, item: &'a Item) -> Vec<Stray<'a>> {
    let elements = match item {
        Item::Stray(span) => return vec![Stray { span: *span, in_block: false, before: None }],
        Item::Block(block) => &block.elements,
        Item::Comments(_) | Item::Lost { .. } => return Vec::new(),
    };
    let (mut found, mut before) = (Vec::new(), None);
    for element in elements {
        match element {
            Element::Directive(directive) => before = Some(directive),
            Element::Comments(_) => {}
            Element::Stray(span) => {
                let pieces = recovery::pieces(source, *span).into_iter();
                found.extend(pieces.map(|span| Stray { span, in_block: true, before: before.take() }));
            }
        }
    }
    found
}

fn shift(pair: &Pair<'_, Rule>, base: u32) -> Span {
    let span = pair.as_span();
    let base = base as usize;
    Span::new(base + span.start(), base + span.end())
}

fn trim_line_end(source: &SourceFile, comment: Span) -> Span {
    let text = source.slice(comment);
    Span::new(comment.start as usize, comment.start as usize + text.trim_end_matches('\r').len())
}

fn is_gap(source: &SourceFile, between: Span) -> bool {
    source.slice(between).chars().all(|c| super::tree::is_blank(c) || c == '\u{a0}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the whole-file grammar and the parsing of parts accept the same text.
    fn whole_file_accepts(text: &str) -> bool {
        LicenseParser::parse(Rule::file, text).is_ok_and(|pairs| {
            pairs.flatten().all(|pair| !matches!(pair.as_rule(), Rule::stray | Rule::outside))
        })
    }

    fn block_texts(text: &str) -> Vec<String> {
        let Ok(pairs) = LicenseParser::parse(Rule::file, text) else {
            return Vec::new();
        };
        let blocks = pairs.flatten().filter(|pair| pair.as_rule() == Rule::block);
        blocks.map(|pair| pair.as_str().to_owned()).collect()
    }

    const MARKS: [&str; 10] = ["\"", "#", "{", "}", "\n", " ", "=", "FEATURE", "\u{a0}", "x"];

    /// Yields variants of `base` with up to four positions replaced by one of `marks`.
    fn mutations(base: &'static str, marks: &[&'static str]) -> impl Iterator<Item = String> {
        let mut state = 0x9e37_79b9_u64;
        let mut next = move |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % bound
        };
        (0..20_000).map(move |_| {
            let mut text = base.to_owned();
            for _ in 0..=next(3) {
                let at = (0..=text.len())
                    .cycle()
                    .skip(next(text.len() + 1))
                    .find(|at| text.is_char_boundary(*at))
                    .unwrap();
                let end = (at + next(3)).min(text.len());
                let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap();
                text.replace_range(at..end, marks[next(marks.len())]);
            }
            text
        })
    }

    #[test]
    fn incremental_and_full_parse_agree_on_mutated_text() {
        let base = "FEATURE A\n{\n VENDOR=V COUNT=5 # a } \" {\n LICENSEE=\"x } # y\"\r\n}\nFEATURE B{K=1}\n# end {\n";
        let mut accepted = 0;
        for text in mutations(base, &MARKS) {
            let tree = parse(SourceFile::new("m", text.clone()));
            let joined: String = tree.tokens().iter().map(|(_, span)| tree.source().slice(*span)).collect();
            assert_eq!(joined, text, "not lossless");
            let guessed_unclosed = tree.errors().iter().any(|e| *e.code == codes::UNCLOSED_QUOTE);
            if guessed_unclosed {
                continue;
            }
            let readable = tree.items().iter().all(|item| match item {
                Item::Block(block) => block.is_readable(),
                Item::Comments(_) => true,
                Item::Stray(_) | Item::Lost { .. } => false,
            });
            assert_eq!(readable, whole_file_accepts(&text), "disagree on {text:?}");
            if readable {
                accepted += 1;
                let ours: Vec<&str> =
                    tree.blocks().map(|(_, block)| tree.source().slice(block.span)).collect();
                assert_eq!(ours, block_texts(&text));
            }
        }
        assert!(accepted > 1000, "only {accepted} accepted");
    }
}
