//! Keys that may publish signed lists: active keys only.
//!
//! The owner of a key chooses the day in `issued`, so it never proves that a list was issued while its key was active.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::key_state::{KeyState, Usage};
use super::super::key_validity::{SignedObject, outside_key_validity};
use super::super::trust::TrustedKey;
use super::super::trust_entry::TrustError;

/// Checks that a key was valid on the day in `issued` of a list. A key that was retired later is accepted.
///
/// # Errors
/// Returns an error if the key is compromised, or was not valid on that day.
pub fn could_sign(key: &TrustedKey, issued: Date) -> Result<(), TrustError> {
    let id = key.key.id();
    if let KeyState::Compromised(since) = key.entry.state {
        let message = format!("it is signed with key {id}, which is compromised since {since}");
        return Err(TrustError::new(message).help(NEWEST));
    }
    match outside_key_validity(Some(issued), key) {
        Some(reason) => Err(TrustError::new(reason.describe(&id, SignedObject::List))),
        None => Ok(()),
    }
}

/// Checks that a key may publish a list with this day in `issued`.
///
/// # Errors
/// Returns an error if the key is not active, if it is not valid on one of these days, or if `issued` is in the future.
pub fn may_publish(key: &TrustedKey, issued: Date, today: Date) -> Result<(), TrustError> {
    let id = key.key.id();
    let refused = |why: String, help: &str| {
        Err(TrustError::new(format!("it is signed with key {id}, {why}")).help(help))
    };
    match key.entry.state {
        KeyState::Active => {}
        KeyState::Standby => return refused("which is on standby and cannot publish".to_owned(), ACTIVATE),
        KeyState::Retired(since) => {
            return refused(format!("which was retired on {since} and cannot publish"), NEWEST);
        }
        KeyState::Compromised(since) => {
            return refused(format!("which is compromised since {since}"), NEWEST);
        }
    }
    let (first, last) = (key.entry.not_before, key.entry.not_after);
    if !key.is_valid_on(issued) {
        return refused(
            format!("which is valid from {first} to {last}, but the list has `issued: {issued}`"),
            NEWEST,
        );
    }
    if !key.is_valid_on(today) {
        return refused(format!("which is valid from {first} to {last} (today is {today})"), NEWEST);
    }
    if is_to_come(issued, today) {
        return refused(
            format!("and has `issued: {issued}`, which is in the future (today is {today})"),
            CLOCK,
        );
    }
    Ok(())
}

/// Returns true if a day is in the future. One day more is allowed, for lists that were issued in a time zone where it
/// is tomorrow.
pub fn is_to_come(day: Date, today: Date) -> bool {
    today.saturating_add(1.day()) < day
}

/// Returns the signer that decides: a key that may publish, production keys first. If no key may publish, returns the
/// first error.
///
/// # Errors
/// Returns an error if no key may publish.
pub fn choose<'t>(
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
const NEWEST: &str = "fetch the newest list from the vendor; it must be signed with an active key";
