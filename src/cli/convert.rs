//! `keywright convert`: licenses from the files of other license managers, with every loss reported.

mod losses;

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use jiff::civil::Date;

use keywright_convert::{
    Conversion, DateOrder, Duplicates, Format, HoldUnit, Input, Loss, Options, Report, SuiteCounts,
    TokenCost, Undated, VendorString, VersionOrder, convert, export,
};
use keywright_license::check_value;
use keywright_report::Sources;
use keywright_report::convert_json::{self, ConvertReport};
use keywright_report::escape::escape;
use keywright_syntax::source::FileId;

use self::losses::show;
use super::{CliError, Console, Exit, files};

/// Convert license files of FlexNet or RLM, or XML templates of LM-X's generator
///
/// All files together describe one license. The result is an unsigned license, in the layout of `fmt`, and a scenario file
/// next to it that states what the source grants. Each loss has a code, which `keywright explain CODE` describes. If a loss
/// changes what can run, nothing is written unless you accept its code. If a line is ambiguous, nothing is written until
/// an option selects its meaning.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright convert vendor.lic -o converted.lic\n  \
    keywright convert tokens.lic customer.lic --from rlm -o converted.lic\n  \
    keywright convert vendor.lic --accept L001,L004 --report losses.json -o converted.lic\n  \
    keywright convert template.xml --vendor ABC_Software --set COUNT=20 -o converted.lic\n  \
    keywright convert license.lic --to xmllicgen -o template.xml")]
pub struct Args {
    /// Files that together describe one license; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Format of the files
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = formats())]
    from: String,
    /// Format of the result. `xmllicgen` writes license files as a template for LM-X's own generator
    #[arg(long, value_name = "FORMAT", default_value = "keywright", value_parser = ["keywright", "xmllicgen"])]
    to: String,
    /// VENDOR of the result, instead of the vendor in the source
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Write the license to this file, and its scenarios next to it; by default the license goes to stdout
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write a JSON report of all losses to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Accept losses that change what can run: codes, separated by commas or spaces; can be repeated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    accept: Vec<String>,
    /// Convert only the lines of this vendor daemon (FlexNet) or ISV (RLM)
    #[arg(long, value_name = "NAME", help_heading = "Ambiguous sources")]
    daemon: Option<String>,
    /// Day of the conversion and of the scenarios instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day, help_heading = "Ambiguous sources")]
    at: Option<Date>,
    /// Meaning of a version such as 1.10 or 20160610
    #[arg(long, value_name = "ORDER", value_parser = words(VersionOrder::ALL), help_heading = "Ambiguous sources")]
    versions: Option<VersionOrder>,
    /// Order of day and month in dates such as 05-06-2026
    #[arg(long, value_name = "ORDER", value_parser = words(DateOrder::ALL), help_heading = "Ambiguous sources")]
    dates: Option<DateOrder>,
    /// Meaning of a number of licenses on a component of a suite
    #[arg(long, value_name = "MEANING", value_parser = words(SuiteCounts::ALL), help_heading = "Ambiguous sources")]
    suite_counts: Option<SuiteCounts>,
    /// Meaning of identical lines
    #[arg(long, value_name = "MEANING", value_parser = words(Duplicates::ALL), help_heading = "Ambiguous sources")]
    duplicates: Option<Duplicates>,
    /// Meaning of lines without an issue date where another line replaces older ones
    #[arg(long, value_name = "MEANING", value_parser = words(Undated::ALL), help_heading = "Ambiguous sources")]
    undated: Option<Undated>,
    /// Meaning of lines that differ in VENDOR_STRING only
    #[arg(long, value_name = "MEANING", value_parser = words(VendorString::ALL), help_heading = "Ambiguous sources")]
    vendor_string: Option<VendorString>,
    /// Pattern of a token cost inside VENDOR_STRING, such as `tokens={cost}` or `{pool}:{cost}`
    #[arg(long, value_name = "PATTERN", help_heading = "Ambiguous sources")]
    token_cost: Option<TokenCost>,
    /// Pool of token costs that do not name one
    #[arg(long, value_name = "NAME", requires = "token_cost", help_heading = "Ambiguous sources")]
    token_pool: Option<String>,
    /// Unit of HOLD in an XML template
    #[arg(long, value_name = "UNIT", value_parser = words(HoldUnit::ALL), help_heading = "Ambiguous sources")]
    hold_unit: Option<HoldUnit>,
    /// Value for a parameter of an XML template; can be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Ambiguous sources")]
    set: Vec<String>,
}

fn formats() -> PossibleValuesParser {
    let known = Format::ALL.iter().map(|format| format.as_str());
    PossibleValuesParser::new(std::iter::once("auto").chain(known).collect::<Vec<_>>())
}

/// Returns a parser for the words of an option.
fn words<T>(all: &'static [T]) -> impl clap::builder::TypedValueParser<Value = T>
where
    T: Copy + std::fmt::Display + Send + Sync + std::str::FromStr + 'static,
    <T as std::str::FromStr>::Err: std::error::Error + Send + Sync + 'static,
{
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    PossibleValuesParser::new(names).try_map(|word| word.parse::<T>())
}

/// Runs the command.
///
/// # Errors
/// Returns an error if an option is invalid, a file cannot be read, or the output cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let options = options(args, io)?;
    let names = args.output.as_deref().filter(|path| !files::is_stdin(path)).map(output_names).transpose()?;
    files::refuse_stdin_twice(&args.files)?;
    let mut inputs = Vec::new();
    for (id, path) in args.files.iter().enumerate() {
        let id = FileId(u32::try_from(id).unwrap_or(u32::MAX));
        inputs.push(Input::new(id, &files::display_name(path), files::read_license(path, io)?));
    }
    if args.to == "xmllicgen" {
        return to_template(args, &inputs, &options, io);
    }
    let conversion = convert(&inputs, &options);
    let sources = Sources::new(inputs.iter().map(|input| &*input.source));
    show(&conversion.report, &sources, io)?;
    let exit = exit_of(&conversion.report, conversion.license.is_some());
    if let Some(license) = &conversion.license {
        match &names {
            None => io.stdout.write_all(license.as_bytes())?,
            Some(names) => write(names, license, &conversion, io)?,
        }
    } else {
        io.note("nothing was written")?;
    }
    if let Some(path) = &args.report {
        let written = conversion.license.is_some();
        let shown = |path: &Path| files::display_name(path);
        let outputs = names.as_ref().filter(|_| written);
        let (output, scenarios) =
            (outputs.map(|names| shown(names.license)), outputs.map(|names| shown(&names.scenarios)));
        let report = ConvertReport {
            from: conversion.format.map(Format::as_str),
            to: "keywright",
            sources: &sources,
            output: output.as_deref(),
            scenarios: scenarios.as_deref(),
            blocks: conversion.blocks,
            written,
            exit_code: exit.code(),
            losses: &conversion.report,
        };
        files::write(path, convert_json::render(&report).as_bytes())?;
    }
    Ok(exit)
}

/// Writes licenses as a template for LM-X's generator.
fn to_template(
    args: &Args,
    inputs: &[Input],
    options: &Options,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let result = export(inputs, options);
    let sources = Sources::new(inputs.iter().map(|input| &*input.source));
    show(&result.report, &sources, io)?;
    let exit = exit_of(&result.report, result.template.is_some());
    let output = args.output.as_deref().filter(|path| !files::is_stdin(path));
    match (&result.template, output) {
        (None, _) => io.note("nothing was written")?,
        (Some(template), None) => io.stdout.write_all(template.as_bytes())?,
        (Some(template), Some(path)) => {
            files::create_all(&[(path, template.as_bytes())])?;
            io.note(&format!("wrote {}", escape(&files::display_name(path))))?;
        }
    }
    if let Some(path) = &args.report {
        let shown = output.filter(|_| result.template.is_some()).map(files::display_name);
        let report = ConvertReport {
            from: None,
            to: "xmllicgen",
            sources: &sources,
            output: shown.as_deref(),
            scenarios: None,
            blocks: result.features,
            written: result.template.is_some(),
            exit_code: exit.code(),
            losses: &result.report,
        };
        files::write(path, convert_json::render(&report).as_bytes())?;
    }
    Ok(exit)
}

fn exit_of(report: &Report, written: bool) -> Exit {
    match (report.is_unreadable(), report.refuses() || report.is_broken() || !written) {
        (true, _) => Exit::Unreadable,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Success,
    }
}

fn options(args: &Args, io: &Console<'_>) -> Result<Options, CliError> {
    let mut accept = Vec::new();
    for code in args.accept.iter().flat_map(|codes| codes.split([',', ' '])).filter(|code| !code.is_empty()) {
        let loss = Loss::find(code).ok_or_else(|| {
            CliError::usage(format!("unknown loss `{code}` in `--accept`"))
                .help("the losses are listed in docs/convert.md; `keywright explain L001` describes one")
        })?;
        accept.push(loss);
    }
    if let Some(vendor) = &args.vendor {
        check_value("VENDOR", vendor).map_err(|refusal| {
            CliError::usage(format!("`--vendor`: {}", refusal.message)).help(refusal.help)
        })?;
    }
    let mut set = Vec::new();
    for text in &args.set {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            CliError::usage(format!("missing value in `--set {text}`")).help("write `--set NAME=VALUE`")
        })?;
        set.push((name.to_owned(), value.to_owned()));
    }
    Ok(Options {
        from: args.from.parse().ok(),
        vendor: args.vendor.clone(),
        daemon: args.daemon.clone(),
        versions: args.versions,
        dates: args.dates,
        suite_counts: args.suite_counts,
        duplicates: args.duplicates,
        undated: args.undated,
        vendor_string: args.vendor_string,
        hold_unit: args.hold_unit,
        token_cost: args.token_cost.clone(),
        token_pool: args.token_pool.clone(),
        set,
        accept,
        ..Options::at(args.at.unwrap_or(io.today))
    })
}

/// The names of the files to write.
struct OutputNames<'a> {
    license: &'a Path,
    name: &'a str,
    scenarios: PathBuf,
}

fn output_names(path: &Path) -> Result<OutputNames<'_>, CliError> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        CliError::usage(format!("invalid license file name `{}`", files::display_name(path)))
            .help("give a file: `-o license.lic`; without `-o` the license goes to stdout")
    })?;
    let scenarios = path.with_extension("scenarios.yaml");
    if name.ends_with(".scenarios.yaml") {
        return Err(CliError::usage(format!("the license file name `{name}` is reserved for scenarios"))
            .help("choose another name: `-o license.lic`"));
    }
    Ok(OutputNames { license: path, name, scenarios })
}

fn write(
    names: &OutputNames<'_>,
    license: &str,
    conversion: &Conversion,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let scenarios = conversion.scenarios(names.name);
    files::create_all(&[(names.license, license.as_bytes()), (&names.scenarios, scenarios.as_bytes())])?;
    let (license, scenarios) = (files::display_name(names.license), files::display_name(&names.scenarios));
    io.note(&format!("wrote {}", escape(&license)))?;
    io.note(&format!("wrote {}", escape(&scenarios)))?;
    io.note("next:")?;
    for command in [
        format!("keywright lint {license}"),
        format!("keywright test {scenarios}"),
        format!("keywright sign {license} --key KEY --in-place"),
    ] {
        io.note(&format!("  {}", escape(&command)))?;
    }
    Ok(())
}
