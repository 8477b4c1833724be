//! V: directives and their values.

pub(crate) mod bad_host_id;
pub(crate) mod common_host_id;
pub(crate) mod host_id_spelling;
mod host_ids;
pub(crate) mod match_rate_without_host;
pub(crate) mod mixed_script;
pub(crate) mod repeated_host_id;
