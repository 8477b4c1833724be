//! `verify` and `test` in the formats for findings: SARIF and GitHub annotations.

use serde_json::Value;

use crate::sarif;
use crate::sign_cli::{KEY, signed_dir, verify};
use crate::support::{TestDir, snapshot};

type Place = (&'static str, &'static str, i64);

/// Asserts the rule, the file and the line of each finding, in both formats.
#[track_caller]
fn assert_places(run: impl Fn(&str) -> crate::support::Outcome, code: i32, expected: &[Place]) {
    let text = run("sarif").expect_code(code).stdout;
    let found = sarif::places(&sarif::checked(&text));
    let found: Vec<(&str, &str, i64)> =
        found.iter().map(|(id, file, line)| (&**id, &**file, *line)).collect();
    assert_eq!(found, expected);
    let github = run("github").expect_code(code).stdout;
    let lines: Vec<&str> = github.lines().filter(|line| !line.contains("title=not read")).collect();
    assert_eq!(lines.len(), expected.len(), "{github}");
    for (line, (id, file, number)) in lines.iter().zip(expected) {
        assert!(line.contains(&format!(" file={file},line={number},")), "{line}");
        assert!(line.contains(&format!("title={id} ")), "{line}");
    }
}

/// A directory with a file for each kind of verdict that a customer's file can have.
fn customers() -> TestDir {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("customers/good.lic", &good);
    dir.write("customers/changed.lic", good.replacen("COUNT=20", "COUNT=99", 1));
    dir.write("customers/none.lic", "# nothing\n");
    dir.write("customers/unsigned.lic", "\n\nFEATURE Draw { VENDOR=ABC_Software COUNT=5 }\n");
    dir.write("customers/broken.lic", "FEATURE A { VENDOR=x }\nFEATURE B { VENDOR\n");
    dir
}

#[test]
fn verify_failures_are_findings_at_their_blocks() {
    let dir = customers();
    let run = |format: &str| verify(&dir, &["customers", "--format", format]);
    let expected = [
        ("UNSIGNED", "customers/broken.lic", 1),
        ("MALFORMED", "customers/broken.lic", 2),
        ("INVALID", "customers/changed.lic", 2),
        ("NO-BLOCK", "customers/none.lic", 1),
        ("UNSIGNED", "customers/unsigned.lic", 3),
    ];
    assert_places(run, 3, &expected);
    // JSON has the same verdicts.
    let json: Value = serde_json::from_str(&run("json").stdout).unwrap();
    let blocks = json["files"].as_array().unwrap().iter().flat_map(|file| file["blocks"].as_array().unwrap());
    let verdicts: Vec<&str> = blocks.filter_map(|block| block["verdict"].as_str()).collect();
    let of_blocks = expected.iter().map(|(id, ..)| *id).filter(|id| *id != "NO-BLOCK");
    assert_eq!(
        verdicts.into_iter().filter(|word| *word != "VALID").collect::<Vec<_>>(),
        of_blocks.collect::<Vec<_>>()
    );
    snapshot("report", "verify_github", &run("github").stdout);
    // Nothing is reported for a valid file.
    assert_places(|format| verify(&dir, &["a.lic", "--format", format]), 0, &[]);
}

#[test]
fn verify_policies_and_dates_are_warnings() {
    let dir = test_dir_of_other_customer();
    let later = |format: &str| {
        dir.run(&["verify", "--development", "--at", "2031-01-01", "b.lic", "--format", format])
    };
    let report = sarif::checked(&later("sarif").expect_code(4).stdout);
    assert_eq!(sarif::places(&report), [("EXPIRED".to_owned(), "b.lic".to_owned(), 1)]);
    assert!(later("github").stdout.starts_with("::warning file=b.lic,line=1,"), "{}", later("github").stdout);
    let mixed = |format: &str| verify(&dir, &["--together", "a.lic", "b.lic", "--format", format]);
    assert_places(mixed, 5, &[("MIXED-SET", "b.lic", 1)]);
}

fn test_dir_of_other_customer() -> TestDir {
    let dir = signed_dir();
    dir.write(
        "b.lic",
        "FEATURE Pool { VENDOR=ABC_Software COUNT=3 LICENSEE=Other END=2030-12-31 ISSUED=2026-01-15 }\n",
    );
    dir.run(&["sign", "b.lic", "--key", KEY, "--in-place", "--allow", "C001"]).expect_code(0);
    dir
}

#[test]
fn verify_reports_unreadable_files_and_refuses_redacted_places() {
    let dir = customers();
    let run = |format: &str| verify(&dir, &["gone.lic", "customers/good.lic", "--format", format]);
    let report: Value = serde_json::from_str(&run("sarif").expect_code(6).stdout).unwrap();
    let invocation = &report["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(text, "gone.lic: cannot read `gone.lic`: no such file or directory");
    let github = run("github").stdout;
    assert!(github.starts_with("::error file=gone.lic,title=not read::cannot read"), "{github}");
    for format in ["sarif", "github"] {
        let refused = verify(&dir, &["--redact", "--format", format, "a.lic"]).expect_code(2);
        assert!(refused.stderr.contains("`--redact` supports only"), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
}

fn scenarios() -> TestDir {
    let dir = TestDir::new();
    for name in
        ["good/pool.lic", "good/pool.scenarios.yaml", "failing/pool.lic", "failing/sum.scenarios.yaml"]
    {
        dir.copy(&format!("tests/scenarios/{name}"), name);
    }
    dir
}

#[test]
fn failed_scenarios_are_findings_at_their_lines() {
    let dir = scenarios();
    dir.write("bad.scenarios.yaml", "license: good/pool.lic\nscenarois: []\n");
    let run = |format: &str| dir.run(&["test", ".", "--format", format]);
    let places = [("R020", "failing/sum.scenarios.yaml", 9), ("R002", "bad.scenarios.yaml", 2)];
    assert_places(run, 3, &places);
    snapshot("report", "test_github", &run("github").stdout);
    assert_places(|format| dir.run(&["test", "good", "--format", format]), 0, &[]);
    let missing = |format: &str| dir.run(&["test", "good", "gone.scenarios.yaml", "--format", format]);
    assert_places(missing, 6, &[]);
    assert!(missing("github").stdout.contains("::error file=gone.scenarios.yaml,title=not read::"));
}

#[test]
fn missing_coverage_and_undetected_mutations_are_findings_in_the_license() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Pool { VENDOR=abc KEYTYPE=EXCLUSIVE COUNT=4 }\nFEATURE Spare { VENDOR=abc COUNT=2 }\n",
    );
    dir.write(
        "a.scenarios.yaml",
        "license: a.lic\nscenarios:\n  - name: one\n    steps:\n      - { checkout: Pool, consumes: { Pool: 1 } }\n",
    );
    let run = |more: &[&str]| {
        let args = [&["test", "a.scenarios.yaml", "--format", "github"][..], more].concat();
        dir.run(&args)
    };
    let noted = run(&["--coverage"]).expect_code(0).stdout;
    assert!(noted.contains("::notice file=a.lic,line=2,"), "{noted}");
    let failed = run(&["--coverage", "--fail-under", "100"]).expect_code(1).stdout;
    assert!(failed.contains("::error file=a.lic,line=2,") && !failed.contains("::notice"), "{failed}");
    let mutated = run(&["--mutate"]).expect_code(1).stdout;
    assert!(mutated.contains("::error file=a.lic,line=1,") && mutated.contains("R022"), "{mutated}");
    let sarif = dir.run(&["test", "a.scenarios.yaml", "--format", "sarif", "--coverage", "--mutate"]);
    sarif::checked(&sarif.expect_code(1).stdout);
}

#[test]
fn every_rule_of_a_report_has_a_page() {
    let dir = signed_dir();
    let rules = |args: &[&str]| -> Vec<String> {
        let sarif = sarif::checked(&dir.run(&[args, &["--format", "sarif"]].concat()).stdout);
        let rules = sarif.runs[0].tool.driver.rules.as_ref().unwrap();
        rules.iter().map(|rule| rule.id.clone()).collect()
    };
    dir.copy("tests/scenarios/good/pool.lic", "pool.lic");
    dir.copy("tests/scenarios/good/pool.scenarios.yaml", "pool.scenarios.yaml");
    let all = [rules(&["verify", "a.lic"]), rules(&["test", "pool.scenarios.yaml"])].concat();
    assert!(all.len() > 30, "{all:?}");
    for id in all {
        let page = dir.run(&["explain", &id]).expect_code(0).stdout;
        assert!(page.starts_with(&id) && page.contains("Checks for"), "{page}");
        let json = dir.run(&["explain", &id, "--format", "json"]).expect_code(0).stdout;
        let page: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(crate::schema::faults("explain", &page), [""; 0]);
        assert_eq!(page["code"], id);
    }
}
