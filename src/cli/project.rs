//! The settings of the project, as defaults of options: from the `keywright.toml` of the working directory or its nearest
//! parent, or from the file given with `--config`.
//!
//! DECISION: the configuration next to an input file is not used. A directory that came from a customer could contain one,
//! which would select the keys, the log or the signing program.

use std::fs;
use std::path::{Path, PathBuf};

use super::config::{Configs, NAME, ProjectSettings};
use super::{CliError, Console};

/// The settings of the project.
#[derive(Debug, Default)]
pub struct Project {
    /// Name of the file, if there is one.
    file: Option<String>,
    settings: ProjectSettings,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Returns an error if the configuration cannot be read or is invalid.
    pub fn load(io: &Console<'_>) -> Result<Self, CliError> {
        let found = Configs::new(io.config.as_deref())?.of_project()?;
        Ok(found.map_or_else(Self::default, |config| Self {
            file: Some(config.name().to_owned()),
            settings: relative(config.project().clone()),
        }))
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &ProjectSettings {
        &self.settings
    }

    /// Returns the error for a setting that is neither on the command line nor in the file.
    #[must_use]
    pub fn missing(&self, what: &str, option: &str, key: &str) -> CliError {
        let file = self.file.as_deref().unwrap_or(NAME);
        CliError::usage(format!("no {what}: give `{option}`, or set `{key}` in {file}"))
    }
}

/// Returns the path on the command line or, without one, that of the project.
#[must_use]
pub fn first_of<'p>(option: Option<&'p PathBuf>, setting: Option<&'p PathBuf>) -> Option<&'p Path> {
    option.or(setting).map(PathBuf::as_path)
}

/// Makes the paths below the working directory relative to it, as a user would write them.
fn relative(mut settings: ProjectSettings) -> ProjectSettings {
    let Ok(here) = fs::canonicalize(".") else { return settings };
    let ProjectSettings { catalog, templates, out, log, trust, key, signer, .. } = &mut settings;
    for path in [catalog, templates, out, log, trust, key].into_iter().flatten() {
        *path = below(&here, path);
    }
    // The path of a program needs a directory, so that it is not mistaken for a name in PATH.
    if let Some(program) = signer
        && let Ok(inside) = program.strip_prefix(&here)
    {
        *program = Path::new(".").join(inside);
    }
    settings
}

fn below(here: &Path, path: &Path) -> PathBuf {
    let inside = path.strip_prefix(here).unwrap_or(path);
    if inside.as_os_str().is_empty() { PathBuf::from(".") } else { inside.to_owned() }
}
