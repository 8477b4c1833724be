//! Findings beyond single blocks: exchanged KEYs, repeated blocks, and text outside of blocks.

use std::collections::HashMap;

use keywright_license::License;
use keywright_syntax::codes::MAIL_DAMAGE;
use keywright_syntax::diagnostic::{Brief, Diagnostic};
use keywright_syntax::source::Span;

use super::key_text::KeyText;
use super::message::{Digest, Domain};
use super::reason::Reason;
use super::trust::Trust;
use super::verdict::{BlockReport, Duplicate, FileReport, Verdict, VerdictCause};

/// Maximum number of additional signature checks per run, so that a hostile file cannot cause quadratic work.
const EXPLANATIONS: usize = 256;

/// The place of a payload.
struct BlockLocation {
    file: usize,
    name: String,
    line: usize,
    digest: Digest,
}

/// Reports KEYs that belong to another block, in the same file or in another one. The same file is searched first.
pub(super) fn exchanged_keys(trust: &Trust, licenses: &[&License], reports: &mut [FileReport<'_>]) {
    let is_invalid = |report: &FileReport<'_>| {
        report.blocks.iter().any(|block| block.verdict == Verdict::Invalid && block.key.is_some())
    };
    if !reports.iter().any(is_invalid) {
        return;
    }
    let places = places(reports);
    let files: Vec<String> = reports.iter().map(|report| report.file.clone()).collect();
    let mut budget = EXPLANATIONS;
    for (number, (license, report)) in licenses.iter().zip(reports).enumerate() {
        for block in report.blocks.iter_mut().filter(|block| block.verdict == Verdict::Invalid) {
            let at = license.features.binary_search_by_key(&block.span, |feature| feature.span);
            let feature = at.ok().and_then(|at| license.features.get(at));
            let text = feature.and_then(|feature| license.value(feature, "KEY"));
            let Some(key) = text.and_then(|text| KeyText::parse(&text).ok()) else { continue };
            let Some(trusted) = trust.get(key.key) else { continue };
            let (own, others): (Vec<&BlockLocation>, Vec<&BlockLocation>) =
                places.iter().partition(|place| place.file == number);
            let owner = own
                .into_iter()
                .chain(others)
                .filter(|place| block.digest != Some(place.digest))
                .take_while(|_| {
                    let left = budget > 0;
                    budget = budget.saturating_sub(1);
                    left
                })
                .find(|place| trusted.key.verifies(Domain::Feature, &place.digest, &key.signature));
            let Some(BlockLocation { file, name, line, .. }) = owner else { continue };
            let other = files.get(*file).filter(|_| *file != number).map(|name| (*file, name.as_str()));
            let owner = Reason::new("signature does not match: the KEY belongs to the block ")
                .value("FEATURE", name)
                .text(" in ");
            block.reason = owner.then(place(*line, other));
            block.help = Some(Reason::new(
                "restore the KEY that the block was issued with; a block was copied and changed, or KEYs were exchanged",
            ));
        }
        if budget == 0 {
            return;
        }
    }
}

/// Describes a line, with its file if that is another one.
pub(super) fn place(line: usize, file: Option<(usize, &str)>) -> Reason {
    let line = Reason::new("line ").fact(line);
    match file {
        Some((at, name)) => line.text(" of ").file(at, name),
        None => line,
    }
}

/// Returns the payloads of all files with their places, up to the limit of checks.
fn places(reports: &[FileReport<'_>]) -> Vec<BlockLocation> {
    let mut places = Vec::new();
    for (file, report) in reports.iter().enumerate() {
        let known = report.blocks.iter().filter_map(|block| {
            Some(BlockLocation {
                file,
                name: block.feature.clone()?,
                line: block.line,
                digest: block.digest?,
            })
        });
        places.extend(known);
    }
    places
}

/// Marks blocks with the same payload as an earlier block in any of the files. Copies count once, whatever their layout
/// or KEY.
pub(super) fn mark_duplicates(reports: &mut [FileReport<'_>]) {
    let names: Vec<String> = reports.iter().map(|report| report.file.clone()).collect();
    let mut seen: HashMap<Digest, (usize, usize)> = HashMap::new();
    for (number, report) in reports.iter_mut().enumerate() {
        for block in report.blocks.iter_mut().filter(|block| block.verdict.is_signature_good()) {
            let Some(digest) = block.digest else { continue };
            let Some((first, line)) = seen.get(&digest) else {
                seen.insert(digest, (number, block.line));
                continue;
            };
            let file = names.get(*first).map_or("", String::as_str);
            let other = (*first != number).then_some((*first, file));
            block.duplicate = Some(Box::new(Duplicate { file: file.to_owned(), line: *line }));
            let reason = std::mem::take(&mut block.reason).text("; duplicate of the block in ");
            block.reason = reason.then(place(*line, other)).text(", counted once");
        }
    }
}

/// The help for a block that cannot be read.
pub(super) const SEE_LINT: &str = "run `keywright lint` to see all errors in the file";

/// An error found while reading.
pub(super) struct FirstError {
    pub(super) reason: Reason,
    pub(super) help: Option<String>,
    /// The name that was probably meant.
    pub(super) suggestion: Option<String>,
    /// True if other findings are consequences of it.
    pub(super) is_cause: bool,
}

/// Returns the error to report for a part of the file: one that causes others, otherwise the first.
pub(super) fn first_error(license: &License, span: Span) -> Option<FirstError> {
    let findings = &license.diagnostics;
    let is_cause = |finding: &&Diagnostic| finding.is_error() && finding.code.is_cause;
    // Findings are in file order.
    let at = findings.partition_point(|finding| finding.primary.span.start < span.start);
    let inside = || {
        let rest = findings.get(at..).unwrap_or_default().iter();
        rest.take_while(|finding| finding.primary.span.start < span.end)
    };
    if let Some(error) = inside().find(is_cause).or_else(|| inside().find(|finding| finding.is_error())) {
        return Some(describe(license, error, is_cause(&error)));
    }
    // An error above the limit of findings: only its code is known.
    let brief = license.more_in(span).find(|brief| brief.is_error())?;
    let reason = Reason::quote(brief.code.title(), brief.code.title());
    let reason = in_line(reason, line(license, brief.span));
    Some(FirstError { reason, help: None, suggestion: None, is_cause: brief.code.is_cause })
}

/// Returns the finding on damage by mail to the whole file, for a block that is unreadable because of it.
pub(super) fn whole_fault(license: &License) -> Option<FirstError> {
    let error = license.diagnostics.iter().find(|finding| *finding.code == MAIL_DAMAGE)?;
    Some(describe(license, error, true))
}

fn describe(license: &License, error: &Diagnostic, is_cause: bool) -> FirstError {
    let reason = in_line(message(error), line(license, error.primary.span));
    FirstError { reason, help: error.help.clone(), suggestion: error.suggestion.clone(), is_cause }
}

/// The message of an error. It quotes the file: a masked report shows the name of the rule instead.
fn message(error: &Diagnostic) -> Reason {
    Reason::quote(error.message.clone(), error.code.title())
}

fn in_line(reason: Reason, line: usize) -> Reason {
    reason.text(" (line ").fact(line).text(")")
}

fn line(license: &License, place: Span) -> usize {
    license.source.position(place.start as usize).line
}

/// Maximum number of lost blocks that are reported separately.
const MOST_LOST: usize = 1000;

/// Returns a MALFORMED entry for every lost block and for errors outside of blocks, so that unreadable text is never
/// ignored.
pub(super) fn unreadable<'l>(license: &License, blocks: &[BlockReport<'l>]) -> Vec<BlockReport<'l>> {
    let mut lost: Vec<BlockReport<'l>> = license
        .broken
        .iter()
        .take(MOST_LOST)
        .map(|broken| {
            let name = broken.name.as_ref().map(|name| name.value.as_str().to_owned());
            let unread = |reason| malformed(license, name, broken.span, reason);
            match first_error(license, broken.span) {
                // Damage by mail or an editor has its own advice.
                Some(FirstError { reason, help: Some(help), is_cause: true, .. }) => {
                    BlockReport { help: Some(Reason::quote(help, SEE_LINT)), ..unread(reason) }
                }
                Some(error) => unread(error.reason),
                None => unread("this part of the file cannot be read".into()),
            }
        })
        .collect();
    if let Some(next) = license.broken.get(MOST_LOST) {
        let more = license.broken.len() - MOST_LOST;
        // One entry for the rest, over the range that they cover.
        let end = license.broken.last().map_or(next.span, |last| next.span.to(last.span));
        let reason = Reason::of(more).text(" more parts of the file cannot be read");
        lost.push(malformed(license, None, end, reason));
    }
    let mut known: Vec<Span> = blocks.iter().chain(&lost).map(|block| block.span).collect();
    known.sort();
    let mut last_line = 0;
    for error in license.diagnostics.iter().filter(|finding| finding.is_error()) {
        let span = error.primary.span;
        let line = license.source.position(span.start as usize).line;
        // One entry per line is enough to fail the file; `lint` shows all.
        if line != last_line && !is_covered(&known, span) {
            last_line = line;
            let help = error.help.as_ref().filter(|_| error.code.is_cause);
            let help = help.map_or(SEE_LINT.into(), |help| Reason::quote(help.clone(), SEE_LINT));
            lost.push(BlockReport { help: Some(help), ..malformed(license, None, span, message(error)) });
        }
    }
    // One entry for all errors above the limit.
    let uncovered = |brief: &&Brief| brief.is_error() && !is_covered(&known, brief.span);
    if let Some(brief) = license.more().find(uncovered) {
        lost.push(malformed(license, None, brief.span, "too many errors to list".into()));
    }
    lost
}

/// Returns true if `place` begins in one of the spans, which are sorted and do not overlap.
fn is_covered(known: &[Span], place: Span) -> bool {
    let after = known.partition_point(|span| span.start <= place.start);
    after.checked_sub(1).and_then(|at| known.get(at)).is_some_and(|span| span.contains(place.start))
}

fn malformed<'l>(license: &License, feature: Option<String>, span: Span, reason: Reason) -> BlockReport<'l> {
    BlockReport {
        feature,
        vendor: None,
        verdict: Verdict::Malformed,
        ground: VerdictCause::Verdict,
        reason,
        help: Some(SEE_LINT.into()),
        key: None,
        span,
        line: license.source.position(span.start as usize).line,
        digest: None,
        duplicate: None,
        verified: None,
        out_of_force: None,
        claimed: None,
    }
}
