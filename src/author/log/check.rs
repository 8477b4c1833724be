//! Going through a whole log: every hash, every number, the head and its signature.

use rusqlite::OptionalExtension as _;

use crate::author::fault::Fault;
use crate::sign::message::Domain;
use crate::sign::{Digest, KeyId, KeyState, Trust, Usage};

use super::Log;
use super::entry::{Head, Numbered, hash_of, line};
use super::rows::{ENTRIES, bytes_of, read_entry, read_head};

/// A log that is as it was written, as far as it can be known from itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its head.
    pub head: Head,
    /// The key that signed it; nothing where the log never had a head.
    pub key: Option<HeadKey>,
}

/// What the trust store says of the key of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadKey {
    /// The key.
    pub id: KeyId,
    /// The vendor it signs for.
    pub vendor: String,
    /// What it may be used for.
    pub usage: Usage,
    /// What became of it.
    pub state: KeyState,
}

impl Checked {
    /// Why the head proves nothing, if it does not: nobody signed it, or whoever has a lost key may have.
    #[must_use]
    pub fn doubt(&self) -> Option<Fault> {
        match &self.key {
            None => Some(
                Fault::new("the log has no signed head")
                    .help("nothing was issued into it yet, or it was emptied"),
            ),
            Some(HeadKey { id, state: KeyState::Compromised(since), .. }) => Some(
                Fault::new(format!("the head is signed by key {id}, which is compromised since {since}"))
                    .help("others can sign with it; `keywright log verify --head` compares with a head that was kept, and the next issue signs a new one"),
            ),
            Some(_) => None,
        }
    }
}

impl Log {
    /// Goes through the whole log. `kept` is a head that was kept elsewhere: the log must still hold it. Each entry is
    /// handed to `look` once it is known to follow from the ones before it.
    ///
    /// # Errors
    /// With the first thing that is not as it was written, and its entry.
    pub fn check(
        &self,
        trust: &Trust,
        kept: Option<&Head>,
        mut look: impl FnMut(&Numbered),
    ) -> Result<Checked, Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let mut before = Head::empty();
        let mut issues: i64 = 0;
        let mut found_kept = kept.is_none_or(|kept| *kept == before);
        let sql = format!("{ENTRIES} ORDER BY seq");
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
            let message = format!("the log ends at entry {}, its head says {}", before.seq, head.seq);
            return Err(Fault::new(message).help("the end was cut off, or rows were put in from outside"));
        }
        let key = self.check_head(&head, trust)?;
        if !found_kept {
            let message = "the log does not hold the head that was kept";
            return Err(
                Fault::new(message).help("it was replaced by another one, or by an older state of itself")
            );
        }
        Ok(Checked { head, key })
    }

    /// That there are only the issues that have entries, and that looking them up by serial number or customer finds what
    /// stands there.
    fn check_issues(&self, with_entries: i64) -> Result<(), Fault> {
        let read = |error: rusqlite::Error| self.fault(&error);
        let all = self.connection.query_row("SELECT count(*) FROM issue", [], |row| row.get::<_, i64>(0));
        if all.map_err(read)? != with_entries {
            let message = "the log holds an issue without entries";
            return Err(Fault::new(message).help("it was put in from outside"));
        }
        let sound = "PRAGMA integrity_check(issue)";
        let sound = self.connection.query_row(sound, [], |row| row.get::<_, String>(0)).map_err(read)?;
        if sound != "ok" {
            return Err(Fault::new("an index of the log does not say what the log says").help(sound));
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
                .help("the head was changed after it was signed"));
        }
        let entry = &trusted.entry;
        let (vendor, usage, state) = (entry.vendor.clone(), entry.usage, entry.state);
        Ok(Some(HeadKey { id: trusted.key.id(), vendor, usage, state }))
    }
}

fn check_entry(before: &Head, known: &Numbered) -> Result<(), Fault> {
    let seq = known.seq;
    if seq != before.seq + 1 {
        return Err(Fault::new(format!("entry {} is missing", before.seq + 1)).help("a row was taken out"));
    }
    let wrong = |message: String| Err(Fault::new(message).help(format!("it says: {}", line(known))));
    if hash_of(before, seq, known.first, &known.issue, &known.entry) != known.hash {
        return wrong(format!(
            "entry {seq} is not what was written, or does not follow entry {}",
            before.seq
        ));
    }
    if Digest::of(&known.entry.payload) != known.entry.digest {
        return wrong(format!("entry {seq} is not what was written: its payload does not have its digest"));
    }
    Ok(())
}
