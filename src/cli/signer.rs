//! Who signs: a secret key file, a program, or a security module. Whoever it is, every signature is checked with the key
//! of the trust store before it is used.

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

/// Where the secret key is.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerArgs {
    /// Secret key file
    #[arg(long, value_name = "FILE", group = "holder")]
    pub key: Option<PathBuf>,
    /// Program that signs, by its path: it gets the message on standard input and writes 64 bytes
    #[arg(long, value_name = "PROGRAM", group = "holder", requires = "signing_key")]
    signer: Option<PathBuf>,
    /// Argument for the program; may stand several times
    #[arg(long, value_name = "ARG", requires = "signer", conflicts_with = "key", allow_hyphen_values = true)]
    signer_arg: Vec<String>,
    /// Seconds that the program has for one signature
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    signer_timeout: u64,
    /// Module of a PKCS#11 token that signs; the passphrase is its PIN
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "MODULE", group = "holder", requires = "signing_key")]
    pkcs11: Option<PathBuf>,
    /// Label of the token, where the module has several
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "LABEL", requires = "pkcs11")]
    pkcs11_token: Option<String>,
}

/// Which key a program or a token holds.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct KeyIdArgs {
    /// Key id in the trust store of the key that the program or the token holds
    #[arg(id = "signing_key", long = "key-id", value_name = "ID", value_parser = parse_id, conflicts_with = "key")]
    pub id: Option<KeyId>,
}

/// The same where `--key-id` names a key to withdraw.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerKeyArgs {
    /// Key id in the trust store of the key that the program or the token holds
    #[arg(id = "signing_key", long = "signer-key-id", value_name = "ID", value_parser = parse_id, conflicts_with = "key")]
    pub id: Option<KeyId>,
}

fn parse_id(text: &str) -> Result<KeyId, String> {
    KeyId::parse(text).ok_or_else(|| "write the 16 digits of a key id, as `keys list` shows it".to_owned())
}

/// Someone who signs, and what the trust store says of the key.
pub struct Holder<'a> {
    /// Who signs.
    pub signer: Box<dyn Signer>,
    /// The key by which each signature is checked.
    pub trusted: &'a TrustedKey,
}

impl Holder<'_> {
    /// ◆ A key that was retired or lost signs nothing, whatever the day.
    ///
    /// # Errors
    /// When this one was.
    pub fn refuse_state(&self) -> Result<(), Stop> {
        let (state, id) = (self.trusted.entry.state, self.trusted.key.id());
        match state {
            KeyState::Active | KeyState::Standby => Ok(()),
            KeyState::Retired(_) | KeyState::Compromised(_) => {
                Err(Stop::new(Exit::No, format!("key {id} is {state}: it signs nothing any more"))
                    .help(IN_USE))
            }
        }
    }

    /// ◆ A key signs licenses on the days of its validity only, whatever ISSUED says: who verifies cannot see on which day
    /// it was used. A standby key is for the day on which another is lost: that it signs before is told.
    ///
    /// # Errors
    /// When the key may not sign on this day, or not at all.
    pub fn refuse_day(&self, day: Date, io: &mut Io<'_>) -> Result<(), Stop> {
        self.refuse_state()?;
        let (entry, id) = (&self.trusted.entry, self.trusted.key.id());
        if !self.trusted.is_valid_on(day) {
            let (first, last) = (entry.not_before, entry.not_after);
            let message = format!("key {id} may sign from {first} to {last}, and not on {day}");
            return Err(Stop::new(Exit::No, message).help(IN_USE));
        }
        if entry.state == KeyState::Standby {
            io.say(&format!(
                "warning: key {id} is standby; `keywright keys activate {id}` when it takes another's place"
            ))?;
        }
        Ok(())
    }

    /// ◆ A key that was withdrawn signs no licenses: where the list is known they would be REVOKED.
    ///
    /// # Errors
    /// When this one was.
    pub fn refuse_withdrawn(&self, revocations: &Revocations) -> Result<(), Stop> {
        let (id, vendor) = (self.trusted.key.id(), &self.trusted.entry.vendor);
        match revocations.vendors.get(vendor).and_then(|withdrawn| withdrawn.key_ids.get(&id)) {
            None => Ok(()),
            Some(reason) => {
                Err(Stop::new(Exit::No, format!("key {id} was withdrawn: `{reason}`")).help(IN_USE))
            }
        }
    }

    /// Which keys count where what this one signs is used.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.trusted.entry.usage {
            Usage::Production => Mode::Production,
            Usage::Development => Mode::Development,
        }
    }
}

const IN_USE: &str = "nothing was written; sign with a key that is in use: `keywright keys list` shows them";

impl SignerArgs {
    /// Whether anybody is named who signs.
    #[must_use]
    pub fn is_given(&self) -> bool {
        #[cfg(feature = "pkcs11")]
        if self.pkcs11.is_some() {
            return true;
        }
        self.key.is_some() || self.signer.is_some()
    }

    /// Refuses a command line that names nobody who signs.
    ///
    /// # Errors
    /// When it does not.
    pub fn require(&self) -> Result<(), Stop> {
        if self.is_given() {
            return Ok(());
        }
        Err(Stop::usage("nobody is named who signs").help(
            "`--key FILE` names a secret key file, `--signer PROGRAM --key-id ID` a program that holds the key",
        ))
    }

    /// Opens the key file, or makes ready to ask the program or the token, which holds the key with this id.
    ///
    /// # Errors
    /// When nobody is named who signs, the key is not in the trust store, or who holds it cannot be reached.
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
                .help("`keywright keys import` adds its public half; `--key-id ID` names it")
        })?;
        #[cfg(feature = "pkcs11")]
        if let Some(module) = &self.pkcs11 {
            let pin = passphrase.get(false, io)?;
            let token = super::pkcs11::Token::open(module, self.pkcs11_token.as_deref(), &pin, &trusted.key)?;
            return Ok(Holder { signer: Box::new(token), trusted });
        }
        let program = self.signer.as_deref().unwrap_or(Path::new(""));
        // Looked up by no one: what a folder on the search path holds must not get to sign.
        if program.components().count() < 2 {
            return Err(Stop::usage(format!("`{}` is no path of a program", file::shown(program)))
                .help("name it by its path: `./sign` or `/usr/local/bin/sign`"));
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

/// A program that signs. It is started once a signature, with the arguments given and no shell; it reads the message to
/// the end of its standard input, and writes the 64 bytes of the signature and nothing else.
struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    timeout: Duration,
    public: PublicKey,
}

/// Most bytes of a program's own words that are passed on.
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
        // A group of its own: what it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failed("cannot be started", &error))?;
        let answer = read_aside(child.stdout.take(), 65);
        let words = read_aside(child.stderr.take(), MOST_WORDS);
        if let Some(mut stdin) = child.stdin.take() {
            // The message fits into any pipe. A program that does not read it is judged by its answer.
            let _ = stdin.write_all(message);
        }
        let end = Instant::now() + self.timeout;
        let status = wait(&mut child, end);
        let Some(status) = status.map_err(|error| failed("cannot be waited for", &error))? else {
            return Err(SignerFailure(format!(
                "`{}` gave no answer within {} seconds",
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
            // It has ended, and what it started holds its output open.
            end_group(&child);
            Vec::new()
        });
        answer.as_slice().try_into().map_err(|_| {
            let length = if answer.len() > 64 { "more than 64".to_owned() } else { answer.len().to_string() };
            SignerFailure(format!("`{}` wrote {length} bytes instead of 64", file::shown(&self.path)))
        })
    }
}

/// Reads a stream to its end, or up to a limit, on a thread of its own: whoever holds it open cannot hold us up.
fn read_aside(stream: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stream) = stream {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stream.take(limit).read_to_end(&mut bytes);
            // Nobody may be listening any more.
            let _ = read.map(|_| sender.send(bytes));
        });
    }
    receiver
}

/// Ends what a program started, as far as the system knows of it; the program itself is ended besides.
#[cfg(unix)]
fn end_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // A group that has ended already is as good.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

/// Waits for a program; one that is still running at `end` is ended, and `None` returned.
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
