//! The lossless tree of a license file: blocks, directives, comments, and what could not be read.
//!
//! The tree holds spans, not text. What lies between its parts is blank or punctuation, so that printing the parts
//! with the gaps gives back every byte ([`Tree::tokens`]).

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Findings};
use crate::source::{SourceFile, Span};

/// A parsed file. Parsing never fails: what is wrong is in [`Tree::errors`], the rest is still there.
#[derive(Debug)]
pub struct Tree {
    pub(super) source: Arc<SourceFile>,
    pub(super) items: Vec<Item>,
    pub(super) findings: Findings,
}

/// What stands at the top level of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A FEATURE block. Boxed: a hostile file has millions of comments, which should not each take the room of a block.
    Block(Box<Block>),
    /// A comment between blocks, from `#` to the end of its line.
    Comment(Span),
    /// Text outside of blocks that is no comment.
    Stray(Span),
    /// A block that an error cost, with its name where that could be read.
    Lost {
        /// The text given up.
        span: Span,
        /// The name of the block.
        name: Option<Span>,
    },
}

impl Item {
    /// The text of the item.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Block(block) => block.span,
            Self::Comment(span) | Self::Stray(span) | Self::Lost { span, .. } => *span,
        }
    }
}

/// A block: `FEATURE name { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// From `FEATURE` to `}`.
    pub span: Span,
    /// The name behind `FEATURE`.
    pub name: Span,
    /// Comments between the name and `{`.
    pub header_comments: Vec<Span>,
    /// The `{`.
    pub open: Span,
    /// What stands between the braces, in file order.
    pub elements: Vec<Element>,
    /// The `}`.
    pub close: Span,
}

impl Block {
    /// Its directives, in file order.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.elements.iter().filter_map(|element| match element {
            Element::Directive(directive) => Some(directive),
            Element::Comment(_) | Element::Stray(_) => None,
        })
    }

    /// Whether all of it could be read as directives and comments.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        !self.elements.iter().any(|element| matches!(element, Element::Stray(_)))
    }
}

/// What stands in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// `NAME=value`.
    Directive(Directive),
    /// From `#` to the end of its line.
    Comment(Span),
    /// Text that is neither.
    Stray(Span),
}

impl Element {
    /// The text of the element.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Directive(directive) => directive.span(),
            Self::Comment(span) | Self::Stray(span) => *span,
        }
    }
}

/// `NAME=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive {
    /// The name before `=`.
    pub name: Span,
    /// The value behind it.
    pub value: Value,
}

impl Directive {
    /// From the name to the end of the value.
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
    /// Whether it stands in quotes.
    pub quoted: bool,
}

impl Value {
    /// The text without its quotes.
    #[must_use]
    pub fn inner(self) -> Span {
        if self.quoted && self.span.len() >= 2 {
            Span { start: self.span.start + 1, end: self.span.end - 1 }
        } else {
            self.span
        }
    }

    /// The value as read: quotes off, every run of blanks and line breaks one space, none at the ends.
    #[must_use]
    pub fn read(self, source: &SourceFile) -> Cow<'_, str> {
        fold(source.slice(self.inner()))
    }
}

/// Folds runs of blanks and line breaks to one space each and drops them at the ends.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(is_blank);
    let mut before = b' ';
    // Blanks are ASCII, so that bytes tell as much as characters.
    let folded = trimmed.bytes().all(|byte| {
        let fine = byte == b' ' && before != b' ' || !is_blank(char::from(byte));
        before = byte;
        fine
    });
    if folded {
        return Cow::Borrowed(trimmed);
    }
    let words: Vec<&str> = trimmed.split(is_blank).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

/// Space, tab and the characters of line breaks.
#[must_use]
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// What a token of [`Tree::tokens`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks, line breaks and a leading byte order mark.
    Blank,
    /// From `#` to the end of the line.
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

    /// The items in file order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The blocks in file order, each with its index among the items.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, &Block)> {
        self.items.iter().enumerate().filter_map(|(index, item)| match item {
            Item::Block(block) => Some((index, &**block)),
            Item::Comment(_) | Item::Stray(_) | Item::Lost { .. } => None,
        })
    }

    /// The block at an index among the items.
    #[must_use]
    pub fn block(&self, index: usize) -> Option<&Block> {
        match self.items.get(index) {
            Some(Item::Block(block)) => Some(block),
            _ => None,
        }
    }

    /// What could not be read, in file order.
    #[must_use]
    pub fn errors(&self) -> &[Diagnostic] {
        &self.findings.kept
    }

    /// The same with what is not kept whole.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Every byte of the file as tokens in file order: joined, they are the file.
    #[must_use]
    pub fn tokens(&self) -> Vec<(TokenKind, Span)> {
        let mut parts = Vec::new();
        for item in &self.items {
            match item {
                Item::Block(block) => push_block(&mut parts, block),
                Item::Comment(span) => parts.push((TokenKind::Comment, *span)),
                Item::Stray(span) | Item::Lost { span, .. } => parts.push((TokenKind::Stray, *span)),
            }
        }
        fill_gaps(&self.source, parts)
    }
}

fn push_block(parts: &mut Vec<(TokenKind, Span)>, block: &Block) {
    let keyword = Span { start: block.span.start, end: block.span.start + 7 };
    parts.push((TokenKind::Keyword, keyword));
    let header = parts.len();
    parts.push((TokenKind::Name, block.name));
    parts.extend(block.header_comments.iter().map(|span| (TokenKind::Comment, *span)));
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
            Element::Comment(span) => parts.push((TokenKind::Comment, *span)),
            Element::Stray(span) => parts.push((TokenKind::Stray, *span)),
        }
    }
    parts.push((TokenKind::Punctuation, block.close));
}

/// Puts tokens for the `=` and the blanks between the parts.
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
