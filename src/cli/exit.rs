//! Exit codes, one meaning each, and errors that end a command.

use std::fmt;
use std::io;

/// What a command concludes, as a script sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0: everything asked about holds.
    Yes,
    /// 1: findings at the level asked for, a signature not valid, a scenario failed, a checkout denied.
    No,
    /// 2: the command could not be understood: bad option, bad configuration, no trust store.
    Usage,
    /// 3: a license, scenario or template could not be read as such.
    Unreadable,
    /// 4: signatures are good, but a block is expired or not yet in force.
    NotNow,
    /// 5: policy: mixed set, dependency crosses sets, trust or revocation list stale.
    Policy,
    /// 6: input, output or internal failure: nothing is concluded.
    Failure,
}

impl Exit {
    /// Which conclusion wins where several apply: the first of these.
    const WORST_FIRST: [Self; 7] =
        [Self::Usage, Self::Failure, Self::Unreadable, Self::No, Self::Policy, Self::NotNow, Self::Yes];

    /// The number for the operating system.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::NotNow => 4,
            Self::Policy => 5,
            Self::Failure => 6,
        }
    }

    /// The conclusion with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::WORST_FIRST.into_iter().find(|exit| exit.code() == code)
    }

    /// The one of the two that wins.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        Self::WORST_FIRST.into_iter().find(|exit| *exit == self || *exit == other).unwrap_or(self)
    }
}

/// Why a command ended before its conclusion, for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong; lower case, no full stop. May hold untrusted text: it is escaped when printed.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Stop {
    /// A stop with this conclusion.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: None }
    }

    /// The command could not be understood.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Something could not be read or written.
    pub fn failure(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, message)
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

/// Only writing results fails with a bare [`io::Error`]; files are opened through [`super::file`], which names them.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::failure(format!("cannot write the output: {}", super::file::reason(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins_in_the_documented_order() {
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
