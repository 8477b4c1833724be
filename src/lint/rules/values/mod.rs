//! V: directives and their values.

pub(in crate::lint) mod bad_choice;
pub(in crate::lint) mod bad_date;
pub(in crate::lint) mod bad_dependency;
pub(in crate::lint) mod bad_name;
pub(in crate::lint) mod bad_number;
pub(in crate::lint) mod bad_value;
pub(in crate::lint) mod bad_version;
pub(in crate::lint) mod duplicate_directive;
pub(in crate::lint) mod empty_value;
pub(in crate::lint) mod hidden_character;
pub(in crate::lint) mod joiner;
pub(in crate::lint) mod metered_conflict;
pub(in crate::lint) mod misplaced_directive;
pub(in crate::lint) mod missing_count;
pub(in crate::lint) mod missing_dependency;
pub(in crate::lint) mod missing_vendor;
pub(in crate::lint) mod mixed_script;
pub(in crate::lint) mod share_comma;
pub(in crate::lint) mod softlimit_too_high;
pub(in crate::lint) mod stray_dependency;
pub(in crate::lint) mod too_many_directives;
pub(in crate::lint) mod unknown_directive;
pub(in crate::lint) mod value_too_long;
pub(in crate::lint) mod version_spellings;
