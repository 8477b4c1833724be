//! Which keys publish trust bundles and revocation lists.

use jiff::civil::Date;

use keywright_verify::KeyState;

use super::signer::Holder;
use super::{CliError, Exit};

/// DECISION: only an active key publishes, and only on the days of its validity: no store would accept the list.
///
/// # Errors
/// Returns an error if this key may not.
pub(super) fn refuse_to_publish(key: &Holder<'_>, today: Date) -> Result<(), CliError> {
    key.refuse_state()?;
    let (entry, id) = (&key.trusted.entry, key.trusted.key.id());
    if entry.state == KeyState::Standby {
        return Err(CliError::new(
            Exit::Findings,
            format!("key {id} is standby, and only active keys publish"),
        )
        .help(format!("`keywright keys activate {id}` makes it the key in use")));
    }
    if !key.trusted.is_valid_on(today) {
        let (first, last) = (entry.not_before, entry.not_after);
        return Err(CliError::new(
            Exit::Findings,
            format!("key {id} may sign from {first} to {last}, and not on {today}"),
        )
        .help("sign with a key in use: `keywright keys list` shows them"));
    }
    Ok(())
}
