//! Host ids of the computer, as the application found them, and their comparison with HOSTID.

use std::collections::BTreeSet;

use keywright_license::{FeatureRef, HostId};

/// The host ids of a computer. The application determines them; keywright compares them with HOSTID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostIds {
    ids: BTreeSet<(String, String)>,
}

/// The result of comparing the HOSTID directives of a block with the host ids of a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostMatch {
    /// The block has no HOSTID, or HOSTID_MATCH_RATE=0.
    NotLocked,
    /// Enough host ids match.
    Matches,
    /// Too few host ids match: the block grants nothing on this computer.
    Differs,
}

impl HostMatch {
    /// All results with their names.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::NotLocked, "not-locked"), (Self::Matches, "matches"), (Self::Differs, "differs")];

    /// Returns the name of the result.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(result, _)| *result == self).map_or("", |(_, name)| name)
    }
}

impl HostIds {
    /// Adds a host id: its type, for example `ETHERNET`, and its value.
    pub fn add(&mut self, kind: &str, value: &str) {
        let id = HostId { kind: kind.to_ascii_uppercase(), value: value.to_owned() };
        self.ids.insert(comparable(&id));
    }

    /// Compares the computer with the HOSTID directives of a block.
    ///
    /// HOSTID_MATCH_RATE is the percentage of HOSTID directives that must match; the percentage of those that do is
    /// rounded down.
    #[must_use]
    pub fn compare(&self, block: FeatureRef<'_>) -> HostMatch {
        let wanted = block.hostid();
        let rate = usize::from(block.hostid_match_rate().unwrap_or(100));
        if wanted.is_empty() || rate == 0 {
            return HostMatch::NotLocked;
        }
        let matching = wanted.iter().filter(|id| self.ids.contains(&comparable(id))).count();
        if matching * 100 / wanted.len() >= rate { HostMatch::Matches } else { HostMatch::Differs }
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for HostIds {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(ids: T) -> Self {
        let mut hosts = Self::default();
        ids.into_iter().for_each(|(kind, value)| hosts.add(kind, value));
        hosts
    }
}

/// Returns a host id in a form in which two spellings of the same value are equal.
fn comparable(id: &HostId) -> (String, String) {
    let value = match id.kind.as_str() {
        "ETHERNET" => id.value.chars().filter(char::is_ascii_alphanumeric).collect(),
        _ => id.value.clone(),
    };
    (id.kind.clone(), value.to_lowercase())
}
