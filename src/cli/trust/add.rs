//! `keywright trust add`: adds a public key by hand.

use std::fs;
use std::path::{Path, PathBuf};

use keywright_report::escape::escape;
use keywright_sign::{ADDED_LIST, TRUST_BUNDLE, TRUST_LIST, append_entry, store_fs};
use keywright_verify::{KeyState, PublicKey, TrustEntry};

use super::super::keys::fingerprint;
use super::super::keys::lock::Lock;
use super::super::keys::validity::{ValidityArgs, parse_vendor};
use super::super::trust_args::{TrustArgs, stop};
use super::super::{CliError, Console, Exit, files};

/// Prefix of a public key in one-line form.
const LINE_HEAD: &str = "keywright-pub:";

/// Add a public key of a vendor to the trust store
///
/// The key is added to `trust.yaml`. If the trust store has an installed bundle, the key is added to
/// `trust.added.yaml`, and must belong to another vendor than the publisher; later bundles neither change nor remove
/// it. Compare the fingerprint that is shown with the one that the vendor gives you.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright trust add keywright-pub:Other_Vendor:1f7f1125050563e1:BASE64\n  \
    keywright trust add other.pub.pem --vendor Other_Vendor --not-before 2026-01-01 --trust support"
)]
pub(super) struct AddArgs {
    /// Public key in one-line form, or a file with a public key (one-line form or PEM)
    #[arg(value_name = "KEY")]
    key: String,
    /// Vendor of the key; a key in one-line form contains it
    #[arg(long, value_name = "NAME", value_parser = parse_vendor)]
    vendor: Option<String>,
    #[command(flatten)]
    validity: ValidityArgs,
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn add(args: &AddArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let (vendor, key) = read(args, io)?;
    let entry = args.validity.entry(&vendor, key.id(), KeyState::Active, io.today)?;
    let directory = &args.trust.directory(io)?;
    let _lock = Lock::take(directory)?;
    let (name, list) = list(directory, &vendor)?;
    refuse_known(directory, &entry)?;
    let text = append_entry(list.as_deref(), &entry).map_err(|error| stop(directory, &error))?;
    let path = directory.join(&entry.file);
    store_fs::create_public_file(&path, &key.to_pem()).map_err(|error| {
        CliError::failure(format!(
            "cannot write `{}`: {}",
            files::display_name(&path),
            files::io_reason(&error)
        ))
    })?;
    let written = files::write(&directory.join(name), text.as_bytes());
    if written.is_err() {
        // Report the first error.
        let _ = fs::remove_file(&path);
    }
    written?;
    let (id, usage) = (entry.id, entry.usage.as_str());
    writeln!(
        io.stdout,
        "key {id} for {vendor}, {usage}, signs from {} to {}",
        entry.not_before, entry.not_after
    )?;
    writeln!(io.stdout, "  fingerprint {}", fingerprint(&key))?;
    writeln!(io.stdout, "  trust list  {}", escape(&files::display_name(&directory.join(name))))?;
    Ok(Exit::Success)
}

/// Returns the key and its vendor.
fn read(args: &AddArgs, io: &mut Console<'_>) -> Result<(String, PublicKey), CliError> {
    let text = if args.key.trim_start().starts_with(LINE_HEAD) {
        args.key.clone()
    } else {
        let bytes = files::read_up_to(&PathBuf::from(&args.key), 64 * 1024, io)?;
        String::from_utf8(bytes).map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", args.key)))?
    };
    if !text.contains(LINE_HEAD) {
        let key = PublicKey::from_pem(&text)
            .map_err(|error| CliError::usage(format!("`{}`: {error}", args.key)))?;
        let vendor = args.vendor.clone();
        let vendor =
            vendor.ok_or_else(|| CliError::usage("missing vendor of the key").help("add `--vendor NAME`"))?;
        return Ok((vendor, key));
    }
    let line = PublicKey::find_line(&text).unwrap_or_default();
    let (vendor, key) = PublicKey::from_line(&line).map_err(|error| CliError::usage(error.to_string()))?;
    if args.vendor.as_ref().is_some_and(|given| given != vendor) {
        return Err(CliError::usage(format!("the key is for vendor `{vendor}`")));
    }
    Ok((parse_vendor(vendor).map_err(CliError::usage)?, key))
}

/// Returns the path of the list to which the key is added, and its text if it exists.
///
/// DECISION: a key of the publisher cannot be added by hand. It must come with a bundle of the publisher.
fn list(directory: &Path, vendor: &str) -> Result<(&'static str, Option<String>), CliError> {
    let fault = |error| stop(directory, &error);
    if let Some(bundle) = store_fs::load_bundle(directory).map_err(fault)? {
        if bundle.vendor == vendor {
            return Err(CliError::usage(format!(
                "cannot add a key of {vendor}: the trust store gets them from the bundles of this vendor"
            ))
            .help("install the newest bundle with `keywright trust install`"));
        }
        return Ok((ADDED_LIST, store_fs::read_added(directory).map_err(fault)?));
    }
    let path = directory.join(TRUST_LIST);
    if fs::symlink_metadata(&path).is_err() {
        return Ok((TRUST_LIST, None));
    }
    let text = String::from_utf8(files::read_file(&path, store_fs::MAX_TRUST_LIST)?)
        .map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", files::display_name(&path))))?;
    Ok((TRUST_LIST, Some(text)))
}

/// Checks that the store is valid and does not have the key yet.
fn refuse_known(directory: &Path, entry: &TrustEntry) -> Result<(), CliError> {
    let has = |name: &str| fs::symlink_metadata(directory.join(name)).is_ok();
    if !has(TRUST_LIST) && !has(TRUST_BUNDLE) {
        return Ok(());
    }
    let trust = store_fs::load_trust(directory).map_err(|error| stop(directory, &error))?;
    if trust.get(entry.id).is_some() {
        return Err(CliError::new(Exit::Findings, format!("key {} is already in the trust store", entry.id)));
    }
    Ok(())
}
