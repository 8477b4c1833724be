//! S: encoding and syntax of a file.

pub(crate) mod elided_key;
pub(crate) mod no_block;
