//! Orders as rows of a CSV file, read one by one.
//!
//! ```csv
//! customer,sn,products,end
//! ABC Corp,ABC-2026-001,MySolutions:20,2026-12-31
//! ```
//!
//! The text is checked by the rules of RFC 4180 first ([`super::csv_records`]): text with malformed quoting has no rows
//! at all, because it is unclear which of its text is a row and which is inside a cell.

use keywright_license::check_value;

use super::arguments::ArgValue;
use super::csv_dialect::Dialect;
use super::csv_records::{Malformed, RawRecord, RawRecords};
use super::error::Fault;
use super::order::{Line, Order, parse_runs, parse_step};
use super::order_columns::{Column, column, columns};

/// The orders of a CSV file with a header row. Each row is parsed independently, so an invalid value in one row does not
/// affect the others.
#[derive(Debug)]
pub struct OrderCsv<'a> {
    file: &'a str,
    columns: Vec<Column>,
    rows: Rows<'a>,
    empty: usize,
}

impl<'a> OrderCsv<'a> {
    /// Checks the text and parses the header row. `parameters` are further columns that are allowed: parameters of
    /// templates. Text without any record has no orders.
    ///
    /// # Errors
    /// Returns all problems of the columns, or the first place with malformed quoting.
    pub fn read(file: &'a str, bytes: &'a [u8], parameters: &[String]) -> Result<Self, Vec<Fault>> {
        let dialect = Dialect::of(bytes, |name| column(name, parameters).is_some())
            .map_err(|message| vec![Fault::new(message).file(file)])?;
        let mut rows = Rows::new(bytes, dialect);
        let head =
            rows.next().transpose().map_err(|(line, why)| vec![Fault::new(why).file(file).at(line, 0)])?;
        let line = head.as_ref().map_or(1, |(line, _)| *line);
        let names: Vec<String> = head
            .iter()
            .flat_map(|(_, record)| record.iter().map(|name| blank_trimmed(name).to_owned()))
            .collect();
        let empty = check(bytes, dialect, line)
            .map_err(|malformed| vec![malformed_fault(file, bytes, &names, malformed)])?;
        if head.is_none() {
            return Ok(Self { file, columns: Vec::new(), rows, empty });
        }
        let placed = |faults: Vec<Fault>| {
            faults.into_iter().map(|fault| fault.file(file).at(line, 0)).collect::<Vec<_>>()
        };
        let columns = columns(&names, dialect, parameters).map_err(placed)?;
        Ok(Self { file, columns, rows, empty })
    }

    /// Returns true if the text begins with the header row of an order table.
    #[must_use]
    pub fn is_table(bytes: &[u8]) -> bool {
        let named = |name: &str| column(name, &[]).is_some();
        Dialect::of(bytes, named)
            .is_ok_and(|dialect| dialect.header(bytes).iter().filter(|name| named(name)).count() > 1)
    }

    /// Returns the number of rows after the header that have no value. They are skipped.
    #[must_use]
    pub fn empty_rows(&self) -> usize {
        self.empty
    }

    fn row(&self, line: u64, record: &csv::StringRecord) -> Result<Order, Fault> {
        let fault = |message: String| Fault::new(message).file(self.file).at(line, 0);
        let (columns, cells) = (self.columns.len(), record.len());
        let extra = record.iter().enumerate().skip(columns).find(|(_, cell)| !blank_trimmed(cell).is_empty());
        if cells < columns || extra.is_some() {
            let message = format!("the row has {cells} columns, but the header row has {columns}");
            let cell = extra.map_or(cells, |(at, _)| at);
            return Err(fault(message)
                .cell(Some(number(cell)))
                .help("quote values that contain the delimiter"));
        }
        read_row(self.file, line, &self.columns, record)
    }
}

impl Iterator for OrderCsv<'_> {
    type Item = Result<Order, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.rows.next()? {
            Ok((line, record)) => self.row(line, &record),
            Err((line, why)) => Err(Fault::new(why).file(self.file).at(line, 0)),
        })
    }
}

/// Checks the quoting of the whole text. Returns the number of empty rows after the header.
fn check(bytes: &[u8], dialect: Dialect, header: u64) -> Result<usize, Malformed> {
    let mut records = RawRecords::new(bytes, dialect.delimiter, dialect.start, dialect.line);
    records.try_fold(0, |empty, record| {
        let record = record?;
        Ok(empty + usize::from(record.line > header && record.is_empty(bytes, dialect.delimiter)))
    })
}

fn malformed_fault(file: &str, bytes: &[u8], names: &[String], malformed: Malformed) -> Fault {
    let (what, help) = malformed.what.describe();
    let before = bytes.get(..malformed.at).unwrap_or_default();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let bom = keywright_syntax::source::BOM.as_bytes();
    let line = line.strip_prefix(bom).unwrap_or(line);
    let column = String::from_utf8_lossy(line).chars().count() + 1;
    let name = match names.get(malformed.cell).filter(|name| !name.is_empty()) {
        Some(name) => format!("column `{}`: ", keywright_syntax::excerpt(name)),
        None => String::new(),
    };
    let column = u64::try_from(column).unwrap_or(u64::MAX);
    let fault = Fault::new(format!("{name}{what}")).file(file).at(malformed.line, column);
    fault.cell(Some(number(malformed.cell))).help(help)
}

/// The rows of a text that have a value, with the line where each begins.
struct Rows<'a> {
    raw: RawRecords<'a>,
    reader: csv::Reader<&'a [u8]>,
    /// Byte of the text where the reader began.
    start: u64,
    bytes: &'a [u8],
    delimiter: u8,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("raw", &self.raw).finish_non_exhaustive()
    }
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).delimiter(dialect.delimiter);
        let reader = builder.from_reader(bytes.get(dialect.start..).unwrap_or_default());
        let raw = RawRecords::new(bytes, dialect.delimiter, dialect.start, dialect.line);
        Self {
            raw,
            reader,
            start: u64::try_from(dialect.start).unwrap_or(u64::MAX),
            bytes,
            delimiter: dialect.delimiter,
        }
    }

    /// Reads the cells of a record.
    fn cells(&mut self, raw: RawRecord) -> Result<csv::StringRecord, &'static str> {
        let mut record = csv::ByteRecord::new();
        let read = self.reader.read_byte_record(&mut record);
        let end = self.start.saturating_add(self.reader.position().byte());
        let place = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
        // The check and the parser must agree where every record ends.
        if !matches!(read, Ok(true)) || end < place(raw.end) || end > place(raw.next) {
            return Err("the row cannot be read");
        }
        csv::StringRecord::from_byte_record(record)
            .map_err(|_| "invalid UTF-8: save the file as CSV in UTF-8")
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<(u64, csv::StringRecord), (u64, &'static str)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let raw = self.raw.next()?.ok()?;
            // The parser skips empty lines.
            if raw.is_blank() {
                continue;
            }
            let cells = self.cells(raw);
            if !raw.is_empty(self.bytes, self.delimiter) {
                return Some(cells.map(|cells| (raw.line, cells)).map_err(|why| (raw.line, why)));
            }
        }
    }
}

/// Removes spaces around a value. Line breaks are part of it.
fn blank_trimmed(cell: &str) -> &str {
    cell.trim_matches([' ', '\t'])
}

fn read_row(file: &str, line: u64, columns: &[Column], record: &csv::StringRecord) -> Result<Order, Fault> {
    let cell_of = |name: &str| {
        let at = columns.iter().position(|column| matches!(column, Column::Named(known) if known == name));
        at.map(number)
    };
    let fault = |column: &str, message: &str| {
        let fault = Fault::new(format!("column `{column}`: {message}")).file(file).at(line, 0);
        fault.cell(cell_of(column))
    };
    let check = |column: &str, directive: &str, value: &str| {
        check_value(directive, value).map_err(|refusal| fault(column, &refusal.message).help(refusal.help))
    };
    let mut order = Order {
        customer: String::new(),
        sn: String::new(),
        kind: None,
        of: None,
        lines: Vec::new(),
        values: Vec::new(),
        runs: Vec::new(),
        file: file.to_owned(),
        place: (line, 0),
    };
    for (at, (column, value)) in columns.iter().zip(record).enumerate() {
        let value = blank_trimmed(value);
        let name = match column {
            Column::Named(name) => name,
            Column::Unnamed if !value.is_empty() => {
                let message = format!("column {}: the value has no name in the header row", at + 1);
                return Err(Fault::new(message)
                    .file(file)
                    .at(line, 0)
                    .cell(Some(number(at)))
                    .help("name the column, or remove the value"));
            }
            Column::Ignored | Column::Unnamed => continue,
        };
        match name.as_str() {
            "customer" => {
                check(name, "LICENSEE", value)?;
                order.customer = value.to_owned();
            }
            "sn" => {
                check(name, "SN", value)?;
                order.sn = value.to_owned();
            }
            "products" if !value.is_empty() => {
                let lines = value.split(',').map(|part| read_line(file, (line, number(at)), part));
                order.lines = lines.collect::<Result<_, _>>().map_err(|why| fault(name, &why))?;
            }
            _ if value.is_empty() => {}
            "kind" => order.kind = Some(value.parse().map_err(|why: String| fault(name, &why))?),
            "of" => {
                check(name, "SN", value)?;
                order.of = Some(value.to_owned());
            }
            "runs" => order.runs = parse_runs(value).map_err(|why| fault(name, &why))?,
            _ => {
                if matches!(name.as_str(), "start" | "end" | "issued") {
                    check(name, "START", value)?;
                }
                let place = Some((file.to_owned(), line, 0));
                order.values.push(ArgValue {
                    name: name.clone(),
                    text: value.to_owned(),
                    place,
                    cell: Some(number(at)),
                });
            }
        }
    }
    if order.customer.is_empty() {
        return Err(fault("customer", "the value is empty"));
    }
    order.check_kind()?;
    Ok(order)
}

/// Returns the number of a column for people.
fn number(index: usize) -> u64 {
    u64::try_from(index + 1).unwrap_or(u64::MAX)
}

/// Parses `MySolutions:20`, a product without a count, or the step `MySolutions:35@2027-01-01`.
fn read_line(file: &str, (line, cell): (u64, u64), part: &str) -> Result<Line, String> {
    let part = part.trim_matches(' ');
    let (part, from) = part.split_once('@').map_or((part, None), |(part, from)| (part, Some(from)));
    let from = from.map(parse_step).transpose()?;
    let (product, count) =
        part.split_once(':').map_or((part, None), |(product, count)| (product, Some(count)));
    let count = count.map(|count| ArgValue {
        name: "count".to_owned(),
        text: count.to_owned(),
        place: Some((file.to_owned(), line, 0)),
        cell: Some(cell),
    });
    Ok(Line {
        product: product.to_owned(),
        place: (line, 0),
        cell: Some(cell),
        count,
        from,
        values: Vec::new(),
    })
}
