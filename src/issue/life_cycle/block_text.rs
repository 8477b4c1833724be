//! Blocks as names and values, to derive the blocks of an order from those that a customer has.

use std::fmt::Write as _;

use keywright_license::{DIRECTIVES, License, directive, format};
use keywright_syntax::needs_quotes;
use keywright_syntax::source::SourceFile;
use keywright_verify::{KeyText, Payload};

use crate::error::Fault;
use crate::log::Record;

/// A block: its name, its directives, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockText {
    pub(crate) name: String,
    directives: Vec<(String, String)>,
    /// Template that rendered it.
    pub(crate) template: String,
    /// Index of its line in the order.
    pub(crate) line: usize,
}

/// Directives that differ between purchases of the same content.
const PURCHASE: [&str; 7] = ["SN", "LICENSEE", "ISSUED", "START", "END", "KEY", "REPLACES"];

impl BlockText {
    /// Returns the blocks of a rendered license. `origins` are the template and the order line of each block.
    pub(crate) fn all_of(license: &License, origins: &[(String, usize)]) -> Vec<Self> {
        let pairs = license.features.iter().zip(origins);
        let block = pairs.map(|(feature, (template, line))| Self {
            name: feature.name.value.to_string(),
            directives: license
                .records(feature)
                .map(|(name, value)| (name.to_owned(), value.into_owned()))
                .collect(),
            template: template.clone(),
            line: *line,
        });
        block.collect()
    }

    /// Returns the block that an entry of the log records, without its KEY.
    pub(crate) fn of_record(record: &Record) -> Option<Self> {
        let mut pairs = Payload::decode(&record.entry.payload)?.into_iter();
        let (_, name) = pairs.next()?;
        let mut directives: Vec<(String, String)> = pairs.collect();
        // The payload is sorted by name, but files are written in the order of the table.
        directives.sort_by_key(|(name, _)| DIRECTIVES.iter().position(|row| row.name == name));
        Some(Self { name, directives, template: record.entry.template.clone(), line: 0 })
    }

    /// Returns the block that an entry of the log records, with its KEY.
    pub(crate) fn of_record_with_key(record: &Record) -> Option<Self> {
        let mut block = Self::of_record(record)?;
        block.set("KEY", key_of(record));
        Some(block)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.directives.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets the first value of a directive.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.directives.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.directives.push((name.to_owned(), value.into())),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.directives.retain(|(known, _)| known != name);
    }

    pub(crate) fn is_token(&self) -> bool {
        self.get("KEYTYPE") == Some("TOKEN")
    }

    /// Returns true for a block that other purchases can add to: a counted pool.
    pub(crate) fn is_pool(&self) -> bool {
        self.get("COUNT").is_some()
            && matches!(self.get("KEYTYPE"), None | Some("EXCLUSIVE" | "ADDITIVE" | "UPGRADE"))
    }

    /// Returns true if two blocks differ only in customer, serial number and dates.
    pub(crate) fn is_same_content(&self, other: &Self) -> bool {
        self.name == other.name && self.content(&[]) == other.content(&[])
    }

    /// Returns true if two blocks are one pool with counts for different periods.
    pub(crate) fn is_step_of(&self, other: &Self) -> bool {
        let is_pool = self.is_pool() && other.is_pool();
        is_pool && self.name == other.name && self.content(&["COUNT"]) == other.content(&["COUNT"])
    }

    /// Returns the directives that describe the content, sorted, without those of `but`.
    pub(crate) fn content(&self, but: &[&str]) -> Vec<&(String, String)> {
        let is_content = |name: &str| !PURCHASE.contains(&name) && !but.contains(&name);
        let mut content: Vec<_> = self.directives.iter().filter(|(name, _)| is_content(name)).collect();
        // The order of equal names has a meaning.
        content.sort_by(|one, other| one.0.cmp(&other.0));
        content
    }

    fn write(&self, text: &mut String) {
        // Writing to a string never fails.
        let _ = write!(text, "FEATURE {}\n{{\n", self.name);
        for (name, value) in &self.directives {
            let quote =
                if needs_quotes(value) || directive(name).is_none_or(|row| row.quoted) { "\"" } else { "" };
            let _ = writeln!(text, "  {name}={quote}{value}{quote}");
        }
        text.push_str("}\n");
    }
}

/// Returns the KEY of an entry.
pub(crate) fn key_of(record: &Record) -> String {
    KeyText { key: record.issue.key, signature: record.entry.signature }.encode()
}

/// Returns the text of blocks in canonical layout.
///
/// # Errors
/// Returns an error if the text does not parse back to these blocks.
pub(crate) fn text_of(blocks: &[BlockText]) -> Result<String, Fault> {
    let mut text = String::new();
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        block.write(&mut text);
    }
    let failed = || Fault::new("the license cannot be derived from what the customer has");
    let license = License::parse(SourceFile::new("order", text));
    let origins: Vec<(String, usize)> =
        blocks.iter().map(|block| (block.template.clone(), block.line)).collect();
    if BlockText::all_of(&license, &origins) != blocks {
        return Err(failed());
    }
    format(&license.tree).map_err(|_| failed())
}
