//! Orders: who bought what. One in a YAML file; many are the rows of a CSV file.
//!
//! ```yaml
//! customer: ABC Corp
//! sn: ABC-2026-001
//! end: 2026-12-31
//! products:
//!   - { product: MySolutions, count: 20 }
//! ```
//!
//! Rows are read by [`super::table`].

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::Deserialize;
use serde_yaml::Spanned;

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
    /// Line and column of that name; column 0 for a row.
    pub place: (u64, u64),
    /// How many, if the order says it, under no parameter's name yet.
    pub count: Option<Given>,
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
        let count = |line: &Line| line.count.as_ref().map(|count| count.text.clone());
        let lines: Vec<_> =
            self.lines.iter().map(|line| (&line.product, count(line), values(&line.values))).collect();
        let content = ("keywright-order 1", &self.customer, &self.sn, lines, values(&self.values));
        // A tuple of texts always has a JSON form.
        Digest::of(&serde_json::to_vec(&content).unwrap_or_default())
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
    if raw.customer.value.is_empty() {
        return Err(yaml::fault(file, &raw.customer, "`customer` is empty"));
    }
    check("SN", &raw.sn)?;
    let mut values = Vec::new();
    for (name, value) in [("start", raw.start), ("end", raw.end), ("issued", raw.issued)] {
        if let Some(value) = value {
            check("START", &value)?;
            values.push(given_at(file, name, value));
        }
    }
    let runs = match &raw.runs {
        Some(runs) => read_runs(&runs.value).map_err(|why| yaml::fault(file, runs, why))?,
        None => Vec::new(),
    };
    let lines = raw.products.into_iter().map(|line| Line {
        place: (line.product.referenced.line(), line.product.referenced.column()),
        product: line.product.value,
        count: line.count.map(|count| given_at(file, "count", count)),
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

fn given_at(file: &str, name: &str, value: Spanned<String>) -> Given {
    let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
    Given { name: name.to_owned(), text: value.value, place: Some(place) }
}

/// Features and how many of each: `MyDraw:2, MyWrite:3`.
pub(super) fn read_runs(text: &str) -> Result<Vec<(String, u32)>, String> {
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

/// Finds orders whose files would have one name, on systems that do not tell capitals from small letters too.
#[derive(Debug, Default)]
pub struct Clashes {
    seen: HashMap<Box<str>, (Box<str>, Rc<str>, u64)>,
    file: Option<Rc<str>>,
}

impl Clashes {
    /// A fault if an order has the name of an earlier one.
    pub fn of(&mut self, order: &Order) -> Option<Fault> {
        let folded = order.sn.to_ascii_lowercase().into_boxed_str();
        if let Some((sn, file, line)) = self.seen.get(&folded) {
            let what =
                if **sn == *order.sn { "stands twice" } else { "differs from another by capitals only" };
            let message = format!("column `sn`: the serial number `{}` {what}", order.sn);
            let help = format!("the other stands in {file}, line {line}");
            return Some(order.fault(Fault::new(message).help(help)));
        }
        // Orders of one file share its name.
        let file = match &self.file {
            Some(file) if **file == *order.file => Rc::clone(file),
            _ => Rc::from(order.file.as_str()),
        };
        self.file = Some(Rc::clone(&file));
        self.seen.insert(folded, (order.sn.as_str().into(), file, order.place.0));
        None
    }
}
