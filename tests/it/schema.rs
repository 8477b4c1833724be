//! A validator for the JSON Schemas in docs/. It supports the keywords that they use and fails on any other.

use std::fs;

use serde_json::Value;

use crate::support::root;

/// Returns the violations of the schema `docs/schema/<name>.schema.json` by `value`.
pub(crate) fn faults(name: &str, value: &Value) -> Vec<String> {
    let path = root().join(format!("docs/schema/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut faults = Vec::new();
    validate(&schema, &schema, value, "$", &mut faults);
    faults
}

fn validate(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let mut wrong = |holds: bool| {
            if !holds {
                faults.push(format!("{at}: {keyword} {rule}: {value}"));
            }
        };
        match keyword.as_str() {
            "$schema"
            | "$defs"
            | "title"
            | "default"
            | "description"
            | "format"
            | "items"
            | "properties"
            | "additionalProperties" => {}
            "const" => wrong(value == rule),
            "enum" => wrong(rule.as_array().unwrap().contains(value)),
            "type" => wrong(types(rule).iter().any(|kind| is(value, kind))),
            "minimum" => wrong(value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap())),
            "maximum" => wrong(value.as_i64().is_none_or(|number| number <= rule.as_i64().unwrap())),
            "minLength" => {
                wrong(
                    value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
                );
            }
            "maxLength" => {
                wrong(
                    value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
                );
            }
            "minItems" => {
                wrong(value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()));
            }
            "pattern" => wrong(value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text))),
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                wrong(!value.is_object() || rule.as_array().unwrap().iter().all(has));
            }
            "anyOf" => wrong(rule.as_array().unwrap().iter().any(|one| is_valid(root, one, value, at))),
            "oneOf" => wrong(
                rule.as_array().unwrap().iter().filter(|one| is_valid(root, one, value, at)).count() == 1,
            ),
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                validate(root, root.pointer(target).expect("the reference has a target"), value, at, faults);
            }
            other => panic!("unsupported keyword `{other}`"),
        }
    }
    inside(root, schema, value, at, faults);
}

fn is_valid(root: &Value, schema: &Value, value: &Value, at: &str) -> bool {
    let mut faults = Vec::new();
    validate(root, schema, value, at, &mut faults);
    faults.is_empty()
}

fn inside(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let (Some(items), Some(rule)) = (value.as_array(), schema.get("items")) {
        for (index, item) in items.iter().enumerate() {
            validate(root, rule, item, &format!("{at}[{index}]"), faults);
        }
    }
    let Some(entries) = value.as_object() else { return };
    for (key, inner) in entries {
        let at = format!("{at}.{key}");
        match (schema.get("properties").and_then(|known| known.get(key)), schema.get("additionalProperties"))
        {
            (Some(rule), _) => validate(root, rule, inner, &at, faults),
            (None, Some(Value::Bool(false))) => faults.push(format!("{at}: unknown key")),
            (None, Some(rule @ Value::Object(_))) => validate(root, rule, inner, &at, faults),
            (None, _) => {}
        }
    }
}

fn types(rule: &Value) -> Vec<&str> {
    rule.as_array()
        .map_or_else(|| vec![rule.as_str().unwrap()], |all| all.iter().filter_map(Value::as_str).collect())
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("unsupported type `{other}`"),
    }
}

/// Matches the patterns that the schemas use.
fn matches(pattern: &str, text: &str) -> bool {
    let hexadecimal = |digits: usize| {
        text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    match pattern {
        "^[A-Z][0-9]{3}$" => {
            text.len() == 4
                && text.starts_with(|c: char| c.is_ascii_uppercase())
                && text[1..].bytes().all(|b| b.is_ascii_digit())
        }
        "^[a-z0-9]+(-[a-z0-9]+)*$" => text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }),
        "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$" => text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }),
        "^[A-Za-z0-9_-]{1,64}$" => is_name(text),
        "^[^\"]+$" => !text.is_empty() && !text.contains('"'),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => {
            let parts: Vec<&str> = text.split('-').collect();
            let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
            parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits)
        }
        "^(0|[1-9][0-9]{0,9}|UNLIMITED)$" => text == "UNLIMITED" || text == "0" || is_count(text),
        "^ *[A-Za-z0-9_-]{1,64}:[1-9][0-9]{0,9} *(, *[A-Za-z0-9_-]{1,64}:[1-9][0-9]{0,9} *)*$" => {
            let pair = |part: &str| {
                part.trim_matches(' ')
                    .split_once(':')
                    .is_some_and(|(name, count)| is_name(name) && is_count(count))
            };
            text.split(',').all(pair)
        }
        "^[0-9a-f]{16}$" => hexadecimal(16),
        "^[0-9a-f]{64}$" => hexadecimal(64),
        "^[0-9a-f]{128}$" => hexadecimal(128),
        "^([0-9]+|UNLIMITED)$" => {
            text == "UNLIMITED" || !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
        }
        other => panic!("unsupported pattern `{other}`"),
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_count(text: &str) -> bool {
    (1..=10).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}
