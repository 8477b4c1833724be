//! `keywright keys passwd`: another passphrase for a secret key file.

use std::path::PathBuf;

use super::super::passphrase::{NewPassphraseArgs, PassphraseArgs};
use super::super::trust::read_key;
use super::super::{Exit, Io, Stop, file};
use super::new::ProtectionArgs;

/// Give a secret key file another passphrase
///
/// The file is written anew beside the old one and takes its place only when it is whole. Copies of the old file keep the
/// old passphrase.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  keywright keys passwd ABC_Software.key.pem")]
pub(super) struct PasswdArgs {
    /// Secret key file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    protection: ProtectionArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    new: NewPassphraseArgs,
}

pub(super) fn passwd(args: &PasswdArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.protection.no_passphrase && args.new.is_given() {
        return Err(Stop::usage("a new passphrase was given, and the key is to have none"));
    }
    let (key, label) = read_key(&args.file, &args.passphrase, io)?;
    let text = args.protection.write(&key, &label, || args.new.get(io))?;
    // A file that exists keeps its permissions: reading has made sure that they are its owner's alone.
    file::write(&args.file, text.as_bytes())?;
    args.protection.warn(io)?;
    io.say(&format!(
        "key {} has another passphrase; copies of the old file keep the old one",
        key.public_key().id()
    ))?;
    Ok(Exit::Yes)
}
