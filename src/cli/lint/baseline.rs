//! `--baseline` and `--write-baseline`: findings that are known and accepted.

use std::path::{Path, PathBuf};

use keywright_lint::Tally;
use keywright_report::lint::baseline::{Baseline, BaselineOutcome, NewBaseline};
use keywright_report::{Sources, counted};
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::MAX_FILE_BYTES;

use crate::{CliError, Console, Exit, files};

use super::args::Args;
use super::pipeline::Done;

/// The baseline of a run.
pub(super) enum Known {
    /// There is none.
    Unused,
    /// Its findings are hidden.
    Old(Baseline),
    /// The findings of the run are written to this file.
    New(NewBaseline, PathBuf),
}

impl Known {
    /// Reads the baseline, or checks that the new one can replace the file.
    pub(super) fn read(args: &Args, io: &mut Console<'_>) -> Result<Self, CliError> {
        if let Some(path) = &args.write_baseline {
            if path.exists() && !Baseline::has_version(&text(path, io)?) {
                return Err(CliError::usage(format!("`{}` exists and is not a baseline", name(path)))
                    .help("give another file, or remove this one"));
            }
            return Ok(Self::New(NewBaseline::default(), path.clone()));
        }
        let Some(path) = &args.baseline else { return Ok(Self::Unused) };
        if !path.exists() {
            return Err(CliError::usage(format!("baseline `{}` not found", name(path)))
                .help(format!("write it with `--write-baseline {}`", name(path))));
        }
        let baseline = Baseline::parse(&text(path, io)?).map_err(|why| {
            CliError::usage(format!("`{}` cannot be used as baseline: {why}", name(path)))
                .help(format!("write it again with `--write-baseline {}`", name(path)))
        })?;
        Ok(Self::Old(baseline))
    }

    /// Takes the known findings out of a result.
    ///
    /// DECISION: an error that makes a file unreadable stays.
    pub(super) fn apply(&mut self, done: &mut Done) {
        let Done { found, sources, unreadable, .. } = done;
        let sources = Sources::new(sources.iter().map(|source| &**source));
        let is_shown = |found: &Diagnostic| unreadable.contains(&found.order());
        let hidden = match self {
            Self::Unused => return,
            Self::Old(baseline) => baseline.hide(found, &sources, is_shown),
            Self::New(new, _) => {
                new.add(found, &sources, is_shown);
                found.extract_if(.., |found| !is_shown(found)).collect()
            }
        };
        done.tally.remove(Tally::count(&hidden));
        if done.exit == Exit::Findings && !done.found.iter().any(|found| found.severity >= done.fails) {
            done.exit = Exit::Success;
        }
    }

    /// Returns the number of known findings.
    pub(super) fn outcome(&self) -> Option<BaselineOutcome> {
        match self {
            Self::Old(baseline) => Some(baseline.outcome()),
            Self::Unused | Self::New(..) => None,
        }
    }

    /// Writes the new baseline, unless a file could not be read: its findings would be missing.
    pub(super) fn write(self, is_complete: bool, io: &mut Console<'_>) -> Result<(), CliError> {
        let Self::New(new, path) = self else { return Ok(()) };
        if !is_complete {
            io.note("the baseline was not written, because a file could not be read")?;
            return Ok(());
        }
        files::write(&path, new.text().as_bytes())?;
        let name = keywright_report::escape::escape(&name(&path)).into_owned();
        Ok(io.note(&format!("wrote {} to the baseline {name}", counted(new.count(), "finding")))?)
    }
}

/// Describes the known findings in one line.
pub(super) fn line(known: BaselineOutcome) -> String {
    let hidden = format!("{} of the baseline hidden", counted(known.hidden, "finding"));
    match known.gone {
        0 => hidden,
        gone => {
            let verb = if gone == 1 { "occurs" } else { "occur" };
            format!("{hidden}; {gone} no longer {verb}: write the baseline again with `--write-baseline`")
        }
    }
}

fn text(path: &Path, io: &mut Console<'_>) -> Result<String, CliError> {
    let bytes = files::read_up_to(path, MAX_FILE_BYTES, io)?;
    String::from_utf8(bytes).map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", name(path))))
}

fn name(path: &Path) -> String {
    files::display_name(path)
}
