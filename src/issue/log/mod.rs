//! The issue log: every issued KEY in one append-only file.
//!
//! Each row contains a hash of itself and of the previous hash, and the head (number and hash of the last row) is
//! signed. This detects rows that were changed, removed, added or moved, and a truncated end, unless an older head was
//! restored as well. To detect that too, save a head outside of the file and pass it to [`Log::check`].

use std::io;
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
mod holdings;
mod issue_diff;
mod migration;
mod payload_diff;
mod provenance;
mod queries;
mod runs;
mod schema;
mod tables;
mod verify;

pub use entry::{Entry, Head, Issue, Record};
pub use holdings::{Holding, Owned, Referred};
pub use issue_diff::{Difference, differences};
pub use migration::upgrade;
pub use payload_diff::{Change, changes};
pub use provenance::{Provenance, Query, Successor};
pub use queries::{Filter, IssueKey};
pub use runs::OpenRun;
pub use verify::{Checked, HeadKey};

pub use tables::{CURRENT_VERSION, issue_table};

use queries::{entries, insert, is_last_issue, last_hash, last_issue, read_entry, read_head, read_issue};
use tables::{APPLICATION, OLDEST, VERSION, tables};

/// Maximum wait for another process that writes to the log.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open log.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    name: String,
    /// Version of its tables.
    version: i32,
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
        log.refuse_old()?;
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
            && let Ok(mut writer) = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        {
            writer.check_kind()?;
        }
        let mut log = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        log.check_kind()?;
        Ok(log)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Fault> {
        let name = path.display().to_string();
        // A pipe or a device in its place would make the library wait.
        match input::check(path) {
            Err(Refused::Io(error))
                if error.kind() == io::ErrorKind::NotFound
                    && !flags.contains(OpenFlags::SQLITE_OPEN_CREATE) =>
            {
                let help = "`keywright issue` creates it when it issues the first license";
                return Err(Fault::new(format!("the issue log `{name}` does not exist")).help(help));
            }
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
        Ok(Self { connection, name, version: VERSION })
    }

    /// Creates the tables of a new log.
    fn prepare(&mut self) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        if found == 0 {
            transaction.execute_batch(&tables(VERSION))?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()
    }

    /// Checks that the file is a log, and notes its version.
    fn check_kind(&mut self) -> Result<(), Fault> {
        let pragma = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        match (pragma("application_id"), pragma("user_version")) {
            (Ok(APPLICATION), Ok(version @ OLDEST..=VERSION)) => {
                self.version = version;
                Ok(())
            }
            (Ok(APPLICATION), Ok(version)) => {
                Err(Fault::new(format!("unsupported version {version} of the log `{}`", self.name)))
            }
            (Err(error), _) | (_, Err(error)) => Err(self.fault(&error)),
            _ => Err(Fault::new(format!("`{}` is not an issue log", self.name))),
        }
    }

    /// Refuses to write to a log of an older version.
    fn refuse_old(&self) -> Result<(), Fault> {
        if self.version == VERSION {
            return Ok(());
        }
        let message =
            format!("the log `{}` has version {}, which this program only reads", self.name, self.version);
        Err(Fault::new(message).help(format!(
            "`keywright log upgrade` changes it to version {VERSION}; keep a copy of the file"
        )))
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
        let entries = entries(self.version);
        let sql = format!("{entries} WHERE {condition} ORDER BY {order}");
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
        read_issue(&self.connection, self.version, number).map_err(|error| self.fault(&error))
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
        last_issue(&self.connection, self.version, of, passed_over).map_err(|error| self.fault(&error))
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
                rusqlite::ErrorCode::CannotOpen => "the file cannot be opened",
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
