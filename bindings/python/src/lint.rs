//! The linter, and the signed payload.

use keywright_license::License;
use keywright_lint::Options;
use keywright_syntax::limits::MAX_FILE_BYTES;
use keywright_syntax::source::{FileId, SourceFile};
use keywright_verify::Payload;
use pyo3::prelude::*;

use crate::arguments::{TextOrBytes, day};
use crate::errors;

/// A finding of the linter.
#[pyclass(module = "keywright", frozen, get_all)]
pub(crate) struct Finding {
    code: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    line: usize,
    column: usize,
}

/// Lints a license file with the default rules.
#[pyfunction]
#[pyo3(signature = (text, *, at = None))]
pub(crate) fn lint(
    py: Python<'_>,
    text: TextOrBytes<'_>,
    at: Option<Bound<'_, PyAny>>,
) -> PyResult<Vec<Finding>> {
    let options = Options::at(day(py, at)?);
    let license = parse(text.as_bytes())?;
    let found = py.detach(|| keywright_lint::lint(&[&license], &options));
    let finding = |found: &keywright_syntax::diagnostic::Diagnostic| {
        let place = license.source.position(found.primary.span.start as usize);
        Finding {
            code: found.code.id,
            severity: found.severity.as_str(),
            message: found.message.clone(),
            help: found.help.clone(),
            line: place.line,
            column: place.column,
        }
    };
    Ok(found.iter().map(finding).collect())
}

/// Returns the signed payload of each block that can be read.
#[pyfunction]
pub(crate) fn payload(text: TextOrBytes<'_>) -> PyResult<Vec<Vec<u8>>> {
    let license = parse(text.as_bytes())?;
    let payload = |feature| Payload::from_block(&license, feature).as_bytes().to_vec();
    Ok(license.features.iter().map(payload).collect())
}

fn parse(bytes: &[u8]) -> PyResult<License> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(errors::too_large(format!("the license file is larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(License::parse(SourceFile::from_bytes(FileId::default(), "license.lic", bytes.to_vec())))
}
