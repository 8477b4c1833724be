//! Findings on stderr, in the same form for every command.

use keywright_license::License;
use keywright_report::Sources;
use keywright_report::human::{self, DiagnosticStyle};
use keywright_syntax::diagnostic::Diagnostic;

use super::{CliError, Console};

/// Maximum number of printed findings; the others are counted.
pub const MOST: usize = 200;

/// Prints findings of licenses on stderr.
///
/// # Errors
/// Returns an error if stderr cannot be written.
pub fn show(diagnostics: &[Diagnostic], licenses: &[&License], io: &mut Console<'_>) -> Result<(), CliError> {
    let sources = Sources::new(licenses.iter().map(|license| &*license.source));
    show_in(diagnostics, &sources, io)
}

/// Prints findings of any sources on stderr.
///
/// # Errors
/// Returns an error if stderr cannot be written.
pub fn show_in(
    diagnostics: &[Diagnostic],
    sources: &Sources<'_>,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let style = DiagnosticStyle { color: io.color_err, width: io.width };
    let drawn = diagnostics.get(..MOST).unwrap_or(diagnostics);
    write!(io.stderr, "{}", human::render(drawn, sources, style))?;
    if diagnostics.len() > MOST {
        writeln!(io.stderr, "… and {} more", diagnostics.len() - MOST)?;
    }
    Ok(())
}
