//! A program that signs: started once for each signature, with a time limit for it and all that it started.

use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::report::escape::escape;
use crate::sign::{PublicKey, Signer, SignerFailure};

use super::super::file;
use super::processes::Family;

/// A program that signs. It is started once a signature, with the arguments given and no shell; it reads the message to
/// the end of its standard input, and writes the 64 bytes of the signature and nothing else.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) timeout: Duration,
    pub(super) public: PublicKey,
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
        let mut family = Family::start(&mut command).map_err(|error| failed("cannot be started", &error))?;
        let child = &mut family.child;
        let answer = read_aside(child.stdout.take(), 65);
        let words = read_aside(child.stderr.take(), MOST_WORDS);
        if let Some(mut stdin) = child.stdin.take() {
            // The message fits into any pipe. A program that does not read it is judged by its answer.
            let _ = stdin.write_all(message);
        }
        let end = Instant::now() + self.timeout;
        let status = wait(&mut family, end);
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
            // The program has ended, and a process that it started keeps its output open.
            family.end();
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

/// Waits for a program; one that is still running at `end` is ended, and `None` returned.
fn wait(family: &mut Family, end: Instant) -> std::io::Result<Option<std::process::ExitStatus>> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = family.child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            family.end();
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
