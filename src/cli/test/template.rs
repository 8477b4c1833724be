//! Scenario files of templates, rendered with the template's default parameters.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::new::{Shelf, refused, template_path};
use crate::{CliError, Exit, files, template};
use keywright_files::output::directory_of;
use keywright_issue::{MAX_TEMPLATE_BYTES, template_name};

use super::discover::SUFFIX;

/// A template's license and scenarios, rendered with the default parameters.
pub(super) struct Rendered {
    pub(super) license: String,
    pub(super) scenarios: String,
}

/// The template of a scenario file: the license file of the same name in the same directory, if it is a template.
pub(super) fn beside(path: &Path) -> Option<PathBuf> {
    let stem = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    let license = template_path(directory_of(path), stem);
    let text = files::read_file(&license, MAX_TEMPLATE_BYTES).ok()?;
    template::is_template(&license, &text).then_some(license)
}

/// Renders a template with its default parameters.
pub(super) fn render(license: &Path, today: Date) -> Result<Rendered, CliError> {
    let directory = directory_of(license);
    let name = license.file_name().and_then(|name| template_name(name.to_str()?)).unwrap_or_default();
    let template = Shelf { directory: Some(directory) }.template(name)?;
    let assigned = template.assign(&[], today).map_err(|faults| {
        let stop = faults.first().map(refused);
        stop.unwrap_or_else(|| CliError::new(Exit::Unreadable, "invalid default parameters")).help(
            "only the default parameters are tested; create a license with `keywright new` to test others",
        )
    })?;
    let text = template.render(&assigned).map_err(|fault| refused(&fault))?;
    let scenarios =
        template.render_scenarios(&assigned, &format!("{name}.lic")).map_err(|fault| refused(&fault))?;
    let scenarios = scenarios.ok_or_else(|| {
        CliError::new(
            Exit::Unreadable,
            format!("the template `{}` has no scenarios", files::display_name(license)),
        )
    })?;
    Ok(Rendered { license: text, scenarios })
}
