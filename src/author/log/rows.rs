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
    /// With this serial number.
    Sn(String),
    /// With this payload.
    Digest(Digest),
    /// With this signature.
    Signature([u8; 64]),
    /// With this text in customer, serial number, feature or file.
    Text(String),
    /// With an END up to this day.
    EndsBy(String),
}

impl Filter {
    pub(super) fn condition(&self) -> (&'static str, rusqlite::types::Value) {
        use rusqlite::types::Value;
        match self {
            Self::All => ("?1 IS NULL", Value::Null),
            Self::Seq(seq) => ("seq = ?1", Value::Integer(*seq)),
            Self::After(seq) => ("seq > ?1", Value::Integer(*seq)),
            Self::Sn(sn) => ("sn = ?1", Value::Text(sn.clone())),
            Self::Digest(digest) => ("digest = ?1", Value::Blob(digest.as_bytes().to_vec())),
            Self::Signature(signature) => ("signature = ?1", Value::Blob(signature.to_vec())),
            Self::Text(text) => (
                "instr(lower(customer), lower(?1)) OR instr(sn, ?1) OR instr(feature, ?1) OR instr(file, ?1)",
                Value::Text(text.clone()),
            ),
            Self::EndsBy(day) => ("ends <> '' AND ends <= ?1", Value::Text(day.clone())),
        }
    }
}

pub(super) const COLUMNS: &str = "seq, issued_at, key_id, vendor, customer, sn, feature, ends, template, file, order_digest, digest, payload, signature";
pub(super) const COLUMN_COUNT: usize = 14;

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
    Ok(Numbered { seq: row.get(0)?, entry })
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

pub(super) fn is_known(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM entry WHERE digest = ?1 AND order_digest = ?2 AND file = ?3 AND signature = ?4";
    let mut statement = transaction.prepare_cached(sql)?;
    statement.exists(params![entry.digest.as_bytes(), entry.order.as_bytes(), entry.file, entry.signature])
}

pub(super) fn insert(transaction: &Transaction<'_>, before: &Head, entry: &Entry) -> rusqlite::Result<Head> {
    let head = Head { seq: before.seq + 1, hash: hash_of(before, before.seq + 1, entry) };
    let sql = format!(
        "INSERT INTO entry({COLUMNS}, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    );
    transaction.prepare_cached(&sql)?.execute(params![
        head.seq,
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
        head.hash.as_bytes(),
    ])?;
    Ok(head)
}
