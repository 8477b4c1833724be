//! A fast one-pass parser for plain text such as keywright writes itself.
//!
//! Issuing parses every license twice before output, and parsing with the grammar would take as long as signing. This
//! parser accepts a subset of the language: blocks of directives, separated by spaces and line feeds, with letters and
//! printable ASCII as text. At any other byte it gives up, and the caller uses the grammar instead. A test checks that
//! both produce the same tree and that the grammar reports no finding. It is not used for files from other sources.

use crate::source::Span;

use super::tree::{Block, Directive, Element, Item, Value};

/// Maximum text size. Below it, the limits on blocks and their size cannot be exceeded.
const MOST_BYTES: usize = 1024 * 1024;

/// Parses a text. Returns `None` if it is not plain throughout.
pub(super) fn parse(text: &str) -> Option<Vec<Item>> {
    // `=3D` may be an email in quoted-printable, which the full parser reports.
    if text.len() > MOST_BYTES || text.contains("=3D") {
        return None;
    }
    let mut reader = Reader { text, at: 0 };
    let mut items = Vec::new();
    reader.gap();
    while reader.at < text.len() {
        items.push(Item::Block(Box::new(reader.block()?)));
        reader.gap();
    }
    Some(items)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Consumes all bytes that match.
    fn run(&mut self, is: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        let len = self.rest().iter().position(|byte| !is(*byte));
        self.at = len.map_or(self.text.len(), |len| start + len);
        Span::new(start, self.at)
    }

    /// Consumes at least one byte that matches.
    fn some(&mut self, is: impl Fn(u8) -> bool) -> Option<Span> {
        Some(self.run(is)).filter(|span| !span.is_empty())
    }

    fn gap(&mut self) -> Span {
        self.run(is_gap)
    }

    fn one(&mut self, byte: u8) -> Option<Span> {
        (self.next() == Some(byte)).then(|| {
            self.at += 1;
            Span::new(self.at - 1, self.at)
        })
    }

    fn block(&mut self) -> Option<Block> {
        let start = self.at;
        self.some(|byte| byte.is_ascii_uppercase())
            .filter(|word| self.text.get(word.range()) == Some("FEATURE"))?;
        self.some(is_gap)?;
        let name = self.some(is_name)?;
        self.gap();
        let open = self.one(b'{')?;
        self.gap();
        let mut elements = Vec::with_capacity(8);
        let close = loop {
            if let Some(close) = self.one(b'}') {
                break close;
            }
            elements.push(Element::Directive(self.directive()?));
            self.gap();
        };
        Some(Block {
            span: Span::new(start, self.at),
            name,
            header_comments: Vec::new(),
            open,
            elements,
            close,
        })
    }

    /// Parses a directive and checks that a separator follows.
    fn directive(&mut self) -> Option<Directive> {
        let name = self.some(is_name)?;
        self.one(b'=')?;
        let value = match self.next()? {
            b'"' => Value { span: self.quoted()?, quoted: true },
            _ => Value { span: self.some(is_bare)?, quoted: false },
        };
        self.next().filter(|byte| is_gap(*byte) || *byte == b'}')?;
        Some(Directive { name, value })
    }

    fn quoted(&mut self) -> Option<Span> {
        let start = self.at;
        let inner = self.text.get(start + 1..)?;
        let len = memchr::memchr(b'"', inner.as_bytes())?;
        self.at = start + len + 2;
        inner.get(..len)?.chars().all(is_plain).then(|| Span::new(start, self.at))
    }
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Returns true for printable ASCII, except for the four characters with a syntactic role.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'{' | b'}')
}

/// Returns true for characters allowed in quotes: no invisible characters and no typographic quotes.
fn is_plain(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric())
}
