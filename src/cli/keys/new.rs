//! `keywright keys new`: creates a secret key file and an entry in the trust store.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;
use zeroize::Zeroizing;

use keywright_report::escape::escape;
use keywright_sign::{Kdf, Label, Protection, SecretKey, TRUST_LIST, append_entry, write_secret_key};
use keywright_verify::{KeyId, KeyState, TrustEntry, Usage};

use super::super::passphrase::PassphraseArgs;
use super::super::trust_args::{TrustArgs, stop};
use super::super::{CliError, Console, Exit, files};
use super::lock::Lock;
use super::store::{existing_list, refuse_existing, word, write_all};
use super::validity::{ValidityArgs, parse_vendor};

/// Create a signing key and add it to the trust store
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys new --vendor ABC_Software\n  \
    keywright keys new --vendor ABC_Software --standby --out spare.key.pem\n  \
    keywright keys new --vendor ABC_Software --usage development --no-passphrase --out dev.key.pem")]
pub(super) struct NewArgs {
    /// Vendor that signs with the key: VENDOR of the licenses
    #[arg(long, value_name = "NAME", value_parser = parse_vendor)]
    vendor: String,
    #[command(flatten)]
    trust: TrustArgs,
    /// Secret key file to create [default: VENDOR.key.pem]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    entry: EntryArgs,
    #[command(flatten)]
    protection: ProtectionArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Options for the entry in the trust list.
#[derive(Debug, clap::Args)]
pub(super) struct EntryArgs {
    #[command(flatten)]
    validity: ValidityArgs,
    /// Create a standby key: published now, used after the loss of another key
    #[arg(long)]
    standby: bool,
}

impl EntryArgs {
    pub(super) fn usage(&self) -> Usage {
        self.validity.usage()
    }

    /// Returns the entry of a key.
    pub(super) fn entry(&self, vendor: &str, id: KeyId, today: Date) -> Result<TrustEntry, CliError> {
        let state = if self.standby { KeyState::Standby } else { KeyState::Active };
        self.validity.entry(vendor, id, state, today)
    }
}

/// Protection of a new secret key file.
#[derive(Debug, clap::Args)]
pub(super) struct ProtectionArgs {
    /// Key derivation function for the passphrase
    #[arg(long, value_enum, default_value_t = KdfArg::Scrypt)]
    kdf: KdfArg,
    /// Do not encrypt the secret key file
    #[arg(long)]
    pub(super) no_passphrase: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KdfArg {
    /// scrypt
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256
    Pbkdf2,
}

impl ProtectionArgs {
    /// Returns the text of a secret key file. `passphrase` is called unless the file is not encrypted.
    pub(super) fn write(
        &self,
        key: &SecretKey,
        label: &Label,
        passphrase: impl FnOnce() -> Result<Zeroizing<String>, CliError>,
    ) -> Result<Zeroizing<String>, CliError> {
        let passphrase = if self.no_passphrase { None } else { Some(passphrase()?) };
        let kdf = match self.kdf {
            KdfArg::Scrypt => Kdf::Scrypt,
            KdfArg::Pbkdf2 => Kdf::Pbkdf2,
        };
        let protection = passphrase
            .as_ref()
            .map_or(Protection::Plain, |passphrase| Protection::Passphrase(passphrase.as_bytes(), kdf));
        write_secret_key(key, label, protection).map_err(|error| CliError::failure(error.to_string()))
    }

    /// Warns if the file is not encrypted.
    pub(super) fn warn(&self, io: &mut Console<'_>) -> Result<(), CliError> {
        if self.no_passphrase {
            io.note("warning: the secret key file is not encrypted: anyone who can read it can sign")?;
        }
        Ok(())
    }
}

pub(super) fn new(args: &NewArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if args.protection.no_passphrase && args.passphrase.is_given() {
        return Err(CliError::usage("`--no-passphrase` conflicts with the passphrase options"));
    }
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.key.pem", args.vendor)));
    refuse_existing(&out)?;
    let directory = &args.trust.directory(io)?;
    args.entry.validity.days(io.today)?;
    let key = SecretKey::generate().map_err(|error| CliError::failure(error.to_string()))?;
    let entry = args.entry.entry(&args.vendor, key.public_key().id(), io.today)?;
    let extended = || {
        append_entry(existing_list(directory)?.as_deref(), &entry).map_err(|error| stop(directory, &error))
    };
    // Checks the store before asking for a passphrase.
    extended()?;
    let label = Label {
        vendor: Some(args.vendor.clone()),
        created: Some(io.today),
        usage: Some(entry.usage),
        weakness: None,
    };
    let secret = args.protection.write(&key, &label, || args.passphrase.get(true, io))?;
    let lock = Lock::take(directory)?;
    write_all(directory, Some((&out, &secret)), &entry, key.public_key(), &extended()?)?;
    drop(lock);
    args.protection.warn(io)?;
    print_result(directory, Some((&out, args.protection.no_passphrase)), &entry, io)?;
    Ok(Exit::Success)
}

/// Prints the created files and the next command.
pub(super) fn print_result(
    directory: &Path,
    secret: Option<(&Path, bool)>,
    entry: &TrustEntry,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let TrustEntry { vendor, id, usage, not_before, not_after, state, .. } = entry;
    let shown = |path: &Path| escape(&files::display_name(path)).into_owned();
    let usage = usage.as_str();
    let spare = if *state == KeyState::Standby { ", standby" } else { "" };
    writeln!(io.stdout, "key {id} for {vendor}, {usage}{spare}, signs from {not_before} to {not_after}")?;
    if let Some((out, plain)) = secret {
        let note = if plain { "not encrypted, keep it safe" } else { "encrypted, keep it private" };
        writeln!(io.stdout, "  secret key  {}  ({note})", shown(out))?;
    }
    writeln!(io.stdout, "  public key  {}", shown(&directory.join(&entry.file)))?;
    writeln!(io.stdout, "  trust list  {}", shown(&directory.join(TRUST_LIST)))?;
    let trust =
        if directory == Path::new("keys") { String::new() } else { format!(" --trust {}", word(directory)) };
    if let Some((out, _)) = secret {
        let next = if *state == KeyState::Standby { "keys drill" } else { "sign LICENSE" };
        let place = if *state == KeyState::Standby { "" } else { " --in-place" };
        writeln!(io.stdout, "next: keywright {next} --key {}{place}{trust}", word(out))?;
    }
    Ok(())
}
