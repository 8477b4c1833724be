//! The JSON Schema of scenario files, written from the lists that the reader itself goes by: fields, verbs, reasons.

use serde_json::{Map, Value, json};

use crate::resolve::Reason;

use super::value::{MAX_COUNT, MAX_HOURS, MAX_TIMES};
use super::verbs;
use super::yaml::{Field, RawExpect, RawFile, RawRow, RawScenario, RawStep, RawTotals};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Balances,
    Boolean,
    Change,
    Checkouts,
    Count,
    Expect,
    Hours,
    Levels,
    Moment,
    Name,
    Number,
    Paths,
    Person,
    Reason,
    Rows,
    Scenarios,
    Steps,
    Text,
    Times,
    Totals,
    Units,
    Version,
    When,
}

/// The forms that have a name in the schema.
const NAMED: [(Form, &str); 10] = [
    (Form::Balances, "balances"),
    (Form::Change, "change"),
    (Form::Count, "count"),
    (Form::Levels, "levels"),
    (Form::Moment, "moment"),
    (Form::Name, "name"),
    (Form::Number, "number"),
    (Form::Person, "person"),
    (Form::Reason, "reason"),
    (Form::Version, "version"),
];

/// The schema, as it is checked in.
#[must_use]
pub fn schema() -> String {
    let mut defs = Map::new();
    for (form, name) in NAMED {
        defs.insert(name.to_owned(), definition(form));
    }
    defs.insert("row".to_owned(), object(RawRow::FIELDS));
    defs.insert("scenario".to_owned(), scenario());
    defs.insert("step".to_owned(), step());
    let mut schema = object(RawFile::FIELDS);
    if let Value::Object(file) = &mut schema {
        file.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        file.insert("title".to_owned(), json!("keywright scenario file"));
        file.insert(
            "description".to_owned(),
            json!("What a license must do. Play it with `keywright test`. Written by the program from what it reads."),
        );
        file.insert("$defs".to_owned(), Value::Object(defs));
    }
    format!("{schema:#}\n")
}

/// A map with some keys and no others.
fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields.iter().map(|field| (field.key(), property(field))).collect();
    let needed: Vec<String> = fields.iter().filter(|field| field.is_needed).map(Field::key).collect();
    let mut object = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !needed.is_empty() {
        with(&mut object, "required", json!(needed));
    }
    object
}

fn property(field: &Field) -> Value {
    let mut value = match NAMED.iter().find(|(form, _)| *form == field.form) {
        Some((_, name)) => json!({ "$ref": format!("#/$defs/{name}") }),
        None => definition(field.form),
    };
    if !field.about.is_empty() {
        with(&mut value, "description", json!(field.about));
    }
    value
}

fn with(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

fn definition(form: Form) -> Value {
    let number = |least: u64| json!({ "type": "integer", "minimum": least });
    let up_to = |least: u64, most: u64| json!({ "type": "integer", "minimum": least, "maximum": most });
    let map_of = |value: Value| json!({ "type": "object", "additionalProperties": value });
    let number_ref = json!({ "$ref": "#/$defs/number" });
    let list_of = |name: &str| json!({ "type": "array", "items": { "$ref": format!("#/$defs/{name}") } });
    match form {
        Form::Balances => map_of(json!({ "oneOf": [number_ref, { "type": "string" }] })),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Change => json!({
            "description": "a sum over pools, or the change by pool; pools that are not named must not change",
            "oneOf": [{ "type": "integer" }, map_of(json!({ "type": "integer" }))],
        }),
        Form::Checkouts => up_to(0, MAX_TIMES),
        Form::Count => up_to(1, MAX_COUNT),
        Form::Expect => {
            let mut expect = object(RawExpect::FIELDS);
            with(&mut expect, "minProperties", json!(1));
            expect
        }
        Form::Hours => up_to(1, MAX_HOURS.into()),
        Form::Levels => map_of(json!({ "oneOf": [number_ref, { "const": "unlimited" }] })),
        Form::Moment => json!({
            "description": "a day (its first second), or a day and a time",
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
        }),
        Form::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
        Form::Number => number(0),
        Form::Paths => json!({
            "oneOf": [{ "type": "string" }, { "type": "array", "minItems": 1, "items": { "type": "string" } }],
        }),
        Form::Person => json!({ "description": "user@host, split at the last @", "type": "string" }),
        Form::Reason => json!({ "enum": Reason::ALL.map(|(_, word)| word) }),
        Form::Rows => list_of("row"),
        Form::Scenarios => list_of("scenario"),
        Form::Steps => list_of("step"),
        Form::Text => json!({ "type": "string" }),
        Form::Times => up_to(1, MAX_TIMES),
        Form::Totals => object(RawTotals::FIELDS),
        Form::Units => number(1),
        Form::Version => json!({ "description": "major.minor", "type": ["number", "string"] }),
        Form::When => json!({ "description": "a day, a time, or a span such as `2 days`", "type": "string" }),
    }
}

/// A scenario proves something, and what a table adds up to needs a table.
fn scenario() -> Value {
    let mut scenario = object(RawScenario::FIELDS);
    with(&mut scenario, "anyOf", json!([{ "required": ["table"] }, { "required": ["steps"] }]));
    with(&mut scenario, "dependentRequired", json!({ "totals": ["table"], "remaining": ["table"] }));
    scenario
}

/// A step has one verb, the keys that this needs, and no keys of others.
fn step() -> Value {
    let one = |keys: &verbs::Keys| {
        let needed: Vec<&str> = [keys.verb].iter().chain(keys.needed).copied().collect();
        let known: Vec<&str> = [keys.verb].into_iter().chain(keys.keys()).chain(["at"]).collect();
        json!({ "required": needed, "propertyNames": { "enum": known } })
    };
    let mut step = object(RawStep::FIELDS);
    with(&mut step, "oneOf", verbs::all().iter().map(one).collect());
    step
}
