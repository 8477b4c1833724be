//! The plain path of the parser: text of the common shape, read in one pass over its bytes.
//!
//! The grammar defines the language. This file reads the part of it that nearly all text consists of: blocks of
//! directives, and comments, with ASCII outside of quotes and comments. At any other byte it gives up, and the grammar
//! reads the text instead. Tests and a fuzz target compare both.

use memchr::memchr;

use crate::source::Span;

use super::tree::{Block, Directive, Element, Item, Value};

const KEYWORD: &[u8] = b"FEATURE";

/// Reads a part of a text. Returns `None` if it is not plain throughout.
pub(super) fn read(text: &str, part: Span) -> Option<Vec<Item>> {
    let bytes = text.as_bytes().get(..part.end as usize)?;
    let mut reader = Reader { bytes, at: part.start as usize, elements: Vec::new() };
    let mut items = Vec::new();
    loop {
        reader.gap();
        items.push(match reader.next() {
            None => return Some(items),
            Some(b'#') => Item::Comments(reader.comments()),
            Some(_) => Item::Block(Box::new(reader.block()?)),
        });
    }
}

struct Reader<'a> {
    /// The text up to the end of the part.
    bytes: &'a [u8],
    at: usize,
    /// The content of the current block. Reused, so that each block has a list of its exact size.
    elements: Vec<Element>,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Reads at least one byte that matches.
    fn some(&mut self, is: impl Fn(u8) -> bool) -> Option<Span> {
        let start = self.at;
        self.skip(is);
        Some(Span::new(start, self.at)).filter(|span| !span.is_empty())
    }

    fn skip(&mut self, is: impl Fn(u8) -> bool) {
        let len = self.rest().iter().position(|byte| !is(*byte));
        self.at = len.map_or(self.bytes.len(), |len| self.at + len);
    }

    fn one(&mut self, byte: u8) -> Option<Span> {
        (self.next() == Some(byte)).then(|| {
            self.at += 1;
            Span::new(self.at - 1, self.at)
        })
    }

    /// Skips whitespace. A carriage return without line feed is none.
    fn gap(&mut self) {
        loop {
            self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
            if !self.rest().starts_with(b"\r\n") {
                break;
            }
            self.at += 2;
        }
    }

    /// Reads comments with only whitespace between them, and the whitespace after them.
    fn comments(&mut self) -> Span {
        let start = self.at;
        let mut end = start;
        while self.next() == Some(b'#') {
            end = memchr(b'\n', self.rest()).map_or(self.bytes.len(), |len| self.at + len);
            self.at = end;
            self.gap();
        }
        let run = self.bytes.get(start..end).unwrap_or_default();
        let returns = run.iter().rev().take_while(|byte| **byte == b'\r').count();
        Span::new(start, end - returns)
    }

    fn block(&mut self) -> Option<Block> {
        let start = self.at;
        self.rest().starts_with(KEYWORD).then_some(())?;
        self.at += KEYWORD.len();
        let mut header_comments = Vec::new();
        self.between(&mut header_comments);
        (self.at > start + KEYWORD.len()).then_some(())?;
        let name = self.some(is_word)?;
        self.between(&mut header_comments);
        let open = self.one(b'{')?;
        let close = self.content()?;
        let elements = self.elements.to_vec();
        Some(Block { span: Span::new(start, self.at), name, header_comments, open, elements, close })
    }

    /// Reads whitespace and comments.
    fn between(&mut self, comments: &mut Vec<Span>) {
        self.gap();
        if self.next() == Some(b'#') {
            comments.push(self.comments());
        }
    }

    /// Reads the content of a block. Returns the closing brace.
    fn content(&mut self) -> Option<Span> {
        self.elements.clear();
        loop {
            self.gap();
            let element = match self.next()? {
                b'}' => return self.one(b'}'),
                b'#' => Element::Comments(self.comments()),
                _ => Element::Directive(self.directive()?),
            };
            self.elements.push(element);
        }
    }

    fn directive(&mut self) -> Option<Directive> {
        let name = self.some(is_word)?;
        self.skip(is_space);
        self.one(b'=')?;
        self.skip(is_space);
        let value = match self.next()? {
            b'"' => Value { span: self.quoted()?, quoted: true },
            _ => Value { span: self.some(is_bare)?, quoted: false },
        };
        // The carriage return is checked together with the whitespace that follows.
        self.next().filter(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'}' | b'#'))?;
        Some(Directive { name, value })
    }

    fn quoted(&mut self) -> Option<Span> {
        let start = self.at;
        let len = memchr(b'"', self.bytes.get(start + 1..)?)?;
        self.at = start + len + 2;
        Some(Span::new(start, self.at))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns true for printable ASCII, except for the four characters with a syntactic role.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'{' | b'}')
}

/// As [`is_bare`], but without the equals sign.
fn is_word(byte: u8) -> bool {
    is_bare(byte) && byte != b'='
}
