//! The output formats of commands that write text or JSON.

use clap::ValueEnum;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// Text
    Human,
    /// JSON, version 1
    Json,
}
