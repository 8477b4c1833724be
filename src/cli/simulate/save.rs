//! The `save` command: writes a session as a scenario file that `keywright test` passes.

use std::path::{Path, PathBuf};

use keywright_files::output::directory_of;
use keywright_scenario::Session;

use crate::{CliError, files, scenario_paths};

/// The suffix of scenario files.
const SUFFIX: &str = ".scenarios.yaml";

/// Writes the events of a session and their results to a new file.
pub(super) fn save(session: &Session<'_>, licenses: &[PathBuf], file: &Path) -> Result<(), CliError> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.ends_with(SUFFIX) {
        return Err(CliError::usage(format!("`save` needs a file name that ends in `{SUFFIX}`")));
    }
    let paths = licenses.iter().map(|license| scenario_paths::relative(license, directory_of(file)));
    let paths = paths.collect::<Result<Vec<String>, CliError>>()?;
    let text = session.scenario_file(&paths).ok_or_else(|| {
        CliError::usage("nothing to save: no event was granted or denied, or there were too many events")
    })?;
    if !session.repeats(&text) {
        return Err(CliError::failure(
            "the session cannot be saved: a scenario file would not have the same results",
        ));
    }
    files::create_all(&[(file, text.as_bytes())])
}
