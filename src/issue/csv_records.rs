//! The records of CSV text by the rules of RFC 4180, and the first place where the text breaks them.
//!
//! The crate `csv` repairs malformed quoting without a word, so that text inside a quoted cell could become a record of
//! its own. This check refuses such text before the crate reads it. Property tests show that both find the same records
//! in everything that is accepted.

/// One record of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawRecord {
    /// Line of its first byte, from 1.
    pub(super) line: u64,
    /// Byte where it begins.
    pub(super) start: usize,
    /// Byte after its last cell.
    pub(super) end: usize,
    /// Byte where the next record begins.
    pub(super) next: usize,
}

impl RawRecord {
    /// Returns true for a line without any byte.
    pub(super) fn is_blank(self) -> bool {
        self.start == self.end
    }

    /// Returns true for a record without any value.
    pub(super) fn is_empty(self, bytes: &[u8], delimiter: u8) -> bool {
        let record = bytes.get(self.start..self.end).unwrap_or_default();
        record.split(|byte| *byte == delimiter).all(|cell| matches!(cell.trim_ascii(), b"" | b"\"\""))
    }
}

/// A place where the text breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) what: Mistake,
    /// Byte of the place.
    pub(super) at: usize,
    /// Line of the place, from 1.
    pub(super) line: u64,
    /// Number of the cell in its record, from 0.
    pub(super) cell: usize,
}

/// The rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A quote in a cell that does not begin with one.
    QuoteInside,
    /// Text between a closing quote and the delimiter.
    AfterQuote,
    /// A cell whose closing quote is missing.
    Unclosed,
    /// A carriage return without a line feed.
    LoneCarriageReturn,
}

impl Mistake {
    /// Returns the message and the advice.
    pub(super) fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::QuoteInside => (
                "quote inside a value that does not begin with a quote",
                "enclose the whole value in quotes and write `\"\"` for a quote inside it",
            ),
            Self::AfterQuote => (
                "text after the closing quote of a value",
                "enclose the whole value in quotes and write `\"\"` for a quote inside it",
            ),
            Self::Unclosed => (
                "the quote that begins this value is never closed",
                "add the closing quote, or remove this one",
            ),
            Self::LoneCarriageReturn => (
                "the line ends with a carriage return (CR) without a line feed",
                "save the file with LF or CR LF as line end",
            ),
        }
    }
}

/// Splits text into records, one by one, and stops at the first mistake.
#[derive(Debug, Clone)]
pub(super) struct RawRecords<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    line: u64,
    cell: usize,
    ended: bool,
}

impl<'a> RawRecords<'a> {
    /// Starts at byte `at`, which is in this line.
    pub(super) fn new(bytes: &'a [u8], delimiter: u8, at: usize, line: u64) -> Self {
        Self { bytes, delimiter, at, line, cell: 0, ended: false }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn mistake(&self, what: Mistake) -> Malformed {
        Malformed { what, at: self.at, line: self.line, cell: self.cell }
    }

    /// Moves to the end of a cell.
    fn cell(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let ends = |byte: &u8| matches!(*byte, b'"' | b'\n' | b'\r') || *byte == self.delimiter;
        self.at += self.rest().iter().position(ends).unwrap_or(self.rest().len());
        if self.peek() == Some(b'"') { Err(self.mistake(Mistake::QuoteInside)) } else { Ok(()) }
    }

    fn quoted(&mut self) -> Result<(), Malformed> {
        let unclosed = self.mistake(Mistake::Unclosed);
        loop {
            self.at += 1;
            let length = memchr::memchr(b'"', self.rest()).ok_or(unclosed)?;
            let text = self.rest().get(..length).unwrap_or_default();
            self.line += memchr::memchr_iter(b'\n', text).fold(0, |lines, _| lines + 1);
            self.at += length + 1;
            match self.peek() {
                // A doubled quote is a quote in the value.
                Some(b'"') => {}
                Some(byte) if byte != self.delimiter && !matches!(byte, b'\n' | b'\r') => {
                    return Err(self.mistake(Mistake::AfterQuote));
                }
                _ => return Ok(()),
            }
        }
    }

    fn record(&mut self) -> Result<RawRecord, Malformed> {
        let (line, start) = (self.line, self.at);
        self.cell = 0;
        loop {
            self.cell()?;
            if self.peek() != Some(self.delimiter) {
                break;
            }
            self.at += 1;
            self.cell += 1;
        }
        let end = self.at;
        match self.rest() {
            [] => {}
            [b'\r', b'\n', ..] => self.at += 2,
            [b'\n', ..] => self.at += 1,
            _ => return Err(self.mistake(Mistake::LoneCarriageReturn)),
        }
        self.line += 1;
        Ok(RawRecord { line, start, end, next: self.at })
    }
}

impl Iterator for RawRecords<'_> {
    type Item = Result<RawRecord, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.at >= self.bytes.len() {
            return None;
        }
        let record = self.record();
        self.ended = record.is_err();
        Some(record)
    }
}
