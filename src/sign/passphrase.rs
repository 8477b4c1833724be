//! Passphrases: two keyboards can enter the same letters as different characters.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Maximum growth of text in NFC, in bytes per byte.
const MAX_GROWTH: usize = 3;

/// Returns a passphrase in Unicode NFC. Key files are encrypted with this form.
///
/// ```
/// # use keywright_sign::normal_passphrase;
/// assert_eq!(*normal_passphrase("wo\u{308}rt"), "wört");
/// ```
#[must_use]
pub fn normal_passphrase(typed: &str) -> Zeroizing<String> {
    // Enough capacity, so that no copy of a part is left in memory.
    let mut normal = Zeroizing::new(String::with_capacity(typed.len() * MAX_GROWTH));
    normal.extend(typed.nfc());
    normal
}
