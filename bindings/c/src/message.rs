//! Messages of failed functions.

use crate::text::kw_text;

/// A message: why a function did not return `KW_OK`. Free it with `kw_message_free`.
pub struct kw_message {
    text: String,
}

impl kw_message {
    pub(crate) fn new(text: String) -> Self {
        Self { text }
    }
}

/// Returns the text of a message. It is valid until the message is freed; empty for a null pointer.
///
/// # Safety
/// `message` is null, or a message that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_message_text(message: *const kw_message) -> kw_text {
    // SAFETY: see above.
    unsafe { message.as_ref() }.map_or(kw_text::EMPTY, |message| kw_text::of(&message.text))
}

/// Frees a message. A null pointer is ignored.
///
/// # Safety
/// `message` is null, or a message that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_message_free(message: *mut kw_message) {
    // SAFETY: see above.
    unsafe { crate::border::free(message) };
}
