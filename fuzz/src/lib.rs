//! Fuzz targets: `cargo +nightly fuzz run license`. The corpus is replayed, and mutated for a bounded time, by the
//! integration tests of the crate, which need no nightly.

pub mod targets;
