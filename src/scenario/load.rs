//! Loads the licenses of a scenario file and checks that the scenarios fit them.
//!
//! Does no I/O: a callback receives paths that are inside the directory and returns their contents.

use std::path::{Component, Path};
use std::sync::Arc;

use jiff::civil::Date;

use keywright_license::License;
use keywright_lint::{self as lint, Options};
use keywright_resolve::Model;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{FileId, SourceFile, Spanned};

use super::codes;
use super::lower::did_you_mean;
use super::model::{Change, Level, Scenario, ScenarioFile, Verb};
use super::pools;
use super::short_text::ShortText;

/// The licenses of a scenario file, ready to run.
#[derive(Debug)]
pub struct Loaded {
    /// The licenses, in the order of the file.
    pub licenses: Vec<License>,
    /// The compiled licenses.
    pub model: Model,
    /// The lint options, if the licenses were linted.
    pub lint: Option<Options>,
}

/// The reason why a license that a scenario file names is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseError {
    /// The path leads out of the project.
    Outside,
    /// The file cannot be read: a short reason.
    Unreadable(String),
}

/// Reads, lints and compiles the licenses of a scenario file, and checks the scenarios against them. `read` is called
/// with each relative path. `lint` returns the lint options for a path, or `None` if
/// the caller has linted the licenses. The day in these options is replaced by the day of the scenarios.
///
/// # Errors
/// Returns all findings. Their locations are in the scenario file; findings in licenses are attached as related
/// locations.
pub fn load(
    file: &ScenarioFile,
    mut read: impl FnMut(&str) -> Result<Arc<SourceFile>, LicenseError>,
    lint: Option<Options>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut licenses = Vec::new();
    for (index, path) in file.licenses.iter().enumerate() {
        match load_one(file, path, index, &mut read) {
            Ok(license) => licenses.push(license),
            Err(finding) => found.push(*finding),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let lint = lint.map(|options| Options { at: day(file, &licenses), ..options });
    if let Some(options) = &lint {
        found = refuse_unsound(file, &licenses, options);
        if !found.is_empty() {
            return Err(found);
        }
    }
    let model = Model::compile(&licenses).map_err(|error| {
        let path = file.licenses.get(error.license).or(file.licenses.first());
        let span = path.map_or_else(Default::default, |path| path.span);
        let found = Diagnostic::new(&codes::BAD_LICENSE, file.source.id(), span, error.message);
        vec![found.help("run `keywright lint` to see the location")]
    })?;
    let found = check(file, &model);
    if found.is_empty() { Ok(Loaded { licenses, model, lint }) } else { Err(found) }
}

/// The day for which licenses are linted: that of the scenarios, or the latest ISSUED date if that is later, so that
/// scenarios for earlier days do not report the license as issued in the future.
fn day(file: &ScenarioFile, licenses: &[License]) -> Date {
    let features = licenses.iter().flat_map(|license| &license.features);
    let issued = features.filter_map(|feature| feature.issued.map(|issued| issued.value)).max();
    issued.map_or(file.begins().date(), |issued| issued.max(file.begins().date()))
}

/// Returns a finding for each license with lint errors.
fn refuse_unsound(file: &ScenarioFile, licenses: &[License], options: &Options) -> Vec<Diagnostic> {
    let all: Vec<&License> = licenses.iter().collect();
    let errors = lint::lint(&all, options);
    let refused = licenses.iter().zip(&file.licenses).filter_map(|(license, path)| {
        let of_this = |found: &&Diagnostic| found.is_error() && found.primary.file == license.source.id();
        let first = errors.iter().find(of_this)?;
        let line = license.source.position(first.primary.span.start as usize).line;
        let (name, code) = (&path.value, first.code.id);
        let message = format!("`{name}` has lint errors: {code} on line {line}: {}", first.message);
        let found = Diagnostic::new(&codes::BAD_LICENSE, file.source.id(), path.span, message);
        Some(found.help(format!("run `keywright lint {name}` to see all of them")))
    });
    refused.collect()
}

/// Returns true if the mutated licenses have no lint errors.
pub(super) fn lints(licenses: &[&License], options: &Options) -> bool {
    !lint::lint(licenses, options).iter().any(Diagnostic::is_error)
}

fn load_one(
    file: &ScenarioFile,
    path: &Spanned<String>,
    index: usize,
    read: &mut impl FnMut(&str) -> Result<Arc<SourceFile>, LicenseError>,
) -> Result<License, Box<Diagnostic>> {
    let at = |code, message: String| Diagnostic::new(code, file.source.id(), path.span, message);
    if !is_relative(&path.value) {
        let found =
            at(&codes::PATH_LEAVES, format!("the path of a license is not relative: `{}`", path.value));
        return Err(Box::new(found.help("use a path relative to the directory of this file")));
    }
    let source = read(&path.value).map_err(|error| match error {
        LicenseError::Outside => {
            let found =
                at(&codes::PATH_LEAVES, format!("the license is outside of the project: `{}`", path.value));
            found.help(
                "use a path below the directory with `keywright.toml` or `.git`, or below the directory of this file",
            )
        }
        LicenseError::Unreadable(why) => {
            let found = at(&codes::BAD_LICENSE, format!("cannot read `{}`: {why}", path.value));
            found.help("paths are relative to the directory of this file")
        }
    })?;
    let license = License::parse(numbered(source, index));
    let first = license.diagnostics.iter().find(|finding| finding.is_error());
    if let Some(first) = first {
        let line = license.source.position(first.primary.span.start as usize).line;
        let message = format!("`{}` has errors; the first is on line {line}: {}", path.value, first.message);
        let help = format!("run `keywright lint {}` to see all of them", path.value);
        return Err(Box::new(at(&codes::BAD_LICENSE, message).help(help)));
    }
    Ok(license)
}

/// Returns the source with its license index as id.
fn numbered(source: Arc<SourceFile>, index: usize) -> Arc<SourceFile> {
    let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
    if source.id() == id || source.fault().is_some() {
        return source;
    }
    SourceFile::from_bytes(id, source.name(), source.text().as_bytes().to_vec())
}

/// Returns true if a path is relative, on every operating system.
fn is_relative(path: &str) -> bool {
    let foreign = path.contains(['\\', ':', '\0']) || path.is_empty();
    let mut parts = Path::new(path).components();
    !foreign
        && parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir))
}

/// Returns findings for names in the file that its licenses do not have.
fn check(file: &ScenarioFile, model: &Model) -> Vec<Diagnostic> {
    check_some(file, model, &file.scenarios)
}

/// Like [`check`], for some of the scenarios.
pub(super) fn check_some<'a>(
    file: &ScenarioFile,
    model: &Model,
    scenarios: impl IntoIterator<Item = &'a Scenario>,
) -> Vec<Diagnostic> {
    let mut checking = Checking { file, model, found: Vec::new() };
    for scenario in scenarios {
        checking.scenario(scenario);
    }
    checking.found
}

struct Checking<'a> {
    file: &'a ScenarioFile,
    model: &'a Model,
    found: Vec<Diagnostic>,
}

impl Checking<'_> {
    fn scenario(&mut self, scenario: &Scenario) {
        self.time(scenario);
        for row in &scenario.table {
            self.change(row.each.as_ref());
            self.change(row.consumes.as_ref());
        }
        self.change(scenario.totals.as_ref().and_then(|totals| totals.consumes.as_ref()));
        for (pool, _) in &scenario.remaining {
            self.pool(pool);
        }
        for step in &scenario.steps {
            self.change(step.consumes.as_deref());
            if let Verb::Expect(all) = &step.verb {
                for expectation in all {
                    self.pool(&expectation.pool);
                    self.money(&expectation.pool, &expectation.level);
                }
            }
        }
    }

    fn time(&mut self, scenario: &Scenario) {
        let first = scenario.steps.first().filter(|_| scenario.table.is_empty());
        let known = scenario.at.or(self.file.at).or(first.and_then(|step| step.at));
        if known.is_none() && self.model.has_dates() {
            let message =
                format!("scenario `{}` has no `at`, but the license has dates", scenario.name.value);
            let found = Diagnostic::new(&codes::NO_TIME, self.file.source.id(), scenario.name.span, message);
            self.found.push(found.help("add `at: YYYY-MM-DD` to the scenario or to the file"));
        }
    }

    fn change(&mut self, change: Option<&Spanned<Change>>) {
        if let Some(Change::Pools(pools)) = change.map(|change| &change.value) {
            for (pool, _) in pools {
                self.pool(pool);
            }
        }
    }

    fn pool(&mut self, pool: &Spanned<ShortText>) {
        if let Err(message) = pools::find(self.model, &pool.value) {
            let known = self.model.names().filter(|(name, _)| pools::has_pools(self.model, *name));
            let help = did_you_mean(
                &pool.value,
                known.map(|(_, text)| text),
                "a pool is a block with COUNT, or a METERED block",
            );
            let found = Diagnostic::new(&codes::UNKNOWN_POOL, self.file.source.id(), pool.span, message);
            self.found.push(found.help(help));
        }
    }

    fn money(&mut self, pool: &Spanned<ShortText>, level: &Spanned<Level>) {
        let Level::Money(_) = level.value else { return };
        if let Ok(blocks) = pools::find(self.model, &pool.value)
            && !pools::has_money(self.model, &blocks)
        {
            let message = format!("`{}` does not have a balance in money", pool.value);
            let found = Diagnostic::new(&codes::BAD_VALUE, self.file.source.id(), level.span, message);
            self.found.push(found.help("write a number of tokens"));
        }
    }
}
