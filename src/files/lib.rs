//! Files: the one place that decides which files are opened for reading, and how new files appear.

pub mod input;
pub mod output;
