//! `keywright merge`: one license file from several purchases.

use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;

use keywright_analysis::merge::{self, Merged};
use keywright_analysis::{Difference, LicenseSet};
use keywright_license::{License, customer_difference, is_same_customer};
use keywright_report::counted;
use keywright_report::difference::{self as report, Compared};
use keywright_report::escape::escape;
use keywright_resolve::Model;

use super::{CliError, Console, Exit, explain_feature, files};

/// Merge the license files of several purchases
///
/// Writes one file that grants exactly what the files grant together, in the order of the files. A block is omitted only
/// if it is a duplicate, or if it neither serves nor adds to another block on the day or on any later day; the reason is
/// shown. Comments, KEYs and the order of the other blocks do not change. Before it writes, the command compares the
/// result with the files, as `keywright diff` does. If there is a difference, or if it cannot exclude one, it writes
/// nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright merge base.lic addon.lic -o all.lic\n  \
    keywright merge --keep-expired 2025.lic 2026.lic -o all.lic\n  keywright merge base.lic addon.lic -o -")]
pub struct Args {
    /// License files of one customer; `-` is standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Output file; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Day from which the result must grant the same, instead of today
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Keep blocks that have ended
    #[arg(long)]
    keep_expired: bool,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a file cannot be read or has errors, if the files are for different customers, or if the result
/// cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    files::refuse_stdin_twice(&args.files)?;
    refuse_to_replace(args)?;
    let licenses = explain_feature::read(&args.files, io)?;
    refuse_other_customers(&licenses)?;
    let at = args.at.unwrap_or(io.today);
    let model = compile(&licenses)?;
    let merged = merge::merge(&licenses, &model, at, args.keep_expired);
    let result = [License::from_text(&files::display_name(&args.output), &merged.text)];
    let result_model = compile(&result)?;
    let set = LicenseSet { licenses: &licenses, model: &model };
    let one = LicenseSet { licenses: &result, model: &result_model };
    for (old, new, names) in
        [(set, one, ["the files", "the result"]), (one, set, ["the result", "the files"])]
    {
        let difference = Difference::between(old, new, at);
        if difference.lost {
            let [old, new] = names;
            let first = Difference {
                changes: difference.changes.into_iter().take(1).collect(),
                blocks: Vec::new(),
                ..difference
            };
            write!(io.stderr, "{}", report::human(&Compared { old, new, difference: &first }))?;
            return Err(CliError::new(Exit::Findings, "the result would not grant the same as the files")
                .help(
                    "nothing was written; keep the files as they are, or compare them with `keywright diff`",
                ));
        }
    }
    if files::is_stdin(&args.output) {
        io.stdout.write_all(merged.text.as_bytes())?;
    } else {
        files::write(&args.output, merged.text.as_bytes())?;
    }
    report_on(args, &licenses, &merged, io)?;
    Ok(Exit::Success)
}

/// DECISION: the result never takes the place of one of the files, because blocks that are omitted would be lost.
fn refuse_to_replace(args: &Args) -> Result<(), CliError> {
    if files::is_stdin(&args.output) {
        return Ok(());
    }
    let place = |path: &PathBuf| fs::canonicalize(path).ok();
    let Some(output) = place(&args.output) else { return Ok(()) };
    if args.files.iter().all(|path| files::is_stdin(path) || place(path).as_ref() != Some(&output)) {
        return Ok(());
    }
    let name = files::display_name(&args.output);
    Err(CliError::usage(format!("`{name}` is one of the files to merge"))
        .help("write the result to another file, so that the files stay as they were issued"))
}

fn compile(licenses: &[License]) -> Result<Model, CliError> {
    Model::compile(licenses).map_err(|error| {
        CliError::new(Exit::Unreadable, error.to_string())
            .help("find the place with `keywright lint --together`")
    })
}

/// Licenses of different customers are never merged. One name may be written in different ways.
fn refuse_other_customers(licenses: &[License]) -> Result<(), CliError> {
    let mut first: Option<String> = None;
    for view in licenses.iter().flat_map(License::views) {
        let Some(name) = view.licensee() else { continue };
        let known = first.get_or_insert_with(|| name.clone().into_owned());
        if !is_same_customer(known, &name) {
            let detail =
                customer_difference(known, &name).map(|detail| format!(": {detail}")).unwrap_or_default();
            let message = format!("the files are for different customers, `{known}` and `{name}`{detail}");
            return Err(CliError::new(Exit::Policy, message)
                .help("nothing was written; merge only files of one LICENSEE"));
        }
    }
    Ok(())
}

/// Names the blocks that were omitted.
fn report_on(
    args: &Args,
    licenses: &[License],
    merged: &Merged,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    for dropped in &merged.dropped {
        let file = licenses.get(dropped.license).map_or("", |license| license.source.name());
        let (file, feature) = (escape(file), escape(&dropped.feature));
        io.note(&format!("omitted {feature} ({file}, line {}): {}", dropped.line, escape(&dropped.reason)))?;
    }
    let target = files::display_name(&args.output);
    let target = if files::is_stdin(&args.output) { "standard output".into() } else { escape(&target) };
    let (kept, count) = (counted(merged.kept, "block"), counted(args.files.len(), "file"));
    io.note(&format!("merged {kept} of {count} into {target}; it grants the same as the files"))?;
    Ok(())
}
