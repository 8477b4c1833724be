//! What a rule is.

use std::sync::Arc;

use crate::diagnostic::{Code, Severity};
use crate::source::{FileId, SourceFile};

use super::context::{Context, KeyState};
use super::policy::Policy;
use super::sink::Sink;

/// The day on which the examples of rules are judged: year, month, day.
pub const EXAMPLE_DAY: (i16, i8, i8) = (2026, 6, 1);

/// One rule: a kind of finding with its explanation and its check.
#[derive(Debug)]
pub struct Rule {
    /// Its identity and default severity.
    pub code: &'static Code,
    /// What it finds.
    pub what: &'static str,
    /// Why that is a fault.
    pub why: &'static str,
    /// A license that has exactly this fault.
    pub bad: Example,
    /// The same without it.
    pub good: Example,
    /// How to mend it.
    pub remedy: &'static str,
    /// How it is found.
    pub check: Check,
}

impl Rule {
    /// The group its code's letter stands for.
    #[must_use]
    pub fn group(&self) -> Option<Group> {
        let letter = self.code.id.chars().next()?;
        Group::ALL.iter().find(|group| group.letter == letter).copied()
    }

    /// Whether a comment in the file may allow its findings. A file cannot vouch for its own keys, declare itself readable,
    /// nor silence what is said about its comments; and where a finding is about the file as a whole, a comment stands
    /// nowhere near it.
    #[must_use]
    pub fn may_be_allowed_in_file(&self) -> bool {
        /// Byte order mark, file without blocks.
        const WHOLE_FILE: [&str; 2] = ["S007", "S017"];
        let judged = matches!(self.bad, Example::Judged(..));
        let unreadable = self.code.id.starts_with('S') && self.code.severity == Severity::Error;
        let about_comments = self.code.id.starts_with('A');
        !(judged || unreadable || about_comments || WHOLE_FILE.contains(&self.code.id))
    }
}

/// How a rule's findings come about.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Reading the file finds it.
    WhileReading,
    /// A function over all files finds it.
    Whole(fn(&Context<'_>, &mut Sink<'_>)),
    /// Taking in the findings of other rules finds it.
    WhileSorting,
}

/// A license that shows a rule.
#[derive(Debug, Clone, Copy)]
pub enum Example {
    /// One file.
    Text(&'static str),
    /// One file that is no good text.
    Bytes(&'static [u8]),
    /// Several files of one run, each with its name.
    Files(&'static [(&'static str, &'static str)]),
    /// One file, and what the trust store says of the KEY of its first block.
    Judged(&'static str, KeyState),
    /// One file, under a configuration.
    Configured {
        /// The configuration as it stands in `keywright.toml`.
        config: &'static str,
        /// The same, read.
        policy: fn() -> Policy,
        /// The file.
        text: &'static str,
    },
    /// A file too long to be shown.
    Made {
        /// What it holds.
        shown: &'static str,
        /// Makes it.
        make: fn() -> Vec<u8>,
    },
}

impl Example {
    /// The files of the example, as a run would read them.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<SourceFile>> {
        let one = |bytes: Vec<u8>| vec![SourceFile::from_bytes(FileId(0), "example.lic", bytes)];
        match self {
            Self::Text(text) | Self::Judged(text, _) | Self::Configured { text, .. } => {
                one(text.as_bytes().to_vec())
            }
            Self::Bytes(bytes) => one(bytes.to_vec()),
            Self::Made { make, .. } => one(make()),
            Self::Files(files) => (0..)
                .zip(*files)
                .map(|(id, (name, text))| SourceFile::from_bytes(FileId(id), *name, text.as_bytes().to_vec()))
                .collect(),
        }
    }
}

/// A group of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// First letter of its codes.
    pub letter: char,
    /// Its name.
    pub name: &'static str,
    /// What its rules look at.
    pub about: &'static str,
}

impl Group {
    /// All groups, in the order of the registry.
    pub const ALL: &[Self] = &[
        Self { letter: 'S', name: "syntax", about: "what the text of a file must be" },
        Self { letter: 'V', name: "values", about: "directives and their values, block by block" },
        Self { letter: 'D', name: "dependencies", about: "what tokens draw on" },
        Self { letter: 'H', name: "sharing", about: "which checkouts share one count" },
        Self { letter: 'C', name: "capacity", about: "whether what is bought can be used" },
        Self { letter: 'T', name: "time", about: "dates, and what follows from them" },
        Self { letter: 'K', name: "keys", about: "signatures" },
        Self { letter: 'X', name: "sets", about: "blocks that stand together, in one file or in several" },
        Self { letter: 'P', name: "policy", about: "what `keywright.toml` asks for beyond the language" },
        Self {
            letter: 'A',
            name: "allows",
            about: "comments that allow a finding, and the list of findings itself",
        },
    ];
}
