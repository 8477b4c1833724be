//! `keywright capacity`: how many checkouts can run at the same time, and which mixes are denied.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_analysis::capacity::{Capacity, Hosts, Pairs};
use keywright_report::capacity::{self as report, Analysed};
use keywright_report::escape::escape;
use keywright_syntax::diagnostic::nearest;

use super::licenses::Licenses;
use super::{CliError, Console, Exit, files};

/// Show how many checkouts can run at the same time
///
/// For each feature, shows how many checkouts can run at once, and how many licenses one more needs. For each pair of
/// features, shows how many of the second can run with each number of the first. Then lists the smallest mixes that are
/// denied, with an order and the reason, and the pools. If a feature has alternatives, the order of the checkouts can
/// matter: `always` counts what is granted in every order, `sometimes` what is granted in some order.
///
/// Each checkout is one license of any version, by a different user on a different host. Each file is a separate
/// license; with `--together`, all files form one license.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright capacity license.lic\n  \
    keywright capacity --pair MyDraw,MyWrite --at 2027-01-01 license.lic\n  \
    keywright capacity --together base.lic addon.lic\n  \
    keywright capacity --format svg license.lic > capacity.svg")]
pub struct Args {
    /// License files; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Treat all files as one license
    #[arg(long)]
    together: bool,
    /// Day instead of today
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Show only this pair of features; can be repeated
    #[arg(long, value_name = "A,B")]
    pair: Vec<String>,
    /// All users work on one host, so that SHARE=HOST applies
    #[arg(long)]
    same_host: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = CapacityFormat::Human, value_name = "FORMAT")]
    format: CapacityFormat,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CapacityFormat {
    /// Tables
    Human,
    /// JSON, version 1; one document for each license
    Json,
    /// One CSV table
    Csv,
    /// A step chart for each pair
    Svg,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read, a pair is invalid, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    files::refuse_stdin_twice(&args.files)?;
    let sets: Vec<&[PathBuf]> =
        if args.together { vec![&args.files] } else { args.files.chunks(1).collect() };
    if sets.len() > 1 && matches!(args.format, CapacityFormat::Csv | CapacityFormat::Svg) {
        return Err(CliError::usage("this format supports only one license")
            .help("give one file, or use `--together` if the files form one license"));
    }
    let pairs = pairs(&args.pair)?;
    let mut exit = Exit::Success;
    for (at, set) in sets.iter().enumerate() {
        if at > 0 && args.format == CapacityFormat::Human {
            writeln!(io.stdout)?;
        }
        exit = exit.worst(one(args, set, &pairs, io)?);
    }
    Ok(exit)
}

/// Analyses one license.
fn one(args: &Args, paths: &[PathBuf], pairs: &Pairs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let at = args.at.unwrap_or(io.today);
    let licenses = Licenses::read(paths, at, io)?;
    let has_errors = licenses.show_errors(io)?;
    licenses.note_dates(at, io)?;
    if let Pairs::Some(pairs) = pairs {
        for name in pairs.iter().flat_map(|(first, second)| [first, second]) {
            check_name(&licenses, name)?;
        }
    }
    let hosts = if args.same_host { Hosts::Same } else { Hosts::Different };
    let capacity = Capacity::of(&licenses.model, &licenses.by_vendor(), at, hosts, pairs);
    let names: Vec<String> = paths.iter().map(|path| files::display_name(path)).collect();
    let analysed = Analysed {
        files: &names.join(", "),
        capacity: &capacity,
        asked: match pairs {
            Pairs::Some(asked) => Some(asked),
            Pairs::All => None,
        },
        with_pools: io.verbose > 0,
    };
    let text = match args.format {
        CapacityFormat::Human => report::human(&analysed, io.width, io.verbose > 0),
        CapacityFormat::Json => report::json(&analysed)?,
        CapacityFormat::Csv => report::csv(&analysed),
        CapacityFormat::Svg => report::svg(&analysed),
    };
    io.stdout.write_all(text.as_bytes())?;
    if has_errors {
        io.note("note: blocks with errors are omitted from the result")?;
        return Ok(Exit::Findings);
    }
    Ok(Exit::Success)
}

/// Parses the values of `--pair`.
fn pairs(texts: &[String]) -> Result<Pairs, CliError> {
    if texts.is_empty() {
        return Ok(Pairs::All);
    }
    let pair = |text: &String| match text.split(',').map(str::trim).collect::<Vec<_>>().as_slice() {
        [first, second] if first == second => Err(CliError::usage(format!("`{text}` is not a pair"))
            .help("name two different features; the result for a single feature is always shown")),
        [first, second] if !first.is_empty() && !second.is_empty() => {
            Ok(((*first).to_owned(), (*second).to_owned()))
        }
        _ => Err(CliError::usage(format!("invalid pair `{text}`"))
            .help("write two features with a comma between them: `--pair MyDraw,MyWrite`")),
    };
    Ok(Pairs::Some(texts.iter().map(pair).collect::<Result<_, _>>()?))
}

fn check_name(licenses: &Licenses, name: &str) -> Result<(), CliError> {
    if licenses.model.name(name).is_some() {
        return Ok(());
    }
    let known = licenses.model.names().map(|(_, text)| text);
    let stop = CliError::usage(format!("unknown feature `{}` in `--pair`", escape(name)));
    Err(match nearest(name, known) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop.help("the features are listed without `--pair`"),
    })
}
