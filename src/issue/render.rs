//! Rendering of a template with values. The only module that uses the template library.
//!
//! In the license text each value is first rendered as a mark that no template can contain. The marked text is parsed
//! as a license; only then are the marks replaced by the values, inside the parsed names and values. A value is
//! therefore always exactly one name or one value, whatever it contains. The result is formatted, parsed again and
//! compared with the intended content.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Span as Period;
use jiff::civil::Date;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use keywright_license::{self as license, License, Name};
use keywright_syntax::source::{SourceFile, Span};
use keywright_syntax::{self as syntax, Block, Item, Tree, fold};

use super::arguments::Arguments;
use super::error::Fault;
use super::parameter_types::Value;
use super::template::Template;

pub(super) const LICENSE: &str = "license";
pub(super) const SCENARIOS: &str = "scenarios";

/// Limit on template steps per rendering; it also bounds the output.
const FUEL: u64 = 20_000_000;

/// Placeholder for a value while the license text is parsed: the value's bytes in hexadecimal between two Unicode
/// noncharacters. The license language allows these neither in names nor in values, and templates that contain them
/// are rejected, so a mark is always a value.
mod mark {
    use std::fmt::Write as _;

    /// Start of a mark.
    pub(super) const BEGIN: char = '\u{fdd0}';
    /// End of a mark.
    pub(super) const END: char = '\u{fdd1}';

    /// Returns the mark of a value.
    pub(super) fn encode(value: &str) -> String {
        let mut mark = String::with_capacity(value.len() * 2 + 6);
        mark.push(BEGIN);
        for byte in value.bytes() {
            // Writing to a string cannot fail.
            let _ = write!(mark, "{byte:02x}");
        }
        mark.push(END);
        mark
    }

    /// Returns true if the text contains a mark or a part of one.
    pub(super) fn is_in(text: &str) -> bool {
        text.contains([BEGIN, END])
    }

    /// Returns the text with every mark replaced by its value, or `None` if a mark is incomplete.
    pub(super) fn resolve(text: &str) -> Option<String> {
        let mut parts = text.split(BEGIN);
        let mut resolved = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (digits, rest) = part.split_once(END)?;
            resolved.push_str(&super::unhex(digits)?);
            resolved.push_str(rest);
        }
        (!is_in(&resolved)).then_some(resolved)
    }
}

fn unhex(digits: &str) -> Option<String> {
    let nibble = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        })
        .collect();
    String::from_utf8(bytes?).ok()
}

/// Compiles the texts of a template: undefined names are errors; no includes, macros, files, environment or recursion;
/// bounded work.
pub(super) fn environment(
    file: &str,
    body: &str,
    scenarios: Option<(&str, &str)>,
    head_lines: u64,
) -> Result<Environment<'static>, Fault> {
    if mark::is_in(body) {
        return Err(Fault::new("the template contains a Unicode noncharacter (U+FDD0 or U+FDD1)").file(file));
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .map_err(|error| fault(&error, file, 0))?,
    );
    environment.set_recursion_limit(32);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("plus_days", plus_days);
    environment.add_filter("word", word);
    environment.add_function("tokens_of", tokens_of);
    for filter in ["safe", "escape", "e"] {
        environment.remove_filter(filter);
    }
    environment.set_formatter(move |out, state, value| {
        let text = match scalar(value)? {
            text if state.name() == LICENSE => mark_value(&text)?,
            // Only the license file name, which is already quoted, and plain words inside quoted text are marked safe;
            // no filter marks other text safe.
            text if value.is_safe() => text,
            text => yaml_scalar(&text)?,
        };
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    let add = |environment: &mut Environment<'static>, name, text: &str| {
        environment.add_template_owned(name, text.to_owned())
    };
    add(&mut environment, LICENSE, body).map_err(|error| fault(&error, file, head_lines))?;
    if let Some((file, text)) = scenarios {
        add(&mut environment, SCENARIOS, text).map_err(|error| fault(&error, file, 0))?;
    }
    Ok(environment)
}

/// The `word` filter: a plain word without quotes, for use inside quoted text of a scenario file.
fn word(value: &minijinja::Value) -> Result<minijinja::Value, minijinja::Error> {
    let text = scalar(value)?;
    is_plain(&text).then(|| minijinja::Value::from_safe_string(text)).ok_or_else(not_plain)
}

/// The `plus_days` filter: the date that is a number of days after another.
fn plus_days(day: &str, days: i64) -> Result<String, minijinja::Error> {
    let moved =
        day.parse::<Date>().ok().and_then(|day| day.checked_add(Period::new().try_days(days).ok()?).ok());
    moved
        .map(|day| day.to_string())
        .ok_or_else(|| refuse(format!("date out of range: `{day}` plus {days} days")))
}

/// The `tokens_of` function: the number of tokens that an amount of money buys; 0 if the price is 0 or missing.
fn tokens_of(funds: &str, price: &str) -> u64 {
    let amount = |money: &str| Decimal::from_str_exact(money.split(' ').next().unwrap_or_default()).ok();
    let tokens = amount(funds).zip(amount(price)).and_then(|(funds, price)| funds.checked_div(price));
    tokens.and_then(|tokens| tokens.floor().to_u64()).unwrap_or(0)
}

/// Returns the names that a text uses, except those that every template has.
pub(super) fn used_names(environment: &Environment<'_>, text: &str) -> BTreeSet<String> {
    let Ok(template) = environment.get_template(text) else { return BTreeSet::new() };
    let is_given = |name: &str| {
        name == "default"
            || name == "license" && text == SCENARIOS
            || environment.globals().any(|(global, _)| global == name)
    };
    template.undeclared_variables(false).into_iter().filter(|name| !is_given(name)).collect()
}

/// Returns the text of a value. Values other than strings and numbers are errors.
fn scalar(value: &minijinja::Value) -> Result<String, minijinja::Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Ok(value.to_string()),
        ValueKind::None => Err(refuse("parameter has no value".to_owned())),
        ValueKind::Undefined => Err(minijinja::Error::from(ErrorKind::UndefinedError)),
        other => Err(refuse(format!("cannot write a {other}, only text and numbers"))),
    }
}

fn refuse(message: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, message)
}

fn mark_value(text: &str) -> Result<String, minijinja::Error> {
    if mark::is_in(text) {
        return Err(refuse("a value cannot be composed by the template".to_owned()));
    }
    Ok(mark::encode(text))
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn not_plain() -> minijinja::Error {
    refuse("free text is not allowed in a scenario file, only names, numbers and dates".to_owned())
}

/// Returns a scalar for a scenario file: plain if YAML reads it as a string, else quoted.
fn yaml_scalar(text: &str) -> Result<String, minijinja::Error> {
    if !is_plain(text) {
        return Err(not_plain());
    }
    let special = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let quoted = special.contains(&text.to_ascii_lowercase().as_str()) || text.starts_with("--");
    Ok(if quoted { format!("\"{text}\"") } else { text.to_owned() })
}

fn fault(error: &minijinja::Error, file: &str, lines_before: u64) -> Fault {
    let kind = match error.kind() {
        ErrorKind::UndefinedError => "undeclared parameter".to_owned(),
        ErrorKind::OutOfFuel => "the template exceeds the step limit".to_owned(),
        kind => kind.to_string(),
    };
    let message = match error.detail() {
        Some(detail) => format!("{kind}: {}", detail.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => kind,
    };
    let fault = Fault::new(message).file(file);
    match error.line() {
        Some(line) => fault.at(lines_before + u64::try_from(line).unwrap_or(u64::MAX), 1),
        None => fault,
    }
}

impl Template {
    /// Renders the license for these values in canonical layout. The result was parsed again: it has no errors, and
    /// every name and value is the intended one.
    ///
    /// # Errors
    /// Returns an error if the template does not produce a license from these values.
    pub fn render(&self, assigned: &Arguments) -> Result<String, Fault> {
        let marked = self
            .render_text(LICENSE, assigned, None)
            .map_err(|error| fault(&error, &self.file, self.head_lines))?;
        let wrong = |message: String| {
            let message = mark::resolve(&message).unwrap_or(message);
            Fault::new(format!("template does not produce a license: {message}")).file(&self.file)
        };
        let tree = syntax::parse(SourceFile::new(self.name.as_str(), marked));
        if let Some(error) = tree.errors().iter().find(|found| found.is_error()) {
            return Err(wrong(error.message.clone()));
        }
        let written =
            Writer { template: self, assigned, tree: &tree, edits: Vec::new(), expected: Vec::new() }.write();
        let (text, expected) = written.map_err(wrong)?;
        let text = license::format(&syntax::parse(SourceFile::new(self.name.as_str(), text)))
            .map_err(|_| wrong("the text cannot be formatted".to_owned()))?;
        let license = License::from_text(&self.name, &text);
        if let Some(error) = license.diagnostics.iter().find(|found| found.is_error()) {
            let fault = wrong(error.message.clone());
            return Err(match &error.help {
                Some(help) => fault.help(help.clone()),
                None => fault,
            });
        }
        if blocks_of(&license) != expected {
            return Err(wrong("the text does not parse back to the intended values".to_owned()));
        }
        Ok(text)
    }

    /// Renders the scenario file for these values; `license` is the name of the license file. Returns `None` if the
    /// template has no scenarios.
    ///
    /// # Errors
    /// Returns an error if the scenario template cannot be rendered with these values.
    pub fn render_scenarios(&self, assigned: &Arguments, license: &str) -> Result<Option<String>, Fault> {
        let Some(file) = &self.scenario_file else { return Ok(None) };
        let text =
            self.render_text(SCENARIOS, assigned, Some(license)).map_err(|error| fault(&error, file, 0))?;
        Ok(Some(text))
    }

    fn render_text(
        &self,
        name: &str,
        assigned: &Arguments,
        license: Option<&str>,
    ) -> Result<String, minijinja::Error> {
        let pairs = |values: &std::collections::BTreeMap<String, Option<Value>>| {
            values
                .iter()
                .map(|(name, value)| (name.clone(), template_value(value.as_ref())))
                .collect::<Vec<_>>()
        };
        let mut context = pairs(&assigned.values);
        context.push(("default".to_owned(), minijinja::Value::from_pairs(pairs(&assigned.defaults))));
        if let Some(license) = license {
            context.push(("license".to_owned(), minijinja::Value::from_safe_string(yaml_quoted(license))));
        }
        self.environment.get_template(name)?.render(minijinja::Value::from_pairs(context))
    }
}

/// Converts a value for templates: pairs have fields, lists can be iterated.
fn template_value(value: Option<&Value>) -> minijinja::Value {
    match value {
        None => minijinja::Value::from(()),
        Some(Value::Number(number)) => (*number).into(),
        Some(Value::Text(text)) => text.as_str().into(),
        Some(Value::Cost(name, count)) => minijinja::Value::from_pairs([
            ("name", minijinja::Value::from(name.as_str())),
            ("count", (*count).into()),
        ]),
        Some(Value::Release(name, version)) => minijinja::Value::from_pairs([
            ("name", minijinja::Value::from(name.as_str())),
            ("version", version.as_str().into()),
        ]),
        Some(Value::Tier(from, price)) => minijinja::Value::from_pairs([
            ("from", minijinja::Value::from(*from)),
            ("price", price.as_str().into()),
        ]),
        Some(Value::List(items)) => items.iter().map(|item| template_value(Some(item))).collect(),
    }
}

/// Blocks as names and records.
type Blocks = Vec<(String, Vec<(String, String)>)>;

fn blocks_of(license: &License) -> Blocks {
    let records = |feature| {
        license.records(feature).map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    };
    license.features.iter().map(|feature| (feature.name.value.to_string(), records(feature))).collect()
}

/// Replaces marks with their values.
struct Writer<'a> {
    template: &'a Template,
    assigned: &'a Arguments,
    tree: &'a Tree,
    edits: Vec<(Span, String)>,
    expected: Blocks,
}

impl Writer<'_> {
    fn write(mut self) -> Result<(String, Blocks), String> {
        let extra = self.every_block();
        for item in self.tree.items() {
            match item {
                Item::Block(block) => self.block(block, &extra)?,
                Item::Comments(run) => self.comments(*run)?,
                other => return Err(format!("stray text `{}`", syntax::excerpt(self.slice(other.span())))),
            }
        }
        if self.expected.is_empty() {
            return Err("the text contains no FEATURE block".to_owned());
        }
        self.edits.sort_by_key(|(span, _)| *span);
        let source = self.tree.source();
        let mut text = String::with_capacity(source.text().len());
        let mut at = 0;
        for (span, replacement) in &self.edits {
            text.push_str(source.slice(Span { start: at, end: span.start }));
            text.push_str(replacement);
            at = span.end;
        }
        text.push_str(source.text().get(at as usize..).unwrap_or_default());
        Ok((text, self.expected))
    }

    fn slice(&self, span: Span) -> &str {
        self.tree.source().slice(span)
    }

    fn resolve(&self, span: Span) -> Result<Option<String>, String> {
        let text = self.slice(span);
        if !mark::is_in(text) {
            return Ok(None);
        }
        let resolved = mark::resolve(text).ok_or("the template's text splits a value")?;
        if resolved.chars().any(|c| c == '"' || c.is_control()) {
            return Err(format!(
                "invalid value `{}`: `\"` and control characters are not allowed",
                syntax::excerpt(&resolved)
            ));
        }
        Ok(Some(resolved))
    }

    /// Returns the directives written on every block, with their values.
    fn every_block(&self) -> Vec<(String, String)> {
        let rows = self.template.every_block.iter();
        rows.filter_map(|row| {
            let value = self.assigned.get(&row.name.to_ascii_lowercase())?;
            Some((row.name.to_owned(), value.to_string()))
        })
        .collect()
    }

    fn block(&mut self, block: &Block, extra: &[(String, String)]) -> Result<(), String> {
        let name = match self.resolve(block.name)? {
            Some(name) if Name::is_valid(&name) => {
                self.edits.push((block.name, name.clone()));
                name
            }
            Some(name) => {
                return Err(format!("invalid FEATURE name `{}`", syntax::excerpt(&name)));
            }
            None => self.slice(block.name).to_owned(),
        };
        for run in &block.header_comments {
            self.comments(*run)?;
        }
        let mut records = Vec::new();
        for element in &block.elements {
            match element {
                syntax::Element::Directive(directive) => records.push(self.directive(*directive)?),
                syntax::Element::Comments(run) => self.comments(*run)?,
                syntax::Element::Stray(span) => self.comment(*span)?,
            }
        }
        let mut lines = String::new();
        for (name, value) in extra {
            let _ = write!(lines, " {name}=\"{value}\"");
            records.push((name.clone(), value.clone()));
        }
        if !lines.is_empty() {
            lines.push('\n');
            self.edits.push((Span { start: block.close.start, end: block.close.start }, lines));
        }
        self.expected.push((name, records));
        Ok(())
    }

    fn directive(&mut self, directive: syntax::Directive) -> Result<(String, String), String> {
        let name = self.slice(directive.name).to_owned();
        if mark::is_in(&name) {
            return Err("a directive name cannot be a template value".to_owned());
        }
        let Some(value) = self.resolve(directive.value.inner())? else {
            return Ok((name, directive.value.folded(self.tree.source()).into_owned()));
        };
        if fold(&value) != value {
            return Err(format!(
                "`{name}`: repeated, leading or trailing spaces in `{}` would be lost",
                syntax::excerpt(&value)
            ));
        }
        // Quoted, so that it is one value whatever it contains; the formatter removes quotes that are not needed.
        self.edits.push((directive.value.span, format!("\"{value}\"")));
        Ok((name, value))
    }

    fn comments(&mut self, run: Span) -> Result<(), String> {
        let source = self.tree.source().clone();
        syntax::comments(&source, run).try_for_each(|comment| self.comment(comment))
    }

    fn comment(&mut self, span: Span) -> Result<(), String> {
        if let Some(text) = self.resolve(span)? {
            self.edits.push((span, text));
        }
        Ok(())
    }
}

/// Returns any text as a YAML scalar: plain if possible, else in double quotes.
fn yaml_quoted(text: &str) -> String {
    yaml_scalar(text).unwrap_or_else(|_| serde_json::Value::from(text).to_string())
}
