//! Undoing the damage of a file, and explaining its verdicts by it.

use keywright_license::{Feature, License};
use keywright_syntax::repair;
use keywright_syntax::source::SourceFile;

use super::reason::Reason;
use super::verdict::{BlockReport, Verdict};

/// Returns a copy of a file with recognised damage undone, if a block of the file cannot be read or does not match.
pub(super) fn copy(license: &License, blocks: &[BlockReport<'_>]) -> Option<(Vec<&'static str>, License)> {
    let is_damaged = |block: &BlockReport<'_>| matches!(block.verdict, Verdict::Malformed | Verdict::Invalid);
    if !blocks.is_empty() && !blocks.iter().any(is_damaged) {
        return None;
    }
    let repaired = repair(&license.source)?;
    let source = SourceFile::new(license.source.name(), repaired.text);
    Some((repaired.steps, License::parse(source)))
}

/// Explains blocks that do not match, but do in the copy: the file was damaged, and its content was not edited.
pub(super) fn explain(license: &License, blocks: &mut [BlockReport<'_>], copy: &[BlockReport<'_>]) {
    if blocks.len() != copy.len() {
        return;
    }
    for (block, repaired) in blocks.iter_mut().zip(copy) {
        if block.verdict != Verdict::Invalid || !repaired.verdict.is_signature_good() {
            continue;
        }
        let at = license.features.binary_search_by_key(&block.span, |feature| feature.span);
        let feature = at.ok().and_then(|at| license.features.get(at));
        let damaged = feature.and_then(|feature| with_no_break_space(license, feature));
        block.reason =
            Reason::new("signature does not match because this copy was damaged: ").text(match damaged {
                Some(_) => "a no-break space (U+00A0) replaced a space in ",
                None => "with the damage undone it matches",
            });
        if let Some(directive) = damaged {
            block.reason = std::mem::take(&mut block.reason).text(directive);
        }
        block.help = Some(Reason::new(
            "use the license file as it was issued instead of a copy from a PDF or a web page; the content was not edited",
        ));
    }
}

/// Returns the first directive whose value contains a no-break space.
fn with_no_break_space(license: &License, feature: &Feature) -> Option<&'static str> {
    let (name, _) = license.records(feature).find(|(_, value)| value.contains(['\u{a0}', '\u{202f}']))?;
    keywright_license::directive(name).map(|row| row.name)
}
