//! The lossless syntax tree of a license file: blocks, directives, comments and unreadable text.
//!
//! The tree contains spans, not text. Only whitespace and punctuation lie between its parts, so the parts together with
//! the gaps reproduce every byte ([`Tree::tokens`]).

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Findings};
use crate::source::{SourceFile, Span};

/// A parsed file. Parsing never fails: errors are in [`Tree::errors`], and the rest of the file is in the tree.
#[derive(Debug)]
pub struct Tree {
    pub(super) source: Arc<SourceFile>,
    pub(super) items: Vec<Item>,
    pub(super) findings: Findings,
}

/// An item at the top level of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A FEATURE block. Boxed to keep items small: a hostile file can contain millions of pieces of stray text.
    Block(Box<Block>),
    /// A run of comments between blocks, with only whitespace between them: see [`comments`].
    Comments(Span),
    /// Text outside of blocks that is not a comment.
    Stray(Span),
    /// A block lost to an error, with its name if that could be read.
    Lost {
        /// The skipped text.
        span: Span,
        /// The name of the block.
        name: Option<Span>,
    },
}

impl Item {
    /// Returns the span of the item.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Block(block) => block.span,
            Self::Comments(span) | Self::Stray(span) | Self::Lost { span, .. } => *span,
        }
    }
}

/// A block: `FEATURE name { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// From `FEATURE` to `}`.
    pub span: Span,
    /// The name after `FEATURE`.
    pub name: Span,
    /// Comments between the name and `{`, as runs: see [`comments`].
    pub header_comments: Vec<Span>,
    /// The `{`.
    pub open: Span,
    /// The content between the braces, in file order.
    pub elements: Vec<Element>,
    /// The `}`.
    pub close: Span,
}

impl Block {
    /// Returns the directives in file order.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.elements.iter().filter_map(|element| match element {
            Element::Directive(directive) => Some(directive),
            Element::Comments(_) | Element::Stray(_) => None,
        })
    }

    /// Returns the comments in file order, as runs: see [`comments`].
    pub(super) fn comments(&self) -> impl Iterator<Item = Span> {
        let inside = self.elements.iter().filter_map(|element| match element {
            Element::Comments(run) => Some(*run),
            Element::Directive(_) | Element::Stray(_) => None,
        });
        self.header_comments.iter().copied().chain(inside)
    }

    /// Returns true if the content consists of directives and comments only.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        !self.elements.iter().any(|element| matches!(element, Element::Stray(_)))
    }
}

/// An element of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `NAME=value`.
    Directive(Directive),
    /// A run of comments with only whitespace between them: see [`comments`].
    Comments(Span),
    /// Text that is neither a directive nor a comment.
    Stray(Span),
}

impl Element {
    /// Returns the span of the element.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Directive(directive) => directive.span(),
            Self::Comments(span) | Self::Stray(span) => *span,
        }
    }
}

/// Returns the comments of a run, each from `#` to the end of its line. A run is one span, however many comments it
/// has, so that the tree of a file of comments is small.
pub fn comments(source: &SourceFile, run: Span) -> impl Iterator<Item = Span> {
    let text = source.slice(run);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('#')?;
        let line = text.get(start..)?.split('\n').next()?;
        at = start + line.len();
        let start = run.start as usize + start;
        Some(Span::new(start, start + line.trim_end_matches('\r').len()))
    })
}

/// `NAME=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive {
    /// The name before `=`.
    pub name: Span,
    /// The value after `=`.
    pub value: Value,
}

impl Directive {
    /// Returns the span from the name to the end of the value.
    #[must_use]
    pub fn span(&self) -> Span {
        self.name.to(self.value.span)
    }
}

/// A value as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The text, quotes included.
    pub span: Span,
    /// True if the value is quoted.
    pub quoted: bool,
}

impl Value {
    /// Returns the span of the text without quotes.
    #[must_use]
    pub fn inner(self) -> Span {
        if self.quoted && self.span.len() >= 2 {
            Span { start: self.span.start + 1, end: self.span.end - 1 }
        } else {
            self.span
        }
    }

    /// Returns the value without quotes, with whitespace folded as by [`fold`]. There is none in a value without quotes.
    #[must_use]
    pub fn folded(self, source: &SourceFile) -> Cow<'_, str> {
        let text = source.slice(self.inner());
        if self.quoted { fold(text) } else { Cow::Borrowed(text) }
    }
}

/// Replaces each run of whitespace by one space and removes whitespace at both ends.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(is_blank);
    // Whitespace is ASCII, so comparing bytes is enough. Without an early end, the compiler vectorizes the loop.
    let bytes = trimmed.as_bytes();
    let after = bytes.get(1..).unwrap_or_default();
    let folded = bytes.iter().zip(after).fold(true, |folded, (byte, next)| {
        folded & !matches!(byte, b'\t' | b'\n' | b'\r') & !(*byte == b' ' && *next == b' ')
    });
    if folded {
        return Cow::Borrowed(trimmed);
    }
    let words: Vec<&str> = trimmed.split(is_blank).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

/// Returns true for space, tab and line break characters.
#[must_use]
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The kind of a token of [`Tree::tokens`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Whitespace, line breaks and a leading byte order mark.
    Blank,
    /// A comment, from `#` to the end of the line.
    Comment,
    /// `FEATURE`.
    Keyword,
    /// The name of a block.
    Name,
    /// `{`, `}` or `=`.
    Punctuation,
    /// The name of a directive.
    Directive,
    /// A value, quotes included.
    Value,
    /// Text that could not be read.
    Stray,
}

impl Tree {
    /// The file it was read from.
    #[must_use]
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// Returns the items in file order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the blocks in file order, each with its index among the items.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, &Block)> {
        self.items.iter().enumerate().filter_map(|(index, item)| match item {
            Item::Block(block) => Some((index, &**block)),
            Item::Comments(_) | Item::Stray(_) | Item::Lost { .. } => None,
        })
    }

    /// Returns the block at an index among the items.
    #[must_use]
    pub fn block(&self, index: usize) -> Option<&Block> {
        match self.items.get(index) {
            Some(Item::Block(block)) => Some(block),
            _ => None,
        }
    }

    /// Returns the errors in file order.
    #[must_use]
    pub fn errors(&self) -> &[Diagnostic] {
        &self.findings.kept
    }

    /// Returns all findings, including those that are not kept in full.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Returns tokens that cover every byte of the file, in file order.
    #[must_use]
    pub fn tokens(&self) -> Vec<(TokenKind, Span)> {
        let mut parts = Vec::new();
        for item in &self.items {
            match item {
                Item::Block(block) => push_block(&mut parts, &self.source, block),
                Item::Comments(run) => push_comments(&mut parts, &self.source, *run),
                Item::Stray(span) | Item::Lost { span, .. } => parts.push((TokenKind::Stray, *span)),
            }
        }
        fill_gaps(&self.source, parts)
    }
}

fn push_comments(parts: &mut Vec<(TokenKind, Span)>, source: &SourceFile, run: Span) {
    parts.extend(comments(source, run).map(|span| (TokenKind::Comment, span)));
}

fn push_block(parts: &mut Vec<(TokenKind, Span)>, source: &SourceFile, block: &Block) {
    let keyword = Span { start: block.span.start, end: block.span.start + 7 };
    parts.push((TokenKind::Keyword, keyword));
    let header = parts.len();
    parts.push((TokenKind::Name, block.name));
    block.header_comments.iter().for_each(|run| push_comments(parts, source, *run));
    if let Some(header) = parts.get_mut(header..) {
        header.sort_by_key(|(_, span)| *span);
    }
    parts.push((TokenKind::Punctuation, block.open));
    for element in &block.elements {
        match element {
            Element::Directive(directive) => {
                parts.push((TokenKind::Directive, directive.name));
                parts.push((TokenKind::Value, directive.value.span));
            }
            Element::Comments(run) => push_comments(parts, source, *run),
            Element::Stray(span) => parts.push((TokenKind::Stray, *span)),
        }
    }
    parts.push((TokenKind::Punctuation, block.close));
}

/// Inserts tokens for `=` and whitespace between the parts.
fn fill_gaps(source: &SourceFile, parts: Vec<(TokenKind, Span)>) -> Vec<(TokenKind, Span)> {
    let mut tokens = Vec::with_capacity(parts.len() * 2);
    let mut at = 0;
    let end = (TokenKind::Blank, Span::at(source.text().len()));
    for (kind, span) in parts.into_iter().chain([end]) {
        push_gap(&mut tokens, source, Span { start: at, end: span.start });
        if !span.is_empty() {
            tokens.push((kind, span));
        }
        at = span.end;
    }
    tokens
}

fn push_gap(tokens: &mut Vec<(TokenKind, Span)>, source: &SourceFile, gap: Span) {
    let Some(equals) = source.slice(gap).find('=') else {
        if !gap.is_empty() {
            tokens.push((TokenKind::Blank, gap));
        }
        return;
    };
    let sign = Span::new(gap.start as usize + equals, gap.start as usize + equals + 1);
    push_gap(tokens, source, Span { start: gap.start, end: sign.start });
    tokens.push((TokenKind::Punctuation, sign));
    push_gap(tokens, source, Span { start: sign.end, end: gap.end });
}
