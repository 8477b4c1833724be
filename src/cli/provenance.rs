//! What the issue log says of the blocks of a file: whether we issued them, whether they were replaced, and which
//! directive was changed.

use std::path::Path;

use crate::author::log::{self, Filter, Log, Numbered};
use crate::license::{Feature, License};
use crate::report::escape::escape;
use crate::sign::{KeyText, Payload, Trust};

use super::issue::failed;
use super::{Exit, Io, Stop};

/// Tells it on standard output. A block that was not issued as it stands is a "no", whoever signed it.
///
/// # Errors
/// When the log cannot be read, or is not as it was written.
pub(super) fn tell(path: &Path, licenses: &[License], trust: &Trust, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let log = Log::open_to_read(path).map_err(|fault| failed(&fault))?;
    log.check(trust, None).map_err(|fault| {
        let stop = failed(&fault);
        Stop { message: format!("the log is not as it was written: {}", stop.message), ..stop }
    })?;
    let mut exit = Exit::Yes;
    writeln!(io.stdout, "\nissue log  {}", escape(&path.display().to_string()))?;
    for license in licenses {
        for feature in &license.features {
            exit = exit.worst(tell_block(&log, license, feature, io)?);
        }
    }
    Ok(exit)
}

fn tell_block(log: &Log, license: &License, feature: &Feature, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let find = |filter: Filter| log.entries(&filter, usize::MAX).map_err(|fault| failed(&fault));
    let name = escape(feature.name.value.as_str()).into_owned();
    let line = license.source.position(feature.span.start as usize).line;
    let place = format!("  {name} (line {line}):");
    let payload = Payload::of(license, feature);
    if let Some(known) = find(Filter::Digest(payload.digest()))?.into_iter().next_back() {
        writeln!(io.stdout, "{place} issued as entry {}, {}", known.seq, escape(&log::line(&known.entry)))?;
        let later = find(Filter::Sn(known.entry.sn.clone()))?.into_iter().rev();
        if let Some(later) = later.take_while(|other| other.seq > known.seq).find(|other| {
            other.entry.feature == known.entry.feature
                && other.entry.digest != known.entry.digest
                && other.entry.order != known.entry.order
        }) {
            writeln!(io.stdout, "    replaced by entry {}:", later.seq)?;
            changes(&known, &later.entry.payload, io)?;
        }
        return Ok(Exit::Yes);
    }
    let key = license.value(feature, "KEY").and_then(|key| KeyText::parse(&key).ok());
    let by_key = match key {
        Some(key) => find(Filter::Signature(key.signature))?.into_iter().next_back(),
        None => None,
    };
    let by_name = match (&by_key, license.value(feature, "SN")) {
        (None, Some(sn)) => find(Filter::Sn(sn.into_owned()))?
            .into_iter()
            .rfind(|known| known.entry.feature == feature.name.value.as_str()),
        _ => None,
    };
    match by_key.or(by_name) {
        Some(known) => {
            writeln!(
                io.stdout,
                "{place} not as it was issued, entry {}, {}",
                known.seq,
                escape(&log::line(&known.entry))
            )?;
            changes(&known, payload.as_bytes(), io)?;
        }
        None => writeln!(io.stdout, "{place} not issued: the log does not have it")?,
    }
    Ok(Exit::No)
}

fn changes(known: &Numbered, now: &[u8], io: &mut Io<'_>) -> Result<(), Stop> {
    for change in log::changes(&known.entry.payload, now) {
        writeln!(io.stdout, "    {}", escape(&change.to_string()))?;
    }
    Ok(())
}
