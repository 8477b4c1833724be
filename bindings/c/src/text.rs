//! Strings, byte ranges, times and amounts across the border.

use std::ffi::c_char;

use keywright_resolve::Usable;

/// UTF-8 text, not terminated by a zero byte. It belongs to the handle that it was asked from.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_text {
    /// The first byte; not null.
    pub data: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

impl kw_text {
    pub(crate) const EMPTY: Self = Self { data: c"".as_ptr(), len: 0 };

    pub(crate) fn of(text: &str) -> Self {
        if text.is_empty() { Self::EMPTY } else { Self { data: text.as_ptr().cast(), len: text.len() } }
    }
}

/// Bytes of the application: a license file.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_bytes {
    /// The first byte; may be null if `len` is 0.
    pub data: *const u8,
    /// The number of bytes.
    pub len: usize,
}

/// A day of the Gregorian calendar.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_date {
    /// The year, 1 to 9999.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// The day of the month, from 1.
    pub day: i8,
}

/// A local time.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_time {
    /// The day.
    pub date: kw_date,
    /// The hour, 0 to 23.
    pub hour: i8,
    /// The minute, 0 to 59.
    pub minute: i8,
    /// The second, 0 to 59.
    pub second: i8,
}

/// The meaning of the number of an amount.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kw_amount_kind {
    /// Exactly this many.
    KW_EXACTLY = 0,
    /// At least this many.
    KW_AT_LEAST = 1,
    /// No limit; the number is 0.
    KW_UNLIMITED = 2,
    /// Devices that can be activated.
    KW_DEVICES = 3,
    /// Not determined; the number is 0.
    KW_UNDETERMINED = 4,
}

/// How many checkouts can be granted.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_amount {
    /// The meaning of the number.
    pub kind: kw_amount_kind,
    /// The number.
    pub number: u64,
}

impl kw_amount {
    pub(crate) fn of(amount: Usable) -> Self {
        use kw_amount_kind::{KW_AT_LEAST, KW_DEVICES, KW_EXACTLY, KW_UNDETERMINED, KW_UNLIMITED};
        let (kind, number) = match amount {
            Usable::Exactly(number) => (KW_EXACTLY, number),
            Usable::AtLeast(number) => (KW_AT_LEAST, number),
            Usable::Unlimited => (KW_UNLIMITED, 0),
            Usable::Devices(number) => (KW_DEVICES, number),
            Usable::Undetermined => (KW_UNDETERMINED, 0),
        };
        Self { kind, number }
    }
}
