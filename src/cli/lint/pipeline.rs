//! Parallel reading and linting in batches, which limits memory use.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::{CliError, Exit, files, template};
use jiff::civil::Date;
use keywright_license::License;
use keywright_lint::{self as lint, CrossFileIndex, CrossFileMatch, FileFingerprints, Tally};
use keywright_report::escape::escape;
use keywright_report::lint::Entitled;
use keywright_syntax::diagnostic::{Diagnostic, Severity};
use keywright_syntax::source::{FileId, MAX_FILE_BYTES, SourceFile, Span};

use super::plan::{Input, Plan};
use super::repair::{self, Repair};
use super::{entitled, fix};
use crate::progress::Progress;

/// The result for a set of files.
pub(super) struct Done {
    pub(super) sources: Vec<Arc<SourceFile>>,
    pub(super) found: Vec<Diagnostic>,
    /// The grants of the files, if the format shows them.
    pub(super) entitled: Option<Entitled>,
    /// Number of all findings, including those not kept.
    pub(super) tally: Tally,
    pub(super) fixed: Vec<FixedFile>,
    /// Files that could not be read or fixed.
    pub(super) unread: Vec<(String, CliError)>,
    /// Notes about templates.
    pub(super) notes: Vec<String>,
    pub(super) fails: Severity,
    pub(super) exit: Exit,
    /// The places and codes of errors that make a part of a file unreadable.
    pub(super) unreadable: HashSet<(FileId, Span, &'static str)>,
}

/// A file after fixing, changed or not.
pub(super) struct FixedFile {
    pub(super) path: PathBuf,
    pub(super) old: Arc<SourceFile>,
    pub(super) new: Arc<SourceFile>,
    pub(super) report: fix::Report,
}

/// Splits the sets into batches of at most `MAX_FILE_BYTES`, unless a single set is larger.
pub(super) fn batches(sets: &[Vec<Input>]) -> Vec<&[Vec<Input>]> {
    /// Maximum number of sets in a batch, because small files may have many findings each.
    const MOST: usize = 256;
    let size = |set: &Vec<Input>| -> u64 {
        set.iter().filter_map(|input| fs::metadata(&input.path).ok()).map(|found| found.len()).sum()
    };
    let cap = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let (mut batches, mut first, mut bytes) = (Vec::new(), 0, 0);
    for (at, set) in sets.iter().enumerate() {
        let own = size(set);
        if at > first && (bytes + own > cap || at - first >= MOST) {
            batches.extend(sets.get(first..at));
            (first, bytes) = (at, 0);
        }
        bytes += own;
    }
    batches.extend(sets.get(first..).filter(|rest| !rest.is_empty()));
    batches
}

/// Processes a batch in parallel and returns the results in the order of the sets. Matches with files of earlier sets are
/// computed sequentially in between.
pub(super) fn batch(
    sets: &[Vec<Input>],
    plan: &Plan,
    across: &mut CrossFileIndex,
    progress: &Progress,
) -> Vec<Done> {
    let ready: Vec<FixedSet> = sets.par_iter().map(|set| FixedSet::new(set, plan)).collect();
    let elsewhere: Vec<Vec<CrossFileMatch>> = ready
        .iter()
        .map(|ready| ready.marks.iter().flat_map(|marks| across.check_and_add(marks)).collect())
        .collect();
    ready
        .into_par_iter()
        .zip(elsewhere)
        .map(|(ready, elsewhere)| {
            let files = ready.licenses.len() + ready.done.unread.len();
            let done = ready.lint(elsewhere, plan);
            progress.done(files);
            done
        })
        .collect()
}

/// A set of files that was read and fixed but not yet linted.
struct FixedSet {
    done: Done,
    licenses: Vec<License>,
    options: lint::Options,
    trust: Option<PathBuf>,
    /// Marks for comparison with other sets; empty if there is only one set.
    marks: Vec<FileFingerprints>,
}

impl FixedSet {
    fn new(set: &[Input], plan: &Plan) -> Self {
        let settings = set.first().map(|input| input.settings.clone()).unwrap_or_default();
        let mut options = plan.options(&settings);
        let mut done = Done {
            sources: Vec::new(),
            found: Vec::new(),
            entitled: None,
            tally: Tally::default(),
            fixed: Vec::new(),
            unread: Vec::new(),
            notes: Vec::new(),
            fails: settings.fail_level,
            exit: Exit::Success,
            unreadable: HashSet::new(),
        };
        let mut paths = Vec::new();
        let mut has_template = false;
        for input in set {
            match read(input, plan.at) {
                Ok(Read::License(source)) => {
                    done.sources.push(source);
                    paths.push(&input.path);
                }
                Ok(Read::Generated(source, note)) => {
                    done.sources.push(source);
                    done.notes.push(note);
                    has_template = true;
                }
                Ok(Read::Nothing(note)) => done.notes.push(note),
                Err(stop) => done.unread.push((files::display_name(&input.path), stop)),
            }
        }
        if has_template {
            // A template has no KEYs.
            options.levels.set(DRAFT, lint::Level::Allow).ok();
        }
        if let Some(mode) = plan.fixing.filter(|_| !has_template) {
            let store = settings.trust.as_ref().and_then(|directory| plan.stores.get(directory));
            let repairs = done.sources.iter().map(|source| repair::repair(source, store, plan.at, mode));
            let repairs: Vec<Repair> = repairs.collect();
            let sources: Vec<Arc<SourceFile>> =
                done.sources.iter().zip(&repairs).map(|(source, repair)| repair.result(source)).collect();
            match fix::fix(&sources, &options, mode) {
                Ok(fixes) => {
                    for (((path, old), (new, mut report)), repair) in
                        paths.iter().zip(&mut done.sources).zip(fixes).zip(repairs)
                    {
                        repair.count(&mut report);
                        let old = std::mem::replace(old, Arc::clone(&new));
                        done.fixed.push(FixedFile { path: (*path).clone(), old, new, report });
                    }
                }
                Err((name, unfixed)) => done.unread.push((name, unfixed.stop())),
            }
        }
        let licenses: Vec<License> =
            done.sources.iter().map(|source| files::parse_license(Arc::clone(source))).collect();
        let marks = if plan.sets.len() > 1 && !has_template {
            licenses.iter().map(FileFingerprints::new).collect()
        } else {
            Vec::new()
        };
        Self { done, licenses, options, trust: settings.trust, marks }
    }

    fn lint(self, elsewhere: Vec<CrossFileMatch>, plan: &Plan) -> Done {
        let Self { mut done, licenses, mut options, trust, .. } = self;
        let all: Vec<&License> = licenses.iter().collect();
        options.elsewhere = elsewhere;
        if let Some(store) = trust.as_ref().and_then(|directory| plan.stores.get(directory)) {
            options.keys = store.judge(&all, plan.at);
        }
        (done.found, done.tally) = lint::lint_counting(&all, &options);
        done.unreadable = unreadable(&all);
        done.entitled = plan.shows_entitled.then(|| entitled::of(&all, plan.at));
        done.exit = conclusion(&done.found, !done.unreadable.is_empty(), done.fails);
        done
    }
}

/// The rule about blocks without KEY.
const DRAFT: &str = "K002";

/// The content to lint for a file.
enum Read {
    License(Arc<SourceFile>),
    /// The license that a template generates, and a note about it.
    Generated(Arc<SourceFile>, String),
    /// A note about a template that generates nothing without values.
    Nothing(String),
}

fn read(input: &Input, today: Date) -> Result<Read, CliError> {
    let bytes = match &input.given {
        Some(given) => given.clone()?,
        None => files::read_license_file(&input.path)?,
    };
    let id = FileId(u32::try_from(input.id).unwrap_or(u32::MAX));
    let name = files::display_name(&input.path);
    if !template::is_template(&input.path, &bytes) {
        return Ok(Read::License(SourceFile::from_bytes(id, name, bytes)));
    }
    let shown = escape(&name).into_owned();
    Ok(match template::with_defaults(&input.path, &bytes, today)? {
        Some(text) => {
            let note = format!("note: {shown} is a template, linted with its default parameters");
            let source = SourceFile::from_bytes(id, format!("{name} (generated)"), text.into_bytes());
            Read::Generated(source, note)
        }
        None => Read::Nothing(format!(
            "note: {shown} is a template with required parameters and was not linted; lint a license that `keywright \
             new` generates from it"
        )),
    })
}

/// Returns the exit code: `No` for findings, `Unreadable` for text that could not be read as a license.
fn conclusion(found: &[Diagnostic], is_unreadable: bool, fails: Severity) -> Exit {
    let failing = found.iter().any(|diagnostic| diagnostic.severity >= fails);
    // Levels do not matter here: unreadable text was not linted.
    match (failing, is_unreadable) {
        (_, true) => Exit::Unreadable,
        (true, false) => Exit::Findings,
        (false, false) => Exit::Success,
    }
}

/// Returns the places and codes of errors that make text unreadable.
fn unreadable(licenses: &[&License]) -> HashSet<(FileId, Span, &'static str)> {
    let errors = licenses.iter().flat_map(|license| license.tree.errors());
    errors.filter(|error| error.is_error()).map(Diagnostic::order).collect()
}
