//! Who signs: a secret key file, a program, or a security module. Whoever it is, every signature is checked with the key
//! of the trust store before it is used.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::report::escape::escape;
use crate::sign::{KeyId, PublicKey, Signer, SignerFailure, Trust, TrustedKey};

use super::passphrase::PassphraseArgs;
use super::trust::{SigningKey, signing_key};
use super::{Io, Stop, file};

/// Where the secret key is.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct SignerArgs {
    /// Secret key file
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Program that signs, by its path: it gets the message on standard input and writes 64 bytes
    #[arg(long, value_name = "PROGRAM", requires = "key_id")]
    signer: Option<PathBuf>,
    /// Argument for the program; may stand several times
    #[arg(long, value_name = "ARG", requires = "signer", conflicts_with = "key", allow_hyphen_values = true)]
    signer_arg: Vec<String>,
    /// Seconds that the program has for one signature
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    signer_timeout: u64,
    /// Module of a PKCS#11 token that signs; the passphrase is its PIN
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "MODULE", requires = "key_id")]
    pkcs11: Option<PathBuf>,
    /// Label of the token, where the module has several
    #[cfg(feature = "pkcs11")]
    #[arg(long, value_name = "LABEL", requires = "pkcs11")]
    pkcs11_token: Option<String>,
    /// Key id in the trust store of the key that the program or the token holds
    #[arg(long, value_name = "ID", value_parser = parse_id, conflicts_with = "key")]
    key_id: Option<KeyId>,
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

impl SignerArgs {
    /// Opens the key file, or makes ready to ask the program or the token.
    ///
    /// # Errors
    /// When the key is not in the trust store, or who holds it cannot be reached.
    pub fn open<'a>(
        &self,
        passphrase: &PassphraseArgs,
        trust: &'a Trust,
        io: &mut Io<'_>,
    ) -> Result<Holder<'a>, Stop> {
        if let Some(path) = &self.key {
            let SigningKey { key, trusted } = signing_key(path, passphrase, trust, io)?;
            return Ok(Holder { signer: Box::new(key), trusted });
        }
        let trusted = self.key_id.and_then(|id| trust.get(id)).ok_or_else(|| {
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
        let mut child = Command::new(&self.path)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed("cannot be started", &error))?;
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
        let answer = answer.recv_timeout(left()).unwrap_or_default();
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

/// Waits for a program; one that is still running at `end` is ended, and `None` returned.
fn wait(child: &mut Child, end: Instant) -> std::io::Result<Option<std::process::ExitStatus>> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
