//! Output formats, one file per format. Machine-readable formats have their own stable structs, separate from the internal
//! types.

pub mod capacity;
#[cfg(feature = "issue")]
pub mod catalog_json;
pub mod convert_json;
pub mod cost;
#[cfg(feature = "issue")]
pub mod customer_json;
pub mod difference;
mod entitlement_json;
pub mod escape;
pub mod file_answer;
pub mod graph;
#[cfg(feature = "human")]
pub mod human;
#[cfg(feature = "issue")]
pub mod issue_json;
pub mod keys_json;
pub mod lint;
#[cfg(feature = "issue")]
pub mod log_json;
mod repaired_copy;
pub mod rule_docs;
pub mod rule_json;
pub mod simulate_human;
pub mod simulate_json;
pub mod statement_csv;
pub mod statement_human;
pub mod statement_json;
pub mod test;
pub mod test_findings;
pub mod test_human;
pub mod test_json;
pub mod test_junit;
pub mod timeline;
mod to_json;
mod usable_json;
pub mod verify;
pub mod verify_facts;
pub mod verify_failures;
pub mod verify_human;
pub mod verify_json;
pub mod verify_lines;
mod verify_log;
pub mod verify_rules;
mod xml;

use keywright_syntax::source::{FileId, SourceFile};

/// The files of a run, by ID.
#[derive(Debug, Clone, Default)]
pub struct Sources<'a> {
    files: Vec<&'a SourceFile>,
}

impl<'a> Sources<'a> {
    /// Creates the collection.
    pub fn new(files: impl IntoIterator<Item = &'a SourceFile>) -> Self {
        let mut files: Vec<&SourceFile> = files.into_iter().collect();
        files.sort_by_key(|file| file.id());
        Self { files }
    }

    /// Returns the file with this ID.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&'a SourceFile> {
        let at = self.files.binary_search_by_key(&id, |file| file.id()).ok()?;
        self.files.get(at).copied()
    }

    /// Returns all files, ordered by ID.
    pub fn iter(&self) -> impl Iterator<Item = &'a SourceFile> {
        self.files.iter().copied()
    }

    /// Returns the number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns true if there are no files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Formats a number with its noun: `1 error`, `2 errors`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
