//! Scenario files of templates: rendered with the template's defaults before they are played.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::cli::new::{Shelf, refused};
use crate::cli::{Exit, Stop, file};

use super::discover::SUFFIX;
use super::play::folder_of;

/// What a license file that is a template begins with.
const MARK: &[u8] = b"---";

/// A template's license and scenarios, with its defaults.
pub(super) struct Rendered {
    pub(super) license: String,
    pub(super) scenarios: String,
}

/// The template that a scenario file belongs to: the license file of the same name beside it, if it is one.
pub(super) fn beside(path: &Path) -> Option<PathBuf> {
    let stem = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    let license = folder_of(path).join(format!("{stem}.lic"));
    let mut start = [0; MARK.len()];
    let is_file = license.metadata().is_ok_and(|found| found.is_file());
    let begins = is_file && File::open(&license).and_then(|mut file| file.read_exact(&mut start)).is_ok();
    (begins && start == MARK).then_some(license)
}

/// Renders a template with its defaults.
pub(super) fn render(license: &Path, today: Date) -> Result<Rendered, Stop> {
    let folder = folder_of(license);
    let name = license.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let template = Shelf { folder: Some(folder) }.template(name)?;
    let assigned = template.assign(&[], today).map_err(|faults| {
        let stop = faults.first().map(refused);
        stop.unwrap_or_else(|| Stop::new(Exit::Unreadable, "the defaults are refused"))
            .help("a template is played with its defaults: make a license of it with `keywright new`")
    })?;
    let text = template.render(&assigned).map_err(|fault| refused(&fault))?;
    let scenarios =
        template.render_scenarios(&assigned, &format!("{name}.lic")).map_err(|fault| refused(&fault))?;
    let scenarios = scenarios.ok_or_else(|| {
        Stop::new(Exit::Unreadable, format!("the template `{}` has no scenarios", file::shown(license)))
    })?;
    Ok(Rendered { license: text, scenarios })
}
