//! File access: decides which files are opened for reading, and creates new files atomically.

pub mod input;
pub mod output;
pub mod reason;
