//! An external signing program: started for each signature, with a time limit.

use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use keywright_report::escape::escape;
use keywright_sign::{Signer, SignerFailure};
use keywright_verify::PublicKey;

use super::super::files;
use super::processes::Family;

/// A signing program. It is started for each signature, with the given arguments and without a shell. It reads the
/// message from standard input to the end, and writes the 64 bytes of the signature and nothing else.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) timeout: Duration,
    pub(super) public: PublicKey,
}

/// Maximum number of bytes of the program's error output in a message.
const MOST_WORDS: u64 = 500;

impl Signer for Program {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        let failed = |what: &str, error: &std::io::Error| {
            SignerFailure(format!(
                "`{}` {what}: {}",
                files::display_name(&self.path),
                files::io_reason(error)
            ))
        };
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Start a separate process group, so that its child processes can be killed too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut family = Family::start(&mut command).map_err(|error| failed("cannot be started", &error))?;
        let child = &mut family.child;
        let answer = read_aside(child.stdout.take(), 65);
        let words = read_aside(child.stderr.take(), MOST_WORDS);
        if let Some(mut stdin) = child.stdin.take() {
            // The message fits into any pipe buffer. A program that does not read it fails by its answer.
            let _ = stdin.write_all(message);
        }
        let end = Instant::now() + self.timeout;
        let status = wait(&mut family, end);
        let Some(status) = status.map_err(|error| failed("failed while waiting for it to end", &error))?
        else {
            return Err(SignerFailure(format!(
                "timeout: `{}` did not answer within {} seconds",
                files::display_name(&self.path),
                self.timeout.as_secs()
            )));
        };
        let left = || end.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
        if !status.success() {
            let words = words.recv_timeout(left()).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(SignerFailure(format!(
                "`{}` failed ({status}): {}",
                files::display_name(&self.path),
                escape(&words)
            )));
        }
        let answer = answer.recv_timeout(left()).unwrap_or_else(|_| {
            // The program ended, but a child process keeps its output open.
            family.end();
            Vec::new()
        });
        answer.as_slice().try_into().map_err(|_| {
            let length = if answer.len() > 64 { "more than 64".to_owned() } else { answer.len().to_string() };
            SignerFailure(format!("`{}` wrote {length} bytes instead of 64", files::display_name(&self.path)))
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

/// Waits for a program. Returns `None` after killing it if it is still running at `end`.
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
