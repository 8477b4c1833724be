//! The check that a key may publish trust bundles and revocation lists.

use jiff::civil::Date;

use keywright_verify::KeyState;

use super::signer::Holder;
use super::{CliError, Exit};

/// DECISION: only an active key publishes, and only on the days of its validity. No store would accept the list
/// otherwise.
///
/// # Errors
/// Returns an error if the key may not publish today.
pub(super) fn refuse_to_publish(key: &Holder<'_>, today: Date) -> Result<(), CliError> {
    key.refuse_state()?;
    let (entry, id) = (&key.trusted.entry, key.trusted.key.id());
    if entry.state == KeyState::Standby {
        return Err(CliError::new(
            Exit::Findings,
            format!("key {id} is on standby, and only active keys can publish"),
        )
        .help(format!("to put it into use, run `keywright keys activate {id}`")));
    }
    if !key.trusted.is_valid_on(today) {
        let (first, last) = (entry.not_before, entry.not_after);
        return Err(CliError::new(
            Exit::Findings,
            format!("key {id} is not valid on {today} (valid from {first} to {last})"),
        )
        .help("sign with an active key; `keywright keys list` shows them"));
    }
    Ok(())
}
