//! The KEYTYPE of add-ons.

/// The KEYTYPE of blocks that add to a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddonType {
    /// The licenses belong to the EXCLUSIVE block that the customer has.
    ///
    /// DECISION: the default, because such licenses work only together with that block, as one pool with its conditions.
    #[default]
    Upgrade,
    /// The licenses are a pool of their own.
    Additive,
}

impl AddonType {
    /// All types with their words.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Upgrade, "UPGRADE"), (Self::Additive, "ADDITIVE")];

    /// Returns the value of KEYTYPE.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }
}
