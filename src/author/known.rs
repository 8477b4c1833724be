//! What was proven already, so that a run of many orders proves it once.
//!
//! Most licenses of a run differ only in what no proof depends on: for whom they are. Results are remembered by all the
//! values that decide them.

use crate::scenario;
use crate::sign::Digest;
use crate::source::SourceFile;

use super::fault::Fault;
use super::memory::{Memory, push_values};
use super::template::Template;
use super::values::Assigned;

/// ◆ Most results of a kind that are remembered.
const MOST: usize = 65_536;

/// Directives of a whole license that no scenario depends on.
const INFORMATION: [&str; 8] =
    ["maintenance_start", "maintenance_end", "issued", "sn", "licensee", "data", "comment", "options"];

/// Directives of a whole license on which errors of the linter's rules depend only by whether two are equal, as long as
/// they are ASCII. Errors in such a value itself are found by reading. A test holds all rules to it.
const IDENTITY: [&str; 2] = ["sn", "licensee"];

/// What was proven.
#[derive(Debug)]
pub(super) struct Known {
    scenarios: Memory<Digest, Result<(), Fault>>,
    /// By [`key_of`].
    sound: Memory<Digest, ()>,
}

impl Default for Known {
    fn default() -> Self {
        Self { scenarios: Memory::new(MOST), sound: Memory::new(MOST) }
    }
}

impl Known {
    /// Plays the template's scenarios, once for all orders that differ in nothing that a scenario depends on.
    pub(super) fn prove(&self, template: &Template, assigned: &Assigned, text: &str) -> Result<(), Fault> {
        let left_out = |name: &str| INFORMATION.contains(&name) && template.is_only_on_every_block(name);
        let mut key = Vec::new();
        push_values(&mut key, template, assigned, left_out);
        let key = Digest::of(&key);
        self.scenarios.get(&key).unwrap_or_else(|| {
            let result = template.prove(assigned, text);
            self.scenarios.put(key, result.clone());
            result
        })
    }

    /// Whether all is proven of a license with the same key.
    pub(super) fn is_sound(&self, key: &Digest) -> bool {
        self.sound.get(key).is_some()
    }

    /// Remembers that the scenarios of all parts hold, and that the linter finds no error in the whole.
    pub(super) fn note_sound(&self, key: Digest) {
        self.sound.put(key, ());
    }
}

/// What decides whether a license that reads without findings is sound: all values of its parts but those of [`IDENTITY`]
/// that only stand on every block, and so are equal throughout.
pub(super) fn key_of<'p>(parts: impl Iterator<Item = (&'p Template, &'p Assigned)>) -> Digest {
    let mut key = Vec::new();
    for (template, assigned) in parts {
        let plain = |name: &str| assigned.get(name).is_none_or(|value| value.to_string().is_ascii());
        let left_out = |name: &str| IDENTITY.contains(&name) && template.is_not_in_body(name) && plain(name);
        push_values(&mut key, template, assigned, left_out);
    }
    Digest::of(&key)
}

impl Template {
    /// Plays the template's scenarios for these values against the license it makes of them.
    ///
    /// # Errors
    /// With the first scenario that does not hold, or what is wrong with the scenario file.
    pub fn prove(&self, assigned: &Assigned, license: &str) -> Result<(), Fault> {
        match self.render_scenarios(assigned, "license.lic")? {
            Some(scenarios) => play(self, &scenarios, license),
            None => Ok(()),
        }
    }
}

/// Plays a scenario file against the license beside it.
///
/// # Errors
/// With the first scenario that does not hold, or what is wrong with the file.
fn play(template: &Template, scenarios: &str, license: &str) -> Result<(), Fault> {
    let file = format!("{}.scenarios.yaml", template.name);
    let source = SourceFile::new(file.as_str(), scenarios);
    let wrong = |found: Vec<crate::diagnostic::Diagnostic>| {
        let message =
            found.first().map_or_else(|| "it cannot be read".to_owned(), |found| found.message.clone());
        Fault::new(format!("the scenarios of the template `{}`: {message}", template.name))
    };
    let parsed = scenario::parse(&source).map_err(wrong)?;
    let loaded = scenario::load(&parsed, |name| Ok(SourceFile::new(name, license)), None).map_err(wrong)?;
    let results = scenario::run(&parsed, &loaded.model, |_| true);
    let Some(failed) = results.iter().find(|result| !result.passed()) else { return Ok(()) };
    let row = failed.rows.iter().find(|row| !row.passed());
    let told =
        row.map_or_else(String::new, |row| format!(": expected {}, is {}", row.expected(), row.actual()));
    Err(Fault::new(format!("the scenario `{}` does not hold{told}", failed.name))
        .help("the license would not do what its template promises"))
}
