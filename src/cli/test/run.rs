//! Reads scenario files and their licenses and runs them in parallel.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::config::Configs;
use crate::progress::Progress;
use crate::{CliError, Console, Exit, files, scenario_paths};
use keywright_files::output::directory_of;
use keywright_lint as lint;
use keywright_resolve::CoveragePoint;
use keywright_scenario::{
    self as scenario, LicenseError, Loaded, MAX_SCENARIO_BYTES, Rows, ScenarioFile, ScenarioResult,
};
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{FileId, SourceFile};

use super::template::{self, Rendered};

/// A file that was run.
pub(super) struct Played {
    pub(super) path: PathBuf,
    pub(super) source: Arc<SourceFile>,
    pub(super) file: ScenarioFile,
    pub(super) loaded: Loaded,
    pub(super) results: Vec<ScenarioResult>,
    /// True if every scenario passed.
    pub(super) passed: bool,
    pub(super) seen: BTreeSet<CoveragePoint>,
    /// True if a template rendered the text.
    pub(super) is_rendered: bool,
}

/// Settings for all files of a run.
pub(super) struct RunContext {
    pub(super) configs: Mutex<Configs>,
    pub(super) today: Date,
    /// The rows that the report shows.
    pub(super) rows: Rows,
}

/// The result of a file.
pub(super) enum FileResult {
    Played(Box<Played>),
    /// The scenario file or one of its licenses has errors; the exit code of the command.
    Unsound(Arc<SourceFile>, Vec<Diagnostic>, Exit),
    /// The file cannot be read.
    Unread(PathBuf, CliError),
}

/// Reads and runs all files. Results are in the order of the files.
pub(super) fn play_all(
    paths: &[PathBuf],
    filter: &str,
    house: &RunContext,
    progress: &Progress,
    io: &mut Console<'_>,
) -> Vec<FileResult> {
    // Standard input is read once, before the threads start.
    let stdin = paths.iter().any(|path| files::is_stdin(path));
    let stdin = stdin.then(|| files::read_up_to(Path::new("-"), MAX_SCENARIO_BYTES, io));
    let read = |path: &Path| match &stdin {
        Some(read) if files::is_stdin(path) => read.clone(),
        _ => files::read_file(path, MAX_SCENARIO_BYTES),
    };
    let all = paths.par_iter().enumerate();
    all.map(|(index, path)| {
        let work = match read(path) {
            Ok(bytes) => play_one(path, index, bytes, filter, house),
            Err(stop) => FileResult::Unread(path.clone(), stop),
        };
        progress.done(1);
        work
    })
    .collect()
}

fn play_one(path: &Path, index: usize, bytes: Vec<u8>, filter: &str, house: &RunContext) -> FileResult {
    let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
    let rendered = template::beside(path).map(|license| template::render(&license, house.today)).transpose();
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(stop) => return FileResult::Unread(path.to_owned(), stop),
    };
    let bytes = rendered.as_ref().map_or(bytes, |rendered| rendered.scenarios.clone().into_bytes());
    let source = SourceFile::from_bytes(id, files::display_name(path), bytes);
    match prepare(path, &source, rendered.as_ref(), house) {
        Err(Refused::Found(found, exit)) => FileResult::Unsound(source, found, exit),
        Err(Refused::CliError(stop)) => FileResult::Unread(path.to_owned(), *stop),
        Ok((file, loaded)) => {
            let (results, seen) =
                scenario::observe(&file, &loaded.model, |name| name.contains(filter), house.rows);
            FileResult::Played(Box::new(Played {
                path: path.to_owned(),
                source,
                file,
                loaded,
                passed: results.iter().all(ScenarioResult::passed),
                results,
                seen,
                is_rendered: rendered.is_some(),
            }))
        }
    }
}

/// The reason why a file is not run: findings, or an invalid configuration.
enum Refused {
    Found(Vec<Diagnostic>, Exit),
    CliError(Box<CliError>),
}

fn prepare(
    path: &Path,
    source: &Arc<SourceFile>,
    rendered: Option<&Rendered>,
    house: &RunContext,
) -> Result<(ScenarioFile, Loaded), Refused> {
    let file = scenario::parse(source).map_err(|found| Refused::Found(found, Exit::Unreadable))?;
    let directory = directory_of(path);
    let lint = match file.licenses.first() {
        // Licenses of one scenario file are linted together, with the configuration of the first.
        Some(first) => lint_options(&config_path(directory, &first.value), house)
            .map_err(|stop| Refused::CliError(Box::new(stop)))?,
        None => lint::Options::at(Date::MIN),
    };
    // A missing license has the same exit code as a missing scenario file.
    let mut exit = Exit::Unreadable;
    let loaded = scenario::load(
        &file,
        |relative| {
            if let (Some(rendered), true) = (rendered, file.licenses.iter().any(|it| it.value == relative)) {
                let name = files::display_name(&directory.join(relative));
                return Ok(SourceFile::new(name, rendered.license.as_str()));
            }
            read_license(directory, relative).map_err(|(error, why)| {
                exit = exit.worst(why);
                error
            })
        },
        Some(lint),
    );
    match loaded {
        Ok(loaded) => Ok((file, loaded)),
        Err(found) => Err(Refused::Found(found, exit)),
    }
}

/// The lint options for a license. The caller sets the day.
fn lint_options(license: &Path, house: &RunContext) -> Result<lint::Options, CliError> {
    let mut configs = house.configs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let settings = configs.settings(license)?;
    Ok(lint::Options { levels: settings.levels, policy: settings.policy, ..lint::Options::at(Date::MIN) })
}

/// Returns the path that determines the configuration: that of the license, if it is in the project.
fn config_path(directory: &Path, relative: &str) -> PathBuf {
    scenario_paths::resolve(directory, relative).unwrap_or_else(|_| directory.join("license.lic"))
}

/// Reads a license that a scenario file in a directory names.
fn read_license(directory: &Path, relative: &str) -> Result<Arc<SourceFile>, (LicenseError, Exit)> {
    let path = scenario_paths::resolve(directory, relative).map_err(|error| {
        let exit = if error == LicenseError::Outside { Exit::Unreadable } else { Exit::Failure };
        (error, exit)
    })?;
    let bytes = files::read_file(&path, keywright_syntax::source::MAX_FILE_BYTES);
    let bytes = bytes.map_err(|stop| (LicenseError::Unreadable(stop.message), stop.exit))?;
    Ok(SourceFile::from_bytes(FileId(0), files::display_name(&path), bytes))
}
