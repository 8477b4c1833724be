//! Limits for versions of signed lists: the highest version, and the largest step from one version to the next.
//!
//! Without them, the thief of a key could publish the highest version that exists, and the vendor could publish no
//! further list.

use keywright_verify::TrustError;

/// The highest version of a signed list. A vendor that publishes a list every second reaches it after 30,000 years.
pub const MAX_VERSION: u64 = 1_000_000_000_000;
/// Maximum step from the last version seen. One list can use up at most a millionth of the versions.
pub const MAX_STEP: u64 = 1_000_000;

/// Help for a version that the vendor cannot have published.
pub(super) const POISONED: &str =
    "someone else may have published it: see \"When a version was poisoned\" in docs/security.md";

/// Returns the version after this one.
///
/// # Errors
/// Returns an error if it would be above [`MAX_VERSION`].
pub fn next_version(version: u64) -> Result<u64, TrustError> {
    let next = version.checked_add(1).filter(|next| *next <= MAX_VERSION);
    next.ok_or_else(|| {
        let message = format!("no version is left after {version} (the highest is {MAX_VERSION})");
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
            assert!(error.message.contains("no version is left after"), "{error}");
        }
    }
}
