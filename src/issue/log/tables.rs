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

/// The table of issues in version 3.
const ISSUES_3: &str = "
CREATE TABLE issue(
    first INTEGER PRIMARY KEY CHECK (first > 0),
    issued_at TEXT NOT NULL,
    key_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    customer TEXT NOT NULL,
    sn TEXT NOT NULL,
    file TEXT NOT NULL,
    order_digest BLOB NOT NULL
) STRICT;
CREATE INDEX issue_sn ON issue(sn);
CREATE INDEX issue_customer ON issue(customer);
";

/// DECISION: an issue has the number of its first entry, so there is no separate counter to keep in sync. Only issues
/// are indexed: an index on digests or signatures is written at random places, which dominates the cost in a large
/// log. `customer_key` is the name that customers are compared by.
pub(super) const ISSUES_4: &str = "
CREATE TABLE issue(
    first INTEGER PRIMARY KEY CHECK (first > 0),
    issued_at TEXT NOT NULL,
    key_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    customer TEXT NOT NULL,
    customer_key TEXT NOT NULL,
    sn TEXT NOT NULL,
    file TEXT NOT NULL,
    order_digest BLOB NOT NULL,
    kind TEXT NOT NULL,
    of_sn TEXT NOT NULL,
    loss_reason TEXT NOT NULL,
    text TEXT
) STRICT;
CREATE INDEX issue_sn ON issue(sn);
CREATE INDEX issue_customer ON issue(customer_key);
";

pub(super) const ISSUE_TRIGGERS: &str = "
CREATE TRIGGER issue_stays BEFORE UPDATE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER issue_remains BEFORE DELETE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
";

/// Returns the statements that create the tables of a version.
pub(super) fn tables(version: i32) -> String {
    let issues = if version == OLDEST { ISSUES_3 } else { ISSUES_4 };
    [issues, COMMON, ISSUE_TRIGGERS].concat()
}

/// Returns the columns of an issue in a version, in the order that rows are read in.
pub(super) fn issue_columns(version: i32) -> &'static str {
    if version == OLDEST {
        "issued_at, key_id, vendor, customer, sn, file, order_digest, '' AS kind, '' AS of_sn, '' AS loss_reason, NULL AS text"
    } else {
        "issued_at, key_id, vendor, customer, sn, file, order_digest, kind, of_sn, loss_reason, text"
    }
}
