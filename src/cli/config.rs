//! `keywright.toml`: the configuration. Every key and value is checked; an error stops the command.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use keywright_license::{DIRECTIVES, check_value, directive};
use keywright_lint::{Level, Levels, Policy};
use keywright_syntax::diagnostic::{Severity, nearest};
use keywright_syntax::source::SourceFile;

use super::{CliError, Exit, files};

/// Name of the configuration file.
pub const NAME: &str = "keywright.toml";

/// Top-level keys.
pub const KEYS: &[&str] = &["vendor", "directives", "trust", "keys", "fail", "levels", "override"];
/// Keys of an `[[override]]`.
pub const OVERRIDE_KEYS: &[&str] = &["files", "vendor", "directives", "trust", "keys", "fail", "levels"];
const LEVELS: &[(&str, Level)] = &[("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];
/// Makers of the KEYs: true if it is another license manager.
const KEY_MAKERS: &[(&str, bool)] = &[("own", false), ("foreign", true)];
const FAILS: &[(&str, Severity)] =
    &[("note", Severity::Note), ("warning", Severity::Warning), ("error", Severity::Error)];

/// Maximum size of a configuration file, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// A parsed configuration file.
#[derive(Debug)]
pub struct Config {
    /// Directory that patterns and paths are relative to.
    folder: PathBuf,
    base: Wishes,
    overrides: Vec<Override>,
}

#[derive(Debug)]
struct Override {
    files: GlobSet,
    wishes: Wishes,
}

/// Settings from the file, for all files or for those of an override.
#[derive(Debug, Default)]
struct Wishes {
    levels: Vec<(String, Level)>,
    fails: Option<Severity>,
    vendors: Option<Vec<String>>,
    directives: Option<Vec<String>>,
    trust: Option<PathBuf>,
    foreign_keys: Option<bool>,
}

/// The settings that apply to one file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Severities that differ from the rules' defaults.
    pub levels: Levels,
    /// Lowest severity that makes a run fail.
    pub fails: Severity,
    /// Vendor policy.
    pub policy: Policy,
    /// Directory of the trust store used to check KEYs, if one is configured.
    pub trust: Option<PathBuf>,
    /// True if another license manager makes the KEYs: they are opaque, and the rules about KEYs do not apply.
    pub foreign_keys: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            levels: Levels::default(),
            fails: Severity::Error,
            policy: Policy::default(),
            trust: None,
            foreign_keys: false,
        }
    }
}

impl Settings {
    fn apply(&mut self, wishes: &Wishes) {
        for (selector, level) in &wishes.levels {
            // Selectors were checked when the file was parsed.
            self.levels.set(selector, *level).ok();
        }
        self.fails = wishes.fails.unwrap_or(self.fails);
        if let Some(vendors) = &wishes.vendors {
            self.policy.vendors.clone_from(vendors);
        }
        if let Some(directives) = &wishes.directives {
            self.policy.directives.clone_from(directives);
        }
        if let Some(trust) = &wishes.trust {
            self.trust = Some(trust.clone());
        }
        self.foreign_keys = wishes.foreign_keys.unwrap_or(self.foreign_keys);
    }
}

impl Config {
    /// Parses a configuration. Patterns are relative to `folder`.
    ///
    /// # Errors
    /// Returns the first problem found, with its place (exit code 2).
    pub fn parse(name: &str, folder: &Path, text: &str) -> Result<Self, CliError> {
        let reader = Reader { source: SourceFile::new(name, text), folder };
        let root = DeTable::parse(text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.stop(error.span().unwrap_or_default(), message)
        })?;
        let mut config = Self { folder: folder.to_owned(), base: Wishes::default(), overrides: Vec::new() };
        for (key, value) in in_order(root.get_ref()) {
            if key.get_ref() == "override" {
                for table in reader.array(value, "[[override]]")? {
                    config.overrides.push(reader.overriding(table)?);
                }
            } else {
                reader.wish(&mut config.base, key, value, KEYS)?;
            }
        }
        Ok(config)
    }

    /// Returns the settings for a file, given by its full path. Later overrides win.
    #[must_use]
    pub fn settings(&self, path: Option<&Path>) -> Settings {
        let mut settings = Settings::default();
        settings.apply(&self.base);
        if let Some(inside) = path.and_then(|path| path.strip_prefix(&self.folder).ok()) {
            for wishes in self.overrides.iter().filter(|one| one.files.is_match(inside)) {
                settings.apply(&wishes.wishes);
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

/// Returns the entries of a table in file order, so that the first problem in the file is reported.
fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

struct Reader<'a> {
    source: Arc<SourceFile>,
    /// Directory that paths are relative to.
    folder: &'a Path,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn stop(&self, span: Range<usize>, message: impl std::fmt::Display) -> CliError {
        let at = self.source.position(span.start);
        CliError::usage(format!("{}:{}:{}: {message}", self.source.name(), at.line, at.column))
    }

    /// Creates an error for an unknown word.
    fn unknown(&self, what: &str, word: &str, span: Range<usize>, known: &[&str]) -> CliError {
        let stop = self.stop(span, format!("unknown {what} `{}`", keywright_syntax::excerpt(word)));
        match nearest(word, known.iter().copied()) {
            Some(suggestion) => stop.help(format!("did you mean `{suggestion}`?")),
            None => stop.help(format!("expected one of {}", known.join(", "))),
        }
    }

    fn wish(
        &self,
        wishes: &mut Wishes,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Value<'_>,
        known: &[&str],
    ) -> Result<(), CliError> {
        match &**key.get_ref() {
            "vendor" => wishes.vendors = Some(self.vendors(value)?),
            "directives" => wishes.directives = Some(self.directives(value)?),
            "trust" => wishes.trust = Some(self.folder.join(self.text(value, "a trust store")?)),
            "keys" => wishes.foreign_keys = Some(self.choice(value, "maker of keys", KEY_MAKERS)?),
            "fail" => wishes.fails = Some(self.choice(value, "fail level", FAILS)?),
            "levels" => wishes.levels = self.levels(value)?,
            other => return Err(self.unknown("key", other, key.span(), known)),
        }
        Ok(())
    }

    fn overriding(&self, value: &Value<'_>) -> Result<Override, CliError> {
        let table = self.table(value, "an override")?;
        let mut wishes = Wishes::default();
        let mut files = None;
        for (key, value) in in_order(table) {
            if key.get_ref() == "files" {
                files = Some(self.patterns(value)?);
            } else {
                self.wish(&mut wishes, key, value, OVERRIDE_KEYS)?;
            }
        }
        let files = files.ok_or_else(|| {
            self.stop(value.span(), "missing `files` in the override")
                .help("add the files that it applies to: files = [\"drafts/**\"]")
        })?;
        Ok(Override { files, wishes })
    }

    fn levels(&self, value: &Value<'_>) -> Result<Vec<(String, Level)>, CliError> {
        let mut levels = Vec::new();
        for (key, value) in in_order(self.table(value, "`levels`")?) {
            let level = self.choice(value, "level", LEVELS)?;
            Levels::default()
                .set(key.get_ref(), level)
                .map_err(|unknown| self.stop(key.span(), &unknown).help(unknown.help()))?;
            levels.push((key.get_ref().to_string(), level));
        }
        Ok(levels)
    }

    fn vendors(&self, value: &Value<'_>) -> Result<Vec<String>, CliError> {
        let names =
            if value.get_ref().is_str() { vec![value] } else { self.array(value, "`vendor`")?.collect() };
        let mut vendors = Vec::new();
        for name in names {
            let text = self.text(name, "a vendor")?;
            check_value("VENDOR", text)
                .map_err(|refusal| self.stop(name.span(), &refusal.message).help(refusal.help))?;
            vendors.push(text.to_owned());
        }
        self.some(vendors, value, "empty `vendor`")
    }

    fn directives(&self, value: &Value<'_>) -> Result<Vec<String>, CliError> {
        let known: Vec<&str> = DIRECTIVES.iter().map(|row| row.name).collect();
        let mut directives = Vec::new();
        for name in self.array(value, "`directives`")? {
            let text = self.text(name, "a directive")?;
            if directive(text).is_none() {
                return Err(self.unknown("directive", text, name.span(), &known));
            }
            directives.push(text.to_owned());
        }
        self.some(directives, value, "empty `directives`")
    }

    fn patterns(&self, value: &Value<'_>) -> Result<GlobSet, CliError> {
        let mut set = GlobSetBuilder::new();
        let mut any = Vec::new();
        for pattern in self.array(value, "`files`")? {
            let text = self.text(pattern, "a pattern")?;
            self.refuse_outside(pattern, text)?;
            // As in .gitignore, a pattern without a slash matches a name in any directory.
            let whole = if text.contains('/') {
                text.trim_start_matches("./").to_owned()
            } else {
                format!("**/{text}")
            };
            let glob = GlobBuilder::new(&whole).literal_separator(true).backslash_escape(false).build();
            set.add(glob.map_err(|error| {
                let reason = error.kind();
                self.stop(
                    pattern.span(),
                    format!("invalid pattern `{}`: {reason}", keywright_syntax::excerpt(text)),
                )
                .help("`*` matches any part of a name, `**` any directories, `[abc]` one of these characters")
            })?);
            any.push(());
        }
        self.some(any, value, "empty `files`")?;
        set.build().map_err(|error| self.stop(value.span(), format!("invalid patterns: {error}")))
    }

    /// Rejects a pattern that cannot match any file. It would silently disable its override.
    fn refuse_outside(&self, pattern: &Value<'_>, text: &str) -> Result<(), CliError> {
        let help = if text.starts_with('/') {
            "patterns are relative to the directory of this file: omit the leading `/`"
        } else if text.ends_with('/') {
            "to match all files in a directory, write `directory/**`"
        } else if text.split('/').any(|part| part == "..") {
            "put a keywright.toml into that directory or one of its parents"
        } else {
            return Ok(());
        };
        let message = format!("pattern `{}` cannot match any file", keywright_syntax::excerpt(text));
        Err(self.stop(pattern.span(), message).help(help))
    }

    fn some<T>(&self, list: Vec<T>, value: &Value<'_>, message: &str) -> Result<Vec<T>, CliError> {
        if list.is_empty() {
            return Err(self.stop(value.span(), message).help("omit the key to allow everything"));
        }
        Ok(list)
    }

    fn choice<T: Copy>(&self, value: &Value<'_>, what: &str, choices: &[(&str, T)]) -> Result<T, CliError> {
        let word = self.text(value, &format!("a {what}"))?;
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        found.ok_or_else(|| self.unknown(what, word, value.span(), &known))
    }

    fn text<'v>(&self, value: &'v Value<'_>, what: &str) -> Result<&'v str, CliError> {
        let wrong = || self.mismatch(value, what, "a quoted string");
        value.get_ref().as_str().ok_or_else(wrong)
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>, what: &str) -> Result<&'v DeTable<'i>, CliError> {
        value.get_ref().as_table().ok_or_else(|| self.mismatch(value, what, "a table"))
    }

    fn array<'v, 'i>(
        &self,
        value: &'v Value<'i>,
        what: &str,
    ) -> Result<impl Iterator<Item = &'v Value<'i>> + use<'v, 'i>, CliError> {
        let array: Option<&DeArray<'i>> = value.get_ref().as_array();
        array.map(|array| array.iter()).ok_or_else(|| self.mismatch(value, what, "a list"))
    }

    fn mismatch(&self, value: &Value<'_>, what: &str, wanted: &str) -> CliError {
        self.stop(
            value.span(),
            format!("{what} must be {wanted}, not {}", article(value.get_ref().type_str())),
        )
    }
}

fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}

/// The configurations of a run, each read once.
#[derive(Debug, Default)]
pub struct Configs {
    /// The configuration given with `--config`; applies to all files.
    named: Option<Arc<Config>>,
    /// The configuration that applies to each directory looked at.
    folders: HashMap<PathBuf, Option<Arc<Config>>>,
}

impl Configs {
    /// Creates the set of configurations; `named` is the one from the command line.
    ///
    /// # Errors
    /// Returns an error if that file cannot be read or is invalid.
    pub fn new(named: Option<&Path>) -> Result<Self, CliError> {
        let named = named.map(load).transpose()?;
        Ok(Self { named, folders: HashMap::new() })
    }

    /// Returns the settings for a file, from the configuration in its directory or the nearest parent. Standard input
    /// uses the working directory.
    ///
    /// # Errors
    /// Returns an error if that configuration cannot be read or is invalid.
    pub fn settings(&mut self, path: &Path) -> Result<Settings, CliError> {
        let place = place(path);
        let folder = place.as_deref().and_then(Path::parent).map(Path::to_owned);
        let config = match &self.named {
            Some(named) => Some(Arc::clone(named)),
            None => folder.map(|folder| self.upward(&folder)).transpose()?.flatten(),
        };
        let path = place.as_deref().filter(|_| !files::is_stdin(path));
        Ok(config.map(|config| config.settings(path)).unwrap_or_default())
    }

    fn upward(&mut self, folder: &Path) -> Result<Option<Arc<Config>>, CliError> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.folders.get(folder) {
                found.clone_from(known);
                break;
            }
            passed.push(folder.to_owned());
            let candidate = folder.join(NAME);
            let missing = |error: std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
            // If it exists but is unreadable, `load` reports that. It is never skipped.
            if !fs::symlink_metadata(&candidate).is_err_and(missing) {
                found = Some(load(&candidate)?);
                break;
            }
        }
        for folder in passed {
            self.folders.insert(folder, found.clone());
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
    for folder in files.iter().filter_map(|path| path.parent()) {
        if last == Some(folder) {
            continue;
        }
        last = Some(folder);
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if let Ok(folder) = fs::canonicalize(folder) {
            all.extend(folder.ancestors().map(|folder| folder.join(NAME)));
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
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

fn load(path: &Path) -> Result<Arc<Config>, CliError> {
    let unusable = |stop: CliError| CliError { exit: Exit::Usage, ..stop };
    let bytes = files::read_file(path, MAX_BYTES).map_err(unusable)?;
    let name = display_path(path);
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        CliError::usage(format!("{name}: invalid UTF-8 at byte offset {offset}"))
    })?;
    let folder = place(path).and_then(|place| Some(place.parent()?.to_owned())).unwrap_or_default();
    Config::parse(&name, &folder, &text).map(Arc::new)
}

/// Returns a path below the working directory relative to it, as the user knows it.
fn display_path(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let inside = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    files::display_name(inside.unwrap_or(path))
}
