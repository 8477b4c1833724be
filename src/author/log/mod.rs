//! The issue log: every KEY that was issued, in one file, append-only.
//!
//! Each row holds the hash of itself and of the row before it, and the head (number and hash of the last row) is signed.
//! So a row that was edited, left out, put in or moved is found, and so is an end that was cut off, unless an older head
//! was put back with it: for that, keep a head outside of the file and give it to [`Log::check`].

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};

use crate::sign::message::{Domain, message};
use crate::sign::{Digest, KeyId, Signer, Trust, TrustedKey};

use super::fault::Fault;

mod change;
mod entry;
mod rows;

pub use change::{Change, changes};
pub use entry::{Entry, Head, Numbered};
pub use rows::Filter;

use entry::{hash_of, line};
use rows::{COLUMN_COUNT, COLUMNS, bytes_of, digest_of, insert, is_known, last_hash, read_entry, read_head};

/// Marks the file as one of ours.
const APPLICATION: i32 = 0x6b77_6c67;
/// Version of the tables.
const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE entry(
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    issued_at TEXT NOT NULL,
    key_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    customer TEXT NOT NULL,
    sn TEXT NOT NULL,
    feature TEXT NOT NULL,
    ends TEXT NOT NULL,
    template TEXT NOT NULL,
    file TEXT NOT NULL,
    order_digest BLOB NOT NULL,
    digest BLOB NOT NULL,
    payload BLOB NOT NULL,
    signature BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX entry_sn ON entry(sn);
CREATE INDEX entry_digest ON entry(digest);
CREATE INDEX entry_signature ON entry(signature);
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
    ended INTEGER NOT NULL
) STRICT;
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
        log.prepare().map_err(|error| log.fault(&error))?;
        log.check_kind()?;
        Ok(log)
    }

    /// Opens a log to read.
    ///
    /// # Errors
    /// When the file is missing, cannot be opened, or is no log.
    pub fn open_to_read(path: &Path) -> Result<Self, Fault> {
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
        Fault::new(format!("the log `{}`: {}", self.name, words(error)))
    }

    /// Appends entries and signs the new head, all or nothing. Entries that the log has already (same payload, order and
    /// file) are passed over. Other runs may append at the same time: one waits for the other.
    ///
    /// # Errors
    /// When the end of the log is not what its head says, the signer fails, or the file cannot be written.
    pub fn append(
        &mut self,
        entries: &[Entry],
        signer: &dyn Signer,
        trusted: &TrustedKey,
    ) -> Result<Head, Fault> {
        let name = self.name.clone();
        let fault = |error: rusqlite::Error| Fault::new(format!("the log `{name}`: {}", words(&error)));
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
        for entry in entries {
            if !is_known(&transaction, entry).map_err(fault)? {
                head = insert(&transaction, &head, entry).map_err(fault)?;
            }
        }
        let digest = head.digest();
        let key = trusted.key.id();
        let signature = signer
            .sign(&message(Domain::Log, key, &digest))
            .map_err(|failure| Fault::new(format!("the head of the log was not signed: {}", failure.0)))?;
        if !trusted.key.verifies(Domain::Log, &digest, &signature) {
            return Err(Fault::new("the signature of the log's head does not verify; nothing was written"));
        }
        transaction
            .execute(
                "INSERT OR REPLACE INTO head(only, seq, hash, key_id, signature) VALUES (1, ?1, ?2, ?3, ?4)",
                params![head.seq, head.hash.as_bytes(), key.to_string(), signature],
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

    /// Entries that match a filter, in their order; at most `most`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn entries(&self, filter: &Filter, most: usize) -> Result<Vec<Numbered>, Fault> {
        self.query(filter, most).map_err(|error| self.fault(&error))
    }

    /// Entries behind a number, in their order; at most `most`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn entries_after(&self, seq: i64, most: usize) -> Result<Vec<Numbered>, Fault> {
        self.entries(&Filter::After(seq), most)
    }

    fn query(&self, filter: &Filter, most: usize) -> rusqlite::Result<Vec<Numbered>> {
        let (condition, value) = filter.condition();
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE {condition} ORDER BY seq LIMIT ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![value, i64::try_from(most).unwrap_or(i64::MAX)], read_entry)?;
        rows.collect()
    }

    /// Goes through the whole log: every hash, every number, the head and its signature. `kept` is a head that was kept
    /// elsewhere: the log must still hold it.
    ///
    /// # Errors
    /// With the first thing that is not as it was written, and its entry.
    pub fn check(&self, trust: &Trust, kept: Option<&Head>) -> Result<Head, Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let mut before = Head::empty();
        let mut found_kept = kept.is_none_or(|kept| *kept == before);
        let sql = format!("SELECT {COLUMNS}, hash FROM entry ORDER BY seq");
        let mut statement = self.connection.prepare(&sql).map_err(read)?;
        let mut rows = statement.query([]).map_err(read)?;
        while let Some(row) = rows.next().map_err(read)? {
            let Numbered { seq, entry } = read_entry(row).map_err(read)?;
            let hash = digest_of(row, COLUMN_COUNT).map_err(read)?;
            self.check_entry(&before, seq, &entry, hash)?;
            before = Head { seq, hash };
            found_kept |= kept == Some(&before);
        }
        let head = read_head(&self.connection).map_err(read)?;
        if head != before {
            let message = format!("the log ends at entry {}, its head says {}", before.seq, head.seq);
            return Err(Fault::new(message).help("the end was cut off, or rows were put in from outside"));
        }
        self.check_head(&head, trust)?;
        if !found_kept {
            let message = "the log does not hold the head that was kept";
            return Err(
                Fault::new(message).help("it was replaced by another one, or by an older state of itself")
            );
        }
        Ok(head)
    }

    fn check_entry(&self, before: &Head, seq: i64, entry: &Entry, hash: Digest) -> Result<(), Fault> {
        if seq != before.seq + 1 {
            return Err(
                Fault::new(format!("entry {} is missing", before.seq + 1)).help("a row was taken out")
            );
        }
        if hash_of(before, seq, entry) != hash {
            let message =
                format!("entry {seq} is not what was written, or does not follow entry {}", before.seq);
            return Err(Fault::new(message).help(format!("it says: {}", line(entry))));
        }
        if Digest::of(&entry.payload) != entry.digest {
            return Err(Fault::new(format!("the payload of entry {seq} does not have its digest")));
        }
        Ok(())
    }

    fn check_head(&self, head: &Head, trust: &Trust) -> Result<(), Fault> {
        if head.seq == 0 {
            return Ok(());
        }
        let row = self.connection.query_row("SELECT key_id, signature FROM head", [], |row| {
            Ok((row.get::<_, String>(0)?, bytes_of::<64>(row, 1)?))
        });
        let (key, signature) = row.map_err(|error| self.fault(&error))?;
        let trusted = KeyId::parse(&key).and_then(|key| trust.get(key));
        let Some(trusted) = trusted else {
            return Err(Fault::new(format!(
                "the head is signed by key {key}, which is not in the trust store"
            )));
        };
        if trusted.key.verifies(Domain::Log, &head.digest(), &signature) {
            return Ok(());
        }
        Err(Fault::new("the signature of the head does not match")
            .help("the head was changed after it was signed"))
    }

    /// The day of a run that did not end, by the digest of what it was to do.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_run(&self, inputs: &Digest) -> Result<Option<String>, Fault> {
        let row = self.connection.query_row(
            "SELECT day FROM run WHERE inputs = ?1 AND ended = 0",
            [inputs.as_bytes()],
            |row| row.get(0),
        );
        row.optional().map_err(|error| self.fault(&error))
    }

    /// Notes that a run began, on a day.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin_run(&self, inputs: &Digest, day: &str) -> Result<(), Fault> {
        let sql = "INSERT OR REPLACE INTO run(inputs, day, ended) VALUES (?1, ?2, 0)";
        self.connection.execute(sql, params![inputs.as_bytes(), day]).map_err(|error| self.fault(&error))?;
        Ok(())
    }

    /// Notes that a run ended.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_run(&self, inputs: &Digest) -> Result<(), Fault> {
        let sql = "UPDATE run SET ended = 1 WHERE inputs = ?1";
        self.connection.execute(sql, [inputs.as_bytes()]).map_err(|error| self.fault(&error))?;
        Ok(())
    }
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
