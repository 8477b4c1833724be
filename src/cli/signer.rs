//! Signers: a secret key file, a program, or a security module. Every signature is verified with the key in the trust
//! store before it is used.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::Date;

use crate::report::escape::escape;
use crate::sign::{
    KeyId, KeyState, Mode, PublicKey, Revocations, Signer, SignerFailure, Trust, TrustedKey, Usage,
};

use super::passphrase::PassphraseArgs;
use super::trust::{SigningKey, signing_key};
use super::{Exit, Io, Stop, file};

/// Location of the secret key.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerArgs {
    /// Secret key file
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
}

/// Key of a signing program or token.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct KeyIdArgs {
    /// Key id in the trust store of the key that the program or token signs with
    #[arg(id = "signing_key", long = "key-id", value_name = "ID", value_parser = parse_id, conflicts_with = "key")]
    pub id: Option<KeyId>,
}

/// Same as [`KeyIdArgs`], for commands where `--key-id` means a key to revoke.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerKeyArgs {
    /// Key id in the trust store of the key that the program or token signs with
    #[arg(id = "signing_key", long = "signer-key-id", value_name = "ID", value_parser = parse_id, conflicts_with = "key")]
    pub id: Option<KeyId>,
}

fn parse_id(text: &str) -> Result<KeyId, String> {
    KeyId::parse(text).ok_or_else(|| "expected the 16 digits of a key id, as shown by `keys list`".to_owned())
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
    pub fn refuse_state(&self) -> Result<(), Stop> {
        let (state, id) = (self.trusted.entry.state, self.trusted.key.id());
        match state {
            KeyState::Active | KeyState::Standby => Ok(()),
            KeyState::Retired(_) | KeyState::Compromised(_) => {
                Err(Stop::new(Exit::No, format!("key {id} is {state} and cannot sign")).help(IN_USE))
            }
        }
    }

    /// DECISION: a key signs licenses only on the days of its validity, whatever ISSUED says, because a verifier
    /// cannot see on which day it was used. A standby key is reserved for the loss of another key; signing with it
    /// earlier causes a warning.
    ///
    /// # Errors
    /// Returns an error if the key cannot sign on this day, or at all.
    pub fn refuse_day(&self, day: Date, io: &mut Io<'_>) -> Result<(), Stop> {
        self.refuse_state()?;
        let (entry, id) = (&self.trusted.entry, self.trusted.key.id());
        if !self.trusted.is_valid_on(day) {
            let (first, last) = (entry.not_before, entry.not_after);
            let message = format!("key {id} is not valid on {day} (valid from {first} to {last})");
            return Err(Stop::new(Exit::No, message).help(IN_USE));
        }
        if entry.state == KeyState::Standby {
            io.say(&format!(
                "warning: key {id} is on standby; to put it into use, run `keywright keys activate {id}`"
            ))?;
        }
        Ok(())
    }

    /// DECISION: a revoked key signs no licenses: with the revocation list they would be REVOKED.
    ///
    /// # Errors
    /// Returns an error if the key is revoked.
    pub fn refuse_withdrawn(&self, revocations: &Revocations) -> Result<(), Stop> {
        let (id, vendor) = (self.trusted.key.id(), &self.trusted.entry.vendor);
        match revocations.vendors.get(vendor).and_then(|withdrawn| withdrawn.key_ids.get(&id)) {
            None => Ok(()),
            Some(reason) => Err(Stop::new(Exit::No, format!("key {id} is revoked: `{reason}`")).help(IN_USE)),
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

    /// Rejects a command line without a signer.
    ///
    /// # Errors
    /// Returns an error if no signer is given.
    pub fn require(&self) -> Result<(), Stop> {
        if self.is_given() {
            return Ok(());
        }
        Err(Stop::usage("no signing key given").help(
            "use `--key FILE` for a secret key file, or `--signer PROGRAM --key-id ID` for a signing program",
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
        io: &mut Io<'_>,
    ) -> Result<Holder<'a>, Stop> {
        if let Some(path) = &self.key {
            let SigningKey { key, trusted } = signing_key(path, passphrase, trust, io)?;
            return Ok(Holder { signer: Box::new(key), trusted });
        }
        self.require()?;
        let trusted = id.and_then(|id| trust.get(id)).ok_or_else(|| {
            Stop::usage("the key of the signer is not in the trust store")
                .help("add the public key with `keywright keys import`, and select it with `--key-id ID`")
        })?;
        #[cfg(feature = "pkcs11")]
        if let Some(module) = &self.pkcs11 {
            let pin = passphrase.get(false, io)?;
            let token = super::pkcs11::Token::open(module, self.pkcs11_token.as_deref(), &pin, &trusted.key)?;
            return Ok(Holder { signer: Box::new(token), trusted });
        }
        let program = self.signer.as_deref().unwrap_or(Path::new(""));
        // Not searched in PATH: a program in one of its directories must not become the signer.
        if program.components().count() < 2 {
            return Err(Stop::usage(format!("`{}` is not a path", file::shown(program)))
                .help("write the path of the program: `./sign` or `/usr/local/bin/sign`"));
        }
        let program = Program {
            path: program.to_owned(),
            arguments: self.signer_arg.clone(),
            timeout: Duration::from_secs(self.signer_timeout),
            public: trusted.key,
        };
        Ok(Holder { signer: Box::new(program), trusted })
    }
}

/// A signing program. It is started for each signature, with the given arguments and without a shell. It reads the
/// message from standard input to the end, and writes the 64 bytes of the signature and nothing else.
struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    timeout: Duration,
    public: PublicKey,
}

/// Maximum number of bytes of the program's error output in a message.
const MOST_WORDS: u64 = 500;

impl Signer for Program {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        let failed = |what: &str, error: &std::io::Error| {
            SignerFailure(format!("`{}` {what}: {}", file::shown(&self.path), file::reason(error)))
        };
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A process group of its own, so that its child processes can be killed too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failed("cannot be started", &error))?;
        let answer = read_aside(child.stdout.take(), 65);
        let words = read_aside(child.stderr.take(), MOST_WORDS);
        if let Some(mut stdin) = child.stdin.take() {
            // The message fits into any pipe buffer. A program that does not read it fails by its answer.
            let _ = stdin.write_all(message);
        }
        let end = Instant::now() + self.timeout;
        let status = wait(&mut child, end);
        let Some(status) = status.map_err(|error| failed("cannot be waited for", &error))? else {
            return Err(SignerFailure(format!(
                "timeout: `{}` did not answer within {} seconds",
                file::shown(&self.path),
                self.timeout.as_secs()
            )));
        };
        let left = || end.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
        if !status.success() {
            let words = words.recv_timeout(left()).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(SignerFailure(format!(
                "`{}` failed ({status}): {}",
                file::shown(&self.path),
                escape(&words)
            )));
        }
        let answer = answer.recv_timeout(left()).unwrap_or_else(|_| {
            // The program ended, but a child process keeps its output open.
            end_group(&child);
            Vec::new()
        });
        answer.as_slice().try_into().map_err(|_| {
            let length = if answer.len() > 64 { "more than 64".to_owned() } else { answer.len().to_string() };
            SignerFailure(format!("`{}` wrote {length} bytes instead of 64", file::shown(&self.path)))
        })
    }
}

/// Reads a stream to its end or a limit on its own thread, so that a process that keeps it open cannot block us.
fn read_aside(stream: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stream) = stream {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stream.take(limit).read_to_end(&mut bytes);
            // The receiver may be gone.
            let _ = read.map(|_| sender.send(bytes));
        });
    }
    receiver
}

/// Kills the process group of a program. The program itself is killed separately.
#[cfg(unix)]
fn end_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // The group may have ended already.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

/// Waits for a program. Returns `None` after killing it if it is still running at `end`.
fn wait(child: &mut Child, end: Instant) -> std::io::Result<Option<std::process::ExitStatus>> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            end_group(child);
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
