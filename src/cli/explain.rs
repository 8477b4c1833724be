//! `keywright explain`: explains a rule or the cost of a feature.

use std::path::PathBuf;

use jiff::civil::Date;

use keywright_convert::Loss;
use keywright_lint::{RULES, Rule, UnknownSelector, rule};
use keywright_report::rule_docs;
use keywright_scenario::PAGES;

use super::{CliError, Console, Exit, explain_feature};

/// Explain a lint rule or the cost of a feature
///
/// With a code or name of a rule or of a finding in a scenario file: the purpose of the rule, an example, a corrected example, and how to fix findings. With a
/// feature and license files: the licenses that one checkout draws from each pool, for each alternative, on a server
/// without other checkouts. With several features, as in `MyDraw:2,MyWrite`: how many of them can run at the same time
/// if they are checked out in turn, and which checkout is denied first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright explain D001\n  keywright explain dependency-cycle\n  \
    keywright explain --all\n  keywright explain MyDraw license.lic\n  \
    keywright explain MyDraw:2,MyWrite license.lic")]
pub struct Args {
    /// Rule code or name; with files, one or more features
    #[arg(value_name = "CODE|FEATURE|MIX", required_unless_present = "all", conflicts_with = "all")]
    subject: Option<String>,
    /// License files, treated as one license; `-` is standard input
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    /// List all rules; with `-v`, show all pages
    #[arg(long)]
    all: bool,
    /// Number of licenses in one checkout
    #[arg(long, value_name = "N", default_value_t = 1, requires = "files",
          value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Day of the checkout instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day, requires = "files")]
    at: Option<Date>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the rule or feature is unknown, a file cannot be read, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.subject {
        None => all(io),
        Some(code) if args.files.is_empty() => one(code, io),
        Some(feature) => {
            let question = explain_feature::Question {
                feature,
                files: &args.files,
                count: args.count.into(),
                at: args.at,
            };
            explain_feature::run(&question, io)
        }
    }
}

fn all(io: &mut Console<'_>) -> Result<Exit, CliError> {
    if io.verbose == 0 {
        write!(io.stdout, "{}{}", rule_docs::table(), rule_docs::code_table(&PAGES))?;
        return Ok(Exit::Success);
    }
    for (at, rule) in RULES.iter().enumerate() {
        let line = if at == 0 { "" } else { "\n\n" };
        write!(io.stdout, "{line}{}", rule_docs::terminal(rule, io.width))?;
    }
    Ok(Exit::Success)
}

fn one(code: &str, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let found: Option<&Rule> = rule(code).or_else(|| rule(&code.to_uppercase()));
    let Some(found) = found else {
        if let Some(loss) = Loss::find(code) {
            write!(io.stdout, "{}", keywright_convert::page(loss, io.width))?;
            return Ok(Exit::Success);
        }
        if let Some(page) = PAGES
            .iter()
            .find(|page| page.code.id.eq_ignore_ascii_case(code) || page.code.name.eq_ignore_ascii_case(code))
        {
            write!(io.stdout, "{}", rule_docs::code_page(page, io.width))?;
            return Ok(Exit::Success);
        }
        let unknown = UnknownSelector::new(code);
        let help = match unknown.suggestion {
            Some(_) => unknown.help(),
            None => format!("{}; to explain a feature, add its license files", unknown.help()),
        };
        return Err(CliError::usage(unknown.to_string()).help(help));
    };
    write!(io.stdout, "{}", rule_docs::terminal(found, io.width))?;
    Ok(Exit::Success)
}
