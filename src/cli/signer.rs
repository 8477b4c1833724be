//! Signers: a secret key file, a program, or a security module. Every signature is verified with the key in the trust
//! store before it is used.

#[cfg_attr(not(target_os = "linux"), path = "signer/processes_elsewhere.rs")]
mod processes;
mod program;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;

use keywright_sign::Signer;
use keywright_verify::{KeyId, KeyState, Mode, Revocations, Trust, TrustedKey, Usage};

use self::program::Program;
use super::passphrase::PassphraseArgs;
use super::project::Project;
use super::trust_args::{SigningKey, signing_key};
use super::{CliError, Console, Exit, files};

/// Location of the secret key.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct SignerArgs {
    /// Secret key file; `-` is standard input [default: `key` or `signer` in keywright.toml]
    #[arg(long, value_name = "FILE", group = "holder")]
    pub key: Option<PathBuf>,
    /// Path of a signing program: reads the message from standard input and writes 64 bytes
    #[arg(long, value_name = "PROGRAM", group = "holder", requires = "signing_key")]
    signer: Option<PathBuf>,
    /// Argument for the signing program; can be repeated
    #[arg(long, value_name = "ARG", requires = "signer", conflicts_with = "key", allow_hyphen_values = true)]
    signer_arg: Vec<String>,
    /// Timeout of the signing program in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    signer_timeout: u64,
    /// PKCS#11 module to sign with; the passphrase is the token's PIN
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "MODULE", group = "holder", requires = "signing_key")]
    pkcs11: Option<PathBuf>,
    /// Label of the token, if the module has several
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "LABEL", requires = "pkcs11")]
    pkcs11_token: Option<String>,
    /// Key of the signing program, if the project sets both.
    #[arg(skip)]
    project_key: Option<KeyId>,
}

/// Key of a signing program or token.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct KeyIdArgs {
    /// Key id in the trust store of the key that the program or token signs with
    #[arg(id = "signing_key", long = "key-id", value_name = "ID", conflicts_with = "key")]
    pub id: Option<KeyId>,
}

/// Same as [`KeyIdArgs`], for commands where `--key-id` means a key to revoke.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerKeyArgs {
    /// Key id in the trust store of the key that the program or token signs with
    #[arg(id = "signing_key", long = "signer-key-id", value_name = "ID", conflicts_with = "key")]
    pub id: Option<KeyId>,
}

/// A signer, and its key in the trust store.
pub struct Holder<'a> {
    /// The signer.
    pub signer: Box<dyn Signer>,
    /// The key that verifies each signature.
    pub trusted: &'a TrustedKey,
}

impl Holder<'_> {
    /// DECISION: a retired or compromised key signs nothing, on any day.
    ///
    /// # Errors
    /// Returns an error if the key is retired or compromised.
    pub fn refuse_state(&self) -> Result<(), CliError> {
        let (state, id) = (self.trusted.entry.state, self.trusted.key.id());
        match state {
            KeyState::Active | KeyState::Standby => Ok(()),
            KeyState::Retired(_) | KeyState::Compromised(_) => {
                Err(CliError::new(Exit::Findings, format!("key {id} is {state} and cannot sign"))
                    .help(IN_USE))
            }
        }
    }

    /// DECISION: a key signs licenses only on the days of its validity, whatever ISSUED says, because a verifier
    /// cannot see on which day it was used. A standby key is reserved for the loss of another key; signing with it
    /// earlier causes a warning.
    ///
    /// # Errors
    /// Returns an error if the key cannot sign on this day, or at all.
    pub fn refuse_day(&self, day: Date, io: &mut Console<'_>) -> Result<(), CliError> {
        self.refuse_state()?;
        let (entry, id) = (&self.trusted.entry, self.trusted.key.id());
        if !self.trusted.is_valid_on(day) {
            let (first, last) = (entry.not_before, entry.not_after);
            let message = format!("key {id} is not valid on {day} (valid from {first} to {last})");
            return Err(CliError::new(Exit::Findings, message).help(IN_USE));
        }
        if entry.state == KeyState::Standby {
            io.note(&format!(
                "warning: key {id} is on standby; to put it into use, run `keywright keys activate {id}`"
            ))?;
        }
        Ok(())
    }

    /// DECISION: a revoked key signs no licenses: with the revocation list they would be REVOKED.
    ///
    /// # Errors
    /// Returns an error if the key is revoked.
    pub fn refuse_withdrawn(&self, revocations: &Revocations) -> Result<(), CliError> {
        let (id, entry) = (self.trusted.key.id(), &self.trusted.entry);
        match revocations.key_reason(&entry.vendor, id, entry.usage) {
            None => Ok(()),
            Some(reason) => {
                Err(CliError::new(Exit::Findings, format!("key {id} is revoked: `{reason}`")).help(IN_USE))
            }
        }
    }

    /// Returns the verification mode for licenses signed with this key.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.trusted.entry.usage {
            Usage::Production => Mode::Production,
            Usage::Development => Mode::Development,
        }
    }
}

const IN_USE: &str = "nothing was written; sign with a valid key: see `keywright keys list`";

impl SignerArgs {
    /// Returns true if a signer is given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        #[cfg(feature = "pkcs11")]
        if self.pkcs11.is_some() {
            return true;
        }
        self.key.is_some() || self.signer.is_some()
    }

    /// Returns the signer of the command line or, without one, that of the project.
    ///
    /// # Errors
    /// Returns an error if the configuration cannot be read or is invalid.
    pub fn or_project(&self, io: &Console<'_>) -> Result<Self, CliError> {
        let mut signer = self.clone();
        if !self.is_given() {
            let project = Project::load(io)?;
            let settings = project.settings();
            signer.key.clone_from(&settings.key);
            signer.signer.clone_from(&settings.signer);
            signer.signer_arg.clone_from(&settings.signer_arg);
            signer.project_key = settings.key_id;
        }
        Ok(signer)
    }

    /// Returns the key of the program or the token: the one of the command line, or that of the project.
    #[must_use]
    pub fn key_id(&self, id: Option<KeyId>) -> Option<KeyId> {
        id.or(self.project_key)
    }

    /// Rejects standard input for the key file if the command reads other data from it.
    ///
    /// # Errors
    /// Returns an error if the key file and one of the `others` are standard input.
    pub fn refuse_stdin_twice<'p>(
        &self,
        others: impl IntoIterator<Item = &'p PathBuf>,
    ) -> Result<(), CliError> {
        let is_key = self.key.as_deref().is_some_and(files::is_stdin);
        if is_key && others.into_iter().any(|other| files::is_stdin(other)) {
            return Err(CliError::usage("standard input cannot be both key file and input of the command")
                .help("give one of them as a file, or use `--signer PROGRAM` instead of a key file"));
        }
        Ok(())
    }

    /// Rejects a command line without a signer.
    ///
    /// # Errors
    /// Returns an error if no signer is given.
    pub fn require(&self) -> Result<(), CliError> {
        if self.is_given() {
            return Ok(());
        }
        Err(CliError::usage("no signing key given").help(
            "use `--key FILE` for a secret key file, or `--signer PROGRAM --key-id ID` for a signing program; or set `key` or `signer` in keywright.toml",
        ))
    }

    /// Opens the key file, the program or the token. `id` is the key of the program or the token.
    ///
    /// # Errors
    /// Returns an error if no signer is given, the key is not in the trust store, or the token cannot be opened.
    pub fn open<'a>(
        &self,
        id: Option<KeyId>,
        passphrase: &PassphraseArgs,
        trust: &'a Trust,
        io: &mut Console<'_>,
    ) -> Result<Holder<'a>, CliError> {
        let signer = self.or_project(io)?;
        if let Some(path) = &signer.key {
            let SigningKey { key, trusted } = signing_key(path, passphrase, trust, io)?;
            return Ok(Holder { signer: Box::new(key), trusted });
        }
        signer.require()?;
        let trusted = signer.key_id(id).and_then(|id| trust.get(id)).ok_or_else(|| {
            CliError::usage("the key of the signer is not in the trust store")
                .help("add the public key with `keywright keys import`, and select it with `--key-id ID`")
        })?;
        #[cfg(feature = "pkcs11")]
        if let Some(module) = &self.pkcs11 {
            let pin = passphrase.get(false, io)?;
            let token = super::pkcs11::Token::open(module, self.pkcs11_token.as_deref(), &pin, &trusted.key)?;
            return Ok(Holder { signer: Box::new(token), trusted });
        }
        let program = signer.signer.as_deref().unwrap_or(Path::new(""));
        // Not searched in PATH: a program in one of its directories must not become the signer.
        if program.components().count() < 2 {
            return Err(CliError::usage(format!("`{}` is not a path", files::display_name(program)))
                .help("write the path of the program: `./sign` or `/usr/local/bin/sign`"));
        }
        let program = Program {
            path: program.to_owned(),
            arguments: signer.signer_arg,
            timeout: Duration::from_secs(self.signer_timeout),
            public: trusted.key,
        };
        Ok(Holder { signer: Box::new(program), trusted })
    }
}
