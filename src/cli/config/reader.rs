//! Reading of the values of a configuration file, with the place of each problem.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use keywright_license::{DIRECTIVES, check_value, directive};
use keywright_lint::{Level, Levels};
use keywright_syntax::diagnostic::{Severity, nearest};
use keywright_syntax::source::SourceFile;

use super::settings::{Override, PartialSettings};
use crate::CliError;

/// Top-level keys.
pub const KEYS: &[&str] = &[
    "vendor",
    "directives",
    "trust",
    "keys",
    "catalog",
    "templates",
    "out",
    "log",
    "key",
    "signer",
    "signer-arg",
    "key-id",
    "fail",
    "levels",
    "override",
];
/// Keys of an `[[override]]`.
pub const OVERRIDE_KEYS: &[&str] = &["files", "vendor", "directives", "trust", "keys", "fail", "levels"];
const LEVELS: &[(&str, Level)] = &[("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];
/// Makers of the KEYs: true if it is another license manager.
const KEY_MAKERS: &[(&str, bool)] = &[("own", false), ("foreign", true)];
const FAIL_LEVELS: &[(&str, Severity)] =
    &[("note", Severity::Note), ("warning", Severity::Warning), ("error", Severity::Error)];

/// Returns the entries of a table in file order, so that the first problem in the file is reported.
pub(super) fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

pub(super) struct Reader<'a> {
    pub(super) source: Arc<SourceFile>,
    /// Directory that paths are relative to.
    pub(super) directory: &'a Path,
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    pub(super) fn stop(&self, span: Range<usize>, message: impl std::fmt::Display) -> CliError {
        let at = self.source.position(span.start);
        CliError::usage(format!("{}:{}:{}: {message}", self.source.name(), at.line, at.column))
    }

    /// Creates an error for an unknown word.
    pub(super) fn unknown(&self, what: &str, word: &str, span: Range<usize>, known: &[&str]) -> CliError {
        let stop = self.stop(span, format!("unknown {what} `{}`", keywright_syntax::excerpt(word)));
        match nearest(word, known.iter().copied()) {
            Some(suggestion) => stop.help(format!("did you mean `{suggestion}`?")),
            None => stop.help(format!("expected one of {}", known.join(", "))),
        }
    }

    pub(super) fn set(
        &self,
        partial: &mut PartialSettings,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Value<'_>,
        known: &[&str],
    ) -> Result<(), CliError> {
        match &**key.get_ref() {
            "vendor" => partial.vendors = Some(self.vendors(value)?),
            "directives" => partial.directives = Some(self.directives(value)?),
            "trust" => partial.trust = Some(self.path(value, "a trust store")?),
            "keys" => partial.foreign_keys = Some(self.choice(value, "maker of keys", KEY_MAKERS)?),
            "fail" => partial.fail_level = Some(self.choice(value, "fail level", FAIL_LEVELS)?),
            "levels" => partial.levels = self.levels(value)?,
            other => return Err(self.unknown("key", other, key.span(), known)),
        }
        Ok(())
    }

    pub(super) fn file_override(&self, value: &Value<'_>) -> Result<Override, CliError> {
        let table = self.table(value, "an override")?;
        let mut settings = PartialSettings::default();
        let mut files = None;
        for (key, value) in in_order(table) {
            if key.get_ref() == "files" {
                files = Some(self.patterns(value)?);
            } else {
                self.set(&mut settings, key, value, OVERRIDE_KEYS)?;
            }
        }
        let files = files.ok_or_else(|| {
            self.stop(value.span(), "missing `files` in the override")
                .help("add the files that it applies to: files = [\"drafts/**\"]")
        })?;
        Ok(Override { files, settings })
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

    /// Returns a path, relative to the directory of the file.
    pub(super) fn path(&self, value: &Value<'_>, what: &str) -> Result<PathBuf, CliError> {
        let text = self.text(value, what)?;
        if text.is_empty() {
            return Err(self.stop(value.span(), format!("{what} must be a path, not an empty string")));
        }
        Ok(self.directory.join(text))
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

    pub(super) fn text<'v>(&self, value: &'v Value<'_>, what: &str) -> Result<&'v str, CliError> {
        let wrong = || self.mismatch(value, what, "a quoted string");
        value.get_ref().as_str().ok_or_else(wrong)
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>, what: &str) -> Result<&'v DeTable<'i>, CliError> {
        value.get_ref().as_table().ok_or_else(|| self.mismatch(value, what, "a table"))
    }

    pub(super) fn array<'v, 'i>(
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
