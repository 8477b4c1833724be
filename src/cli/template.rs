//! Template files where a license file is expected.

use std::path::Path;

use jiff::civil::Date;

use keywright_issue::{Template, TemplateText, template_name};

use super::new::refused;
use super::{CliError, Exit, files};

/// Returns true if a file is a template instead of a license.
pub(super) fn is_template(path: &Path, text: &[u8]) -> bool {
    keywright_issue::is_template(&path.file_name().unwrap_or_default().to_string_lossy(), text)
}

/// Returns the license that a template generates with its default parameters, or `None` if it has parameters without a
/// default.
///
/// # Errors
/// Returns an error if the template is invalid.
pub(super) fn with_defaults(path: &Path, bytes: &[u8], today: Date) -> Result<Option<String>, CliError> {
    let file = files::display_name(path);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| CliError::new(Exit::Unreadable, format!("`{file}` is not UTF-8 text")))?;
    let name = path.file_name().and_then(|name| template_name(name.to_str()?)).unwrap_or("template");
    let source = TemplateText { name, file: &file, license: text, scenarios: None };
    let template = Template::parse(source).map_err(|fault| refused(&fault))?;
    if template.parameters.iter().any(|parameter| parameter.required) {
        return Ok(None);
    }
    let assigned = template.assign(&[], today).map_err(|faults| {
        faults.first().map_or_else(|| CliError::new(Exit::Unreadable, "invalid default parameters"), refused)
    })?;
    template.render(&assigned).map(Some).map_err(|fault| refused(&fault))
}
