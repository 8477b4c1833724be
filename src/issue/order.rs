//! Orders of customers: one in a YAML file, or many as rows of a CSV file.
//!
//! ```yaml
//! customer: ABC Corp
//! sn: ABC-2026-001
//! end: 2026-12-31
//! products:
//!   - { product: MySolutions, count: 20 }
//! ```
//!
//! `kind` and `of` relate the order to the earlier licenses of the customer: see [`super::order_kind`].
//!
//! Rows are parsed by [`super::order_csv`].

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::check_value;
use keywright_verify::Digest;

use super::arguments::ArgValue;
use super::catalog::given;
use super::error::Fault;
use super::order_kind::OrderKind;
use super::yaml;

/// Maximum number of orders per run.
pub const MAX_ORDERS: usize = 1_000_000;

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Customer name: LICENSEE of every block.
    pub customer: String,
    /// Serial number: SN of every block, and the name of the license file.
    pub sn: String,
    /// Relation to what the customer has; not stated in many orders.
    pub kind: Option<OrderKind>,
    /// Serial number of the license that the order refers to.
    pub of: Option<String>,
    /// Ordered products; a renewal without products has the content of the old license.
    pub lines: Vec<Line>,
    /// Values for all lines: dates and template parameters.
    pub values: Vec<ArgValue>,
    /// Feature mix that the customer runs at the same time, with counts.
    pub runs: Vec<(String, u32)>,
    /// Name of the order's file.
    pub file: String,
    /// Line and column in the file; column 0 for a row.
    pub place: (u64, u64),
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Product name in the catalogue.
    pub product: String,
    /// Line and column of the name; column 0 for a row.
    pub place: (u64, u64),
    /// Number of the column, if the name is in a table.
    pub cell: Option<u64>,
    /// Ordered count, not yet assigned to a template parameter.
    pub count: Option<ArgValue>,
    /// First day of a step: the count of an earlier line of the product ends on the day before.
    pub from: Option<Date>,
    /// Values for this line only.
    pub values: Vec<ArgValue>,
}

impl Order {
    /// Returns the fault with the place of this order, unless it already has a place.
    #[must_use]
    pub fn fault(&self, fault: Fault) -> Fault {
        if fault.file.is_some() { fault } else { fault.file(&self.file).at(self.place.0, self.place.1) }
    }

    /// Checks that `kind`, `of` and the products fit together.
    pub(super) fn check_kind(&self) -> Result<(), Fault> {
        let refers = self.kind.is_some_and(|kind| kind != OrderKind::New);
        let fault = |message: String, help: &str| Err(self.fault(Fault::new(message).help(help)));
        match (self.kind, &self.of) {
            (Some(kind), None) if refers => fault(
                format!("the order has `kind: {kind}`, but no `of`"),
                "write the serial number of the license it refers to",
            ),
            (None, Some(_)) => fault(
                "the order has `of`, but no `kind`".to_owned(),
                "write `kind: addon`, `upgrade`, `renewal` or `replacement`",
            ),
            (Some(OrderKind::New), Some(_)) => fault(
                "an order with `kind: new` has no `of`".to_owned(),
                "remove `of`, or write another kind",
            ),
            _ if self.lines.is_empty() && self.kind != Some(OrderKind::Renewal) => {
                Err(self.fault(Fault::new("the order has no products")))
            }
            _ => Ok(()),
        }
    }

    /// Returns the digest of the order's content, independent of its place.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let values = |values: &[ArgValue]| -> Vec<(String, String)> {
            values.iter().map(|value| (value.name.clone(), value.text.clone())).collect()
        };
        let count = |line: &Line| line.count.as_ref().map(|count| count.text.clone());
        let lines: Vec<_> =
            self.lines.iter().map(|line| (&line.product, count(line), values(&line.values))).collect();
        let content = ("keywright-order 1", &self.customer, &self.sn, lines, values(&self.values));
        // A tuple of strings always has a JSON form.
        let digest = Digest::of(&serde_json::to_vec(&content).unwrap_or_default());
        let steps: Vec<Option<String>> =
            self.lines.iter().map(|line| line.from.map(|from| from.to_string())).collect();
        if self.kind.is_none() && self.of.is_none() && steps.iter().all(Option::is_none) {
            return digest;
        }
        let kind = self.kind.map(OrderKind::as_str);
        let content = ("keywright-order 2", digest.to_string(), kind, &self.of, steps);
        Digest::of(&serde_json::to_vec(&content).unwrap_or_default())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    customer: Spanned<String>,
    sn: Spanned<String>,
    #[serde(default)]
    kind: Option<Spanned<String>>,
    #[serde(default)]
    of: Option<Spanned<String>>,
    #[serde(default)]
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
    from: Option<Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
}

/// Parses the order in a YAML file.
///
/// # Errors
/// Returns an error for the first problem found, with line and column.
pub fn parse_order(file: &str, text: &str) -> Result<Order, Fault> {
    let raw: RawOrder = yaml::parse(file, text)?;
    let check = |directive: &str, value: &Spanned<String>| {
        check_value(directive, &value.value)
            .map_err(|refusal| yaml::fault(file, value, refusal.message).help(refusal.help))
    };
    check("LICENSEE", &raw.customer)?;
    if raw.customer.value.is_empty() {
        return Err(yaml::fault(file, &raw.customer, "`customer` is empty"));
    }
    check("SN", &raw.sn)?;
    let mut values = Vec::new();
    for (name, value) in [("start", raw.start), ("end", raw.end), ("issued", raw.issued)] {
        if let Some(value) = value {
            check("START", &value)?;
            values.push(arg_value(file, name, value));
        }
    }
    let runs = match &raw.runs {
        Some(runs) => parse_runs(&runs.value).map_err(|why| yaml::fault(file, runs, why))?,
        None => Vec::new(),
    };
    let kind = match &raw.kind {
        Some(kind) => Some(kind.value.parse().map_err(|why: String| yaml::fault(file, kind, why))?),
        None => None,
    };
    if let Some(of) = &raw.of {
        check("SN", of)?;
    }
    let mut lines = Vec::with_capacity(raw.products.len());
    for line in raw.products {
        let from = match &line.from {
            Some(from) => Some(parse_step(&from.value).map_err(|why| yaml::fault(file, from, why))?),
            None => None,
        };
        lines.push(Line {
            place: (line.product.referenced.line(), line.product.referenced.column()),
            cell: None,
            product: line.product.value,
            count: line.count.map(|count| arg_value(file, "count", count)),
            from,
            values: given(file, line.values),
        });
    }
    let order = Order {
        kind,
        of: raw.of.map(|of| of.value),
        customer: raw.customer.value,
        sn: raw.sn.value,
        lines,
        values,
        runs,
        file: file.to_owned(),
        place: (raw.sn.referenced.line(), raw.sn.referenced.column()),
    };
    order.check_kind()?;
    Ok(order)
}

/// Parses the first day of a step.
pub(super) fn parse_step(text: &str) -> Result<Date, String> {
    check_value("START", text).map_err(|refusal| refusal.message)?;
    text.parse().map_err(|_| format!("`{}` is not a date", keywright_syntax::excerpt(text)))
}

fn arg_value(file: &str, name: &str, value: Spanned<String>) -> ArgValue {
    let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
    ArgValue { name: name.to_owned(), text: value.value, place: Some(place), cell: None }
}

/// Parses features with counts: `MyDraw:2, MyWrite:3`.
pub(super) fn parse_runs(text: &str) -> Result<Vec<(String, u32)>, String> {
    let item = |part: &str| {
        let (name, count) = part.trim_matches(' ').split_once(':')?;
        let good = check_value("SN", name).is_ok() && check_value("SOFTLIMIT", count).is_ok();
        Some((name.to_owned(), count.parse().ok().filter(|_| good)?))
    };
    let items: Option<Vec<(String, u32)>> = text.split(',').map(item).collect();
    items.ok_or_else(|| {
        format!("`{}` is not a comma-separated list of FEATURE:COUNT", keywright_syntax::excerpt(text))
    })
}

/// Reserved device names on some systems: a license file cannot use them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns the name of an order's license file. A serial number contains only letters, digits, `_` and `-`, so it is a
/// safe file name on every system, except for device names.
///
/// # Errors
/// Returns an error if the serial number is a device name on some system.
pub fn file_name(order: &Order) -> Result<String, Fault> {
    let folded = order.sn.to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        folded
            .strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    });
    if numbered || DEVICES.contains(&folded.as_str()) {
        let message = format!("invalid file name `{}`: a reserved device name on some systems", order.sn);
        return Err(order.fault(Fault::new(message).help("change the serial number of the order")));
    }
    Ok(format!("{}.lic", order.sn))
}

/// Detects orders with equal file names, including names that differ only in case.
#[derive(Debug, Default)]
pub struct Clashes {
    seen: HashMap<Box<str>, (Box<str>, Rc<str>, u64)>,
    file: Option<Rc<str>>,
}

impl Clashes {
    /// Returns a fault if an earlier order has the same file name.
    pub fn check(&mut self, order: &Order) -> Option<Fault> {
        let folded = order.sn.to_ascii_lowercase().into_boxed_str();
        if let Some((sn, file, line)) = self.seen.get(&folded) {
            let what = if **sn == *order.sn {
                "duplicate serial number"
            } else {
                "serial number differs from another one only in case:"
            };
            let message = format!("column `sn`: {what} `{}`", order.sn);
            let help = format!("the first one is in {file}, line {line}");
            return Some(order.fault(Fault::new(message).help(help)));
        }
        // Orders of one file share the allocated name.
        let file = match &self.file {
            Some(file) if **file == *order.file => Rc::clone(file),
            _ => Rc::from(order.file.as_str()),
        };
        self.file = Some(Rc::clone(&file));
        self.seen.insert(folded, (order.sn.as_str().into(), file, order.place.0));
        None
    }
}
