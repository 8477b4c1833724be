//! The orders of a run. They are parsed one by one each time they are needed, so that few are in memory at a time.

use std::path::PathBuf;

use keywright_issue::{Fault, Order, Table};

use super::super::{CliError, Console, files};
use super::read::{MAX_INPUT, text};

/// The orders of some files.
pub(crate) struct Orders {
    sources: Vec<Source>,
    /// Additional columns allowed in tables.
    parameters: Vec<String>,
}

enum Source {
    Table { name: String, bytes: Vec<u8> },
    One(Result<Box<Order>, Fault>),
}

impl Orders {
    /// Reads the files. Tables are parsed later, by [`Self::each`].
    pub(crate) fn read(
        paths: &[PathBuf],
        parameters: Vec<String>,
        io: &mut Console<'_>,
    ) -> Result<Self, CliError> {
        let mut sources = Vec::new();
        for path in paths {
            let name = files::display_name(path);
            let is_table = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
            sources.push(if is_table {
                Source::Table { name, bytes: files::read_up_to(path, MAX_INPUT, io)? }
            } else {
                Source::One(keywright_issue::read_order(&name, &text(path, io)?).map(Box::new))
            });
        }
        Ok(Self { sources, parameters })
    }

    /// Returns all orders in order, each parsed or with its problem.
    pub(crate) fn each(&self) -> impl Iterator<Item = Result<Order, Fault>> + Send + '_ {
        self.sources.iter().flat_map(|source| -> Box<dyn Iterator<Item = Result<Order, Fault>> + Send + '_> {
            match source {
                Source::One(order) => Box::new(std::iter::once(order.clone().map(|order| *order))),
                Source::Table { name, bytes } => match Table::read(name, bytes, &self.parameters) {
                    Ok(table) => Box::new(table),
                    Err(faults) => Box::new(faults.into_iter().map(Err)),
                },
            }
        })
    }
}
