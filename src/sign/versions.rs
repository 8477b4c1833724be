//! Versions of signed lists: how high they get, and how far one may be above the one before.
//!
//! A holder of a stolen key could otherwise publish the highest number that exists, and no list of the vendor could
//! follow it.

use keywright_verify::TrustError;

/// The highest version of a signed list. A vendor that publishes a list every second reaches it after 30,000 years.
pub const MAX_VERSION: u64 = 1_000_000_000_000;
/// How much higher than the version seen last a list may be. One list can use up a millionth of the versions at most.
pub const MAX_STEP: u64 = 1_000_000;

/// What to do about a version that cannot be the vendor's.
pub(super) const POISONED: &str =
    "another person may have published it: see \"When a version was poisoned\" in docs/security.md";

/// Returns the version after this one.
///
/// # Errors
/// Returns an error if it would be above [`MAX_VERSION`].
pub fn next_version(version: u64) -> Result<u64, TrustError> {
    let next = version.checked_add(1).filter(|next| *next <= MAX_VERSION);
    next.ok_or_else(|| {
        let message = format!("no version can follow version {version}: the highest is {MAX_VERSION}");
        TrustError::new(message).help(POISONED)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_version_ends_at_the_limit() {
        assert_eq!(next_version(0), Ok(1));
        assert_eq!(next_version(MAX_VERSION - 1), Ok(MAX_VERSION));
        for version in [MAX_VERSION, MAX_VERSION + 1, u64::MAX - 1, u64::MAX] {
            let error = next_version(version).unwrap_err();
            assert!(error.message.contains("no version can follow"), "{error}");
        }
    }
}
