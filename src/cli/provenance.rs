//! What the issue log says of the blocks of a file: whether we issued them, whether they were replaced, and which
//! directive was changed.

use std::path::Path;

use crate::author::log::{self, Later, Log, Numbered, Provenance, Wanted};
use crate::license::License;
use crate::report::escape::escape;
use crate::sign::{Payload, Trust};

use super::issue::failed;
use super::{Exit, Io, Stop};

/// Tells it on standard output. A block that was not issued as it stands is a "no", whoever signed it.
///
/// # Errors
/// When the log cannot be read, or is not as it was written.
pub(super) fn tell(path: &Path, licenses: &[License], trust: &Trust, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let log = Log::open_to_read(path).map_err(|fault| failed(&fault))?;
    let wanted: Vec<Vec<Wanted>> = licenses.iter().map(Wanted::all_of).collect();
    let found = log.trace(trust, &wanted.concat()).map_err(|fault| failed(&fault))?;
    let mut exit = Exit::Yes;
    writeln!(io.stdout, "\nissue log  {}", escape(&path.display().to_string()))?;
    let blocks =
        licenses.iter().flat_map(|license| license.features.iter().map(move |block| (license, block)));
    for ((license, feature), found) in blocks.zip(&found) {
        let name = escape(feature.name.value.as_str()).into_owned();
        let line = license.source.position(feature.span.start as usize).line;
        let now = Payload::of(license, feature);
        exit = exit.worst(tell_block(&format!("  {name} (line {line}):"), found, now.as_bytes(), io)?);
    }
    Ok(exit)
}

fn tell_block(place: &str, found: &Provenance, now: &[u8], io: &mut Io<'_>) -> Result<Exit, Stop> {
    let shown = |known: &Numbered| format!("entry {}, {}", known.seq, escape(&log::line(&known.entry)));
    match found {
        Provenance::Issued(known, later) => {
            writeln!(io.stdout, "{place} issued as {}", shown(known))?;
            match later {
                Later::Same => {}
                Later::Gone(issue) => {
                    writeln!(io.stdout, "    not in the later issue, which begins with entry {issue}")?;
                }
                Later::Replaced(later) => {
                    writeln!(io.stdout, "    replaced by entry {}:", later.seq)?;
                    changes(known, &later.entry.payload, io)?;
                }
            }
            Ok(Exit::Yes)
        }
        Provenance::Changed(known) => {
            writeln!(io.stdout, "{place} not as it was issued, {}", shown(known))?;
            changes(known, now, io)?;
            Ok(Exit::No)
        }
        Provenance::Unknown => {
            writeln!(io.stdout, "{place} not issued: the log does not have it")?;
            Ok(Exit::No)
        }
    }
}

fn changes(known: &Numbered, now: &[u8], io: &mut Io<'_>) -> Result<(), Stop> {
    for change in log::changes(&known.entry.payload, now) {
        writeln!(io.stdout, "    {}", escape(&change.to_string()))?;
    }
    Ok(())
}
