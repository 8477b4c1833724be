//! The integration tests: one binary, a module an area, cases as data in folders beside it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails"
)]

mod architecture;
mod files;
mod fmt;
mod parse;
mod resolve;
mod scenario;
mod support;
