//! Parsing of templates: the head, its parameters, and the template syntax of the texts.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::{DIRECTIVES, Directive, EveryBlock, Name, directive};
use keywright_syntax::diagnostic::nearest;

use super::error::Fault;
use super::parameter::Parameter;
use super::parameter_types::{TYPES, ValueType};
use super::render;
use super::template::{Template, TemplateText};
use super::template_file::{TemplateParts, split};
use super::yaml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FrontMatter {
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

/// A day for checking defaults when no day is known.
const SOME_DAY: Date = Date::constant(2000, 1, 1);

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// Returns the first problem of the head or the template syntax, with its place.
    pub fn parse(source: TemplateText<'_>) -> Result<Self, Fault> {
        let file = source.file;
        let TemplateParts { head, lines_before_head, body, lines_before_body: head_lines } =
            split(source.license).map_err(|fault| fault.file(file))?;
        let head: FrontMatter = yaml::parse(file, &format!("{}{head}", "\n".repeat(lines_before_head)))?;
        let mut parameters = Vec::new();
        let mut names = BTreeSet::new();
        for row in &head.parameters {
            let parameter = parse_parameter(file, row)?;
            if !names.insert(parameter.name.clone()) {
                return Err(yaml::fault(
                    file,
                    &row.name,
                    format!("duplicate parameter `{}`", parameter.name),
                ));
            }
            parameters.push(parameter);
        }
        let mut every_block = Vec::new();
        for name in &head.every_block {
            let (row, parameter) = every_block_row(file, name)?;
            if !names.insert(parameter.name.clone()) {
                let message = format!("duplicate parameter `{}`", parameter.name);
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
            let message = format!("undeclared parameter `{unknown}` used in the template");
            let fault = Fault::new(message).file(file);
            return Err(match nearest(unknown, names.iter().map(String::as_str)) {
                Some(known) => fault.help(format!("did you mean `{known}`?")),
                None => fault.help("declare it in the head, or remove it"),
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
}

fn parse_parameter(file: &str, row: &Row) -> Result<Parameter, Fault> {
    let name = &row.name.value;
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !plain || !Name::is_valid(name) || RESERVED.contains(&name.as_str()) {
        let message = format!("invalid parameter name `{name}`");
        return Err(yaml::fault(file, &row.name, message)
            .help("use lower-case letters, digits and `_`, and not a reserved name"));
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
        Some((place, _)) => return Err(yaml::fault(file, place, "`required` must be true or false")),
    };
    if let (true, Some(default)) = (required, &row.default) {
        return Err(yaml::fault(file, default, "a required parameter cannot have a default"));
    }
    let range = row.range.as_ref().map(|range| parse_range(file, range, value_type, list)).transpose()?;
    let parameter = Parameter {
        name: name.clone(),
        value_type,
        list,
        default: row.default.as_ref().map(|default| default.value.clone()),
        required,
        range,
        text: row.text.value.clone(),
    };
    match (parameter.parse_default(SOME_DAY), &row.default) {
        (Err(refusal), Some(place)) => Err(yaml::fault(file, place, refusal.message).help(refusal.help)),
        _ => Ok(parameter),
    }
}

/// Names with another meaning in template texts.
const RESERVED: [&str; 5] = ["license", "default", "loop", "range", "namespace"];

fn unknown_type(file: &str, place: &Spanned<String>, word: &str) -> Fault {
    let words = || TYPES.iter().map(|known| known.word);
    let fault = yaml::fault(file, place, format!("unknown type `{}`", keywright_syntax::excerpt(word)));
    match nearest(word, words()) {
        Some(known) => fault.help(format!("did you mean `{known}`?")),
        None => fault.help(format!(
            "valid types are {}, or a list of one type: `name list`",
            words().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn parse_range(
    file: &str,
    range: &Spanned<String>,
    value_type: &ValueType,
    list: bool,
) -> Result<(u32, u32), Fault> {
    if !value_type.counts || list {
        return Err(yaml::fault(file, range, "`range` is only allowed for a count or an integer"));
    }
    let bound = |text: &str, open: u32| if text.is_empty() { Some(open) } else { text.parse().ok() };
    let bounds = range
        .value
        .split_once("..")
        .and_then(|(least, most)| Some((bound(least, 0)?, bound(most, keywright_license::MAX_COUNT)?)));
    bounds.filter(|(least, most)| least <= most).ok_or_else(|| {
        let message = format!("invalid range `{}`", keywright_syntax::excerpt(&range.value));
        yaml::fault(file, range, message).help("write `1..100`, `1..` or `..100`, both ends included")
    })
}

fn every_block_row(file: &str, name: &Spanned<String>) -> Result<(&'static Directive, Parameter), Fault> {
    let known =
        directive(&name.value).and_then(|row| Some((row, ValueType::named(type_word(row.every_block?))?)));
    let (row, value_type) = known.ok_or_else(|| {
        let allowed = DIRECTIVES.iter().filter(|row| row.every_block.is_some());
        let allowed: Vec<&str> = allowed.map(|row| row.name).collect();
        let message = format!("`{}` is not allowed in `every-block`", keywright_syntax::excerpt(&name.value));
        yaml::fault(file, name, message).help(format!("allowed are {}", allowed.join(", ")))
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

/// Returns the name of the parameter type for a directive on every block.
fn type_word(every_block: EveryBlock) -> &'static str {
    match every_block {
        EveryBlock::Date => "date",
        EveryBlock::Name => "name",
        EveryBlock::Text => "text",
    }
}
