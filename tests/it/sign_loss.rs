//! A lost key, concurrent commands, and commands that sign: revoked blocks stay revoked, and trouble with one vendor
//! does not affect others.

use std::fs;
use std::process::Stdio;

use crate::sign_life::{ids, vendor};

const NEW: [&str; 5] = ["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"];

/// The steps of docs/security.md, "When a key is lost", with a list published that the lost key signed.
#[test]
fn lost_key_that_signed_revocation_list_can_be_replaced() {
    let place = vendor();
    let ids = ids(&place);
    let (one, two) = (ids[0].as_str(), ids[1].as_str());
    place.run(&["revoke", "--sn", "S-9", "--reason", "refunded", "--key", "one.pem"]).expect_code(0);
    place.run(&["trust", "bundle", "--key", "one.pem", "-o", "1.bundle"]).expect_code(0);
    let line = place.run(&["keys", "export", one, "--form", "line"]).expect_code(0).stdout;
    let install = ["trust", "install", "--trust", "support"];
    place.run(&[&install[..], &["1.bundle", "--first", line.trim()]].concat()).expect_code(0);
    place.copy_own("keys/ABC_Software.revocations", "support/ABC_Software.revocations");
    place.run(&["verify", "a.lic", "--trust", "support"]).expect_code(0);
    place.run(&["keys", "drill", "--key", "two.pem"]).expect_code(0);

    place.run(&["keys", "compromise", one]).expect_code(0);
    place.run(&["keys", "activate", two]).expect_code(0);
    place
        .run(&["trust", "bundle", "--previous", "1.bundle", "--key", "two.pem", "-o", "2.bundle"])
        .expect_code(0);
    // Between the steps: the list that was seen is still used, so that its revocations remain.
    place.write("b.lic", "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 SN=S-9 }\n");
    place.write("c.lic", "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    let refused = place.run(&["sign", "b.lic", "--key", "two.pem", "--in-place"]).expect_code(1);
    assert!(refused.stderr.contains("revoked with all blocks of its SN"), "{}", refused.stderr);
    place.run(&["sign", "c.lic", "--key", "two.pem", "--in-place"]).expect_code(0);
    place.run(&["verify", "c.lic"]).expect_code(0);
    place.run(&["revoke", "--key-id", one, "--reason", "laptop lost", "--key", "two.pem"]).expect_code(0);

    for store in ["keys", "support"] {
        if store == "support" {
            place.run(&[&install[..], &["2.bundle"]].concat()).expect_code(0);
            // The old list was seen there, and is used until the new one arrives.
            place.run(&["verify", "c.lic", "--trust", store]).expect_code(0);
            place.copy_own("keys/ABC_Software.revocations", "support/ABC_Software.revocations");
        }
        let lost = place.run(&["verify", "a.lic", "--trust", store]).expect_code(1);
        assert!(lost.stdout.contains("laptop lost"), "{}", lost.stdout);
        place.run(&["verify", "c.lic", "--trust", store]).expect_code(0);
    }
    assert!(place.read("keys/ABC_Software.revocations").contains("S-9"));
}

#[test]
fn rejected_list_makes_its_vendor_stale() {
    let place = vendor();
    place.run(&["keys", "activate", &ids(&place)[1]]).expect_code(0);
    place.run(&["keys", "new", "--vendor", "Other", "--no-passphrase", "--out", "other.pem"]).expect_code(0);
    place.write("o.lic", "FEATURE Theirs { VENDOR=Other KEYTYPE=ADDITIVE COUNT=1 }\n");
    place.run(&["sign", "o.lic", "--key", "other.pem", "--in-place"]).expect_code(0);
    place.run(&["revoke", "--sn", "S-9", "--reason", "x", "--key", "one.pem"]).expect_code(0);
    let list = place.read("keys/ABC_Software.revocations");
    for text in [list.replace("S-9", "S-8"), String::new(), "nonsense".to_owned(), list.replace('\n', "\r\n")]
    {
        place.write("keys/ABC_Software.revocations", text);
        let stale = place.run(&["verify", "a.lic"]).expect_code(5);
        assert!(stale.stdout.contains("  STALE "), "{}", stale.stdout);
        assert!(stale.stdout.contains("is not accepted"), "{}", stale.stdout);
        place.run(&["verify", "o.lic"]).expect_code(0);
        // A new list would not have its entries.
        place.run(&["revoke", "--sn", "S-7", "--reason", "x", "--key", "two.pem"]).expect_code(2);
    }
    // A thief writes a newer list: it is not accepted, and not used as the base of the next version.
    place.write("keys/ABC_Software.revocations", &list);
    fs::create_dir(place.path("thief")).unwrap();
    for name in fs::read_dir(place.path("keys")).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        place.copy_own(&format!("keys/{name}"), &format!("thief/{name}"));
    }
    place
        .run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", "one.pem", "--trust", "thief"])
        .expect_code(0);
    place.run(&["keys", "compromise", &ids(&place)[0]]).expect_code(0);
    place.copy_own("thief/ABC_Software.revocations", "keys/ABC_Software.revocations");
    place.write("c.lic", "FEATURE C { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    place.run(&["sign", "c.lic", "--key", "two.pem", "--in-place"]).expect_code(0);
    place.run(&["verify", "c.lic"]).expect_code(5);
    place.run(&["revoke", "--sn", "S-7", "--reason", "x", "--key", "two.pem"]).expect_code(2);
}

#[test]
fn concurrent_revocations_are_merged() {
    let place = vendor();
    let children: Vec<_> = (0..8)
        .map(|number| {
            let mut command = place.command();
            command.args(["revoke", "--sn", &format!("S-{number}"), "--reason", "x", "--key", "one.pem"]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let list = place.read("keys/ABC_Software.revocations");
    assert!(list.contains("version: 8\n"), "{list}");
    assert!((0..8).all(|number| list.contains(&format!("sn: \"S-{number}\""))), "{list}");
    place.run(&["verify", "a.lic"]).expect_code(0);
}

#[test]
fn retired_key_cannot_sign() {
    let place = vendor();
    let ids = ids(&place);
    let sign = |key: &str| place.run(&["sign", "a.lic", "--key", key, "-o", "b.lic"]);
    let warned = sign("two.pem").expect_code(0);
    assert!(warned.stderr.contains("to put it into use, run `keywright keys activate"), "{}", warned.stderr);
    fs::remove_file(place.path("b.lic")).unwrap();
    place.run(&["keys", "retire", &ids[0]]).expect_code(0);
    for (command, key) in [("compromise", "one.pem"), ("compromise", "one.pem")] {
        let refused = sign(key).expect_code(1);
        assert!(refused.stderr.contains("and cannot sign"), "{}", refused.stderr);
        place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", key]).expect_code(1);
        place.run(&["keys", command, &ids[0]]).expect_code(0);
    }
    assert!(!place.path("b.lic").exists() && !place.path("keys/ABC_Software.revocations").exists());
}

#[test]
fn development_key_cannot_withdraw_production_blocks() {
    let place = vendor();
    place.run(&[&NEW[..], &["--usage", "development", "--out", "dev.pem"]].concat()).expect_code(0);
    let refused = place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", "dev.pem"]).expect_code(2);
    assert!(refused.stderr.contains("is a development key"), "{}", refused.stderr);
    place.run(&["verify", "a.lic"]).expect_code(0);
}

#[test]
fn sign_and_drill_respect_revocations() {
    let place = vendor();
    let ids = ids(&place);
    place.run(&["revoke", "--license", "a.lic", "--reason", "wrong", "--key", "one.pem"]).expect_code(0);
    let again = place.run(&["sign", "a.lic", "--key", "one.pem", "-o", "b.lic"]).expect_code(1);
    assert!(again.stderr.contains("this block was revoked: `wrong`"), "{}", again.stderr);
    place.run(&["keys", "drill", "--key", "two.pem"]).expect_code(0);
    place.run(&["revoke", "--key-id", &ids[1], "--reason", "copied", "--key", "one.pem"]).expect_code(0);
    place.copy("tests/issue/catalog.yaml", "catalog.yaml").copy("tests/issue/order.yaml", "order.yaml");
    let issue = ["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--out", "out"];
    for args in [&["sign", "a.lic", "-o", "b.lic"][..], &issue] {
        let refused = place.run(&[args, &["--key", "two.pem"]].concat()).expect_code(1);
        assert!(refused.stderr.contains("is revoked: `copied`"), "{}", refused.stderr);
    }
    assert!(!place.path("out").exists());
    let drill = place.run(&["keys", "drill", "--key", "two.pem"]).expect_code(1);
    assert!(drill.stdout.contains("REVOKED") && drill.stdout.contains("copied"), "{}", drill.stdout);
    assert!(!place.path("b.lic").exists());
}

/// A signing program can be used wherever a key file can.
#[cfg(unix)]
#[test]
fn every_signing_command_accepts_external_signer() {
    if !crate::support::has_tools(&["python3", "openssl"], "the reference signer") {
        return;
    }
    let place = vendor();
    let ids = ids(&place);
    place
        .copy("tests/issue/catalog.yaml", "catalog.yaml")
        .copy("tests/issue/order.yaml", "order.yaml")
        .copy("examples/reference-signer.py", "signer.py");
    crate::sign_cli::executable(&place, "signer.py");
    let by = |args: &[&str], id: &str, key: &str, option: &str| {
        let signer = ["--signer", "./signer.py", "--signer-arg", key, option, id];
        place.run(&[args, &signer].concat())
    };
    let (one, two) = (ids[0].as_str(), ids[1].as_str());
    by(&["trust", "bundle", "-o", "1.bundle"], one, "one.pem", "--key-id").expect_code(0);
    by(&["keys", "drill"], two, "two.pem", "--key-id").expect_code(0);
    by(&["revoke", "--sn", "S-1", "--reason", "x"], one, "one.pem", "--signer-key-id").expect_code(0);
    let issue = ["issue", "--catalog", "catalog.yaml", "--order", "order.yaml"];
    by(&[&issue[..], &["--out", "out"]].concat(), one, "one.pem", "--key-id").expect_code(0);
    place.run(&[&issue[..], &["--plan", "plan.json"]].concat()).expect_code(0);
    by(&["issue", "--approve", "plan.json"], one, "one.pem", "--key-id").expect_code(0);
    place.run(&["verify", "out"]).expect_code(0);
    // A liar is found in all of them.
    for args in
        [&["trust", "bundle", "-o", "2.bundle"][..], &["keys", "drill"], &["issue", "--approve", "plan.json"]]
    {
        let (id, key) = if args[0] == "keys" { (two, "one.pem") } else { (one, "two.pem") };
        assert_ne!(by(args, id, key, "--key-id").code, 0, "{args:?}");
    }
    assert!(!place.path("2.bundle").exists());
    for args in
        [&["trust", "bundle", "-o", "x"][..], &["keys", "drill"], &["revoke", "--expires", "2099-01-01"]]
    {
        let no_signer = place.run(args).expect_code(2);
        assert!(no_signer.stderr.contains("no signing key given"), "{}", no_signer.stderr);
    }
}
