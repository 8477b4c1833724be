//! Baselines: findings that are known and accepted, so that only new ones are reported.
//!
//! A finding is recognised by its fingerprint, which does not depend on line numbers.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use keywright_syntax::diagnostic::Diagnostic;

use crate::Sources;
use crate::escape::escape;

use super::elements::Elements;
use super::fingerprint::Fingerprints;
use super::location::path;

/// The version of the format.
const VERSION: u64 = 1;

/// Number of digits of a fingerprint.
const DIGITS: usize = 64;

#[derive(Debug, Deserialize)]
struct Head {
    version: Value,
}

impl Head {
    /// Reads the version, and the reason if there is none.
    fn version(text: &str) -> Result<u64, String> {
        let head: Result<Self, serde_json::Error> = serde_json::from_str(text);
        match head {
            Ok(Self { version }) => version.as_u64().ok_or_else(|| NO_VERSION.to_owned()),
            Err(error) if error.is_data() => Err(NO_VERSION.to_owned()),
            Err(error) => Err(format!("it is not JSON: {error}")),
        }
    }
}

const NO_VERSION: &str = "it has no number as `version`";

#[derive(Debug, Deserialize)]
struct BaselineFile {
    findings: Vec<KnownFinding>,
}

/// A finding in a baseline. Only the file and the fingerprint are read; the rest is for people who review changes.
#[derive(Debug, Serialize, Deserialize)]
struct KnownFinding {
    file: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    fingerprint: String,
}

/// A baseline, and the findings of a run that are in it.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The file of each fingerprint.
    known: HashMap<String, String>,
    met: HashSet<String>,
    files: HashSet<String>,
    fingerprints: Fingerprints,
}

/// The number of known findings of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BaselineOutcome {
    /// Findings that are in the baseline.
    pub hidden: usize,
    /// Findings of the baseline that no longer occur in the files of the run.
    pub gone: usize,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Returns the reason if the text is not a baseline of this version. It can quote the text: escape it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let version = Head::version(text)?;
        if version != VERSION {
            return Err(format!("it has version {version}, and this program reads version {VERSION}"));
        }
        let file: BaselineFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut known = HashMap::with_capacity(file.findings.len());
        for (number, found) in (1..).zip(file.findings) {
            let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            if found.fingerprint.len() != DIGITS || !found.fingerprint.bytes().all(is_digit) {
                return Err(format!(
                    "the `fingerprint` of finding {number} is not {DIGITS} hexadecimal digits"
                ));
            }
            known.insert(found.fingerprint, found.file);
        }
        Ok(Self { known, ..Self::default() })
    }

    /// Returns true if a text is a baseline of any version.
    #[must_use]
    pub fn has_version(text: &str) -> bool {
        Head::version(text).is_ok()
    }

    /// Removes the known findings of some files, and returns them. Findings for which `is_shown` is true are never removed.
    pub fn hide(
        &mut self,
        found: &mut Vec<Diagnostic>,
        sources: &Sources<'_>,
        is_shown: impl Fn(&Diagnostic) -> bool,
    ) -> Vec<Diagnostic> {
        self.files.extend(sources.iter().map(|source| path(sources, source.id())));
        let hidden = found.extract_if(.., |found| {
            let fingerprint = self.fingerprints.fingerprint(found, sources);
            let is_known = !is_shown(found) && self.known.contains_key(&fingerprint);
            if is_known {
                self.met.insert(fingerprint);
            }
            is_known
        });
        hidden.collect()
    }

    /// Returns the result for all files so far.
    #[must_use]
    pub fn outcome(&self) -> BaselineOutcome {
        let gone = self
            .known
            .iter()
            .filter(|(fingerprint, file)| self.files.contains(*file) && !self.met.contains(*fingerprint));
        BaselineOutcome { hidden: self.met.len(), gone: gone.count() }
    }
}

/// A baseline that is being written.
#[derive(Debug)]
pub struct NewBaseline {
    elements: Elements,
    findings: String,
    count: usize,
    fingerprints: Fingerprints,
}

impl Default for NewBaseline {
    fn default() -> Self {
        Self {
            elements: Elements::new(4),
            findings: String::new(),
            count: 0,
            fingerprints: Fingerprints::default(),
        }
    }
}

impl NewBaseline {
    /// Adds the findings of some files, except those for which `is_shown` is true.
    pub fn add(
        &mut self,
        found: &[Diagnostic],
        sources: &Sources<'_>,
        is_shown: impl Fn(&Diagnostic) -> bool,
    ) {
        for found in found {
            let fingerprint = self.fingerprints.fingerprint(found, sources);
            if is_shown(found) {
                continue;
            }
            self.count += 1;
            let known = KnownFinding {
                file: path(sources, found.primary.file),
                code: found.code.id.to_owned(),
                message: escape(&found.message).into_owned(),
                fingerprint,
            };
            // One line for each finding keeps changes of the file readable.
            self.elements.push_line(&mut self.findings, &known);
        }
    }

    /// Returns the number of findings.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let (findings, end) = (&self.findings, self.elements.close());
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{findings}{end}]\n}}\n")
    }
}
