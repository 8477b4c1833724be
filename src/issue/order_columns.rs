//! The header row of an order table: which column is which.

use keywright_syntax::diagnostic::nearest;
use keywright_syntax::excerpt;

use super::csv_dialect::Dialect;
use super::error::Fault;

/// Required columns.
const REQUIRED: [&str; 3] = ["customer", "sn", "products"];
/// Optional columns.
const OPTIONAL: [&str; 6] = ["start", "end", "issued", "runs", "kind", "of"];
/// A column for people, which is not read.
const NOTE: &str = "note";
/// Prefix of columns for other programs, which are not read.
const EXTENSION: &str = "x-";

/// The use of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// A value of the order, by its name as in the documentation.
    Named(String),
    /// `note` or `x-…`: not read.
    Ignored,
    /// An empty column after the last one with a name. Its cells must be empty.
    Unnamed,
}

/// Finds the column that a name in the header means. Names are compared without regard to case.
pub(super) fn column(name: &str, parameters: &[String]) -> Option<Column> {
    let known = || all_names(parameters);
    let exact = known().find(|known| *known == name);
    if let Some(known) = exact.or_else(|| known().find(|known| known.eq_ignore_ascii_case(name))) {
        return Some(Column::Named(known.to_owned()));
    }
    let is_extension = name.get(..EXTENSION.len()).is_some_and(|head| head.eq_ignore_ascii_case(EXTENSION));
    (name.eq_ignore_ascii_case(NOTE) || is_extension).then_some(Column::Ignored)
}

fn all_names(parameters: &[String]) -> impl Iterator<Item = &str> {
    REQUIRED.iter().chain(&OPTIONAL).copied().chain(parameters.iter().map(String::as_str))
}

/// Returns the columns of a header row.
///
/// # Errors
/// Returns all problems of the columns, without a place.
pub(super) fn columns(
    head: &[String],
    dialect: Dialect,
    parameters: &[String],
) -> Result<Vec<Column>, Vec<Fault>> {
    let named = head.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let mut faults = Vec::new();
    let mut columns: Vec<Column> = Vec::with_capacity(head.len());
    for (at, name) in head.iter().enumerate() {
        let number = at + 1;
        let cell = u64::try_from(number).ok();
        let found = if at >= named { Some(Column::Unnamed) } else { column(name, parameters) };
        if let Some(Column::Named(known)) = &found
            && columns.iter().any(|other| matches!(other, Column::Named(other) if other == known))
        {
            faults.push(Fault::new(format!("column {number}: duplicate column `{known}`")).cell(cell));
        }
        if found.is_none() {
            faults.push(unknown(number, name, parameters).cell(cell));
        }
        columns.push(found.unwrap_or(Column::Ignored));
    }
    for name in REQUIRED {
        if !columns.iter().any(|column| matches!(column, Column::Named(known) if known == name)) {
            faults.push(Fault::new(format!("missing column `{name}`")));
        }
    }
    // Without any known column, the delimiter is more likely wrong than every name.
    if let [one] = head
        && !columns.iter().any(|column| matches!(column, Column::Named(_)))
    {
        let message = format!("the header row has one column: `{}`", excerpt(one));
        let help = format!(
            "separate the columns with `,`, `;` or tab (this row was read with {}); the first row must name the columns {}",
            dialect.delimiter_name(),
            REQUIRED.join(", ")
        );
        return Err(vec![Fault::new(message).help(help)]);
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn unknown(number: usize, name: &str, parameters: &[String]) -> Fault {
    let mut known: Vec<&str> = Vec::new();
    // A parameter of a template may have the name of a column.
    for name in all_names(parameters) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let listed = format!(
        "known columns are {}; a column called `{NOTE}` or `{EXTENSION}…` is ignored",
        known.join(", ")
    );
    if name.is_empty() {
        return Fault::new(format!("column {number} has no name")).help(listed);
    }
    let fault = Fault::new(format!("column {number}: unknown column `{}`", excerpt(name)));
    match nearest(&name.to_ascii_lowercase(), known.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean `{meant}`? {listed}")),
        None => fault.help(listed),
    }
}
