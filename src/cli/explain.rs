//! `keywright explain`: the page of a rule; what a feature costs.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::license::License;
use crate::lint::{RULES, Rule, UnknownSelector, rule};
use crate::report::escape::escape;
use crate::report::{counted, rule_page};
use crate::resolve::{Event, Failure, Model, Outcome, Request, State, Symbols};

use super::{Exit, Io, Stop, file};

/// Explain a rule, or what a checkout of a feature costs
///
/// With a code or name: what the rule finds, why, an example of it and one without, and what to do. With a feature and
/// files: what one checkout draws from which pool, by which alternatives, from an empty server.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright explain D001\n  keywright explain dependency-cycle\n  \
    keywright explain --all\n  keywright explain MyDraw license.lic")]
pub struct Args {
    /// A rule's code or name; with files: a feature
    #[arg(value_name = "CODE|FEATURE", required_unless_present = "all", conflicts_with = "all")]
    subject: Option<String>,
    /// License files, taken together; `-` is standard input
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    /// List all rules; with `-v`, all pages
    #[arg(long)]
    all: bool,
    /// How many licenses of the feature are checked out at once
    #[arg(long, value_name = "N", default_value_t = 1, requires = "files",
          value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// The day on which it is checked out, instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day, requires = "files")]
    at: Option<Date>,
}

/// Runs the command.
///
/// # Errors
/// When the rule or the feature is unknown, a file cannot be read, or the page cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    match &args.subject {
        None => all(io),
        Some(code) if args.files.is_empty() => one(code, io),
        Some(feature) => cost(feature, args, io),
    }
}

fn all(io: &mut Io<'_>) -> Result<Exit, Stop> {
    if io.verbose == 0 {
        write!(io.stdout, "{}", rule_page::table())?;
        return Ok(Exit::Yes);
    }
    for (at, rule) in RULES.iter().enumerate() {
        let line = if at == 0 { "" } else { "\n\n" };
        write!(io.stdout, "{line}{}", rule_page::terminal(rule, io.width))?;
    }
    Ok(Exit::Yes)
}

fn one(code: &str, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let found: Option<&Rule> = rule(code).or_else(|| rule(&code.to_uppercase()));
    let Some(found) = found else {
        let unknown = UnknownSelector::new(code);
        let help = match unknown.meant {
            Some(_) => unknown.help(),
            None => format!("{}; for a feature, name its license files as well", unknown.help()),
        };
        return Err(Stop::usage(unknown.to_string()).help(help));
    };
    write!(io.stdout, "{}", rule_page::terminal(found, io.width))?;
    Ok(Exit::Yes)
}

fn cost(feature: &str, args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let mut licenses = Vec::new();
    for (id, path) in args.files.iter().enumerate() {
        licenses.push(License::read(file::source(path, id, io)?));
    }
    if licenses.iter().any(License::has_errors) {
        let help = "`keywright lint` says what is wrong";
        return Err(Stop::new(Exit::Unreadable, "the license has errors").help(help));
    }
    let model = Model::compile(&licenses)
        .map_err(|error| Stop::new(Exit::No, error.to_string()).help("`keywright lint` shows where"))?;
    let Some(name) = model.name(feature) else {
        let known = crate::diagnostic::nearest(feature, model.names().map(|(_, name)| name));
        let help = known
            .map_or_else(|| "no block has this name".to_owned(), |name| format!("did you mean `{name}`?"));
        return Err(Stop::new(Exit::No, format!("there is no feature `{feature}`")).help(help));
    };
    let day = args.at.unwrap_or(io.today);
    let mut state = State::new(&model, day.at(0, 0, 0, 0));
    let request = Request { count: args.count.into(), ..Request::one(Some(name)) };
    let granted = match model.cost(&mut state, &request) {
        Ok(draws) => {
            writeln!(io.stdout, "one checkout of {} {} on {day} draws", args.count, escape(feature))?;
            for (block, licenses) in draws {
                writeln!(io.stdout, "  {licenses} × {}", model.label(block))?;
            }
            true
        }
        Err(Outcome::Failed(failure)) => return Err(undecided(failure)),
        Err(_) => {
            writeln!(io.stdout, "one checkout of {} {} on {day} is denied", args.count, escape(feature))?;
            false
        }
    };
    let Some(explanation) = model.explain(&mut state, &Event::Checkout(request)) else {
        return Err(undecided(Failure::Budget));
    };
    writeln!(io.stdout, "\nas the blocks are tried")?;
    for line in explanation.lines(&model, &Symbols::default()) {
        writeln!(io.stdout, "  {}", escape(&line))?;
    }
    if granted {
        at_once(&model, &mut state, request, io)?;
    }
    for notice in model.notices() {
        let (directive, block) = (notice.directive, escape(notice.feature.as_str()));
        io.say(&format!("note: {directive} of {block} is not modelled here"))?;
    }
    Ok(if granted { Exit::Yes } else { Exit::No })
}

/// How often it can be checked out before it is denied.
fn at_once(model: &Model, state: &mut State, request: Request, io: &mut Io<'_>) -> Result<(), Stop> {
    /// Most checkouts that are tried: what fits more often is never short of licenses in practice.
    const MOST: usize = 10_000;
    let mut fit = 0;
    while fit < MOST && matches!(model.apply(state, &Event::Checkout(request)), Outcome::Granted(_)) {
        fit += 1;
    }
    let more = if fit == MOST { "at least " } else { "" };
    writeln!(io.stdout, "\n{more}{} at once, if nothing else runs", counted(fit, "such checkout"))?;
    Ok(())
}

fn undecided(failure: Failure) -> Stop {
    Stop::new(Exit::Failure, failure.words()).help("there are too many alternatives to try them all")
}
