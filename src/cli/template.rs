//! Template files where a license file is expected: they are recognised by their first line.

use std::path::Path;

use jiff::civil::Date;

use keywright_issue::{Template, TemplateText};

use super::new::refused;
use super::{CliError, Exit, files};

/// Returns true if the text of a license file is a template: its first line is `---`, which no license has.
pub(super) fn is_template(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.strip_prefix(b"---").is_some_and(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
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
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("template");
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
