//! A template parameter: name, type, default, range and description.

use jiff::civil::Date;

use keywright_license::ValueError;

use super::parameter_types::{Value, ValueType};

/// Default value that means the day of issue.
const TODAY: &str = "today";

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Parameter name.
    pub name: String,
    /// Type of the value, or of each item.
    pub value_type: &'static ValueType,
    /// True if it takes several values, separated by commas.
    pub list: bool,
    /// Default value, as written.
    pub default: Option<String>,
    /// True if a value is required.
    pub required: bool,
    /// Minimum and maximum, both included.
    pub range: Option<(u32, u32)>,
    /// Description.
    pub text: String,
}

impl Parameter {
    /// Returns the name of its type, as declared.
    #[must_use]
    pub fn type_name(&self) -> String {
        if self.list { format!("{} list", self.value_type.word) } else { self.value_type.word.to_owned() }
    }

    /// Returns the expected form of a value, for messages.
    #[must_use]
    pub fn form(&self) -> String {
        match self.range {
            Some((least, most)) => format!("{least} to {most}"),
            None if self.list => format!("{}, several separated by commas", self.value_type.form),
            None => self.value_type.form.to_owned(),
        }
    }

    /// Parses a value.
    ///
    /// # Errors
    /// Returns an error if the text does not match the type or is out of range.
    pub fn parse(&self, text: &str) -> Result<Value, ValueError> {
        let value =
            if self.list { self.value_type.parse_list(text)? } else { self.value_type.parse(text)? };
        if let Some((least, most)) = self.range
            && !matches!(value, Value::Number(number) if (least..=most).contains(&number))
        {
            return Err(ValueError {
                message: format!("value `{}` is out of range", keywright_syntax::excerpt(text)),
                help: format!("write a number from {least} to {most}"),
            });
        }
        Ok(value)
    }

    /// Returns the default value, if there is one; the default `today` becomes the given day.
    ///
    /// # Errors
    /// Returns an error if the default does not match the type or is out of range.
    pub fn parse_default(&self, today: Date) -> Result<Option<Value>, ValueError> {
        match self.default.as_deref() {
            Some(TODAY) if self.value_type.word == "date" => Ok(Some(Value::Text(today.to_string()))),
            Some(text) => self.parse(text).map(Some),
            None => Ok(None),
        }
    }
}
