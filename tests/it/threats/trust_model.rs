//! TODO

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::civil::date;
use keywright::license::License;
use keywright::sign::{
    InstallFault, Installed, LastSeen, RevocationList, SecretKey, TrustBundle, install_bundle, sign_file,
};
use keywright::verify::{Digest, Domain, KeyState, ListMark, Trust, TrustedKey, Usage};

use crate::sign::{TODAY, VENDOR, key, trusted};
use crate::threats::trust_fixtures::{development, digest, list_file, with};

pub(crate) const OTHER: &str = "Other";

pub(crate) const SNS: [&str; 3] = ["S-1", "S-2", "S-3"];

/// Keys by number: four production keys of the honest vendor, its development key, the key of the other vendor, and a key
/// that is in no store.
pub(crate) const OWN: usize = 4;

pub(crate) const DEVELOPMENT: usize = 4;

pub(crate) const OTHERS: usize = 5;

pub(crate) const STRANGE: usize = 6;

pub(crate) const KEYS: usize = 7;

pub(crate) fn keys() -> &'static [SecretKey] {
    static KEYS_MADE: OnceLock<Vec<SecretKey>> = OnceLock::new();
    KEYS_MADE.get_or_init(|| (0..KEYS).map(|number| key(u8::try_from(number + 1).unwrap())).collect())
}

/// One signed block for each key and SN, all with the honest vendor's name.
pub(crate) fn blocks() -> &'static [License] {
    static BLOCKS: OnceLock<Vec<License>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let signed = |number: usize| {
            let (key, sn) = (&keys()[number / SNS.len()], SNS[number % SNS.len()]);
            let text =
                format!("FEATURE A {{ VENDOR={VENDOR} KEYTYPE=ADDITIVE COUNT=1 SN={sn} ISSUED=2026-02-01 }}");
            let signed = sign_file(&License::from_text("a.lic", &text), key, &trusted(VENDOR, key)).unwrap();
            License::from_text("a.lic", &signed.text)
        };
        (0..KEYS * SNS.len()).map(signed).collect()
    })
}

/// A generator of random numbers, the same for each sequence.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }
}

/// Something that was published, and by which key.
pub(crate) struct Published {
    pub(crate) bytes: Vec<u8>,
    pub(crate) signer: usize,
    pub(crate) honest: bool,
    /// The revocations of an honest list.
    pub(crate) sns: BTreeSet<&'static str>,
}

/// The honest vendor.
pub(crate) struct Vendor {
    pub(crate) keys: Vec<TrustedKey>,
    pub(crate) version: u64,
    pub(crate) list: RevocationList,
    pub(crate) newest_list: Option<Vec<u8>>,
    pub(crate) sns: BTreeSet<&'static str>,
}

impl Vendor {
    pub(crate) fn new() -> Self {
        let own = |number: usize| trusted(VENDOR, &keys()[number]);
        let mut list = RevocationList::new(VENDOR, date(2026, 2, 10));
        list.revoked.expires = Some(date(2027, 2, 10));
        Self {
            keys: vec![own(0), with(own(1), KeyState::Standby), development(own(DEVELOPMENT))],
            version: 0,
            list,
            newest_list: None,
            sns: BTreeSet::new(),
        }
    }

    pub(crate) fn active(&self) -> Option<usize> {
        let is_active =
            |key: &&TrustedKey| key.entry.state == KeyState::Active && key.entry.usage == Usage::Production;
        let active = self.keys.iter().rev().find(is_active)?;
        keys().iter().position(|key| key.public_key() == &active.key)
    }

    pub(crate) fn publish_bundle(&mut self) -> Option<Published> {
        let signer = self.active()?;
        self.version += 1;
        let bytes = bundle(VENDOR, self.version, &self.keys, signer);
        Some(Published { bytes, signer, honest: true, sns: BTreeSet::new() })
    }

    pub(crate) fn publish_list(&mut self) -> Option<Published> {
        let signer = self.active()?;
        self.list.version += 1;
        for sn in &self.sns {
            self.list.revoked.sns.insert((*sn).to_owned(), "refunded".to_owned());
        }
        let bytes = list(&self.list, signer);
        self.newest_list = Some(bytes.clone());
        Some(Published { bytes, signer, honest: true, sns: self.sns.clone() })
    }

    /// Ends the key in use, as `keys retire` and `keys compromise` do, and activates the next one.
    pub(crate) fn end_key(&mut self, state: KeyState) {
        let Some(number) = self.active() else { return };
        let lists = self.newest_list.iter();
        let marks =
            lists.map(|bytes| ListMark { version: self.list.version, digest: digest(bytes) }).collect();
        let own = self.keys.iter_mut().find(|own| own.key == *keys()[number].public_key()).unwrap();
        own.entry.state = state;
        own.entry.lists = Some(marks);
        let standby = self.keys.iter_mut().find(|key| key.entry.state == KeyState::Standby);
        if let Some(next) = standby {
            next.entry.state = KeyState::Active;
        }
        if number + 2 < OWN {
            self.keys.push(with(trusted(VENDOR, &keys()[number + 2]), KeyState::Standby));
        }
    }
}

pub(crate) fn bundle(vendor: &str, version: u64, listed: &[TrustedKey], signer: usize) -> Vec<u8> {
    let bundle = TrustBundle {
        vendor: vendor.to_owned(),
        version,
        issued: date(2026, 2, 10),
        expires: date(2027, 2, 10),
        keys: listed.to_vec(),
        digest: Digest::of(b""),
    };
    list_file("keywright/trust/1", Domain::Trust, &bundle.body(), &keys()[signer])
}

pub(crate) fn list(list: &RevocationList, signer: usize) -> Vec<u8> {
    list_file("keywright/revocation/1", Domain::Revocation, &list.body(), &keys()[signer])
}

/// The store of a customer's support, which follows the honest vendor and has a key of the other vendor by hand.
pub(crate) struct Store {
    pub(crate) bundle: Option<TrustBundle>,
    /// The keys of the bundle, and those that were added by hand.
    pub(crate) trust: Option<Trust>,
    pub(crate) seen: LastSeen,
    pub(crate) added: Trust,
    pub(crate) files: Vec<Vec<u8>>,
    /// Version of the honest bundle that is installed.
    pub(crate) version: u64,
}

impl Store {
    pub(crate) fn load(bundle: &TrustBundle, added: &Trust) -> Trust {
        let trust = bundle.trust().unwrap();
        let keys = trust.keys().iter().chain(added.keys());
        let entries: Vec<TrustedKey> = keys.cloned().collect();
        let pem = |entry: &keywright::verify::TrustEntry| {
            Ok(entries.iter().find(|key| key.entry.id == entry.id).unwrap().key.to_pem())
        };
        Trust::assemble(entries.iter().map(|key| key.entry.clone()).collect(), pem).unwrap()
    }

    /// Whether the store still calls a key of the honest vendor one that signs.
    pub(crate) fn accepts(&self, signer: usize) -> bool {
        let id = keys()[signer].public_key().id();
        let key = self.bundle.iter().flat_map(|bundle| &bundle.keys).find(|key| key.key.id() == id);
        key.is_some_and(|key| key.entry.usage == Usage::Production && key.entry.state.since().is_none())
    }

    pub(crate) fn install(&mut self, published: &Published) -> bool {
        let first = Trust::from_key(trusted(VENDOR, &keys()[0]));
        let store = Installed { bundle: self.bundle.as_ref(), added: &self.added, seen: &self.seen };
        match install_bundle(&published.bytes, Some(&first), store, TODAY) {
            Ok((bundle, seen)) => {
                self.version = bundle.version;
                self.trust = Some(Self::load(&bundle, &self.added));
                self.bundle = Some(bundle);
                self.seen = seen;
                true
            }
            Err(InstallFault::Equivocation(_, seen)) => {
                self.seen = *seen;
                false
            }
            Err(_) => false,
        }
    }
}
