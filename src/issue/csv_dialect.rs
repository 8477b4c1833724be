//! Differences between the CSV files of spreadsheet programs: byte order mark, `sep=` line and delimiter.

use super::csv_records::RawRecords;

/// Delimiters between cells, with their names. The first one is the usual one.
pub(super) const DELIMITERS: [(u8, &str); 3] = [(b',', "`,`"), (b';', "`;`"), (b'\t', "tab")];

/// The layout of a CSV text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Byte where the header row begins.
    pub(super) start: usize,
    /// Line where the header row begins, from 1.
    pub(super) line: u64,
}

impl Dialect {
    /// Detects the layout: the delimiter of a `sep=` line, or else the one that gives the header the most cells for
    /// which `is_column` is true.
    ///
    /// # Errors
    /// Returns an error if the text is not UTF-8 as a whole, or a `sep=` line names another delimiter.
    pub(super) fn of(bytes: &[u8], is_column: impl Fn(&str) -> bool) -> Result<Self, String> {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return Err("the file is UTF-16 text: save it as CSV in UTF-8".to_owned());
        }
        let bom = keywright_syntax::source::BOM.as_bytes();
        let start = if bytes.starts_with(bom) { bom.len() } else { 0 };
        if let Some((delimiter, next)) = separator_line(bytes, start) {
            return match DELIMITERS.iter().find(|(known, _)| delimiter == [*known]) {
                Some((delimiter, _)) => Ok(Self { delimiter: *delimiter, start: next, line: 2 }),
                None => {
                    let shown = keywright_syntax::excerpt(&String::from_utf8_lossy(delimiter));
                    Err(format!(
                        "the line `sep=` names the delimiter `{shown}`, but only `,`, `;` and tab are supported"
                    ))
                }
            };
        }
        let known = |delimiter: u8| {
            let cells = header_cells(bytes, start, delimiter);
            cells.iter().filter(|cell| is_column(cell)).count()
        };
        let [(usual, _), others @ ..] = DELIMITERS;
        let mut best = (usual, known(usual));
        for (delimiter, _) in others {
            let count = known(delimiter);
            if count > best.1 {
                best = (delimiter, count);
            }
        }
        Ok(Self { delimiter: best.0, start, line: 1 })
    }

    /// Returns the names in the header row, roughly: for detection only.
    pub(super) fn header(self, bytes: &[u8]) -> Vec<String> {
        header_cells(bytes, self.start, self.delimiter)
    }

    /// Returns the name of the delimiter for a message.
    pub(super) fn delimiter_name(self) -> &'static str {
        DELIMITERS.iter().find(|(known, _)| *known == self.delimiter).map_or("", |(_, name)| *name)
    }
}

/// Returns the delimiter of a `sep=` line, and the byte after the line. Spreadsheet programs accept and write this line.
fn separator_line(bytes: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let text = bytes.get(start..)?;
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let line = text.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (head, delimiter) = line.split_at_checked(4)?;
    head.eq_ignore_ascii_case(b"sep=").then_some((delimiter, (start + end + 1).min(bytes.len())))
}

/// Returns the cells of the first record that is not empty, roughly: for detection only.
fn header_cells(bytes: &[u8], start: usize, delimiter: u8) -> Vec<String> {
    let mut records = RawRecords::new(bytes, delimiter, start, 1);
    let first = records.find(|record| record.is_err() || record.is_ok_and(|record| !record.is_blank()));
    // A malformed header still has cells, up to the end of its line.
    let from = first.and_then(Result::ok).map_or(start, |record| record.start);
    let text = bytes.get(from..).unwrap_or_default();
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim_matches([' ', '"']).to_owned();
    line.split(|byte| *byte == delimiter).map(cell).collect()
}
