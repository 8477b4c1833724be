//! The settings of a configuration file.

use std::path::PathBuf;

use globset::GlobSet;

use keywright_lint::{Level, Levels, Policy};
use keywright_syntax::diagnostic::Severity;
use keywright_verify::KeyId;

/// An `[[override]]`: settings for some files.
#[derive(Debug)]
pub(super) struct Override {
    pub(super) files: GlobSet,
    pub(super) settings: PartialSettings,
}

/// Settings from the file, for all files or for those of an override.
#[derive(Debug, Default)]
pub(super) struct PartialSettings {
    pub(super) levels: Vec<(String, Level)>,
    pub(super) fail_level: Option<Severity>,
    pub(super) vendors: Option<Vec<String>>,
    pub(super) directives: Option<Vec<String>>,
    pub(super) trust: Option<PathBuf>,
    pub(super) foreign_keys: Option<bool>,
}

/// The settings that apply to one file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Severities that differ from the rules' defaults.
    pub levels: Levels,
    /// Lowest severity that makes a run fail.
    pub fail_level: Severity,
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
            fail_level: Severity::Error,
            policy: Policy::default(),
            trust: None,
            foreign_keys: false,
        }
    }
}

impl Settings {
    pub(super) fn apply(&mut self, partial: &PartialSettings) {
        for (selector, level) in &partial.levels {
            // Selectors were checked when the file was parsed.
            self.levels.set(selector, *level).ok();
        }
        self.fail_level = partial.fail_level.unwrap_or(self.fail_level);
        if let Some(vendors) = &partial.vendors {
            self.policy.vendors.clone_from(vendors);
        }
        if let Some(directives) = &partial.directives {
            self.policy.directives.clone_from(directives);
        }
        if let Some(trust) = &partial.trust {
            self.trust = Some(trust.clone());
        }
        self.foreign_keys = partial.foreign_keys.unwrap_or(self.foreign_keys);
    }
}

/// The settings of the project: the files that its commands use.
#[derive(Debug, Clone, Default)]
pub struct ProjectSettings {
    /// Product catalogue.
    pub catalog: Option<PathBuf>,
    /// Directory with additional templates.
    pub templates: Option<PathBuf>,
    /// Output directory for license files.
    pub out: Option<PathBuf>,
    /// Issue log.
    pub log: Option<PathBuf>,
    /// Directory of the trust store.
    pub trust: Option<PathBuf>,
    /// Secret key file.
    pub key: Option<PathBuf>,
    /// Signing program.
    pub signer: Option<PathBuf>,
    /// Arguments of the signing program.
    pub signer_arg: Vec<String>,
    /// Key that the signing program signs with.
    pub key_id: Option<KeyId>,
}
