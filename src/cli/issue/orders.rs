//! The orders of a run. They are parsed one by one each time they are needed, so that few are in memory at a time.

use std::path::{Path, PathBuf};

use keywright_issue::{Fault, Order, OrderCsv};
use keywright_report::counted;
use keywright_report::escape::escape;

use super::super::new::refused;
use super::super::{CliError, Console, Exit, files};
use super::errors::MAX_REPORTED;
use super::read::{MAX_INPUT, into_text};

/// The orders of some files.
pub(crate) struct Orders {
    sources: Vec<Source>,
    /// Additional columns allowed in tables.
    parameters: Vec<String>,
    /// The problems of a table that is refused as a whole, and its name.
    unusable: Option<(String, Vec<Fault>)>,
}

enum Source {
    OrderCsv { name: String, bytes: Vec<u8> },
    One(Result<Box<Order>, Fault>),
}

impl Orders {
    /// Reads the files. Tables are parsed later, by [`Self::each`]. A table without usable columns or with malformed quoting
    /// is refused as a whole: see [`Self::unusable`].
    pub(crate) fn read(
        paths: &[PathBuf],
        parameters: Vec<String>,
        io: &mut Console<'_>,
    ) -> Result<Self, CliError> {
        let (mut sources, mut unusable) = (Vec::new(), None);
        for path in paths {
            let name = files::display_name(path);
            let bytes = files::read_up_to(path, MAX_INPUT, io)?;
            sources.push(if is_table(path, &bytes) {
                let faults = check_table(&name, &bytes, &parameters, io)?;
                if !faults.is_empty() {
                    unusable = unusable.or_else(|| Some((name.clone(), faults)));
                }
                Source::OrderCsv { name, bytes }
            } else {
                Source::One(keywright_issue::parse_order(&name, &into_text(path, bytes)?).map(Box::new))
            });
        }
        Ok(Self { sources, parameters, unusable })
    }

    /// Returns the problems of the first table that is refused as a whole.
    pub(crate) fn unusable(&self) -> &[Fault] {
        self.unusable.as_ref().map_or(&[], |(_, faults)| faults)
    }

    /// Prints these problems. Then no order can be used.
    pub(crate) fn refuse_unusable(&self, io: &mut Console<'_>) -> Result<(), CliError> {
        let Some((name, faults)) = &self.unusable else { return Ok(()) };
        for fault in faults.iter().take(MAX_REPORTED) {
            io.error(&refused(fault))?;
        }
        let message = format!("{name} is refused as a whole: no order was read");
        Err(CliError::new(Exit::Findings, message).help("nothing was issued"))
    }

    /// Reads a table that this program made.
    pub(super) fn of_table(
        name: &str,
        bytes: Vec<u8>,
        parameters: Vec<String>,
        io: &mut Console<'_>,
    ) -> Result<Self, CliError> {
        let faults = check_table(name, &bytes, &parameters, io)?;
        let unusable = (!faults.is_empty()).then(|| (name.to_owned(), faults));
        Ok(Self { sources: vec![Source::OrderCsv { name: name.to_owned(), bytes }], parameters, unusable })
    }

    /// Returns all orders in order, each parsed or with its problem.
    pub(crate) fn each(&self) -> impl Iterator<Item = Result<Order, Fault>> + Send + '_ {
        self.sources.iter().flat_map(|source| -> Box<dyn Iterator<Item = Result<Order, Fault>> + Send + '_> {
            match source {
                Source::One(order) => Box::new(std::iter::once(order.clone().map(|order| *order))),
                Source::OrderCsv { name, bytes } => match OrderCsv::read(name, bytes, &self.parameters) {
                    Ok(table) => Box::new(table),
                    // The table was checked when it was read.
                    Err(faults) => Box::new(faults.into_iter().map(Err)),
                },
            }
        })
    }
}

/// Returns the problems of a table as a whole, and reports skipped rows.
fn check_table(
    name: &str,
    bytes: &[u8],
    parameters: &[String],
    io: &mut Console<'_>,
) -> Result<Vec<Fault>, CliError> {
    match OrderCsv::read(name, bytes, parameters) {
        Ok(table) if table.empty_rows() > 0 => {
            io.note(&format!(
                "note: skipped {} in {}",
                counted(table.empty_rows(), "empty row"),
                escape(name)
            ))?;
        }
        Ok(_) => {}
        Err(faults) => return Ok(faults),
    }
    Ok(Vec::new())
}

/// Returns true for CSV by the file's name or, for standard input, by its first row.
fn is_table(path: &Path, bytes: &[u8]) -> bool {
    let named = |name: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(name));
    named("csv") || named("tsv") || (files::is_stdin(path) && OrderCsv::is_table(bytes))
}
