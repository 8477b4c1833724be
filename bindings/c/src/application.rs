//! The keys of the application.

use keywright_verify::TrustError;
use keywright_verify::application::Application;
use keywright_verify::jiff::civil::Date;

use crate::border::{Fault, date, exclusive, free, run, slice, store_handle};
use crate::message::kw_message;
use crate::status::kw_status;
use crate::text::kw_date;

/// The keys that an application accepts licenses of. Several threads may use it at the same time, unless a list is
/// installed.
pub struct kw_application {
    pub(crate) keys: Application,
}

/// Creates an application from the text that `keywright keys embed` printed. Free it with `kw_application_free`.
///
/// # Safety
/// `keys` has `len` bytes. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_application_new(
    keys: *const u8,
    len: usize,
    out: *mut *mut kw_application,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let keys = unsafe { slice(keys, len, "keys") }?;
        let keys = Application::new(keys).map_err(|error| Fault::new(kw_status::KW_KEYS, error))?;
        // SAFETY: see above.
        unsafe { store_handle(out, kw_application { keys }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees an application. A null pointer is ignored. License files that it verified remain usable.
///
/// # Safety
/// `application` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_application_free(application: *mut kw_application) {
    // SAFETY: see above.
    unsafe { free(application) };
}

/// Also accepts development keys. For builds that no customer receives.
///
/// # Safety
/// `application` was not freed, and no other thread uses it. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_application_accept_development_keys(
    application: *mut kw_application,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let application = unsafe { exclusive(application, "application") }?;
        application.keys = application.keys.clone().with_development_keys();
        Ok(())
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Replaces the keys by those of a newer trust bundle of the vendor. Store the bundle, and install it at every start.
///
/// # Safety
/// `application` was not freed, and no other thread uses it. `bundle` has `len` bytes. `message` is null or can be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_application_install_bundle(
    application: *mut kw_application,
    bundle: *const u8,
    len: usize,
    today: kw_date,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { install(application, bundle, len, today, "bundle", Application::install_bundle) };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Adds a revocation list of the vendor. Store the list, and install it at every start.
///
/// # Safety
/// As for `kw_application_install_bundle`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_application_install_revocations(
    application: *mut kw_application,
    list: *const u8,
    len: usize,
    today: kw_date,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { install(application, list, len, today, "list", Application::install_revocations) };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Installs a signed list. `what` is the name of the argument.
///
/// # Safety
/// As for `kw_application_install_bundle`.
unsafe fn install(
    application: *mut kw_application,
    list: *const u8,
    len: usize,
    today: kw_date,
    what: &str,
    with: impl FnOnce(&mut Application, &[u8], Date) -> Result<(), TrustError>,
) -> Result<(), Fault> {
    // SAFETY: see above.
    let (application, list) = unsafe { (exclusive(application, "application")?, slice(list, len, what)?) };
    with(&mut application.keys, list, date(today)?).map_err(|error| Fault::new(kw_status::KW_LIST, error))
}
