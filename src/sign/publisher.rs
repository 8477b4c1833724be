//! Who may publish signed lists: active keys only.
//!
//! The holder of a key writes `issued`, so that day never proves that a list was made while its key was active.

use jiff::ToSpan as _;
use jiff::civil::Date;
use keywright_verify::{KeyState, TrustError, TrustedKey, Usage, outside_key_validity};

/// Checks whether a key could sign a list on the day that the list says, whatever became of it afterwards.
///
/// # Errors
/// Returns an error if the key is compromised, or could not sign on that day.
pub(super) fn could_sign(key: &TrustedKey, issued: Date) -> Result<(), TrustError> {
    let id = key.key.id();
    if let KeyState::Compromised(since) = key.entry.state {
        let message = format!("it is signed with key {id}, which is compromised since {since}");
        return Err(TrustError::new(message).help(NEWEST));
    }
    outside_key_validity(Some(issued), key).map_or(Ok(()), |reason| {
        Err(TrustError::new(reason.replace("the block says ISSUED=", "the list was issued on ")))
    })
}

/// Checks whether a key may publish a list that says that it was issued on a day.
///
/// # Errors
/// Returns an error if the key is not active, or may not sign on one of these days.
pub(super) fn may_publish(key: &TrustedKey, issued: Date, today: Date) -> Result<(), TrustError> {
    let id = key.key.id();
    let refused = |why: String, help: &str| {
        Err(TrustError::new(format!("it is signed with key {id}, {why}")).help(help))
    };
    match key.entry.state {
        KeyState::Active => {}
        KeyState::Standby => return refused("which is standby and does not publish".to_owned(), ACTIVATE),
        KeyState::Retired(since) => {
            return refused(format!("which was retired on {since} and does not publish"), NEWEST);
        }
        KeyState::Compromised(since) => {
            return refused(format!("which is compromised since {since}"), NEWEST);
        }
    }
    let (first, last) = (key.entry.not_before, key.entry.not_after);
    if !key.is_valid_on(issued) {
        return refused(
            format!("which may sign from {first} to {last}, and the list says `issued: {issued}`"),
            NEWEST,
        );
    }
    if !key.is_valid_on(today) {
        return refused(format!("which may sign from {first} to {last}, and today is {today}"), NEWEST);
    }
    if is_to_come(issued, today) {
        return refused(format!("and says `issued: {issued}`, while today is {today}"), CLOCK);
    }
    Ok(())
}

/// Checks whether a day is in the future. One more day is permitted: the list may have been made where it is tomorrow.
pub(super) fn is_to_come(day: Date, today: Date) -> bool {
    today.saturating_add(1.day()) < day
}

/// The signer that decides: a key that may publish, of production before development. If none may, the first reason.
///
/// # Errors
/// Returns an error if no key may publish.
pub(super) fn choose<'t>(
    signers: &[&'t TrustedKey],
    may: impl Fn(&TrustedKey) -> Result<(), TrustError>,
) -> Result<&'t TrustedKey, TrustError> {
    let mut reason = None;
    for usage in [Usage::Production, Usage::Development] {
        for &key in signers.iter().filter(|key| key.entry.usage == usage) {
            match may(key) {
                Ok(()) => return Ok(key),
                Err(error) => drop(reason.get_or_insert(error)),
            }
        }
    }
    Err(reason.unwrap_or_else(|| TrustError::new("it is not signed with a key of its vendor")))
}

const ACTIVATE: &str = "install the trust bundle that activates the key first";
const CLOCK: &str = "check the clock of this computer";
const NEWEST: &str = "fetch the newest list from the vendor, signed with a key in use";
