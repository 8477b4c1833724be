//! Writes a draft as license text in the layout of `keywright fmt`.

use std::fmt::Write as _;

use keywright_license::{KeyType, License, format};
use keywright_syntax::{Unproven, needs_quotes};

use super::draft::{Draft, DraftBlock};

/// Number of blocks that are formatted together. Bounds the memory for syntax trees.
const BATCH: usize = 1000;

/// Returns the text of a license.
///
/// # Errors
/// Returns an error if the text would exceed the file size limit.
pub(crate) fn license_text(draft: &Draft) -> Result<String, Unproven> {
    let mut out = String::new();
    for batch in draft.blocks.chunks(BATCH) {
        let mut raw = String::new();
        for block in batch {
            push_block(&mut raw, block);
        }
        let license = License::from_text("license", raw.as_str());
        let text = format(&license.tree)?;
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&text);
        if out.len() > keywright_syntax::limits::MAX_FILE_BYTES {
            return Err(Unproven::TooLarge);
        }
    }
    Ok(out)
}

fn push_block(out: &mut String, block: &DraftBlock) {
    let _ = write!(out, "FEATURE {}\n{{\nVENDOR={}", block.name, block.vendor);
    if let Some(count) = block.count {
        let _ = write!(out, " COUNT={count}");
    }
    if let Some(kind) = block.kind {
        let _ = write!(out, " KEYTYPE={}", word(kind));
    }
    let _ = writeln!(out, " VERSION={}", block.version);
    for need in &block.needs {
        let _ = writeln!(
            out,
            "TOKEN_DEPENDENCY=\"FEATURE={} VERSION={} COUNT={}\"",
            need.feature, need.version, need.count
        );
    }
    for (name, value) in &block.more {
        let quote = if needs_quotes(value) || value.is_empty() { "\"" } else { "" };
        let _ = writeln!(out, "{name}={quote}{value}{quote}");
    }
    out.push_str("}\n\n");
}

fn word(kind: KeyType) -> &'static str {
    match kind {
        KeyType::Exclusive => "EXCLUSIVE",
        KeyType::Additive => "ADDITIVE",
        KeyType::Upgrade => "UPGRADE",
        KeyType::Token => "TOKEN",
        KeyType::Activation => "ACTIVATION",
        KeyType::Metered => "METERED",
    }
}
