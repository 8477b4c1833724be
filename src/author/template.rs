//! A template: license text with its parameters declared at its head, and the scenario file that goes with it.
//!
//! ```text
//! ---
//! summary: what it is for, in one line
//! every-block: [START, END, SN, LICENSEE]      optional parameters of these names, on every block where given
//! parameters:
//!   - { name: licenses, type: count, default: 20, range: 1..1000, text: how many licenses are in the pool }
//! ---
//! FEATURE …
//! ```

use std::collections::BTreeSet;

use jiff::civil::Date;
use minijinja::Environment;
use serde::Deserialize;
use serde_yaml::Spanned;

use crate::diagnostic::nearest;
use crate::license::{Directive, Name, directive};

use super::fault::Fault;
use super::parameter::Parameter;
use super::render;
use super::types::{TYPES, ValueType};
use super::yaml;

/// Largest template text, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 1024 * 1024;

/// The line before and behind the head.
const FENCE: &str = "---";

/// A day to try defaults with, where no day is known.
const SOME_DAY: Date = Date::constant(2000, 1, 1);

/// The texts of a template, as they stand in files.
#[derive(Debug, Clone, Copy)]
pub struct TemplateText<'a> {
    /// The template's name.
    pub name: &'a str,
    /// The name of the file with the license text, for messages.
    pub file: &'a str,
    /// The license text with its head.
    pub license: &'a str,
    /// The scenario file, if there is one, with its name for messages.
    pub scenarios: Option<(&'a str, &'a str)>,
}

/// A template that was read: its head is checked, its texts are compiled.
#[derive(Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// What it is for, in one line.
    pub summary: String,
    /// Its parameters, in declared order; those of every block last.
    pub parameters: Vec<Parameter>,
    /// The license text with its head, as it stands in its file.
    pub text: String,
    pub(super) file: String,
    pub(super) scenario_file: Option<String>,
    pub(super) every_block: Vec<&'static Directive>,
    pub(super) environment: Environment<'static>,
    /// Names that the texts use.
    used: BTreeSet<String>,
    /// Those of them that the license text uses.
    in_body: BTreeSet<String>,
    /// Lines of the head, fences included.
    pub(super) head_lines: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Head {
    summary: String,
    #[serde(default)]
    every_block: Vec<Spanned<String>>,
    #[serde(default)]
    parameters: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Spanned<String>,
    #[serde(rename = "type")]
    value_type: Spanned<String>,
    #[serde(default)]
    default: Option<Spanned<String>>,
    #[serde(default)]
    required: Option<Spanned<String>>,
    #[serde(default)]
    range: Option<Spanned<String>>,
    text: Spanned<String>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// When its head or its template syntax is wrong: the first fault, with its place.
    pub fn read(source: TemplateText<'_>) -> Result<Self, Fault> {
        let file = source.file;
        let (head, body, head_lines) = split(source.license).map_err(|fault| fault.file(file))?;
        let head: Head = yaml::read(file, &format!("\n{head}"))?;
        let mut parameters = Vec::new();
        let mut names = BTreeSet::new();
        for row in &head.parameters {
            let parameter = read_row(file, row)?;
            if !names.insert(parameter.name.clone()) {
                return Err(yaml::fault(file, &row.name, format!("`{}` is declared twice", parameter.name)));
            }
            parameters.push(parameter);
        }
        let mut every_block = Vec::new();
        for name in &head.every_block {
            let (row, parameter) = every_block_row(file, name)?;
            if !names.insert(parameter.name.clone()) {
                let message = format!("`{}` is declared twice", parameter.name);
                return Err(yaml::fault(file, name, message));
            }
            every_block.push(row);
            parameters.push(parameter);
        }
        let environment = render::environment(file, body, source.scenarios, head_lines)?;
        let in_body = render::used_names(&environment, render::LICENSE);
        let mut used = render::used_names(&environment, render::SCENARIOS);
        used.extend(in_body.iter().cloned());
        if let Some(unknown) = used.iter().find(|name| !names.contains(*name)) {
            let message = format!("the template uses `{unknown}`, which is no parameter");
            let fault = Fault::new(message).file(file);
            return Err(match nearest(unknown, names.iter().map(String::as_str)) {
                Some(known) => fault.help(format!("did you mean `{known}`?")),
                None => fault.help("declare it at the head, or remove it"),
            });
        }
        Ok(Self {
            name: source.name.to_owned(),
            summary: head.summary,
            parameters,
            text: source.license.to_owned(),
            file: file.to_owned(),
            scenario_file: source.scenarios.map(|(file, _)| file.to_owned()),
            every_block,
            environment,
            used,
            in_body,
            head_lines,
        })
    }

    /// The parameter with this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Whether a parameter's value is written on every block and used nowhere else.
    #[must_use]
    pub fn is_only_on_every_block(&self, name: &str) -> bool {
        self.every_block.iter().any(|row| row.name.eq_ignore_ascii_case(name)) && !self.used.contains(name)
    }

    /// Whether a parameter's value is written on every block and is not used by the license text besides.
    #[must_use]
    pub fn is_not_in_body(&self, name: &str) -> bool {
        self.every_block.iter().any(|row| row.name.eq_ignore_ascii_case(name)) && !self.in_body.contains(name)
    }

    /// Whether a scenario file goes with it.
    #[must_use]
    pub fn has_scenarios(&self) -> bool {
        self.scenario_file.is_some()
    }
}

/// Head and body, and how many lines stand before the body.
fn split(text: &str) -> Result<(&str, &str, u64), Fault> {
    if text.len() > MAX_TEMPLATE_BYTES {
        let message = format!("the template has more than {MAX_TEMPLATE_BYTES} bytes");
        return Err(Fault::new(message));
    }
    let no_head = || {
        Fault::new("the template has no head")
            .at(1, 1)
            .help("begin with a line `---`, then `summary:` and `parameters:`, then a line `---`")
    };
    let mut lines = 0;
    let mut at = 0;
    let mut head_start = None;
    for line in text.split_inclusive('\n') {
        lines += 1;
        at += line.len();
        match (line.trim_end(), head_start) {
            (FENCE, None) => head_start = Some(at),
            (FENCE, Some(start)) => {
                let head = text.get(start..at - line.len()).unwrap_or_default();
                return Ok((head, text.get(at..).unwrap_or_default(), lines));
            }
            (_, None) => return Err(no_head()),
            _ => {}
        }
    }
    Err(no_head())
}

fn read_row(file: &str, row: &Row) -> Result<Parameter, Fault> {
    let name = &row.name.value;
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !plain || !Name::is_valid(name) || RESERVED.contains(&name.as_str()) {
        let message = format!("`{name}` cannot be the name of a parameter");
        return Err(yaml::fault(file, &row.name, message).help("use small letters, digits and `_`"));
    }
    let (word, list) = row
        .value_type
        .value
        .strip_suffix(" list")
        .map_or((&*row.value_type.value, false), |word| (word, true));
    let value_type = ValueType::named(word).ok_or_else(|| unknown_type(file, &row.value_type, word))?;
    let required = match row.required.as_ref().map(|required| (required, required.value.as_str())) {
        None | Some((_, "false")) => false,
        Some((_, "true")) => true,
        Some((place, _)) => return Err(yaml::fault(file, place, "`required` is true or false")),
    };
    if let (true, Some(default)) = (required, &row.default) {
        return Err(yaml::fault(file, default, "a required parameter has no default"));
    }
    let range = row.range.as_ref().map(|range| read_range(file, range, value_type, list)).transpose()?;
    let parameter = Parameter {
        name: name.clone(),
        value_type,
        list,
        default: row.default.as_ref().map(|default| default.value.clone()),
        required,
        range,
        text: row.text.value.clone(),
    };
    match (parameter.read_default(SOME_DAY), &row.default) {
        (Err(refusal), Some(place)) => Err(yaml::fault(file, place, refusal.message).help(refusal.help)),
        _ => Ok(parameter),
    }
}

/// Names that the template texts use for something else.
const RESERVED: [&str; 5] = ["license", "default", "loop", "range", "namespace"];

fn unknown_type(file: &str, place: &Spanned<String>, word: &str) -> Fault {
    let words = || TYPES.iter().map(|known| known.word);
    let fault = yaml::fault(file, place, format!("there is no type `{}`", crate::syntax::excerpt(word)));
    match nearest(word, words()) {
        Some(known) => fault.help(format!("did you mean `{known}`?")),
        None => fault.help(format!(
            "types are {}; or several of one: `name list`",
            words().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn read_range(
    file: &str,
    range: &Spanned<String>,
    value_type: &ValueType,
    list: bool,
) -> Result<(u32, u32), Fault> {
    if !value_type.counts || list {
        return Err(yaml::fault(file, range, "only a count or an integer has a range"));
    }
    let bound = |text: &str, open: u32| if text.is_empty() { Some(open) } else { text.parse().ok() };
    let bounds = range
        .value
        .split_once("..")
        .and_then(|(least, most)| Some((bound(least, 0)?, bound(most, crate::license::MAX_COUNT)?)));
    bounds.filter(|(least, most)| least <= most).ok_or_else(|| {
        let message = format!("`{}` is no range", crate::syntax::excerpt(&range.value));
        yaml::fault(file, range, message).help("write `1..100`, `1..` or `..100`, both ends included")
    })
}

fn every_block_row(file: &str, name: &Spanned<String>) -> Result<(&'static Directive, Parameter), Fault> {
    let found = FOR_EVERY_BLOCK.iter().find(|(known, _)| *known == name.value);
    let known = found.and_then(|(known, word)| Some((directive(known)?, ValueType::named(word)?)));
    let (row, value_type) = known.ok_or_else(|| {
        let allowed: Vec<&str> = FOR_EVERY_BLOCK.iter().map(|(name, _)| *name).collect();
        let message = format!("`{}` cannot stand on every block", crate::syntax::excerpt(&name.value));
        yaml::fault(file, name, message).help(format!("write some of {}", allowed.join(", ")))
    })?;
    let parameter = Parameter {
        name: row.name.to_ascii_lowercase(),
        value_type,
        list: false,
        default: None,
        required: false,
        range: None,
        text: row.summary.to_owned(),
    };
    Ok((row, parameter))
}

/// Directives that say something about a whole license and so can stand on every block alike, with the type of their
/// value.
const FOR_EVERY_BLOCK: &[(&str, &str)] = &[
    ("START", "date"),
    ("END", "date"),
    ("MAINTENANCE_START", "date"),
    ("MAINTENANCE_END", "date"),
    ("ISSUED", "date"),
    ("SN", "name"),
    ("LICENSEE", "text"),
    ("DATA", "text"),
    ("COMMENT", "text"),
    ("OPTIONS", "text"),
    ("PLATFORMS", "text"),
];
