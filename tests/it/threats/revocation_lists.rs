//! Revocation lists from keys that may not publish, with conflicting or poisoned versions.

use std::collections::BTreeSet;

use jiff::civil::date;
use keywright::sign::{
    Installed, Judged, LastSeen, ListId, MAX_STEP, MAX_VERSION, RefusedKind, RevocationList, SecretKey, Seen,
    TrustBundle, install_bundle, judge_lists, parse_trust_list,
};
use keywright::verify::{Digest, KeyState, Mode, Outcome, Trust};

use crate::sign::{TODAY, VENDOR, key, trusted};
use crate::threats::trust_fixtures::{
    DEVELOPMENT, ISSUED, OTHER, PRODUCTION, bundle, bundle_of, development, digest, judge, list, offer, one,
    outcome, recording, refused, two, with,
};

#[test]
fn threat_50_only_active_keys_publish_revocation_lists() {
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
fn threat_50_withdrawn_key_cannot_publish() {
    let keys = [one(), two()];
    let mut withdrawing = RevocationList::new(VENDOR, ISSUED);
    withdrawing.version = 7;
    withdrawing.revoked.expires = Some(date(2027, 2, 10));
    withdrawing.revoked.key_ids.insert(key(1).public_key().id(), "lost".to_owned());
    let first = withdrawing.sign(&key(2), &two()).unwrap();
    let before = judge(&[first.as_bytes()], &keys, Mode::Production, &LastSeen::default());
    let seen = LastSeen::parse(&before.seen.text()).unwrap();
    // The thief replaces it with a newer, empty list.
    let judged = judge(&[&list(VENDOR, 8, &[], &key(1))], &keys, Mode::Production, &seen);
    assert!(judged.refused[0].error.message.contains("which a revocation list revokes"));
    assert_eq!(outcome("S-1", &keys, &judged.revocations, Mode::Production).0, Outcome::NotValid);
    // Nor a bundle.
    let installed = bundle_of(&keys);
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
    let fault =
        install_bundle(&bundle(VENDOR, 6, &keys, &key(1)), None, store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "which a revocation list revokes");
}

#[test]
fn threat_51_development_list_does_not_apply_to_production() {
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
fn threat_52_two_lists_of_one_version_are_rejected() {
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
fn threat_52_rejected_list_of_any_name_makes_vendor_stale() {
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
    // A valid list in the same directory does not hide it.
    let good = list(VENDOR, 6, &[], &key(1));
    let judged = judge_lists(&[&good, &damaged], &trust, Mode::Production, &none, TODAY);
    assert!(judged.revocations.stale(VENDOR, PRODUCTION, TODAY).is_some());
}

#[test]
fn threat_53_versions_have_maximum_and_step_limit() {
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
fn threat_53_compromised_key_record_overrides_poisoned_version() {
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
fn threat_34_trust_store_files_reject_yaml_tags() {
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
