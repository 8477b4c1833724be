//! `keywright explain`: explains a rule or the cost of a feature.

use std::path::PathBuf;

use jiff::civil::Date;

use keywright_convert::Loss;
use keywright_lint::{RULES, Rule, UnknownSelector, rule};
use keywright_report::test_findings::test_rules;
use keywright_report::verify_rules::verify_rules;
use keywright_report::{rule_docs, rule_json};
use keywright_scenario::{CodePage, PAGES};

use super::explain_feature::{self, ExplainFormat};
use super::{CliError, Console, Exit};

/// Explain a lint rule or the cost of a feature
///
/// With a code or name of a rule or of a finding in a scenario file: the purpose of the rule, an example, a corrected example, and how to fix findings. With a
/// feature and license files: the licenses that one checkout draws from each pool, for each alternative, on a server
/// without other checkouts. With several features, as in `MyDraw:2,MyWrite`: how many of them can run at the same time
/// if they are checked out in turn, and which checkout is denied first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright explain D001\n  keywright explain dependency-cycle\n  \
    keywright explain --all\n  keywright explain MyDraw license.lic\n  \
    keywright explain MyDraw:2,MyWrite license.lic\n  \
    keywright explain --format json MyDraw license.lic")]
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
    /// Output format
    #[arg(long, value_enum, default_value_t = ExplainFormat::Human, value_name = "FORMAT")]
    format: ExplainFormat,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the rule or feature is unknown, a file cannot be read, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.subject {
        None => all(args.format, io),
        Some(code) if args.files.is_empty() => one(code, args.format, io),
        Some(feature) => {
            let question = explain_feature::Question {
                feature,
                files: &args.files,
                count: args.count.into(),
                at: args.at,
                format: args.format,
            };
            explain_feature::run(&question, io)
        }
    }
}

fn all(format: ExplainFormat, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if format == ExplainFormat::Json {
        return json(rule_json::all(), io);
    }
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

fn one(code: &str, format: ExplainFormat, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let page = Page::find(code).ok_or_else(|| unknown(code))?;
    if format == ExplainFormat::Json {
        return json(page.json(), io);
    }
    write!(io.stdout, "{}", page.text(io.width))?;
    Ok(Exit::Success)
}

/// The page of a code.
enum Page {
    Rule(&'static Rule),
    Loss(&'static Loss),
    Code(CodePage),
}

impl Page {
    fn find(code: &str) -> Option<Self> {
        let is_named = |page: &CodePage| {
            page.code.id.eq_ignore_ascii_case(code) || page.code.name.eq_ignore_ascii_case(code)
        };
        let found = rule(code).or_else(|| rule(&code.to_uppercase())).map(Self::Rule);
        // `verify` and `test` have rules of their own.
        let reported = verify_rules().into_iter().chain(test_rules()).map(CodePage::from);
        let mut pages = PAGES.iter().copied().chain(reported);
        found.or_else(|| Loss::find(code).map(Self::Loss)).or_else(|| pages.find(is_named).map(Self::Code))
    }

    fn text(&self, width: usize) -> String {
        match self {
            Self::Rule(rule) => rule_docs::terminal(rule, width),
            Self::Loss(loss) => keywright_convert::page(loss, width),
            Self::Code(page) => rule_docs::code_page(page, width),
        }
    }

    fn json(&self) -> serde_json::Result<String> {
        match self {
            Self::Rule(rule) => rule_json::rule(rule),
            Self::Loss(loss) => rule_json::loss(loss),
            Self::Code(page) => rule_json::code_page(page),
        }
    }
}

fn unknown(code: &str) -> CliError {
    let unknown = UnknownSelector::new(code);
    let help = match unknown.suggestion {
        Some(_) => unknown.help(),
        None => format!("{}; to explain a feature, add its license files", unknown.help()),
    };
    CliError::usage(unknown.to_string()).help(help)
}

fn json(text: serde_json::Result<String>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    io.stdout.write_all(text?.as_bytes())?;
    Ok(Exit::Success)
}
