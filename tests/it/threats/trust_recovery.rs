//! The trust store on the command line: conflicting versions, and recovery from poisoned ones.

use std::fs;

use keywright::sign::MAX_VERSION;
use keywright::verify::Digest;

use crate::sign::{VENDOR, key};
use crate::sign_life::{ids, vendor};
use crate::threats::trust_commands::{bundle, followed, install, lasting, line};
use crate::threats::trust_fixtures::digest;

#[test]
fn threat_52_lists_of_one_version_are_stale_until_the_next_one() {
    let place = vendor();
    let revoke = |sn: &str, more: &[&str]| {
        place.run(&[&["revoke", "--sn", sn, "--reason", "x", "--key", "one.pem"][..], more].concat())
    };
    fs::create_dir(place.path("copy")).unwrap();
    for name in fs::read_dir(place.path("keys")).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        place.copy_own(&format!("keys/{name}"), &format!("copy/{name}"));
    }
    revoke("S-1", &[]).expect_code(0);
    revoke("S-2", &["--trust", "copy"]).expect_code(0);
    let other = "copy/ABC_Software.revocations";
    let digests =
        ["keys/ABC_Software.revocations", other].map(|name| digest(place.read(name).as_bytes()).to_string());
    for quiet in [&["-q"][..], &[]] {
        let stale =
            place.run(&[&["verify", "a.lic", "--revocations", other][..], quiet].concat()).expect_code(5);
        assert!(stale.stdout.contains("RESULT: STALE"), "{}", stale.stdout);
        assert!(digests.iter().all(|digest| stale.stdout.contains(digest)), "{}", stale.stdout);
    }
    for sn in ["S-1", "S-2"] {
        let name = format!("{sn}.lic");
        place.write(&name, format!("FEATURE A {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 SN={sn} }}\n"));
        place
            .run(&[
                "sign",
                &name,
                "--key",
                "one.pem",
                "--in-place",
                "--trust",
                if sn == "S-1" { "copy" } else { "keys" },
            ])
            .expect_code(0);
        place.run(&["verify", &name, "--revocations", other]).expect_code(1);
    }
    // Remembered, also when the other list is not given.
    place.run(&["verify", "a.lic"]).expect_code(5);
    let refused = revoke("S-3", &[]).expect_code(5);
    assert!(refused.stderr.contains("copy both lists to the trust store"), "{}", refused.stderr);
    place.copy_own(other, "keys/second.revocations");
    revoke("S-3", &[]).expect_code(0);
    let next = place.read("keys/ABC_Software.revocations");
    assert!(
        ["S-1", "S-2", "S-3"].iter().all(|sn| next.contains(sn)) && next.contains("version: 2\n"),
        "{next}"
    );
    place.run(&["verify", "a.lic"]).expect_code(0);
}

#[test]
fn threat_52_rejected_list_is_reported_with_quiet() {
    let place = vendor();
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", "one.pem"]).expect_code(0);
    let list = place.read("keys/ABC_Software.revocations");
    fs::remove_file(place.path("keys/ABC_Software.revocations")).unwrap();
    fs::remove_file(place.path("keys/last-seen.yaml")).unwrap();
    place.write("keys/Another.revocations", list.replace("S-1", "S-2"));
    for quiet in [&["-q"][..], &[]] {
        let stale = place.run(&[&["verify", "a.lic"][..], quiet].concat()).expect_code(5);
        assert!(stale.stdout.contains("RESULT: STALE"), "{}", stale.stdout);
        assert!(
            stale.stderr.contains("warning: the revocation list `keys/Another.revocations`"),
            "{}",
            stale.stderr
        );
    }
}

#[test]
fn threat_52_two_bundles_of_one_version_make_installed_bundle_stale() {
    let place = followed();
    place.run(&["verify", "a.lic", "--trust", "support"]).expect_code(0);
    place
        .run(&["trust", "bundle", "--key", "one.pem", "-o", "other.bundle", "--expires", "2999-12-31"])
        .expect_code(0);
    let refused = install(&place, "other.bundle", &[]).expect_code(5);
    for name in ["1.bundle", "other.bundle"] {
        let digest = digest(place.read(name).as_bytes()).to_string();
        assert!(refused.stderr.contains(&digest), "{}", refused.stderr);
        let stale = place.run(&["verify", "a.lic", "--trust", "support"]).expect_code(5);
        assert!(stale.stdout.contains(&digest), "{}", stale.stdout);
    }
    place
        .run(&["trust", "bundle", "--key", "one.pem", "--previous", "1.bundle", "-o", "2.bundle"])
        .expect_code(0);
    install(&place, "2.bundle", &[]).expect_code(0);
    place.run(&["verify", "a.lic", "--trust", "support"]).expect_code(0);
}

/// The steps of docs/security.md, "When a version was poisoned".
#[test]
fn threat_53_poisoned_version_can_be_recovered() {
    let place = followed();
    let ids = ids(&place);
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", "one.pem"]).expect_code(0);
    place.copy_own("keys/ABC_Software.revocations", "good.list");
    let drill = place.run(&["keys", "drill", "--key", "two.pem"]).expect_code(0);
    assert!(drill.stdout.contains(&format!("follows version {MAX_VERSION}")), "{}", drill.stdout);
    assert!(drill.stdout.contains("a trust bundle signed with it installs"), "{}", drill.stdout);
    // A list of the thief gets into both stores: as far ahead as one step allows.
    let memory = place.read("keys/last-seen.yaml");
    let poisoned = memory.replace("version: 1\n", &format!("version: {MAX_VERSION}\n"));
    assert_ne!(poisoned, memory);
    let thief = poisoned
        .replace(&digest(place.read("good.list").as_bytes()).to_string(), &Digest::of(b"x").to_string());
    place.write("keys/last-seen.yaml", &thief);
    let support = place.read("support/last-seen.yaml");
    let entry = thief.split("seen:\n").nth(1).unwrap();
    place.write("support/last-seen.yaml", format!("{support}{entry}"));
    place.copy_own("good.list", "support/ABC_Software.revocations");
    place.run(&["revoke", "--sn", "S-2", "--reason", "x", "--key", "one.pem"]).expect_code(5);
    place.run(&["verify", "a.lic", "--trust", "support"]).expect_code(5);

    place.run(&["keys", "compromise", &ids[0], "--list", "good.list"]).expect_code(0);
    place.run(&["keys", "activate", &ids[1]]).expect_code(0);
    place
        .run(&["trust", "bundle", "--previous", "1.bundle", "--key", "two.pem", "-o", "2.bundle"])
        .expect_code(0);
    let made =
        place.run(&["revoke", "--key-id", &ids[0], "--reason", "stolen", "--key", "two.pem"]).expect_code(0);
    assert!(made.stderr.contains("version 2 of the revocation list"), "{}", made.stderr);
    install(&place, "2.bundle", &[]).expect_code(0);
    place.copy_own("keys/ABC_Software.revocations", "support/ABC_Software.revocations");
    place.write("c.lic", "FEATURE C { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    place.run(&["sign", "c.lic", "--key", "two.pem", "--in-place"]).expect_code(0);
    for store in ["keys", "support"] {
        place.run(&["verify", "c.lic", "--trust", store]).expect_code(0);
        place.run(&["verify", "a.lic", "--trust", store]).expect_code(1);
    }
}

#[test]
fn threat_53_no_version_makes_a_command_panic() {
    let place = vendor();
    for version in [MAX_VERSION, MAX_VERSION + 1, u64::MAX] {
        // A list and a bundle of the vendor's own key, as a thief signs them.
        let keys = place.read("keys/trust.yaml");
        place.write("keys/last-seen.yaml", format!(
            "format: 1\nseen:\n  - list: revocation\n    vendor: ABC_Software\n    version: {version}\n    digest: \"{}\"\n",
            Digest::of(b"x")
        ));
        for args in [
            &["revoke", "--sn", "S-1", "--reason", "x", "--key", "one.pem"][..],
            &["verify", "a.lic"],
            &["keys", "drill", "--key", "two.pem"],
        ] {
            let run = place.run(args);
            assert!([1, 2, 5].contains(&run.code), "{args:?}: {} {}", run.code, run.stderr);
            assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        }
        assert_eq!(place.read("keys/trust.yaml"), keys);
        fs::remove_file(place.path("keys/last-seen.yaml")).unwrap();
    }
    // The highest version of a bundle has no next one.
    place.write("last.bundle", bundle(VENDOR, MAX_VERSION, &[lasting(VENDOR, &key(1))], &key(1)));
    place
        .run(&[
            "keys",
            "import",
            &line(VENDOR, &key(1)),
            "--not-before",
            "2020-01-01",
            "--not-after",
            "2999-12-31",
        ])
        .expect_code(0);
    let secret = keywright::sign::write_secret_key(
        &key(1),
        &keywright::sign::Label { vendor: None, created: None, usage: None, weakness: None },
        keywright::sign::Protection::Plain,
    );
    place.write("k.pem", secret.unwrap().as_bytes());
    crate::sign_cli::private(&place, "k.pem");
    let refused = place
        .run(&["trust", "bundle", "--key", "k.pem", "--previous", "last.bundle", "-o", "x.bundle"])
        .expect_code(2);
    assert!(refused.stderr.contains("no version is left after"), "{}", refused.stderr);
}
