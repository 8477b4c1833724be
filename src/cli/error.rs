//! Exit codes, and errors that end a command.

use std::fmt;
use std::io;

use keywright_files::reason::io_reason;

/// The result of a command for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0: success, every check passed.
    Success,
    /// 1: findings at the fail level, an invalid signature, a failed scenario, a denied checkout.
    Findings,
    /// 2: invalid usage: unknown option, invalid configuration, missing trust store.
    Usage,
    /// 3: a license, scenario file or template could not be parsed.
    Unreadable,
    /// 4: signatures are valid, but a block is expired or not yet in force.
    NotInForce,
    /// 5: policy: mixed set, dependency across sets, stale trust bundle or revocation list.
    Policy,
    /// 6: input, output or internal failure; no result.
    Failure,
}

impl Exit {
    /// All results, by precedence: the first one wins if several apply.
    const WORST_FIRST: [Self; 7] = [
        Self::Usage,
        Self::Failure,
        Self::Unreadable,
        Self::Findings,
        Self::Policy,
        Self::NotInForce,
        Self::Success,
    ];

    /// Returns the exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::NotInForce => 4,
            Self::Policy => 5,
            Self::Failure => 6,
        }
    }

    /// Returns the result with this exit code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::WORST_FIRST.into_iter().find(|exit| exit.code() == code)
    }

    /// Returns the result that takes precedence.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        Self::WORST_FIRST.into_iter().find(|exit| *exit == self || *exit == other).unwrap_or(self)
    }
}

/// An error that ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// Exit code.
    pub exit: Exit,
    /// Message; lower case, no full stop. May contain untrusted text, which is escaped when printed.
    pub message: String,
    /// Advice.
    pub help: Option<String>,
}

impl CliError {
    /// Creates an error with this exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: None }
    }

    /// Creates a usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Creates an input or output error.
    pub fn failure(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, message)
    }

    /// Sets the advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

/// A report that cannot be written as JSON is an internal failure.
impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        Self::failure(format!("cannot write the report: {error}"))
    }
}

/// Only writing results fails with a bare [`io::Error`]; files are opened through `cli::files`, which adds their
/// names.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::failure(format!("cannot write the output: {}", io_reason(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_outcome_wins_in_documented_order() {
        let order = [2, 6, 3, 1, 5, 4, 0].map(|code| Exit::from_code(code).unwrap());
        for (rank, worse) in order.iter().enumerate() {
            for better in &order[rank..] {
                assert_eq!(worse.worst(*better), *worse);
                assert_eq!(better.worst(*worse), *worse);
            }
        }
        assert_eq!(Exit::from_code(7), None);
    }
}
