//! The types of values in scenario files, for the JSON Schema.

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Balances,
    Boolean,
    Change,
    Checkouts,
    Count,
    Expect,
    Hours,
    Levels,
    Moment,
    Name,
    Number,
    Paths,
    Person,
    Reason,
    Rows,
    Scenarios,
    Steps,
    Text,
    Times,
    Totals,
    Units,
    Version,
    When,
}
