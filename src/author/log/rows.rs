//! The rows of the log's tables: read, asked for, put in.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::sign::{Digest, KeyId};

use super::entry::{Entry, Head, Numbered, hash_of};

/// Which entries are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// The entry with this number.
    Seq(i64),
    /// Those behind this number.
    After(i64),
    /// With an END from one day to another, in the last issue of their serial number; by END.
    Ends(String, String),
}

impl Filter {
    /// Condition and order, and what stands for `?1`.
    pub(super) fn condition(&self) -> (&'static str, &'static str, rusqlite::types::Value) {
        use rusqlite::types::Value;
        match self {
            Self::All => ("?1 IS NULL", "seq", Value::Null),
            Self::Seq(seq) => ("seq = ?1", "seq", Value::Integer(*seq)),
            Self::After(seq) => ("seq > ?1", "seq", Value::Integer(*seq)),
            // Two days of ten characters each: one parameter for every filter.
            Self::Ends(from, to) => (
                "ends BETWEEN substr(?1, 1, 10) AND substr(?1, 11) AND issue = \
                 (SELECT max(seq) FROM entry AS other WHERE other.sn = entry.sn AND other.seq = other.issue)",
                "ends, seq",
                Value::Text(format!("{from}{to}")),
            ),
        }
    }
}

/// Whose issues are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those of a serial number.
    Sn(&'a str),
    /// Those of a customer.
    Customer(&'a str),
}

pub(super) const COLUMNS: &str = "seq, issued_at, key_id, vendor, customer, sn, feature, ends, template, file, order_digest, digest, payload, signature, issue, hash";

pub(super) fn read_entry(row: &Row<'_>) -> rusqlite::Result<Numbered> {
    let key: String = row.get(2)?;
    let key = KeyId::parse(&key).ok_or_else(|| bad_column(2))?;
    let entry = Entry {
        issued_at: row.get(1)?,
        key,
        vendor: row.get(3)?,
        customer: row.get(4)?,
        sn: row.get(5)?,
        feature: row.get(6)?,
        ends: row.get(7)?,
        template: row.get(8)?,
        file: row.get(9)?,
        order: digest_of(row, 10)?,
        digest: digest_of(row, 11)?,
        payload: row.get(12)?,
        signature: bytes_of(row, 13)?,
    };
    Ok(Numbered { seq: row.get(0)?, issue: row.get(14)?, hash: digest_of(row, 15)?, entry })
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

/// Whether entries are, block by block, the last issue of their serial number.
pub(super) fn is_last_issue(connection: &Connection, entries: &[Entry]) -> rusqlite::Result<bool> {
    let Some(first) = entries.first() else { return Ok(true) };
    let Some(last) = last_issue(connection, Whose::Sn(&first.sn), |_| false)? else { return Ok(false) };
    let same = |known: &Numbered, entry: &Entry| {
        let known = &known.entry;
        known.digest == entry.digest
            && known.order == entry.order
            && known.file == entry.file
            && known.signature == entry.signature
    };
    Ok(last.len() == entries.len() && last.iter().zip(entries).all(|(known, entry)| same(known, entry)))
}

pub(super) fn last_issue(
    connection: &Connection,
    of: Whose<'_>,
    passed_over: impl Fn(&Numbered) -> bool,
) -> rusqlite::Result<Option<Vec<Numbered>>> {
    let (column, value) = match of {
        Whose::Sn(sn) => ("sn", sn),
        Whose::Customer(customer) => ("customer", customer),
    };
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE {column} = ?1 AND seq = issue ORDER BY seq DESC");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([value])?;
    while let Some(row) = rows.next()? {
        let first = read_entry(row)?;
        if !passed_over(&first) {
            return read_issue(connection, first.issue).map(Some);
        }
    }
    Ok(None)
}

/// All entries of an issue: they stand one behind the other.
pub(super) fn read_issue(connection: &Connection, number: i64) -> rusqlite::Result<Vec<Numbered>> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE seq >= ?1 ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([number])?;
    let mut issue = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = read_entry(row)?;
        if entry.issue != number {
            break;
        }
        issue.push(entry);
    }
    Ok(issue)
}

/// Puts an issue in.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    before: &Head,
    entries: &[Entry],
) -> rusqlite::Result<Head> {
    let sql = format!(
        "INSERT INTO entry({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let issue = before.seq + 1;
    let mut head = before.clone();
    for entry in entries {
        let seq = head.seq + 1;
        head = Head { seq, hash: hash_of(&head, seq, issue, entry) };
        statement.execute(params![
            seq,
            entry.issued_at,
            entry.key.to_string(),
            entry.vendor,
            entry.customer,
            entry.sn,
            entry.feature,
            entry.ends,
            entry.template,
            entry.file,
            entry.order.as_bytes(),
            entry.digest.as_bytes(),
            entry.payload,
            entry.signature,
            issue,
            head.hash.as_bytes(),
        ])?;
    }
    Ok(head)
}
