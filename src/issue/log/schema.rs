//! The schema of the log: tables, indexes and the triggers that keep it append-only, compared with what this program makes.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::Fault;

use super::Log;
use super::tables::tables;

/// The SQL of each object by kind and name. Indexes that SQLite makes for a key have no SQL.
type Objects = BTreeMap<(String, String), Option<String>>;

impl Log {
    /// Checks that the file has the tables, indexes and triggers that this program makes, and no others.
    ///
    /// Without its triggers a log accepts changes of old entries; an own trigger could change entries while they are put in.
    ///
    /// # Errors
    /// With the first object that is missing, changed or unknown.
    pub fn check_schema(&self) -> Result<(), Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let (expected, found) =
            (expected(self.version).map_err(read)?, objects(&self.connection).map_err(read)?);
        for ((kind, name), sql) in &expected {
            match found.get(&(kind.clone(), name.clone())) {
                Some(other) if other == sql => {}
                Some(_) => return Err(fault(format!("the {kind} `{name}` of the log was changed"))),
                None => return Err(fault(format!("the {kind} `{name}` of the log is missing"))),
            }
        }
        match found.keys().find(|object| !expected.contains_key(object)) {
            Some((kind, name)) => Err(fault(format!("the log has an unknown {kind} `{name}`"))),
            None => Ok(()),
        }
    }
}

fn fault(message: String) -> Fault {
    Fault::new(message).help(
        "another program changed the file: entries can be replaced unnoticed before the next check; restore the log \
         from a copy, and compare it with a head that you saved elsewhere",
    )
}

/// The objects of a new log of a version.
fn expected(version: i32) -> rusqlite::Result<Objects> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&tables(version))?;
    objects(&connection)
}

/// All objects but the statistics of `ANALYZE`, which affect only the speed of searches.
fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_stat[1-4]'";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    rows.collect()
}
