//! The upgrade of an older log. A log of version 3 is read as it is; only [`upgrade`] changes it. The hashes of its entries stay the same: see [`super::entry::hash_of`].

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use keywright_license::folded_customer;

use crate::error::Fault;

use super::Log;
use super::tables::{APPLICATION, VERSION, issue_table};

/// Upgrades a log to the current version. Returns the old version. Its entries, hashes and head stay the same.
///
/// # Errors
/// Returns an error if the file is not a log, has other tables than its version, or cannot be written. The file is then
/// unchanged.
pub fn upgrade(path: &Path) -> Result<i32, Fault> {
    let mut log = Log::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    log.check_kind()?;
    let version = log.version;
    if version == VERSION {
        return Ok(version);
    }
    log.check_schema()?;
    let done = rebuild(&mut log.connection);
    done.map_err(|error| log.fault(&error))?;
    Ok(version)
}

fn rebuild(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch("CREATE TEMP TABLE old_issue AS SELECT * FROM issue; DROP TABLE issue;")?;
    transaction.execute_batch(&issue_table(VERSION))?;
    {
        let mut old = transaction.prepare(
            "SELECT first, issued_at, key_id, vendor, customer, sn, file, order_digest FROM temp.old_issue ORDER BY first",
        )?;
        let mut insert = transaction.prepare(
            "INSERT INTO issue(first, issued_at, key_id, vendor, customer, sn, file, order_digest, customer_key, kind, \
             of_sn, loss_reason, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', '', '', NULL)",
        )?;
        let mut rows = old.query([])?;
        while let Some(row) = rows.next()? {
            let customer: String = row.get(4)?;
            insert.execute(rusqlite::params![
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                customer,
                row.get::<_, String>(5)?,
                row.get::<_, String>(6)?,
                row.get::<_, Vec<u8>>(7)?,
                folded_customer(&customer),
            ])?;
        }
    }
    transaction.execute_batch("DROP TABLE temp.old_issue;")?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
