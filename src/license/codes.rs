//! Codes of the findings about values and directives of a block (group V, and D004), each declared once.

use keywright_syntax::diagnostic::Code;

/// A directive that is not in the table.
pub static UNKNOWN_DIRECTIVE: Code = Code::error("V001", "unknown-directive");
/// A repeated directive that may occur only once.
pub static DUPLICATE_DIRECTIVE: Code = Code::error("V002", "duplicate-directive");
/// A block without VENDOR.
pub static MISSING_VENDOR: Code = Code::error("V003", "missing-vendor");
/// A version that is not `major.minor`.
pub static BAD_VERSION: Code = Code::error("V004", "bad-version");
/// A date that does not exist or is not written as `YYYY-MM-DD`.
pub static BAD_DATE: Code = Code::error("V005", "bad-date");
/// A number out of range or not in its only spelling.
pub static BAD_NUMBER: Code = Code::error("V006", "bad-number");
/// A name with an invalid character or length.
pub static BAD_NAME: Code = Code::error("V007", "bad-name");
/// A value with too many bytes.
pub static VALUE_TOO_LONG: Code = Code::error("V008", "value-too-long");
/// An invisible character or one that changes the text direction.
pub static HIDDEN_CHARACTER: Code = Code::error("V009", "hidden-character").cause();
/// VERSION with MAJOR_VERSION or MINOR_VERSION, or only one of the two.
pub static VERSION_SPELLINGS: Code = Code::error("V010", "version-spellings");
/// A directive that is not allowed on this kind of block.
pub static MISPLACED_DIRECTIVE: Code = Code::error("V011", "misplaced-directive");
/// A KEYTYPE without the COUNT it needs.
pub static MISSING_COUNT: Code = Code::error("V012", "missing-count");
/// A TOKEN block without TOKEN_DEPENDENCY.
pub static MISSING_DEPENDENCY: Code = Code::error("V013", "missing-dependency");
/// TOKEN_DEPENDENCY on a block that is not a TOKEN.
pub static STRAY_DEPENDENCY: Code = Code::error("V014", "stray-dependency");
/// SOFTLIMIT that is not below COUNT.
pub static SOFTLIMIT_TOO_HIGH: Code = Code::error("V015", "softlimit-too-high");
/// A comma in SHARE.
pub static SHARE_COMMA: Code = Code::error("V016", "share-comma");
/// A value that is not one of the allowed words.
pub static BAD_CHOICE: Code = Code::error("V017", "bad-choice");
/// A TOKEN_DEPENDENCY that cannot be parsed.
pub static BAD_DEPENDENCY: Code = Code::error("V018", "bad-dependency");
/// A structured value (money, tier, host id, REPLACES, time zones) that cannot be parsed.
pub static BAD_VALUE: Code = Code::error("V019", "bad-value");
/// An invisible joiner between letters, or a variation selector.
pub static JOINER: Code = Code::warning("V020", "joiner");
/// A text value that ends in `NAME=`.
pub static ENDS_LIKE_DIRECTIVE: Code = Code::warning("V029", "ends-like-directive");
/// Contradictory METERED directives.
pub static METERED_CONFLICT: Code = Code::error("V021", "metered-conflict");
/// An empty value for a directive that is not free text.
pub static EMPTY_VALUE: Code = Code::error("V022", "empty-value");
/// A repeatable directive more times than a block may have it.
pub static TOO_MANY_DIRECTIVES: Code = Code::error("V030", "too-many-directives");
/// More dependencies than a token may have.
pub static TOO_MANY_DEPENDENCIES: Code = Code::error("D004", "too-many-dependencies");
