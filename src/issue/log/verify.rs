//! Verification of a whole log: every hash, every number, the head and its signature.

use rusqlite::OptionalExtension as _;

use crate::error::Fault;
use keywright_license::folded_customer;
use keywright_verify::message::Domain;
use keywright_verify::{Digest, KeyId, KeyState, Trust, Usage};

use super::Log;
use super::entry::{Head, Record, hash_of, line};
use super::queries::{bytes_of, entries, read_entry, read_head};
use super::tables::OLDEST;

/// A verified log. It is unchanged as far as the file itself can prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The head.
    pub head: Head,
    /// The key that signed the head; `None` if the log never had a head.
    pub key: Option<HeadKey>,
}

/// Trust store data of the key that signed the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadKey {
    /// Key id.
    pub id: KeyId,
    /// Vendor of the key.
    pub vendor: String,
    /// Usage of the key.
    pub usage: Usage,
    /// State of the key.
    pub state: KeyState,
}

impl Checked {
    /// Returns why the head proves nothing: it is not signed, or its key is compromised.
    #[must_use]
    pub fn doubt(&self) -> Option<Fault> {
        match &self.key {
            None => Some(
                Fault::new("the log has no signed head")
                    .help("nothing has been issued yet, or the log was emptied"),
            ),
            Some(HeadKey { id, state: KeyState::Compromised(since), .. }) => Some(
                Fault::new(format!("the head is signed by compromised key {id} (since {since})"))
                    .help("compare with a saved head (`keywright log verify --head HEAD`); the next `keywright issue` signs a new head"),
            ),
            Some(_) => None,
        }
    }
}

impl Log {
    /// Verifies the whole log except its schema ([`Self::check_schema`]). `kept` is a head saved elsewhere that the log must contain. `look` receives each entry
    /// after its place in the hash chain is verified.
    ///
    /// # Errors
    /// Returns the first entry or head that is not as written.
    pub fn check(
        &self,
        trust: &Trust,
        kept: Option<&Head>,
        mut look: impl FnMut(&Record),
    ) -> Result<Checked, Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let mut before = Head::empty();
        let mut issues: i64 = 0;
        let mut found_kept = kept.is_none_or(|kept| *kept == before);
        let sql = format!("{} ORDER BY seq", entries(self.version));
        let mut statement = self.connection.prepare(&sql).map_err(read)?;
        let mut rows = statement.query([]).map_err(read)?;
        while let Some(row) = rows.next().map_err(read)? {
            let entry = read_entry(row).map_err(read)?;
            check_entry(&before, &entry)?;
            before = Head { seq: entry.seq, hash: entry.hash };
            found_kept |= kept == Some(&before);
            issues += i64::from(entry.seq == entry.first);
            look(&entry);
        }
        self.check_issues(issues)?;
        let head = read_head(&self.connection).map_err(read)?;
        if head != before {
            let message = format!("log ends at entry {}, but its head is for entry {}", before.seq, head.seq);
            return Err(Fault::new(message)
                .help("entries were removed from the end, or rows were added by another program"));
        }
        let key = self.check_head(&head, trust)?;
        if !found_kept {
            let message = "the log does not contain the saved head";
            return Err(Fault::new(message).help("the log was replaced by another one or by an older copy"));
        }
        Ok(Checked { head, key })
    }

    /// Checks that every issue has entries, and that the indexes on serial number and customer match the table.
    fn check_issues(&self, with_entries: i64) -> Result<(), Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let all = self.connection.query_row("SELECT count(*) FROM issue", [], |row| row.get::<_, i64>(0));
        if all.map_err(read)? != with_entries {
            let message = "the log contains an issue without entries";
            return Err(Fault::new(message).help("the row was added by another program"));
        }
        let sound = "PRAGMA integrity_check(issue)";
        let sound = self.connection.query_row(sound, [], |row| row.get::<_, String>(0)).map_err(read)?;
        if sound != "ok" {
            return Err(Fault::new("an index of the log does not match its table").help(sound));
        }
        self.check_customers()
    }

    /// Checks the names that customers are compared by: no hash covers them, because they follow from the customers.
    fn check_customers(&self) -> Result<(), Fault> {
        if self.version == OLDEST {
            return Ok(());
        }
        let read = |error: rusqlite::Error| self.fault(&error);
        let sql = "SELECT first, customer, customer_key FROM issue";
        let mut statement = self.connection.prepare(sql).map_err(read)?;
        let mut rows = statement.query([]).map_err(read)?;
        while let Some(row) = rows.next().map_err(read)? {
            let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            let (customer, key) = (text(1).map_err(read)?, text(2).map_err(read)?);
            if folded_customer(customer) != key {
                let first: i64 = row.get(0).map_err(read)?;
                return Err(Fault::new(format!("entry {first} was changed: the name of its customer"))
                    .help("the row was changed by another program"));
            }
        }
        Ok(())
    }

    fn check_head(&self, head: &Head, trust: &Trust) -> Result<Option<HeadKey>, Fault> {
        let row = self.connection.query_row("SELECT key_id, signature FROM head", [], |row| {
            Ok((row.get::<_, String>(0)?, bytes_of::<64>(row, 1)?))
        });
        let Some((key, signature)) = row.optional().map_err(|error| self.fault(&error))? else {
            return Ok(None);
        };
        let Some(trusted) = KeyId::parse(&key).and_then(|key| trust.get(key)) else {
            return Err(Fault::new(format!(
                "the head is signed by key {key}, which is not in the trust store"
            )));
        };
        if !trusted.key.verifies(Domain::Log, &head.digest(), &signature) {
            return Err(Fault::new("the signature of the head does not match")
                .help("the head was changed after signing"));
        }
        let entry = &trusted.entry;
        let (vendor, usage, state) = (entry.vendor.clone(), entry.usage, entry.state);
        Ok(Some(HeadKey { id: trusted.key.id(), vendor, usage, state }))
    }
}

fn check_entry(before: &Head, known: &Record) -> Result<(), Fault> {
    let seq = known.seq;
    if seq != before.seq + 1 {
        return Err(Fault::new(format!("entry {} is missing", before.seq + 1)).help("the row was deleted"));
    }
    let wrong = |message: String| Err(Fault::new(message).help(format!("entry: {}", line(known))));
    if hash_of(before, seq, known.first, &known.issue, &known.entry) != known.hash {
        return wrong(format!("entry {seq} was changed, or does not follow entry {}", before.seq));
    }
    if Digest::of(&known.entry.payload) != known.entry.digest {
        return wrong(format!("entry {seq} was changed: its payload does not match its digest"));
    }
    Ok(())
}
