//! `keywright keys import | export`: keys from and for other programs.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use keywright_sign::{Label, append_entry, store_fs};
use keywright_verify::{KeyId, PublicKey};

use super::super::passphrase::{NewPassphraseArgs, PassphraseArgs};
use super::super::trust_args::{TrustArgs, key_from_stdin, open_key, stop};
use super::super::{CliError, Console, Exit, files};
use super::lock::Lock;
use super::new::{EntryArgs, ProtectionArgs, print_result};
use super::store::{existing_list, refuse_existing, write_all};
use super::validity::parse_vendor;

/// Prefix of a public key in one-line form.
const LINE_HEAD: &str = "keywright-pub:";

/// Add a key from another program, or a public key, to the trust store
///
/// A secret key file of OpenSSL (PKCS#8, plain or encrypted) is converted to a keywright key file. For a public key
/// only the trust store entry is created. Import a public key only if you received it from a source that you trust.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys import openssl.pem --vendor ABC_Software\n  \
    keywright keys import vendor.pub.pem --vendor Other_Vendor\n  \
    keywright keys import keywright-pub:ABC_Software:1f7f1125050563e1:BASE64")]
pub(super) struct ImportArgs {
    /// Secret or public key file (PEM), or a public key in one-line form, given directly or in a file; `-` is standard input
    #[arg(value_name = "KEY")]
    key: String,
    /// Vendor of the key; a public key in one-line form contains it
    #[arg(long, value_name = "NAME", value_parser = parse_vendor)]
    vendor: Option<String>,
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
    #[command(flatten)]
    new: NewPassphraseArgs,
}

/// Print a public key for other programs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys export 1f7f1125050563e1 > vendor.pub.pem\n  \
    keywright keys export 1f7f1125050563e1 --form line")]
pub(super) struct ExportArgs {
    /// Key id in the trust store
    #[arg(value_name = "KEY")]
    key: String,
    /// Output form
    #[arg(long, value_enum, default_value_t = Form::Pem)]
    form: Form,
    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// SubjectPublicKeyInfo in PEM, as used by OpenSSL
    Pem,
    /// One line, for a message
    Line,
    /// 32 bytes in hexadecimal
    Hex,
}

pub(super) fn export(args: &ExportArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io)?;
    let key = KeyId::parse(&args.key).and_then(|id| trust.get(id)).ok_or_else(|| {
        CliError::new(Exit::Findings, format!("key `{}` is not in the trust store", args.key)).help(
            "`keywright keys list` shows the keys in the trust store; a secret key file needs no export",
        )
    })?;
    match args.form {
        Form::Pem => write!(io.stdout, "{}", key.key.to_pem())?,
        Form::Line => writeln!(io.stdout, "{}", key.key.to_line(&key.entry.vendor))?,
        Form::Hex => {
            let digits: String = key.key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(io.stdout, "{digits}")?;
        }
    }
    Ok(Exit::Success)
}

pub(super) fn import(args: &ImportArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if args.key.trim_start().starts_with(LINE_HEAD) {
        return import_line(args, &args.key, io);
    }
    let path = Path::new(&args.key);
    let read = if files::is_stdin(path) {
        Ok(key_from_stdin(&args.passphrase, io)?)
    } else {
        store_fs::read_secret_file(path)
    };
    let text = match read {
        Ok(text) => text,
        // Other users can read the file, which is normal for a public key.
        Err(error) => {
            let bytes = files::read_file(path, 64 * 1024)?;
            let text = String::from_utf8(bytes)
                .map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", args.key)))?;
            if text.contains("PRIVATE KEY") {
                return Err(CliError::failure(format!("the key file `{}`: {error}", args.key)));
            }
            text.into()
        }
    };
    if !text.contains("PRIVATE KEY") && text.contains(LINE_HEAD) {
        return import_line(args, &text, io);
    }
    let vendor = args
        .vendor
        .as_ref()
        .ok_or_else(|| CliError::usage("missing vendor of the key").help("add `--vendor NAME`"))?;
    if !text.contains("PRIVATE KEY") {
        let key = PublicKey::from_pem(&text)
            .map_err(|error| CliError::usage(format!("`{}`: {error}", args.key)))?;
        return add_key(args, vendor, &key, None, io);
    }
    let (key, label, old) = open_key(path, &text, &args.passphrase, io)?;
    if label.vendor.as_ref().is_some_and(|other| other != vendor) {
        return Err(CliError::usage(format!("the key file `{}` is for another vendor", args.key)));
    }
    let label = Label {
        vendor: Some(vendor.clone()),
        created: label.created,
        usage: Some(args.entry.usage()),
        weakness: None,
    };
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{vendor}.key.pem")));
    refuse_existing(&out)?;
    let secret = args.protection.write(&key, &label, || match old {
        // The old passphrase also protects the new file, unless another one is given.
        Some(old) if !args.new.is_given() => Ok(old),
        _ => args.new.get(io),
    })?;
    add_key(args, vendor, key.public_key(), Some((&out, &secret)), io)
}

/// Imports a public key in one-line form, which contains the vendor.
fn import_line(args: &ImportArgs, text: &str, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let line = PublicKey::find_line(text).unwrap_or_default();
    let (vendor, key) = PublicKey::from_line(&line).map_err(|error| CliError::usage(error.to_string()))?;
    if args.vendor.as_ref().is_some_and(|given| given != vendor) {
        return Err(CliError::usage(format!("the key is for vendor `{vendor}`")));
    }
    let vendor = parse_vendor(vendor).map_err(CliError::usage)?;
    add_key(args, &vendor, &key, None, io)
}

/// Adds a key to the trust store.
fn add_key(
    args: &ImportArgs,
    vendor: &str,
    key: &PublicKey,
    secret: Option<(&Path, &str)>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let directory = &args.trust.directory(io)?;
    let lock = Lock::take(directory)?;
    let list = existing_list(directory)?;
    let entry = args.entry.entry(vendor, key.id(), io.today)?;
    let known = list.as_deref().map(keywright_sign::parse_trust_list).transpose();
    let known = known.map_err(|error| stop(directory, &error))?.unwrap_or_default();
    if known.iter().any(|known| known.id == entry.id) {
        return Err(CliError::new(Exit::Findings, format!("key {} is already in the trust store", entry.id)));
    }
    let list = append_entry(list.as_deref(), &entry).map_err(|error| stop(directory, &error))?;
    write_all(directory, secret, &entry, key, &list)?;
    drop(lock);
    if secret.is_some() {
        args.protection.warn(io)?;
    }
    print_result(directory, secret.map(|(out, _)| (out, args.protection.no_passphrase)), &entry, io)?;
    Ok(Exit::Success)
}
