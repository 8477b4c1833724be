//! Selects and applies fixes until none is left, and checks that nothing else changed. Does not access files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{CliError, Exit};
use keywright_license::License;
use keywright_lint::{self as lint, Options};
use keywright_syntax::diagnostic::{Diagnostic, Edit, Fix, Severity};
use keywright_syntax::jobs::InOrder;
use keywright_syntax::source::{SourceFile, Span};
use keywright_verify::Payload;

/// Maximum number of rounds that do not reduce the number of findings; a fix may reveal another finding.
const ROUNDS: usize = 16;

/// Maximum number of findings per file, if all of them count. Higher than the number shown, because all of them are fixed.
pub(super) const FINDINGS: usize = 100_000;

/// The fixes to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Fixes that keep the meaning and do not change signed text.
    Safe,
    /// All fixes.
    Unsafe,
}

/// The result for one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Number of fixed findings.
    pub(super) applied: usize,
    /// Number of fixes skipped because they would change signed text.
    pub(super) withheld: usize,
    /// True if damage could be undone, but the KEYs of the result could not be verified.
    pub(super) unproven: bool,
    /// Names of signed blocks that were changed.
    pub(super) unsigned: Vec<String>,
}

/// A file after fixing.
pub(super) type FixedSource = (Arc<SourceFile>, Report);

/// The reason why nothing was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfixed {
    /// The fixes do not converge.
    Endless,
    /// Less of the file is readable after fixing.
    Worse,
    /// Signed text would change.
    Signed,
}

impl Unfixed {
    /// Converts the reason to an error. All of them are bugs in this program; the file is unchanged.
    pub(super) fn stop(self) -> CliError {
        let message = match self {
            Self::Endless => "the fixes do not converge",
            Self::Worse => "the fixes would make a part of the file unreadable",
            Self::Signed => "the fixes would change signed text",
        };
        CliError::new(Exit::Failure, message)
            .help("nothing was written; this is a bug in keywright, please report it with the file")
    }
}

/// Fixes files that are linted together. Returns every file, changed or not, with a report.
pub(super) fn fix(
    files: &[Arc<SourceFile>],
    options: &Options,
    mode: Mode,
) -> Result<Vec<FixedSource>, (String, Unfixed)> {
    let options = Options { most: FINDINGS, ..options.clone() };
    let mut now: Vec<FixedSource> = files.iter().map(|file| (Arc::clone(file), Report::default())).collect();
    let (mut fewest, mut idle) = (usize::MAX, 0);
    while idle < ROUNDS {
        let read = |file: &Arc<SourceFile>| License::parse_with(Arc::clone(file), FINDINGS, &InOrder);
        let licenses: Vec<License> = now.iter().map(|(file, _)| read(file)).collect();
        let (found, tally) = lint::lint_counting(&licenses.iter().collect::<Vec<_>>(), &options);
        let count = tally.at_least(Severity::Note);
        if count >= fewest {
            idle += 1;
        }
        fewest = fewest.min(count);
        let mut changed = false;
        for (license, (file, report)) in licenses.iter().zip(&mut now) {
            let chosen = choose(license, &found, mode);
            report.withheld = chosen.withheld;
            if chosen.edits.is_empty() {
                continue;
            }
            changed = true;
            report.applied += chosen.applied;
            let text = apply(file.text(), &chosen.edits);
            *file = SourceFile::from_bytes(file.id(), file.name(), text.into_bytes());
        }
        if !changed {
            return prove(files, now, mode);
        }
    }
    Err((names(files), Unfixed::Endless))
}

fn names(files: &[Arc<SourceFile>]) -> String {
    files.first().map(|file| file.name().to_owned()).unwrap_or_default()
}

/// Compares each file with its original.
fn prove(
    before: &[Arc<SourceFile>],
    mut after: Vec<FixedSource>,
    mode: Mode,
) -> Result<Vec<FixedSource>, (String, Unfixed)> {
    for (old, (new, report)) in before.iter().zip(&mut after) {
        if old.text() == new.text() {
            continue;
        }
        let (was, is) = (License::parse(Arc::clone(old)), License::parse(Arc::clone(new)));
        let fail = |unfixed| Err((old.name().to_owned(), unfixed));
        if is.broken.len() > was.broken.len() || is.features.len() < was.features.len() {
            return fail(Unfixed::Worse);
        }
        let (was, is) = (signed(&was), signed(&is));
        match mode {
            Mode::Safe if was != is => return fail(Unfixed::Signed),
            Mode::Safe => {}
            Mode::Unsafe => {
                let changed = is.into_iter().filter(|one| !was.contains(one));
                report.unsigned = changed.map(|one| one.name).collect();
            }
        }
    }
    Ok(after)
}

/// The signed content of a block.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Signed {
    name: String,
    payload: Vec<u8>,
    keys: Vec<String>,
}

/// The blocks with a KEY, in file order.
fn signed(license: &License) -> Vec<Signed> {
    license.features.iter().filter_map(|feature| signed_block(license, feature)).collect()
}

fn signed_block(license: &License, feature: &keywright_license::Feature) -> Option<Signed> {
    let keys = license.records(feature).filter(|(name, _)| *name == "KEY");
    let keys: Vec<String> = keys.map(|(_, value)| value.into_owned()).collect();
    (!keys.is_empty()).then(|| Signed {
        name: feature.name.value.as_str().to_owned(),
        payload: Payload::from_block(license, feature).as_bytes().to_vec(),
        keys,
    })
}

/// The edits of one round.
#[derive(Debug, Default)]
struct Chosen {
    /// In file order, without overlap.
    edits: Vec<Edit>,
    applied: usize,
    withheld: usize,
}

fn choose(license: &License, found: &[Diagnostic], mode: Mode) -> Chosen {
    let source = &*license.source;
    // The text is incomplete after an unreadable place, so the file cannot be written back.
    if source.fault().is_some() {
        return Chosen::default();
    }
    let own = found.iter().filter(|found| found.primary.file == source.id());
    let fixes = own.filter_map(|found| found.fix.as_ref()).filter(|fix| fix.safe || mode == Mode::Unsafe);
    let mut taken = Taken::default();
    let fixes: Vec<Vec<Edit>> = fixes.filter_map(|fix| taken.take(source.text(), fix)).collect();
    match mode {
        Mode::Unsafe => chosen(fixes, 0),
        Mode::Safe => without_signed(license, fixes),
    }
}

fn chosen(fixes: Vec<Vec<Edit>>, withheld: usize) -> Chosen {
    let applied = fixes.len();
    let mut edits: Vec<Edit> = fixes.into_iter().flatten().collect();
    edits.sort_by_key(|edit| edit.span);
    Chosen { edits, applied, withheld }
}

/// Spans already changed in this round. Overlapping fixes wait for the next round.
#[derive(Debug, Default)]
struct Taken(BTreeMap<u32, u32>);

impl Taken {
    /// Returns the prepared edits of a fix if they do not overlap other edits.
    fn take(&mut self, text: &str, fix: &Fix) -> Option<Vec<Edit>> {
        let mut edits = Vec::with_capacity(fix.edits.len());
        for edit in &fix.edits {
            text.get(edit.span.range())?;
            edits.push(tidy(text, edit));
        }
        edits.sort_by_key(|edit| edit.span);
        let apart =
            edits.is_sorted_by(|one, other| one.span.end <= other.span.start && one.span != other.span);
        if edits.is_empty() || !apart || !edits.iter().all(|edit| self.is_free(edit.span)) {
            return None;
        }
        self.0.extend(edits.iter().map(|edit| (edit.span.start, edit.span.end)));
        Some(edits)
    }

    fn is_free(&self, span: Span) -> bool {
        let before = self.0.range(..=span.start).next_back();
        let after = self.0.range(span.start..).next();
        before.is_none_or(|(start, end)| *end <= span.start && *start != span.start)
            && after.is_none_or(|(start, _)| span.end <= *start && *start != span.start)
    }
}

/// Extends a deletion to leftover spaces, and to the whole line if nothing else is on it.
fn tidy(text: &str, edit: &Edit) -> Edit {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let bytes = text.as_bytes();
    let before = bytes.get(..edit.span.start as usize).unwrap_or_default();
    let after = bytes.get(edit.span.end as usize..).unwrap_or_default();
    let left = before.iter().rev().take_while(|byte| is_blank(byte)).count();
    let right = after.iter().take_while(|byte| is_blank(byte)).count();
    let rest = after.get(right..).unwrap_or_default();
    let at_line_start =
        matches!(before.get(..before.len() - left).and_then(<[u8]>::last), None | Some(b'\n'));
    let line_break = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    };
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    // A byte order mark precedes the first line and is not part of it.
    let deletes = edit.replacement.is_empty() && !edit.span.is_empty() && edit.span.start > 0;
    let span = match (deletes, at_line_start) {
        (false, _) => edit.span,
        (true, true) if line_break > 0 || rest.is_empty() => {
            Span::new(start - left, end + right + line_break)
        }
        (true, true) if left == 0 => edit.span,
        (true, true) => Span::new(start, end + right),
        (true, false) => Span::new(start - left, end),
    };
    Edit { span, replacement: edit.replacement.clone() }
}

/// Drops the fixes that would change signed content. The layout of a signed block may be fixed if the signed bytes stay
/// the same.
fn without_signed(license: &License, fixes: Vec<Vec<Edit>>) -> Chosen {
    let guarded = guarded(license);
    let (mut kept, mut withheld) = (Vec::new(), 0);
    let mut of_block: BTreeMap<usize, Vec<Vec<Edit>>> = BTreeMap::new();
    for edits in fixes {
        let touched: Vec<usize> = edits.iter().flat_map(|edit| touching(&guarded, edit.span)).collect();
        match touched.as_slice() {
            [] => kept.push(edits),
            // A fix that spans several signed blocks cannot be checked within one of them.
            [first, rest @ ..] if rest.iter().all(|other| other == first) => {
                of_block.entry(*first).or_default().push(edits);
            }
            _ => withheld += 1,
        }
    }
    for (block, fixes) in of_block {
        let Some((span, old)) = guarded.get(block) else { continue };
        let keeps = |edits: &[Edit]| old.as_ref().is_some_and(|old| is_kept(license, *span, old, edits));
        let all: Vec<Edit> = chosen(fixes.clone(), 0).edits;
        if keeps(&all) {
            kept.extend(fixes);
            continue;
        }
        // Not all fixes of the block can be applied. Trying one costs parsing the block, so the number is limited.
        const TRIED: usize = 64;
        let fixes_of_block = fixes.len();
        let good: Vec<Vec<Edit>> = fixes.into_iter().take(TRIED).filter(|edits| keeps(edits)).collect();
        withheld += fixes_of_block - good.len();
        kept.extend(good);
    }
    chosen(kept, withheld)
}

/// Spans of the blocks with a KEY, and of unreadable text that may contain a KEY and is never changed.
fn guarded(license: &License) -> Vec<(Span, Option<Signed>)> {
    let good = license.features.iter();
    let good = good.filter_map(|feature| Some((feature.span, Some(signed_block(license, feature)?))));
    let lost = license.broken.iter().map(|broken| broken.span);
    let lost = lost.filter(|span| license.source.slice(*span).contains("KEY")).map(|span| (span, None));
    let mut all: Vec<(Span, Option<Signed>)> = good.chain(lost).collect();
    all.sort_by_key(|(span, _)| *span);
    all
}

/// Returns the indices of the spans that an edit overlaps or inserts into.
fn touching(guarded: &[(Span, Option<Signed>)], edit: Span) -> Vec<usize> {
    let first = guarded.partition_point(|(span, _)| span.end <= edit.start && span.end != edit.end);
    let rest = guarded.get(first..).unwrap_or_default().iter().zip(first..);
    rest.take_while(|((span, _), _)| span.start < edit.end.max(edit.start + 1)).map(|(_, at)| at).collect()
}

/// Returns true if the signed content of a block is the same after these edits.
fn is_kept(license: &License, span: Span, old: &Signed, edits: &[Edit]) -> bool {
    let within: Option<Vec<Edit>> = edits
        .iter()
        .map(|edit| {
            let start = edit.span.start.checked_sub(span.start)?;
            let end = edit.span.end.checked_sub(span.start)?;
            (edit.span.end <= span.end)
                .then(|| Edit { span: Span { start, end }, replacement: edit.replacement.clone() })
        })
        .collect();
    let Some(within) = within else { return false };
    let block = License::from_text("block", &apply(license.source.slice(span), &within));
    block.broken.is_empty() && signed(&block).as_slice() == std::slice::from_ref(old)
}

/// Applies edits, which must be sorted and must not overlap.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut fixed = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        fixed.push_str(text.get(from..edit.span.start as usize).unwrap_or_default());
        fixed.push_str(&edit.replacement);
        from = edit.span.end as usize;
    }
    fixed.push_str(text.get(from..).unwrap_or_default());
    fixed
}
