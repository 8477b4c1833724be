//! Caches of lint and scenario results for bulk issue.
//!
//! Licenses of one run mostly differ in customer data, which no check depends on. Results are cached under all other
//! values.

use keywright_license::Effect;
use keywright_scenario as scenario;
use keywright_syntax::source::SourceFile;
use keywright_verify::Digest;

use super::bounded::{BoundedCache, push_values};
use crate::arguments::Arguments;
use crate::error::Fault;
use crate::template::Template;

/// DECISION: maximum number of cached results of each kind.
const MOST: usize = 65_536;

/// Cached results.
#[derive(Debug)]
pub(crate) struct ProofCache {
    /// Without it 2.5 times, if orders combine two products of 45 counts each. Nothing if the orders have one product: then
    /// `sound` answers.
    scenarios: BoundedCache<Digest, Result<(), Fault>>,
    /// Keyed by [`key_of`]. Without it 1.3 times, if the orders have one product of five counts.
    sound: BoundedCache<Digest, ()>,
}

impl Default for ProofCache {
    fn default() -> Self {
        Self { scenarios: BoundedCache::new(MOST), sound: BoundedCache::new(MOST) }
    }
}

impl ProofCache {
    /// Runs the template's scenarios, once for all orders with equal scenario-relevant values.
    pub(crate) fn prove(&self, template: &Template, assigned: &Arguments, text: &str) -> Result<(), Fault> {
        let left_out = |name: &str| {
            template.only_on_every_block(name).is_some_and(|row| row.effect == Effect::Information)
        };
        let mut key = Vec::new();
        push_values(&mut key, template, assigned, left_out);
        let key = Digest::of(&key);
        self.scenarios.get(&key).unwrap_or_else(|| {
            let result = template.prove(assigned, text);
            self.scenarios.put(key, result.clone());
            result
        })
    }

    /// Returns true if a license with this key passed all checks.
    pub(crate) fn is_sound(&self, key: &Digest) -> bool {
        self.sound.get(key).is_some()
    }

    /// Records that all scenarios pass and that the linter reports no error for the whole license.
    pub(crate) fn note_sound(&self, key: Digest) {
        self.sound.put(key, ());
    }
}

/// Returns the cache key of a license that parses without findings: all values of its parts, except values of directives
/// for identity that are only written on every block and are therefore equal throughout. Lint errors depend on these only
/// through equality, as long as they are ASCII. Errors in such a value itself are found by the parser. A test checks all
/// rules for this.
pub(crate) fn key_of<'p>(parts: impl Iterator<Item = (&'p Template, &'p Arguments)>) -> Digest {
    let mut key = Vec::new();
    for (template, assigned) in parts {
        let plain = |name: &str| assigned.get(name).is_none_or(|value| value.to_string().is_ascii());
        let identity = |name: &str| template.not_in_body(name).is_some_and(|row| row.identity);
        let left_out = |name: &str| identity(name) && plain(name);
        push_values(&mut key, template, assigned, left_out);
    }
    Digest::of(&key)
}

impl Template {
    /// Runs the template's scenarios against the license rendered from these values.
    ///
    /// # Errors
    /// Returns the first failing scenario, or the first problem in the scenario file.
    pub fn prove(&self, assigned: &Arguments, license: &str) -> Result<(), Fault> {
        match self.render_scenarios(assigned, "license.lic")? {
            Some(scenarios) => play(self, &scenarios, license),
            None => Ok(()),
        }
    }
}

/// Runs a scenario file against the given license.
///
/// # Errors
/// Returns the first failing scenario, or the first problem in the file.
fn play(template: &Template, scenarios: &str, license: &str) -> Result<(), Fault> {
    let file = format!("{}.scenarios.yaml", template.name);
    let source = SourceFile::new(file.as_str(), scenarios);
    let wrong = |found: Vec<keywright_syntax::diagnostic::Diagnostic>| {
        let message = found.first().map_or_else(|| "unreadable".to_owned(), |found| found.message.clone());
        Fault::new(format!("scenarios of template `{}`: {message}", template.name))
    };
    let parsed = scenario::parse(&source).map_err(wrong)?;
    let loaded = scenario::load(&parsed, |name| Ok(SourceFile::new(name, license)), None).map_err(wrong)?;
    let results = scenario::run(&parsed, &loaded.model, |_| true, scenario::Rows::Failed);
    let Some(failed) = results.iter().find(|result| !result.passed()) else { return Ok(()) };
    let row = failed.rows.first();
    let comparison =
        row.map_or_else(String::new, |row| format!(": expected {}, got {}", row.expected(), row.actual()));
    Err(Fault::new(format!("scenario `{}` failed{}", failed.name, comparison))
        .help("the license does not behave as its template promises; change the values or the template"))
}
