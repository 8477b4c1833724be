//! Values given for parameters: their places, and the checks of the whole set against a template.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_yaml::Spanned;

use keywright_syntax::diagnostic::nearest;

use super::error::Fault;
use super::parameter::Parameter;
use super::parameter_types::Value;
use super::template::Template;
use super::yaml;

/// A value as given, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgValue {
    /// Parameter name.
    pub name: String,
    /// Text of the value.
    pub text: String,
    /// File, line and column; `None` on the command line.
    pub place: Option<(String, u64, u64)>,
    /// Number of the column, if the value is in a table.
    pub cell: Option<u64>,
}

impl ArgValue {
    /// Creates a value without a place.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), place: None, cell: None }
    }

    pub(super) fn fault(&self, fault: Fault) -> Fault {
        match &self.place {
            Some((file, line, column)) => fault.file(file).at(*line, *column).cell(self.cell),
            None => fault,
        }
    }
}

/// Parses a YAML map of parameters and values. Every scalar is read as text; its type is that of the parameter.
///
/// # Errors
/// Returns an error if the text is not such a map.
pub fn parse_values(file: &str, text: &str) -> Result<Vec<ArgValue>, Fault> {
    let map: BTreeMap<String, Spanned<String>> = yaml::parse(file, text)?;
    let given = map.into_iter().map(|(name, value)| {
        let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
        ArgValue { name, text: value.value, place: Some(place), cell: None }
    });
    let mut given: Vec<ArgValue> = given.collect();
    given.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(given)
}

/// The checked values of all parameters of a template. An optional parameter without a default can have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    pub(super) values: BTreeMap<String, Option<Value>>,
    pub(super) defaults: BTreeMap<String, Option<Value>>,
}

impl Arguments {
    /// Returns the value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).and_then(Option::as_ref)
    }
}

impl Template {
    /// Returns the required parameters without a value, in declared order.
    #[must_use]
    pub fn missing(&self, given: &[ArgValue]) -> Vec<&Parameter> {
        let is_given = |name: &str| given.iter().any(|value| value.name == name);
        self.parameters.iter().filter(|parameter| parameter.required && !is_given(&parameter.name)).collect()
    }

    /// Checks values against the parameters; the last of several values for a parameter wins.
    ///
    /// # Errors
    /// Returns every problem: unknown names, values of the wrong type, missing required values.
    pub fn assign<'g>(
        &self,
        given: impl IntoIterator<Item = &'g ArgValue>,
        today: Date,
    ) -> Result<Arguments, Vec<Fault>> {
        let (mut assigned, mut faults) = self.defaults(today);
        faults.extend(self.fill(&mut assigned, given));
        faults.extend(self.missing_required(&assigned));
        if faults.is_empty() { Ok(assigned) } else { Err(faults) }
    }

    /// Returns the default values, and their problems.
    pub(super) fn defaults(&self, today: Date) -> (Arguments, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut values = BTreeMap::new();
        for parameter in &self.parameters {
            match parameter.parse_default(today) {
                Ok(default) => drop(values.insert(parameter.name.clone(), default)),
                Err(refusal) => faults.push(Fault::refused(&parameter.name, &refusal).file(&self.file)),
            }
        }
        (Arguments { defaults: values.clone(), values }, faults)
    }

    /// Adds values, and returns their problems.
    pub(super) fn fill<'g>(
        &self,
        assigned: &mut Arguments,
        given: impl IntoIterator<Item = &'g ArgValue>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for value in given {
            match self.parse_value(value) {
                // `parse_value` has checked that the parameter is declared, so the map has an entry.
                Ok(read) => drop(assigned.values.get_mut(&value.name).map(|place| place.insert(read))),
                Err(fault) => faults.push(fault),
            }
        }
        faults
    }

    /// Returns a fault for each required parameter without a value.
    pub(super) fn missing_required(&self, assigned: &Arguments) -> impl Iterator<Item = Fault> {
        let missing = self.parameters.iter().filter(|parameter| parameter.required);
        missing.filter(|parameter| assigned.get(&parameter.name).is_none()).map(|parameter| {
            Fault::new(format!("missing value for `{}`", parameter.name)).help(format!(
                "set {} ({}): {}",
                parameter.name,
                parameter.form(),
                parameter.text
            ))
        })
    }

    /// Parses one value for the parameter with its name.
    ///
    /// # Errors
    /// Returns an error, placed at the value, if there is no such parameter or the value does not match its type.
    pub fn parse_value(&self, given: &ArgValue) -> Result<Value, Fault> {
        match self.parameter(&given.name).map(|parameter| parameter.parse(&given.text)) {
            Some(Ok(value)) => Ok(value),
            Some(Err(refusal)) => Err(given.fault(Fault::refused(&given.name, &refusal))),
            None => Err(given.fault(self.unknown(&given.name))),
        }
    }

    pub(super) fn unknown(&self, name: &str) -> Fault {
        let names = || self.parameters.iter().map(|parameter| parameter.name.as_str());
        let shown = keywright_syntax::excerpt(name);
        let fault = Fault::new(format!("template `{}` has no parameter `{shown}`", self.name));
        match nearest(name, names()) {
            Some(known) => fault.help(format!("did you mean `{known}`?")),
            None => fault.help(format!("its parameters are {}", names().collect::<Vec<_>>().join(", "))),
        }
    }
}
