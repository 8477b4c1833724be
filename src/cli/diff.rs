//! `keywright diff`: what a customer gains and loses with other licenses.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_analysis::Difference;
use keywright_report::difference::{self as report, Compared};

use super::licenses::Licenses;
use super::{CliError, Console, Exit, files, license_set};

/// Compare what two licenses grant
///
/// Shows what the customer loses, and what changes, with the new license: numbers at once, costs, mixes, sequences of
/// checkouts that would be denied, and directives, on the day and on all later days on which a block begins or ends. The
/// exit code is 1 if the customer can do less in any respect, or if keywright cannot prove that nothing is lost.
///
/// OLD and NEW are license files, directories with `*.lic` files, patterns in quotes such as `'licenses/*.lic'`, or files in a
/// git repository: `git:REV:PATH`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright diff old.lic new.lic\n  keywright diff git:HEAD:acme.lic acme.lic\n  \
    keywright diff --at 2027-01-01 --format markdown old/ new/\n  \
    git config diff.keywright.command 'keywright diff --driver'"
)]
pub struct Args {
    /// The licenses that the customer has
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The licenses that the customer would have instead
    #[arg(value_name = "NEW", required_unless_present = "driver")]
    new: Option<PathBuf>,
    #[arg(hide = true, requires = "driver")]
    more: Vec<PathBuf>,
    /// First day to compare instead of today
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Human, value_name = "FORMAT")]
    format: DiffFormat,
    /// Run as the external diff driver of git, which passes its own arguments; exit with 0 also if something is lost
    #[arg(long)]
    driver: bool,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// Text
    Human,
    /// JSON, version 1
    Json,
    /// Markdown, for a comment on a pull request
    Markdown,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if !args.driver {
        let new = args.new.as_deref().unwrap_or(&args.old);
        files::refuse_stdin_twice(&[args.old.clone(), new.to_owned()])?;
        return compare(
            args,
            [&args.old, new],
            [&files::display_name(&args.old), &files::display_name(new)],
            io,
        );
    }
    // Git passes: path, old file, old hash, old mode, new file, new hash, new mode. Of a path with conflicts, only the path.
    let path = files::display_name(&args.old);
    match (&args.new, args.more.as_slice()) {
        (None, _) => {
            io.note(&format!(
                "{}: not compared, because it has conflicts",
                keywright_report::escape::escape(&path)
            ))?;
            Ok(Exit::Success)
        }
        (Some(old), [_, _, new, ..]) => {
            let names = [format!("a/{path}"), format!("b/{path}")];
            let [before, after] = &names;
            compare(args, [old, new], [before, after], io)?;
            Ok(Exit::Success)
        }
        (Some(_), _) => Err(CliError::usage("`--driver` needs the seven arguments that git passes")
            .help("set `diff.keywright.command` to `keywright diff --driver`")),
    }
}

fn compare(args: &Args, sets: [&Path; 2], names: [&str; 2], io: &mut Console<'_>) -> Result<Exit, CliError> {
    let [old, new] = sets;
    let (old, new) = (license_set::read(old, io)?, license_set::read(new, io)?);
    let at = args.at.unwrap_or(io.today);
    let (old, new) = (Licenses::unlinted(old, at), Licenses::unlinted(new, at));
    let has_errors = old.show_errors(io)? | new.show_errors(io)?;
    if let (Some(note), Some(_)) = (new.out_of_force(at), old.out_of_force(at)) {
        io.note(&note)?;
    }
    let difference = Difference::between(old.set(), new.set(), at);
    let [old_name, new_name] = names;
    let compared = Compared { old: old_name, new: new_name, difference: &difference };
    let text = match args.format {
        DiffFormat::Human => report::human(&compared),
        DiffFormat::Json => report::json(&compared)?,
        DiffFormat::Markdown => report::markdown(&compared),
    };
    io.stdout.write_all(text.as_bytes())?;
    if has_errors {
        io.note("note: blocks with errors are not compared")?;
    }
    Ok(if difference.lost || has_errors { Exit::Findings } else { Exit::Success })
}
