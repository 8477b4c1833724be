//! `keywright convert --to xmllicgen`: the template states what the license states.

use crate::support::{TestDir, snapshot};

const LICENSE: &str = "# for the customer\n\
    FEATURE Pool\n{\n  VENDOR=ABC COUNT=20 KEYTYPE=EXCLUSIVE VERSION=2026.105 END=2027-12-31 SHARE=HOST|USER\n  \
    HOLD=300 SOFTLIMIT=18 LICENSEE=\"M\u{fc}ller & <Co>\"\n}\n\n\
    FEATURE Draw\n{\n  VENDOR=ABC KEYTYPE=TOKEN VERSION=1.0\n  \
    TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=2026.105 COUNT=5\"\n}\n\n\
    FEATURE Local\n{\n  VENDOR=ABC VERSION=1.0 HOSTID_MATCH_RATE=50\n  HOSTID=\"ETHERNET=001122334455\"\n  \
    HOSTID=\"HOSTNAME=ws1\"\n}\n";

#[test]
fn template_converts_back_to_the_same_license() {
    let place = TestDir::new();
    place.write("a.lic", LICENSE);
    let outcome = place.run(&["convert", "a.lic", "--to", "xmllicgen", "-o", "a.xml"]).expect_code(0);
    snapshot("convert", "to-xmllicgen", &format!("{}--- a.xml\n{}", outcome.shown(), place.read("a.xml")));
    let back = [
        "convert",
        "a.xml",
        "--vendor",
        "ABC",
        "--hold-unit",
        "seconds",
        "--at",
        "2026-06-01",
        "-o",
        "b.lic",
    ];
    place.run(&back).expect_code(0);
    place.run(&["convert", "b.lic", "--to", "xmllicgen", "-o", "b.xml", "-q"]).expect_code(0);
    let sorted = |name: &str| {
        let text = place.read(name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted("a.xml"), sorted("b.xml"));
}

#[test]
fn blocks_that_lm_x_does_not_have_are_refused() {
    let place = TestDir::new();
    place.write(
        "a.lic",
        "FEATURE A { VENDOR=ABC KEYTYPE=ACTIVATION COUNT=5 }\nFEATURE B { VENDOR=ABC COUNT=1 }\n",
    );
    let refused = place.run(&["convert", "a.lic", "--to", "xmllicgen", "-o", "a.xml"]).expect_code(1);
    assert!(refused.stderr.contains("L023"), "{}", refused.stderr);
    assert!(!place.path("a.xml").exists());
    let args = ["convert", "a.lic", "--to", "xmllicgen", "--accept", "L023", "--report", "r.json", "-q"];
    let accepted = place.run(&args).expect_code(0);
    assert!(accepted.stdout.contains("NAME=\"B\"") && !accepted.stdout.contains("NAME=\"A\""));
    let report: serde_json::Value = serde_json::from_str(&place.read("r.json")).unwrap();
    assert_eq!(crate::schema::faults("convert", &report), [""; 0]);
    place.write("bad.lic", "FEATURE A { VENDOR=ABC COUNT=05 }\n");
    place.run(&["convert", "bad.lic", "--to", "xmllicgen"]).expect_code(3);
}

/// A license that LM-X's generator signed: its KEY has another form.
#[test]
fn foreign_keys_are_opaque() {
    let place = TestDir::new();
    place.write(
        "a.lic",
        "FEATURE A\n{\n  VENDOR=ABC COUNT=5 KEYTYPE=EXCLUSIVE VERSION=1.0\n  KEY=2F0C]81*A0\n}\n",
    );
    place
        .write("a.scenarios.yaml", "license: a.lic\nscenarios:\n  - name: a\n    steps: [{ checkout: A }]\n");
    let own = place.run(&["lint", "--format", "concise", "a.lic"]).expect_code(1);
    assert!(own.stdout.contains("K003"), "{}", own.stdout);
    place.run(&["test", "a.scenarios.yaml"]).expect_code(3);
    place.write("keywright.toml", "keys = \"foreign\"\n");
    let foreign = place.run(&["lint", "--format", "concise", "a.lic"]).expect_code(0);
    assert_eq!(foreign.stdout, "");
    assert!(foreign.stderr.contains("KEYs are not checked"), "{}", foreign.stderr);
    place.run(&["test", "a.scenarios.yaml"]).expect_code(0);
    place.run(&["fmt", "--check", "a.lic"]).expect_code(0);
    place.run(&["keys", "new", "--vendor", "ABC", "--no-passphrase"]).expect_code(0);
    let verify = place.run(&["verify", "a.lic"]).expect_code(2);
    assert!(verify.stderr.contains("cannot be verified: its keywright.toml has"), "{}", verify.stderr);
    place.write("keywright.toml", "keys = \"strange\"\n");
    let wrong = place.run(&["lint", "a.lic"]).expect_code(2);
    assert!(wrong.stderr.contains("expected one of own, foreign"), "{}", wrong.stderr);
}
