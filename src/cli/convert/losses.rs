//! Prints the losses of a conversion: what stops it with its place in the source, all else in one line for each code.

use std::collections::BTreeMap;

use keywright_convert::{Effect, Found, Report};
use keywright_report::Sources;
use keywright_report::escape::escape;
use keywright_syntax::diagnostic::Diagnostic;

use crate::{CliError, Console, print};

/// Number of losses of one code that are printed with their place in the source.
const MOST_DRAWN: usize = 20;

/// Prints all losses on stderr; with `-q` only those that stop the conversion.
///
/// # Errors
/// Returns an error if stderr cannot be written.
pub(super) fn show(report: &Report, sources: &Sources<'_>, io: &mut Console<'_>) -> Result<(), CliError> {
    let found = report.found();
    let stops = |found: &Found| found.refuses() || found.loss.effect == Effect::Broken;
    let mut drawn: BTreeMap<&str, usize> = BTreeMap::new();
    let mut errors: Vec<Diagnostic> = Vec::new();
    for found in found.iter().filter(|found| stops(found)) {
        let count = drawn.entry(found.loss.code.id).or_default();
        *count += 1;
        if *count <= MOST_DRAWN {
            errors.push(found.diagnostic());
        }
    }
    print::show_in(&errors, sources, io)?;
    for tally in report.tallies() {
        let code = tally.loss.code.id;
        if let Some(count) = drawn.get(code) {
            if tally.count > (*count).min(MOST_DRAWN) {
                writeln!(io.stderr, "… and {} more {code}", tally.count - (*count).min(MOST_DRAWN))?;
            }
            continue;
        }
        if let Some(first) = found.iter().find(|found| found.loss.code.id == code) {
            let line = note(first, tally.count, sources);
            io.note(&line)?;
        }
    }
    Ok(())
}

/// `note[L101]: vendor.lic:3: the source is signed; the result is not signed (and 4 more)`.
fn note(found: &Found, count: usize, sources: &Sources<'_>) -> String {
    let word = if found.loss.effect == Effect::Grants { "accepted" } else { "note" };
    let place = sources.get(found.place.file).map_or_else(String::new, |source| {
        let line = source.position(found.place.span.start as usize).line;
        format!("{}:{line}: ", escape(source.name()))
    });
    let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    format!(
        "{word}[{}]: {place}{}; {}{more}",
        found.loss.code.id,
        escape(&found.source),
        escape(&found.result)
    )
}
