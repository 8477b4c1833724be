//! What a verification reports, apart from how it is drawn: verdicts, what valid blocks unlock, and what is masked.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::civil::Date;

use crate::license::{Count, DIRECTIVES, Feature};
use crate::sign::{BlockReport, FileReport, Mode, Outcome, Verified};

use super::escape::escape;

/// What stands in place of masked text.
pub const MASK: &str = "[redacted]";

/// The verdicts of one run, for the reports that show them.
#[derive(Debug)]
pub struct VerifyReport<'a> {
    /// The files that were read, in the order of the command line.
    pub files: &'a [FileReport<'a>],
    /// What the valid blocks draw from pools: for each file, for each of its blocks.
    pub draws: Vec<Vec<Vec<DrawnOn>>>,
    /// Names of files that could not be read, each with the number of files that were read before it. Untrusted.
    pub unread: Vec<(usize, &'a str)>,
    /// What the issue log says of the blocks, where it was asked.
    pub log: Option<LogReport>,
    /// The day that was asked about.
    pub at: Date,
    /// Which keys were accepted.
    pub mode: Mode,
    /// The trust store, as it was named. Untrusted.
    pub trust: String,
    /// Whether LICENSEE, SN, host ids and folders are masked, for a ticket that others read.
    pub redact: bool,
    /// One word for the run.
    pub result: &'static str,
    /// The exit code that goes with it.
    pub exit_code: u8,
}

/// What the issue log says: for each file, for each block of its report.
#[derive(Debug, Default)]
pub struct LogReport {
    /// Nothing for what could not be read as a block.
    pub files: Vec<Vec<Option<Logged>>>,
}

/// Whether the house issued a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// As it stands.
    Issued,
    /// As it stands, and another one has replaced it.
    Replaced,
    /// As it stands, and the last issue of its serial number does not have it.
    LeftOut,
    /// Not as it stands.
    Changed,
    /// Never.
    NotIssued,
}

impl LogState {
    /// The word in reports for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Replaced => "replaced",
            Self::LeftOut => "left-out",
            Self::Changed => "changed",
            Self::NotIssued => "not-issued",
        }
    }

    /// Whether the block is one that the house issued.
    #[must_use]
    pub fn is_issued(self) -> bool {
        matches!(self, Self::Issued | Self::Replaced | Self::LeftOut)
    }
}

/// What the log says of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Whether it was issued.
    pub state: LogState,
    /// The entry that tells of it.
    pub entry: Option<LogEntry>,
    /// Number of the entry that replaced it, or with which the issue begins that left it out.
    pub replaced_by: Option<i64>,
    /// What differs: from the entry, or in the one that replaced it.
    pub changes: Vec<LogChange>,
}

/// An entry of the log. Its texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number.
    pub number: i64,
    /// When it was issued.
    pub issued_at: String,
    /// SN.
    pub sn: String,
    /// The customer of the order.
    pub customer: String,
}

/// A directive that differs. Its values are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChange {
    /// The directive.
    pub directive: String,
    /// Its value as issued, or before.
    pub was: Option<String>,
    /// Its value now.
    pub now: Option<String>,
}

/// What the valid blocks of all files grant together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// VENDOR.
    pub vendor: String,
    /// Name of the feature.
    pub feature: String,
    /// EXCLUSIVE, TOKEN, ….
    pub kind: &'static str,
    /// How many blocks, copies left out.
    pub blocks: usize,
    /// Their counts added up; nothing where a block has no count, and so no end.
    pub count: Option<u64>,
}

/// Directives whose values are masked in a ticket.
const PRIVATE: [&str; 8] =
    ["LICENSEE", "SN", "HOSTID", "COMMENT", "DATA", "OPTIONS", "PLATFORMS", "REPLACES"];

/// What one checkout of a block draws on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnOn {
    /// Name of the pool. A verified name: letters, digits, `_` and `-`.
    pub pool: String,
    /// How many licenses, `None` if more than can be counted.
    pub count: Option<u64>,
    /// Whether it is that many exactly; else it is at least as many, by whatever alternative is taken.
    pub exact: bool,
}

impl VerifyReport<'_> {
    /// The word for a file that could not be read.
    pub const NOT_READ: &'static str = "NOT-READ";
    /// The word for a file whose signatures are good, with a block that the issue log does not have.
    pub const NOT_ISSUED: &'static str = "NOT-ISSUED";

    /// One word for a file.
    #[must_use]
    pub fn file_result(&self, at: usize) -> &'static str {
        let Some(file) = self.files.get(at) else { return Self::NOT_READ };
        if self.is_issued(at) || file.outcome() > Outcome::Policy { file.result() } else { Self::NOT_ISSUED }
    }

    /// Whether the log has all blocks of a file as they stand, or was not asked.
    #[must_use]
    pub fn is_issued(&self, at: usize) -> bool {
        let blocks = self.log.as_ref().and_then(|log| log.files.get(at));
        blocks.is_none_or(|blocks| blocks.iter().flatten().all(|logged| logged.state.is_issued()))
    }

    /// What the log says of the block at this place.
    #[must_use]
    pub fn logged(&self, file: usize, block: usize) -> Option<&Logged> {
        self.log.as_ref()?.files.get(file)?.get(block)?.as_ref()
    }

    /// A value of a directive as it is shown: escaped, and masked where that is asked for.
    #[must_use]
    pub fn value(&self, directive: &str, value: &str) -> String {
        let known = DIRECTIVES.iter().any(|row| row.name == directive) || directive == "FEATURE";
        if self.redact && (!known || PRIVATE.contains(&directive)) {
            return MASK.to_owned();
        }
        escape(value).into_owned()
    }

    /// The files in the order of the command line: the number of one that was read, or the name of one that was not.
    pub fn in_order(&self) -> impl Iterator<Item = Result<usize, &str>> {
        let unread_before = |at: usize| self.unread.iter().filter(move |(before, _)| *before == at);
        (0..=self.files.len()).flat_map(move |at| {
            let unread = unread_before(at).map(|(_, name)| Err(*name));
            unread.chain((at < self.files.len()).then_some(Ok(at)))
        })
    }

    /// What the valid blocks of all files grant together, by vendor, feature and kind.
    #[must_use]
    pub fn sums(&self) -> Vec<Sum> {
        let mut sums: BTreeMap<(&str, &str, &'static str), (usize, Option<u64>)> = BTreeMap::new();
        for feature in self.files.iter().flat_map(FileReport::verified).map(Verified::get) {
            let key = (feature.vendor_name(), feature.name.value.as_str(), feature.kind.word());
            let count = feature.count.and_then(|count| match count.value {
                Count::Limited(count) => Some(u64::from(count)),
                Count::Unlimited => None,
            });
            let (blocks, sum) = sums.entry(key).or_insert((0, Some(0)));
            *blocks += 1;
            *sum = sum.zip(count).and_then(|(sum, count)| sum.checked_add(count));
        }
        let sum = |((vendor, feature, kind), (blocks, count)): ((&str, &str, _), _)| Sum {
            vendor: vendor.to_owned(),
            feature: feature.to_owned(),
            kind,
            blocks,
            count,
        };
        sums.into_iter().map(sum).collect()
    }

    /// The name of a file as it is shown: escaped, and without its folder where names are masked.
    #[must_use]
    pub fn file_name(&self, name: &str) -> String {
        let last = Path::new(name).file_name().and_then(|last| last.to_str());
        let name = if self.redact { last.unwrap_or(name) } else { name };
        escape(name).into_owned()
    }

    /// A sentence about a file as it is shown: escaped, and with text of the license masked where that is asked for.
    #[must_use]
    pub fn sentence(&self, file: &FileReport<'_>, text: &str) -> String {
        let text = if self.redact { mask(text, &harmless(file)) } else { Cow::Borrowed(text) };
        escape(&text).into_owned()
    }

    /// What the block at this place draws on.
    #[must_use]
    pub fn draws(&self, file: usize, block: usize) -> &[DrawnOn] {
        self.draws.get(file).and_then(|blocks| blocks.get(block)).map_or(&[], Vec::as_slice)
    }
}

/// The words of a file that may be shown in a ticket: names of its features and vendors, and of directives.
fn harmless<'a>(file: &'a FileReport<'_>) -> HashSet<&'a str> {
    let names = |block: &'a BlockReport<'_>| [block.feature.as_deref(), block.vendor.as_deref()];
    let own =
        file.blocks.iter().flat_map(names).flatten().filter(|name| crate::license::Name::is_valid(name));
    own.chain(DIRECTIVES.iter().map(|directive| directive.name)).collect()
}

/// Masks what stands in backticks, unless it is harmless. Where anything is masked, all is between the first backtick and
/// the last: the text itself may hold backticks.
fn mask<'t>(text: &'t str, harmless: &HashSet<&str>) -> Cow<'t, str> {
    let quoted = text.split('`').skip(1).step_by(2);
    if text.matches('`').count().is_multiple_of(2) && quoted.into_iter().all(|word| harmless.contains(word)) {
        return Cow::Borrowed(text);
    }
    let (Some(first), Some(last)) = (text.find('`'), text.rfind('`')) else {
        return Cow::Borrowed(text);
    };
    let (before, after) = (text.get(..first).unwrap_or_default(), text.get(last + 1..).unwrap_or_default());
    Cow::Owned(format!("{before}{MASK}{after}"))
}

/// What a block grants, or claims to grant, as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// EXCLUSIVE, TOKEN, ….
    pub kind: &'static str,
    /// VERSION, or 1.0.
    pub version: String,
    /// COUNT: a number or UNLIMITED.
    pub count: Option<String>,
    /// SN, unless it is masked.
    pub sn: Option<String>,
    /// START.
    pub start: Option<Date>,
    /// END.
    pub end: Option<Date>,
}

impl Grant {
    /// The grant of a block.
    #[must_use]
    pub fn of(feature: &Feature, redact: bool) -> Self {
        let sn = feature.sn.as_ref().map(|sn| sn.value.as_str());
        Self {
            kind: feature.kind.word(),
            version: feature.version.to_string(),
            count: feature.count.map(|count| match count.value {
                Count::Limited(count) => count.to_string(),
                Count::Unlimited => "UNLIMITED".to_owned(),
            }),
            sn: sn.map(|sn| if redact { MASK.to_owned() } else { sn.to_owned() }),
            start: feature.start.map(|start| start.value),
            end: feature.end.map(|end| end.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_license_is_masked_whatever_it_holds() {
        let harmless = HashSet::from(["COUNT", "MyDraw"]);
        for (text, masked) in [
            ("`COUNT` stands twice", "`COUNT` stands twice"),
            ("the block `MyDraw` in line 3", "the block `MyDraw` in line 3"),
            ("SN is `a` here and `b` there", "SN is [redacted] there"),
            ("it is `ACME`, not `COUNT`", "it is [redacted]"),
            ("it is `AC`ME` here", "it is [redacted] here"),
            ("one ` only", "one [redacted] only"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(mask(text, &harmless), masked);
        }
    }
}
