//! `keywright log verify`: all entries, the hash chain, and the signature of the head.

use std::path::Path;

use keywright_issue::Fault;
use keywright_issue::log::{Checked, Head, Log};
use keywright_report::escape::escape;
use keywright_report::log_json;

use crate::format::TextOrJson;
use crate::trust_args::TrustArgs;
use crate::{CliError, Console, Exit, files};

/// Verifies a log. `kept` is a head that was saved earlier.
pub(super) fn verify(
    path: &Path,
    log: &Log,
    trust: &TrustArgs,
    kept: Option<&Head>,
    format: TextOrJson,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let trust = trust.load(io)?;
    let name = escape(&files::display_name(path)).into_owned();
    let checked = log.check(&trust, kept, |_| {}).and_then(|checked| match checked.doubt() {
        // An empty log has no signed head. That is acceptable if the saved head is the one of an empty log.
        Some(doubt) if kept.is_none_or(|kept| *kept != checked.head) => Err(doubt),
        _ => log.check_schema().map(|()| checked),
    });
    let exit = if checked.is_ok() { Exit::Success } else { Exit::Findings };
    match format {
        TextOrJson::Human => tell(&name, &checked, io)?,
        TextOrJson::Json => {
            let report = log_json::check(&files::display_name(path), &checked, exit.code());
            io.stdout.write_all(report?.as_bytes())?;
        }
    }
    Ok(exit)
}

fn tell(name: &str, checked: &Result<Checked, Fault>, io: &mut Console<'_>) -> Result<(), CliError> {
    match checked {
        Ok(checked) => {
            writeln!(io.stdout, "{name}: OK, last entry {}", checked.head.seq)?;
            writeln!(io.stdout, "head {}", checked.head)?;
            if let Some(key) = &checked.key {
                let (vendor, usage) = (escape(&key.vendor), key.usage.as_str());
                writeln!(io.stdout, "signed by key {} of {vendor}, {usage}, {}", key.id, key.state)?;
            }
        }
        Err(fault) => {
            writeln!(io.stdout, "{name}: FAILED: {}", escape(&fault.to_string()))?;
            if let Some(help) = &fault.help {
                writeln!(io.stdout, "  {}", escape(help))?;
            }
        }
    }
    Ok(())
}
