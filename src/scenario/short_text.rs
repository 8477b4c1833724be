//! Short texts of scenario files: names, persons, amounts.

/// A text that needs no allocation of its own up to 23 bytes. A file may have 100,000 steps with two texts each.
pub type ShortText = smol_str::SmolStr;
