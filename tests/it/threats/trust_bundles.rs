//! Trust bundles from other vendors, from keys that may not publish, or with conflicting versions.

use jiff::civil::date;
use keywright::sign::{InstallFault, Installed, LastSeen, ListId, Seen, install_bundle};
use keywright::verify::{Digest, KeyState, Trust};

use crate::sign::{TODAY, VENDOR, key, trusted};
use crate::threats::trust_fixtures::{
    ISSUED, OTHER, PRODUCTION, bundle, bundle_of, development, digest, offer, one, refused, store, two, with,
};

#[test]
fn threat_49_bundle_of_other_vendor_adds_no_keys() {
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
    let first = Trust::from_key(other.clone());
    let fault = install_bundle(&hostile, Some(&first), store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "its publisher is `Other`");
    assert!(install_bundle(&bundle(OTHER, 6, &[other], &key(3)), Some(&first), store, TODAY).is_ok());
    // A bundle that an older program installed: keys of other vendors do not count.
    assert!(self::store(&[one(), trusted(OTHER, &key(3))]).get(key(3).public_key().id()).is_none());
}

#[test]
fn threat_49_first_installation_sets_publisher() {
    let other = trusted(OTHER, &key(3));
    let mut seen = LastSeen::default();
    let first = Trust::from_key(one());
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let (_, after) =
        install_bundle(&bundle(VENDOR, 1, &[one()], &key(1)), Some(&first), store, TODAY).unwrap();
    assert_eq!(after.publisher(), Ok(Some(VENDOR)));
    seen = LastSeen::parse(&after.text()).unwrap();
    assert_eq!(seen, after);
    // The bundle is gone, and another vendor's key is given by hand.
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let bytes = bundle(OTHER, 1, std::slice::from_ref(&other), &key(3));
    let fault = install_bundle(&bytes, Some(&Trust::from_key(other)), store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "this trust store accepts bundles of `ABC_Software` only");
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
fn threat_49_bundle_does_not_change_key_added_by_hand() {
    let added = Trust::from_key(trusted(OTHER, &key(3)));
    let installed = bundle_of(&[one()]);
    let seen = LastSeen::default();
    let store = Installed { bundle: Some(&installed), added: &added, seen: &seen };
    let bytes =
        bundle(VENDOR, 6, &[one(), with(trusted(VENDOR, &key(3)), KeyState::Compromised(ISSUED))], &key(1));
    let fault = install_bundle(&bytes, None, store, TODAY).map(|(bundle, _)| bundle);
    refused(fault, "was added by hand for `Other`");
}

#[test]
fn threat_50_only_active_keys_publish_bundles() {
    let old = date(2026, 2, 20);
    let both = [one(), two()];
    assert!(offer(&bundle(VENDOR, 6, &both, &key(1)), &both).is_ok());
    for (state, words) in
        [(KeyState::Retired(old), "was retired"), (KeyState::Compromised(old), "is compromised")]
    {
        // `issued` is before the day of the state: the owner of the key chooses it.
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
    refused(offer(&bundle(VENDOR, 6, &spare, &key(2)), &spare), "which it lists as standby");
    assert!(offer(&bundle(VENDOR, 6, &both, &key(2)), &spare).is_ok());
    // A key whose time is over.
    let mut late = one();
    late.entry.not_after = date(2026, 2, 20);
    refused(offer(&bundle(VENDOR, 6, &[late.clone()], &key(1)), &[late]), "(today is");
    // What was retired or compromised stays listed and stays so, and a key keeps its usage.
    let gone = [one(), with(two(), KeyState::Compromised(old))];
    refused(offer(&bundle(VENDOR, 6, &[one()], &key(1)), &gone), "no longer lists key");
    refused(offer(&bundle(VENDOR, 6, &both, &key(1)), &gone), "as active");
    refused(offer(&bundle(VENDOR, 6, &both, &key(1)), &[one(), development(two())]), "changes the usage");
    // A day in the future would make the store unusable.
    let late = [one(), with(two(), KeyState::Retired(date(2026, 3, 20)))];
    refused(offer(&bundle(VENDOR, 6, &late, &key(1)), &both), "which is in the future");
}

#[test]
fn threat_51_development_bundle_removes_no_production_key() {
    let keys = [one(), development(two())];
    refused(offer(&bundle(VENDOR, 6, &[development(two())], &key(2)), &keys), "would remove production keys");
    refused(offer(&bundle(VENDOR, 6, &keys, &key(2)), &keys), "development key");
    // Nor does a development key become a production key, also where it was given by hand.
    refused(offer(&bundle(VENDOR, 6, &[two()], &key(2)), &[development(two())]), "development key");
    let seen = LastSeen::default();
    let store = Installed { bundle: None, added: &Trust::default(), seen: &seen };
    let first = Trust::from_key(two());
    let fault = install_bundle(&bundle(VENDOR, 1, &keys, &key(2)), Some(&first), store, TODAY);
    refused(fault.map(|(bundle, _)| bundle), "development key");
    assert!(offer(&bundle(VENDOR, 6, &[development(two())], &key(2)), &[development(two())]).is_ok());
}

#[test]
fn threat_52_two_bundles_of_one_version_make_store_stale() {
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
