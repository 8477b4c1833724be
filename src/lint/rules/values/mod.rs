//! V: directives and their values.

pub(crate) mod bad_choice;
pub(crate) mod bad_date;
pub(crate) mod bad_dependency;
pub(crate) mod bad_name;
pub(crate) mod bad_number;
pub(crate) mod bad_value;
pub(crate) mod bad_version;
pub(crate) mod duplicate_directive;
pub(crate) mod empty_value;
pub(crate) mod hidden_character;
pub(crate) mod joiner;
pub(crate) mod metered_conflict;
pub(crate) mod misplaced_directive;
pub(crate) mod missing_count;
pub(crate) mod missing_dependency;
pub(crate) mod missing_vendor;
pub(crate) mod mixed_script;
pub(crate) mod share_comma;
pub(crate) mod softlimit_too_high;
pub(crate) mod stray_dependency;
pub(crate) mod too_many_directives;
pub(crate) mod unknown_directive;
pub(crate) mod value_too_long;
pub(crate) mod version_spellings;
