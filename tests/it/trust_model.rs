//! A model of a trust store over time: random sequences of what an honest vendor and hostile holders of keys do.
//!
//! Hostile holders have the keys of another vendor, a development key, a key that is in no store, and each key of the honest
//! vendor from the time when the store has installed that it is retired or compromised. (A thief whose key every store still
//! calls active is the vendor for these stores: docs/security.md says so.)

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use keywright::license::License;
use keywright::sign::{
    InstallFault, Installed, LastSeen, MAX_VERSION, RevocationList, SecretKey, TrustBundle, install_bundle,
    judge_lists, sign_file,
};
use keywright::verify::{
    Digest, Domain, KeyState, ListMark, Mode, Outcome, Trust, TrustedKey, Usage, Verifier,
};

use crate::sign::{TODAY, VENDOR, key, trusted};
use crate::trust_attacks::{development, digest, sealed, with};

const OTHER: &str = "Other";
/// How many sequences run; `KEYWRIGHT_MODEL_SEQUENCES` sets another number.
const SEQUENCES: u64 = 1_000;
const STEPS: u64 = 12;
const SNS: [&str; 3] = ["S-1", "S-2", "S-3"];

/// Keys by number: four production keys of the honest vendor, its development key, the key of the other vendor, and a key
/// that is in no store.
const OWN: usize = 4;
const DEVELOPMENT: usize = 4;
const OTHERS: usize = 5;
const STRANGE: usize = 6;
const KEYS: usize = 7;

fn keys() -> &'static [SecretKey] {
    static KEYS_MADE: OnceLock<Vec<SecretKey>> = OnceLock::new();
    KEYS_MADE.get_or_init(|| (0..KEYS).map(|number| key(u8::try_from(number + 1).unwrap())).collect())
}

/// One signed block for each key and SN, all with the honest vendor's name.
fn blocks() -> &'static [License] {
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
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }
}

/// Something that was published, and by which key.
struct Published {
    bytes: Vec<u8>,
    signer: usize,
    honest: bool,
    /// What an honest list withdraws.
    sns: BTreeSet<&'static str>,
}

/// The honest vendor.
struct Vendor {
    keys: Vec<TrustedKey>,
    version: u64,
    list: RevocationList,
    newest_list: Option<Vec<u8>>,
    sns: BTreeSet<&'static str>,
}

impl Vendor {
    fn new() -> Self {
        let own = |number: usize| trusted(VENDOR, &keys()[number]);
        let mut list = RevocationList::new(VENDOR, date(2026, 2, 10));
        list.withdrawn.expires = Some(date(2027, 2, 10));
        Self {
            keys: vec![own(0), with(own(1), KeyState::Standby), development(own(DEVELOPMENT))],
            version: 0,
            list,
            newest_list: None,
            sns: BTreeSet::new(),
        }
    }

    fn active(&self) -> Option<usize> {
        let is_active =
            |key: &&TrustedKey| key.entry.state == KeyState::Active && key.entry.usage == Usage::Production;
        let active = self.keys.iter().rev().find(is_active)?;
        keys().iter().position(|key| key.public_key() == &active.key)
    }

    fn publish_bundle(&mut self) -> Option<Published> {
        let signer = self.active()?;
        self.version += 1;
        let bytes = bundle(VENDOR, self.version, &self.keys, signer);
        Some(Published { bytes, signer, honest: true, sns: BTreeSet::new() })
    }

    fn publish_list(&mut self) -> Option<Published> {
        let signer = self.active()?;
        self.list.version += 1;
        for sn in &self.sns {
            self.list.withdrawn.sns.insert((*sn).to_owned(), "refunded".to_owned());
        }
        let bytes = list(&self.list, signer);
        self.newest_list = Some(bytes.clone());
        Some(Published { bytes, signer, honest: true, sns: self.sns.clone() })
    }

    /// Ends the key in use, as `keys retire` and `keys compromise` do, and activates the next one.
    fn end_key(&mut self, state: KeyState) {
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

fn bundle(vendor: &str, version: u64, listed: &[TrustedKey], signer: usize) -> Vec<u8> {
    let bundle = TrustBundle {
        vendor: vendor.to_owned(),
        version,
        issued: date(2026, 2, 10),
        expires: date(2027, 2, 10),
        keys: listed.to_vec(),
        digest: Digest::of(b""),
    };
    sealed("keywright/trust/1", Domain::Trust, &bundle.body(), &keys()[signer])
}

fn list(list: &RevocationList, signer: usize) -> Vec<u8> {
    sealed("keywright/revocation/1", Domain::Revocation, &list.body(), &keys()[signer])
}

/// The store of a customer's support, which follows the honest vendor and has a key of the other vendor by hand.
struct Store {
    bundle: Option<TrustBundle>,
    /// The keys of the bundle, and those that were added by hand.
    trust: Option<Trust>,
    seen: LastSeen,
    added: Trust,
    files: Vec<Vec<u8>>,
    /// Version of the honest bundle that is installed.
    version: u64,
}

impl Store {
    fn load(bundle: &TrustBundle, added: &Trust) -> Trust {
        let trust = bundle.trust().unwrap();
        let keys = trust.keys().iter().chain(added.keys());
        let entries: Vec<TrustedKey> = keys.cloned().collect();
        let pem = |entry: &keywright::verify::TrustEntry| {
            Ok(entries.iter().find(|key| key.entry.id == entry.id).unwrap().key.to_pem())
        };
        Trust::assemble(entries.iter().map(|key| key.entry.clone()).collect(), pem).unwrap()
    }

    /// Whether the store still calls a key of the honest vendor one that signs.
    fn accepts(&self, signer: usize) -> bool {
        let id = keys()[signer].public_key().id();
        let key = self.bundle.iter().flat_map(|bundle| &bundle.keys).find(|key| key.key.id() == id);
        key.is_some_and(|key| key.entry.usage == Usage::Production && key.entry.state.since().is_none())
    }

    fn install(&mut self, published: &Published) -> bool {
        let first = Trust::of(trusted(VENDOR, &keys()[0]));
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

/// One sequence.
struct World {
    random: Random,
    vendor: Vendor,
    store: Store,
    bundles: Vec<Published>,
    lists: Vec<Published>,
    /// What the store has learned from the honest vendor.
    withdrawn: BTreeSet<&'static str>,
    lost: BTreeSet<usize>,
    trusted: BTreeSet<usize>,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut vendor = Vendor::new();
        let first = vendor.publish_bundle().unwrap();
        let added = Trust::of(trusted(OTHER, &keys()[OTHERS]));
        let mut store = Store {
            bundle: None,
            trust: None,
            seen: LastSeen::default(),
            added,
            files: Vec::new(),
            version: 0,
        };
        assert!(store.install(&first));
        Self {
            random: Random(seed),
            vendor,
            store,
            bundles: vec![first],
            lists: Vec::new(),
            withdrawn: BTreeSet::new(),
            lost: BTreeSet::new(),
            trusted: (0..2).collect(),
            log: Vec::new(),
        }
    }

    fn step(&mut self) {
        let what = self.random.below(12);
        match what {
            0 => self.bundles.extend(self.vendor.publish_bundle()),
            1 => {
                self.vendor.sns.insert(SNS[self.random.below(2)]);
                self.lists.extend(self.vendor.publish_list());
            }
            2 => {
                let state = [KeyState::Retired(date(2026, 2, 20)), KeyState::Compromised(date(2026, 2, 20))];
                self.vendor.end_key(state[self.random.below(2)]);
                self.bundles.extend(self.vendor.publish_bundle());
            }
            3 => {
                let lost =
                    self.vendor.keys.iter().filter(|key| matches!(key.entry.state, KeyState::Compromised(_)));
                let ids: Vec<_> = lost.map(|key| key.key.id()).collect();
                self.vendor.list.withdrawn.key_ids.extend(ids.into_iter().map(|id| (id, "lost".to_owned())));
                self.lists.extend(self.vendor.publish_list());
            }
            4 | 5 => self.hostile_list(),
            6 => self.hostile_bundle(),
            7 | 8 => self.install(),
            9 | 10 => self.deliver(),
            _ => {
                if !self.store.files.is_empty() {
                    let at = self.random.below(self.store.files.len());
                    self.store.files.remove(at);
                }
            }
        }
        self.trusted
            .extend((0..OWN).filter(|number| {
                self.vendor.keys.iter().any(|key| key.key == *keys()[*number].public_key())
            }));
        self.log.push(format!("{what}: installed {}, files {}", self.store.version, self.store.files.len()));
    }

    /// A key of a hostile holder: not one that the honest vendor uses or will use.
    fn hostile(&mut self) -> usize {
        let ended = |number: &usize| {
            let own = self.vendor.keys.iter().find(|own| own.key == *keys()[*number].public_key());
            own.is_some_and(|own| own.entry.state.since().is_some())
        };
        let held: Vec<usize> = (0..OWN).filter(ended).chain([DEVELOPMENT, OTHERS, STRANGE]).collect();
        held[self.random.below(held.len())]
    }

    fn version(&mut self, current: u64) -> u64 {
        let versions = [current, current + 1, current + 7, current.saturating_sub(1).max(1), 99, MAX_VERSION];
        versions[self.random.below(versions.len())]
    }

    fn hostile_list(&mut self) {
        let signer = self.hostile();
        let mut list_of = RevocationList::new([VENDOR, OTHER][self.random.below(2)], date(2026, 2, 10));
        list_of.version = self.version(self.vendor.list.version.max(1));
        list_of.withdrawn.expires = Some(date(2027, 2, 10));
        let bytes = list(&list_of, signer);
        self.lists.push(Published { bytes, signer, honest: false, sns: BTreeSet::new() });
    }

    fn hostile_bundle(&mut self) {
        let signer = self.hostile();
        let vendor = [VENDOR, OTHER][self.random.below(2)];
        let version = self.version(self.vendor.version);
        // All keys become active keys of the honest vendor, or only the signer and one more.
        let more = self.hostile();
        let all = self.random.below(2) == 0;
        let listed: Vec<TrustedKey> = (0..KEYS)
            .filter(|number| all || *number == signer || *number == more)
            .map(|number| trusted(if number == signer { vendor } else { VENDOR }, &keys()[number]))
            .collect();
        let bytes = bundle(vendor, version, &listed, signer);
        self.bundles.push(Published { bytes, signer, honest: false, sns: BTreeSet::new() });
    }

    fn install(&mut self) {
        let Some(at) = (!self.bundles.is_empty()).then(|| self.random.below(self.bundles.len())) else {
            return;
        };
        let bundle = &self.bundles[at];
        // A thief whose key the store still trusts is the vendor for this store.
        if !bundle.honest && self.store.accepts(bundle.signer) {
            return;
        }
        let installed = self.store.install(bundle);
        assert!(bundle.honest || !installed, "a hostile bundle of key {} is installed", bundle.signer);
        if installed {
            let lost = |key: &&TrustedKey| matches!(key.entry.state, KeyState::Compromised(_));
            let lost: Vec<_> =
                self.store.bundle.iter().flat_map(|bundle| &bundle.keys).filter(lost).collect();
            let number = |key: &&TrustedKey| keys().iter().position(|own| own.public_key() == &key.key);
            self.lost.extend(lost.iter().filter_map(number));
        }
    }

    fn deliver(&mut self) {
        let Some(list) = self.random.of(&self.lists) else { return };
        if !list.honest && self.store.accepts(list.signer) {
            return;
        }
        let bytes = list.bytes.clone();
        let replace = self.random.below(3) > 0 && !self.store.files.is_empty();
        if replace {
            let at = self.random.below(self.store.files.len());
            self.store.files[at] = bytes;
        } else if self.store.files.len() < 3 {
            self.store.files.push(bytes);
        }
    }

    /// Verifies some blocks, and compares the verdicts with what the honest vendor did.
    fn check(&mut self, valid: &AtomicU64) {
        let trust = self.store.trust.clone().unwrap();
        let offered: Vec<&[u8]> = self.store.files.iter().map(Vec::as_slice).collect();
        let judged = judge_lists(&offered, &trust, Mode::Production, &self.store.seen, TODAY);
        self.store.seen = judged.seen.clone();
        let id = keywright::sign::ListId::revocation(VENDOR, Usage::Production);
        if let Some(current) = judged.current(&id) {
            let list = self.lists.iter().find(|list| list.honest && digest(&list.bytes) == current.digest);
            let list = list.unwrap_or_else(|| panic!("a hostile list is current\n{}", self.log.join("\n")));
            self.withdrawn.extend(&list.sns);
        }
        for _ in 0..2 {
            let number = self.random.below(KEYS * SNS.len());
            let (signer, sn) = (number / SNS.len(), SNS[number % SNS.len()]);
            let report =
                Verifier::new(&trust, &judged.revocations, TODAY, Mode::Production).file(&blocks()[number]);
            if report.outcome() != Outcome::Valid {
                continue;
            }
            valid.fetch_add(1, Ordering::Relaxed);
            let log = || self.log.join("\n");
            assert!(self.trusted.contains(&signer), "the vendor never trusted key {signer}\n{}", log());
            assert!(!self.withdrawn.contains(sn), "{sn} was withdrawn and is valid again\n{}", log());
            assert!(!self.lost.contains(&signer), "key {signer} was compromised and counts again\n{}", log());
        }
    }

    /// With the newest bundle and list of the honest vendor, and nothing else, its licenses are valid: no attack locks it out.
    fn check_recovery(&mut self) -> bool {
        let honest: Vec<usize> = (0..self.bundles.len()).filter(|at| self.bundles[*at].honest).collect();
        for at in honest {
            self.store.install(&self.bundles[at]);
        }
        let Some(signer) = self.vendor.active() else { return false };
        if self.store.version != self.vendor.version || !self.store.accepts(signer) {
            return false;
        }
        self.store.files = self.vendor.newest_list.iter().cloned().collect();
        let trust = self.store.trust.clone().unwrap();
        let offered: Vec<&[u8]> = self.store.files.iter().map(Vec::as_slice).collect();
        let judged = judge_lists(&offered, &trust, Mode::Production, &self.store.seen, TODAY);
        let block = &blocks()[signer * SNS.len() + 2];
        let report = Verifier::new(&trust, &judged.revocations, TODAY, Mode::Production).file(block);
        let outcome = report.outcome();
        assert_eq!(
            outcome,
            Outcome::Valid,
            "{:?} {:?}\n{}",
            report.policy,
            judged.refused,
            self.log.join("\n")
        );
        true
    }
}

#[test]
fn no_sequence_of_attacks_makes_an_untrusted_or_withdrawn_block_valid() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let sequences = std::env::var("KEYWRIGHT_MODEL_SEQUENCES").ok();
    let sequences = sequences.map_or(SEQUENCES, |number| number.parse().unwrap());
    let (valid, recovered) = (AtomicU64::new(0), AtomicU64::new(0));
    let run = |first: u64| {
        for seed in (first..sequences).step_by(usize::try_from(threads).unwrap()) {
            let mut world = World::new(seed);
            for _ in 0..STEPS {
                world.step();
                world.check(&valid);
            }
            recovered.fetch_add(u64::from(world.check_recovery()), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || run(first));
        }
    });
    let (valid, recovered) = (valid.into_inner(), recovered.into_inner());
    // The test proves nothing where nothing is valid, or no store ever gets to the newest bundle.
    assert!(valid > sequences, "{valid} valid blocks");
    assert!(recovered > sequences / 2, "{recovered} stores with the newest bundle");
}
