//! Fingerprints that identify a finding across runs, even if lines have moved.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::Sources;
use keywright_syntax::diagnostic::Diagnostic;

/// Creates fingerprints. Equal findings on equal lines of one file are distinguished by a counter.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: HashMap<[u8; 32], u32>,
    file: Option<keywright_syntax::source::FileId>,
}

impl Fingerprints {
    /// Returns the fingerprint of a finding: 64 hexadecimal digits computed from file, code, message and the text of the
    /// line, but not the line number.
    pub(super) fn fingerprint(&mut self, found: &Diagnostic, sources: &Sources<'_>) -> String {
        // The fingerprint includes the file name, so counters of other files are not needed.
        if self.file != Some(found.primary.file) {
            self.seen.clear();
            self.file = Some(found.primary.file);
        }
        let base = base(found, sources);
        let number = self.seen.entry(base).or_default();
        let mut hash = Sha256::new();
        hash.update(base);
        hash.update(number.to_le_bytes());
        *number += 1;
        digits(hash)
    }
}

/// Returns the fingerprint of a text.
pub(super) fn of_text(text: &str) -> String {
    digits(Sha256::new().chain_update(text))
}

fn digits(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base(found: &Diagnostic, sources: &Sources<'_>) -> [u8; 32] {
    /// Maximum number of bytes of the line used, because a line may be as long as a file.
    const LINE_BYTES: usize = 512;
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(bytes);
    };
    field(found.code.id.as_bytes());
    field(found.message.as_bytes());
    if let Some(source) = sources.get(found.primary.file) {
        field(super::location::display_name(source.name()).as_bytes());
        let line = source.position(found.primary.span.start as usize).line;
        let text =
            source.line_span(line).map(|span| source.slice(span).trim().as_bytes()).unwrap_or_default();
        field(text.get(..LINE_BYTES).unwrap_or(text));
    }
    hash.finalize().into()
}
