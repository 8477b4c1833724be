//! From a template and its parameters to a license, with a scenario file that proves it.
//!
//! Values reach a license typed and checked by the language's own rules, and only after the template's text has been
//! read as license text: no value can become syntax. Knows no terminal, reads no file and no clock.

mod builtin;
mod fault;
mod parameter;
mod render;
mod template;
mod types;
mod values;
mod yaml;

pub use builtin::{BUILTIN, Builtin};
pub use fault::Fault;
pub use parameter::Parameter;
pub use template::{MAX_TEMPLATE_BYTES, Template, TemplateText};
pub use types::{TYPES, Value, ValueType};
pub use values::{Assigned, Given, read_values};
pub use yaml::scenario_names;
