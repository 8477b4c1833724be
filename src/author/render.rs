//! A template and its values to text. The only file that names the template library.
//!
//! In the license text a value is first written as a mark that no template holds. That text is read as a license; only
//! then do the values take the place of the marks, inside the names and values that were read. So a value is always one
//! name or one value, whatever it holds. The result is printed by the license printer, read again, and compared with
//! what was meant.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Span as Period;
use jiff::civil::Date;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::license::{self, License, Name};
use crate::source::{SourceFile, Span};
use crate::syntax::{self, Block, Item, Tree, fold};

use super::fault::Fault;
use super::template::Template;
use super::types::Value;
use super::values::Assigned;

pub(super) const LICENSE: &str = "license";
pub(super) const SCENARIOS: &str = "scenarios";

/// Steps and bytes of output that one rendering may cost.
const FUEL: u64 = 20_000_000;

/// The text that stands for a value while a license text is read: the value's bytes in hexadecimal between two
/// characters that are assigned to nothing. The license language has them neither in names nor in values, and a template
/// that holds them is refused, so that a mark is never anything else.
mod mark {
    use std::fmt::Write as _;

    /// Begins a mark.
    pub(super) const BEGIN: char = '\u{fdd0}';
    /// Ends a mark.
    pub(super) const END: char = '\u{fdd1}';

    /// The mark of a value.
    pub(super) fn of(value: &str) -> String {
        let mut mark = String::with_capacity(value.len() * 2 + 6);
        mark.push(BEGIN);
        for byte in value.bytes() {
            // Writing to a string cannot fail.
            let _ = write!(mark, "{byte:02x}");
        }
        mark.push(END);
        mark
    }

    /// Whether a mark, or a part of one, is in the text.
    pub(super) fn is_in(text: &str) -> bool {
        text.contains([BEGIN, END])
    }

    /// The text with every mark replaced by its value; nothing if a mark is not whole.
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

/// Compiles the texts of a template: strict about what is not defined, without includes, macros, files, environment or
/// recursion, and with bounded work.
pub(super) fn environment(
    file: &str,
    body: &str,
    scenarios: Option<(&str, &str)>,
    head_lines: u64,
) -> Result<Environment<'static>, Fault> {
    if mark::is_in(body) {
        return Err(Fault::new("the template holds a character that is assigned to nothing").file(file));
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
            // Safe are the name of the license file, which comes in quotes already, and plain words as parts of quoted
            // text: no filter makes other text safe.
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

/// A plain word without quotes of its own, to stand inside of quoted text of a scenario file.
fn word(value: &minijinja::Value) -> Result<minijinja::Value, minijinja::Error> {
    let text = scalar(value)?;
    is_plain(&text).then(|| minijinja::Value::from_safe_string(text)).ok_or_else(not_plain)
}

/// The day that is some days after another.
fn plus_days(day: &str, days: i64) -> Result<String, minijinja::Error> {
    let moved =
        day.parse::<Date>().ok().and_then(|day| day.checked_add(Period::new().try_days(days).ok()?).ok());
    moved.map(|day| day.to_string()).ok_or_else(|| refuse(format!("`{day}` has no day {days} days after it")))
}

/// How many tokens an amount of money buys; 0 where the price is none.
fn tokens_of(funds: &str, price: &str) -> u64 {
    let amount = |money: &str| Decimal::from_str_exact(money.split(' ').next().unwrap_or_default()).ok();
    let tokens = amount(funds).zip(amount(price)).and_then(|(funds, price)| funds.checked_div(price));
    tokens.and_then(|tokens| tokens.floor().to_u64()).unwrap_or(0)
}

/// Names that a text of a template uses, other than those that every template has.
pub(super) fn used_names(environment: &Environment<'_>, text: &str) -> BTreeSet<String> {
    let Ok(template) = environment.get_template(text) else { return BTreeSet::new() };
    let is_given = |name: &str| {
        name == "default"
            || name == "license" && text == SCENARIOS
            || environment.globals().any(|(global, _)| global == name)
    };
    template.undeclared_variables(false).into_iter().filter(|name| !is_given(name)).collect()
}

/// The text of a value; what is no scalar cannot be written.
fn scalar(value: &minijinja::Value) -> Result<String, minijinja::Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Ok(value.to_string()),
        ValueKind::None => Err(refuse("a parameter without a value is written here".to_owned())),
        ValueKind::Undefined => Err(minijinja::Error::from(ErrorKind::UndefinedError)),
        other => Err(refuse(format!("a {other} cannot be written, only text and numbers"))),
    }
}

fn refuse(message: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, message)
}

fn mark_value(text: &str) -> Result<String, minijinja::Error> {
    if mark::is_in(text) {
        return Err(refuse(
            "text that was put together by the template cannot be written as a value".to_owned(),
        ));
    }
    Ok(mark::of(text))
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn not_plain() -> minijinja::Error {
    refuse("free text cannot stand in a scenario file, only names, numbers and dates".to_owned())
}

/// A scalar of a scenario file: what YAML reads as one plain word, or that word in quotes where YAML would take it for
/// something else.
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
        ErrorKind::UndefinedError => "a parameter is used that is not declared".to_owned(),
        ErrorKind::OutOfFuel => "the template does not come to an end".to_owned(),
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
    /// The license that the template makes of these values, in canonical layout. It was read again: it has no errors,
    /// and every name and value in it is what was meant.
    ///
    /// # Errors
    /// When the template does not make a license of them.
    pub fn render(&self, assigned: &Assigned) -> Result<String, Fault> {
        let marked = self
            .render_text(LICENSE, assigned, None)
            .map_err(|error| fault(&error, &self.file, self.head_lines))?;
        let wrong = |message: String| {
            let message = mark::resolve(&message).unwrap_or(message);
            Fault::new(format!("the template makes no license: {message}")).file(&self.file)
        };
        let tree = syntax::parse(SourceFile::new(self.name.as_str(), marked));
        if let Some(error) = tree.errors().iter().find(|found| found.is_error()) {
            return Err(wrong(error.message.clone()));
        }
        let written =
            Writer { template: self, assigned, tree: &tree, edits: Vec::new(), meant: Vec::new() }.write();
        let (text, meant) = written.map_err(wrong)?;
        let text = license::format(&syntax::parse(SourceFile::new(self.name.as_str(), text)))
            .map_err(|_| wrong("its text cannot be laid out".to_owned()))?;
        let license = License::from_text(&self.name, &text);
        if let Some(error) = license.diagnostics.iter().find(|found| found.is_error()) {
            let fault = wrong(error.message.clone());
            return Err(match &error.help {
                Some(help) => fault.help(help.clone()),
                None => fault,
            });
        }
        if blocks_of(&license) != meant {
            return Err(wrong("its text reads differently from what was meant".to_owned()));
        }
        Ok(text)
    }

    /// The scenario file for these values; `license` is the name of the license file beside it. `None` where the
    /// template has none.
    ///
    /// # Errors
    /// When the scenario template cannot be rendered with these values.
    pub fn render_scenarios(&self, assigned: &Assigned, license: &str) -> Result<Option<String>, Fault> {
        let Some(file) = &self.scenario_file else { return Ok(None) };
        let text =
            self.render_text(SCENARIOS, assigned, Some(license)).map_err(|error| fault(&error, file, 0))?;
        Ok(Some(text))
    }

    fn render_text(
        &self,
        name: &str,
        assigned: &Assigned,
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

/// A value as templates see it: pairs have fields, lists can be looped over.
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

/// Puts the values in the place of their marks.
struct Writer<'a> {
    template: &'a Template,
    assigned: &'a Assigned,
    tree: &'a Tree,
    edits: Vec<(Span, String)>,
    meant: Blocks,
}

impl Writer<'_> {
    fn write(mut self) -> Result<(String, Blocks), String> {
        let extra = self.every_block();
        for item in self.tree.items() {
            match item {
                Item::Block(block) => self.block(block, &extra)?,
                Item::Comment(span) => self.comment(*span)?,
                other => return Err(format!("stray text `{}`", syntax::excerpt(self.slice(other.span())))),
            }
        }
        if self.meant.is_empty() {
            return Err("it holds no FEATURE".to_owned());
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
        Ok((text, self.meant))
    }

    fn slice(&self, span: Span) -> &str {
        self.tree.source().slice(span)
    }

    fn resolve(&self, span: Span) -> Result<Option<String>, String> {
        let text = self.slice(span);
        if !mark::is_in(text) {
            return Ok(None);
        }
        let resolved = mark::resolve(text).ok_or("a value is cut by the template's text")?;
        if resolved.chars().any(|c| c == '"' || c.is_control()) {
            return Err(format!("the value `{}` would need an escape", syntax::excerpt(&resolved)));
        }
        Ok(Some(resolved))
    }

    /// The directives that stand on every block, with their values.
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
                return Err(format!("`{}` cannot be the name of a FEATURE", syntax::excerpt(&name)));
            }
            None => self.slice(block.name).to_owned(),
        };
        let header = block.header_comments.iter().copied();
        for comment in header {
            self.comment(comment)?;
        }
        let mut records = Vec::new();
        for element in &block.elements {
            match element {
                syntax::Element::Directive(directive) => records.push(self.directive(*directive)?),
                other => self.comment(other.span())?,
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
        self.meant.push((name, records));
        Ok(())
    }

    fn directive(&mut self, directive: syntax::Directive) -> Result<(String, String), String> {
        let name = self.slice(directive.name).to_owned();
        if mark::is_in(&name) {
            return Err("a value cannot be the name of a directive".to_owned());
        }
        let Some(value) = self.resolve(directive.value.inner())? else {
            return Ok((name, directive.value.read(self.tree.source()).into_owned()));
        };
        if fold(&value) != value {
            return Err(format!("`{name}`: blanks in `{}` would be lost", syntax::excerpt(&value)));
        }
        // In quotes it is a value whatever it holds; the printer takes them off where they are not needed.
        self.edits.push((directive.value.span, format!("\"{value}\"")));
        Ok((name, value))
    }

    fn comment(&mut self, span: Span) -> Result<(), String> {
        if let Some(text) = self.resolve(span)? {
            self.edits.push((span, text));
        }
        Ok(())
    }
}

/// Any text as a scalar of YAML: as it stands where that is plain, else in double quotes.
fn yaml_quoted(text: &str) -> String {
    yaml_scalar(text).unwrap_or_else(|_| serde_json::Value::from(text).to_string())
}
