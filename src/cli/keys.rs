//! `keywright keys`: signing keys and the trust store.

mod drill;
mod import_export;
mod lifecycle;
pub(super) mod lock;
mod new;
mod passwd;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use clap::Subcommand;
use sha2::Digest as _;

use keywright_files::input;
use keywright_report::escape::escape;
use keywright_sign::{TRUST_BUNDLE, TRUST_LIST, parse_trust_list, store_fs};
use keywright_verify::{KeyId, PublicKey, TrustEntry, TrustedKey};

use super::trust_args::{TrustArgs, stop};
use super::{CliError, Console, Exit, files};

/// Manage signing keys and the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys new --vendor ABC_Software\n  \
    keywright keys list")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::NewArgs),
    List(ListArgs),
    Show(ShowArgs),
    Passwd(passwd::PasswdArgs),
    Import(import_export::ImportArgs),
    Export(import_export::ExportArgs),
    Activate(lifecycle::ActivateArgs),
    Standby(lifecycle::StandbyArgs),
    Retire(lifecycle::RetireArgs),
    Compromise(lifecycle::CompromiseArgs),
    Drill(drill::DrillArgs),
}

/// List the keys in the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys list\n  \
    keywright keys list --trust /media/support/keys")]
pub struct ListArgs {
    #[command(flatten)]
    trust: TrustArgs,
}

/// Show a public key
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  keywright keys show 1f7f1125050563e1")]
pub struct ShowArgs {
    /// Key id in the trust store, or public key file
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a key or the trust store cannot be read or written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.command {
        Command::New(args) => new::new(args, io),
        Command::List(args) => list(args, io),
        Command::Show(args) => show(args, io),
        Command::Passwd(args) => passwd::passwd(args, io),
        Command::Import(args) => import_export::import(args, io),
        Command::Export(args) => import_export::export(args, io),
        Command::Activate(args) => lifecycle::activate(args, io),
        Command::Standby(args) => lifecycle::standby(args, io),
        Command::Retire(args) => lifecycle::retire(args, io),
        Command::Compromise(args) => lifecycle::compromise(args, io),
        Command::Drill(args) => drill::drill(args, io),
    }
}

fn refuse_existing(out: &Path) -> Result<(), CliError> {
    if fs::symlink_metadata(out).is_err() {
        return Ok(());
    }
    Err(CliError::failure(format!("`{}` already exists; key files are never overwritten", files::display_name(out)))
        .help(
            "choose another file with `--out FILE`; `keywright keys import` adds the key of an interrupted command",
        ))
}

/// Returns the text of the trust list, if there is one.
fn existing_list(folder: &Path) -> Result<Option<String>, CliError> {
    if fs::symlink_metadata(folder.join(TRUST_BUNDLE)).is_ok() {
        let name = files::display_name(folder);
        return Err(CliError::usage(format!(
            "the trust store `{name}` is an installed trust bundle, which cannot be changed"
        ))
        .help("ask its vendor for a new version; `keywright trust add` adds a key of another vendor"));
    }
    let path = folder.join(TRUST_LIST);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    // The whole store must be valid before a key is added to it.
    store_fs::load_trust(folder).map_err(|error| stop(folder, &error))?;
    let bytes = files::read_file(&path, store_fs::MAX_TRUST_LIST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", files::display_name(&path))))?;
    parse_trust_list(&text).map_err(|error| stop(folder, &error))?;
    Ok(Some(text))
}

/// Writes the secret key if there is one, the public key and the list, all or none. The caller must hold the lock of
/// the store.
fn write_all(
    folder: &Path,
    secret: Option<(&Path, &str)>,
    entry: &TrustEntry,
    public: &PublicKey,
    list: &str,
) -> Result<(), CliError> {
    let cannot = |path: &Path, error: &std::io::Error| {
        CliError::failure(format!(
            "cannot write `{}`: {}",
            files::display_name(path),
            files::io_reason(error)
        ))
    };
    if let Some((out, secret)) = secret {
        store_fs::create_secret_file(out, secret).map_err(|error| cannot(out, &error))?;
    }
    let path = folder.join(&entry.file);
    let written =
        create_public(&path, &public.to_pem()).map_err(|error| cannot(&path, &error)).and_then(|()| {
            let listed = files::write(&folder.join(TRUST_LIST), list.as_bytes());
            if listed.is_err() {
                // Report the first error.
                let _ = fs::remove_file(&path);
            }
            listed
        });
    if let (Err(_), Some((out, _))) = (&written, secret) {
        let _ = fs::remove_file(out);
    }
    written
}

/// Creates a public key file. An identical file may exist, from a command that was killed before it wrote the list.
fn create_public(path: &Path, pem: &str) -> std::io::Result<()> {
    store_fs::create_public_file(path, pem).or_else(|error| {
        let same = input::read_over(path, pem.len() as u64).is_ok_and(|found| found == pem.as_bytes());
        if error.kind() == std::io::ErrorKind::AlreadyExists && same { Ok(()) } else { Err(error) }
    })
}

/// Quotes a path for a shell.
fn word(path: &Path) -> String {
    let text = escape(&files::display_name(path)).into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn list(args: &ListArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io.today)?;
    let width = trust.keys().iter().map(|key| key.entry.vendor.len()).max().unwrap_or_default();
    for TrustedKey { entry, .. } in trust.keys() {
        let TrustEntry { vendor, id, usage, not_before, not_after, state, .. } = entry;
        let usage = usage.as_str();
        writeln!(io.stdout, "{id}  {vendor:width$}  {usage:11}  {not_before} to {not_after}  {state}")?;
    }
    Ok(Exit::Success)
}

fn show(args: &ShowArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if let Some(id) = KeyId::parse(&args.key) {
        let trust = args.trust.load(io.today)?;
        let key = trust.get(id).ok_or_else(|| {
            CliError::new(Exit::Findings, format!("key {id} is not in the trust store"))
                .help("`keywright keys list` shows the keys in the trust store")
        })?;
        let TrustEntry { vendor, usage, not_before, not_after, state, .. } = &key.entry;
        writeln!(io.stdout, "vendor       {vendor}")?;
        writeln!(io.stdout, "usage        {}, {not_before} to {not_after}, {state}", usage.as_str())?;
        shown(&key.key, io)?;
        writeln!(io.stdout, "one line     {}", key.key.to_line(vendor))?;
        write!(io.stdout, "{}", key.key.to_pem())?;
        return Ok(Exit::Success);
    }
    let path = Path::new(&args.key);
    let text = String::from_utf8(files::read_up_to(path, 64 * 1024, io)?)
        .map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", args.key)))?;
    let key = PublicKey::from_pem(&text).map_err(|error| {
        CliError::usage(format!("`{}`: {error}", args.key))
            .help("give a key id or a public key file (`.pub.pem`)")
    })?;
    shown(&key, io)?;
    write!(io.stdout, "{}", key.to_pem())?;
    Ok(Exit::Success)
}

fn shown(key: &PublicKey, io: &mut Console<'_>) -> Result<(), CliError> {
    writeln!(io.stdout, "key id       {}", key.id())?;
    writeln!(io.stdout, "fingerprint  {}", fingerprint(key))?;
    Ok(())
}

/// The fingerprint of a public key, for comparison by people.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(sha2::Sha256::digest(key.as_bytes())))
}
