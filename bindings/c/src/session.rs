//! Local checkouts.

use std::ffi::c_char;

use keywright_license::Version;
use keywright_resolve::Role;
use keywright_verify::application::{Checkout, Denial, Session};

use crate::border::{Fault, exclusive, free, item, run, shared, store, store_handle, string, time};
use crate::files::{find, kw_files};
use crate::message::kw_message;
use crate::status::kw_status;
use crate::text::{kw_amount, kw_text, kw_time};

/// The checkouts of one process. One thread at a time may use a session.
pub struct kw_session {
    pub(crate) session: Session,
    features: Vec<String>,
}

/// A request. Set all members to zero, then those that you need.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_checkout {
    /// The name of the feature.
    pub feature: *const c_char,
    /// Its length in bytes.
    pub feature_len: usize,
    /// The number of licenses; 0 means 1.
    pub count: u32,
    /// The minimum version, before and after the point; 0 and 0 for any version.
    pub version_major: u16,
    /// See `version_major`.
    pub version_minor: u16,
    /// The user, for SHARE=USER; may be null.
    pub user: *const c_char,
    /// Its length in bytes.
    pub user_len: usize,
    /// The name of the computer, for SHARE=HOST; may be null.
    pub host: *const c_char,
    /// Its length in bytes.
    pub host_len: usize,
    /// The custom string, for SHARE=CUSTOM; may be null.
    pub custom: *const c_char,
    /// Its length in bytes.
    pub custom_len: usize,
}

/// Starts a session with verified files. Free it with `kw_session_free`. `now` is local time.
///
/// # Safety
/// `files` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_new(
    files: *const kw_files,
    now: kw_time,
    out: *mut *mut kw_session,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        let session =
            files.checked.session(time(now)?).map_err(|error| Fault::new(kw_status::KW_MODEL, error))?;
        let features = session.features().map(str::to_owned).collect();
        // SAFETY: see above.
        unsafe { store_handle(out, kw_session { session, features }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees a session. A null pointer is ignored.
///
/// # Safety
/// `session` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_free(session: *mut kw_session) {
    // SAFETY: see above.
    unsafe { free(session) };
}

/// Stores the number of features.
///
/// # Safety
/// `session` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_feature_count(
    session: *const kw_session,
    out: *mut usize,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { shared(session, "session") }?;
        // SAFETY: see above.
        unsafe { store(out, session.features.len(), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores the name of a feature, counted from 0. It belongs to the session.
///
/// # Safety
/// As for `kw_session_feature_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_feature(
    session: *const kw_session,
    feature: usize,
    out: *mut kw_text,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { shared(session, "session") }?;
        let name = item(&session.features, feature, "feature")?;
        // SAFETY: see above.
        unsafe { store(out, kw_text::of(name), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores how many checkouts of a feature by different people can be granted now.
///
/// # Safety
/// `session` was not freed. `feature` has `feature_len` bytes. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_available(
    session: *const kw_session,
    feature: *const c_char,
    feature_len: usize,
    out: *mut kw_amount,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { shared(session, "session") }?;
        // SAFETY: see above.
        let feature = unsafe { string(feature, feature_len, "feature") }?;
        // SAFETY: see above.
        unsafe { store(out, kw_amount::of(session.session.available(feature)), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores the role of a block on the day of the session: for example `serves` or `replaced`. File and block are counted
/// from 0. Empty for a block that grants nothing.
///
/// # Safety
/// `session` and `files` were not freed, and the session was started with the files. `out` can be written. `message` is
/// null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_role(
    session: *const kw_session,
    files: *const kw_files,
    file: usize,
    block: usize,
    out: *mut kw_text,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { shared(session, "session") }?;
        // SAFETY: see above.
        let files = unsafe { shared(files, "files") }?;
        let role = session.session.role(file, find(files, file, block)?);
        // SAFETY: see above. The names of roles live for ever.
        unsafe { store(out, kw_text::of(role.map_or("", Role::as_str)), "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Takes licenses, and stores the number of the checkout. `KW_DENIED` if the licenses do not grant it.
///
/// # Safety
/// `session` was not freed, and no other thread uses it. `request` is set completely. `out` can be written. `message` is
/// null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_checkout(
    session: *mut kw_session,
    request: *const kw_checkout,
    out: *mut u64,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { exclusive(session, "session") }?;
        // SAFETY: see above.
        let request = unsafe { shared(request, "request") }?;
        if out.is_null() {
            // SAFETY: nothing is written.
            return unsafe { store(out, 0, "out") };
        }
        // SAFETY: see above.
        let request = unsafe { checkout(request) }?;
        let number = session.session.checkout(&request).map_err(denied)?;
        // SAFETY: see above.
        unsafe { store(out, number, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Returns the licenses of a checkout. `KW_DENIED` if there is no checkout with this number.
///
/// # Safety
/// `session` was not freed, and no other thread uses it. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_checkin(
    session: *mut kw_session,
    checkout: u64,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { exclusive(session, "session") }?.session.checkin(checkout).map_err(denied);
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Consumes tokens of METERED blocks. `KW_DENIED` if the balance is too low.
///
/// # Safety
/// As for `kw_session_checkin`. `feature` has `feature_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_consume(
    session: *mut kw_session,
    feature: *const c_char,
    feature_len: usize,
    tokens: u64,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let session = unsafe { exclusive(session, "session") }?;
        // SAFETY: see above.
        let feature = unsafe { string(feature, feature_len, "feature") }?;
        session.session.consume(feature, tokens).map_err(denied)
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Moves the time of a session forward. Blocks come into force and end.
///
/// # Safety
/// As for `kw_session_checkin`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_session_advance(
    session: *mut kw_session,
    now: kw_time,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { exclusive(session, "session") }?.session.advance(time(now)?).map_err(denied);
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Converts a request.
///
/// # Safety
/// Each pointer is null or has the bytes of its length.
unsafe fn checkout(request: &kw_checkout) -> Result<Checkout<'_>, Fault> {
    // SAFETY: see above.
    let (feature, user, host, custom) = unsafe {
        (
            string(request.feature, request.feature_len, "feature")?,
            string(request.user, request.user_len, "user")?,
            string(request.host, request.host_len, "host")?,
            string(request.custom, request.custom_len, "custom")?,
        )
    };
    let version = Version { major: request.version_major, minor: request.version_minor };
    let version = (version != Version { major: 0, minor: 0 }).then_some(version);
    Ok(Checkout { feature, count: request.count, version, user, host, custom })
}

fn denied(denial: Denial) -> Fault {
    Fault::new(kw_status::KW_DENIED, denial.as_str())
}
