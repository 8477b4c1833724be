//! The issue log that a command uses.

use std::path::{Path, PathBuf};

use keywright_issue::log::Log;

use super::issue::failed;
use super::project::{Project, first_of};
use super::{CliError, Console};

/// Default name of the issue log.
const LOG: &str = "issue-log.sqlite";

/// The option for the issue log.
#[derive(Debug, Clone, clap::Args)]
pub struct LogArgs {
    /// Issue log [default: `log` in keywright.toml, or `issue-log.sqlite`]
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<PathBuf>,
}

impl LogArgs {
    /// Returns the path of the log: the option, the setting of the project, or the default name.
    #[must_use]
    pub fn path(&self, project: &Project) -> PathBuf {
        let path = first_of(self.log.as_ref(), project.settings().log.as_ref());
        path.unwrap_or(Path::new(LOG)).to_owned()
    }

    /// Opens the log for reading.
    ///
    /// # Errors
    /// Returns an error if the configuration is invalid, or the log cannot be read.
    pub fn open_to_read(&self, io: &Console<'_>) -> Result<Log, CliError> {
        self.existing(io).and_then(|path| Log::open_to_read(&path).map_err(|fault| failed(&fault)))
    }

    /// Returns the path of the log.
    ///
    /// # Errors
    /// Returns an error if the configuration is invalid, or if no log is given and there is none with the default name.
    pub fn existing(&self, io: &Console<'_>) -> Result<PathBuf, CliError> {
        let project = Project::load(io)?;
        let path = self.path(&project);
        let is_given = self.log.is_some() || project.settings().log.is_some();
        if is_given || path.exists() {
            return Ok(path);
        }
        let missing = project.missing("issue log", "--log FILE", "log");
        Err(missing
            .help(format!("without both, the log is `{LOG}` in the working directory, which does not exist")))
    }
}
