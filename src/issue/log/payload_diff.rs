//! Differences between an issued block and a block in a file, by directive.

use keywright_verify::Payload;

/// One difference between an issued block and its current text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Directive name, or `FEATURE` for the block name.
    pub directive: String,
    /// Issued value; `None` if the directive was added.
    pub issued: Option<String>,
    /// Current value; `None` if the directive was removed.
    pub now: Option<String>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let directive = &self.directive;
        match (&self.issued, &self.now) {
            (Some(issued), Some(now)) => write!(f, "{directive} was {issued}, now {now}"),
            (Some(issued), None) => write!(f, "{directive}={issued} was removed"),
            (None, Some(now)) => write!(f, "{directive}={now} was added"),
            (None, None) => f.write_str(directive),
        }
    }
}

/// Returns the differences between two payloads, by directive. Values of a repeated directive are compared as a list.
#[must_use]
pub fn changes(issued: &[u8], now: &[u8]) -> Vec<Change> {
    let (Some(issued), Some(now)) = (Payload::decode(issued), Payload::decode(now)) else {
        return Vec::new();
    };
    let mut names: Vec<&str> = issued.iter().chain(&now).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut changes = Vec::new();
    for name in names {
        let of = |records: &'_ [(String, String)]| -> Vec<String> {
            records.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
        };
        let (old, new) = (of(&issued), of(&now));
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|value| !other.contains(value)).cloned().collect()
        };
        if old != new && only(&old, &new).is_empty() && only(&new, &old).is_empty() {
            changes.push(Change {
                directive: name.to_owned(),
                issued: Some(old.join(", ")),
                now: Some(new.join(", ")),
            });
            continue;
        }
        let (mut removed, mut added) = (only(&old, &new).into_iter(), only(&new, &old).into_iter());
        loop {
            let change = Change { directive: name.to_owned(), issued: removed.next(), now: added.next() };
            if change.issued.is_none() && change.now.is_none() {
                break;
            }
            changes.push(change);
        }
    }
    changes
}
