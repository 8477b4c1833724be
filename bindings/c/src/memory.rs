//! Memory for arguments from JavaScript, which cannot allocate in the memory of the module by itself.

use std::alloc::{Layout, alloc_zeroed, dealloc};

/// Returns memory for `size` bytes, all zero, with the alignment of every type of the interface. Null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn kw_alloc(size: usize) -> *mut u8 {
    match layout(size) {
        // SAFETY: the size is not zero.
        Some(layout) => unsafe { alloc_zeroed(layout) },
        None => std::ptr::null_mut(),
    }
}

/// Frees memory. A null pointer is ignored.
///
/// # Safety
/// `data` is null, or comes from `kw_alloc` with the same size and was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_dealloc(data: *mut u8, size: usize) {
    if let (false, Some(layout)) = (data.is_null(), layout(size)) {
        // SAFETY: see above.
        unsafe { dealloc(data, layout) };
    }
}

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, align_of::<u64>()).ok().filter(|layout| layout.size() > 0)
}

/// Returns the address after the last byte of the module's memory.
pub(crate) fn end() -> usize {
    const PAGE: usize = 65_536;
    core::arch::wasm32::memory_size::<0>().saturating_mul(PAGE)
}
