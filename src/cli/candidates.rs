//! Values that shell completions offer: template names, codes, features and key ids.
//!
//! The script of `keywright completions` runs the program at every completion, so that it offers the files and keys of the
//! working directory. The candidates of an argument follow from the name of its value.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use keywright_convert::LOSSES;
use keywright_issue::BUILTIN;
use keywright_license::License;
use keywright_lint::RULES;
use keywright_scenario::PAGES;
use keywright_sign::store_fs;

/// The environment variable by which the shell's script asks for completions. Contains the name of the shell.
pub(super) const VARIABLE: &str = "KEYWRIGHT_COMPLETE";
/// Maximum number of license files that are read for the names of features.
const MAX_FILES: usize = 64;
/// Maximum size of such a file in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// Returns the candidates of a value.
type Candidates = fn() -> Vec<String>;

/// The candidates by the name of the value, as help texts show it.
const BY_VALUE: &[(&str, Candidates)] = &[
    ("TEMPLATE", templates),
    ("RULE", rules),
    ("CODE", losses),
    ("CODE|FEATURE|MIX", codes_and_features),
    ("FEATURE", features),
    ("ID", key_ids),
];
/// As [`BY_VALUE`], for arguments without an option. `--key KEY` is a file.
const POSITIONAL: &[(&str, Candidates)] = &[("KEY", key_ids)];

/// Answers a completion request of the shell, if this run is one. Returns true if it was. `definition` is that of the
/// command line.
pub(super) fn complete(args: &[OsString], definition: fn() -> clap::Command) -> bool {
    let directory = std::env::current_dir().ok();
    let completion = CompleteEnv::with_factory(|| with_candidates(definition())).var(VARIABLE);
    completion.try_complete(args, directory.as_deref()).unwrap_or(false)
}

fn with_candidates(command: clap::Command) -> clap::Command {
    command.mut_args(add_candidates).mut_subcommands(with_candidates)
}

fn add_candidates(arg: clap::Arg) -> clap::Arg {
    let value = arg.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
    let own = if arg.is_positional() { POSITIONAL } else { &[] };
    let found = BY_VALUE.iter().chain(own).find(|(name, _)| Some(*name) == value.as_deref());
    match found {
        Some((_, candidates)) => arg.add(ArgValueCandidates::new(move || {
            candidates().into_iter().map(CompletionCandidate::new).collect()
        })),
        None => arg,
    }
}

fn templates() -> Vec<String> {
    BUILTIN.iter().map(|template| template.name.to_owned()).collect()
}

fn rules() -> Vec<String> {
    RULES.iter().map(|rule| rule.code.id.to_owned()).collect()
}

fn losses() -> Vec<String> {
    LOSSES.iter().map(|loss| loss.code.id.to_owned()).collect()
}

fn codes_and_features() -> Vec<String> {
    let pages = PAGES.iter().map(|page| page.code.id.to_owned());
    rules().into_iter().chain(pages).chain(losses()).chain(features()).collect()
}

/// Returns the features of the license files in the working directory.
fn features() -> Vec<String> {
    let entries = fs::read_dir(".").into_iter().flatten().flatten();
    let files = entries.filter(|entry| {
        let is_license =
            Path::new(&entry.file_name()).extension().is_some_and(|extension| extension == "lic");
        is_license && entry.metadata().is_ok_and(|data| data.is_file() && data.len() <= MAX_BYTES)
    });
    let mut names = BTreeSet::new();
    for text in files.take(MAX_FILES).filter_map(|entry| fs::read_to_string(entry.path()).ok()) {
        let license = License::from_text("completion", &text);
        names.extend(license.features.iter().map(|feature| feature.name.value.as_str().to_owned()));
    }
    names.into_iter().collect()
}

/// Returns the ids of the keys in the trust store of the working directory.
fn key_ids() -> Vec<String> {
    let trust = store_fs::load_trust(Path::new("keys")).unwrap_or_default();
    trust.keys().iter().map(|key| key.key.id().to_string()).collect()
}
