//! The roles that a block can have.

use std::fmt;

use jiff::civil::Date;

use crate::index_vec::{BlockId, NameId};
use crate::model::Model;
use crate::reason::Reason;

/// The effect of a block on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It serves checkouts, or it can be activated.
    Serves,
    /// An UPGRADE: its licenses belong to this EXCLUSIVE block.
    AddsTo(BlockId),
    /// Another EXCLUSIVE block of its name serves.
    OtherServes(BlockId),
    /// This block replaces it.
    ReplacedBy(BlockId),
    /// It is in force from this day on.
    StartsOn(Date),
    /// Its last day is over.
    EndedOn(Date),
    /// It has the same content as this block, and counts once.
    DuplicateOf(BlockId),
    /// An UPGRADE, but no EXCLUSIVE block of its name is in force.
    NoBase,
    /// It is in force, but not even a single checkout is granted on a server without other checkouts.
    CannotBeServed(Obstacle),
}

/// The reason why a block cannot serve a single checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Obstacle {
    /// The reason of the denial.
    pub reason: Reason,
    /// The dependency that has the reason; `None` if it is the block itself.
    pub dependency: Option<NameId>,
}

impl Role {
    /// The words of all roles.
    pub const WORDS: [&str; 9] = [
        "serves",
        "adds-to",
        "other-exclusive-serves",
        "replaced",
        "not-yet-in-force",
        "no-longer-in-force",
        "duplicate",
        "no-base-to-upgrade",
        "cannot-be-served",
    ];

    /// The word for reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serves => "serves",
            Self::AddsTo(_) => "adds-to",
            Self::OtherServes(_) => "other-exclusive-serves",
            Self::ReplacedBy(_) => "replaced",
            Self::StartsOn(_) => "not-yet-in-force",
            Self::EndedOn(_) => "no-longer-in-force",
            Self::DuplicateOf(_) => "duplicate",
            Self::NoBase => "no-base-to-upgrade",
            Self::CannotBeServed(_) => "cannot-be-served",
        }
    }

    /// Returns true if the licenses of the block can be used: it serves, or adds to a block.
    #[must_use]
    pub fn is_used(self) -> bool {
        matches!(self, Self::Serves | Self::AddsTo(_))
    }

    /// The block that the role names.
    #[must_use]
    pub fn other(self) -> Option<BlockId> {
        match self {
            Self::AddsTo(block)
            | Self::OtherServes(block)
            | Self::ReplacedBy(block)
            | Self::DuplicateOf(block) => Some(block),
            Self::Serves | Self::StartsOn(_) | Self::EndedOn(_) | Self::NoBase | Self::CannotBeServed(_) => {
                None
            }
        }
    }

    /// Returns the role as text that names blocks by their labels.
    #[must_use]
    pub fn describe(self, model: &Model) -> String {
        self.describe_with(
            |block| format!("`{}`", model.label(block)),
            |name| model.name_text(name).to_owned(),
        )
    }

    /// Returns the role as text, given how to name another block and a feature.
    #[must_use]
    pub fn describe_with(
        self,
        block: impl Fn(BlockId) -> String,
        feature: impl Fn(NameId) -> String,
    ) -> String {
        match self {
            Self::Serves => "serves".to_owned(),
            Self::AddsTo(base) => format!("adds to {}", block(base)),
            Self::OtherServes(other) => format!("not used: the EXCLUSIVE block {} serves", block(other)),
            Self::ReplacedBy(other) => format!("replaced by {}", block(other)),
            Self::StartsOn(day) => format!("not in force until {day}"),
            Self::EndedOn(day) => match day.tomorrow() {
                Ok(next) => format!("not in force since {next}"),
                Err(_) => format!("not in force after {day}"),
            },
            Self::DuplicateOf(first) => format!("duplicate of {}", block(first)),
            Self::NoBase => "no base to upgrade".to_owned(),
            Self::CannotBeServed(obstacle) => match obstacle.dependency {
                Some(name) => {
                    format!("cannot be served: `{}` {}", feature(name), obstacle.reason.of_dependency())
                }
                None => format!("cannot be served: {obstacle}"),
            },
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.dependency {
            Some(_) => self.reason.of_dependency(),
            None => self.reason.of_block(),
        })
    }
}
