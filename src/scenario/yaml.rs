//! Reads YAML text into raw values: each scalar as written in the file, with its location. The only module of
//! `scenario` that uses the YAML library.
//!
//! Values are not typed here: `1.10`, `no` and `2026-01-15` remain text.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Budget, Error, Options};

use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{SourceFile, Span, Spanned};
use keywright_yaml::{NO_ANCHORS, describe};

use super::codes;
use super::form::Form;
use super::raw_step::RawStep;
use super::short_text::ShortText;

pub use keywright_syntax::limits::MAX_SCENARIO_BYTES;

/// Maximum nesting depth: file, scenarios, steps, a step, a map of pools, a value.
const MAX_DEPTH: usize = 12;

/// A scalar as written in the file, with its location.
pub(super) type Text = Placed<Scalar>;

/// The text of a scalar.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct Scalar(pub(super) ShortText);

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A value and its location in the file.
#[derive(Debug, Clone)]
pub(super) struct Placed<T>(Spanned<T>);

impl<T> Placed<T> {
    pub(super) fn value(&self) -> &T {
        &self.0.value
    }

    pub(super) fn into_value(self) -> T {
        self.0.value
    }

    pub(super) fn span(&self) -> Span {
        self.0.span
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // The library's type has two locations with line and column: too large to keep.
        let read = serde_yaml::Spanned::<T>::deserialize(from)?;
        Ok(Self(Spanned::new(read.value, span_of(&read.referenced))))
    }
}

impl Text {
    pub(super) fn spanned(&self) -> Spanned<&str> {
        Spanned::new(self.value().0.as_str(), self.span())
    }
}

fn span_of(location: &serde_yaml::Location) -> Span {
    let narrow = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let start = narrow(location.span().byte_offset());
    Span::new(start, start + narrow(location.span().byte_len()))
}

/// A key that is permitted at a location. The parser and the schema use the same list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// The name of the field; `_` is written as `-` in files.
    pub(super) name: &'static str,
    /// The type of its value.
    pub(super) form: Form,
    pub(super) is_needed: bool,
    /// The description, unless the name is sufficient.
    pub(super) about: &'static str,
}

impl Field {
    /// The key as written in files.
    pub(super) fn key(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// Declares a struct of the file: its fields with the type of each, required ones first.
macro_rules! raw {
    ($(#[$doc:meta])* $name:ident
        needed { $($must:ident: $must_type:ty => $must_form:ident, $must_about:literal;)* }
        optional { $($may:ident: $may_type:ty => $may_form:ident, $may_about:literal;)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct $name {
            $(pub(super) $must: $must_type,)*
            $(
                #[serde(default, deserialize_with = "present")]
                pub(super) $may: Option<$may_type>,
            )*
        }

        impl $name {
            pub(super) const FIELDS: &'static [Field] = &[
                $(Field {
                    name: stringify!($must), form: Form::$must_form, is_needed: true, about: $must_about,
                },)*
                $(Field {
                    name: stringify!($may), form: Form::$may_form, is_needed: false, about: $may_about,
                },)*
            ];
        }
    };
}

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

raw! {
    /// The quantities that an `expect` checks.
    RawExpect
    needed {}
    optional {
        used: Placed<YamlNode> => Levels, "";
        free: Placed<YamlNode> => Levels, "";
        balance: Placed<YamlNode> => Balances, "";
    }
}

/// A value of any type.
#[derive(Debug, Clone)]
pub(super) enum YamlNode {
    /// A scalar; `None` if YAML reads it as another type than text. The text is then taken from the file.
    Scalar(Option<ShortText>),
    List(Vec<Text>),
    Map(Vec<(Text, Text)>),
    Nothing,
}

/// Deserializes an optional key: `null` is not the same as a missing key.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = YamlNode;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value, a list or a map")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(Some(text.into())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Nothing)
    }

    fn visit_none<E: de::Error>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<YamlNode, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(YamlNode::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<YamlNode, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value()?));
        }
        Ok(YamlNode::Map(entries))
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
