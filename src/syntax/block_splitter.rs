//! Splits a file into parts that can be parsed separately, and finds the blocks lost to an unclosed quote or brace.
//!
//! The scan ignores braces in quotes and comments exactly as the grammar does. A test compares both on mutated files.

use crate::source::Span;

/// Minimum size of a part. Parsing a whole file at once would take ten times its size in memory.
const GROUP_BYTES: usize = 64 * 1024;

pub use crate::limits::MAX_BLOCK_BYTES;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Whole blocks and the text between them.
    Text(Span),
    /// Text that cannot be read because of an error.
    Lost(Lost),
}

/// A block, or text outside of blocks, that is skipped up to the next block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    /// The skipped text.
    pub(super) span: Span,
    /// The header of the block it belongs to.
    pub(super) header: Option<Header>,
    /// The reason.
    pub(super) cause: Cause,
}

/// The reason for skipping text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The quote at this offset is never closed.
    Quote(usize),
    /// The brace at this offset is never closed.
    Brace(usize),
    /// The block is larger than [`MAX_BLOCK_BYTES`].
    Size,
}

/// `FEATURE name` before a `{`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Offset of `FEATURE`.
    pub(super) start: usize,
    /// The name.
    pub(super) name: Span,
}

/// Splits `text` into parts, beginning at offset `start`.
pub(super) fn split(text: &str, start: usize) -> Vec<Part> {
    let splitter = Splitter {
        text,
        at: start,
        done: start,
        comment: None,
        words: [None; 2],
        block: None,
        parts: Vec::new(),
    };
    splitter.run()
}

struct Splitter<'a> {
    text: &'a str,
    /// Offset up to which the text is scanned.
    at: usize,
    /// Offset up to which the text is in `parts`.
    done: usize,
    /// The last `#` that was found, also one in quotes; the length of the text if there is none.
    comment: Option<usize>,
    /// The last two words, which form the header if a brace follows.
    words: [Option<Span>; 2],
    /// Header of the open block and the offset of its brace.
    block: Option<(Header, usize)>,
    parts: Vec<Part>,
}

impl Splitter<'_> {
    fn run(mut self) -> Vec<Part> {
        while let Some((at, byte)) = self.next_special() {
            // A quote and a closing brace end any header, so the words before them are not needed.
            if matches!(byte, b'#' | b'{') {
                self.note_words(at);
            }
            self.at = at + 1;
            match byte {
                b'#' => self.skip_comment(),
                b'"' => self.quote(at),
                b'{' => self.open(at),
                _ => self.close(),
            }
        }
        if let Some((header, brace)) = self.block.take() {
            self.lose(header.start, Some(header), Cause::Brace(brace), self.text.len());
        }
        self.flush(self.text.len());
        self.parts
    }

    /// Returns the next quote, brace or beginning of a comment. The search function takes three bytes at most, so the next
    /// `#` is kept from one call to the next.
    fn next_special(&mut self) -> Option<(usize, u8)> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..)?;
        let comment = match self.comment.filter(|comment| self.at <= *comment) {
            Some(comment) => comment,
            None => memchr::memchr(b'#', rest).map_or(bytes.len(), |offset| self.at + offset),
        };
        self.comment = Some(comment);
        let other = memchr::memchr3(b'"', b'{', b'}', bytes.get(self.at..comment)?);
        let at = other.map_or(comment, |offset| self.at + offset);
        bytes.get(at).map(|byte| (at, *byte))
    }

    /// Records the last two words of the text before `end`.
    fn note_words(&mut self, end: usize) {
        let segment = self.text.get(self.at..end).unwrap_or_default();
        let mut last = segment.rsplit(is_gap).filter(|word| !word.is_empty());
        let place = |word: &str| {
            let start = self.at + (word.as_ptr() as usize - segment.as_ptr() as usize);
            Span::new(start, start + word.len())
        };
        match (last.next().map(place), last.next().map(place)) {
            (Some(second), Some(first)) => self.words = [Some(first), Some(second)],
            (Some(second), None) => self.words = [self.words[1], Some(second)],
            _ => {}
        }
    }

    fn skip_comment(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at = memchr::memchr(b'\n', rest).map_or(self.text.len(), |offset| self.at + offset);
        self.flush_between_blocks();
    }

    fn quote(&mut self, open: usize) {
        self.words = [None; 2];
        let rest = self.text.get(open + 1..).unwrap_or_default();
        match memchr::memchr(b'"', rest.as_bytes()) {
            Some(len) if !looks_unclosed(rest, len) => self.at = open + 1 + len + 1,
            _ => {
                let header = self.block.take().map(|(header, _)| header);
                let start = header.map_or(open, |header| header.start);
                let end = next_header(self.text, open + 1).unwrap_or(self.text.len());
                self.lose(start, header, Cause::Quote(open), end);
            }
        }
    }

    fn open(&mut self, at: usize) {
        let header = header_of(self.text, self.words);
        self.words = [None; 2];
        match (header, self.block) {
            (Some(header), None) => self.block = Some((header, at)),
            (Some(header), Some((outer, brace))) => {
                self.lose(outer.start, Some(outer), Cause::Brace(brace), header.start);
                self.at = at + 1;
                self.block = Some((header, at));
            }
            (None, _) => self.flush_between_blocks(),
        }
    }

    /// Ends a part between blocks if it is large enough and no header has begun.
    fn flush_between_blocks(&mut self) {
        let header_begun =
            self.words.iter().flatten().any(|word| self.text.get(word.range()) == Some("FEATURE"));
        if self.block.is_none() && !header_begun && self.at - self.done >= GROUP_BYTES {
            self.flush(self.at);
        }
    }

    fn close(&mut self) {
        self.words = [None; 2];
        if let Some((header, _)) = self.block.take()
            && self.at - header.start > MAX_BLOCK_BYTES
        {
            self.lose(header.start, Some(header), Cause::Size, self.at);
        } else if self.at - self.done >= GROUP_BYTES {
            self.flush(self.at);
        }
    }

    fn flush(&mut self, end: usize) {
        if end > self.done {
            self.parts.push(Part::Text(Span::new(self.done, end)));
            self.done = end;
        }
    }

    fn lose(&mut self, start: usize, header: Option<Header>, cause: Cause, end: usize) {
        self.flush(start);
        self.parts.push(Part::Lost(Lost { span: Span::new(start, end), header, cause }));
        self.done = end;
        self.at = end;
        self.words = [None; 2];
    }
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{a0}')
}

/// Returns true if the opening quote was probably never closed, so that the next quote belongs to another value. `rest`
/// is the text after the opening quote, and the next quote is at `len`. Two of three signs are required: the text
/// between the quotes contains a line break, it ends in `NAME=`, or other text follows the second quote directly.
fn looks_unclosed(rest: &str, len: usize) -> bool {
    let inner = rest.get(..len).unwrap_or_default();
    let after = rest.get(len + 1..).and_then(|after| after.chars().next());
    let bounded = after.is_none_or(|c| is_gap(c) || matches!(c, '}' | '#'));
    let crosses = memchr::memchr(b'\n', inner.as_bytes()).is_some();
    if bounded && !crosses {
        return false;
    }
    let doubtful = [crosses, ends_in_assignment(inner), !bounded].into_iter().filter(|sign| *sign).count();
    doubtful >= 2
}

/// Returns true if text ends in `NAME=`, with or without a space before `=`.
#[must_use]
pub fn ends_in_assignment(inner: &str) -> bool {
    let Some(before) = inner.trim_end_matches([' ', '\t', '\u{a0}']).strip_suffix('=') else {
        return false;
    };
    let word = before.trim_end_matches([' ', '\t', '\u{a0}']);
    let name = word.rsplit(is_gap).next().unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Returns the offset of the next `FEATURE name {` at or after `from`, in time linear in the distance.
fn next_header(text: &str, from: usize) -> Option<usize> {
    let mut words: [Option<Span>; 2] = [None; 2];
    let mut at = from;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            '{' => match header_of(text, words) {
                Some(header) => return Some(header.start),
                None => (words, at) = ([None; 2], at + 1),
            },
            '}' => (words, at) = ([None; 2], at + 1),
            c if is_gap(c) => at += c.len_utf8(),
            _ => {
                let len = rest.find(|c| is_gap(c) || matches!(c, '#' | '{' | '}')).unwrap_or(rest.len());
                words = [words[1], Some(Span::new(at, at + len))];
                at += len;
            }
        }
    }
    None
}

/// Returns the header formed by the last two words before a `{`, if they are one.
fn header_of(text: &str, words: [Option<Span>; 2]) -> Option<Header> {
    let [Some(first), Some(name)] = words else {
        return None;
    };
    let plain = !text.get(name.range())?.contains(['"', '=']);
    (plain && text.get(first.range())? == "FEATURE").then_some(Header { start: first.start as usize, name })
}
