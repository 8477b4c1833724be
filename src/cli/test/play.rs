//! Reads scenario files with their licenses and plays them, several at a time.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::{Exit, Io, Stop, file};
use crate::diagnostic::Diagnostic;
use crate::resolve::Sight;
use crate::scenario::{self, Loaded, MAX_SCENARIO_BYTES, ScenarioFile, ScenarioResult};
use crate::source::{FileId, SourceFile};

/// A file that was played.
pub(super) struct Played {
    pub(super) path: PathBuf,
    pub(super) source: Arc<SourceFile>,
    pub(super) file: ScenarioFile,
    pub(super) loaded: Loaded,
    pub(super) results: Vec<ScenarioResult>,
    pub(super) seen: BTreeSet<Sight>,
}

/// What came of a file.
pub(super) enum Work {
    Played(Box<Played>),
    /// It is no sound scenario file, or a license of it is not: with what the command then ends.
    Unsound(Arc<SourceFile>, Vec<Diagnostic>, Exit),
    /// It cannot be read.
    Unread(PathBuf, Stop),
}

/// Reads and plays all files; results stand in the order of the files.
pub(super) fn play_all(paths: &[PathBuf], filter: &str, io: &mut Io<'_>) -> Vec<Work> {
    // Standard input can be read by one thread only, and is named once.
    let stdin = paths.iter().any(|path| file::is_stdin(path));
    let stdin = stdin.then(|| file::read_up_to(Path::new("-"), MAX_SCENARIO_BYTES, io));
    let read = |path: &Path| match &stdin {
        Some(read) if file::is_stdin(path) => read.clone(),
        _ => file::read_file(path, MAX_SCENARIO_BYTES),
    };
    let all = paths.par_iter().enumerate();
    all.map(|(index, path)| match read(path) {
        Ok(bytes) => play_one(path, index, bytes, filter),
        Err(stop) => Work::Unread(path.clone(), stop),
    })
    .collect()
}

fn play_one(path: &Path, index: usize, bytes: Vec<u8>, filter: &str) -> Work {
    let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
    let source = SourceFile::from_bytes(id, file::shown(path), bytes);
    match prepare(path, &source) {
        Err((found, exit)) => Work::Unsound(source, found, exit),
        Ok((file, loaded)) => {
            let (results, seen) = scenario::observe(&file, &loaded.model, |name| name.contains(filter));
            Work::Played(Box::new(Played { path: path.to_owned(), source, file, loaded, results, seen }))
        }
    }
}

type Refused = (Vec<Diagnostic>, Exit);

fn prepare(path: &Path, source: &Arc<SourceFile>) -> Result<(ScenarioFile, Loaded), Refused> {
    let file = scenario::parse(source).map_err(|found| (found, Exit::Unreadable))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A license that is not there is the same failure as a scenario file that is not there.
    let mut exit = Exit::Unreadable;
    let loaded = scenario::load(&file, |relative| {
        read_below(folder, relative).map_err(|stop| {
            exit = exit.worst(stop.exit);
            stop.message
        })
    });
    match loaded {
        Ok(loaded) => Ok((file, loaded)),
        Err(found) => Err((found, exit)),
    }
}

/// Reads a license below a folder; a link that leads out of it is refused.
fn read_below(folder: &Path, relative: &str) -> Result<Arc<SourceFile>, Stop> {
    let path = folder.join(relative);
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| Stop::failure(file::reason(&error)));
    if !real(&path)?.starts_with(real(folder)?) {
        return Err(Stop::new(Exit::Unreadable, "a link leads out of the folder"));
    }
    let bytes = file::read_file(&path, crate::source::MAX_FILE_BYTES)?;
    Ok(SourceFile::from_bytes(FileId(0), file::shown(&path), bytes))
}
