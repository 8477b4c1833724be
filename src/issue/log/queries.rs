//! SQL statements of the log's tables.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use keywright_license::folded_customer;
use keywright_verify::{Digest, KeyId};

use super::entry::{Entry, Head, Issue, Record, hash_of};
use super::tables::{OLDEST, VERSION, issue_columns};

/// A selection of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All entries.
    All,
    /// The entry with this number.
    Seq(i64),
    /// Entries after this number.
    After(i64),
    /// Entries with an END between two days (inclusive) in the last issue of their serial number, ordered by END.
    Ends(String, String),
}

impl Filter {
    /// Returns the condition, the order and the value of `?1`.
    pub(super) fn condition(&self) -> (&'static str, &'static str, rusqlite::types::Value) {
        use rusqlite::types::Value;
        match self {
            Self::All => ("?1 IS NULL", "seq", Value::Null),
            Self::Seq(seq) => ("seq = ?1", "seq", Value::Integer(*seq)),
            Self::After(seq) => ("seq > ?1", "seq", Value::Integer(*seq)),
            // Both days have ten characters, so one parameter is enough for every filter.
            Self::Ends(from, to) => (
                "ends BETWEEN substr(?1, 1, 10) AND substr(?1, 11) AND first = \
                 (SELECT max(other.first) FROM issue AS other WHERE other.sn = issue.sn)",
                "ends, seq",
                Value::Text(format!("{from}{to}")),
            ),
        }
    }
}

/// Key for looking up issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKey<'a> {
    /// A serial number.
    Sn(&'a str),
    /// A customer.
    Customer(&'a str),
}

/// Returns the start of a statement that reads entries with their issues; condition and order follow.
pub(super) fn entries(version: i32) -> String {
    let issue = issue_columns(version);
    format!(
        "SELECT seq, first, hash, feature, ends, template, digest, payload, signature, {issue} \
         FROM entry CROSS JOIN issue ON first = entry.issue"
    )
}

/// Reads a row of [`entries`].
pub(super) fn read_entry(row: &Row<'_>) -> rusqlite::Result<Record> {
    let entry = Entry {
        feature: row.get(3)?,
        ends: row.get(4)?,
        template: row.get(5)?,
        digest: digest_of(row, 6)?,
        payload: row.get(7)?,
        signature: bytes_of(row, 8)?,
    };
    let key: String = row.get(10)?;
    let issue = Issue {
        issued_at: row.get(9)?,
        key: KeyId::parse(&key).ok_or_else(|| bad_column(10))?,
        vendor: row.get(11)?,
        customer: row.get(12)?,
        sn: row.get(13)?,
        file: row.get(14)?,
        order: digest_of(row, 15)?,
        kind: row.get(16)?,
        of: row.get(17)?,
        loss_reason: row.get(18)?,
        text: row.get(19)?,
    };
    Ok(Record { seq: row.get(0)?, first: row.get(1)?, hash: digest_of(row, 2)?, issue, entry })
}

pub(super) fn bytes_of<const N: usize>(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    row.get::<_, Vec<u8>>(column)?.try_into().map_err(|_| bad_column(column))
}

pub(super) fn digest_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    bytes_of(row, column).map(Digest::from_bytes)
}

fn bad_column(column: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, "log".to_owned(), rusqlite::types::Type::Blob)
}

pub(super) fn read_head(connection: &Connection) -> rusqlite::Result<Head> {
    let row = connection.query_row("SELECT seq, hash FROM head", [], |row| {
        Ok(Head { seq: row.get(0)?, hash: digest_of(row, 1)? })
    });
    Ok(row.optional()?.unwrap_or_else(Head::empty))
}

pub(super) fn last_hash(connection: &Connection) -> rusqlite::Result<(i64, Digest)> {
    let row = connection.query_row("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1", [], |row| {
        Ok((row.get(0)?, digest_of(row, 1)?))
    });
    let empty = Head::empty();
    Ok(row.optional()?.unwrap_or((empty.seq, empty.hash)))
}

/// Returns true if all blocks equal those of the last issue of the serial number.
pub(super) fn is_last_issue(
    connection: &Connection,
    issue: &Issue,
    entries: &[Entry],
) -> rusqlite::Result<bool> {
    let Some(last) = last_issue(connection, VERSION, IssueKey::Sn(&issue.sn), |_| false)? else {
        return Ok(false);
    };
    let same = |known: &Record, entry: &Entry| {
        known.issue.order == issue.order
            && known.issue.file == issue.file
            && known.entry.digest == entry.digest
            && known.entry.signature == entry.signature
    };
    Ok(last.len() == entries.len() && last.iter().zip(entries).all(|(known, entry)| same(known, entry)))
}

pub(super) fn last_issue(
    connection: &Connection,
    version: i32,
    of: IssueKey<'_>,
    passed_over: impl Fn(&Record) -> bool,
) -> rusqlite::Result<Option<Vec<Record>>> {
    let (column, value) = match of {
        IssueKey::Sn(sn) => ("sn", Cow::Borrowed(sn)),
        // A log of version 3 has no folded names.
        IssueKey::Customer(customer) if version == OLDEST => ("customer", Cow::Borrowed(customer)),
        IssueKey::Customer(customer) => ("customer_key", folded_customer(customer)),
    };
    let sql = format!("SELECT first FROM issue WHERE {column} = ?1 ORDER BY first DESC");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([value])?;
    while let Some(row) = rows.next()? {
        let issue = read_issue(connection, version, row.get(0)?)?;
        if issue.first().is_some_and(|first| !passed_over(first)) {
            return Ok(Some(issue));
        }
    }
    Ok(None)
}

/// Returns all entries of an issue; they are consecutive.
pub(super) fn read_issue(connection: &Connection, version: i32, first: i64) -> rusqlite::Result<Vec<Record>> {
    let entries = entries(version);
    let sql = format!("{entries} WHERE seq >= ?1 ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([first])?;
    let mut issue = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = read_entry(row)?;
        if entry.first != first {
            break;
        }
        issue.push(entry);
    }
    Ok(issue)
}

/// Inserts an issue.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    before: &Head,
    issue: &Issue,
    entries: &[Entry],
) -> rusqlite::Result<Head> {
    let first = before.seq + 1;
    let sql = "INSERT INTO issue(first, issued_at, key_id, vendor, customer, sn, file, order_digest, customer_key, \
               kind, of_sn, loss_reason, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    transaction.prepare_cached(sql)?.execute(params![
        first,
        issue.issued_at,
        issue.key.to_string(),
        issue.vendor,
        issue.customer,
        issue.sn,
        issue.file,
        issue.order.as_bytes(),
        folded_customer(&issue.customer),
        issue.kind,
        issue.of,
        issue.loss_reason,
        issue.text,
    ])?;
    let sql = "INSERT INTO entry(seq, issue, feature, ends, template, digest, payload, signature, hash) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut head = before.clone();
    for entry in entries {
        let seq = head.seq + 1;
        head = Head { seq, hash: hash_of(&head, seq, first, issue, entry) };
        statement.execute(params![
            seq,
            first,
            entry.feature,
            entry.ends,
            entry.template,
            entry.digest.as_bytes(),
            entry.payload,
            entry.signature,
            head.hash.as_bytes(),
        ])?;
    }
    Ok(head)
}
