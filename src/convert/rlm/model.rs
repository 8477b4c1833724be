//! The content of RLM license files, as written.

use jiff::civil::Date;

use super::keywords::ATTRIBUTES;
use crate::dates::Expiry;
use crate::loss::Place;

/// The content of all files of a set.
#[derive(Debug, Default)]
pub(crate) struct RlmFile {
    pub(crate) lines: Vec<RlmLine>,
}

/// The statement of a license line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RlmKind {
    License,
    /// Raises licenses of at least this version.
    Upgrade {
        from: String,
    },
}

/// The number of licenses of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RlmCount {
    Counted(u32),
    Uncounted,
    Single,
    /// Draws on other products.
    Token(Vec<Primary>),
}

/// A license that a token draws: `<product version count>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Primary {
    pub(crate) product: String,
    pub(crate) version: String,
    pub(crate) count: u32,
}

/// The keywords of a line with their values: index in the table, and text without quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RlmAttributes(pub(crate) Vec<(usize, Option<String>)>);

impl RlmAttributes {
    fn find(&self, name: &str) -> Option<&(usize, Option<String>)> {
        self.0.iter().find(|(row, _)| ATTRIBUTES.get(*row).is_some_and(|row| row.name == name))
    }

    /// Returns true if the line has the keyword.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Returns the value of a keyword; `None` if it is missing or has no value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.find(name).and_then(|(_, value)| value.as_deref())
    }
}

/// A LICENSE or UPGRADE line.
#[derive(Debug, Clone)]
pub(crate) struct RlmLine {
    pub(crate) kind: RlmKind,
    pub(crate) vendor: String,
    pub(crate) product: String,
    pub(crate) version: String,
    pub(crate) expires: Expiry,
    pub(crate) count: RlmCount,
    pub(crate) issued: Option<Date>,
    pub(crate) start: Option<Date>,
    pub(crate) signature: Option<String>,
    pub(crate) attributes: RlmAttributes,
    pub(crate) place: Place,
}
