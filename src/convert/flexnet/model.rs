//! The content of FlexNet license files, as written.

use jiff::civil::Date;

use super::keywords::ATTRIBUTES;
use crate::dates::Expiry;
use crate::loss::Place;

/// The content of all files of a set.
#[derive(Debug, Default)]
pub(crate) struct FlexFile {
    pub(crate) servers: Vec<Server>,
    pub(crate) daemons: Vec<Daemon>,
    pub(crate) lines: Vec<LicenseLine>,
    pub(crate) packages: Vec<Package>,
}

/// A SERVER line.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) host_id: String,
    pub(crate) place: Place,
}

/// A VENDOR or DAEMON line.
#[derive(Debug)]
pub(crate) struct Daemon {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// The statement of a license line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum LineKind {
    Feature,
    Increment,
    Upgrade,
}

/// The number of licenses of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Seats {
    Uncounted,
    Counted(u32),
}

/// The keywords of a line with their values: index in the table, and text without quotes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Attributes(pub(crate) Vec<(usize, Option<String>)>);

impl Attributes {
    /// Returns true if the line has the keyword.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(row, _)| ATTRIBUTES.get(*row).is_some_and(|row| row.name == name))
    }

    /// Returns the value of a keyword; `None` if it is missing or has no value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(row, _)| ATTRIBUTES.get(*row).is_some_and(|row| row.name == name));
        found.and_then(|(_, value)| value.as_deref())
    }
}

/// A FEATURE, INCREMENT or UPGRADE line.
#[derive(Debug, Clone)]
pub(crate) struct LicenseLine {
    pub(crate) kind: LineKind,
    pub(crate) name: String,
    pub(crate) vendor: String,
    /// The old version of an UPGRADE line.
    pub(crate) from: Option<String>,
    pub(crate) version: String,
    pub(crate) expires: Expiry,
    pub(crate) seats: Seats,
    pub(crate) issued: Option<Date>,
    pub(crate) start: Option<Date>,
    /// `sort=`, 100 without it.
    pub(crate) sort: u32,
    pub(crate) attributes: Attributes,
    /// The text of the line without layout, to recognise repeated lines.
    pub(crate) digest: u64,
    pub(crate) place: Place,
}

/// A component of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) count: Option<u32>,
}

/// The way in which a package grants its components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageKind {
    Plain,
    Suite,
    SuiteReserved,
}

/// A PACKAGE line.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) version: Option<String>,
    pub(crate) kind: PackageKind,
    pub(crate) components: Vec<Component>,
    pub(crate) issued: Option<Date>,
    pub(crate) attributes: Attributes,
    pub(crate) place: Place,
}
