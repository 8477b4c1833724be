//! The trust store on the command line: publishers, keys added by hand, development lists.

use std::fs;

use keywright::sign::{SecretKey, TrustBundle};
use keywright::verify::{Digest, TrustedKey};

use crate::sign::{VENDOR, key, trusted};
use crate::sign_life::{ids, vendor};
use crate::support::{Outcome, TestDir};
use crate::threats::trust_fixtures::{development, digest};

const OTHER: &str = "Other";

/// A key that may sign on every day on which this test runs.
pub(crate) fn lasting(vendor: &str, key: &SecretKey) -> TrustedKey {
    let mut key = trusted(vendor, key);
    key.entry.not_before = "2020-01-01".parse().unwrap();
    key.entry.not_after = "2999-12-31".parse().unwrap();
    key
}

pub(crate) fn bundle(vendor: &str, version: u64, keys: &[TrustedKey], signer: &SecretKey) -> String {
    let bundle = TrustBundle {
        vendor: vendor.to_owned(),
        version,
        issued: "2026-02-10".parse().unwrap(),
        expires: "2999-12-31".parse().unwrap(),
        keys: keys.to_vec(),
        digest: Digest::of(b""),
    };
    bundle.sign(signer, &lasting(vendor, signer)).unwrap()
}

pub(crate) fn line(vendor: &str, key: &SecretKey) -> String {
    key.public_key().to_line(vendor)
}

pub(crate) fn install(dir: &TestDir, bundle: &str, more: &[&str]) -> Outcome {
    dir.run(&[&["trust", "install", bundle, "--trust", "support"][..], more].concat())
}

/// A vendor whose first bundle is installed in `support`.
pub(crate) fn followed() -> TestDir {
    let dir = vendor();
    let first = dir.run(&["keys", "export", &ids(&dir)[0], "--form", "line"]).expect_code(0).stdout;
    dir.run(&["trust", "bundle", "--key", "one.pem", "-o", "1.bundle"]).expect_code(0);
    install(&dir, "1.bundle", &["--first", first.trim()]).expect_code(0);
    dir
}

#[test]
fn threat_49_trust_install_refuses_keys_of_another_vendor() {
    let dir = followed();
    let hostile = [lasting(OTHER, &key(3)), lasting(VENDOR, &key(4))];
    dir.write("evil.bundle", bundle(OTHER, 1, &hostile, &key(3)));
    let first = line(OTHER, &key(3));
    let refused =
        dir.run(&["trust", "install", "evil.bundle", "--trust", "new", "--first", &first]).expect_code(1);
    assert!(
        refused.stderr.contains("of vendor `ABC_Software`, but its publisher is `Other`"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("keywright trust add"), "{}", refused.stderr);
    // `trust bundle` leaves keys of other vendors out.
    dir.run(&["keys", "import", &first]).expect_code(0);
    let made = dir.run(&["trust", "bundle", "--key", "one.pem", "--previous", "1.bundle", "-o", "2.bundle"]);
    assert!(made.expect_code(0).stderr.contains("omitted 1 key of other vendors"));
    assert!(!dir.read("2.bundle").contains("Other"));
    install(&dir, "2.bundle", &[]).expect_code(0);
}

#[test]
fn threat_49_trust_install_never_changes_the_publisher() {
    let dir = followed();
    let good = bundle(OTHER, 1, &[lasting(OTHER, &key(3))], &key(3));
    dir.write("other.bundle", good);
    let first = line(OTHER, &key(3));
    install(&dir, "other.bundle", &["--first", &first]).expect_code(2);
    install(&dir, "other.bundle", &[]).expect_code(1);
    // The installed bundle is damaged or gone: the memory says whose it was.
    for damage in ["", "nonsense"] {
        dir.write("support/trust.bundle", damage);
        let refused = install(&dir, "other.bundle", &["--first", &first]).expect_code(1);
        assert!(
            refused.stderr.contains("this trust store accepts bundles of `ABC_Software` only"),
            "{}",
            refused.stderr
        );
    }
    fs::remove_file(dir.path("support/trust.bundle")).unwrap();
    install(&dir, "other.bundle", &["--first", &first]).expect_code(1);
    // The memory is gone: nothing says whose the bundle was.
    dir.copy_own("1.bundle", "support/trust.bundle");
    fs::remove_file(dir.path("support/last-seen.yaml")).unwrap();
    let refused = install(&dir, "other.bundle", &["--first", &first]).expect_code(2);
    assert!(refused.stderr.contains("restore that file"), "{}", refused.stderr);
}

#[test]
fn threat_49_trust_add_adds_key_to_installed_bundle() {
    let dir = followed();
    dir.run(&["keys", "new", "--vendor", "Other", "--no-passphrase", "--trust", "theirs", "--out", "o.pem"])
        .expect_code(0);
    dir.write("o.lic", "FEATURE Theirs { VENDOR=Other KEYTYPE=ADDITIVE COUNT=1 }\n");
    dir.run(&["sign", "o.lic", "--key", "o.pem", "--in-place", "--trust", "theirs"]).expect_code(0);
    let list = dir.run(&["keys", "list", "--trust", "theirs"]).expect_code(0).stdout;
    let id = list[..16].to_owned();
    let line = dir.run(&["keys", "export", &id, "--form", "line", "--trust", "theirs"]).expect_code(0).stdout;
    dir.run(&["keys", "export", &id, "--trust", "theirs"]).expect_code(0);
    let pem = dir.run(&["keys", "export", &id, "--trust", "theirs"]).stdout;
    dir.write("o.pub.pem", pem);
    let verify = |code| dir.run(&["verify", "o.lic", "--trust", "support"]).expect_code(code);
    let add = |args: &[&str]| dir.run(&[&["trust", "add"][..], args, &["--trust", "support"]].concat());
    verify(1);
    add(&["o.pub.pem"]).expect_code(2);
    add(&[line.trim(), "--vendor", "Another"]).expect_code(2);
    add(&["o.pub.pem", "--vendor", "a b"]).expect_code(2);
    add(&["o.pub.pem", "--vendor", "Other", "--not-before", "2030-01-01", "--not-after", "2029-01-01"])
        .expect_code(2);
    // The keys of the publisher come with its bundles.
    let refused = add(&["o.pub.pem", "--vendor", "ABC_Software"]).expect_code(2);
    assert!(refused.stderr.contains("cannot add a key of ABC_Software"), "{}", refused.stderr);
    let added = add(&[line.trim()]).expect_code(0);
    assert!(added.stdout.contains("fingerprint SHA256:"), "{}", added.stdout);
    add(&["o.pub.pem", "--vendor", "Other"]).expect_code(1);
    verify(0);
    // Later bundles leave it as it is.
    dir.run(&["trust", "bundle", "--key", "one.pem", "--previous", "1.bundle", "-o", "2.bundle"])
        .expect_code(0);
    install(&dir, "2.bundle", &[]).expect_code(0);
    verify(0);
    // Its state is changed by hand, and that of the publisher's keys is not.
    dir.run(&["keys", "compromise", &ids(&dir)[0], "--trust", "support"]).expect_code(2);
    dir.run(&["keys", "compromise", &id, "--trust", "support"]).expect_code(0);
    verify(1);
    // In a store with a list of its own the key joins the list.
    dir.run(&["trust", "add", line.trim()]).expect_code(0);
    assert!(dir.read("keys/trust.yaml").contains(&id));
    dir.run(&["verify", "o.lic"]).expect_code(0);
    dir.run(&["trust", "add", "o.pub.pem", "--vendor", "Other", "--trust", "fresh"]).expect_code(0);
    dir.run(&["verify", "o.lic", "--trust", "fresh"]).expect_code(0);
}

#[test]
fn threat_50_retired_or_standby_key_cannot_publish() {
    let dir = vendor();
    let ids = ids(&dir);
    let revoke = |key: &str| dir.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", key]);
    let standby = revoke("two.pem").expect_code(1);
    assert!(standby.stderr.contains("is on standby, and only active keys can publish"), "{}", standby.stderr);
    dir.run(&["trust", "bundle", "--key", "two.pem", "-o", "1.bundle"]).expect_code(1);
    revoke("one.pem").expect_code(0);
    // The thief of the retired key goes on in a copy of the store.
    fs::create_dir(dir.path("thief")).unwrap();
    for name in fs::read_dir(dir.path("keys")).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        dir.copy_own(&format!("keys/{name}"), &format!("thief/{name}"));
    }
    dir.run(&["revoke", "--sn", "S-2", "--reason", "x", "--key", "one.pem", "--trust", "thief"])
        .expect_code(0);
    dir.run(&["keys", "activate", &ids[1]]).expect_code(0);
    dir.run(&["keys", "retire", &ids[0]]).expect_code(0);
    let text = dir.read("keys/trust.yaml");
    let recorded = digest(dir.read("keys/ABC_Software.revocations").as_bytes());
    assert!(text.contains(&format!("lists:\n      - version: 1\n        digest: \"{recorded}\"")), "{text}");
    revoke("one.pem").expect_code(1);
    dir.run(&["trust", "bundle", "--key", "one.pem", "-o", "1.bundle"]).expect_code(1);
    let thiefs = dir.read("thief/ABC_Software.revocations");
    dir.write("thief.list", &thiefs);
    let refused = dir.run(&["verify", "a.lic", "--revocations", "thief.list"]).expect_code(2);
    assert!(refused.stderr.contains("was retired on"), "{}", refused.stderr);
    // The list from before is accepted by a store that never saw it: the bundle records it.
    dir.run(&["trust", "bundle", "--key", "two.pem", "-o", "1.bundle"]).expect_code(0);
    let line = dir.run(&["keys", "export", &ids[1], "--form", "line"]).expect_code(0).stdout;
    install(&dir, "1.bundle", &["--first", line.trim()]).expect_code(0);
    dir.copy_own("keys/ABC_Software.revocations", "support/ABC_Software.revocations");
    dir.write("c.lic", "FEATURE C { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    dir.run(&["sign", "c.lic", "--key", "two.pem", "--in-place"]).expect_code(0);
    dir.run(&["verify", "c.lic", "--trust", "support"]).expect_code(0);
    dir.write("support/ABC_Software.revocations", &thiefs);
    dir.run(&["verify", "c.lic", "--trust", "support"]).expect_code(5);
}

#[test]
fn threat_51_development_list_neither_revokes_nor_restores_production_blocks() {
    let dir = vendor();
    dir.run(&[
        "keys",
        "new",
        "--vendor",
        "ABC_Software",
        "--usage",
        "development",
        "--no-passphrase",
        "--out",
        "dev.pem",
    ])
    .expect_code(0);
    dir.run(&["revoke", "--license", "a.lic", "--reason", "refunded", "--key", "one.pem"]).expect_code(0);
    // The developer has a store of development keys, and writes a list there.
    let dev = ids(&dir)[2].clone();
    let line = dir.run(&["keys", "export", &dev, "--form", "line"]).expect_code(0).stdout;
    dir.run(&["keys", "import", line.trim(), "--usage", "development", "--trust", "dev"]).expect_code(0);
    for number in 0..3 {
        let sn = format!("S-{number}");
        dir.run(&["revoke", "--sn", &sn, "--reason", "x", "--key", "dev.pem", "--trust", "dev"])
            .expect_code(0);
    }
    let memory = dir.read("keys/last-seen.yaml");
    for name in ["keys/Dev.revocations", "keys/ABC_Software.revocations"] {
        dir.copy_own("dev/ABC_Software.revocations", name);
        let seen = dir.run(&["verify", "a.lic"]).expect_code(if name.contains("Dev") { 1 } else { 5 });
        let word = if name.contains("Dev") { "REVOKED" } else { "STALE" };
        assert!(seen.stdout.contains(&format!("RESULT: {word}")), "{}", seen.stdout);
        assert_eq!(dir.read("keys/last-seen.yaml"), memory);
        assert_ne!(dir.run(&["verify", "--development", "a.lic"]).code, 0);
        let entry = memory.split("seen:\n").nth(1).unwrap();
        assert!(dir.read("keys/last-seen.yaml").contains(entry), "the production memory is changed");
        dir.write("keys/last-seen.yaml", &memory);
    }
    let refused =
        dir.run(&["verify", "a.lic", "--revocations", "dev/ABC_Software.revocations"]).expect_code(2);
    assert!(refused.stderr.contains("development key"), "{}", refused.stderr);
    // A development key does not make a bundle over production keys.
    dir.run(&["trust", "bundle", "--key", "dev.pem", "-o", "dev.bundle"]).expect_code(1);
    let follower = followed();
    follower.write("dev.bundle", bundle(VENDOR, 2, &[development(lasting(VENDOR, &key(7)))], &key(7)));
    install(&follower, "dev.bundle", &[]).expect_code(1);
}
