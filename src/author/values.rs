//! Values given for parameters: where they came from, and the whole set checked against a template.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_yaml::Spanned;

use crate::diagnostic::nearest;

use super::fault::Fault;
use super::parameter::Parameter;
use super::template::Template;
use super::types::Value;
use super::yaml;

/// A value as it was given, before it is known to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The parameter's name.
    pub name: String,
    /// The value's text.
    pub text: String,
    /// The file, line and column it stands at; `None` on the command line.
    pub place: Option<(String, u64, u64)>,
}

impl Given {
    /// A value of no file.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), place: None }
    }

    pub(super) fn fault(&self, fault: Fault) -> Fault {
        match &self.place {
            Some((file, line, column)) => fault.file(file).at(*line, *column),
            None => fault,
        }
    }
}

/// Reads a YAML map of parameters and values. Every scalar is text; its type is the parameter's.
///
/// # Errors
/// When it is no such map.
pub fn read_values(file: &str, text: &str) -> Result<Vec<Given>, Fault> {
    let map: BTreeMap<String, Spanned<String>> = yaml::read(file, text)?;
    let given = map.into_iter().map(|(name, value)| {
        let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
        Given { name, text: value.value, place: Some(place) }
    });
    let mut given: Vec<Given> = given.collect();
    given.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(given)
}

/// The values of all parameters of a template, checked. An optional one without default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assigned {
    pub(super) values: BTreeMap<String, Option<Value>>,
    pub(super) defaults: BTreeMap<String, Option<Value>>,
}

impl Assigned {
    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).and_then(Option::as_ref)
    }
}

impl Template {
    /// The required parameters that have no value yet, in declared order.
    #[must_use]
    pub fn missing(&self, given: &[Given]) -> Vec<&Parameter> {
        let is_given = |name: &str| given.iter().any(|value| value.name == name);
        self.parameters.iter().filter(|parameter| parameter.required && !is_given(&parameter.name)).collect()
    }

    /// Checks values against the parameters; of two values for one parameter the last counts.
    ///
    /// # Errors
    /// With everything that is wrong: unknown names, values of a wrong type, required ones that are missing.
    pub fn assign<'g>(
        &self,
        given: impl IntoIterator<Item = &'g Given>,
        today: Date,
    ) -> Result<Assigned, Vec<Fault>> {
        let (mut assigned, mut faults) = self.defaults(today);
        faults.extend(self.fill(&mut assigned, given));
        faults.extend(self.unfilled(&assigned));
        if faults.is_empty() { Ok(assigned) } else { Err(faults) }
    }

    /// The values where none are given, and what is wrong with them.
    pub(super) fn defaults(&self, today: Date) -> (Assigned, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut values = BTreeMap::new();
        for parameter in &self.parameters {
            match parameter.read_default(today) {
                Ok(default) => drop(values.insert(parameter.name.clone(), default)),
                Err(refusal) => faults.push(Fault::refused(&parameter.name, &refusal).file(&self.file)),
            }
        }
        (Assigned { defaults: values.clone(), values }, faults)
    }

    /// Puts values in, and says what is wrong with them.
    pub(super) fn fill<'g>(
        &self,
        assigned: &mut Assigned,
        given: impl IntoIterator<Item = &'g Given>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for value in given {
            match self.read_value(value) {
                // A parameter of this name was declared, and so has an entry.
                Ok(read) => drop(assigned.values.get_mut(&value.name).map(|place| place.insert(read))),
                Err(fault) => faults.push(fault),
            }
        }
        faults
    }

    /// The required parameters that have no value.
    pub(super) fn unfilled(&self, assigned: &Assigned) -> impl Iterator<Item = Fault> {
        let missing = self.parameters.iter().filter(|parameter| parameter.required);
        missing.filter(|parameter| assigned.get(&parameter.name).is_none()).map(|parameter| {
            Fault::new(format!("`{}` has no value", parameter.name)).help(format!(
                "give {} ({}): {}",
                parameter.name,
                parameter.form(),
                parameter.text
            ))
        })
    }

    /// Reads one value for the parameter of its name.
    ///
    /// # Errors
    /// When there is no such parameter, or it refuses the value; at the place of the value.
    pub fn read_value(&self, given: &Given) -> Result<Value, Fault> {
        match self.parameter(&given.name).map(|parameter| parameter.read(&given.text)) {
            Some(Ok(value)) => Ok(value),
            Some(Err(refusal)) => Err(given.fault(Fault::refused(&given.name, &refusal))),
            None => Err(given.fault(self.unknown(&given.name))),
        }
    }

    pub(super) fn unknown(&self, name: &str) -> Fault {
        let names = || self.parameters.iter().map(|parameter| parameter.name.as_str());
        let shown = crate::syntax::excerpt(name);
        let fault = Fault::new(format!("the template `{}` has no parameter `{shown}`", self.name));
        match nearest(name, names()) {
            Some(known) => fault.help(format!("did you mean `{known}`?")),
            None => fault.help(format!("it has {}", names().collect::<Vec<_>>().join(", "))),
        }
    }
}
