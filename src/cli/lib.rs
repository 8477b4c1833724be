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
mod deferred;
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
use deferred::Deferred;
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

/// The commands, each with the first line of its description.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the complete workflow in a temporary directory
    Demo(Deferred<demo::Args>),
    /// Check license files for errors and likely mistakes
    Lint(Deferred<lint::Args>),
    /// Explain a lint rule or the cost of a feature
    Explain(Deferred<explain::Args>),
    /// Create a license and its test scenarios from a template
    New(Deferred<new::Args>),
    /// Convert license files of FlexNet or RLM, or XML templates of LM-X's generator
    // Not deferred, because clap would put the global options before its section `Ambiguous sources`.
    Convert(Box<convert::Args>),
    /// Issue signed licenses for orders
    Issue(Deferred<issue::Args>),
    /// Query the issue log
    Log(Deferred<log::Args>),
    /// Show what a customer owns: licenses, their states, and usable totals
    Customer(Deferred<customer::Args>),
    /// Check changes of the product catalogue
    Catalog(Deferred<catalog::Args>),
    /// Format license files
    Fmt(Deferred<fmt::Args>),
    /// Manage signing keys and the trust store
    Keys(Deferred<keys::Args>),
    /// Sign every block of a license file
    Sign(Deferred<sign::Args>),
    /// Verify the signatures of license files
    Verify(Deferred<verify::Args>),
    /// Print the signed bytes of a block
    Payload(Deferred<payload::Args>),
    /// Test licenses against scenario files
    Test(Deferred<test::Args>),
    /// Simulate a license server interactively
    Simulate(Deferred<simulate::Args>),
    /// Show how many checkouts can run at the same time
    Capacity(Deferred<capacity::Args>),
    /// Compare what two licenses grant
    Diff(Deferred<diff::Args>),
    /// Merge the license files of several purchases
    Merge(Deferred<merge::Args>),
    /// Draw the features of licenses: tokens, pools and dependencies
    Graph(Deferred<graph::Args>),
    /// Show what licenses grant over time
    Timeline(Deferred<timeline::Args>),
    /// Revoke blocks, sets or keys in a signed list
    Revoke(Deferred<revoke::Args>),
    /// Publish, install and extend trust stores
    Trust(Deferred<trust::Args>),
    /// Generate shell completions
    Completions(Deferred<completions::Args>),
    /// Generate manual pages
    Man(Deferred<man::Args>),
}

impl Command {
    fn run(&self, global: &Global, io: &mut Console<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Demo(Deferred(args)) => demo::run(args, io),
            Self::Lint(Deferred(args)) => lint::run(args, global.config.as_deref(), io),
            Self::Explain(Deferred(args)) => explain::run(args, io),
            Self::New(Deferred(args)) => new::run(args, io),
            Self::Convert(args) => convert::run(args, io),
            Self::Issue(Deferred(args)) => issue::run(args, io),
            Self::Log(Deferred(args)) => log::run(args, io),
            Self::Customer(Deferred(args)) => customer::run(args, io),
            Self::Catalog(Deferred(args)) => catalog::run(args, io),
            Self::Fmt(Deferred(args)) => fmt::run(args, io),
            Self::Keys(Deferred(args)) => keys::run(args, io),
            Self::Sign(Deferred(args)) => sign::run(args, global.config.as_deref(), io),
            Self::Verify(Deferred(args)) => verify::run(args, global.config.as_deref(), io),
            Self::Payload(Deferred(args)) => payload::run(args, io),
            Self::Test(Deferred(args)) => test::run(args, global.config.as_deref(), io),
            Self::Simulate(Deferred(args)) => simulate::run(args, io),
            Self::Diff(Deferred(args)) => diff::run(args, io),
            Self::Merge(Deferred(args)) => merge::run(args, io),
            Self::Capacity(Deferred(args)) => capacity::run(args, io),
            Self::Graph(Deferred(args)) => graph::run(args, io),
            Self::Timeline(Deferred(args)) => timeline::run(args, io),
            Self::Revoke(Deferred(args)) => revoke::run(args, io),
            Self::Trust(Deferred(args)) => trust::run(args, io),
            Self::Completions(Deferred(args)) => completions::run(args, io),
            Self::Man(Deferred(args)) => man::run(args, &definition(), io),
        }
    }
}

/// Returns the complete definition of the command line, for completions and manual pages.
#[must_use]
pub fn definition() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// Runs the program on the streams of the process.
#[must_use]
pub fn main() -> Exit {
    if candidates::complete(&std::env::args_os().collect::<Vec<_>>(), definition) {
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
    fn descriptions_before_and_after_definition_agree() {
        let before = <super::Cli as clap::CommandFactory>::command();
        let after = super::definition();
        for command in before.get_subcommands() {
            let defined = after.find_subcommand(command.get_name()).and_then(clap::Command::get_about);
            assert!(command.get_about().is_some(), "{}", command.get_name());
            assert_eq!(
                command.get_about().map(ToString::to_string),
                defined.map(ToString::to_string),
                "{}",
                command.get_name()
            );
        }
    }

    fn assert_global_options_last(command: &clap::Command) {
        let headings = command.get_arguments().map(clap::Arg::get_help_heading);
        let mut rest = headings.skip_while(|heading| *heading != Some("Global options")).flatten();
        assert!(rest.all(|heading| heading == "Global options"), "{}", command.get_name());
        command.get_subcommands().for_each(assert_global_options_last);
    }

    #[test]
    fn global_options_are_last_in_every_help() {
        super::definition().get_subcommands().for_each(assert_global_options_last);
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
