//! The definition of a rule.

use std::sync::Arc;

use keywright_syntax::diagnostic::Code;
use keywright_syntax::source::{FileId, SourceFile};

use super::context::Context;
use super::group::Group;
use super::options::KeyState;
use super::policy::Policy;
use super::sink::Sink;

/// The day for which the examples are checked: year, month, day.
pub const EXAMPLE_DAY: (i16, i8, i8) = (2026, 6, 1);

/// One rule: a kind of finding with its explanation and its check.
#[derive(Debug)]
pub struct Rule {
    /// Its code, name and default severity.
    pub code: &'static Code,
    /// The finding, as a phrase that completes “checks for”, without a full stop.
    pub summary: &'static str,
    /// The reason for the rule, in sentences.
    pub rationale: &'static str,
    /// A license that raises this rule and no other error or warning.
    pub bad: Example,
    /// A corrected license.
    pub good: Example,
    /// The way to fix a finding, in sentences.
    pub how_to_fix: &'static str,
    /// The check.
    pub check: Check,
}

impl Rule {
    /// The group of the rule, from the first letter of its code.
    #[must_use]
    pub fn group(&self) -> Option<Group> {
        Group::ALL.iter().find(|group| group.letter == self.code.group()).copied()
    }
}

/// The way in which findings of a rule are produced.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// By the parser, while the file is read.
    Parser,
    /// By a function over all files.
    Project(fn(&Context<'_>, &mut Sink<'_>)),
    /// By the sink, while it collects the findings of other rules.
    Sink,
}

/// An example license of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Example {
    /// One file.
    Text(&'static str),
    /// One file that is not valid text.
    Bytes(&'static [u8]),
    /// Several files of one run, as name and text.
    Files(&'static [(&'static str, &'static str)]),
    /// One file, and the verification failure of the KEY of its first block.
    WithKeyVerdict(&'static str, KeyState),
    /// One file with a configuration.
    Configured {
        /// The text of `keywright.toml`.
        config: &'static str,
        /// The same configuration, parsed.
        policy: fn() -> Policy,
        /// The file.
        text: &'static str,
    },
    /// A generated file that is too long to show.
    Generated {
        /// A description of the file.
        shown: &'static str,
        /// Generates the file.
        make: fn() -> Vec<u8>,
    },
}

impl Example {
    /// The files of the example as sources.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<SourceFile>> {
        let one = |bytes: Vec<u8>| vec![SourceFile::from_bytes(FileId(0), "example.lic", bytes)];
        match self {
            Self::Text(text) | Self::WithKeyVerdict(text, _) | Self::Configured { text, .. } => {
                one(text.as_bytes().to_vec())
            }
            Self::Bytes(bytes) => one(bytes.to_vec()),
            Self::Generated { make, .. } => one(make()),
            Self::Files(files) => (0..)
                .zip(*files)
                .map(|(id, (name, text))| SourceFile::from_bytes(FileId(id), *name, text.as_bytes().to_vec()))
                .collect(),
        }
    }
}
