//! `keywright keys`: signing keys and the trust store.

mod drill;
mod embed;
mod import_export;
mod lifecycle;
pub(super) mod lock;
mod new;
mod passwd;
mod store;
pub(crate) mod validity;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use clap::Subcommand;
use sha2::Digest as _;

use keywright_report::keys_json;
use keywright_verify::{KeyId, PublicKey, TrustEntry, TrustedKey};

use super::format::TextOrJson;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit, files};

/// Manage signing keys and the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys new --vendor ABC_Software\n  \
    keywright keys list")]
pub struct Args {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    New(new::NewArgs),
    List(ListArgs),
    Show(ShowArgs),
    Passwd(passwd::PasswdArgs),
    Import(import_export::ImportArgs),
    Export(import_export::ExportArgs),
    Embed(embed::EmbedArgs),
    Activate(lifecycle::ActivateArgs),
    Standby(lifecycle::StandbyArgs),
    Retire(lifecycle::RetireArgs),
    Compromise(lifecycle::CompromiseArgs),
    Drill(drill::DrillArgs),
}

/// List the keys in the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys list\n  \
    keywright keys list --trust /media/support/keys\n  \
    keywright keys list --format json")]
pub struct ListArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Human)]
    format: TextOrJson,
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
        KeysCommand::New(args) => new::new(args, io),
        KeysCommand::List(args) => list(args, io),
        KeysCommand::Show(args) => show(args, io),
        KeysCommand::Passwd(args) => passwd::passwd(args, io),
        KeysCommand::Import(args) => import_export::import(args, io),
        KeysCommand::Export(args) => import_export::export(args, io),
        KeysCommand::Embed(args) => embed::embed(args, io),
        KeysCommand::Activate(args) => lifecycle::activate(args, io),
        KeysCommand::Standby(args) => lifecycle::standby(args, io),
        KeysCommand::Retire(args) => lifecycle::retire(args, io),
        KeysCommand::Compromise(args) => lifecycle::compromise(args, io),
        KeysCommand::Drill(args) => drill::drill(args, io),
    }
}

fn list(args: &ListArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io)?;
    if args.format == TextOrJson::Json {
        let store = files::display_name(&args.trust.directory(io)?);
        io.stdout.write_all(keys_json::render(&store, trust.keys())?.as_bytes())?;
        return Ok(Exit::Success);
    }
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
        let trust = args.trust.load(io)?;
        let key = trust.get(id).ok_or_else(|| {
            CliError::new(Exit::Findings, format!("key {id} is not in the trust store"))
                .help("`keywright keys list` shows the keys in the trust store")
        })?;
        let TrustEntry { vendor, usage, not_before, not_after, state, .. } = &key.entry;
        writeln!(io.stdout, "vendor       {vendor}")?;
        writeln!(io.stdout, "usage        {}, {not_before} to {not_after}, {state}", usage.as_str())?;
        print_key(&key.key, io)?;
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
    print_key(&key, io)?;
    write!(io.stdout, "{}", key.to_pem())?;
    Ok(Exit::Success)
}

fn print_key(key: &PublicKey, io: &mut Console<'_>) -> Result<(), CliError> {
    writeln!(io.stdout, "key id       {}", key.id())?;
    writeln!(io.stdout, "fingerprint  {}", fingerprint(key))?;
    Ok(())
}

/// The fingerprint of a public key, for comparison by people.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(sha2::Sha256::digest(key.as_bytes())))
}
