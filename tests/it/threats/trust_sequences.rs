//! Random sequences of honest and hostile steps against the model of the trust store.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use keywright::sign::{LastSeen, MAX_VERSION, RevocationList, judge_lists};
use keywright::verify::{KeyState, Mode, Outcome, Trust, TrustedKey, Usage, Verifier};

use crate::sign::{TODAY, VENDOR, trusted};
use crate::support::cases;
use crate::threats::trust_fixtures::digest;
use crate::threats::trust_model::{
    DEVELOPMENT, KEYS, OTHER, OTHERS, OWN, Published, Random, SNS, STRANGE, Store, Vendor, blocks, bundle,
    keys, list,
};

const STEPS: u64 = 12;

/// One sequence.
struct World {
    random: Random,
    vendor: Vendor,
    store: Store,
    bundles: Vec<Published>,
    lists: Vec<Published>,
    /// What the store has learned from the honest vendor.
    revoked: BTreeSet<&'static str>,
    lost: BTreeSet<usize>,
    trusted: BTreeSet<usize>,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut vendor = Vendor::new();
        let first = vendor.publish_bundle().unwrap();
        let added = Trust::from_key(trusted(OTHER, &keys()[OTHERS]));
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
            revoked: BTreeSet::new(),
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
                self.vendor.list.revoked.key_ids.extend(ids.into_iter().map(|id| (id, "lost".to_owned())));
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
        list_of.revoked.expires = Some(date(2027, 2, 10));
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
            self.revoked.extend(&list.sns);
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
            assert!(!self.revoked.contains(sn), "{sn} was revoked and is valid again\n{}", log());
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
fn random_attack_sequences_never_validate_untrusted_or_withdrawn_blocks() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let sequences = cases(10_000, 250);
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
