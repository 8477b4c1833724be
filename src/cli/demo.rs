//! `keywright demo`: the complete workflow in its own directory, using the commands that a user would type.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keywright_report::escape::{escape, escape_lines};

use super::{CliError, Console, Exit, files};

/// Run the complete workflow in a temporary directory
///
/// Shows keys, a template, lint, sign, verify and scenarios. Needs no network and no configuration. Prints every
/// command, so that you can repeat it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright demo\n  keywright demo --keep tour")]
pub struct Args {
    /// Use this new directory and keep it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// One step: its title, the command, and the expected exit code.
struct Step {
    title: &'static str,
    /// The command; a change to a file is shown as the corresponding `sed` command.
    action: Action,
    expected: Exit,
}

enum Action {
    Run(&'static [&'static str]),
    /// Writes a file for the next command.
    Write(&'static str, &'static str),
    /// Prints a file.
    Show(&'static str),
    /// Replaces the first occurrence of a text in a file.
    Change(&'static str, &'static str, &'static str),
}

const LICENSE: &str = "mysolutions.lic";

const TOO_MANY: &str = "\
license: mysolutions.lic
scenarios:
  - name: five MyDraw at once
    steps:
      - { checkout: MyDraw, times: 4, consumes: 20 }
      - { checkout: MyDraw }
";

const STEPS: &[Step] = &[
    Step {
        title: "Create a signing key for the vendor and a trust store that contains it",
        action: Action::Run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]),
        expected: Exit::Success,
    },
    Step {
        title: "Create a license from a template: a pool of 20, and three features that draw on it",
        action: Action::Run(&["new", "pool", "-o", LICENSE]),
        expected: Exit::Success,
    },
    Step { title: "Show the license", action: Action::Show(LICENSE), expected: Exit::Success },
    Step { title: "Lint it", action: Action::Run(&["lint", LICENSE]), expected: Exit::Success },
    Step {
        title: "Sign it",
        action: Action::Run(&["sign", LICENSE, "--key", "ABC_Software.key.pem", "--in-place"]),
        expected: Exit::Success,
    },
    Step {
        title: "Verify it, as support would do",
        action: Action::Run(&["verify", LICENSE]),
        expected: Exit::Success,
    },
    Step {
        title: "Test it: the scenarios list checkouts and their expected results",
        action: Action::Run(&["test", "mysolutions.scenarios.yaml"]),
        expected: Exit::Success,
    },
    Step {
        title: "Write a scenario with one checkout too many: four MyDraw take all 20 licenses",
        action: Action::Write("too-many.scenarios.yaml", TOO_MANY),
        expected: Exit::Success,
    },
    Step {
        title: "The fifth checkout is expected to be granted, so the test fails and shows why it is denied",
        action: Action::Run(&["test", "too-many.scenarios.yaml"]),
        expected: Exit::Findings,
    },
    Step {
        title: "Change one character, as a customer might",
        action: Action::Change(LICENSE, "COUNT=20", "COUNT=90"),
        expected: Exit::Success,
    },
    Step {
        title: "Verify the changed license",
        action: Action::Run(&["verify", LICENSE]),
        expected: Exit::Findings,
    },
];

/// Runs the command.
///
/// # Errors
/// Returns an error if the directory cannot be created or a step ends with an unexpected exit code.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let temporary;
    let directory: &Path = match &args.keep {
        Some(directory) => {
            make(directory)?;
            directory
        }
        None => {
            let made = tempfile::Builder::new().prefix("keywright-demo-").tempdir();
            temporary = made.map_err(|error| {
                CliError::failure(format!(
                    "cannot create a temporary directory: {}",
                    files::io_reason(&error)
                ))
            })?;
            temporary.path()
        }
    };
    let program = std::env::current_exe().map_err(|error| {
        CliError::failure(format!("cannot find the keywright program: {}", files::io_reason(&error)))
    })?;
    for (number, step) in STEPS.iter().enumerate() {
        writeln!(io.stdout, "{}. {}", number + 1, step.title)?;
        play(step, &program, directory, io)?;
        writeln!(io.stdout)?;
    }
    match &args.keep {
        Some(directory) => {
            writeln!(io.stdout, "The files are in {}.", escape(&files::display_name(directory)))?;
        }
        None => writeln!(
            io.stdout,
            "The temporary directory was removed. `keywright demo --keep tour` keeps the files in `tour`."
        )?,
    }
    Ok(Exit::Success)
}

fn make(directory: &Path) -> Result<(), CliError> {
    fs::create_dir(directory).map_err(|error| {
        let stop = CliError::failure(format!(
            "cannot create `{}`: {}",
            files::display_name(directory),
            files::io_reason(&error)
        ));
        if directory.exists() { stop.help("give a directory that does not exist") } else { stop }
    })
}

fn play(step: &Step, program: &Path, directory: &Path, io: &mut Console<'_>) -> Result<(), CliError> {
    match step.action {
        Action::Run(args) => {
            writeln!(io.stdout, "   $ keywright {}", args.join(" "))?;
            let (code, output) = call(program, directory, args)?;
            indent(&output, io)?;
            if code != Some(i32::from(step.expected.code())) {
                let ended = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
                return Err(CliError::failure(format!(
                    "unexpected result of `keywright {}`: {ended}",
                    args.join(" ")
                ))
                .help("this is a bug in keywright, please report it"));
            }
        }
        Action::Write(name, content) => {
            writeln!(io.stdout, "   $ cat > {name} <<'END'")?;
            indent(content, io)?;
            writeln!(io.stdout, "   END")?;
            files::write(&directory.join(name), content.as_bytes())?;
        }
        Action::Show(name) => {
            writeln!(io.stdout, "   $ cat {name}")?;
            indent(&escape_lines(&text_of(&directory.join(name))?), io)?;
        }
        Action::Change(name, from, to) => {
            writeln!(io.stdout, "   $ sed -i 's/{from}/{to}/' {name}")?;
            let path = directory.join(name);
            files::write(&path, text_of(&path)?.replacen(from, to, 1).as_bytes())?;
        }
    }
    Ok(())
}

fn text_of(path: &Path) -> Result<String, CliError> {
    let bytes = files::read_file(path, keywright_syntax::source::MAX_FILE_BYTES)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs the program in the directory. Returns its exit code and its output, standard output first.
fn call(program: &Path, directory: &Path, args: &[&str]) -> Result<(Option<i32>, String), CliError> {
    let failed = |error: &std::io::Error| {
        CliError::failure(format!("cannot run the keywright program: {}", files::io_reason(error)))
    };
    let output = Command::new(program)
        .args(args.iter().map(OsStr::new))
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.code(), text(&output.stdout) + &text(&output.stderr)))
}

fn indent(text: &str, io: &mut Console<'_>) -> Result<(), CliError> {
    for line in text.lines() {
        writeln!(io.stdout, "{}", format_args!("   {line}").to_string().trim_end())?;
    }
    Ok(())
}
