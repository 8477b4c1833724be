//! The C library of keywright: verify license files and check out features.
//!
//! Every function returns a status or a plain value, and never unwinds into C. Strings are pointer and length. A handle
//! is freed with the function of its type, once. See `include/keywright.h` and docs/embedding.md.

#![allow(non_camel_case_types, reason = "the names are those of the C interface")]

mod application;
mod border;
mod files;
mod hosts;
mod message;
mod session;
mod status;
mod text;
