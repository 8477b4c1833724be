//! Fuzz targets: `cargo +nightly fuzz run license`. The integration tests of the main crate replay the corpus and mutate
//! it for a bounded time, without nightly.

pub mod c_border;
pub mod targets;
