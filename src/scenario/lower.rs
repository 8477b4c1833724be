//! Converts raw YAML values to typed scenarios: each value by its key, one verb per step.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::DateTime;

use keywright_syntax::diagnostic::{Code, Diagnostic, nearest};
use keywright_syntax::source::{SourceFile, Span, Spanned};

use super::codes;
use super::model::{
    Ask, Change, Expectation, Gauge, Level, Person, Row, Scenario, ScenarioFile, Step, Totals, Verb,
};
use super::raw_step::RawStep;
use super::raw_value::{Placed, RawExpect, Text, YamlNode};
use super::short_text::ShortText;
use super::value::{self, Fault};
use super::verbs;
use super::yaml::{self, RawFile, RawRow, RawScenario, RawTotals};

/// Parses a scenario file.
///
/// # Errors
/// Returns all findings in file order. A file that is not valid YAML has exactly one.
pub fn parse(source: &Arc<SourceFile>) -> Result<ScenarioFile, Vec<Diagnostic>> {
    if let Some(fault) = source.fault() {
        let end = source.text().len();
        let why = match fault {
            keywright_syntax::source::EncodingFault::Utf16 => "the file is UTF-16",
            keywright_syntax::source::EncodingFault::Foreign(_) => "the file is not a text file",
            keywright_syntax::source::EncodingFault::NotUtf8 { .. } => "the file is not UTF-8 text",
            keywright_syntax::source::EncodingFault::TooLarge => "the file is too large",
        };
        return Err(vec![Diagnostic::new(&codes::BAD_YAML, source.id(), Span::at(end), why)]);
    }
    let raw = yaml::parse(source).map_err(|found| vec![*found])?;
    let mut lowering = Lowering { source, found: Vec::new() };
    let file = lowering.file(raw);
    lowering.found.sort_by_key(Diagnostic::order);
    if lowering.found.iter().any(Diagnostic::is_error) {
        return Err(lowering.found);
    }
    Ok(ScenarioFile { warnings: lowering.found, ..file })
}

/// Parses a single step.
pub(super) fn parse_step(source: &Arc<SourceFile>) -> Result<Step, Vec<Diagnostic>> {
    let raw = yaml::parse_step(source).map_err(|found| vec![*found])?;
    let mut lowering = Lowering { source, found: Vec::new() };
    match lowering.step(&raw) {
        Some(step) if lowering.found.is_empty() => Ok(step),
        _ => Err(lowering.found),
    }
}

pub(super) struct Lowering<'a> {
    source: &'a Arc<SourceFile>,
    found: Vec<Diagnostic>,
}

impl Lowering<'_> {
    /// Consumes the raw values, so that each step frees its own when it is done.
    fn file(&mut self, raw: RawFile) -> ScenarioFile {
        let licenses = self.licenses(&raw.license);
        let at = self.moment(raw.at.as_ref());
        let mut names = HashSet::new();
        for scenario in &raw.scenarios {
            let name = scenario.value().name.spanned();
            if !names.insert(name.value) {
                let message = format!("duplicate scenario name `{}`", name.value);
                self.report(&codes::SAME_NAME, name.span, message, "give each scenario a unique name");
            }
        }
        let scenarios = raw.scenarios.into_iter();
        let scenarios = scenarios.map(|scenario| self.scenario(scenario.into_value())).collect();
        ScenarioFile { source: self.source.clone(), licenses, at, scenarios, warnings: Vec::new() }
    }

    fn licenses(&mut self, raw: &Placed<YamlNode>) -> Vec<Spanned<String>> {
        let span = raw.span();
        match raw.value() {
            YamlNode::Scalar(text) => vec![Spanned::new(self.scalar(text, span).to_owned(), span)],
            YamlNode::List(items) if !items.is_empty() => {
                items.iter().map(|item| Spanned::new(item.value().0.to_string(), item.span())).collect()
            }
            _ => {
                self.report(
                    &codes::BAD_VALUE,
                    span,
                    "`license` is empty",
                    "write a path, or a list of paths, relative to this file",
                );
                Vec::new()
            }
        }
    }

    fn scenario(&mut self, raw: RawScenario) -> Scenario {
        let name = raw.name.spanned();
        if raw.table.iter().flatten().next().is_none() && raw.steps.iter().flatten().next().is_none() {
            let message = format!("scenario `{}` has no `table` and no `steps`", name.value);
            self.report(&codes::MISSING_KEY, name.span, message, "add one of them");
        }
        if raw.table.is_none() {
            let left = [raw.totals.as_ref().map(Placed::span), raw.remaining.as_ref().map(Placed::span)];
            for span in left.into_iter().flatten() {
                self.report(
                    &codes::MISSING_KEY,
                    span,
                    "`totals` and `remaining` need a `table`",
                    "add a `table`",
                );
            }
        }
        let rows = raw.table.iter().flatten();
        Scenario {
            name: Spanned::new(name.value.to_owned(), name.span),
            at: self.moment(raw.at.as_ref()),
            active_tokens: self.read(raw.active_tokens.as_ref(), value::number),
            table: rows.map(|row| self.row(row.value())).collect(),
            totals: raw.totals.as_ref().map(|totals| self.totals(totals.value())),
            remaining: self.levels(raw.remaining.as_ref(), value::level),
            steps: self.steps(raw.steps.unwrap_or_default()),
        }
    }

    fn steps(&mut self, raw: Vec<Placed<RawStep>>) -> Vec<Step> {
        let mut steps = Vec::with_capacity(raw.len());
        steps.extend(raw.into_iter().filter_map(|step| self.step(&step)));
        steps
    }

    fn row(&mut self, raw: &RawRow) -> Row {
        let feature = self.read(Some(&raw.feature), value::feature).unwrap_or_default();
        Row {
            feature: Spanned::new(feature, raw.feature.span()),
            each: self.change(raw.each.as_ref()),
            checkouts: self.placed(raw.checkouts.as_ref(), value::checkouts),
            consumes: self.change(raw.consumes.as_ref()),
            count: self.read(raw.count.as_ref(), value::positive),
            version: self.read(raw.version.as_ref(), value::version),
            by: self.read(raw.by.as_ref(), value::person),
        }
    }

    fn totals(&mut self, raw: &RawTotals) -> Totals {
        Totals {
            checkouts: self.placed(raw.checkouts.as_ref(), value::number),
            consumes: self.change(raw.consumes.as_ref()),
        }
    }

    fn step(&mut self, raw: &Placed<RawStep>) -> Option<Step> {
        let whole = raw.span();
        let raw = raw.value();
        let (verb, span) = self.verb(raw, whole)?;
        self.check_keys(verb, raw);
        let times = self.read(raw.text("times"), value::times).unwrap_or(1);
        Some(Step {
            whole,
            span,
            at: self.moment(raw.text("at")),
            verb: self.lower_verb(verb, raw, span)?,
            times,
            consumes: self.change(raw.consumes()).map(Box::new),
            denied: self.placed(raw.text("denied"), value::reason),
            warns: self.placed(raw.text("warns"), value::boolean),
        })
    }

    /// Returns the verb of a step.
    fn verb(&mut self, raw: &RawStep, step: Span) -> Option<(&'static verbs::Keys, Span)> {
        let mut verbs = raw.written().filter_map(|(key, span)| verbs::find(key).map(|found| (found, span)));
        match (verbs.next(), verbs.next()) {
            (Some(verb), None) => Some(verb),
            (Some(first), Some((second, span))) => {
                let message = format!(
                    "a step has only one verb, but this one has `{}` and `{}`",
                    first.0.verb, second.verb
                );
                self.report(&codes::BAD_STEP, span, message, "split it into two steps");
                None
            }
            (None, _) => {
                let at = raw.written().next().map_or(step, |(_, span)| span);
                let help = format!("use one of {}", verbs::names().join(", "));
                self.report(&codes::BAD_STEP, at, "the step has no verb", help);
                None
            }
        }
    }

    /// Reports keys that the verb does not accept, and required keys that are missing.
    fn check_keys(&mut self, verb: &verbs::Keys, raw: &RawStep) {
        for (key, span) in raw.written() {
            if key != verb.verb && key != "at" && !verb.has(key) {
                let message = format!("`{}` does not accept `{key}`", verb.verb);
                let keys: Vec<&str> = verb.keys().chain(["at"]).collect();
                self.report(&codes::BAD_STEP, span, message, format!("use {}", keys.join(", ")));
            }
        }
    }

    fn lower_verb(&mut self, keys: &verbs::Keys, raw: &RawStep, span: Span) -> Option<Verb> {
        for needed in keys.needed {
            if raw.text(needed).is_none() {
                let message = format!("`{}` needs `{needed}`", keys.verb);
                self.report(&codes::MISSING_KEY, span, message, format!("add `{needed}` to the step"));
                return None;
            }
        }
        verb(self, raw)
    }

    pub(super) fn ask(&mut self, feature: &Text, raw: &RawStep) -> Option<Ask> {
        Some(Ask {
            feature: self.read(Some(feature), value::feature)?,
            count: self.read(raw.text("count"), value::positive).unwrap_or(1),
            version: self.read(raw.text("version"), value::version),
            by: self.person(raw),
            custom: self.read(raw.text("custom"), value::free_text),
        })
    }

    pub(super) fn person(&mut self, raw: &RawStep) -> Option<Person> {
        self.read(raw.text("by"), value::person)
    }

    pub(super) fn expectations(&mut self, raw: &Placed<RawExpect>) -> Vec<Expectation> {
        let span = raw.span();
        let raw = raw.value();
        let gauges = [
            (Gauge::Used, raw.used.as_ref()),
            (Gauge::Free, raw.free.as_ref()),
            (Gauge::Balance, raw.balance.as_ref()),
        ];
        let mut all = Vec::new();
        for (gauge, map) in gauges {
            let read = if gauge == Gauge::Balance { value::balance } else { value::level };
            let levels = self.levels(map, read);
            all.extend(levels.into_iter().map(|(pool, level)| Expectation { gauge, pool, level }));
        }
        if all.is_empty() {
            self.report(
                &codes::BAD_STEP,
                span,
                "`expect` is empty",
                "add pools under `used`, `free` or `balance`",
            );
        }
        all
    }

    fn moment(&mut self, raw: Option<&Text>) -> Option<DateTime> {
        self.read(raw, value::moment)
    }

    /// Parses a text value; reports a fault at its location.
    pub(super) fn read<T>(
        &mut self,
        raw: Option<&Text>,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let text = raw?.spanned();
        self.judge(read(text.value), text.span)
    }

    fn placed<T>(
        &mut self,
        raw: Option<&Text>,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<Spanned<T>> {
        let span = raw?.span();
        self.read(raw, read).map(|value| Spanned::new(value, span))
    }

    fn judge<T>(&mut self, read: Result<T, Fault>, span: Span) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err((message, help)) => {
                self.report(&codes::BAD_VALUE, span, message, help);
                None
            }
        }
    }

    /// Returns the text of a scalar. If YAML read it as another type, this is the text in the file.
    fn scalar<'t>(&'t self, text: &'t Option<ShortText>, span: Span) -> &'t str {
        text.as_deref().unwrap_or_else(|| self.source.slice(span))
    }

    fn change(&mut self, raw: Option<&Placed<YamlNode>>) -> Option<Spanned<Change>> {
        let raw = raw?;
        let span = raw.span();
        let change = match raw.value() {
            YamlNode::Scalar(text) => {
                let read = value::change(self.scalar(text, span));
                Change::Sum(self.judge(read, span)?)
            }
            YamlNode::Map(entries) => Change::Pools(self.entries(entries, value::change)),
            YamlNode::List(_) | YamlNode::Nothing => {
                let help = "write a number, or a map of pools such as `{ Product: 3 }`";
                self.report(&codes::BAD_VALUE, span, "expected an amount", help);
                return None;
            }
        };
        Some(Spanned::new(change, span))
    }

    fn levels(
        &mut self,
        raw: Option<&Placed<YamlNode>>,
        read: fn(&str) -> Result<Level, Fault>,
    ) -> Vec<(Spanned<ShortText>, Spanned<Level>)> {
        let Some(raw) = raw else { return Vec::new() };
        if let YamlNode::Map(entries) = raw.value() {
            return self.entries(entries, read);
        }
        let help = "write a map of pools such as `{ Product: 3 }`";
        self.report(&codes::BAD_VALUE, raw.span(), "expected a map of pools", help);
        Vec::new()
    }

    fn entries<T>(
        &mut self,
        entries: &[(Text, Text)],
        read: fn(&str) -> Result<T, Fault>,
    ) -> Vec<(Spanned<ShortText>, Spanned<T>)> {
        let mut all = Vec::new();
        for (pool, amount) in entries {
            if let Some(amount) = self.placed(Some(amount), read) {
                all.push((Spanned::new(pool.value().0.clone(), pool.span()), amount));
            }
        }
        all
    }

    pub(super) fn report(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let found = Diagnostic::new(code, self.source.id(), span, message);
        self.found.push(found.help(help));
    }
}

/// The help text for an unknown name.
pub(super) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    nearest(word, known).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}

/// Converts a raw step to its verb. The required keys are present.
fn verb(lowering: &mut Lowering<'_>, raw: &RawStep) -> Option<Verb> {
    if let Some(feature) = raw.text("checkout") {
        let id = lowering.read(raw.text("id"), value::free_text);
        return lowering.ask(feature, raw).map(|ask| Verb::Checkout { ask, id });
    }
    if let Some(feature) = raw.text("borrow") {
        let hours = lowering.read(raw.text("hours"), value::hours)?;
        return lowering.ask(feature, raw).map(|ask| Verb::Borrow { ask, hours });
    }
    if let Some(feature) = raw.text("checkin") {
        return Some(Verb::Checkin {
            feature: lowering.read(Some(feature), value::feature)?,
            by: lowering.person(raw),
            custom: lowering.read(raw.text("custom"), value::free_text),
            id: lowering.read(raw.text("id"), value::free_text),
        });
    }
    if let Some(feature) = raw.text("consume") {
        return Some(Verb::Consume {
            feature: lowering.read(Some(feature), value::feature)?,
            units: lowering.read(raw.text("units"), value::units)?,
        });
    }
    if let Some(when) = raw.text("advance") {
        return lowering.read(Some(when), value::when).map(Verb::Advance);
    }
    if let Some(expect) = raw.expected() {
        return Some(Verb::Expect(lowering.expectations(expect)));
    }
    let device = lowering.read(raw.text("device"), value::free_text);
    match (raw.text("activate"), raw.text("deactivate")) {
        (Some(feature), _) => {
            let feature = lowering.read(Some(feature), value::feature)?;
            Some(Verb::Activate { feature, device })
        }
        (None, feature) => {
            let feature = lowering.read(feature, value::feature)?;
            Some(Verb::Deactivate { feature, device: device? })
        }
    }
}
