//! Errors in templates, values and orders, with their place.

use std::fmt;

use keywright_license::ValueError;

/// One problem, with its place if known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File name as given. Untrusted like all text here: escape it before printing to a terminal.
    pub file: Option<String>,
    /// Line and column, from 1; column 0 means the whole line.
    pub place: Option<(u64, u64)>,
    /// Number of the column of a table, from 1.
    pub cell: Option<u64>,
    /// Message; lower case, no full stop.
    pub message: String,
    /// Advice.
    pub help: Option<String>,
}

impl Fault {
    /// Creates a fault without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { file: None, place: None, cell: None, message: message.into(), help: None }
    }

    /// Creates a fault for a value that the license language rejects, prefixed with the parameter name.
    #[must_use]
    pub fn refused(what: &str, refusal: &ValueError) -> Self {
        Self::new(format!("`{what}`: {}", refusal.message)).help(refusal.help.clone())
    }

    /// Sets the file.
    #[must_use]
    pub fn file(mut self, name: &str) -> Self {
        self.file = Some(name.to_owned());
        self
    }

    /// Sets line and column, from 1.
    #[must_use]
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.place = Some((line, column));
        self
    }

    /// Sets the number of the column of a table.
    #[must_use]
    pub fn cell(mut self, column: Option<u64>) -> Self {
        self.cell = column;
        self
    }

    /// Sets the advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Formats as `file:line:column: message`, without the parts that are unknown.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.place) {
            // A table row has no column.
            (Some(file), Some((line, 0))) => write!(f, "{file}:{line}: ")?,
            (Some(file), Some((line, column))) => write!(f, "{file}:{line}:{column}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, Some((line, column))) => write!(f, "line {line}, column {column}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
