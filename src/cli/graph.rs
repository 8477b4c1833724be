//! `keywright graph`: a picture of features, pools and dependencies.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use keywright_analysis::FeatureGraph;
use keywright_analysis::graph::{Fault, PlacedFault};
use keywright_license::License;
use keywright_lint as lint;
use keywright_report::escape::escape;
use keywright_report::graph::{self as report, Pictured};
use keywright_syntax::diagnostic::{Diagnostic, nearest};

use super::licenses::Licenses;
use super::{CliError, Console, Exit, files};

/// Draw the features of licenses: tokens, pools and dependencies
///
/// Lines lead from each token to what it draws on, and show the number of licenses for one checkout. Alternatives are
/// dashed and numbered in the order in which they are tried. Pools are larger if they have more licenses. Features with SHARE have
/// a frame. Lint errors are red. A picture with more than 60 features is grouped by pools.
///
/// All files form one license.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright graph license.lic > license.svg\n  \
    keywright graph --feature MyDraw --format mermaid license.lic\n  \
    keywright graph --format dot license.lic | dot -Tpdf > license.pdf")]
pub struct Args {
    /// License files; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Day instead of today, for the numbers of licenses
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Show only this feature, what it draws on, and what draws on it
    #[arg(long, value_name = "FEATURE")]
    feature: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg, value_name = "FORMAT")]
    format: GraphFormat,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// A picture
    Svg,
    /// The language of Graphviz
    Dot,
    /// The language of Mermaid, for Markdown
    Mermaid,
    /// JSON, version 1
    Json,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read, the feature is unknown, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    files::refuse_stdin_twice(&args.files)?;
    let at = args.at.unwrap_or(io.today);
    let licenses = Licenses::read(&args.files, at, io)?;
    let has_errors = licenses.show_errors(io)?;
    licenses.note_dates(at, io)?;
    let all: Vec<&License> = licenses.licenses.iter().collect();
    let found = lint::lint(&all, &lint::Options::at(at));
    let is_shown = |found: &&Diagnostic| found.is_error() || STARVING.contains(&found.code.id);
    let faults: Vec<PlacedFault> = found.iter().filter(is_shown).map(placed).collect();
    let whole = FeatureGraph::of(&all, &licenses.model, at, &faults);
    let graph = match &args.feature {
        Some(feature) => whole.around(feature).ok_or_else(|| unknown(&whole, feature))?,
        None => whole,
    };
    let names: Vec<String> = args.files.iter().map(|path| files::display_name(path)).collect();
    let pictured = Pictured { files: &names.join(", "), graph: &graph };
    let text = match args.format {
        GraphFormat::Svg => report::svg(&pictured),
        GraphFormat::Dot => report::dot(&pictured),
        GraphFormat::Mermaid => report::mermaid(&pictured),
        GraphFormat::Json => report::json(&pictured)?,
    };
    io.stdout.write_all(text.as_bytes())?;
    Ok(if has_errors { Exit::Findings } else { Exit::Success })
}

/// Warnings that are drawn like errors: features that never run, and alternatives that are never taken.
const STARVING: [&str; 2] = ["C001", "C002"];

/// Converts a finding to a fault with its places. The other places of a warning are not at fault.
fn placed(found: &Diagnostic) -> PlacedFault {
    let related = found.related.iter().filter(|_| found.is_error());
    let labels = std::iter::once(&found.primary).chain(related);
    PlacedFault {
        fault: Fault { code: found.code.id, message: found.message.clone() },
        places: labels.map(|label| (label.file.0 as usize, label.span)).collect(),
    }
}

fn unknown(graph: &FeatureGraph, feature: &str) -> CliError {
    let stop = CliError::usage(format!("unknown feature `{}`", escape(feature)));
    match nearest(feature, graph.nodes.iter().map(|node| node.name.as_str())) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop.help("without `--feature`, the picture has all features"),
    }
}
