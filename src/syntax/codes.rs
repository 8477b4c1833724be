//! Codes of the findings about the text of a file (group S), each declared once.

use crate::diagnostic::Code;

/// The bytes are not UTF-8.
pub static NOT_UTF8: Code = Code::error("S001", "not-utf8").never_allowed_in_file().cause();
/// The text is UTF-16.
pub static UTF16: Code = Code::error("S002", "utf16").never_allowed_in_file().cause();
/// A control character, or a carriage return without line feed.
pub static CONTROL_CHARACTER: Code = Code::error("S003", "control-character").never_allowed_in_file().cause();
/// A quote that is never closed.
pub static UNCLOSED_QUOTE: Code = Code::error("S004", "unclosed-quote").never_allowed_in_file().cause();
/// A block without its closing brace.
pub static UNCLOSED_BLOCK: Code = Code::error("S005", "unclosed-block").never_allowed_in_file().cause();
/// Text that is not a block, directive or comment.
pub static STRAY_TEXT: Code = Code::error("S006", "stray-text").never_allowed_in_file();
/// A byte order mark before the text.
pub static BYTE_ORDER_MARK: Code = Code::note("S007", "byte-order-mark").never_allowed_in_file();
/// A no-break space that is read as a space.
pub static NO_BREAK_SPACE: Code = Code::warning("S008", "no-break-space");
/// A quoted value that spans more than one line.
pub static WRAPPED_STRING: Code = Code::warning("S009", "wrapped-string");
/// Typographic quotes where `"` belongs.
pub static CURLY_QUOTES: Code = Code::error("S010", "curly-quotes").never_allowed_in_file().cause();
/// A directive without a value.
pub static MISSING_VALUE: Code = Code::error("S012", "missing-value").never_allowed_in_file();
/// A no-break space inside a name or a bare value.
pub static NO_BREAK_SPACE_INSIDE: Code =
    Code::error("S013", "no-break-space-inside").never_allowed_in_file().cause();
/// A file above the size limit.
pub static FILE_TOO_LARGE: Code = Code::error("S014", "file-too-large").never_allowed_in_file();
/// A file with too many blocks.
pub static TOO_MANY_BLOCKS: Code = Code::error("S015", "too-many-blocks").never_allowed_in_file();
/// A license damaged by a mail program.
pub static MAIL_DAMAGE: Code = Code::error("S018", "mail-damage").never_allowed_in_file().cause();
/// Hidden characters in a comment.
pub static HIDDEN_IN_COMMENT: Code = Code::warning("S019", "hidden-in-comment");
/// A file in another format.
pub static FOREIGN_FORMAT: Code = Code::error("S020", "foreign-format").never_allowed_in_file().cause();
/// A block above the size limit.
pub static BLOCK_TOO_LARGE: Code = Code::error("S016", "block-too-large").never_allowed_in_file();
