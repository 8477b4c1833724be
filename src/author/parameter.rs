//! One parameter of a template: its name, type, default, range and meaning.

use jiff::civil::Date;

use crate::license::Refusal;

use super::types::{Value, ValueType};

/// The default that stands for the day of issue.
const TODAY: &str = "today";

/// A parameter as declared.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of its value, or of each item.
    pub value_type: &'static ValueType,
    /// Whether it takes several values, separated by commas.
    pub list: bool,
    /// The value where none is given, as written.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// Least and most, both allowed.
    pub range: Option<(u32, u32)>,
    /// What it means.
    pub text: String,
}

impl Parameter {
    /// The name of its type, as declared.
    #[must_use]
    pub fn type_name(&self) -> String {
        if self.list { format!("{} list", self.value_type.word) } else { self.value_type.word.to_owned() }
    }

    /// What a value looks like, for people.
    #[must_use]
    pub fn form(&self) -> String {
        match self.range {
            Some((least, most)) => format!("{least} to {most}"),
            None if self.list => format!("{}, several separated by commas", self.value_type.form),
            None => self.value_type.form.to_owned(),
        }
    }

    /// Reads a value.
    ///
    /// # Errors
    /// When it is not of the type, or out of the range.
    pub fn read(&self, text: &str) -> Result<Value, Refusal> {
        let value = if self.list { self.value_type.read_list(text)? } else { self.value_type.read(text)? };
        if let Some((least, most)) = self.range
            && !matches!(value, Value::Number(number) if (least..=most).contains(&number))
        {
            return Err(Refusal {
                message: format!("`{}` is out of range", crate::syntax::excerpt(text)),
                help: format!("write a number from {least} to {most}"),
            });
        }
        Ok(value)
    }

    /// The default value, if there is one; `today` stands for the day that is given.
    ///
    /// # Errors
    /// When the default is not of the type, or out of the range.
    pub fn read_default(&self, today: Date) -> Result<Option<Value>, Refusal> {
        match self.default.as_deref() {
            Some(TODAY) if self.value_type.word == "date" => Ok(Some(Value::Text(today.to_string()))),
            Some(text) => self.read(text).map(Some),
            None => Ok(None),
        }
    }
}
