//! Why a template, a set of values or an order was refused, and where.

use std::fmt;

use crate::license::Refusal;

/// One thing that is wrong, with its place where one can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named. Untrusted, like all text here: escape it before it goes to a terminal.
    pub file: Option<String>,
    /// Line and column, from 1; column 0 is a whole line.
    pub place: Option<(u64, u64)>,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault of no place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { file: None, place: None, message: message.into(), help: None }
    }

    /// A value that the license language refuses, under the name of what it was given for.
    #[must_use]
    pub fn refused(what: &str, refusal: &Refusal) -> Self {
        Self::new(format!("`{what}`: {}", refusal.message)).help(refusal.help.clone())
    }

    /// Adds the file.
    #[must_use]
    pub fn file(mut self, name: &str) -> Self {
        self.file = Some(name.to_owned());
        self
    }

    /// Adds line and column, from 1.
    #[must_use]
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.place = Some((line, column));
        self
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// `file:line:column: message`, as much of it as is known.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.place) {
            // A row of a table has no column of its own.
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
