//! The issue log: every issued KEY in one append-only file.
//!
//! Each row contains a hash of itself and of the previous hash, and the head (number and hash of the last row) is
//! signed. This detects rows that were changed, removed, added or moved, and a truncated end, unless an older head was
//! restored as well. To detect that too, save a head outside of the file and pass it to [`Log::check`].

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use keywright_files::input::{self, Refused};
use keywright_sign::Signer;
use keywright_verify::TrustedKey;
use keywright_verify::message::{Domain, message};

use super::error::Fault;

mod entry;
mod issue_diff;
mod payload_diff;
mod provenance;
mod queries;
mod runs;
mod schema;
mod verify;

pub use entry::{Entry, Head, Issue, Record};
pub use issue_diff::{Difference, differences};
pub use payload_diff::{Change, changes};
pub use provenance::{Provenance, Query, Successor};
pub use queries::{Filter, IssueKey};
pub use runs::OpenRun;
pub use verify::{Checked, HeadKey};

use queries::{ENTRIES, insert, is_last_issue, last_hash, last_issue, read_entry, read_head, read_issue};

/// SQLite application id of an issue log.
const APPLICATION: i32 = 0x6b77_6c67;
/// Version of the tables.
const VERSION: i32 = 3;

/// DECISION: an issue has the number of its first entry, so there is no separate counter to keep in sync. Only issues
/// are indexed: an index on digests or signatures is written at random places, which dominates the cost in a large
/// log.
const TABLES: &str = "
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
CREATE TRIGGER issue_stays BEFORE UPDATE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER issue_remains BEFORE DELETE ON issue BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
";

/// Maximum wait for another process that writes to the log.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open log.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    name: String,
}

impl Log {
    /// Opens a log for reading and appending; creates it if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened, is not an issue log, or has other tables, indexes or triggers.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut log = Self::connect(path, flags)?;
        // Enough for the indexes of a large log, and independent of its size.
        log.connection.pragma_update(None, "cache_size", -16_384).map_err(|error| log.fault(&error))?;
        log.prepare().map_err(|error| log.fault(&error))?;
        log.check_kind()?;
        log.check_schema()
            .map_err(|fault| Fault { message: format!("{} (`{}`)", fault.message, log.name), ..fault })?;
        Ok(log)
    }

    /// Opens a log for reading.
    ///
    /// # Errors
    /// Returns an error if the file is missing, cannot be opened or is not an issue log.
    pub fn open_to_read(path: &Path) -> Result<Self, Fault> {
        // A killed process can leave a journal that only a writer can roll back. If that fails, the read below reports
        // it.
        let mut journal = path.as_os_str().to_owned();
        journal.push("-journal");
        if Path::new(&journal).exists()
            && let Ok(writer) = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        {
            writer.check_kind()?;
        }
        let log = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        log.check_kind()?;
        Ok(log)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Fault> {
        let name = path.display().to_string();
        // A pipe or a device in its place would make the library wait.
        match input::check(path) {
            Ok(()) | Err(Refused::Io(_)) => {}
            Err(refused) => return Err(Fault::new(format!("cannot open the log `{name}`: it {refused}"))),
        }
        let fault = |error: &rusqlite::Error| {
            Fault::new(format!("cannot open the log `{name}`: {}", describe(error)))
        };
        // The name is always a path, never a URI, so it cannot open a file elsewhere.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| fault(&error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| fault(&error))?;
        // Query plans do not depend on bound values, so each statement is planned once.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|error| fault(&error))?;
        connection
            .execute_batch(
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;",
            )
            .map_err(|error| fault(&error))?;
        Ok(Self { connection, name })
    }

    /// Creates the tables of a new log.
    fn prepare(&mut self) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        if tables == 0 {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()
    }

    fn check_kind(&self) -> Result<(), Fault> {
        let pragma = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        match (pragma("application_id"), pragma("user_version")) {
            (Ok(APPLICATION), Ok(VERSION)) => Ok(()),
            (Ok(APPLICATION), Ok(version)) => {
                Err(Fault::new(format!("unsupported version {version} of the log `{}`", self.name)))
            }
            (Err(error), _) | (_, Err(error)) => Err(self.fault(&error)),
            _ => Err(Fault::new(format!("`{}` is not an issue log", self.name))),
        }
    }

    fn fault(&self, error: &rusqlite::Error) -> Fault {
        fault_of(&self.name, error)
    }

    /// Appends issues with their entries and signs the new head, all or nothing. An issue whose blocks all equal the
    /// last issue of its serial number is skipped. Concurrent writers wait for each other.
    ///
    /// # Errors
    /// Returns an error if the end of the log does not match its head, the signer fails, or the file cannot be
    /// written.
    pub fn append<'e>(
        &mut self,
        issues: impl IntoIterator<Item = (&'e Issue, &'e [Entry])>,
        signer: &dyn Signer,
        trusted: &TrustedKey,
    ) -> Result<Head, Fault> {
        let name = self.name.clone();
        let fault = |error: rusqlite::Error| fault_of(&name, &error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        let mut head = read_head(&transaction).map_err(fault)?;
        let last = last_hash(&transaction).map_err(fault)?;
        if last != (head.seq, head.hash) {
            let help = "the log was changed by another program; `keywright log verify` shows where";
            return Err(Fault::new(format!("the end of the log `{name}` does not match its head")).help(help));
        }
        for (issue, entries) in issues {
            if !entries.is_empty() && !is_last_issue(&transaction, issue, entries).map_err(fault)? {
                head = insert(&transaction, &head, issue, entries).map_err(fault)?;
            }
        }
        let signature = sign_head(&head, signer, trusted)?;
        transaction
            .execute(
                "INSERT OR REPLACE INTO head(only, seq, hash, key_id, signature) VALUES (1, ?1, ?2, ?3, ?4)",
                params![head.seq, head.hash.as_bytes(), trusted.key.id().to_string(), signature],
            )
            .map_err(fault)?;
        transaction.commit().map_err(fault)?;
        Ok(head)
    }

    /// Returns the head without verifying it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn head(&self) -> Result<Head, Fault> {
        read_head(&self.connection).map_err(|error| self.fault(&error))
    }

    /// Passes the matching entries to `take` in order, until it breaks.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or any error of `take`.
    pub fn each<E: From<Fault>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Record) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let fault = |error: rusqlite::Error| E::from(self.fault(&error));
        let (condition, order, value) = filter.condition();
        let sql = format!("{ENTRIES} WHERE {condition} ORDER BY {order}");
        let mut statement = self.connection.prepare_cached(&sql).map_err(fault)?;
        let mut rows = statement.query([value]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if take(read_entry(row).map_err(fault)?)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Returns the entry with this number.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn entry(&self, seq: i64) -> Result<Option<Record>, Fault> {
        let mut found = None;
        self.each(&Filter::Seq(seq), |entry| {
            found = Some(entry);
            Ok::<_, Fault>(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Returns all entries of an issue.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn issue(&self, number: i64) -> Result<Vec<Record>, Fault> {
        read_issue(&self.connection, number).map_err(|error| self.fault(&error))
    }

    /// Returns all entries of the last issue of a serial number or customer, or `None`. Issues whose first entry
    /// satisfies `passed_over` are ignored.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn last_issue(
        &self,
        of: IssueKey<'_>,
        passed_over: impl Fn(&Record) -> bool,
    ) -> Result<Option<Vec<Record>>, Fault> {
        last_issue(&self.connection, of, passed_over).map_err(|error| self.fault(&error))
    }
}

/// Signs a head and verifies the signature.
fn sign_head(head: &Head, signer: &dyn Signer, trusted: &TrustedKey) -> Result<[u8; 64], Fault> {
    let digest = head.digest();
    let signature = signer
        .sign(&message(Domain::Log, trusted.key.id(), &digest))
        .map_err(|failure| Fault::new(format!("cannot sign the head of the log: {}", failure.0)))?;
    if trusted.key.verifies(Domain::Log, &digest, &signature) {
        Ok(signature)
    } else {
        Err(Fault::new("invalid signature for the log's head; nothing was written"))
    }
}

fn fault_of(name: &str, error: &rusqlite::Error) -> Fault {
    let fault = Fault::new(format!("the log `{name}`: {}", describe(error)));
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
        return fault.help("free some disk space, then continue the run with `--resume`");
    }
    fault
}

/// Returns the text of an error without SQLite's numbering.
fn describe(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            let known = match code.code {
                rusqlite::ErrorCode::DatabaseBusy => "another run is writing to it",
                rusqlite::ErrorCode::NotADatabase => "not an issue log",
                rusqlite::ErrorCode::DiskFull => "no space left on the device",
                rusqlite::ErrorCode::ReadOnly => "the file is read-only",
                rusqlite::ErrorCode::CannotOpen => "no such file, or the file cannot be opened",
                rusqlite::ErrorCode::DatabaseCorrupt => "the file is damaged",
                _ => "",
            };
            if known.is_empty() {
                text.clone().unwrap_or_else(|| "unknown SQLite error".to_owned())
            } else {
                known.to_owned()
            }
        }
        rusqlite::Error::InvalidColumnType(..) => "invalid value in a column".to_owned(),
        other => other.to_string(),
    }
}
