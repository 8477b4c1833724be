//! Applying fixes: which of them, until nothing is left to fix, and the proof that nothing else changed.
//!
//! Reads and writes no file.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::{Exit, Stop};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::license::License;
use crate::lint::{self, Options};
use crate::sign::Payload;
use crate::source::{SourceFile, Span};

/// Most rounds of fixing; a fix may bring another finding to light.
const ROUNDS: usize = 16;

/// Findings of one round. Far more than are shown: all are to be fixed.
const FINDINGS: usize = 100_000;

/// What may be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// What keeps the meaning beyond doubt, and no signed text.
    Safe,
    /// Everything.
    Unsafe,
}

/// What was done to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Findings that were fixed.
    pub(super) applied: usize,
    /// Fixes that were left out, because they would change what is signed.
    pub(super) withheld: usize,
    /// Names of signed blocks that were changed.
    pub(super) unsigned: Vec<String>,
}

/// A file after fixing.
pub(super) type FixedSource = (Arc<SourceFile>, Report);

/// Why nothing was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfixed {
    /// The fixes follow on each other without end.
    Endless,
    /// Less of the file could be read than before.
    Worse,
    /// A signed text would have changed.
    Signed,
}

impl Unfixed {
    /// All are faults of this program; the file is untouched.
    pub(super) fn stop(self) -> Stop {
        let message = match self {
            Self::Endless => "the fixes bring each other forth without end",
            Self::Worse => "less of the file could be read after fixing than before",
            Self::Signed => "fixing would have changed a signed text",
        };
        Stop::new(Exit::Failure, message)
            .help("nothing was written; this is a fault of a rule, please report it with the file")
    }
}

/// Fixes files that are linted together. Every file comes back, changed or not, with what was done.
pub(super) fn fix(
    files: &[Arc<SourceFile>],
    options: &Options,
    mode: Mode,
) -> Result<Vec<FixedSource>, (String, Unfixed)> {
    let options = Options { most: FINDINGS, ..options.clone() };
    let mut now: Vec<FixedSource> = files.iter().map(|file| (Arc::clone(file), Report::default())).collect();
    for _ in 0..ROUNDS {
        let read = |file: &Arc<SourceFile>| License::read_keeping(Arc::clone(file), FINDINGS);
        let licenses: Vec<License> = now.iter().map(|(file, _)| read(file)).collect();
        let found = lint::lint(&licenses.iter().collect::<Vec<_>>(), &options);
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

/// Compares each file with what it was.
fn prove(
    before: &[Arc<SourceFile>],
    mut after: Vec<FixedSource>,
    mode: Mode,
) -> Result<Vec<FixedSource>, (String, Unfixed)> {
    for (old, (new, report)) in before.iter().zip(&mut after) {
        if old.text() == new.text() {
            continue;
        }
        let (was, is) = (License::read(Arc::clone(old)), License::read(Arc::clone(new)));
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

/// A signed block: what its KEY is about.
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

fn signed_block(license: &License, feature: &crate::license::Feature) -> Option<Signed> {
    let keys = license.records(feature).filter(|(name, _)| *name == "KEY");
    let keys: Vec<String> = keys.map(|(_, value)| value.into_owned()).collect();
    (!keys.is_empty()).then(|| Signed {
        name: feature.name.value.as_str().to_owned(),
        payload: Payload::of(license, feature).as_bytes().to_vec(),
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
    // Behind bytes that are no text the file goes on, unseen: it cannot be written back.
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

/// The places that fixes of this round change already; what overlaps waits for the next one.
#[derive(Debug, Default)]
struct Taken(BTreeMap<u32, u32>);

impl Taken {
    /// The edits of a fix, made ready, if none is in the way of another.
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

/// A deletion takes the blanks with it that would be left over, and its whole line if nothing else stands there.
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
    // A byte order mark stands before the first line and is no part of it.
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

/// Leaves out the fixes that would change what a KEY is about. Layout within a signed block may be fixed: exactly where
/// the signed bytes stay the same.
fn without_signed(license: &License, fixes: Vec<Vec<Edit>>) -> Chosen {
    let guarded = guarded(license);
    let (mut kept, mut withheld) = (Vec::new(), 0);
    let mut of_block: BTreeMap<usize, Vec<Vec<Edit>>> = BTreeMap::new();
    for edits in fixes {
        let touched: Vec<usize> = edits.iter().flat_map(|edit| touching(&guarded, edit.span)).collect();
        match touched.as_slice() {
            [] => kept.push(edits),
            // A fix over several signed blocks is looked at as a whole by none of them.
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
        // Many in one block that cannot all stay: each costs a reading of the block, so their number is bounded.
        const TRIED: usize = 64;
        let fixes_of_block = fixes.len();
        let good: Vec<Vec<Edit>> = fixes.into_iter().take(TRIED).filter(|edits| keeps(edits)).collect();
        withheld += fixes_of_block - good.len();
        kept.extend(good);
    }
    chosen(kept, withheld)
}

/// The blocks with a KEY, and lost text in which one may stand, of which nothing can be proven.
fn guarded(license: &License) -> Vec<(Span, Option<Signed>)> {
    let good = license.features.iter();
    let good = good.filter_map(|feature| Some((feature.span, Some(signed_block(license, feature)?))));
    let lost = license.broken.iter().map(|broken| broken.span);
    let lost = lost.filter(|span| license.source.slice(*span).contains("KEY")).map(|span| (span, None));
    let mut all: Vec<(Span, Option<Signed>)> = good.chain(lost).collect();
    all.sort_by_key(|(span, _)| *span);
    all
}

/// Which of the spans an edit changes: those that it overlaps, or into which it inserts.
fn touching(guarded: &[(Span, Option<Signed>)], edit: Span) -> Vec<usize> {
    let first = guarded.partition_point(|(span, _)| span.end <= edit.start && span.end != edit.end);
    let rest = guarded.get(first..).unwrap_or_default().iter().zip(first..);
    rest.take_while(|((span, _), _)| span.start < edit.end.max(edit.start + 1)).map(|(_, at)| at).collect()
}

/// Whether a signed block says the same to its KEY after these edits.
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

/// The text after edits, which stand in order and apart.
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
