//! The status codes of all functions.

/// The result of a function. The numbers do not change.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kw_status {
    /// The function did what it should.
    KW_OK = 0,
    /// A pointer that must not be null is null.
    KW_NULL_POINTER = 1,
    /// A string is not UTF-8.
    KW_NOT_UTF8 = 2,
    /// A length, a count or an index is out of range.
    KW_OUT_OF_RANGE = 3,
    /// A date or a time does not exist.
    KW_NO_SUCH_DATE = 4,
    /// The embedded keys are damaged.
    KW_KEYS = 5,
    /// A trust bundle or a revocation list is not accepted.
    KW_LIST = 6,
    /// The license files are too large.
    KW_TOO_LARGE = 7,
    /// The licenses contradict each other: a dependency cycle, a chain that is too long, or two shared levels.
    KW_MODEL = 8,
    /// A request is not granted. The message contains the reason, for example `not-enough-licenses`.
    KW_DENIED = 9,
    /// A fault of the library. Report it.
    KW_INTERNAL = 10,
}
