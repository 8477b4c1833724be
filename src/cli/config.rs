//! `keywright.toml`: the configuration. Every key and value is checked; an error stops the command.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use keywright_lint::Level;
use keywright_syntax::source::SourceFile;

use super::{CliError, Exit, files};

mod project_keys;
mod reader;
mod settings;

pub use reader::{KEYS, OVERRIDE_KEYS};
pub use settings::{ProjectSettings, Settings};

use reader::{Reader, in_order};
use settings::{Override, PartialSettings};

/// Name of the configuration file.
pub const NAME: &str = "keywright.toml";

/// Maximum size of a configuration file, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// A parsed configuration file.
#[derive(Debug)]
pub struct Config {
    /// Directory that patterns and paths are relative to.
    directory: PathBuf,
    /// Name of the file, for messages.
    name: String,
    base: PartialSettings,
    project: ProjectSettings,
    overrides: Vec<Override>,
}

impl Config {
    /// Parses a configuration. Patterns are relative to `directory`.
    ///
    /// # Errors
    /// Returns the first problem found, with its place (exit code 2).
    pub fn parse(name: &str, directory: &Path, text: &str) -> Result<Self, CliError> {
        let reader = Reader { source: SourceFile::new(name, text), directory };
        let root = DeTable::parse(text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.stop(error.span().unwrap_or_default(), message)
        })?;
        let mut config = Self {
            directory: directory.to_owned(),
            name: name.to_owned(),
            base: PartialSettings::default(),
            project: ProjectSettings::default(),
            overrides: Vec::new(),
        };
        for (key, value) in in_order(root.get_ref()) {
            if key.get_ref() == "override" {
                for table in reader.array(value, "[[override]]")? {
                    config.overrides.push(reader.file_override(table)?);
                }
            } else if !reader.set_project(&mut config.project, key, value)? {
                reader.set(&mut config.base, key, value, KEYS)?;
            }
        }
        reader.check_signer(&config.project)?;
        config.project.trust.clone_from(&config.base.trust);
        Ok(config)
    }

    /// Returns the settings of the project.
    #[must_use]
    pub fn project(&self) -> &ProjectSettings {
        &self.project
    }

    /// Returns the name of the file, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the settings for a file, given by its full path. Later overrides win.
    #[must_use]
    pub fn settings(&self, path: Option<&Path>) -> Settings {
        let mut settings = Settings::default();
        settings.apply(&self.base);
        if let Some(inside) = path.and_then(|path| path.strip_prefix(&self.directory).ok()) {
            for entry in self.overrides.iter().filter(|entry| entry.files.is_match(inside)) {
                settings.apply(&entry.settings);
            }
        }
        if settings.foreign_keys {
            settings.trust = None;
            // The group exists; a level for one of its rules takes precedence.
            settings.levels.set("keys", Level::Allow).ok();
        }
        settings
    }
}

/// The configurations of a run, each read once.
#[derive(Debug, Default)]
pub struct Configs {
    /// The configuration given with `--config`; applies to all files.
    named: Option<Arc<Config>>,
    /// The configuration that applies to each directory looked at.
    directories: HashMap<PathBuf, Option<Arc<Config>>>,
}

impl Configs {
    /// Creates the set of configurations; `named` is the one from the command line.
    ///
    /// # Errors
    /// Returns an error if that file cannot be read or is invalid.
    pub fn new(named: Option<&Path>) -> Result<Self, CliError> {
        let named = named.map(load).transpose()?;
        Ok(Self { named, directories: HashMap::new() })
    }

    /// Returns the configuration of the project: the one from the command line, or the nearest one in or above the working
    /// directory.
    ///
    /// # Errors
    /// Returns an error if that configuration cannot be read or is invalid.
    pub fn of_project(&mut self) -> Result<Option<Arc<Config>>, CliError> {
        if let Some(named) = &self.named {
            return Ok(Some(Arc::clone(named)));
        }
        let here = fs::canonicalize(".").ok();
        here.map(|here| self.upward(&here)).transpose().map(Option::flatten)
    }

    /// Returns the settings for a file, from the configuration in its directory or the nearest parent. Standard input
    /// uses the working directory.
    ///
    /// # Errors
    /// Returns an error if that configuration cannot be read or is invalid.
    pub fn settings(&mut self, path: &Path) -> Result<Settings, CliError> {
        let place = place(path);
        let directory = place.as_deref().and_then(Path::parent).map(Path::to_owned);
        let config = match &self.named {
            Some(named) => Some(Arc::clone(named)),
            None => directory.map(|directory| self.upward(&directory)).transpose()?.flatten(),
        };
        let path = place.as_deref().filter(|_| !files::is_stdin(path));
        Ok(config.map(|config| config.settings(path)).unwrap_or_default())
    }

    fn upward(&mut self, directory: &Path) -> Result<Option<Arc<Config>>, CliError> {
        let mut passed = Vec::new();
        let mut found = None;
        for directory in directory.ancestors() {
            if let Some(known) = self.directories.get(directory) {
                found.clone_from(known);
                break;
            }
            passed.push(directory.to_owned());
            let candidate = directory.join(NAME);
            let missing = |error: std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
            // If it exists but is unreadable, `load` reports that. It is never skipped.
            if !fs::symlink_metadata(&candidate).is_err_and(missing) {
                found = Some(load(&candidate)?);
                break;
            }
        }
        for directory in passed {
            self.directories.insert(directory, found.clone());
        }
        Ok(found)
    }
}

/// Returns the paths where a configuration for these files is, or could be created; `named` is the one from the
/// command line.
pub(super) fn places(files: &[PathBuf], named: Option<&Path>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named.to_owned()];
    }
    let mut all = Vec::new();
    let mut last = None;
    for directory in files.iter().filter_map(|path| path.parent()) {
        if last == Some(directory) {
            continue;
        }
        last = Some(directory);
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        if let Ok(directory) = fs::canonicalize(directory) {
            all.extend(directory.ancestors().map(|directory| directory.join(NAME)));
        }
    }
    all
}

/// Returns the full path of a file, with the links in its directory resolved, or `None` if the directory does not
/// exist.
fn place(path: &Path) -> Option<PathBuf> {
    if files::is_stdin(path) {
        return Some(std::env::current_dir().ok()?.join(files::STDIN));
    }
    let directory =
        path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(fs::canonicalize(directory).ok()?.join(path.file_name()?))
}

fn load(path: &Path) -> Result<Arc<Config>, CliError> {
    let unusable = |stop: CliError| CliError { exit: Exit::Usage, ..stop };
    let bytes = files::read_file(path, MAX_BYTES).map_err(unusable)?;
    let name = display_path(path);
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        CliError::usage(format!("{name}: invalid UTF-8 at byte offset {offset}"))
    })?;
    let directory = place(path).and_then(|place| Some(place.parent()?.to_owned())).unwrap_or_default();
    Config::parse(&name, &directory, &text).map(Arc::new)
}

/// Returns a path below the working directory relative to it, as the user wrote it.
fn display_path(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let inside = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    files::display_name(inside.unwrap_or(path))
}
