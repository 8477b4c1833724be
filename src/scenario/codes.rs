//! Codes of findings in scenario files: group R.

use keywright_syntax::diagnostic::Code;

/// The file is not YAML, or uses a YAML feature that scenario files do not allow: anchors, tags, merge keys, several
/// documents.
pub const BAD_YAML: Code = Code::error("R001", "bad-yaml");
/// A key that is not allowed here.
pub const UNKNOWN_KEY: Code = Code::error("R002", "unknown-scenario-key");
/// A duplicate key.
pub const DUPLICATE_KEY: Code = Code::error("R003", "duplicate-scenario-key");
/// A required key is missing.
pub const MISSING_KEY: Code = Code::error("R004", "missing-scenario-key");
/// A value that the key does not accept.
pub const BAD_VALUE: Code = Code::error("R005", "bad-scenario-value");
/// A step without a verb, with two verbs, or with a key that its verb does not accept.
pub const BAD_STEP: Code = Code::error("R006", "bad-step");
/// A license that cannot be read or has errors.
pub const BAD_LICENSE: Code = Code::error("R007", "license-not-usable");
/// A path outside of the project of the scenario file.
pub const PATH_LEAVES: Code = Code::error("R008", "path-leaves-directory");
/// A pool that is not in the license.
pub const UNKNOWN_POOL: Code = Code::error("R009", "unknown-pool");
/// Blocks have dates, but the scenario has no time.
pub const NO_TIME: Code = Code::error("R010", "no-time");
/// The file exceeds a size limit.
pub const TOO_LARGE: Code = Code::error("R011", "scenario-too-large");
/// Two scenarios with the same name in one file.
pub const SAME_NAME: Code = Code::warning("R012", "scenario-name-twice");

/// All codes.
pub const ALL: [&Code; 12] = [
    &BAD_YAML,
    &UNKNOWN_KEY,
    &DUPLICATE_KEY,
    &MISSING_KEY,
    &BAD_VALUE,
    &BAD_STEP,
    &BAD_LICENSE,
    &PATH_LEAVES,
    &UNKNOWN_POOL,
    &NO_TIME,
    &TOO_LARGE,
    &SAME_NAME,
];
