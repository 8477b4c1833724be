//! What the licenses grant.

use keywright_resolve::Usable;

use crate::border::{free, item, run, shared, store, store_handle};
use crate::message::kw_message;
use crate::session::kw_session;
use crate::status::kw_status;
use crate::text::{kw_amount, kw_text};

/// What the licenses grant on a day, a part for each feature of each vendor.
pub struct kw_entitlements {
    parts: Vec<Part>,
}

struct Part {
    feature: String,
    vendor: String,
    usable: Usable,
}

/// What the licenses grant of a feature of a vendor. The strings belong to the entitlements.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_entitlement {
    /// The name of the feature.
    pub feature: kw_text,
    /// The vendor; empty if there is none.
    pub vendor: kw_text,
    /// The number of checkouts that can be out at the same time.
    pub usable: kw_amount,
}

/// Computes what the licenses grant on the day of the session, without the checkouts that are out. Free the result with
/// `kw_entitlements_free`.
///
/// # Safety
/// `session` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_entitlements(
    session: *const kw_session,
    out: *mut *mut kw_entitlements,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = &unsafe { shared(session, "session") }?.session;
        let granted = session.entitlements();
        let part = |granted: &keywright_resolve::Entitlement| Part {
            feature: session.name(granted.feature).to_owned(),
            vendor: granted.vendor.as_ref().map(ToString::to_string).unwrap_or_default(),
            usable: granted.usable,
        };
        let parts = granted.features().iter().map(part).collect();
        // SAFETY: see above.
        unsafe { store_handle(out, kw_entitlements { parts }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees entitlements. A null pointer is ignored.
///
/// # Safety
/// `entitlements` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_entitlements_free(entitlements: *mut kw_entitlements) {
    // SAFETY: see above.
    unsafe { free(entitlements) };
}

/// Stores the number of entitlements.
///
/// # Safety
/// `entitlements` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_entitlement_count(
    entitlements: *const kw_entitlements,
    out: *mut usize,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { store(out, shared(entitlements, "entitlements")?.parts.len(), "out") };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores an entitlement, counted from 0.
///
/// # Safety
/// As for `kw_entitlement_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_entitlement_at(
    entitlements: *const kw_entitlements,
    index: usize,
    out: *mut kw_entitlement,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let part = item(&unsafe { shared(entitlements, "entitlements") }?.parts, index, "index")?;
        let entitlement = kw_entitlement {
            feature: kw_text::of(&part.feature),
            vendor: kw_text::of(&part.vendor),
            usable: kw_amount::of(part.usable),
        };
        // SAFETY: see above.
        unsafe { store(out, entitlement, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}
