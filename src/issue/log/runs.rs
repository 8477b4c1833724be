//! Unfinished runs recorded in the log, for `--resume`.

use rusqlite::{OptionalExtension as _, params};

use crate::error::Fault;
use keywright_verify::Digest;

use super::Log;

/// An unfinished run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// Day of issue of its licenses.
    pub day: String,
    /// Number of the last entry before the run.
    pub since: i64,
}

impl Log {
    /// Returns the unfinished run with this digest of its inputs.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn open_run(&self, inputs: &Digest) -> Result<Option<OpenRun>, Fault> {
        let sql = "SELECT day, since FROM run WHERE inputs = ?1 AND ended = 0";
        let row = self
            .connection
            .query_row(sql, [inputs.as_bytes()], |row| Ok(OpenRun { day: row.get(0)?, since: row.get(1)? }));
        row.optional().map_err(|error| self.fault(&error))
    }

    /// Records that a run began.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn begin_run(&self, inputs: &Digest, run: &OpenRun) -> Result<(), Fault> {
        let sql = "INSERT OR REPLACE INTO run(inputs, day, since, ended) VALUES (?1, ?2, ?3, 0)";
        let done = self.connection.execute(sql, params![inputs.as_bytes(), run.day, run.since]);
        done.map(drop).map_err(|error| self.fault(&error))
    }

    /// Records that a run ended.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn end_run(&self, inputs: &Digest) -> Result<(), Fault> {
        let done = self.connection.execute("UPDATE run SET ended = 1 WHERE inputs = ?1", [inputs.as_bytes()]);
        done.map(drop).map_err(|error| self.fault(&error))
    }
}
