//! `keywright test`: runs scenario files.

mod args;
mod coverage;
mod discover;
mod run;
mod template;
mod watch;

use std::collections::BTreeSet;
use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex};

use keywright_report::escape::escape;
use keywright_report::lint::github::Github;
use keywright_report::lint::sarif::Sarif;
use keywright_report::test::{NotPlayed, TestReport, TestedFile};
use keywright_report::test_findings::{self, test_rules};
use keywright_report::{
    Sources, counted, statement_csv, statement_human, statement_json, test_human, test_json, test_junit,
};
use keywright_resolve::Notice;
use keywright_scenario::{self as scenario, Loaded, Rows};
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::SourceFile;

use super::config::Configs;
use super::progress::Progress;
use super::{CliError, Console, Exit, files, print};

pub use args::Args;

use args::{StatementForm, TestFormat};
use discover::discover;
use run::{FileResult, Played, RunContext, play_all};

/// Runs the command.
///
/// # Errors
/// Returns an error if there is no scenario, or if results cannot be written.
pub fn run(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let once = |io: &mut Console<'_>| once(args, config, io);
    if args.watch { watch::run(args, config, once, io) } else { once(io) }
}

fn once(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let paths = discover(&args.paths)?;
    let configs = Mutex::new(Configs::new(config)?);
    let filter = args.filter.as_deref().unwrap_or_default();
    let mut report = TestReport::default();
    let progress = Progress::new(paths.len(), "files", io.interactive && !io.quiet);
    let rows = rows(args);
    let works = play_all(&paths, filter, &RunContext { configs, today: io.today, rows }, &progress, io);
    drop(progress);
    let (mut played, mut exit) = collect(works, &mut report, io)?;
    for one in &mut played {
        let updated = (args.update && !one.passed).then(|| update(one, filter, rows, io)).transpose();
        report.files.push(match updated {
            Ok(updated) => updated.unwrap_or_else(|| as_is(one)),
            // A file that cannot be written does not prevent writing the others.
            Err(stop) => {
                io.error(&stop)?;
                exit = exit.worst(stop.exit);
                as_is(one)
            }
        });
    }
    if exit == Exit::Success && report.files.iter().all(|file| file.results.is_empty()) {
        return Err(nothing(args));
    }
    report.files.retain(|file| !file.results.is_empty());
    if args.coverage {
        report.coverage = coverage::cover(&played);
        report.least = args.fail_under;
    }
    if args.mutate {
        report.mutation = coverage::mutate(&played, filter);
    }
    drop(played);
    show(args, &report, io)?;
    if let Some(least) = report.least
        && report.coverage.iter().any(|covered| covered.is_below(least))
    {
        io.note(&format!("coverage is below {least} %"))?;
        exit = exit.worst(Exit::Findings);
    }
    let survived = report.mutation.iter().any(|mutated| !mutated.is_complete());
    let (_, failed) = report.counts();
    Ok(if failed > 0 || survived { exit.worst(Exit::Findings) } else { exit })
}

/// The rows that the report shows.
fn rows(args: &Args) -> Rows {
    if args.format == TestFormat::Json { Rows::All } else { Rows::Failed }
}

/// Returns the results of a file that is not updated, without copying them.
fn as_is(played: &mut Played) -> TestedFile {
    TestedFile {
        source: played.source.clone(),
        results: mem::take(&mut played.results),
        warnings: mem::take(&mut played.file.warnings),
    }
}

/// Returns the files that were run, and reports the errors of the others.
fn collect(
    works: Vec<FileResult>,
    report: &mut TestReport,
    io: &mut Console<'_>,
) -> Result<(Vec<Played>, Exit), CliError> {
    let mut exit = Exit::Success;
    let mut all = Vec::new();
    for work in works {
        match work {
            FileResult::Played(played) => {
                if !io.quiet {
                    print::show_in(&played.file.warnings, &Sources::new([&*played.source]), io)?;
                }
                say_not_modelled(&played.loaded, io)?;
                all.push(*played);
                continue;
            }
            FileResult::Unsound(source, found, why) => {
                print::show_in(&found, &Sources::new([&*source]), io)?;
                exit = exit.worst(why);
                report.not_played.push(not_played(source, found));
            }
            FileResult::Unread(path, stop) => {
                io.error(&stop)?;
                exit = exit.worst(stop.exit);
                report.not_played.push(NotPlayed {
                    file: files::display_name(&path),
                    line: None,
                    message: stop.message,
                    invalid: None,
                });
            }
        }
    }
    Ok((all, exit))
}

/// Returns the first error of an invalid file, for reports.
fn not_played(source: Arc<SourceFile>, found: Vec<Diagnostic>) -> NotPlayed {
    let first = found.iter().find(|found| found.is_error()).or(found.first());
    NotPlayed {
        file: source.name().to_owned(),
        line: first.map(|found| source.position(found.primary.span.start as usize).line),
        message: first.map(|found| found.message.clone()).unwrap_or_default(),
        invalid: Some((source, found)),
    }
}

fn show(args: &Args, report: &TestReport, io: &mut Console<'_>) -> Result<(), CliError> {
    let human = test_human::TestStyle { color: io.color_out };
    let text = match (args.statement, args.format) {
        (Some(StatementForm::Csv), _) => statement_csv::render(report),
        (Some(StatementForm::Json), _) => statement_json::render(report)?,
        (Some(StatementForm::Table), _) => {
            format!("{}\n{}", statement_human::render(report), test_human::render(report, human))
        }
        (None, TestFormat::Human) => test_human::render(report, human),
        (None, TestFormat::Json) => test_json::render(report)?,
        (None, TestFormat::Junit) => test_junit::render(report),
        (None, TestFormat::Sarif) => test_findings::render(report, &mut Sarif::new("test", test_rules())),
        (None, TestFormat::Github) => test_findings::render(report, &mut Github),
    };
    write!(io.stdout, "{text}")?;
    Ok(())
}

/// The error for a run without any scenario.
fn nothing(args: &Args) -> CliError {
    match &args.filter {
        Some(filter) => CliError::usage(format!("no scenario name contains `{filter}`")),
        None => CliError::usage("no scenario in these files"),
    }
}

/// Prints one note for each directive that the resolver does not model.
fn say_not_modelled(loaded: &Loaded, io: &mut Console<'_>) -> Result<(), CliError> {
    let mut reported = BTreeSet::new();
    for Notice { license, feature, directive, .. } in loaded.model.notices() {
        if reported.insert((*license, *directive)) {
            let name = loaded.licenses.get(*license).map_or("", |license| license.source.name());
            io.note(&format!(
                "note: {directive} is ignored, because scenarios do not model it (`{feature}` in {})",
                escape(name)
            ))?;
        }
    }
    Ok(())
}

/// Writes the actual values and runs the updated file.
fn update(played: &Played, filter: &str, rows: Rows, io: &mut Console<'_>) -> Result<TestedFile, CliError> {
    let Played { path, source, results, loaded, .. } = played;
    if files::is_stdin(path) {
        return Err(CliError::usage("`--update` cannot write to standard input"));
    }
    if played.is_rendered {
        let name = escape(source.name()).into_owned();
        return Err(CliError::usage(format!("cannot update the scenarios of a template: `{name}`"))
            .help("edit the template instead"));
    }
    let (text, left) = scenario::updated(source, results);
    let name = escape(source.name()).into_owned();
    let again = SourceFile::from_bytes(source.id(), source.name(), text.clone().into_bytes());
    let reread = scenario::parse(&again).map_err(|_| {
        CliError::failure(format!("updating `{name}` would make it invalid; nothing was written"))
    })?;
    if text != source.text() {
        files::write(path, text.as_bytes())?;
        io.note(&format!("updated {name}"))?;
    }
    if left > 0 {
        let values = counted(left, "value");
        io.note(&format!("{values} in {name} not updated: correct them by hand"))?;
    }
    let results = scenario::run(&reread, &loaded.model, |name| name.contains(filter), rows);
    Ok(TestedFile { results, source: again, warnings: reread.warnings })
}
