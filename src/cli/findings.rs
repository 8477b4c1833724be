//! Findings for people on stderr, the same way in every command.

use crate::diagnostic::Diagnostic;
use crate::license::License;
use crate::report::Sources;
use crate::report::human::{self, Style};

use super::{Io, Stop};

/// Most findings that are drawn; the rest is counted.
pub const MOST: usize = 200;

/// Draws findings on stderr.
///
/// # Errors
/// When stderr cannot be written.
pub fn show(diagnostics: &[Diagnostic], licenses: &[&License], io: &mut Io<'_>) -> Result<(), Stop> {
    let sources = Sources::new(licenses.iter().map(|license| &*license.source));
    show_in(diagnostics, &sources, io)
}

/// Draws findings on any sources on stderr.
///
/// # Errors
/// When stderr cannot be written.
pub fn show_in(diagnostics: &[Diagnostic], sources: &Sources<'_>, io: &mut Io<'_>) -> Result<(), Stop> {
    let style = Style { color: io.color_err, width: io.width };
    let drawn = diagnostics.get(..MOST).unwrap_or(diagnostics);
    write!(io.stderr, "{}", human::render(drawn, sources, style))?;
    if diagnostics.len() > MOST {
        writeln!(io.stderr, "… and {} more", diagnostics.len() - MOST)?;
    }
    Ok(())
}
