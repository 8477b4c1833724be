//! Orders as rows of a CSV file, read one by one.
//!
//! ```csv
//! customer,sn,products,end
//! ABC Corp,ABC-2026-001,MySolutions:20,2026-12-31
//! ```
//!
//! No value can contain a line break, so a row is one line: an unclosed quote affects only its own row.

use keywright_license::check_value;
use keywright_syntax::diagnostic::nearest;

use super::arguments::ArgValue;
use super::error::Fault;
use super::order::{Line, Order, read_runs};

/// Required columns.
const REQUIRED: [&str; 3] = ["customer", "sn", "products"];
/// Optional columns.
const OPTIONAL: [&str; 4] = ["start", "end", "issued", "runs"];

/// The orders of a CSV file with a header row. Each row is parsed independently, so an error in one row does not
/// affect the others.
#[derive(Debug)]
pub struct Table<'a> {
    file: &'a str,
    head: Vec<String>,
    lines: Lines<'a>,
    record: csv::StringRecord,
}

impl<'a> Table<'a> {
    /// Parses the header row. `parameters` are further columns that are allowed: parameters of templates.
    ///
    /// # Errors
    /// Returns all problems of the columns.
    pub fn read(file: &'a str, bytes: &'a [u8], parameters: &[String]) -> Result<Self, Vec<Fault>> {
        let bytes = bytes.strip_prefix(keywright_syntax::source::BOM.as_bytes()).unwrap_or(bytes);
        let mut lines = Lines { rest: bytes, number: 0 };
        let (number, line) = lines.next().unwrap_or((1, &[]));
        let mut record = csv::StringRecord::new();
        read_record(line, &mut record)
            .map_err(|why| vec![Fault::new(format!("invalid header row: {why}")).file(file).at(number, 0)])?;
        let head: Vec<String> = record.iter().map(str::to_owned).collect();
        let faults = head_faults(file, number, &head, parameters);
        if faults.is_empty() { Ok(Self { file, head, lines, record }) } else { Err(faults) }
    }

    fn row(&mut self, number: u64, line: &[u8]) -> Result<Order, Fault> {
        let (file, head) = (self.file, &self.head);
        let fault = |message: String| Fault::new(message).file(file).at(number, 0);
        if let Err(why) = read_record(line, &mut self.record) {
            let at = self.record.len().checked_sub(1).and_then(|last| head.get(last));
            let column =
                at.filter(|_| why == OPEN).map_or_else(String::new, |name| format!("column `{name}`: "));
            return Err(fault(format!("{column}{why}")).help("quote values that contain a comma"));
        }
        if self.record.len() != head.len() {
            let message =
                format!("the row has {} columns, but the header row has {}", self.record.len(), head.len());
            return Err(fault(message).help("quote values that contain a comma"));
        }
        read_row(file, number, head, &self.record)
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Order, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (number, line) = self.lines.next()?;
        Some(self.row(number, line))
    }
}

/// The lines of a file that are not empty, with their numbers.
#[derive(Debug)]
struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            self.number += 1;
            let line = line.trim_ascii_end();
            if !line.is_empty() {
                return Some((self.number, line));
            }
        }
        None
    }
}

const OPEN: &str = "unclosed quote";

/// Splits one line into fields.
fn read_record(line: &[u8], record: &mut csv::StringRecord) -> Result<(), &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| "invalid UTF-8")?;
    if !text.contains('"') {
        record.clear();
        text.split(',').for_each(|field| record.push_field(field.trim()));
        return Ok(());
    }
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).trim(csv::Trim::All);
    let read = reader.buffer_capacity(line.len().max(1)).from_reader(line).read_record(record);
    // Quotes inside quotes are doubled, so a complete row has an even number of them.
    if text.matches('"').count() % 2 == 1 { Err(OPEN) } else { read.map(drop).map_err(|_| "invalid CSV") }
}

fn head_faults(file: &str, number: u64, head: &[String], parameters: &[String]) -> Vec<Fault> {
    let known = || REQUIRED.iter().chain(&OPTIONAL).copied().chain(parameters.iter().map(String::as_str));
    let mut faults = Vec::new();
    let fault = |message: String| Fault::new(message).file(file).at(number, 0);
    for (at, name) in head.iter().enumerate() {
        let shown = keywright_syntax::excerpt(name);
        if !known().any(|known| known == name) {
            let unknown = fault(format!("column {}: unknown column `{shown}`", at + 1));
            faults.push(match nearest(name, known()) {
                Some(known) => unknown.help(format!("did you mean `{known}`?")),
                None => unknown.help("valid columns are customer, sn, products, start, end, issued, runs and template parameters"),
            });
        } else if head.iter().take(at).any(|other| other == name) {
            faults.push(fault(format!("column {}: duplicate column `{shown}`", at + 1)));
        }
    }
    for name in REQUIRED.iter().filter(|name| !head.iter().any(|column| column == *name)) {
        faults.push(fault(format!("missing column `{name}`")));
    }
    faults
}

fn read_row(file: &str, line: u64, head: &[String], record: &csv::StringRecord) -> Result<Order, Fault> {
    let fault = |column: &str, message: &str| {
        Fault::new(format!("column `{column}`: {message}")).file(file).at(line, 0)
    };
    let check = |column: &str, directive: &str, value: &str| {
        check_value(directive, value).map_err(|refusal| fault(column, &refusal.message).help(refusal.help))
    };
    let mut order = Order {
        customer: String::new(),
        sn: String::new(),
        lines: Vec::new(),
        values: Vec::new(),
        runs: Vec::new(),
        file: file.to_owned(),
        place: (line, 0),
    };
    for (name, value) in head.iter().zip(record) {
        match name.as_str() {
            "customer" => {
                check(name, "LICENSEE", value)?;
                order.customer = value.to_owned();
            }
            "sn" => {
                check(name, "SN", value)?;
                order.sn = value.to_owned();
            }
            "products" => {
                order.lines = value.split(',').map(|part| read_line(file, line, part)).collect();
            }
            _ if value.is_empty() => {}
            "runs" => order.runs = read_runs(value).map_err(|why| fault(name, &why))?,
            _ => {
                if matches!(name.as_str(), "start" | "end" | "issued") {
                    check(name, "START", value)?;
                }
                let place = Some((file.to_owned(), line, 0));
                order.values.push(ArgValue { name: name.clone(), text: value.to_owned(), place });
            }
        }
    }
    if order.customer.is_empty() {
        return Err(fault("customer", "the value is empty"));
    }
    Ok(order)
}

/// Parses `MySolutions:20`, or a product without a count.
fn read_line(file: &str, line: u64, part: &str) -> Line {
    let part = part.trim_matches(' ');
    let (product, count) =
        part.split_once(':').map_or((part, None), |(product, count)| (product, Some(count)));
    let count = count.map(|count| ArgValue {
        name: "count".to_owned(),
        text: count.to_owned(),
        place: Some((file.to_owned(), line, 0)),
    });
    Line { product: product.to_owned(), place: (line, 0), count, values: Vec::new() }
}
