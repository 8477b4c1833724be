//! The command line. Each subcommand has a module with an `Args` struct and a function that returns the exit code,
//! callable without a process.
mod atomic_file;
mod candidates;
pub mod capacity;
pub mod catalog;
pub mod completions;
pub mod config;
pub mod context;
pub mod convert;
pub mod customer;
mod day;
pub mod demo;
pub mod diff;
mod entitled_set;
pub mod error;
pub mod explain;
pub mod explain_feature;
pub mod files;
pub mod fmt;
pub mod format;
pub mod graph;
pub mod issue;
pub mod keys;
mod license_set;
mod licenses;
pub mod lint;
mod local_time;
pub mod log;
mod log_answers;
pub mod log_args;
pub mod man;
pub mod merge;
pub mod new;
pub mod passphrase;
pub mod payload;
#[cfg(feature = "pkcs11")]
mod pkcs11;
pub mod print;
pub mod process;
mod progress;
pub mod project;
mod provenance;
mod publish;
pub mod revoke;
mod scenario_paths;
mod search;
pub mod sign;
pub mod signer;
pub mod simulate;
mod template;
pub mod test;
pub mod text_diff;
pub mod timeline;
pub mod trust;
pub mod trust_args;
pub mod verify;
mod watch;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};

use keywright_report::escape::{escape, escape_lines};

pub use context::Console;
pub use day::parse_day;
pub use error::{CliError, Exit};

/// Write, lint, test, sign and verify license files for token-based licensing
#[derive(Debug, Parser)]
#[command(name = "keywright", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 success, 1 check failed, 2 usage, 3 unreadable, 4 not in force, 5 policy, 6 failure.\n\
    A file name of `-` means standard input. To see the complete workflow, run `keywright demo`."
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Control when coloured output is used
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    color: Color,
    /// Print only errors on stderr
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print more detail
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// Configuration file [default: the nearest `keywright.toml` in or above the directory of each file]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Use of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always, also in files and pipes
    Always,
    /// Never
    Never,
}

impl Color {
    fn on(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Lint(lint::Args),
    Explain(explain::Args),
    New(new::Args),
    Convert(convert::Args),
    // Boxed: its arguments are twice as large as those of any other command.
    Issue(Box<issue::Args>),
    Log(log::Args),
    Customer(customer::Args),
    Catalog(catalog::Args),
    Fmt(fmt::Args),
    Keys(keys::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Payload(payload::Args),
    Test(test::Args),
    Simulate(simulate::Args),
    Capacity(capacity::Args),
    Diff(diff::Args),
    Merge(merge::Args),
    Graph(graph::Args),
    Timeline(timeline::Args),
    Revoke(revoke::Args),
    Trust(trust::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    fn run(&self, global: &Global, io: &mut Console<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Demo(args) => demo::run(args, io),
            Self::Lint(args) => lint::run(args, global.config.as_deref(), io),
            Self::Explain(args) => explain::run(args, io),
            Self::New(args) => new::run(args, io),
            Self::Convert(args) => convert::run(args, io),
            Self::Issue(args) => issue::run(args, io),
            Self::Log(args) => log::run(args, io),
            Self::Customer(args) => customer::run(args, io),
            Self::Catalog(args) => catalog::run(args, io),
            Self::Fmt(args) => fmt::run(args, io),
            Self::Keys(args) => keys::run(args, io),
            Self::Sign(args) => sign::run(args, global.config.as_deref(), io),
            Self::Verify(args) => verify::run(args, global.config.as_deref(), io),
            Self::Payload(args) => payload::run(args, io),
            Self::Test(args) => test::run(args, global.config.as_deref(), io),
            Self::Simulate(args) => simulate::run(args, io),
            Self::Diff(args) => diff::run(args, io),
            Self::Merge(args) => merge::run(args, io),
            Self::Capacity(args) => capacity::run(args, io),
            Self::Graph(args) => graph::run(args, io),
            Self::Timeline(args) => timeline::run(args, io),
            Self::Revoke(args) => revoke::run(args, io),
            Self::Trust(args) => trust::run(args, io),
            Self::Completions(args) => completions::run(args, io),
            Self::Man(args) => man::run(args, definition(), io),
        }
    }
}

/// Returns the definition of the command line, for completions and manual pages.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Runs the program on the streams of the process.
#[must_use]
pub fn main() -> Exit {
    if candidates::complete(&std::env::args_os().collect::<Vec<_>>(), Cli::command) {
        return Exit::Success;
    }
    let terminal = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
    let mut stdout = std::io::BufWriter::new(context::Pipe(std::io::stdout()));
    let mut io = Console {
        stdin: &mut std::io::stdin(),
        stdout: &mut stdout,
        stderr: &mut context::Pipe(std::io::stderr()),
        color_out: terminal.0,
        color_err: terminal.1,
        quiet: false,
        verbose: 0,
        width: terminal_width(),
        config: None,
        today: local_time::now().date(),
        interactive: terminal.1 && std::io::stdin().is_terminal(),
    };
    let exit = run(std::env::args_os(), &mut io);
    match io.stdout.flush() {
        Ok(()) => exit,
        Err(error) => {
            io.error(&CliError::from(error)).ok();
            exit.worst(Exit::Failure)
        }
    }
}

/// Runs one command line; the first argument is the program's name. On entry, the colour flags of `io` mean that the
/// stream is a terminal.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>, io: &mut Console<'_>) -> Exit {
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return explain_usage(&error, &args, io),
    };
    io.color_out = cli.global.color.on(io.color_out);
    io.color_err = cli.global.color.on(io.color_err);
    io.quiet = cli.global.quiet;
    io.verbose = cli.global.verbose;
    io.config.clone_from(&cli.global.config);
    cli.command.run(&cli.global, io).unwrap_or_else(|stop| {
        // If stderr fails, the exit code remains.
        io.error(&stop).ok();
        stop.exit
    })
}

/// Prints help and version on stdout, which is success, and usage errors on stderr.
///
/// Clap's messages repeat arguments verbatim, including line breaks. So arguments that escaping changes are parsed again
/// for their message. If escaping makes them valid, the original message is printed on one line.
fn explain_usage(error: &clap::Error, args: &[OsString], io: &mut Console<'_>) -> Exit {
    let shown: Vec<OsString> =
        args.iter().map(|arg| escape(&arg.to_string_lossy()).into_owned().into()).collect();
    let text = match (shown != args).then(|| Cli::try_parse_from(&shown)) {
        None => escape_lines(&error.render().to_string()).into_owned(),
        Some(Err(again)) => escape_lines(&again.render().to_string()).into_owned(),
        Some(Ok(_)) => format!("{}\n", escape(error.render().to_string().trim_end())),
    };
    let (stream, exit): (&mut dyn Write, Exit) =
        if error.use_stderr() { (&mut *io.stderr, Exit::Usage) } else { (&mut *io.stdout, Exit::Success) };
    match write!(stream, "{text}") {
        Ok(()) => exit,
        Err(_) => exit.worst(Exit::Failure),
    }
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100_usize).clamp(40, 120)
}

#[cfg(test)]
mod tests {
    fn without_examples(command: &clap::Command, before: &str, found: &mut Vec<String>) {
        let name = format!("{before} {}", command.get_name());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if !help.contains("Example") {
            found.push(name.clone());
        }
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            without_examples(sub, &name, found);
        }
    }

    #[test]
    fn every_command_has_examples() {
        let definition = super::definition();
        let mut found = Vec::new();
        for command in definition.get_subcommands().filter(|sub| sub.get_name() != "help") {
            without_examples(command, "keywright", &mut found);
        }
        assert_eq!(found, Vec::<String>::new());
    }
}
