//! The keys of a configuration file that name the files of the project.
//!
//! DECISION: each has the name of the option that it is the default of. None can be a secret: files are shared and
//! committed, so a passphrase in one is refused instead of ignored.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;

use keywright_verify::KeyId;

use super::reader::{Reader, Value};
use super::settings::ProjectSettings;
use crate::CliError;

/// Returns the setting of a key.
type Setting = fn(&mut ProjectSettings) -> &mut Option<PathBuf>;

/// The keys with a path: key, description, setting.
const PATHS: &[(&str, &str, Setting)] = &[
    ("catalog", "a catalogue", |project| &mut project.catalog),
    ("templates", "a directory of templates", |project| &mut project.templates),
    ("out", "an output directory", |project| &mut project.out),
    ("log", "an issue log", |project| &mut project.log),
    ("key", "a key file", |project| &mut project.key),
    ("signer", "a signing program", |project| &mut project.signer),
];

/// Words that a name with a secret as its value contains.
const SECRETS: &[&str] = &["passphrase", "password", "passwd", "pass", "pin", "secret", "seed"];

const NO_SECRETS: &str =
    "keywright asks for the passphrase; scripts use `--passphrase-file FILE` or `--passphrase-fd N`";

impl Reader<'_> {
    /// Sets a key of the project. Returns false if the key is another one.
    pub(super) fn set_project(
        &self,
        project: &mut ProjectSettings,
        key: &Spanned<Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Result<bool, CliError> {
        let name = &**key.get_ref();
        if let Some((_, what, setting)) = PATHS.iter().find(|(known, ..)| *known == name) {
            if value.get_ref().as_str().is_some_and(is_secret_key) {
                return Err(self.secret(value.span(), name).help("give the path of the key file"));
            }
            *setting(project) = Some(self.path(value, what)?);
            return Ok(true);
        }
        match name {
            "signer-arg" => {
                for argument in self.array(value, "`signer-arg`")? {
                    let text = self.text(argument, "an argument")?;
                    self.refuse_secret(argument.span().start, text.split('=').next().unwrap_or_default())?;
                    project.signer_arg.push(text.to_owned());
                }
            }
            "key-id" => {
                let text = self.text(value, "a key id")?;
                let id = KeyId::parse(text);
                let wrong = || self.stop(value.span(), "a key id has 16 hexadecimal digits (0-9, a-f)");
                project.key_id = Some(id.ok_or_else(|| wrong().help("`keywright keys list` shows the ids"))?);
            }
            _ => {
                self.refuse_secret(key.span().start, name)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Checks that the keys of the signer fit together.
    pub(super) fn check_signer(&self, project: &ProjectSettings) -> Result<(), CliError> {
        let ProjectSettings { key, signer, signer_arg, key_id, .. } = project;
        let fault = |message: &str| Err(self.stop(0..0, message));
        match (key, signer) {
            (Some(_), Some(_)) => fault("`key` and `signer` are both set: there can be one signer"),
            (_, Some(_)) if key_id.is_none() => {
                fault("`signer` is set without `key-id`, the id of the key that it signs with")
            }
            (_, None) if key_id.is_some() => fault("`key-id` is set without `signer`"),
            (_, None) if !signer_arg.is_empty() => fault("`signer-arg` is set without `signer`"),
            _ => Ok(()),
        }
    }

    fn refuse_secret(&self, at: usize, name: &str) -> Result<(), CliError> {
        if !is_secret_name(name) {
            return Ok(());
        }
        Err(self.secret(at..at, name).help(NO_SECRETS))
    }

    fn secret(&self, span: Range<usize>, name: &str) -> CliError {
        let name = keywright_syntax::excerpt(name);
        self.stop(span, format!("`{name}` is a secret, but this file never contains secrets"))
    }
}

/// Returns true for a name such as `passphrase`, `token_pin` or `--password`.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| SECRETS.contains(&word))
}

/// Returns true for the text of a key file.
fn is_secret_key(text: &str) -> bool {
    text.contains("-----BEGIN") || text.contains("PRIVATE KEY")
}
