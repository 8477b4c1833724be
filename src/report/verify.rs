//! What a verification reports, apart from how it is drawn: verdicts, what valid blocks unlock, and what is masked.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use jiff::civil::Date;

use crate::license::{Count, DIRECTIVES, Feature};
use crate::sign::{BlockReport, FileReport, Mode};

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
    /// Names of files that could not be read. Untrusted.
    pub unread: Vec<&'a str>,
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
