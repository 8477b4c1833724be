//! The host ids of the computer.

use std::ffi::c_char;

use keywright_verify::application::HostIds;

use crate::border::{exclusive, free, run, store_handle, string};
use crate::message::kw_message;
use crate::status::kw_status;

/// The host ids of the computer. The application determines them.
pub struct kw_hosts {
    pub(crate) ids: HostIds,
}

/// Creates an empty set of host ids. Free it with `kw_hosts_free`.
///
/// # Safety
/// `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_hosts_new(out: *mut *mut kw_hosts, message: *mut *mut kw_message) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { store_handle(out, kw_hosts { ids: HostIds::default() }, "out") };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Adds a host id: its type as in HOSTID, for example `ETHERNET`, and its value.
///
/// # Safety
/// `hosts` was not freed, and no other thread uses it. `kind` has `kind_len` bytes, `value` has `value_len` bytes.
/// `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_hosts_add(
    hosts: *mut kw_hosts,
    kind: *const c_char,
    kind_len: usize,
    value: *const c_char,
    value_len: usize,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let hosts = unsafe { exclusive(hosts, "hosts") }?;
        // SAFETY: see above.
        let (kind, value) = unsafe { (string(kind, kind_len, "kind")?, string(value, value_len, "value")?) };
        hosts.ids.add(kind, value);
        Ok(())
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees host ids. A null pointer is ignored.
///
/// # Safety
/// `hosts` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_hosts_free(hosts: *mut kw_hosts) {
    // SAFETY: see above.
    unsafe { free(hosts) };
}
