//! `keywright test`: plays scenario files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;

use crate::diagnostic::Diagnostic;
use crate::report::escape::escape;
use crate::report::test::{TestReport, TestedFile};
use crate::report::{Sources, counted, test_human, test_json, test_junit};
use crate::resolve::Notice;
use crate::scenario::{self, Loaded, MAX_SCENARIO_BYTES, ScenarioFile};
use crate::source::{FileId, SourceFile};

use super::{Exit, Io, Stop, file, findings};

/// What the names of scenario files end in.
const SUFFIX: &str = ".scenarios.yaml";

/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

/// Prove that licenses do what they must: play scenario files
///
/// A scenario file says what checkouts take, when they are denied and what remains. Nothing is asked of a server: the
/// license's own text decides.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright test license.scenarios.yaml\n  keywright test licenses/\n  \
    keywright test --filter sharing licenses/\n  keywright test --update license.scenarios.yaml")]
pub struct Args {
    /// Scenario files, or folders to search for `*.scenarios.yaml`; `-` is standard input
    #[arg(required = true, value_name = "FILES|DIRS")]
    paths: Vec<PathBuf>,
    /// Only scenarios whose name contains this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write the actual values into the files; comments and layout stay
    #[arg(long)]
    update: bool,
    /// How results are shown
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
}

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a scenario, a table a failure
    Human,
    /// JSON, version 1
    Json,
    /// `JUnit` XML
    Junit,
}

/// Runs the command.
///
/// # Errors
/// When no scenario is found, or results cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let mut exit = Exit::Yes;
    let mut report = TestReport::default();
    for path in discover(&args.paths)? {
        match one(args, &path, report.files.len(), io) {
            Ok(Some(tested)) => report.files.push(tested),
            Ok(None) => {
                report.not_played += 1;
                exit = exit.worst(Exit::Unreadable);
            }
            Err(stop) => {
                report.not_played += 1;
                io.stop(&stop)?;
                exit = exit.worst(stop.exit);
            }
        }
    }
    if exit == Exit::Yes && report.files.iter().all(|file| file.results.is_empty()) {
        return Err(nothing(args));
    }
    report.files.retain(|file| !file.results.is_empty());
    let text = match args.format {
        Format::Human => test_human::render(&report, test_human::Style { color: io.color_out }),
        Format::Json => test_json::render(&report).map_err(|error| Stop::failure(error.to_string()))?,
        Format::Junit => test_junit::render(&report),
    };
    write!(io.stdout, "{text}")?;
    let (_, failed) = report.counts();
    Ok(if failed > 0 { exit.worst(Exit::No) } else { exit })
}

/// Nothing proven is no success.
fn nothing(args: &Args) -> Stop {
    match &args.filter {
        Some(filter) => Stop::usage(format!("no scenario has `{filter}` in its name")),
        None => Stop::usage("there is no scenario in these files"),
    }
}

/// The files to play: those named, and those below folders, each once.
fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for path in paths {
        let is_folder = !file::is_stdin(path) && fs::metadata(path).is_ok_and(|found| found.is_dir());
        let found = if is_folder { search(path)? } else { vec![path.clone()] };
        all.extend(found.into_iter().filter(|path| seen.insert(path.clone())));
    }
    if all.is_empty() {
        return Err(Stop::usage(format!("there is no `*{SUFFIX}` in these folders"))
            .help("name a scenario file, or a folder that has one"));
    }
    Ok(all)
}

/// Scenario files below a folder, in the order of their paths. Links to folders are not followed.
fn search(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let cannot = |error: &std::io::Error| {
            Stop::failure(format!(
                "cannot read the folder `{}`: {}",
                file::shown(&folder),
                file::reason(error)
            ))
        };
        for entry in fs::read_dir(&folder).map_err(|error| cannot(&error))? {
            let entry = entry.map_err(|error| cannot(&error))?;
            let kind = entry.file_type().map_err(|error| cannot(&error))?;
            if kind.is_dir() && depth < MAX_DEPTH {
                waiting.push((entry.path(), depth + 1));
            } else if !kind.is_dir() && entry.file_name().to_string_lossy().ends_with(SUFFIX) {
                found.insert(entry.path());
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Plays one file; `None` if it is no sound scenario file, which was said.
fn one(args: &Args, path: &Path, id: usize, io: &mut Io<'_>) -> Result<Option<TestedFile>, Stop> {
    let bytes = file::read_up_to(path, MAX_SCENARIO_BYTES, io)?;
    let id = FileId(u32::try_from(id).unwrap_or(u32::MAX));
    let source = SourceFile::from_bytes(id, file::shown(path), bytes);
    let (file, loaded) = match prepare(path, &source) {
        Ok(prepared) => prepared,
        Err(found) => {
            findings::show_in(&found, &Sources::new([&*source]), io)?;
            return Ok(None);
        }
    };
    say_not_modelled(&loaded, io)?;
    let filter = args.filter.as_deref().unwrap_or_default();
    let play = |file: &ScenarioFile| scenario::run(file, &loaded.model, |name| name.contains(filter));
    let results = play(&file);
    if args.update && results.iter().any(|result| !result.passed()) {
        return update(path, &source, &results, play, io).map(Some);
    }
    Ok(Some(TestedFile { source, results }))
}

fn prepare(path: &Path, source: &Arc<SourceFile>) -> Result<(ScenarioFile, Loaded), Vec<Diagnostic>> {
    let file = scenario::parse(source)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let loaded = scenario::load(&file, |relative| read_below(folder, relative))?;
    Ok((file, loaded))
}

/// Reads a license below a folder; a link that leads out of it is refused.
fn read_below(folder: &Path, relative: &str) -> Result<Arc<SourceFile>, String> {
    let path = folder.join(relative);
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| file::reason(&error));
    if !real(&path)?.starts_with(real(folder)?) {
        return Err("a link leads out of the folder".to_owned());
    }
    let bytes = file::read_file(&path, crate::source::MAX_FILE_BYTES).map_err(|stop| stop.message)?;
    Ok(SourceFile::from_bytes(FileId(0), file::shown(&path), bytes))
}

/// Says once what of the licenses the scenarios say nothing about.
fn say_not_modelled(loaded: &Loaded, io: &mut Io<'_>) -> Result<(), Stop> {
    let mut said = BTreeSet::new();
    for Notice { license, feature, directive, .. } in loaded.model.notices() {
        if said.insert((*license, *directive)) {
            let name = loaded.licenses.get(*license).map_or("", |license| license.source.name());
            io.say(&format!(
                "note: {directive} is not modelled, scenarios do as if it were not there (`{feature}` in {})",
                escape(name)
            ))?;
        }
    }
    Ok(())
}

/// Writes the actual values, and plays what is then written.
fn update(
    path: &Path,
    source: &Arc<SourceFile>,
    results: &[scenario::ScenarioResult],
    play: impl Fn(&ScenarioFile) -> Vec<scenario::ScenarioResult>,
    io: &mut Io<'_>,
) -> Result<TestedFile, Stop> {
    if file::is_stdin(path) {
        return Err(Stop::usage("`--update` needs a file to write to"));
    }
    let (text, left) = scenario::updated(source, results);
    let name = escape(source.name()).into_owned();
    let again = SourceFile::from_bytes(source.id(), source.name(), text.clone().into_bytes());
    let reread = scenario::parse(&again)
        .map_err(|_| Stop::failure(format!("the update of `{name}` would not read; nothing was written")))?;
    if text != source.text() {
        file::write(path, text.as_bytes())?;
        io.say(&format!("updated {name}"))?;
    }
    if left > 0 {
        let values = counted(left, "value");
        io.say(&format!("{values} in {name} left: no change of a value says what there was"))?;
    }
    Ok(TestedFile { results: play(&reread), source: again })
}
