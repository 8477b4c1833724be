//! The signed payloads of a license file.

use keywright_license::License;
use keywright_syntax::limits::MAX_FILE_BYTES;
use keywright_syntax::source::{FileId, SourceFile};
use keywright_verify::Payload;

use crate::border::{Fault, free, item, run, shared, slice, store, store_handle};
use crate::message::kw_message;
use crate::status::kw_status;
use crate::text::kw_bytes;

/// The signed payload of each block that can be read.
pub struct kw_payloads {
    payloads: Vec<Vec<u8>>,
}

/// Computes the signed payload of each block that can be read. Free the result with `kw_payloads_free`.
///
/// # Safety
/// `text` has `len` bytes. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_payload(
    text: *const u8,
    len: usize,
    out: *mut *mut kw_payloads,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let license = parse(unsafe { slice(text, len, "text") }?)?;
        let payload = |feature| Payload::from_block(&license, feature).as_bytes().to_vec();
        let payloads = license.features.iter().map(payload).collect();
        // SAFETY: see above.
        unsafe { store_handle(out, kw_payloads { payloads }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees payloads. A null pointer is ignored.
///
/// # Safety
/// `payloads` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_payloads_free(payloads: *mut kw_payloads) {
    // SAFETY: see above.
    unsafe { free(payloads) };
}

/// Stores the number of payloads.
///
/// # Safety
/// `payloads` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_payload_count(
    payloads: *const kw_payloads,
    out: *mut usize,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { store(out, shared(payloads, "payloads")?.payloads.len(), "out") };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores a payload, counted from 0. Its bytes belong to the payloads.
///
/// # Safety
/// As for `kw_payload_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_payload_at(
    payloads: *const kw_payloads,
    index: usize,
    out: *mut kw_bytes,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let payload = item(&unsafe { shared(payloads, "payloads") }?.payloads, index, "index")?;
        // SAFETY: see above.
        unsafe { store(out, kw_bytes { data: payload.as_ptr(), len: payload.len() }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

pub(crate) fn parse(bytes: &[u8]) -> Result<License, Fault> {
    if bytes.len() > MAX_FILE_BYTES {
        let message = format!("the license file is larger than {MAX_FILE_BYTES} bytes");
        return Err(Fault::new(kw_status::KW_TOO_LARGE, message));
    }
    Ok(License::parse(SourceFile::from_bytes(FileId::default(), "license.lic", bytes.to_vec())))
}
