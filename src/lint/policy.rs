//! Vendor policy: allowed vendors and directives.

/// Vendor policy. The default permits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The allowed vendors; empty allows any.
    pub vendors: Vec<String>,
    /// The allowed directives in addition to VENDOR and KEY; empty allows any.
    pub directives: Vec<String>,
}
