//! `keywright keys passwd`: changes the passphrase of a secret key file.

use std::path::PathBuf;

use super::super::passphrase::{NewPassphraseArgs, PassphraseArgs};
use super::super::trust_args::read_key;
use super::super::{CliError, Console, Exit, files};
use super::new::ProtectionArgs;

/// Change the passphrase of a secret key file
///
/// The file is replaced atomically. Copies of the old file keep the old passphrase.
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

pub(super) fn passwd(args: &PasswdArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if args.protection.no_passphrase && args.new.is_given() {
        return Err(CliError::usage("`--no-passphrase` conflicts with the new passphrase options"));
    }
    if files::is_stdin(&args.file) {
        return Err(CliError::usage(
            "cannot change the passphrase of a key on standard input: the key file is replaced",
        )
        .help("give the path of the key file"));
    }
    let (key, label) = read_key(&args.file, &args.passphrase, io)?;
    let text = args.protection.write(&key, &label, || args.new.get(io))?;
    // The file keeps its permissions; `read_key` checked that only the owner can read it.
    files::write(&args.file, text.as_bytes())?;
    args.protection.warn(io)?;
    io.note(&format!(
        "changed the passphrase of key {}; copies of the old file keep the old passphrase",
        key.public_key().id()
    ))?;
    Ok(Exit::Success)
}
