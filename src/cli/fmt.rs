//! `keywright fmt`: the canonical layout, verified on every run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keywright_license as license;
use keywright_report::Sources;
use keywright_report::escape::escape;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::SourceFile;
use keywright_syntax::{self as syntax, Block, Tree, Unproven};
use keywright_verify::{Digest, Payload};

use super::{CliError, Console, Exit, files, lint, print, template, text_diff};

/// Format license files
///
/// Changes only spaces, line breaks and quotes; never the order, names, values or comments. The result is parsed again
/// and compared with the input, so signatures remain valid. Directories are searched as by `lint`. Templates are left
/// unchanged.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright fmt license.lic\n  keywright fmt --check licenses/\n  \
    keywright fmt - < license.lic > canonical.lic")]
pub struct Args {
    /// License files and directories to search; `-` formats standard input to standard output
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Exit with 1 and list the files that would change, without writing them
    #[arg(long)]
    check: bool,
    /// Exit with 1 and show the changes, without writing them
    #[arg(long)]
    diff: bool,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read or written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    let found = lint::search::search(&args.files);
    for fault in &found.faults {
        io.error(fault)?;
        exit = exit.worst(fault.exit);
    }
    for (id, path) in found.paths.iter().enumerate() {
        exit = exit.worst(match one(args, path, id, io) {
            Ok(exit) => exit,
            Err(stop) => {
                io.error(&stop)?;
                stop.exit
            }
        });
    }
    Ok(exit)
}

fn one(args: &Args, path: &Path, id: usize, io: &mut Console<'_>) -> Result<Exit, CliError> {
    // A large file is in memory twice, so its model is not built.
    let before = files::source(path, id, io)?;
    let old = before.text();
    if template::is_template(path, old.as_bytes()) {
        if files::is_stdin(path) && !(args.check || args.diff) {
            io.stdout.write_all(old.as_bytes())?;
        }
        let name = files::display_name(path);
        io.note(&format!("note: {} is a template and was not formatted", escape(&name)))?;
        return Ok(Exit::Success);
    }
    let tree = syntax::parse(Arc::clone(&before));
    let text = match license::format(&tree) {
        Ok(text) => text,
        Err(Unproven::Unreadable) => return unreadable(&tree, io),
        Err(Unproven::TooLarge) => {
            return Err(CliError::failure(format!(
                "`{}` would exceed the maximum file size when formatted",
                files::display_name(path)
            ))
            .help("split the file; nothing was written"));
        }
        Err(Unproven::Changed) => return Err(changed(path)),
    };
    let signed = payloads(&tree);
    drop(tree);
    let after = SourceFile::new(before.name(), text);
    if signed != payloads(&syntax::parse(Arc::clone(&after))) {
        return Err(changed(path));
    }
    let text = after.text();
    let same = text == old;
    match (args.check || args.diff, files::is_stdin(path)) {
        (true, _) if same => return Ok(Exit::Success),
        (true, _) => would_change(args, path, old, text, io)?,
        (false, true) => io.stdout.write_all(text.as_bytes())?,
        (false, false) if same => {}
        (false, false) => {
            files::write(path, text.as_bytes())?;
            io.note(&format!("formatted {}", escape(&files::display_name(path))))?;
        }
    }
    Ok(if args.check || args.diff { Exit::Findings } else { Exit::Success })
}

fn changed(path: &Path) -> CliError {
    CliError::failure(format!("formatting `{}` would change its meaning", files::display_name(path)))
        .help("nothing was written; this is a bug in keywright, please report it with the file")
}

/// Returns what is signed of each block, in file order.
fn payloads(tree: &Tree) -> Vec<Digest> {
    let payload = |block: &Block| {
        Payload::new(tree.source().slice(block.name), license::records(tree.source(), block)).digest()
    };
    tree.blocks().map(|(_, block)| payload(block)).collect()
}

fn unreadable(tree: &Tree, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let errors: Vec<Diagnostic> = tree.errors().iter().filter(|found| found.is_error()).cloned().collect();
    print::show_in(&errors, &Sources::new([&**tree.source()]), io)?;
    io.note(&format!("{} was not formatted because of errors", escape(tree.source().name())))?;
    Ok(Exit::Unreadable)
}

fn would_change(
    args: &Args,
    path: &Path,
    old: &str,
    new: &str,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let name = files::display_name(path);
    if !args.diff {
        writeln!(io.stdout, "{}", escape(&name))?;
        return Ok(());
    }
    text_diff::show(&name, old, new, io)
}
