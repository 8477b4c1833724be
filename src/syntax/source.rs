//! Source text: a named file, spans in it, and the conversion of byte offsets to lines and columns.
//!
//! Independent of the license language and free of I/O: callers provide the bytes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::foreign::{self, Foreign};
pub use crate::limits::MAX_FILE_BYTES;

/// Replacement for a byte that is not valid UTF-8. It is a control character of one byte, so offsets do not change, and
/// no value may contain it, so the block becomes unreadable.
pub const UNREADABLE: char = '\u{1a}';

/// Maximum number of invalid bytes. A file with more of them is probably not text in another encoding.
const MOST_UNREADABLE: usize = 1000;

/// The byte order mark that some editors put before UTF-8.
pub const BOM: &str = "\u{feff}";

/// A range of bytes in one source file. Spans made by the parser always lie on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Creates a span from byte offsets. Files are at most 64 MiB, so offsets fit.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }

    /// Returns an empty span at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Returns the range of bytes, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Returns true if the span is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns true if the span contains `offset`.
    #[must_use]
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A value with its span in the source. Equality and order compare the value only.
#[derive(Debug, Clone, Copy)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Creates a value that was read at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

/// The file that a span belongs to: its index in the order of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);

/// A position as shown to users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1; a leading byte order mark does not count.
    pub column: usize,
    /// Byte offset, from 0.
    pub offset: usize,
}

/// The reason why the bytes of a file are not valid text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingFault {
    /// UTF-16, little or big endian, detected by its byte order mark or by its zero bytes.
    Utf16,
    /// Another format that is not text, detected by its first bytes.
    Foreign(&'static Foreign),
    /// Invalid UTF-8. Up to a limit, invalid bytes are read as [`UNREADABLE`]; beyond it the text ends.
    NotUtf8 {
        /// Offset of the first invalid byte.
        offset: usize,
        /// True if the text ends at that offset.
        cut: bool,
    },
    /// Larger than [`MAX_FILE_BYTES`].
    TooLarge,
}

/// A source file: its name, its text, and a line index that is built on first use.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    text: String,
    fault: Option<EncodingFault>,
    /// The text of a file in UTF-16.
    decoded: Option<String>,
    index: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Creates a file from text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::from_bytes(FileId::default(), name, text.into().into_bytes())
    }

    /// Creates a file from bytes. Invalid UTF-8 is replaced by [`UNREADABLE`] or ends the text, and [`Self::fault`]
    /// reports it.
    #[must_use]
    pub fn from_bytes(id: FileId, name: impl Into<String>, bytes: Vec<u8>) -> Arc<Self> {
        let decoded = looks_like_utf16(&bytes).then(|| decode_utf16(&bytes));
        let (text, fault) = decode(bytes);
        Arc::new(Self { id, name: name.into(), text, fault, decoded, index: OnceLock::new() })
    }

    /// Returns the index of the file in this run.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Returns the name that the file was opened with. Untrusted: escape it before printing it to a terminal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text, including the byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text alone, without copying it if nothing else uses the file.
    pub(super) fn into_text(file: Arc<Self>) -> String {
        Arc::try_unwrap(file).map_or_else(|shared| shared.text.clone(), |own| own.text)
    }

    /// Returns the encoding fault, if any.
    #[must_use]
    pub fn fault(&self) -> Option<EncodingFault> {
        self.fault
    }

    /// Returns the text of a file in UTF-16, for information: [`Self::text`] is empty then.
    #[must_use]
    pub fn decoded(&self) -> Option<&str> {
        self.decoded.as_deref()
    }

    /// Returns the text of `span`, or an empty string if it does not lie on character boundaries of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Returns line and column of a byte offset. Offsets after the end are treated as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        self.index().position(&self.text, offset)
    }

    /// Returns the number of lines. A last line without line break counts.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.index().breaks + 1
    }

    /// Returns the span of a line (from 1) without its line break, or `None` after the last line.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let index = self.index();
        let start = index.start_of(&self.text, line)?;
        let end = index.start_of(&self.text, line + 1).unwrap_or(self.text.len());
        let raw = self.text.get(start..end)?;
        Some(Span::new(start, start + raw.trim_end_matches(['\n', '\r']).len()))
    }

    fn index(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }
}

fn decode(bytes: Vec<u8>) -> (String, Option<EncodingFault>) {
    if bytes.len() > MAX_FILE_BYTES {
        return (String::new(), Some(EncodingFault::TooLarge));
    }
    if looks_like_utf16(&bytes) {
        return (String::new(), Some(EncodingFault::Utf16));
    }
    if let Some(format) = foreign::of_bytes(&bytes) {
        return (String::new(), Some(EncodingFault::Foreign(format)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => replace_unreadable(error.into_bytes()),
    }
}

/// Replaces invalid bytes in a text that is mostly in another encoding, usually Latin-1.
fn replace_unreadable(mut bytes: Vec<u8>) -> (String, Option<EncodingFault>) {
    let mut first = None;
    let mut at = 0;
    for count in 1.. {
        let Err(error) = std::str::from_utf8(bytes.get(at..).unwrap_or_default()) else { break };
        at += error.valid_up_to();
        let offset = *first.get_or_insert(at);
        if count > MOST_UNREADABLE {
            bytes.truncate(offset);
            let fault = EncodingFault::NotUtf8 { offset, cut: true };
            return (String::from_utf8(bytes).unwrap_or_default(), Some(fault));
        }
        let wrong = error.error_len().unwrap_or(bytes.len() - at);
        if let Some(wrong) = bytes.get_mut(at..at + wrong) {
            wrong.fill(UNREADABLE as u8);
        }
        at += wrong;
    }
    let fault = first.map(|offset| EncodingFault::NotUtf8 { offset, cut: false });
    (String::from_utf8(bytes).unwrap_or_default(), fault)
}

/// Returns true for a UTF-16 byte order mark, or if every second byte at the beginning is zero.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).all(|byte| *byte == 0);
    let full = |odd: usize| head.iter().skip(odd).step_by(2).all(|byte| *byte != 0);
    head.len() >= 4 && ((zeros(1) && full(0)) || (zeros(0) && full(1)))
}

/// Decodes UTF-16 without its byte order mark. Invalid code units are replaced.
fn decode_utf16(bytes: &[u8]) -> String {
    // A byte order mark, or the zero byte of the first character.
    let is_big = bytes.starts_with(&[0xfe, 0xff]) || bytes.first() == Some(&0);
    let within = bytes.get(..bytes.len().min(MAX_FILE_BYTES)).unwrap_or_default();
    let units = within.chunks(2).map(|pair| match pair {
        [first, second] if is_big => u16::from_be_bytes([*first, *second]),
        [first, second] => u16::from_le_bytes([*first, *second]),
        // Half a code unit at the end: a low surrogate alone is invalid, too.
        _ => 0xdc00,
    });
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.skip_while(|c| *c == '\u{feff}').collect()
}

/// Line breaks, start of the line, and characters before every 1,024th byte. Computing a position takes constant
/// time even in a line of 64 MiB, and the index of a file of very short lines is small.
#[derive(Debug)]
struct LineIndex {
    strides: Vec<Stride>,
    /// Number of line breaks in the text.
    breaks: usize,
    /// Number of characters before byte `1024 * i`; empty if the text is ASCII.
    characters: Vec<u32>,
    bom: bool,
}

/// The text before every 1,024th byte.
#[derive(Debug, Clone, Copy)]
struct Stride {
    /// Number of line breaks.
    breaks: u32,
    /// Start of the line that the byte is in.
    line: u32,
}

const STRIDE: usize = 1024;

impl LineIndex {
    fn new(text: &str) -> Self {
        let mut strides = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut before = Stride { breaks: 0, line: 0 };
        let mut chunks = text.as_bytes().chunks(STRIDE);
        for start in (0..=text.len()).step_by(STRIDE) {
            strides.push(before);
            for at in memchr::memchr_iter(b'\n', chunks.next().unwrap_or_default()) {
                before = Stride { breaks: before.breaks + 1, line: Span::at(start + at + 1).start };
            }
        }
        let characters = if text.is_ascii() { Vec::new() } else { count_characters(text.as_bytes()) };
        Self { strides, breaks: before.breaks as usize, characters, bom: text.starts_with(BOM) }
    }

    /// Returns the number of line breaks before an offset, and the start of its line.
    fn line_at(&self, text: &str, offset: usize) -> (usize, usize) {
        let stride = offset / STRIDE;
        let Some(before) = self.strides.get(stride) else { return (0, 0) };
        let part = text.as_bytes().get(stride * STRIDE..offset).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', part).count();
        let last = memchr::memrchr(b'\n', part).map(|at| stride * STRIDE + at + 1);
        (before.breaks as usize + breaks, last.unwrap_or(before.line as usize))
    }

    fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let (breaks, start) = self.line_at(text, offset);
        let mark = usize::from(self.bom && breaks == 0 && offset > 0);
        let column = self.characters_before(text, offset) - self.characters_before(text, start) - mark + 1;
        Position { line: breaks + 1, column, offset }
    }

    /// Returns the start of a line, counted from 1.
    fn start_of(&self, text: &str, line: usize) -> Option<usize> {
        let breaks = line.checked_sub(1).filter(|breaks| *breaks <= self.breaks)?;
        if breaks == 0 {
            return Some(0);
        }
        let stride =
            self.strides.partition_point(|stride| (stride.breaks as usize) < breaks).checked_sub(1)?;
        let before = self.strides.get(stride)?.breaks as usize;
        let part = text.as_bytes().get(stride * STRIDE..)?;
        let at = memchr::memchr_iter(b'\n', part).nth(breaks - before - 1)?;
        Some(stride * STRIDE + at + 1)
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        if self.characters.is_empty() {
            return offset;
        }
        let stride = offset / STRIDE;
        let rest = text.as_bytes().get(stride * STRIDE..offset).unwrap_or_default();
        self.characters.get(stride).map_or(0, |count| *count as usize) + starts_in(rest)
    }
}

fn count_characters(bytes: &[u8]) -> Vec<u32> {
    let mut total = 0;
    let mut counts = vec![0];
    for chunk in bytes.chunks(STRIDE) {
        total += starts_in(chunk);
        counts.push(Span::at(total).start);
    }
    counts
}

/// Returns the number of bytes that begin a UTF-8 character.
fn starts_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_start_at_one() {
        let file = SourceFile::new("a", "ab\r\nçd\n");
        let at = |offset| {
            let p = file.position(offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(6), (2, 2));
        assert_eq!(at(99), (3, 1));
        assert_eq!(file.line_span(1), Some(Span::new(0, 2)));
        assert_eq!(file.line_span(4), None);
    }

    #[test]
    fn line_numbers_are_same_with_and_without_index() {
        let parts = ["\n", "x\n", "é\r\n", "a long line of text, longer than the others"];
        let text: String =
            (0..3000).map(|at| parts.get(at * at % 7 % 4).copied().unwrap_or_default()).collect();
        let file = SourceFile::new("a", text.clone());
        let mut start = 0;
        for (at, line) in text.split('\n').enumerate() {
            let end = start + line.trim_end_matches('\r').len();
            assert_eq!(file.line_span(at + 1), Some(Span::new(start, end)));
            assert_eq!(file.position(start), Position { line: at + 1, column: 1, offset: start });
            assert_eq!(file.position(end).line, at + 1);
            start += line.len() + 1;
        }
        assert_eq!(file.line_count(), text.split('\n').count());
        assert_eq!(file.line_span(file.line_count() + 1), None);
    }

    #[test]
    fn columns_far_into_line_are_correct() {
        let text = "é".repeat(5000);
        let file = SourceFile::new("a", text.clone());
        for offset in [0, 2, 1022, 1024, 4096, 9998] {
            assert_eq!(file.position(offset).column, text.get(..offset).unwrap().chars().count() + 1);
        }
    }

    #[test]
    fn byte_order_mark_takes_no_column() {
        let file = SourceFile::new("a", "\u{feff}FEATURE");
        assert_eq!(file.position(3).column, 1);
        assert_eq!(file.position(4).column, 2);
        assert_eq!(file.position(0).column, 1);
    }

    #[test]
    fn invalid_utf8_bytes_are_reported() {
        let fault = |bytes: &[u8]| SourceFile::from_bytes(FileId(0), "a", bytes.to_vec()).fault();
        assert_eq!(fault(b"\xff\xfeF\0E\0"), Some(EncodingFault::Utf16));
        assert_eq!(fault(b"F\0E\0A\0T\0"), Some(EncodingFault::Utf16));
        assert_eq!(fault(b"\0F\0E\0A\0T"), Some(EncodingFault::Utf16));
        let latin = |cut| Some(EncodingFault::NotUtf8 { offset: 8, cut });
        assert_eq!(fault(b"FEATURE \xe4 {"), latin(false));
        assert_eq!(fault(&[b"FEATURE ".as_slice(), &[0xe4; 500]].concat()), latin(false));
        assert_eq!(fault(&[b"FEATURE ".as_slice(), &b"\xe4x".repeat(5000)].concat()), latin(true));
        assert_eq!(fault(b"FEATURE"), None);
    }
}
