//! Standard streams, terminal properties and today's date, as seen by a command.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use jiff::civil::Date;

use keywright_report::escape::escape;

use super::error::CliError;

/// Streams and settings of one run. Tests pass buffers.
pub struct Console<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Results.
    pub stdout: &'a mut dyn Write,
    /// Findings and messages.
    pub stderr: &'a mut dyn Write,
    /// True if results may be coloured.
    pub color_out: bool,
    /// True if messages may be coloured.
    pub color_err: bool,
    /// `-q`: no messages except errors.
    pub quiet: bool,
    /// Number of `-v` options.
    pub verbose: u8,
    /// Width of the terminal in columns; 100 without a terminal.
    pub width: usize,
    /// Configuration file given with `--config`.
    pub config: Option<PathBuf>,
    /// Today's local date.
    pub today: Date,
    /// True if prompts are possible.
    pub interactive: bool,
}

impl std::fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Io").field("quiet", &self.quiet).field("today", &self.today).finish_non_exhaustive()
    }
}

impl Console<'_> {
    /// Prints a message on stderr, unless `-q`. Untrusted text in it must be escaped.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub fn note(&mut self, message: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.stderr, "{message}") }
    }

    /// Prints the error that ended the command.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub fn error(&mut self, stop: &CliError) -> io::Result<()> {
        let (on, off) = if self.color_err { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        writeln!(self.stderr, "{on}error{off}: {}", escape(&stop.message))?;
        if let Some(help) = &stop.help {
            writeln!(self.stderr, "  help: {}", escape(help))?;
        }
        Ok(())
    }
}

/// A stream whose reader may close it. Later output is discarded, so that a closed pipe is not an error and the exit
/// code is still returned.
#[derive(Debug)]
pub struct Pipe<W>(pub W);

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
