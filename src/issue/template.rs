//! Templates: license text with parameters declared at its head, and the scenario file for it.
//!
//! ```text
//! ---
//! summary: purpose in one line
//! every-block: [START, END, SN, LICENSEE]      optional parameters, written on every block if given
//! parameters:
//!   - { name: licenses, type: count, default: 20, range: 1..1000, text: number of licenses in the pool }
//! ---
//! FEATURE …
//! ```

use std::collections::BTreeSet;

use minijinja::Environment;

use keywright_license::Directive;

use super::parameter::Parameter;

/// The texts of a template, as read from its files.
#[derive(Debug, Clone, Copy)]
pub struct TemplateText<'a> {
    /// Template name.
    pub name: &'a str,
    /// Name of the license text's file, for messages.
    pub file: &'a str,
    /// License text with its head.
    pub license: &'a str,
    /// Name and text of the scenario file, if there is one.
    pub scenarios: Option<(&'a str, &'a str)>,
}

/// A parsed template: its head is checked and its texts are compiled.
#[derive(Debug)]
pub struct Template {
    /// Template name.
    pub name: String,
    /// Purpose in one line.
    pub summary: String,
    /// Parameters in declared order; those for every block last.
    pub parameters: Vec<Parameter>,
    /// License text with its head, as read from its file.
    pub text: String,
    pub(super) file: String,
    pub(super) scenario_file: Option<String>,
    pub(super) every_block: Vec<&'static Directive>,
    pub(super) environment: Environment<'static>,
    /// Names used by the texts.
    pub(super) used: BTreeSet<String>,
    /// Names used by the license text.
    pub(super) in_body: BTreeSet<String>,
    /// Number of lines of the head, including the fences.
    pub(super) head_lines: u64,
}

impl Template {
    /// Returns the parameter with this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Returns the directive that has the parameter's value on every block, if the value is not used otherwise.
    #[must_use]
    pub fn only_on_every_block(&self, name: &str) -> Option<&'static Directive> {
        self.on_every_block(name).filter(|_| !self.used.contains(name))
    }

    /// Returns the directive that has the parameter's value on every block, if the license text does not use it otherwise.
    #[must_use]
    pub fn not_in_body(&self, name: &str) -> Option<&'static Directive> {
        self.on_every_block(name).filter(|_| !self.in_body.contains(name))
    }

    fn on_every_block(&self, name: &str) -> Option<&'static Directive> {
        self.every_block.iter().copied().find(|row| row.name.eq_ignore_ascii_case(name))
    }

    /// Returns true if the template has a scenario file.
    #[must_use]
    pub fn has_scenarios(&self) -> bool {
        self.scenario_file.is_some()
    }
}
