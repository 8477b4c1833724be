//! The tables of each version of the log.
//!
//! Version 3 has no columns for the relation between issues and for the license text.

/// SQLite application id of an issue log.
pub(super) const APPLICATION: i32 = 0x6b77_6c67;
/// Version of the tables.
pub(super) const VERSION: i32 = 4;
/// Version of the tables of new logs.
pub const CURRENT_VERSION: i32 = VERSION;
/// The oldest version that can be read.
pub(super) const OLDEST: i32 = 3;

/// The tables and triggers that all versions have.
const COMMON: &str = "
CREATE TABLE entry(
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    issue INTEGER NOT NULL,
    feature TEXT NOT NULL,
    ends TEXT NOT NULL,
    template TEXT NOT NULL,
    digest BLOB NOT NULL,
    payload BLOB NOT NULL,
    signature BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE head(
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    key_id TEXT NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE TABLE run(
    inputs BLOB PRIMARY KEY,
    day TEXT NOT NULL,
    since INTEGER NOT NULL,
    ended INTEGER NOT NULL
) STRICT;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
";

/// The columns of an issue after `first`: name, type, and the first version that has it.
const ISSUE_COLUMNS: [(&str, &str, i32); 12] = [
    ("issued_at", "TEXT NOT NULL", OLDEST),
    ("key_id", "TEXT NOT NULL", OLDEST),
    ("vendor", "TEXT NOT NULL", OLDEST),
    ("customer", "TEXT NOT NULL", OLDEST),
    ("customer_key", "TEXT NOT NULL", 4),
    ("sn", "TEXT NOT NULL", OLDEST),
    ("file", "TEXT NOT NULL", OLDEST),
    ("order_digest", "BLOB NOT NULL", OLDEST),
    ("kind", "TEXT NOT NULL", 4),
    ("of_sn", "TEXT NOT NULL", 4),
    ("loss_reason", "TEXT NOT NULL", 4),
    ("text", "TEXT", 4),
];

/// Returns the statements that create the table of issues of a version, with its indexes and triggers.
///
/// DECISION: an issue has the number of its first entry, so there is no separate counter to keep in sync. Only issues
/// are indexed: an index on digests or signatures is written at random places, which dominates the cost in a large
/// log. `customer_key` is the name that customers are compared by.
#[must_use]
pub fn issue_table(version: i32) -> String {
    let columns = ISSUE_COLUMNS.iter().filter(|(.., since)| *since <= version);
    let columns: String = columns.map(|(name, kind, _)| format!(",\n    {name} {kind}")).collect();
    let customer = if version == OLDEST { "customer" } else { "customer_key" };
    format!(
        "CREATE TABLE issue(\n    first INTEGER PRIMARY KEY CHECK (first > 0){columns}\n) STRICT;
CREATE INDEX issue_sn ON issue(sn);
CREATE INDEX issue_customer ON issue({customer});
{ISSUE_TRIGGERS}"
    )
}

const ISSUE_TRIGGERS: &str = "
CREATE TRIGGER issue_stays BEFORE UPDATE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER issue_remains BEFORE DELETE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
";

/// Returns the statements that create the tables of a version.
pub(super) fn tables(version: i32) -> String {
    [issue_table(version).as_str(), COMMON].concat()
}

/// The columns of an issue in the order that rows are read in.
const READ: [&str; 11] = [
    "issued_at",
    "key_id",
    "vendor",
    "customer",
    "sn",
    "file",
    "order_digest",
    "kind",
    "of_sn",
    "loss_reason",
    "text",
];

/// Returns the columns of an issue in a version, with values for those that it does not have.
pub(super) fn issue_columns(version: i32) -> String {
    let column = |name: &&str| {
        let known = ISSUE_COLUMNS.iter().find(|(known, ..)| known == name);
        match known {
            Some((_, kind, since)) if *since > version => {
                let value = if kind.ends_with("NOT NULL") { "''" } else { "NULL" };
                format!("{value} AS {name}")
            }
            _ => (*name).to_owned(),
        }
    };
    READ.iter().map(column).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use keywright_verify::Digest;

    use super::*;

    /// Logs of these versions exist, and a log with other statements does not verify.
    #[test]
    fn statements_of_each_version_stay_the_same() {
        for (version, expected) in [(3, "f783e2b911df1401"), (4, "624bed2134c57ef0")] {
            let digest = Digest::of(tables(version).as_bytes()).to_string();
            assert_eq!(digest.get(..16), Some(expected), "version {version}");
        }
    }
}
