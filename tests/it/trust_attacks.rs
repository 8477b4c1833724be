//! Attacks on a trust store by holders of keys: other vendors, retired and development keys, lists that contradict each
//! other, and versions that no list could follow. The rules themselves, as pure functions.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::sign::{
    InstallFault, Installed, Judged, LastSeen, ListId, MAX_STEP, MAX_VERSION, RefusedKind, RevocationList,
    SecretKey, Seen, TrustBundle, install_bundle, judge_lists, parse_trust_list,
};
use keywright::verify::{
    Digest, FileReport, KeyState, ListMark, Mode, Outcome, Revocations, Trust, TrustedKey, Usage, Verifier,
};

use crate::sign::{TODAY, VENDOR, key, signed, trusted};

const OTHER: &str = "Other";
const PRODUCTION: Usage = Usage::Production;
const DEVELOPMENT: Usage = Usage::Development;
const ISSUED: Date = date(2026, 2, 10);

pub(crate) fn with(mut key: TrustedKey, state: KeyState) -> TrustedKey {
    key.entry.state = state;
    key
}

pub(crate) fn development(mut key: TrustedKey) -> TrustedKey {
    key.entry.usage = DEVELOPMENT;
    key
}

pub(crate) fn recording(mut key: TrustedKey, lists: &[(u64, Digest)]) -> TrustedKey {
    key.entry.lists =
        Some(lists.iter().map(|(version, digest)| ListMark { version: *version, digest: *digest }).collect());
    key
}

/// A bundle as its publisher signs it, whatever it says of the signer's entry.
pub(crate) fn bundle(vendor: &str, version: u64, keys: &[TrustedKey], signer: &SecretKey) -> Vec<u8> {
    let bundle = TrustBundle {
        vendor: vendor.to_owned(),
        version,
        issued: ISSUED,
        expires: date(2027, 2, 10),
        keys: keys.to_vec(),
        digest: Digest::of(b""),
    };
    sealed("keywright/trust/1", keywright::verify::Domain::Trust, &bundle.body(), signer)
}

/// A revocation list as a holder of a key signs it, without the checks of `revoke`.
pub(crate) fn list(vendor: &str, version: u64, sns: &[&str], signer: &SecretKey) -> Vec<u8> {
    let mut list = RevocationList::new(vendor, ISSUED);
    list.version = version;
    list.withdrawn.expires = Some(date(2027, 2, 10));
    for sn in sns {
        list.withdrawn.sns.insert((*sn).to_owned(), "refunded".to_owned());
    }
    sealed("keywright/revocation/1", keywright::verify::Domain::Revocation, &list.body(), signer)
}

pub(crate) fn sealed(
    head: &str,
    domain: keywright::verify::Domain,
    body: &str,
    signer: &SecretKey,
) -> Vec<u8> {
    let id = signer.public_key().id();
    let message = keywright::verify::message::message(domain, id, &Digest::of(body.as_bytes()));
    let signature = keywright::sign::Signer::sign(signer, &message).unwrap();
    let text = keywright::verify::KeyText { key: id, signature }.encode();
    format!("{head}\nKEY {text}\n\n{body}").into_bytes()
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    let text = std::str::from_utf8(bytes).unwrap();
    Digest::of(text.split_once("\n\n").unwrap().1.as_bytes())
}

fn store(keys: &[TrustedKey]) -> Trust {
    let bundle = bundle_of(keys);
    bundle.trust().unwrap()
}

fn bundle_of(keys: &[TrustedKey]) -> TrustBundle {
    let vendor = keys[0].entry.vendor.clone();
    let digest = Digest::of(b"installed");
    TrustBundle {
        vendor,
        version: 5,
        issued: ISSUED,
        expires: date(2027, 2, 10),
        keys: keys.to_vec(),
        digest,
    }
}

/// Offers a bundle to a store with an installed one of version 5.
fn offer(bytes: &[u8], installed: &[TrustedKey]) -> Result<TrustBundle, InstallFault> {
    let installed = bundle_of(installed);
    let usage = installed.keys[0].entry.usage;
    let mut seen = LastSeen::default();
    seen.note(ListId::trust(&installed.vendor, usage), Seen::new(5, installed.digest));
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
    install_bundle(bytes, None, store, TODAY).map(|(bundle, _)| bundle)
}

#[track_caller]
fn refused(result: Result<TrustBundle, InstallFault>, words: &str) {
    let error = match result {
        Err(
            InstallFault::Refused(error)
            | InstallFault::NotCurrent(error)
            | InstallFault::Equivocation(error, _),
        ) => error,
        Ok(bundle) => panic!("installed: {bundle:?}"),
    };
    assert!(error.message.contains(words), "{error}");
}

fn judge(lists: &[&[u8]], keys: &[TrustedKey], mode: Mode, seen: &LastSeen) -> Judged {
    judge_lists(lists, &store(keys), mode, seen, TODAY)
}

/// The outcome for a block of `VENDOR` with an SN that key 1 signed.
fn outcome(sn: &str, keys: &[TrustedKey], revocations: &Revocations, mode: Mode) -> (Outcome, String) {
    let text =
        format!("FEATURE A {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 SN={sn} ISSUED=2026-02-01 }}");
    let license = License::from_text("a.lic", &signed(&text));
    let trust = store(keys);
    let report: FileReport<'_> = Verifier::new(&trust, revocations, TODAY, mode).file(&license);
    let reasons = report.policy.iter().map(|fault| fault.reason.to_string()).collect::<Vec<_>>().join("; ");
    (report.outcome(), reasons)
}

fn one() -> TrustedKey {
    trusted(VENDOR, &key(1))
}

fn two() -> TrustedKey {
    trusted(VENDOR, &key(2))
}

#[test]
fn row_49_bundle_of_other_vendor_adds_no_keys() {
    let (other, evil) = (trusted(OTHER, &key(3)), trusted(VENDOR, &key(4)));
    let hostile = bundle(OTHER, 6, &[other.clone(), evil.clone()], &key(3));
    // Also where the store follows that very vendor.
    refused(offer(&hostile, std::slice::from_ref(&other)), "lists key");
    refused(
        offer(&bundle(OTHER, 6, std::slice::from_ref(&other), &key(3)), &[one()]),
        "not in the trust store",
    );
    // And at a first installation.
    let empty = LastSeen::default();
    let store = Installed { bundle: None, added: &Trust::default(), seen: &empty };
    let first = Trust::of(other.clone());
    let fault = install_bundle(&hostile, Some(&first), store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "its publisher is `Other`");
    assert!(install_bundle(&bundle(OTHER, 6, &[other], &key(3)), Some(&first), store, TODAY).is_ok());
    // A bundle that an older program installed: keys of other vendors do not count.
    assert!(self::store(&[one(), trusted(OTHER, &key(3))]).get(key(3).public_key().id()).is_none());
}

#[test]
fn row_49_the_first_installation_fixes_the_publisher() {
    let other = trusted(OTHER, &key(3));
    let mut seen = LastSeen::default();
    let first = Trust::of(one());
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let (_, after) =
        install_bundle(&bundle(VENDOR, 1, &[one()], &key(1)), Some(&first), store, TODAY).unwrap();
    assert_eq!(after.publisher(), Ok(Some(VENDOR)));
    seen = LastSeen::parse(&after.text()).unwrap();
    assert_eq!(seen, after);
    // The bundle is gone, and another vendor's key is given by hand.
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let bytes = bundle(OTHER, 1, std::slice::from_ref(&other), &key(3));
    let fault = install_bundle(&bytes, Some(&Trust::of(other)), store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "this trust store follows `ABC_Software`");
    // Format 1 did not name the publisher; with bundles of two vendors nothing says who it is.
    let entry = |vendor: &str| {
        format!(
            "  - list: trust\n    vendor: {vendor}\n    version: 1\n    digest: \"{}\"\n",
            Digest::of(b"x")
        )
    };
    let old = |entries: &str| LastSeen::parse(&format!("format: 1\nseen:\n{entries}")).unwrap();
    assert_eq!(old(&entry(VENDOR)).publisher(), Ok(Some(VENDOR)));
    assert!(old(&(entry(VENDOR) + &entry(OTHER))).publisher().is_err());
}

#[test]
fn row_49_a_key_added_by_hand_is_not_changed_by_a_bundle() {
    let added = Trust::of(trusted(OTHER, &key(3)));
    let installed = bundle_of(&[one()]);
    let seen = LastSeen::default();
    let store = Installed { bundle: Some(&installed), added: &added, seen: &seen };
    let bytes =
        bundle(VENDOR, 6, &[one(), with(trusted(VENDOR, &key(3)), KeyState::Compromised(ISSUED))], &key(1));
    let fault = install_bundle(&bytes, None, store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "was added by hand for `Other`");
}

#[test]
fn row_50_only_active_keys_publish_bundles() {
    let old = date(2026, 2, 20);
    let both = [one(), two()];
    assert!(offer(&bundle(VENDOR, 6, &both, &key(1)), &both).is_ok());
    for (state, words) in
        [(KeyState::Retired(old), "was retired"), (KeyState::Compromised(old), "is compromised")]
    {
        // `issued` lies before the day of the state: the holder of the key writes it.
        let bytes = bundle(VENDOR, 6, &both, &key(1));
        refused(offer(&bytes, &[with(one(), state), two()]), words);
        let bytes = bundle(VENDOR, 6, &[with(one(), state), two()], &key(1));
        refused(
            offer(&bytes, &[with(one(), state), two()]),
            if state == KeyState::Retired(old) { "retired" } else { words },
        );
    }
    // A standby key publishes only the bundle that makes it active.
    let spare = [one(), with(two(), KeyState::Standby)];
    refused(offer(&bundle(VENDOR, 6, &spare, &key(2)), &spare), "calls standby itself");
    assert!(offer(&bundle(VENDOR, 6, &both, &key(2)), &spare).is_ok());
    // A key whose time is over.
    let mut late = one();
    late.entry.not_after = date(2026, 2, 20);
    refused(offer(&bundle(VENDOR, 6, &[late.clone()], &key(1)), &[late]), "and today is");
    // What was retired or compromised stays listed and stays so, and a key keeps its usage.
    let gone = [one(), with(two(), KeyState::Compromised(old))];
    refused(offer(&bundle(VENDOR, 6, &[one()], &key(1)), &gone), "does not list key");
    refused(offer(&bundle(VENDOR, 6, &both, &key(1)), &gone), "is active");
    refused(offer(&bundle(VENDOR, 6, &both, &key(1)), &[one(), development(two())]), "changes the usage");
    // A day in the future would make the store unusable.
    let late = [one(), with(two(), KeyState::Retired(date(2026, 3, 20)))];
    refused(offer(&bundle(VENDOR, 6, &late, &key(1)), &both), "a day in the future");
}

#[test]
fn row_50_only_active_keys_publish_revocation_lists() {
    let none = LastSeen::default();
    let old = date(2026, 2, 20);
    let bytes = list(VENDOR, 99, &["S-1"], &key(1));
    let active = judge(&[&bytes], &[one(), two()], Mode::Production, &none);
    assert!(active.refused.is_empty());
    assert_eq!(outcome("S-1", &[one()], &active.revocations, Mode::Production).0, Outcome::NotValid);
    for state in [KeyState::Retired(old), KeyState::Compromised(old), KeyState::Standby] {
        let keys = [with(one(), state), two()];
        let judged = judge(&[&bytes], &keys, Mode::Production, &none);
        assert_eq!(judged.refused[0].kind, RefusedKind::NotAccepted, "{state}");
        assert!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY).is_some(), "{state}");
        assert_eq!(judged.seen, none, "{state}: nothing of it is remembered");
        // The store has seen it while the key was active: it remains accepted and keeps revoking.
        let judged = judge(&[&bytes], &keys, Mode::Production, &active.seen);
        assert!(judged.refused.is_empty(), "{state}");
        assert_eq!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY), None);
        assert!(judged.revocations.vendors[VENDOR].sns.contains_key("S-1"));
        // The vendor recorded it.
        let keys = [recording(with(one(), KeyState::Retired(old)), &[(99, digest(&bytes))]), two()];
        assert!(judge(&[&bytes], &keys, Mode::Production, &none).refused.is_empty());
        let keys = [recording(with(one(), KeyState::Retired(old)), &[(99, Digest::of(b"another"))]), two()];
        assert_eq!(judge(&[&bytes], &keys, Mode::Production, &none).refused.len(), 1);
    }
    // A recorded list is the lower limit for a store that has seen nothing.
    let keys = [recording(with(one(), KeyState::Retired(old)), &[(99, digest(&bytes))]), two()];
    let judged = judge(&[&list(VENDOR, 98, &[], &key(2))], &keys, Mode::Production, &none);
    assert_eq!(judged.refused[0].kind, RefusedKind::Version);
    assert!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY).is_some());
    // A key whose time is over, and a list of a day in the future.
    let mut late = one();
    late.entry.not_after = old;
    assert_eq!(judge(&[&bytes], &[late], Mode::Production, &none).refused.len(), 1);
}

#[test]
fn row_50_a_withdrawn_key_publishes_nothing() {
    let keys = [one(), two()];
    let mut withdrawing = RevocationList::new(VENDOR, ISSUED);
    withdrawing.version = 7;
    withdrawing.withdrawn.expires = Some(date(2027, 2, 10));
    withdrawing.withdrawn.key_ids.insert(key(1).public_key().id(), "lost".to_owned());
    let first = withdrawing.seal(&key(2), &two()).unwrap();
    let before = judge(&[first.as_bytes()], &keys, Mode::Production, &LastSeen::default());
    let seen = LastSeen::parse(&before.seen.text()).unwrap();
    // The thief replaces it with a newer, empty list.
    let judged = judge(&[&list(VENDOR, 8, &[], &key(1))], &keys, Mode::Production, &seen);
    assert!(judged.refused[0].error.message.contains("which a revocation list withdrew"));
    assert_eq!(outcome("S-1", &keys, &judged.revocations, Mode::Production).0, Outcome::NotValid);
    // Nor a bundle.
    let installed = bundle_of(&keys);
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
    let fault =
        install_bundle(&bundle(VENDOR, 6, &keys, &key(1)), None, store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "which a revocation list withdrew");
}

#[test]
fn row_51_a_development_list_decides_nothing_about_production() {
    let keys = [one(), development(two())];
    let production = list(VENDOR, 3, &["S-1"], &key(1));
    let before = judge(&[&production], &keys, Mode::Production, &LastSeen::default());
    let hostile = list(VENDOR, 99, &["S-2"], &key(2));
    for mode in [Mode::Production, Mode::Development] {
        let judged = judge(&[&production, &hostile], &keys, mode, &before.seen);
        let id = ListId::revocation(VENDOR, PRODUCTION);
        assert_eq!(judged.current(&id).unwrap().version, 3);
        assert_eq!(judged.seen.get(&id).unwrap().version, 3);
        assert_eq!(outcome("S-1", &keys, &judged.revocations, mode).0, Outcome::NotValid);
        assert_eq!(outcome("S-2", &keys, &judged.revocations, mode).0, Outcome::Valid);
        // It replaces the production list in the store: that is missing then.
        let judged = judge(&[&hostile], &keys, mode, &before.seen);
        assert_eq!(outcome("S-2", &keys, &judged.revocations, mode).0, Outcome::Policy);
        // It is the only list, and not accepted: production is not stale.
        let mut damaged = hostile.clone();
        damaged.push(b'\n');
        let judged = judge(&[&damaged], &keys, mode, &LastSeen::default());
        assert_eq!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY), None);
    }
    // It applies to development keys and their blocks.
    let judged = judge(&[&hostile], &keys, Mode::Development, &LastSeen::default());
    let block = |sn, key: &SecretKey, usage| {
        judged.revocations.reason(&Digest::of(b"x"), VENDOR, Some(sn), (key.public_key().id(), usage))
    };
    assert!(block("S-2", &key(2), DEVELOPMENT).is_some());
    assert_eq!(block("S-2", &key(1), PRODUCTION), None);
    assert_eq!(judged.seen.get(&ListId::revocation(VENDOR, DEVELOPMENT)).unwrap().version, 99);
    // The memory of an older program did not name usages.
    let old = format!(
        "format: 1\nseen:\n  - list: revocation\n    vendor: {VENDOR}\n    version: 99\n    digest: \"{}\"\n",
        digest(&hostile)
    );
    let judged = judge(&[&hostile], &keys, Mode::Development, &LastSeen::parse(&old).unwrap());
    assert_eq!(judged.seen.get(&ListId::revocation(VENDOR, PRODUCTION)), None);
}

#[test]
fn row_51_a_development_bundle_removes_no_production_key() {
    let keys = [one(), development(two())];
    refused(offer(&bundle(VENDOR, 6, &[development(two())], &key(2)), &keys), "would remove production keys");
    refused(offer(&bundle(VENDOR, 6, &keys, &key(2)), &keys), "development key");
    // Nor does a development key become a production key, also where it was given by hand.
    refused(offer(&bundle(VENDOR, 6, &[two()], &key(2)), &[development(two())]), "development key");
    let seen = LastSeen::default();
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let first = Trust::of(two());
    let fault = install_bundle(&bundle(VENDOR, 1, &keys, &key(2)), Some(&first), store, TODAY);
    refused(fault.map(|(bundle, _)| bundle), "development key");
    assert!(offer(&bundle(VENDOR, 6, &[development(two())], &key(2)), &[development(two())]).is_ok());
}

#[test]
fn row_52_two_lists_of_one_version_are_no_list() {
    let keys = [one()];
    let (full, empty) = (list(VENDOR, 5, &["S-1"], &key(1)), list(VENDOR, 5, &[], &key(1)));
    let none = LastSeen::default();
    let stale = |judged: &Judged| outcome("S-2", &keys, &judged.revocations, Mode::Production);
    let revoked = |judged: &Judged| outcome("S-1", &keys, &judged.revocations, Mode::Production).0;
    for lists in [[&full[..], &empty[..]], [&empty[..], &full[..]]] {
        let both = judge(&lists, &keys, Mode::Production, &none);
        let (result, reason) = stale(&both);
        assert_eq!((result, revoked(&both)), (Outcome::Policy, Outcome::NotValid));
        for bytes in lists {
            assert!(reason.contains(&digest(bytes).to_string()), "{reason}");
        }
        // The contradiction is remembered, also when one of the two is taken away.
        for bytes in lists {
            let seen = LastSeen::parse(&both.seen.text()).unwrap();
            assert_eq!(stale(&judge(&[bytes], &keys, Mode::Production, &seen)).0, Outcome::Policy);
        }
        // A list that was seen before, and another one now.
        let before = judge(&lists[..1], &keys, Mode::Production, &none);
        let after = judge(&lists[1..], &keys, Mode::Production, &before.seen);
        assert_eq!(stale(&after).0, Outcome::Policy);
        assert_eq!(after.seen.get(&ListId::revocation(VENDOR, PRODUCTION)).unwrap().digests().len(), 2);
        // The next version settles it.
        let next = list(VENDOR, 6, &["S-1"], &key(1));
        let settled = judge(&[&next, lists[0], lists[1]], &keys, Mode::Production, &both.seen);
        assert_eq!((stale(&settled).0, revoked(&settled)), (Outcome::Valid, Outcome::NotValid));
    }
    // The same text twice is one list.
    let twice = judge(&[&full, &full], &keys, Mode::Production, &none);
    assert_eq!(stale(&twice).0, Outcome::Valid);
}

#[test]
fn row_52_two_bundles_of_one_version_make_the_store_stale() {
    let installed = bundle_of(&[one()]);
    let id = ListId::trust(VENDOR, PRODUCTION);
    let mut seen = LastSeen::default();
    seen.note(id.clone(), Seen::new(5, installed.digest));
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
    let second = bundle(VENDOR, 5, &[one(), two()], &key(1));
    let Err(InstallFault::Equivocation(error, after)) = install_bundle(&second, None, store, TODAY) else {
        panic!("no equivocation");
    };
    for digest in [installed.digest, digest(&second)] {
        assert!(error.message.contains(&digest.to_string()), "{error}");
        assert!(after.get(&id).unwrap().digests().contains(&digest));
    }
    // Only a higher version settles it.
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &after };
    assert!(install_bundle(&second, None, store, TODAY).is_err());
    let (_, settled) = install_bundle(&bundle(VENDOR, 6, &[one()], &key(1)), None, store, TODAY).unwrap();
    assert!(settled.get(&id).unwrap().also.is_empty());
}

#[test]
fn row_52_a_list_that_is_not_accepted_makes_its_vendor_stale_whatever_its_name() {
    let other = trusted(OTHER, &key(3));
    let trust = Trust::assemble(vec![one().entry, other.entry.clone()], |entry| {
        Ok(if entry.vendor == VENDOR { key(1).public_key().to_pem() } else { key(3).public_key().to_pem() })
    })
    .unwrap();
    let none = LastSeen::default();
    let stale = |bytes: &[u8], seen: &LastSeen| {
        let judged = judge_lists(&[bytes], &trust, Mode::Production, seen, TODAY);
        [VENDOR, OTHER].map(|vendor| judged.revocations.stale(vendor, PRODUCTION, TODAY).is_some())
    };
    let mut damaged = list(VENDOR, 5, &["S-1"], &key(1));
    damaged.push(b'\n');
    assert_eq!(stale(&damaged, &none), [true, false]);
    // A list of one vendor that another signed, as where two files change their names: the signer's vendor is stale.
    assert_eq!(stale(&list(VENDOR, 5, &[], &key(3)), &none), [false, true]);
    // A list of unknown origin: the vendor whose list is missing, else every vendor.
    for unknown in [&b""[..], b"nonsense", &list(VENDOR, 5, &[], &key(9))] {
        assert_eq!(stale(unknown, &none), [true, true]);
        let mut seen = LastSeen::default();
        seen.note(ListId::revocation(OTHER, PRODUCTION), Seen::new(3, Digest::of(b"x")));
        assert_eq!(stale(unknown, &seen), [false, true]);
    }
    // A good list beside it does not hide it.
    let good = list(VENDOR, 6, &[], &key(1));
    let judged = judge_lists(&[&good, &damaged], &trust, Mode::Production, &none, TODAY);
    assert!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY).is_some());
}

#[test]
fn row_53_versions_have_a_limit_and_a_step() {
    let keys = [one()];
    let none = LastSeen::default();
    for version in [MAX_VERSION + 1, u64::MAX - 1, u64::MAX] {
        let judged = judge(&[&list(VENDOR, version, &[], &key(1))], &keys, Mode::Production, &none);
        assert!(judged.refused[0].error.message.contains("above the highest version"));
        assert_eq!(judged.seen, none);
        refused(offer(&bundle(VENDOR, version, &keys, &key(1)), &keys), "above the highest version");
        let memory = format!(
            "format: 1\nseen:\n  - list: trust\n    vendor: a\n    version: {version}\n    digest: \"{}\"\n",
            Digest::of(b"x")
        );
        let error = LastSeen::parse(&memory).unwrap_err();
        assert!(error.help.unwrap().contains("When a version was poisoned"));
    }
    let seen = judge(&[&list(VENDOR, 5, &[], &key(1))], &keys, Mode::Production, &none).seen;
    let near = judge(&[&list(VENDOR, 5 + MAX_STEP, &[], &key(1))], &keys, Mode::Production, &seen);
    assert!(near.refused.is_empty());
    let far = judge(&[&list(VENDOR, 6 + MAX_STEP, &[], &key(1))], &keys, Mode::Production, &seen);
    assert_eq!(far.refused[0].kind, RefusedKind::Version);
    assert!(far.revocations.stale(VENDOR, PRODUCTION, TODAY).is_some());
    refused(offer(&bundle(VENDOR, 6 + MAX_STEP, &keys, &key(1)), &keys), "above version 5");
    assert!(offer(&bundle(VENDOR, 5 + MAX_STEP, &keys, &key(1)), &keys).is_ok());
}

#[test]
fn row_53_a_poisoned_version_is_overcome_when_its_key_is_compromised() {
    let honest = list(VENDOR, 7, &["S-1"], &key(1));
    let poison = list(VENDOR, MAX_VERSION, &[], &key(1));
    let before = [one(), with(two(), KeyState::Standby)];
    let seen = judge(&[&poison], &before, Mode::Production, &LastSeen::default()).seen;
    assert_eq!(seen.get(&ListId::revocation(VENDOR, PRODUCTION)).unwrap().version, MAX_VERSION);
    let lost = with(one(), KeyState::Compromised(TODAY));
    let next = list(VENDOR, 8, &["S-1", "S-3"], &key(2));
    // Without a record nothing says which list was good.
    let judged = judge(&[&next], &[lost.clone(), two()], Mode::Production, &seen);
    assert_eq!(judged.refused.len(), 1);
    let after = [recording(lost.clone(), &[(7, digest(&honest))]), two()];
    for lists in [vec![&next[..]], vec![&next[..], &poison[..]], vec![&honest[..], &next[..]]] {
        let judged = judge(&lists, &after, Mode::Production, &seen);
        let current = judged.current(&ListId::revocation(VENDOR, PRODUCTION)).unwrap();
        assert_eq!(current.version, 8);
        assert_eq!(judged.seen.get(&ListId::revocation(VENDOR, PRODUCTION)).unwrap().version, 8);
    }
    // The list from before the theft is accepted until the next one is there, and an older one is not.
    assert!(judge(&[&honest], &after, Mode::Production, &seen).refused.is_empty());
    let older = list(VENDOR, 6, &[], &key(2));
    assert_eq!(judge(&[&older], &after, Mode::Production, &seen).refused.len(), 1);
    // The vendor never had a list.
    let after = [recording(lost, &[]), two()];
    let first = list(VENDOR, 1, &["S-1"], &key(2));
    assert!(judge(&[&first], &after, Mode::Production, &seen).refused.is_empty());
}

#[test]
fn row_34_no_reader_of_the_trust_store_accepts_a_tag() {
    let entry = keywright::sign::format_entry(
        &recording(with(one(), KeyState::Retired(ISSUED)), &[(7, Digest::of(b""))]).entry,
    );
    let mut seen = LastSeen::default();
    seen.note(
        ListId::trust(VENDOR, DEVELOPMENT),
        Seen { also: BTreeSet::from([Digest::of(b"y")]), ..Seen::new(7, Digest::of(b"x")) },
    );
    let revocations = String::from_utf8(list(VENDOR, 7, &["S-1"], &key(1))).unwrap();
    let body = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    let bundle = String::from_utf8(bundle(VENDOR, 7, &[one()], &key(1))).unwrap();
    type Reader = fn(&str) -> Result<(), keywright::verify::TrustError>;
    let readers: [(String, Reader); 4] = [
        (format!("version: 1\nkeys:\n{entry}"), |text| parse_trust_list(text).map(|_| ())),
        (seen.text(), |text| LastSeen::parse(text).map(|_| ())),
        (body(&revocations), |text| RevocationList::parse(text, Digest::of(b"")).map(|_| ())),
        (body(&bundle), |text| TrustBundle::parse(text, Digest::of(b"")).map(|_| ())),
    ];
    for (text, read) in readers {
        read(&text).unwrap();
        for tag in ["!!str", "!", "!<tag:yaml.org,2002:str>", "!own", "!!int", "!!binary", "!!seq", "!!map"] {
            let in_comment = |at: usize| text[..at].rsplit('\n').next().unwrap().starts_with('#');
            for (at, _) in
                text.match_indices(": ").chain(text.match_indices(":\n")).filter(|(at, _)| !in_comment(*at))
            {
                let tagged = format!("{}: {tag}{}", &text[..at], &text[at + 1..]);
                assert!(read(&tagged).is_err(), "{tag} is accepted:\n{tagged}");
            }
            assert!(read(&format!("{tag}\n{text}")).is_err(), "{tag} is accepted for the document");
        }
        let error = read(&text.replacen("ersion: ", "ersion: !!str ", 1)).unwrap_err();
        assert!(error.message.contains("tag") && error.place.is_some(), "{error}");
    }
}
