//! The world as a command sees it: standard streams, whether they are terminals, and today's date.

use std::io::{self, Read, Write};

use jiff::civil::Date;

use crate::report::escape::escape;

use super::exit::Stop;

/// Streams and settings of one run. Tests hand in buffers.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Results.
    pub stdout: &'a mut dyn Write,
    /// Findings and messages for people.
    pub stderr: &'a mut dyn Write,
    /// Whether results may be coloured.
    pub color_out: bool,
    /// Whether messages may be coloured.
    pub color_err: bool,
    /// `-q`: no messages but errors.
    pub quiet: bool,
    /// `-v`, counted: more detail.
    pub verbose: u8,
    /// Width of the terminal in columns; 100 where there is none.
    pub width: usize,
    /// Today's local date.
    pub today: Date,
    /// Whether a person can be asked at a prompt.
    pub interactive: bool,
}

impl std::fmt::Debug for Io<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Io").field("quiet", &self.quiet).field("today", &self.today).finish_non_exhaustive()
    }
}

impl Io<'_> {
    /// A message for people on stderr, unless `-q`. Untrusted text in it must be escaped already.
    ///
    /// # Errors
    /// When stderr cannot be written.
    pub fn say(&mut self, message: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.stderr, "{message}") }
    }

    /// Prints why the command stopped.
    ///
    /// # Errors
    /// When stderr cannot be written.
    pub fn stop(&mut self, stop: &Stop) -> io::Result<()> {
        let (on, off) = if self.color_err { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        writeln!(self.stderr, "{on}error{off}: {}", escape(&stop.message))?;
        if let Some(help) = &stop.help {
            writeln!(self.stderr, "  help: {}", escape(help))?;
        }
        Ok(())
    }
}

/// A stream whose reader may go away: what is written after that is dropped, so that a closed pipe neither hides the
/// exit code nor becomes an error.
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
