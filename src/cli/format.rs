//! The output formats of commands that write text or JSON.

use clap::ValueEnum;

use super::CliError;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// Text
    Human,
    /// JSON, version 1
    Json,
}

/// Returns the text of a JSON report.
///
/// # Errors
/// Returns an error if the report cannot be written as JSON, which is an internal error.
pub(super) fn json_text(report: serde_json::Result<String>) -> Result<String, CliError> {
    report.map_err(|error| CliError::failure(format!("cannot write the report: {error}")))
}
