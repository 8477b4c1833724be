//! Reads YAML text into the raw values of a scenario file.

use serde::Deserialize;
use serde::de;
use serde_yaml::{Budget, Error, Options};

use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{SourceFile, Span};
use keywright_yaml::{NO_ANCHORS, describe};

use super::codes;
use super::form::Form;
use super::raw_step::RawStep;
use super::raw_value::{Field, Placed, Text, YamlNode, present, raw, span_of};

pub use keywright_syntax::limits::MAX_SCENARIO_BYTES;

/// Maximum nesting depth: file, scenarios, steps, a step, a map of pools, a value.
const MAX_DEPTH: usize = 12;

raw! {
    /// The file.
    RawFile
    needed {
        license: Placed<YamlNode> => Paths, "license files, relative to this file and below its directory";
        scenarios: Vec<Placed<RawScenario>> => Scenarios, "";
    }
    optional {
        at: Text => Moment, "default time of the scenarios";
    }
}

raw! {
    /// A scenario.
    RawScenario
    needed {
        name: Text => Text, "";
    }
    optional {
        at: Text => Moment, "time of the scenario";
        active_tokens: Text => Number, "limit on active license tokens";
        table: Vec<Placed<RawRow>> => Rows, "";
        totals: Placed<RawTotals> => Totals, "totals of the table rows";
        remaining: Placed<YamlNode> => Levels, "free licenses after the table";
        steps: Vec<Placed<RawStep>> => Steps, "";
    }
}

raw! {
    /// A row of a table.
    RawRow
    needed {
        feature: Text => Name, "";
    }
    optional {
        each: Placed<YamlNode> => Change, "licenses that one checkout takes on an empty state";
        checkouts: Text => Checkouts, "number of checkouts";
        consumes: Placed<YamlNode> => Change, "licenses that all checkouts of the row take together";
        count: Text => Count, "licenses per checkout; default 1";
        version: Text => Version, "";
        by: Text => Person, "requester; by default a different person for each checkout";
    }
}

raw! {
    /// The totals of a table.
    RawTotals
    needed {}
    optional {
        checkouts: Text => Number, "";
        consumes: Placed<YamlNode> => Change, "";
    }
}

/// Reads a scenario file.
pub(super) fn parse(source: &SourceFile) -> Result<RawFile, Box<Diagnostic>> {
    parse_as(source)
}

/// Reads a single step.
pub(super) fn parse_step(source: &SourceFile) -> Result<Placed<RawStep>, Box<Diagnostic>> {
    parse_as(source)
}

fn parse_as<T: de::DeserializeOwned>(source: &SourceFile) -> Result<T, Box<Diagnostic>> {
    if source.text().len() > MAX_SCENARIO_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_SCENARIO_BYTES / 1024 / 1024);
        return Err(Box::new(Diagnostic::new(&codes::TOO_LARGE, source.id(), Span::default(), message)));
    }
    if let Some(tag) = find_tag(source.text()) {
        let found = Diagnostic::new(&codes::BAD_YAML, source.id(), tag, "tags are not allowed");
        return Err(Box::new(found.help("remove the tag: the key determines the type of its value")));
    }
    serde_yaml::from_str_with_options(source.text(), options(source.text().len()))
        .map_err(|error| Box::new(explain(&error, source)))
}

/// Finds a standard YAML tag (`!!`) before a value. The library would accept it silently.
fn find_tag(text: &str) -> Option<Span> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = !line.contains(['"', '\'', '#']);
        if plain && let Some(found) = line.find("!!") {
            let before = line.get(..found).unwrap_or_default().trim_end();
            if before.is_empty() || before.ends_with([':', '-', ',', '{', '[']) {
                return Some(Span::new(at + found, at + found + 2));
            }
        }
        at += line.len();
    }
    None
}

fn options(bytes: usize) -> Options {
    let mut budget = Budget::default();
    budget.max_anchors = 0;
    budget.max_aliases = 0;
    budget.max_documents = 1;
    budget.max_depth = MAX_DEPTH;
    budget.flow_nesting_limit = MAX_DEPTH;
    // A node needs at least one byte of the file, whose size is limited.
    budget.max_nodes = bytes + 16;
    budget.max_events = 4 * bytes + 64;
    budget.max_total_scalar_bytes = 2 * bytes + 64;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.merge_keys = serde_yaml::options::MergeKeyPolicy::Error;
    options.reject_unsupported_tags = true;
    options.reject_tagged_field_names = true;
    options.strict_booleans = true;
    options.with_snippet = false;
    options
}

/// Converts an error of the library to a finding.
fn explain(error: &Error, source: &SourceFile) -> Diagnostic {
    let error = error.without_snippet();
    let found_anchor = is_anchor(error).then(|| error.location()).flatten();
    if let Some(span) = found_anchor.and_then(|location| find_anchor(&location, source)) {
        return Diagnostic::new(&codes::BAD_YAML, source.id(), span, NO_ANCHORS);
    }
    let span = error.location().map_or(Span::default(), |location| place(&location, source));
    let code = match error {
        Error::SerdeUnknownField { .. } => &codes::UNKNOWN_KEY,
        Error::SerdeMissingField { .. } => &codes::MISSING_KEY,
        Error::DuplicateMappingKey { .. } => &codes::DUPLICATE_KEY,
        Error::NullIntoString { .. } | Error::Unexpected { .. } => &codes::BAD_VALUE,
        _ => &codes::BAD_YAML,
    };
    let (message, help) = describe(error);
    let found = Diagnostic::new(code, source.id(), span, message);
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

fn is_anchor(error: &Error) -> bool {
    use serde_yaml::budget::BudgetBreach;
    matches!(error, Error::Budget { breach: BudgetBreach::Anchors { .. }, .. })
}

/// Finds the anchor of a value. The library reports the location of the value; the anchor may be several lines before
/// it.
fn find_anchor(location: &serde_yaml::Location, source: &SourceFile) -> Option<Span> {
    let value = place(location, source).start as usize;
    let text = source.text();
    // The value itself may begin with the anchor.
    let before = text.get(..value + usize::from(text.get(value..)?.starts_with('&')))?;
    let starts = |at: &usize| {
        let last = before.get(..*at).and_then(|before| before.chars().next_back());
        last.is_none_or(|last| last.is_whitespace() || "[{,".contains(last))
    };
    let at = before.rmatch_indices('&').map(|(at, _)| at).find(starts)?;
    let name = text.get(at..)?.split(|c: char| c.is_whitespace() || ",[]{}".contains(c)).next()?;
    Some(Span::new(at, at + name.len()))
}

/// The location of an error, on character boundaries.
fn place(location: &serde_yaml::Location, source: &SourceFile) -> Span {
    let span = span_of(location);
    let known = location.span().byte_offset().is_some();
    if known && source.text().get(span.range()).is_some() && (span.start > 0 || location.line() <= 1) {
        return span;
    }
    let line = usize::try_from(location.line()).unwrap_or(1);
    let start = source.line_span(line).map_or(0, |line| line.start as usize);
    let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
    let text = source.text().get(start..).unwrap_or_default();
    let skip: usize = text.chars().take(column).map(char::len_utf8).sum();
    Span::at(start + skip)
}
