//! The border between C and Rust: checked pointers, no unwinding, errors as status and message.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};

use keywright_verify::jiff::civil::{Date, DateTime};

use crate::message::kw_message;
use crate::status::kw_status;
use crate::text::{kw_date, kw_time};

/// Why a function does not return `KW_OK`.
pub(crate) struct Fault {
    status: kw_status,
    message: String,
}

impl Fault {
    pub(crate) fn new(status: kw_status, message: impl ToString) -> Self {
        Self { status, message: message.to_string() }
    }

    fn null(what: &str) -> Self {
        Self::new(kw_status::KW_NULL_POINTER, format!("`{what}` is null"))
    }

    fn out_of_range(what: &str) -> Self {
        Self::new(kw_status::KW_OUT_OF_RANGE, format!("`{what}` is out of range"))
    }
}

/// Runs the work of a function. Stores a message at `message` if it fails and `message` is not null.
///
/// # Safety
/// `message` is null or can be written.
pub(crate) unsafe fn run(
    message: *mut *mut kw_message,
    work: impl FnOnce() -> Result<(), Fault>,
) -> kw_status {
    // State that the work could have left half-changed is not used after a panic: the caller gets KW_INTERNAL.
    let done = catch_unwind(AssertUnwindSafe(work));
    let fault = match done {
        Ok(Ok(())) => return kw_status::KW_OK,
        Ok(Err(fault)) => fault,
        Err(_) => Fault::new(kw_status::KW_INTERNAL, "a fault of the library"),
    };
    if !message.is_null() {
        // SAFETY: not null, and can be written.
        unsafe { message.write(Box::into_raw(Box::new(kw_message::new(fault.message)))) };
    }
    fault.status
}

/// Checks what can be checked of a pointer to `count` values: null, alignment, size.
fn check<T>(data: *const T, count: usize, what: &str) -> Result<(), Fault> {
    if data.is_null() {
        return Err(Fault::null(what));
    }
    let len = count.checked_mul(size_of::<T>()).filter(|len| isize::try_from(*len).is_ok());
    if data.is_aligned() && len.is_some_and(|len| is_memory(data.addr(), len)) {
        Ok(())
    } else {
        Err(Fault::out_of_range(what))
    }
}

/// Returns false if there cannot be memory at these bytes. Only a WebAssembly module knows where its memory ends.
fn is_memory(address: usize, len: usize) -> bool {
    #[cfg(target_family = "wasm")]
    let end = crate::memory::end();
    #[cfg(not(target_family = "wasm"))]
    let end = usize::MAX;
    address.checked_add(len).is_some_and(|after| after <= end)
}

/// Returns a handle.
///
/// # Safety
/// `handle` is null, or a handle that was not freed and that no other thread changes.
pub(crate) unsafe fn shared<'a, T>(handle: *const T, what: &str) -> Result<&'a T, Fault> {
    check(handle, 1, what)?;
    // SAFETY: not null; the rest see above.
    Ok(unsafe { &*handle })
}

/// Returns a handle that changes.
///
/// # Safety
/// `handle` is null, or a handle that was not freed and that no other thread uses.
pub(crate) unsafe fn exclusive<'a, T>(handle: *mut T, what: &str) -> Result<&'a mut T, Fault> {
    check(handle, 1, what)?;
    // SAFETY: not null; the rest see above.
    Ok(unsafe { &mut *handle })
}

/// Returns the items of an array.
///
/// # Safety
/// `data` is null, or the first of `len` items that do not change.
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize, what: &str) -> Result<&'a [T], Fault> {
    if len == 0 {
        return Ok(&[]);
    }
    check(data, len, what)?;
    // SAFETY: not null, and the size is possible; the rest see above.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// Returns an item of a list, counted from 0.
pub(crate) fn item<'a, T>(items: &'a [T], index: usize, what: &str) -> Result<&'a T, Fault> {
    items.get(index).ok_or_else(|| Fault::out_of_range(what))
}

/// Returns a string.
///
/// # Safety
/// `data` is null, or the first of `len` bytes that do not change.
pub(crate) unsafe fn string<'a>(data: *const c_char, len: usize, what: &str) -> Result<&'a str, Fault> {
    // SAFETY: see above.
    let bytes = unsafe { slice(data.cast::<u8>(), len, what) }?;
    std::str::from_utf8(bytes)
        .map_err(|_| Fault::new(kw_status::KW_NOT_UTF8, format!("`{what}` is not UTF-8")))
}

/// Stores a result.
///
/// # Safety
/// `out` is null or can be written.
pub(crate) unsafe fn store<T>(out: *mut T, value: T, what: &str) -> Result<(), Fault> {
    check(out, 1, what)?;
    // SAFETY: not null, and can be written.
    unsafe { out.write(value) };
    Ok(())
}

/// Stores a new handle. Nothing is allocated if `out` is null.
///
/// # Safety
/// `out` is null or can be written.
pub(crate) unsafe fn store_handle<T>(out: *mut *mut T, value: T, what: &str) -> Result<(), Fault> {
    check(out, 1, what)?;
    // SAFETY: not null, and can be written.
    unsafe { out.write(Box::into_raw(Box::new(value))) };
    Ok(())
}

/// Frees a handle.
///
/// # Safety
/// `handle` is null, or a handle of [`store_handle`] or [`run`] that was not freed.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: see above.
        drop(unsafe { Box::from_raw(handle) });
    }
}

pub(crate) fn date(day: kw_date) -> Result<Date, Fault> {
    let date = Date::new(day.year, day.month, day.day).ok().filter(|date| date.year() > 0);
    date.ok_or_else(|| Fault::new(kw_status::KW_NO_SUCH_DATE, "the date does not exist"))
}

pub(crate) fn time(at: kw_time) -> Result<DateTime, Fault> {
    let date = date(at.date)?;
    DateTime::new(date.year(), date.month(), date.day(), at.hour, at.minute, at.second, 0)
        .map_err(|_| Fault::new(kw_status::KW_NO_SUCH_DATE, "the time does not exist"))
}
