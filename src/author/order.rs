//! Orders: who bought what. One in a YAML file, or many as the rows of a CSV file.
//!
//! ```yaml
//! customer: ABC Corp
//! sn: ABC-2026-001
//! end: 2026-12-31
//! products:
//!   - { product: MySolutions, count: 20 }
//! ```
//!
//! ```csv
//! customer,sn,products,end
//! ABC Corp,ABC-2026-001,MySolutions:20,2026-12-31
//! ```

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::diagnostic::nearest;
use crate::license::check_value;
use crate::sign::Digest;

use super::catalog::given;
use super::fault::Fault;
use super::values::Given;
use super::yaml;

/// Most orders of one run.
pub const MAX_ORDERS: usize = 1_000_000;

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The customer's name: LICENSEE of every block.
    pub customer: String,
    /// The serial number: SN of every block, and the name of the license file.
    pub sn: String,
    /// What was bought.
    pub lines: Vec<Line>,
    /// Values for all lines: dates, and parameters that the templates have.
    pub values: Vec<Given>,
    /// What the customer runs at one time: features and how many of each.
    pub runs: Vec<(String, u32)>,
    /// The file it stands in.
    pub file: String,
    /// Line and column it stands at; column 0 for a row.
    pub place: (u64, u64),
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product's name in the catalogue.
    pub product: String,
    /// How many, if the order says it.
    pub count: Option<String>,
    /// Values for this line alone.
    pub values: Vec<Given>,
}

impl Order {
    /// A fault of this order.
    #[must_use]
    pub fn fault(&self, fault: Fault) -> Fault {
        if fault.file.is_some() { fault } else { fault.file(&self.file).at(self.place.0, self.place.1) }
    }

    /// The digest of what the order says, wherever it stands.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let values = |values: &[Given]| -> Vec<(String, String)> {
            values.iter().map(|value| (value.name.clone(), value.text.clone())).collect()
        };
        let lines: Vec<_> =
            self.lines.iter().map(|line| (&line.product, &line.count, values(&line.values))).collect();
        let content = ("keywright-order 1", &self.customer, &self.sn, lines, values(&self.values));
        // A tuple of texts always has a JSON form.
        Digest::of(serde_json::json!(content).to_string().as_bytes())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    customer: Spanned<String>,
    sn: Spanned<String>,
    products: Vec<RawLine>,
    #[serde(default)]
    start: Option<Spanned<String>>,
    #[serde(default)]
    end: Option<Spanned<String>>,
    #[serde(default)]
    issued: Option<Spanned<String>>,
    #[serde(default)]
    runs: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    product: Spanned<String>,
    #[serde(default)]
    count: Option<Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
}

/// Reads the one order of a YAML file.
///
/// # Errors
/// At the first thing that is wrong, with line and column.
pub fn read_order(file: &str, text: &str) -> Result<Order, Fault> {
    let raw: RawOrder = yaml::read(file, text)?;
    let check = |directive: &str, value: &Spanned<String>| {
        check_value(directive, &value.value)
            .map_err(|refusal| yaml::fault(file, value, refusal.message).help(refusal.help))
    };
    check("LICENSEE", &raw.customer)?;
    check("SN", &raw.sn)?;
    let mut values = Vec::new();
    for (name, value) in [("start", raw.start), ("end", raw.end), ("issued", raw.issued)] {
        if let Some(value) = value {
            check("START", &value)?;
            let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
            values.push(Given { name: name.to_owned(), text: value.value, place: Some(place) });
        }
    }
    let runs = match &raw.runs {
        Some(runs) => read_runs(&runs.value).map_err(|why| yaml::fault(file, runs, why))?,
        None => Vec::new(),
    };
    let lines = raw.products.into_iter().map(|line| Line {
        product: line.product.value,
        count: line.count.map(|count| count.value),
        values: given(file, line.values),
    });
    let order = Order {
        customer: raw.customer.value,
        sn: raw.sn.value,
        lines: lines.collect(),
        values,
        runs,
        file: file.to_owned(),
        place: (raw.sn.referenced.line(), raw.sn.referenced.column()),
    };
    if order.lines.is_empty() {
        Err(order.fault(Fault::new("the order names no product")))
    } else {
        Ok(order)
    }
}

/// Features and how many of each: `MyDraw:2, MyWrite:3`.
fn read_runs(text: &str) -> Result<Vec<(String, u32)>, String> {
    let item = |part: &str| {
        let (name, count) = part.trim_matches(' ').split_once(':')?;
        let good = check_value("SN", name).is_ok() && check_value("SOFTLIMIT", count).is_ok();
        Some((name.to_owned(), count.parse().ok().filter(|_| good)?))
    };
    let items: Option<Vec<(String, u32)>> = text.split(',').map(item).collect();
    items.ok_or_else(|| {
        format!(
            "`{}` is not of the form FEATURE:COUNT, several separated by commas",
            crate::syntax::excerpt(text)
        )
    })
}

/// The columns that every table of orders has.
const REQUIRED: [&str; 3] = ["customer", "sn", "products"];
/// Columns it may have.
const OPTIONAL: [&str; 4] = ["start", "end", "issued", "runs"];

/// Orders of a CSV file with a head line. `parameters` are further columns that are allowed: parameters of templates.
/// Every row stands for itself: the faults of one do not keep the others from being read.
#[must_use]
pub fn read_orders(file: &str, bytes: &[u8], parameters: &[String]) -> (Vec<Order>, Vec<Fault>) {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let head = match reader.headers() {
        Ok(head) => head.iter().map(str::to_owned).collect::<Vec<_>>(),
        Err(error) => return (Vec::new(), vec![csv_fault(file, &error)]),
    };
    let mut faults = head_faults(file, &head, parameters);
    if !faults.is_empty() {
        return (Vec::new(), faults);
    }
    let mut orders = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                match read_row(file, line, &head, &record) {
                    Ok(order) => orders.push(order),
                    Err(fault) => faults.push(fault),
                }
            }
            Err(error) => faults.push(csv_fault(file, &error)),
        }
        if orders.len() + faults.len() > MAX_ORDERS {
            faults.push(Fault::new(format!("more than {MAX_ORDERS} orders")).file(file));
            break;
        }
    }
    (orders, faults)
}

fn csv_fault(file: &str, error: &csv::Error) -> Fault {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} columns, the head line {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8 text".to_owned(),
        _ => "the row cannot be read".to_owned(),
    };
    let fault = Fault::new(message).file(file);
    match error.position() {
        Some(position) => fault.at(position.line(), 0).help("a value with a comma stands in quotes"),
        None => fault,
    }
}

fn head_faults(file: &str, head: &[String], parameters: &[String]) -> Vec<Fault> {
    let known = || REQUIRED.iter().chain(&OPTIONAL).copied().chain(parameters.iter().map(String::as_str));
    let mut faults = Vec::new();
    let fault = |message: String| Fault::new(message).file(file).at(1, 0);
    for (at, name) in head.iter().enumerate() {
        let shown = crate::syntax::excerpt(name);
        if !known().any(|known| known == name) {
            let unknown = fault(format!("column {}: there is no `{shown}`", at + 1));
            faults.push(match nearest(name, known()) {
                Some(known) => unknown.help(format!("did you mean `{known}`?")),
                None => unknown.help("columns are customer, sn, products, start, end, issued, runs, and parameters of the templates"),
            });
        } else if head.iter().take(at).any(|other| other == name) {
            faults.push(fault(format!("column {}: `{shown}` stands twice", at + 1)));
        }
    }
    for name in REQUIRED.iter().filter(|name| !head.iter().any(|column| column == *name)) {
        faults.push(fault(format!("the column `{name}` is missing")));
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
            "products" => order.lines = value.split(',').map(read_line).collect(),
            _ if value.is_empty() => {}
            "runs" => order.runs = read_runs(value).map_err(|why| fault(name, &why))?,
            _ => {
                if matches!(name.as_str(), "start" | "end" | "issued") {
                    check(name, "START", value)?;
                }
                let place = Some((file.to_owned(), line, 0));
                order.values.push(Given { name: name.clone(), text: value.to_owned(), place });
            }
        }
    }
    if order.customer.is_empty() {
        return Err(fault("customer", "it is empty"));
    }
    Ok(order)
}

/// `MySolutions:20`, or a product without a count.
fn read_line(part: &str) -> Line {
    let part = part.trim_matches(' ');
    let (product, count) =
        part.split_once(':').map_or((part, None), |(product, count)| (product, Some(count)));
    Line { product: product.to_owned(), count: count.map(str::to_owned), values: Vec::new() }
}

/// Names of device files on some systems: no license file can have one.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of an order's license file. A serial number is made of letters, digits, `_` and `-`, so it is safe as a name
/// on every system but for these few.
///
/// # Errors
/// When it is the name of a device on some system.
pub fn file_name(order: &Order) -> Result<String, Fault> {
    let folded = order.sn.to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        folded
            .strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    });
    if numbered || DEVICES.contains(&folded.as_str()) {
        let message = format!("`{}` cannot be the name of a file on every system", order.sn);
        return Err(order.fault(Fault::new(message).help("give the order another serial number")));
    }
    Ok(format!("{}.lic", order.sn))
}

/// Orders whose files would have one name, on systems that do not tell capitals from small letters too: the later ones.
#[must_use]
pub fn clashes(orders: &[Order]) -> Vec<Fault> {
    let mut seen: HashMap<String, &Order> = HashMap::new();
    let mut faults = Vec::new();
    for order in orders {
        if let Some(first) = seen.insert(order.sn.to_ascii_lowercase(), order) {
            let what =
                if first.sn == order.sn { "stands twice" } else { "differs from another by capitals only" };
            let message = format!("column `sn`: the serial number `{}` {what}", order.sn);
            let help = format!("the other stands in {}, line {}", first.file, first.place.0);
            faults.push(order.fault(Fault::new(message).help(help)));
        }
    }
    faults
}
