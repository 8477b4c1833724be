//! Source text: a named file, spans in it, and the way from a byte offset to line and column.
//!
//! Knows nothing of the language; does no input or output: it is given bytes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Largest license file that is read, in bytes (64 MiB).
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// What stands in the text for a byte that is no UTF-8: a control character as long, which no value can hold, so that
/// offsets stay good and the block it stands in is given up.
pub const UNREADABLE: char = '\u{1a}';

/// With more bytes that are no UTF-8, a file is no text in another encoding but no text at all.
const MOST_UNREADABLE: usize = 1000;

/// The byte order mark that some editors put before UTF-8.
pub const BOM: &str = "\u{feff}";

/// A range of bytes in one source file. Always on character boundaries when it comes from the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes. Files are capped at 64 MiB, so offsets fit.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }

    /// An empty span at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The bytes it covers, as a range to slice with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies in it.
    #[must_use]
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A value with the place it was read from. Equality and order look at the value only.
#[derive(Debug, Clone, Copy)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, read at `span`.
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

/// Which file of one run a span belongs to: its index in the order of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);

/// A place as people and reports count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1; a leading byte order mark does not count.
    pub column: usize,
    /// Byte offset, from 0.
    pub offset: usize,
}

/// Why a file's bytes are not the text they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingFault {
    /// UTF-16, little or big endian, recognised by its mark or by its zero bytes.
    Utf16,
    /// Bytes that are no UTF-8 characters. A few of them are read as [`UNREADABLE`]; at many the text ends.
    NotUtf8 {
        /// Offset of the first such byte.
        offset: usize,
        /// Whether the text ends there.
        cut: bool,
    },
    /// More than [`MAX_FILE_BYTES`].
    TooLarge,
}

/// One source file: its name as given, its text, and an index of its lines made at first use.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    text: String,
    fault: Option<EncodingFault>,
    index: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A file from text that is known to be UTF-8.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::from_bytes(FileId::default(), name, text.into().into_bytes())
    }

    /// A file from any bytes. Bytes that are no UTF-8 text end the text there: what stands before is still read, and
    /// [`Self::fault`] says why the rest is not.
    #[must_use]
    pub fn from_bytes(id: FileId, name: impl Into<String>, bytes: Vec<u8>) -> Arc<Self> {
        let (text, fault) = decode(bytes);
        Arc::new(Self { id, name: name.into(), text, fault, index: OnceLock::new() })
    }

    /// Its place among the files of one run.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The name it was opened by. Untrusted: escape it before it goes to a terminal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, byte order mark included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why the text ends before the file does, if it does.
    #[must_use]
    pub fn fault(&self) -> Option<EncodingFault> {
        self.fault
    }

    /// The text that `span` covers; empty if it does not lie on character boundaries of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of a byte offset; offsets after the end count as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        self.index().position(&self.text, offset)
    }

    /// Number of lines; a last line without a line break counts.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.index().starts.len()
    }

    /// The bytes of a line (from 1), without its line break. `None` after the last line.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let starts = &self.index().starts;
        let start = *starts.get(line.checked_sub(1)?)? as usize;
        let end = starts.get(line).map_or(self.text.len(), |next| *next as usize);
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
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => replace_unreadable(error.into_bytes()),
    }
}

/// Text in another encoding, mostly Latin-1: every byte that is no UTF-8 is replaced.
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

/// A byte order mark of UTF-16, or zero in every second of the first bytes, as in UTF-16 of Latin text.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).all(|byte| *byte == 0);
    let full = |odd: usize| head.iter().skip(odd).step_by(2).all(|byte| *byte != 0);
    head.len() >= 4 && ((zeros(1) && full(0)) || (zeros(0) && full(1)))
}

/// Where lines start, and how many characters stand before every 1,024th byte, so that a column costs the same at the
/// end of a line of 64 MiB as at its beginning.
#[derive(Debug)]
struct LineIndex {
    starts: Vec<u32>,
    /// Characters before byte `1024 * i`; empty where all text is ASCII.
    characters: Vec<u32>,
    bom: bool,
}

const STRIDE: usize = 1024;

impl LineIndex {
    fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| Span::at(at + 1).start));
        let characters = if text.is_ascii() { Vec::new() } else { count_characters(text.as_bytes()) };
        Self { starts, characters, bom: text.starts_with(BOM) }
    }

    fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).map_or(0, |start| *start as usize);
        let mark = usize::from(self.bom && line == 1 && offset > 0);
        let column = self.characters_before(text, offset) - self.characters_before(text, start) - mark + 1;
        Position { line, column, offset }
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

/// Bytes that begin a character of UTF-8.
fn starts_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
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
    fn columns_far_into_a_line_agree_with_counting() {
        let text = "é".repeat(5000);
        let file = SourceFile::new("a", text.clone());
        for offset in [0, 2, 1022, 1024, 4096, 9998] {
            assert_eq!(file.position(offset).column, text.get(..offset).unwrap().chars().count() + 1);
        }
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let file = SourceFile::new("a", "\u{feff}FEATURE");
        assert_eq!(file.position(3).column, 1);
        assert_eq!(file.position(4).column, 2);
        assert_eq!(file.position(0).column, 1);
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
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
