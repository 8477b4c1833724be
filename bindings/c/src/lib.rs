//! The C library of keywright: verify license files and check out features.
//!
//! Every function returns a status or a plain value, and never unwinds into C. Strings are pointer and length. A handle
//! is freed with the function of its type, once. See `include/keywright.h` and docs/embedding.md.

#![allow(non_camel_case_types, reason = "the names are those of the C interface")]

mod application;
mod border;
mod entitlements;
mod files;
mod hosts;
#[cfg(feature = "lint")]
mod lint;
#[cfg(target_family = "wasm")]
mod memory;
mod message;
mod payload;
mod session;
mod status;
mod text;

// For tests in Rust, and so that the functions are in libraries that are linked from Rust.
pub use application::*;
pub use entitlements::*;
pub use files::*;
pub use hosts::*;
#[cfg(feature = "lint")]
pub use lint::*;
pub use message::*;
pub use payload::*;
pub use session::*;
pub use status::*;
pub use text::*;
