//! `keywright lint`: checks license files.

mod args;
mod baseline;
mod entitled;
mod fix;
mod keys;
mod levels;
mod output;
mod pipeline;
mod plan;
mod repair;
pub(super) mod search;
mod watch;

use std::path::Path;

use keywright_lint as lint;

use super::{CliError, Console, Exit, files};

pub use args::{Args, LintFormat};
pub use levels::LevelArgs;

use baseline::Known;
use plan::Plan;

/// Runs the command. `config` is the configuration file given on the command line.
///
/// # Errors
/// Returns an error if an option or a configuration is invalid, or if results cannot be written.
pub fn run(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    args.check()?;
    let once = |io: &mut Console<'_>| once(args, config, io);
    if args.watch { watch::run(args, config, once, io) } else { once(io) }
}

/// Runs once over all files.
fn once(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let plan = Plan::new(args, config, io)?;
    let mut known = Known::read(args, io)?;
    let mut show = output::Show::new(args, io)?;
    let mut exit = Exit::Success;
    for fault in &plan.faults {
        exit = exit.worst(show.unread(fault, None, io)?);
    }
    let progress = super::progress::Progress::new(plan.files(), "files", io.interactive && !io.quiet);
    let mut across = lint::CrossFileIndex::default();
    for batch in pipeline::batches(&plan.sets) {
        let mut all = pipeline::batch(batch, &plan, &mut across, &progress);
        all.iter_mut().for_each(|done| known.apply(done));
        exit = progress.aside(|| {
            all.iter().try_fold(exit, |exit, done| {
                Ok::<_, CliError>(exit.worst(finish(args, done, &mut show, io)?))
            })
        })?;
    }
    drop(progress);
    let is_complete = show.end(known.outcome(), io)?;
    known.write(is_complete, io)?;
    Ok(exit)
}

/// Writes the fixes and shows the findings of one set of files.
fn finish(
    args: &Args,
    done: &pipeline::Done,
    show: &mut output::Show,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    for note in &done.notes {
        io.note(note)?;
    }
    for (name, stop) in &done.unread {
        exit = exit.worst(show.unread(stop, Some(name), io)?);
    }
    for fixed in &done.fixed {
        exit = exit.worst(match write(args, fixed, io) {
            Ok(exit) => exit,
            Err(stop) => show.unread(&stop, Some(fixed.old.name()), io)?,
        });
    }
    if args.diff {
        show.count(done);
        return Ok(exit);
    }
    show.part(done, io)?;
    Ok(exit.worst(done.exit))
}

/// Writes or shows the fixes of one file.
fn write(args: &Args, fixed: &pipeline::FixedFile, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let changed = fixed.old.text() != fixed.new.text();
    let mut exit = Exit::Success;
    if args.diff {
        if changed {
            super::text_diff::show(fixed.old.name(), fixed.old.text(), fixed.new.text(), io)?;
            exit = Exit::Findings;
        }
    } else if files::is_stdin(&fixed.path) {
        if fixed.new.fault().is_some() {
            return Err(CliError::new(
                Exit::Unreadable,
                "standard input is not valid UTF-8; nothing was written",
            )
            .help("the findings show the place; unreadable text cannot be written back"));
        }
        io.stdout.write_all(fixed.new.text().as_bytes())?;
    } else if changed {
        files::write(&fixed.path, fixed.new.text().as_bytes())?;
    }
    output::fixed(fixed, args.diff, io)?;
    Ok(exit)
}
