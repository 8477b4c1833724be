//! The issue log: every KEY that was issued, in one file, append-only.
//!
//! Each row holds the hash of itself and of the row before it, and the head (number and hash of the last row) is signed.
//! So a row that was edited, left out, put in or moved is found, and so is an end that was cut off, unless an older head
//! was put back with it: for that, keep a head outside of the file and give it to [`Log::check`].

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use crate::sign::message::{Domain, message};
use crate::sign::{Signer, TrustedKey};

use super::fault::Fault;

mod change;
mod check;
mod compare;
mod entry;
mod rows;
mod runs;
mod trace;

pub use change::{Change, changes};
pub use check::{Checked, HeadKey};
pub use compare::{Difference, differences};
pub use entry::{Entry, Head, Issue, Numbered};
pub use rows::{Filter, Whose};
pub use runs::OpenRun;
pub use trace::{Later, Provenance, Wanted};

use rows::{ENTRIES, insert, is_last_issue, last_hash, last_issue, read_entry, read_head, read_issue};

/// Marks the file as one of ours.
const APPLICATION: i32 = 0x6b77_6c67;
/// Version of the tables.
const VERSION: i32 = 3;

/// ◆ An issue has the number of its first entry: no counter has to keep in step. Only issues are indexed: an index of digests
/// or signatures is written in random places, and in a large log that costs more than all else.
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

/// How long a run waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open log.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    name: String,
}

impl Log {
    /// Opens a log to read and append; makes a new one where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, or is no log.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut log = Self::connect(path, flags)?;
        // Enough for the indexes of a large log; bounded, whatever its size.
        log.connection.pragma_update(None, "cache_size", -16_384).map_err(|error| log.fault(&error))?;
        log.prepare().map_err(|error| log.fault(&error))?;
        log.check_kind()?;
        Ok(log)
    }

    /// Opens a log to read.
    ///
    /// # Errors
    /// When the file is missing, cannot be opened, or is no log.
    pub fn open_to_read(path: &Path) -> Result<Self, Fault> {
        // A run that was killed while it wrote leaves a journal; only who may write can roll it back. Where it cannot be
        // done, reading says so.
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
        let fault =
            |error: &rusqlite::Error| Fault::new(format!("cannot open the log `{name}`: {}", words(error)));
        // No file of another place is opened, whatever the name looks like: it is a path, not an address.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| fault(&error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| fault(&error))?;
        // Plans do not depend on the values that are asked for: a statement is planned once.
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

    /// Makes the tables of a new log.
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
            (Ok(APPLICATION), Ok(version)) => Err(Fault::new(format!(
                "the log `{}` has version {version}, which this program does not know",
                self.name
            ))),
            (Err(error), _) | (_, Err(error)) => Err(self.fault(&error)),
            _ => Err(Fault::new(format!("`{}` is no issue log", self.name))),
        }
    }

    fn fault(&self, error: &rusqlite::Error) -> Fault {
        fault_of(&self.name, error)
    }

    /// Appends issues, each with the entries of its blocks, and signs the new head, all or nothing. An issue that is the
    /// last one of its serial number already, block by block, is passed over. Other runs may append at the same time: one
    /// waits for the other.
    ///
    /// # Errors
    /// When the end of the log is not what its head says, the signer fails, or the file cannot be written.
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
            let help = "it was changed by something else; `keywright log verify` shows where";
            return Err(
                Fault::new(format!("the end of the log `{name}` is not what its head says")).help(help)
            );
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

    /// The head as it stands, not verified.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn head(&self) -> Result<Head, Fault> {
        read_head(&self.connection).map_err(|error| self.fault(&error))
    }

    /// Hands out the entries that match a filter, one by one in their order, until `take` has enough.
    ///
    /// # Errors
    /// When the file cannot be read, or as `take`.
    pub fn each<E: From<Fault>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Numbered) -> Result<ControlFlow<()>, E>,
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

    /// The entry with a number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn entry(&self, seq: i64) -> Result<Option<Numbered>, Fault> {
        let mut found = None;
        self.each(&Filter::Seq(seq), |entry| {
            found = Some(entry);
            Ok::<_, Fault>(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// All entries of an issue.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn issue(&self, number: i64) -> Result<Vec<Numbered>, Fault> {
        read_issue(&self.connection, number).map_err(|error| self.fault(&error))
    }

    /// The last issue of a serial number, or of a customer, whole; nothing where there is none. Issues that `passed_over`
    /// names by their first entry do not count.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_issue(
        &self,
        of: Whose<'_>,
        passed_over: impl Fn(&Numbered) -> bool,
    ) -> Result<Option<Vec<Numbered>>, Fault> {
        last_issue(&self.connection, of, passed_over).map_err(|error| self.fault(&error))
    }
}

/// The signature of a head, checked.
fn sign_head(head: &Head, signer: &dyn Signer, trusted: &TrustedKey) -> Result<[u8; 64], Fault> {
    let digest = head.digest();
    let signature = signer
        .sign(&message(Domain::Log, trusted.key.id(), &digest))
        .map_err(|failure| Fault::new(format!("the head of the log was not signed: {}", failure.0)))?;
    if trusted.key.verifies(Domain::Log, &digest, &signature) {
        Ok(signature)
    } else {
        Err(Fault::new("the signature of the log's head does not verify; nothing was written"))
    }
}

fn fault_of(name: &str, error: &rusqlite::Error) -> Fault {
    let fault = Fault::new(format!("the log `{name}`: {}", words(error)));
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
        return fault.help("make room; `--resume` goes on with the run");
    }
    fault
}

/// The words of an error, without the library's own numbering.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            let known = match code.code {
                rusqlite::ErrorCode::DatabaseBusy => "another run is writing to it",
                rusqlite::ErrorCode::NotADatabase => "it is no issue log",
                rusqlite::ErrorCode::DiskFull => "no space left on the device",
                rusqlite::ErrorCode::ReadOnly => "it cannot be written",
                rusqlite::ErrorCode::CannotOpen => "no such file, or it cannot be opened",
                rusqlite::ErrorCode::DatabaseCorrupt => "it is damaged",
                _ => "",
            };
            if known.is_empty() {
                text.clone().unwrap_or_else(|| "it cannot be used".to_owned())
            } else {
                known.to_owned()
            }
        }
        rusqlite::Error::InvalidColumnType(..) => {
            "a column holds something else than what was written".to_owned()
        }
        other => other.to_string(),
    }
}
