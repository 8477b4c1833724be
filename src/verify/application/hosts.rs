//! Host ids of the computer, as the application found them, and their comparison with HOSTID.

use std::collections::HashSet;

use keywright_license::{FeatureRef, HostId};

/// The host ids of a computer. The application determines them; keywright compares them with HOSTID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostIds {
    /// DECISION: in the form in which lint compares them, too: see [`HostId::comparable`].
    ids: HashSet<HostId>,
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
        self.ids.insert(id.comparable());
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
        let matching = wanted.iter().filter(|id| self.ids.contains(&id.comparable())).count();
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

#[cfg(test)]
mod tests {
    use super::*;
    use keywright_license::{License, host_id_types};
    use keywright_syntax::source::{FileId, SourceFile};

    fn compare(wanted: &str, kind: &str, found: &str) -> HostMatch {
        let text = format!("FEATURE A {{ VENDOR=V HOSTID=\"{wanted}\" }}");
        let license = License::parse(SourceFile::from_bytes(FileId::default(), "a.lic", text.into_bytes()));
        let feature = license.features.first().unwrap();
        HostIds::from_iter([(kind, found)]).compare(license.view(feature))
    }

    #[test]
    fn spellings_of_one_host_match_as_in_lint() {
        for (wanted, kind, found, expected) in [
            ("ETHERNET=001A2B3C4D5E", "ETHERNET", "00:1a:2b:3c:4d:5e", HostMatch::Matches),
            ("ETHERNET=001a.2b3c.4d5e", "ethernet", "00-1A-2B-3C-4D-5E", HostMatch::Matches),
            ("ETHERNET=001A2B3C4D5E", "ETHERNET", "00 1A 2B 3C 4D 5E", HostMatch::Differs),
            ("IPADDRESS=2001:DB8:0:0:0:0:0:1", "IPADDRESS", "2001:db8::1", HostMatch::Matches),
            (
                "UUID={0F8FAD5B-D9CB-469F-A165-70867728950E}",
                "UUID",
                "0f8fad5bd9cb469fa16570867728950e",
                HostMatch::Matches,
            ),
            ("HOSTNAME=Server.example.com.", "HOSTNAME", "SERVER.EXAMPLE.COM", HostMatch::Matches),
            ("LONG=0X1F", "LONG", "0x1f", HostMatch::Matches),
            ("RPI_SN=00000000A1B2C3D4", "RPI_SN", "00000000a1b2c3d4", HostMatch::Matches),
            ("CUSTOM=Key", "CUSTOM", "Key", HostMatch::Matches),
            ("CUSTOM=Key", "CUSTOM", "KEY", HostMatch::Differs),
            ("DISK=WD-1", "BIOS", "WD-1", HostMatch::Differs),
        ] {
            assert_eq!(compare(wanted, kind, found), expected, "{wanted} and {kind}={found}");
            let same = |text: &str| HostId::new(text).unwrap().comparable();
            let lint = same(wanted) == same(&format!("{}={found}", kind.to_uppercase()));
            assert_eq!(lint, expected == HostMatch::Matches, "{wanted} and {kind}={found}");
        }
    }

    #[test]
    fn every_type_matches_itself() {
        for kind in host_id_types() {
            assert_eq!(compare(&format!("{kind}=1"), kind, "1"), HostMatch::Matches, "{kind}");
        }
    }
}
