//! What `verify` says about a customer: the role of each block, usable totals, purchases, and directories of files.

use serde_json::Value;

use crate::issue;
use crate::schema;
use crate::sign_cli::{DAY, KEY, test_dir, verify};
use crate::support::{Outcome, TestDir, snapshot};

/// A directory with signed license files.
fn signed(files: &[(&str, &str)]) -> TestDir {
    let dir = test_dir();
    for (name, text) in files {
        dir.write(name, text.replace("VENDOR ", "VENDOR=ABC_Software "));
        let options = ["--in-place", "--allow", "C001,C002,C003,C004,X003,X004,T002,T003,D005"];
        dir.run(&[&["sign", name, "--key", KEY][..], &options].concat()).expect_code(0);
    }
    dir
}

fn json(dir: &TestDir, args: &[&str]) -> Value {
    let run = verify(dir, &[&["--format", "json"][..], args].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema::faults("verify", &report), [""; 0], "{}", run.stdout);
    report
}

/// The usable totals of a file, or of all files: `NAME=TOTAL`.
fn usable(report: &Value) -> Vec<String> {
    let totals = report["usable"].as_array().unwrap().iter();
    totals.map(|total| format!("{}={}", total["feature"].as_str().unwrap(), total["usable"])).collect()
}

/// The roles of the blocks of a file, in words.
fn roles(report: &Value, file: usize) -> Vec<String> {
    let blocks = report["files"][file]["blocks"].as_array().unwrap().iter();
    blocks.map(|block| block["role_text"].as_str().unwrap_or("none").to_owned()).collect()
}

fn last_line(outcome: &Outcome) -> &str {
    outcome.stdout.lines().last().unwrap_or_default()
}

const BOUGHT: &str = "FEATURE Pool { VENDOR COUNT=20 KEYTYPE=EXCLUSIVE SN=A-1 LICENSEE=\"ABC Corp\" }\n\
    FEATURE Draw { VENDOR KEYTYPE=TOKEN SN=A-1 LICENSEE=\"ABC Corp\" TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n";
const UPGRADED: &str = "FEATURE Pool { VENDOR COUNT=35 KEYTYPE=EXCLUSIVE SN=A-2 LICENSEE=\"ABC Corp\" }\n";

#[test]
fn files_are_verified_on_their_own_and_with_together_as_one_set() {
    let dir = signed(&[("a.lic", BOUGHT), ("b.lic", UPGRADED)]);
    let apart = json(&dir, &["a.lic", "b.lic"]);
    assert_eq!(
        (usable(&apart), usable(&apart["files"][0])),
        (vec![], vec!["Pool=20".into(), "Draw=4".into()])
    );
    assert_eq!(usable(&apart["files"][1]), ["Pool=35"]);
    assert_eq!(apart["sums"], Value::Array(Vec::new()));
    let together = json(&dir, &["--together", "a.lic", "b.lic"]);
    assert_eq!(usable(&together), ["Pool=20", "Draw=4"]);
    assert_eq!(together["sums"][1]["count"], 20);
    assert_eq!(roles(&together, 1), ["not used: the EXCLUSIVE block `Pool` in line 1 of `a.lic` serves"]);
    assert_eq!(together["files"][1]["blocks"][0]["role"], "other-exclusive-serves");
    let text = verify(&dir, &["--together", "a.lic", "b.lic"]).expect_code(0).stdout;
    snapshot("sign", "verify-together", &text);
    assert!(!text.contains("55"), "{text}");
}

#[test]
fn unlimited_is_a_total_and_nothing_is_added_to_it() {
    let dir = signed(&[
        ("a.lic", "FEATURE Pool { VENDOR COUNT=UNLIMITED KEYTYPE=ADDITIVE SN=A-1 }\n"),
        ("b.lic", "FEATURE Pool { VENDOR COUNT=5 KEYTYPE=ADDITIVE SN=A-2 }\n"),
    ]);
    let together = json(&dir, &["--together", "a.lic", "b.lic"]);
    assert_eq!(usable(&together), ["Pool=\"unlimited\""]);
    let text = verify(&dir, &["--together", "a.lic", "b.lic"]).expect_code(0).stdout;
    assert!(text.contains("  usable          Pool: unlimited\n"), "{text}");
    let apart = verify(&dir, &["a.lic", "b.lic"]).expect_code(0).stdout;
    assert!(apart.contains("Pool: unlimited\n") && apart.contains("Pool: 5\n"), "{apart}");
}

#[test]
fn roles_and_costs_are_those_of_the_resolver() {
    let text = "FEATURE Pool { VENDOR COUNT=20 KEYTYPE=EXCLUSIVE }\n\
        FEATURE Pool { VENDOR COUNT=5 KEYTYPE=UPGRADE }\n\
        FEATURE Lone { VENDOR COUNT=5 KEYTYPE=UPGRADE }\n\
        FEATURE Old { VENDOR COUNT=3 KEYTYPE=ADDITIVE }\n\
        FEATURE Old { VENDOR COUNT=4 KEYTYPE=ADDITIVE REPLACES=\"FEATURE=Old\" }\n\
        FEATURE Large { VENDOR KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=26\" }\n\
        FEATURE Mid { VENDOR KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }\n\
        FEATURE Mid { VENDOR KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=7\" }\n\
        FEATURE Top { VENDOR KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Mid VERSION=1.0 COUNT=1\" TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n";
    let dir = signed(&[("a.lic", text)]);
    let report = json(&dir, &["a.lic"]);
    assert_eq!(
        roles(&report, 0),
        [
            "serves",
            "adds to `Pool` in line 1",
            "no base to upgrade",
            "replaced by `Old` in line 5",
            "serves",
            "cannot be served: `Pool` has too few licenses for one checkout",
            "serves",
            "serves",
            "serves"
        ]
    );
    assert_eq!(usable(&report["files"][0])[0], "Pool=25");
    let top = &report["files"][0]["blocks"][8]["unlocks"];
    let draw = &top["draws"][0];
    assert_eq!((&draw["least"], &draw["most"], &draw["exact"]), (&3.into(), &8.into(), &false.into()));
    assert_eq!(top["alternatives"].as_array().unwrap().len(), 2);
    snapshot("sign", "verify-roles", &verify(&dir, &["a.lic"]).expect_code(0).stdout);
}

#[test]
fn purchases_of_one_customer_are_named() {
    let dir = signed(&[(
        "a.lic",
        &(BOUGHT.to_owned() + &UPGRADED.replace("EXCLUSIVE", "ADDITIVE").replace("Pool", "More")),
    )]);
    let text = verify(&dir, &["a.lic"]).expect_code(0).stdout;
    assert!(text.starts_with("license  for `ABC Corp`  a.lic  3 blocks  "), "{text}");
    assert!(text.contains("\n  purchases       A-1, A-2\n"), "{text}");
    let report = json(&dir, &["a.lic"]);
    assert_eq!(report["files"][0]["purchases"], serde_json::json!(["A-1", "A-2"]));
    assert_eq!(report["files"][0]["customers"], serde_json::json!(["ABC Corp"]));
    let strict = verify(&dir, &["--one-set", "a.lic"]).expect_code(5);
    assert!(strict.stdout.contains("of another purchase than the block in line 1"), "{}", strict.stdout);
    // A changed file only claims to be for someone.
    dir.write("b.lic", dir.read("a.lic").replace("COUNT", "XCOUNT").replace("SN=A", "SN=B"));
    dir.write("c.lic", dir.read("a.lic").replace("SN=A", "SN=B"));
    let claimed = verify(&dir, &["c.lic"]).expect_code(1).stdout;
    assert!(claimed.starts_with("license  claims to be for `ABC Corp`  c.lic"), "{claimed}");
    let masked = verify(&dir, &["a.lic", "--redact"]).expect_code(0).stdout;
    assert!(masked.starts_with("license  for `[redacted]`  file 1") && !masked.contains("A-1"), "{masked}");
}

#[test]
fn blocks_of_two_customers_are_not_added_up() {
    let other = UPGRADED.replace("ABC Corp", "XYZ Ltd").replace("EXCLUSIVE", "ADDITIVE");
    let dir = signed(&[("a.lic", BOUGHT), ("b.lic", &other), ("c.lic", &(BOUGHT.to_owned() + &other))]);
    verify(&dir, &["a.lic", "b.lic"]).expect_code(0);
    for args in [&["--together", "a.lic", "b.lic"][..], &["c.lic"]] {
        let run = verify(&dir, args).expect_code(5);
        assert!(run.stdout.contains("MIXED-SET") && !run.stdout.contains("  usable "), "{}", run.stdout);
    }
    // Only the composition and the spaces of the name differ.
    let same = "FEATURE A { VENDOR COUNT=5 KEYTYPE=ADDITIVE LICENSEE=\"M\u{fc}ller GmbH\" }\n\
        FEATURE B { VENDOR COUNT=5 KEYTYPE=ADDITIVE LICENSEE=\"Mu\u{308}ller\u{a0}GmbH\" }\nFEATURE C { VENDOR COUNT=5 KEYTYPE=ADDITIVE }\n";
    let dir = signed(&[("a.lic", same)]);
    let run = verify(&dir, &["a.lic"]).expect_code(0).stdout;
    assert!(
        run.contains("\n  warning         the block in line 3 without LICENSEE: any customer can use it\n"),
        "{run}"
    );
}

#[test]
fn directory_is_reported_with_one_line_for_each_file_and_failures_first() {
    let dir = signed(&[("c/a.lic", BOUGHT), ("c/b.lic", BOUGHT), ("c/d.lic", UPGRADED)]);
    dir.write("c/b.lic", dir.read("c/b.lic").replace("COUNT=20", "COUNT=90"));
    let run = verify(&dir, &["c"]).expect_code(1);
    snapshot("sign", "verify-directory", &run.stdout);
    assert_eq!(last_line(&run), "RESULT: INVALID (2 of 3 files valid)  exit 1");
    assert!(
        run.stdout.starts_with("  INVALID         for `ABC Corp`  c/b.lic  1 of 2 blocks valid\n"),
        "{}",
        run.stdout
    );
    let quiet = verify(&dir, &["c", "-q"]).expect_code(1).stdout;
    assert!(quiet.contains("c/b.lic") && !quiet.contains("  VALID "), "{quiet}");
    let long = verify(&dir, &["c", "-v"]).expect_code(1).stdout;
    assert_eq!(long.matches("\nlicense  ").count() + 1, 3, "{long}");
    dir.write("c/b.lic", dir.read("c/a.lic"));
    assert_eq!(verify(&dir, &["c", "-q"]).expect_code(0).stdout, "");
    assert_eq!(last_line(&verify(&dir, &["c"])), "RESULT: VALID (3 of 3 files valid)  exit 0");
}

/// More files than are in memory at the same time.
#[test]
fn large_directory_is_reported_in_order_and_completely() {
    let dir = signed(&[("a.lic", BOUGHT)]);
    let good = dir.read("a.lic");
    for number in 0..600 {
        let text = if number % 300 == 299 { good.replace("COUNT=20", "COUNT=21") } else { good.clone() };
        dir.write(&format!("many/{number:03}.lic"), text);
    }
    let run = verify(&dir, &["many", "missing.lic"]).expect_code(6);
    assert_eq!(last_line(&run), "RESULT: NOT-READ (598 of 601 files valid)  exit 6");
    let lines = run.stdout.lines().filter(|line| !line.starts_with("   "));
    let names: Vec<&str> = lines.filter_map(|line| line.split("many/").nth(1)?.get(..3)).collect();
    assert_eq!((names.len(), &names[..3]), (600, &["299", "599", "000"][..]));
    let report = json(&dir, &["many", "missing.lic"]);
    assert_eq!(report["files"].as_array().unwrap().len(), 601);
    let masked = verify(&dir, &["many", "--redact"]).expect_code(1).stdout;
    assert!(masked.contains("  INVALID         for `[redacted]`  file 600  "), "{masked}");
}

#[test]
fn replaced_or_revoked_block_is_named_in_the_result_and_exits_with_5() {
    let dir = issue::test_dir();
    issue::issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.write("old.lic", dir.read("out/ABC-1.lic"));
    dir.write("order.yaml", dir.read("order.yaml").replace("count: 20", "count: 25"));
    issue::issue(&dir, "order.yaml", &["--key", issue::KEY, "--out", "out", "--log", "log", "--replace"])
        .expect_code(0);
    let verify = |args: &[&str]| dir.run(&[&["verify", "--at", issue::DAY][..], args].concat());
    verify(&["old.lic"]).expect_code(0);
    verify(&["--log", "log", "out/ABC-1.lic"]).expect_code(0);
    let replaced = verify(&["--log", "log", "old.lic"]).expect_code(5);
    assert!(last_line(&replaced).starts_with("RESULT: REPLACED ("), "{}", replaced.stdout);
    assert!(
        last_line(&replaced).contains("; MySolutions in line 1 was replaced)  exit 5"),
        "{}",
        replaced.stdout
    );
    let lines = verify(&["--log", "log", "old.lic", "out"]).expect_code(5).stdout;
    assert!(
        lines.contains("  REPLACED        ") && lines.contains("line 1: replaced in the issue log"),
        "{lines}"
    );
    dir.run(&["revoke", "--sn", "ABC-1", "--reason", "not paid", "--key", issue::KEY]).expect_code(0);
    let today = |args: &[&str]| dir.run(&[&["verify"][..], args].concat());
    assert_eq!(today(&["out/ABC-1.lic"]).code, 1);
    let revoked = today(&["--log", "log", "out/ABC-1.lic"]).expect_code(5);
    assert!(last_line(&revoked).starts_with("RESULT: REVOKED ("), "{}", revoked.stdout);
    assert!(last_line(&revoked).contains("MySolutions in line 1 was revoked"), "{}", revoked.stdout);
    // A changed block is still a failure.
    dir.write("changed.lic", dir.read("old.lic").replacen("VERSION=1", "VERSION=2", 1));
    verify(&["--log", "log", "changed.lic"]).expect_code(1);
}

#[test]
fn trust_store_comes_from_the_configuration_of_the_working_directory() {
    let dir = signed(&[("customer/a.lic", BOUGHT)]);
    std::fs::rename(dir.path("keys"), dir.path("trusted")).unwrap();
    let none = verify(&dir, &["customer/a.lic"]).expect_code(2).stderr;
    assert!(none.contains("ask the vendor of the license for the public key"), "{none}");
    assert!(!none.contains("keys new"), "{none}");
    // A configuration from the customer does not choose the keys.
    dir.write("customer/keywright.toml", "trust = \"../trusted\"\n");
    verify(&dir, &["customer/a.lic"]).expect_code(2);
    dir.write("keywright.toml", "trust = \"trusted\"\n");
    let run = verify(&dir, &["customer/a.lic"]).expect_code(0);
    assert!(run.stdout.contains(&format!("verified for {DAY}  trust trusted  ")), "{}", run.stdout);
    verify(&dir, &["customer/a.lic", "--trust", "keys"]).expect_code(2);
    dir.write("empty/trust.yaml", "version: 1\nkeys: []\n");
    let empty = verify(&dir, &["customer/a.lic", "--trust", "empty"]).expect_code(2).stderr;
    assert!(!empty.contains("keys new"), "{empty}");
}
