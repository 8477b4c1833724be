//! Errors while entries are read and written.

use keywright_issue::Fault;

use crate::CliError;
use crate::issue::failed;

/// An error of the log or of the output.
pub(super) struct Broken(pub(super) CliError);

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self(failed(&fault))
    }
}

impl From<CliError> for Broken {
    fn from(stop: CliError) -> Self {
        Self(stop)
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}
