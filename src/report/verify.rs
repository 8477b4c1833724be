//! Verification results independent of the output format: verdicts, grants of valid blocks, and redaction.

use jiff::Timestamp;
use jiff::civil::Date;

use keywright_license::{self as license, Count, Feature, Name, check_value};
use keywright_syntax::hidden::code_point;
use keywright_verify::{
    BlockReport, FileReport, HiddenLine, Mode, Outcome, Part, Reason, Verdict, VerdictCause,
};

use super::escape::escape;
use super::file_answer::FileAnswer;
use super::verify_facts::{BlockFacts, FeatureTotal, FileIdentity};

/// The replacement for masked text.
pub const MASK: &str = "[redacted]";

/// The pseudo directive for the name of a block.
const FEATURE: &str = "FEATURE";

/// The verdicts on some files of a run, for the reports. The files of a large directory are reported in several parts.
#[derive(Debug)]
pub struct VerifyReport<'a> {
    /// The number of files of the command line before these.
    pub before: usize,
    /// The files that were read, in the order of the command line.
    pub files: &'a [FileReport<'a>],
    /// True if all files are used together.
    pub together: bool,
    /// The customers and purchases of each file.
    pub identities: Vec<FileIdentity>,
    /// The facts about valid blocks: for each file, for each of its blocks. Empty if the report does not need them.
    pub facts: Vec<Vec<BlockFacts>>,
    /// The usable totals: of each file, or only of all files if they are used together.
    pub totals: Vec<Vec<FeatureTotal>>,
    /// Files that could not be read.
    pub unread: Vec<UnreadFile<'a>>,
    /// The entries of the issue log for the blocks, if the log was consulted.
    pub log: Option<LogReport>,
    /// The verification date.
    pub at: Date,
    /// The accepted kinds of keys.
    pub mode: Mode,
    /// The name of the trust store as given. Untrusted.
    pub trust: String,
    /// True if everything that can identify the customer is masked, for a ticket.
    pub redact: bool,
}

/// A file that could not be read. Its texts are untrusted.
#[derive(Debug, Clone, Copy)]
pub struct UnreadFile<'a> {
    /// The number of files read before it.
    pub before: usize,
    /// Its name.
    pub name: &'a str,
    /// The reason. It can quote the name.
    pub reason: &'a str,
}

/// The result of a run.
#[derive(Debug, Clone, Default)]
pub struct VerifySummary {
    /// One word for the run.
    pub result: &'static str,
    /// The exit code.
    pub exit_code: u8,
    /// The number of files, read or not.
    pub files: usize,
    /// The number of files whose exit code is 0.
    pub valid_files: usize,
    /// The number of blocks.
    pub blocks: usize,
    /// The number of valid blocks.
    pub valid_blocks: usize,
    /// The first blocks that were replaced, revoked or omitted since they were issued, for display.
    pub outdated: Vec<String>,
    /// The number of such blocks.
    pub outdated_count: usize,
    /// The number of directory entries with the name of a license file that were not read, such as links and pipes.
    pub skipped: usize,
}

/// The entries of the issue log: for each file, for each block of its report.
#[derive(Debug, Default)]
pub struct LogReport {
    /// `None` for text that could not be read as a block.
    pub files: Vec<Vec<Option<Logged>>>,
    /// The answer about each file.
    pub answers: Vec<FileAnswer>,
}

/// The state of a block in the issue log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// Issued as it is.
    Issued,
    /// Issued as it is, and replaced by another block.
    Replaced,
    /// Issued as it is, but the last issue of its serial number does not contain it.
    LeftOut,
    /// Issued with other content.
    Changed,
    /// Never issued.
    NotIssued,
}

impl LogState {
    /// Returns the word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Replaced => "replaced",
            Self::LeftOut => "left-out",
            Self::Changed => "changed",
            Self::NotIssued => "not-issued",
        }
    }

    /// Returns true if the vendor issued the block as it is.
    #[must_use]
    pub fn is_issued(self) -> bool {
        matches!(self, Self::Issued | Self::Replaced | Self::LeftOut)
    }
}

/// The log's information about a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The state.
    pub state: LogState,
    /// The entry of the block.
    pub entry: Option<LogEntry>,
    /// The number of the entry that replaced it, or of the first entry of the issue that omits it.
    pub replaced_by: Option<i64>,
    /// The differences from the entry, or from the block to its replacement.
    pub changes: Vec<LogChange>,
}

/// An entry of the log. Its texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The number.
    pub number: i64,
    /// The time of issue.
    pub issued_at: String,
    /// SN.
    pub sn: String,
    /// The customer of the order.
    pub customer: String,
}

/// A directive that differs. Its values are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChange {
    /// The name of the directive.
    pub directive: String,
    /// The value as issued, or before the replacement.
    pub was: Option<String>,
    /// The value now.
    pub now: Option<String>,
}

impl VerifyReport<'_> {
    /// The word for a file that could not be read.
    pub const NOT_READ: &'static str = "NOT-READ";
    /// The word for a file with matching signatures and a block that is not in the issue log.
    pub const NOT_ISSUED: &'static str = "NOT-ISSUED";
    /// The word for a file with matching signatures and a block that was replaced since, by the issue log.
    pub const REPLACED: &'static str = "REPLACED";

    /// Returns the word for a file.
    #[must_use]
    pub fn file_result(&self, at: usize) -> &'static str {
        let (Some(file), Some(outcome)) = (self.files.get(at), self.outcome(at)) else {
            return Self::NOT_READ;
        };
        if !self.is_issued(at) && outcome <= Outcome::Policy {
            return Self::NOT_ISSUED;
        }
        match self.outdated(at).next() {
            Some(block) if outcome == Outcome::Policy => match block.verdict {
                Verdict::Revoked => Verdict::Revoked.as_str(),
                _ => Self::REPLACED,
            },
            _ => file.result(),
        }
    }

    /// Returns true if the log contains all blocks of a file as they are, or was not consulted.
    #[must_use]
    pub fn is_issued(&self, at: usize) -> bool {
        let blocks = self.log.as_ref().and_then(|log| log.files.get(at));
        blocks.is_none_or(|blocks| blocks.iter().flatten().all(|logged| logged.state.is_issued()))
    }

    /// Returns the log's answer about a file.
    #[must_use]
    pub fn answer(&self, file: usize) -> Option<&FileAnswer> {
        self.log.as_ref()?.answers.get(file)
    }

    /// Returns the log's information about a block.
    #[must_use]
    pub fn logged(&self, file: usize, block: usize) -> Option<&Logged> {
        self.log.as_ref()?.files.get(file)?.get(block)?.as_ref()
    }

    /// Returns a directive's value for display: escaped, and masked if requested.
    ///
    /// A masked report shows only harmless values: a valid value of a directive that the table does not mark as redacted,
    /// or a valid name of a block (`FEATURE`).
    #[must_use]
    pub fn value(&self, directive: &str, value: &str) -> String {
        let is_harmless = || match license::directive(directive) {
            Some(row) => !row.redacted && check_value(directive, value).is_ok(),
            None => directive == FEATURE && Name::is_valid(value),
        };
        if self.redact && !is_harmless() { MASK.to_owned() } else { escape(value).into_owned() }
    }

    /// Returns a directive's name for display. An unknown name is text of the file, and is masked if requested.
    #[must_use]
    pub fn directive(&self, name: &str) -> String {
        let is_known = || license::directive(name).is_some() || name == FEATURE;
        if self.redact && !is_known() { MASK.to_owned() } else { escape(name).into_owned() }
    }

    /// Returns a time of the issue log for display.
    #[must_use]
    pub fn time(&self, text: &str) -> String {
        let is_time = || text.parse::<Timestamp>().is_ok();
        if self.redact && !is_time() { MASK.to_owned() } else { escape(text).into_owned() }
    }

    /// Returns the files in the order of the command line: the index of a file that was read, or the name of one that was
    /// not.
    pub fn in_order(&self) -> impl Iterator<Item = Result<usize, &str>> {
        let unread_before = |at: usize| self.unread.iter().filter(move |unread| unread.before == at);
        (0..=self.files.len()).flat_map(move |at| {
            let unread = unread_before(at).map(|unread| Err(unread.name));
            unread.chain((at < self.files.len()).then_some(Ok(at)))
        })
    }

    /// Returns a file name for display: escaped, or `file N` by its place on the command line if masking is requested.
    #[must_use]
    pub fn file_name(&self, number: usize, name: &str) -> String {
        if self.redact { masked_file(number) } else { escape(name).into_owned() }
    }

    /// Returns the name of the trust store for display.
    #[must_use]
    pub fn trust_name(&self) -> String {
        if self.redact { MASK.to_owned() } else { escape(&self.trust).into_owned() }
    }

    /// Returns the place on the command line of a file that was read, from 1.
    #[must_use]
    pub fn number_of(&self, at: usize) -> usize {
        self.before + at + 1 + self.unread.iter().filter(|unread| unread.before <= at).count()
    }

    /// Returns a reason for display: escaped, and with each private field masked if requested.
    #[must_use]
    pub fn reason(&self, reason: &Reason) -> String {
        if !self.redact {
            return escape(&reason.to_string()).into_owned();
        }
        reason.parts().iter().map(|part| self.masked(part)).collect()
    }

    fn masked(&self, part: &Part) -> String {
        match part {
            Part::Text(text) => escape(text).into_owned(),
            Part::Value { directive, text, quoted } => match self.value(directive, text) {
                value if *quoted && value != MASK => format!("`{value}`"),
                value => value,
            },
            Part::File { at, .. } => masked_file(self.number_of(*at)),
            Part::Quote { redacted, .. } => escape(redacted.as_deref().unwrap_or(MASK)).into_owned(),
        }
    }

    /// Returns the code points of hidden characters for display. They can spell text, so they are masked too.
    #[must_use]
    pub fn code_points(&self, found: &HiddenLine) -> Vec<String> {
        if self.redact {
            return vec![MASK.to_owned()];
        }
        found.characters.iter().map(|c| code_point(*c)).collect()
    }

    /// Returns the facts about a block.
    #[must_use]
    pub fn facts(&self, file: usize, block: usize) -> Option<&BlockFacts> {
        self.facts.get(file)?.get(block)
    }

    /// Returns the usable totals of a file; empty if all files are used together.
    #[must_use]
    pub fn file_totals(&self, file: usize) -> &[FeatureTotal] {
        if self.together { &[] } else { self.totals.get(file).map_or(&[], Vec::as_slice) }
    }

    /// Returns the usable totals of all files, if they are used together.
    #[must_use]
    pub fn set_totals(&self) -> Option<&[FeatureTotal]> {
        self.together.then(|| self.totals.first().map_or(&[][..], Vec::as_slice))
    }

    /// Returns true if the vendor replaced, omitted or revoked a block after it was issued, by the issue log and the
    /// revocation lists. False without an issue log.
    #[must_use]
    pub fn is_outdated(&self, file: usize, block: usize) -> bool {
        let report = || self.files.get(file).and_then(|report| report.blocks.get(block));
        self.logged(file, block).is_some_and(|logged| match logged.state {
            LogState::Replaced | LogState::LeftOut => true,
            LogState::Issued => report().is_some_and(is_on_a_list),
            LogState::Changed | LogState::NotIssued => false,
        })
    }

    /// Returns the outdated blocks of a file.
    pub fn outdated(&self, file: usize) -> impl Iterator<Item = &BlockReport<'_>> {
        let blocks = self.files.get(file).map_or(&[][..], |report| report.blocks.as_slice());
        blocks
            .iter()
            .enumerate()
            .filter(move |(block, _)| self.is_outdated(file, *block))
            .map(|(_, block)| block)
    }

    /// Returns the outcome of a file. With an issue log, a revoked block that is in it is a matter of policy.
    #[must_use]
    pub fn outcome(&self, file: usize) -> Option<Outcome> {
        let report = self.files.get(file)?;
        let outdated = self.outdated(file).next().map(|_| Outcome::Policy);
        let others = report.blocks.iter().enumerate();
        let others = others.filter(|(at, block)| !(is_on_a_list(block) && self.is_outdated(file, *at)));
        let others = others.map(|(_, block)| block.verdict.outcome()).max();
        match (report.outcome(), outdated) {
            (outcome, None) => Some(outcome),
            (Outcome::NotValid, Some(policy)) => Some(others.map_or(policy, |others| others.max(policy))),
            (outcome, Some(policy)) => Some(outcome.max(policy)),
        }
    }
}

/// Returns true if a revocation list revokes the block. The signature matches.
fn is_on_a_list(block: &BlockReport<'_>) -> bool {
    block.verdict == Verdict::Revoked && block.ground == VerdictCause::Verdict
}

/// Returns the name of a file in a masked report.
#[must_use]
pub fn masked_file(number: usize) -> String {
    format!("file {number}")
}

/// The grant of a block, or its claimed grant, for display.
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
    /// Returns the grant of a block.
    #[must_use]
    pub fn of(feature: &Feature, redact: bool) -> Self {
        let sn = feature.sn.as_ref().map(|sn| sn.value.as_str());
        Self {
            kind: feature.kind.as_str(),
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
