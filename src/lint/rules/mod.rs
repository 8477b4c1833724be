//! All rules: those of the parser in one table, each of the others in a file, by group.

pub(super) mod allows;
pub(super) mod capacity;
pub(super) mod dependencies;
pub(super) mod keys;
pub(super) mod parser;
pub(super) mod policy;
pub(super) mod sets;
pub(super) mod sharing;
pub(super) mod syntax;
pub(super) mod time;
pub(super) mod values;
