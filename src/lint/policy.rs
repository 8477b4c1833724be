//! What a house asks of its licenses beyond the language: whose they are, and which directives it uses.

/// Wishes of a house. Nothing is wished by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The vendors whose licenses these may be; any where empty.
    pub vendors: Vec<String>,
    /// The directives that may stand in a block, beside VENDOR and KEY, which every block needs; any where empty.
    pub directives: Vec<String>,
}
