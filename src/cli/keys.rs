//! `keywright keys`: making keys, and looking at the trust store.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use clap::{Subcommand, ValueEnum};
use jiff::ToSpan as _;
use jiff::civil::Date;
use sha2::Digest as _;

use crate::license::Name;
use crate::report::escape::escape;
use crate::sign::{
    Kdf, KeyId, KeyState, Label, Protection, PublicKey, SecretKey, TRUST_LIST, TrustEntry, TrustedKey, Usage,
    append_entry, disk, parse_trust_list, write_secret_key,
};

use super::passphrase::PassphraseArgs;
use super::trust::{TrustArgs, stop};
use super::{Exit, Io, Stop, file, parse_day};

/// How many years a new key may sign, if nothing else is said.
const YEARS: i64 = 5;

/// Make keys; list and show whom to trust
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(NewArgs),
    List(ListArgs),
    Show(ShowArgs),
}

/// Make a key: a secret key file, and an entry in the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys new --vendor ABC_Software\n  \
    keywright keys new --vendor ABC_Software --usage development --no-passphrase --out dev.key.pem")]
pub struct NewArgs {
    /// Who signs with it: VENDOR of the licenses
    #[arg(long, value_name = "NAME")]
    vendor: String,
    #[command(flatten)]
    trust: TrustArgs,
    /// Secret key file to create [default: VENDOR.key.pem]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What it may sign
    #[arg(long, value_enum, default_value_t = UsageArg::Production)]
    usage: UsageArg,
    /// First day on which it may sign [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    not_before: Option<Date>,
    /// Last day on which it may sign [default: five years later]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    not_after: Option<Date>,
    /// How the passphrase is stretched
    #[arg(long, value_enum, default_value_t = KdfArg::Scrypt)]
    kdf: KdfArg,
    /// Leave the secret key file unencrypted
    #[arg(long, conflicts_with_all = ["passphrase_file", "passphrase_fd"])]
    no_passphrase: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UsageArg {
    /// Licenses for customers
    Production,
    /// Trials; never accepted in production
    Development,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KdfArg {
    /// scrypt
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256
    Pbkdf2,
}

/// List the keys of the trust store
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    trust: TrustArgs,
}

/// Show the public half of a key, for others to trust
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  keywright keys show 1f7f1125050563e1")]
pub struct ShowArgs {
    /// Key id in the trust store, or a public key file
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Runs the command.
///
/// # Errors
/// When a key or the trust store cannot be read or written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    match &args.command {
        Command::New(args) => new(args, io),
        Command::List(args) => list(args, io),
        Command::Show(args) => show(args, io),
    }
}

fn new(args: &NewArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if !Name::is_valid(&args.vendor) {
        return Err(Stop::usage(format!("`{}` is no vendor's name", args.vendor))
            .help("letters, digits, `_` and `-`, at most 64"));
    }
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.key.pem", args.vendor)));
    refuse_existing(&out)?;
    let (not_before, not_after) = validity(args, io.today)?;
    let folder = &args.trust.trust;
    let old_list = existing_list(folder)?;

    let passphrase = if args.no_passphrase { None } else { Some(args.passphrase.get(true, io)?) };
    let key = SecretKey::generate().map_err(|error| Stop::failure(error.to_string()))?;
    let usage = match args.usage {
        UsageArg::Production => Usage::Production,
        UsageArg::Development => Usage::Development,
    };
    let id = key.public_key().id();
    let entry = TrustEntry {
        vendor: args.vendor.clone(),
        id,
        file: format!("{}-{id}.pub.pem", args.vendor),
        usage,
        not_before,
        not_after,
        state: KeyState::Active,
        line: 0,
    };
    let list = append_entry(old_list.as_deref(), &entry).map_err(|error| stop(folder, &error))?;
    let label = Label {
        vendor: Some(args.vendor.clone()),
        created: Some(io.today),
        usage: Some(usage),
        weakness: None,
    };
    let kdf = match args.kdf {
        KdfArg::Scrypt => Kdf::Scrypt,
        KdfArg::Pbkdf2 => Kdf::Pbkdf2,
    };
    let protection = passphrase
        .as_ref()
        .map_or(Protection::Plain, |passphrase| Protection::Passphrase(passphrase.as_bytes(), kdf));
    let secret =
        write_secret_key(&key, &label, protection).map_err(|error| Stop::failure(error.to_string()))?;
    write_all(folder, &out, &secret, &entry, key.public_key(), &list)?;
    told(args, &out, &entry, io)?;
    Ok(Exit::Yes)
}

fn refuse_existing(out: &Path) -> Result<(), Stop> {
    if fs::symlink_metadata(out).is_err() {
        return Ok(());
    }
    Err(Stop::failure(format!("`{}` exists, and a key file is never overwritten", file::shown(out)))
        .help("name another file with `--out FILE`"))
}

fn validity(args: &NewArgs, today: Date) -> Result<(Date, Date), Stop> {
    let not_before = args.not_before.unwrap_or(today);
    let not_after =
        args.not_after.unwrap_or_else(|| not_before.saturating_add(YEARS.years()).saturating_sub(1.day()));
    if not_after < not_before {
        return Err(Stop::usage(format!("a key from {not_before} to {not_after} could never sign")));
    }
    Ok((not_before, not_after))
}

/// The text of the trust list, if there is one.
fn existing_list(folder: &Path) -> Result<Option<String>, Stop> {
    let path = folder.join(TRUST_LIST);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    // The whole store must be good before a key is added to it.
    disk::load_trust(folder).map_err(|error| stop(folder, &error))?;
    let bytes = file::read_file(&path, disk::MAX_TRUST_LIST)?;
    let text =
        String::from_utf8(bytes).map_err(|_| Stop::usage(format!("`{}` is no text", file::shown(&path))))?;
    parse_trust_list(&text).map_err(|error| stop(folder, &error))?;
    Ok(Some(text))
}

/// Writes the secret key, the public key and the list; if one cannot be written, none is left behind.
fn write_all(
    folder: &Path,
    out: &Path,
    secret: &str,
    entry: &TrustEntry,
    public: &PublicKey,
    list: &str,
) -> Result<(), Stop> {
    let cannot = |path: &Path, error: &std::io::Error| {
        Stop::failure(format!("cannot write `{}`: {}", file::shown(path), file::reason(error)))
    };
    fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    disk::create_secret_file(out, secret).map_err(|error| cannot(out, &error))?;
    let path = folder.join(&entry.file);
    let written = disk::create_public_file(&path, &public.to_pem())
        .map_err(|error| cannot(&path, &error))
        .and_then(|()| {
            let listed = file::write(&folder.join(TRUST_LIST), list.as_bytes());
            if listed.is_err() {
                // The first error is the one to tell.
                let _ = fs::remove_file(&path);
            }
            listed
        });
    if written.is_err() {
        let _ = fs::remove_file(out);
    }
    written
}

fn told(args: &NewArgs, out: &Path, entry: &TrustEntry, io: &mut Io<'_>) -> Result<(), Stop> {
    let folder = &args.trust.trust;
    let TrustEntry { vendor, id, usage, not_before, not_after, .. } = entry;
    let shown = |path: &Path| escape(&file::shown(path)).into_owned();
    let usage = usage.word();
    writeln!(io.stdout, "key {id} for {vendor}, {usage}, signs from {not_before} to {not_after}")?;
    let secret =
        if args.no_passphrase { "not encrypted: keep it safe" } else { "encrypted; keep it private" };
    writeln!(io.stdout, "  secret key  {}  ({secret})", shown(out))?;
    writeln!(io.stdout, "  public key  {}", shown(&folder.join(&entry.file)))?;
    writeln!(io.stdout, "  trust list  {}", shown(&folder.join(TRUST_LIST)))?;
    let trust =
        if folder == Path::new("keys") { String::new() } else { format!(" --trust {}", word(folder)) };
    writeln!(io.stdout, "next: keywright sign LICENSE --key {} --in-place{trust}", word(out))?;
    Ok(())
}

/// A path as one word of a shell.
fn word(path: &Path) -> String {
    let text = escape(&file::shown(path)).into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn list(args: &ListArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let trust = args.trust.load()?;
    let width = trust.keys().iter().map(|key| key.entry.vendor.len()).max().unwrap_or_default();
    for TrustedKey { entry, .. } in trust.keys() {
        let TrustEntry { vendor, id, usage, not_before, not_after, state, .. } = entry;
        let usage = usage.word();
        writeln!(io.stdout, "{id}  {vendor:width$}  {usage:11}  {not_before} to {not_after}  {state}")?;
    }
    Ok(Exit::Yes)
}

fn show(args: &ShowArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if let Some(id) = KeyId::parse(&args.key) {
        let trust = args.trust.load()?;
        let key = trust.get(id).ok_or_else(|| {
            Stop::new(Exit::No, format!("key {id} is not in the trust store"))
                .help("`keywright keys list` shows the keys that are")
        })?;
        let TrustEntry { vendor, usage, not_before, not_after, state, .. } = &key.entry;
        writeln!(io.stdout, "vendor       {vendor}")?;
        writeln!(io.stdout, "usage        {}, {not_before} to {not_after}, {state}", usage.word())?;
        shown(&key.key, io)?;
        writeln!(io.stdout, "one line     {}", key.key.to_line(vendor))?;
        write!(io.stdout, "{}", key.key.to_pem())?;
        return Ok(Exit::Yes);
    }
    let path = Path::new(&args.key);
    let text = String::from_utf8(file::read_up_to(path, 64 * 1024, io)?)
        .map_err(|_| Stop::usage(format!("`{}` is no text", args.key)))?;
    let key = PublicKey::from_pem(&text).map_err(|error| {
        Stop::usage(format!("`{}`: {error}", args.key))
            .help("name a key id or a public key file (`.pub.pem`)")
    })?;
    shown(&key, io)?;
    write!(io.stdout, "{}", key.to_pem())?;
    Ok(Exit::Yes)
}

fn shown(key: &PublicKey, io: &mut Io<'_>) -> Result<(), Stop> {
    let fingerprint = STANDARD_NO_PAD.encode(sha2::Sha256::digest(key.as_bytes()));
    writeln!(io.stdout, "key id       {}", key.id())?;
    writeln!(io.stdout, "fingerprint  SHA256:{fingerprint}")?;
    Ok(())
}
