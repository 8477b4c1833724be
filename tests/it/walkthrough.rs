//! The whole workflow through the program: from a template to a signed, verified and tested license file.

use std::fs;

use crate::support::{TestDir, files_below, stem};

/// Creates a place with a vendor's key and trust store.
fn with_key() -> TestDir {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--out", "vendor.key.pem"])
        .expect_code(0);
    dir
}

/// Returns the codes of the findings of a severity in the concise output.
fn codes(printed: &str, severity: &str) -> Vec<String> {
    let mark = format!(": {severity}[");
    printed.lines().filter_map(|line| Some(line.split_once(&mark)?.1.split_once(']')?.0.to_owned())).collect()
}

#[test]
fn examples_report_only_elided_keys() {
    let dir = TestDir::new();
    for path in files_below("tests/examples") {
        let text = fs::read_to_string(&path).unwrap();
        dir.write("seed.lic", &text);
        let lint = dir.run(&["lint", "--format", "concise", "seed.lic"]).expect_code(1);
        let blocks = text.matches("FEATURE ").count();
        assert_eq!(codes(&lint.stdout, "error"), vec!["S011"; blocks], "{}", path.display());
        let no_break_lines = text.lines().filter(|line| line.contains('\u{a0}')).count();
        assert_eq!(codes(&lint.stdout, "warning"), vec!["S008"; no_break_lines], "{}", path.display());
        assert_eq!(no_break_lines > 0, stem(&path) == "dependency-sharing");
    }
}

#[test]
fn signed_examples_are_valid_without_errors() {
    let dir = with_key();
    for path in files_below("tests/examples") {
        dir.write("seed.lic", fs::read(&path).unwrap());
        dir.run(&["sign", "seed.lic", "--key", "vendor.key.pem", "-o", "signed.lic"]).expect_code(0);
        let lint = dir.run(&["lint", "--format", "concise", "signed.lic"]).expect_code(0);
        assert_eq!(codes(&lint.stdout, "error"), Vec::<String>::new());
        dir.run(&["verify", "signed.lic"]).expect_code(0);
        // The signature does not cover the layout.
        dir.run(&["fmt", "signed.lic"]).expect_code(0);
        dir.run(&["verify", "signed.lic"]).expect_code(0);
        let lint = dir.run(&["lint", "--format", "concise", "signed.lic"]).expect_code(0);
        assert_eq!(lint.stdout, "", "{}", path.display());
    }
}

#[test]
fn every_template_lints_tests_signs_and_verifies() {
    let dir = with_key();
    let list = dir.run(&["new", "--list"]).expect_code(0).stdout;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for case in ["pool", "suite", "alternates", "cascade", "token-sharing", "dependency-sharing"] {
        assert!(names.contains(&case), "{list}");
    }
    for name in names {
        let file = format!("{name}.lic");
        let made = dir.run(&["new", name, "-o", &file]);
        if made.code != 0 && made.stderr.contains("--set") {
            // A template with required parameters reports that. Its own tests provide them.
            continue;
        }
        made.expect_code(0);
        dir.run(&["fmt", "--check", &file]).expect_code(0);
        dir.run(&["lint", "--deny", "warnings", &file]).expect_code(0);
        dir.run(&["test", &format!("{name}.scenarios.yaml")]).expect_code(0);
        dir.run(&["sign", &file, "--key", "vendor.key.pem", "--in-place"]).expect_code(0);
        dir.run(&["verify", &file]).expect_code(0);
        dir.run(&["lint", "--deny", "warnings", &file]).expect_code(0);
    }
}

#[test]
fn demo_prints_workflow_and_leaves_no_files() {
    let dir = TestDir::new();
    let demo = dir.run(&["demo"]).expect_code(0);
    assert_eq!(dir.names(), Vec::<String>::new(), "files remain in the temporary directory");
    for shown in [
        "$ keywright keys new",
        "$ keywright new pool",
        "$ keywright lint",
        "$ keywright sign",
        "$ keywright verify",
        "$ keywright test",
        "Example Scenario 1",
        "Example Scenario 2",
        "not-enough-licenses",
        "INVALID",
    ] {
        assert!(demo.stdout.contains(shown), "no `{shown}` in:\n{}", demo.stdout);
    }
    dir.run(&["demo", "--keep", "tour"]).expect_code(0);
    assert!(dir.path("tour/mysolutions.lic").is_file());
    let again = dir.run(&["demo", "--keep", "tour"]).expect_code(6);
    assert!(again.stderr.contains("give a directory that does not exist"), "{}", again.stderr);
}

/// Returns a file of 16 levels with 512 equal dependencies each: 512^16 paths.
fn ladder() -> String {
    let mut text = "FEATURE L0 { VENDOR=V COUNT=UNLIMITED }\n".to_owned();
    for level in 1..=16 {
        let line = format!(" TOKEN_DEPENDENCY=\"FEATURE=L{} VERSION=1.0 COUNT=1\"\n", level - 1);
        text += &format!("FEATURE L{level} {{ VENDOR=V KEYTYPE=TOKEN\n{}}}\n", line.repeat(512));
    }
    text
}

#[test]
fn graph_with_512_to_the_16_paths_lints_and_resolves() {
    let dir = TestDir::new();
    dir.write("ladder.lic", ladder());
    let lint = dir.run(&["lint", "--format", "concise", "ladder.lic"]);
    // The cost overflows every pool, which is an error. Depth and number of dependencies are within the limits.
    let codes = codes(&lint.stdout, "error");
    assert!(!codes.iter().any(|code| matches!(&**code, "D002" | "D003")), "{}", lint.stdout);
    dir.write(
        "ladder.scenarios.yaml",
        "license: ladder.lic\nscenarios:\n  - name: one\n    steps:\n      - { checkout: L4, consumes: { L0: 68719476736 } }\n",
    );
    // A license with lint errors is not tested, unless the configuration permits them.
    let refused = dir.run(&["test", "ladder.scenarios.yaml"]).expect_code(3);
    assert!(refused.stderr.contains("D010"), "{}", refused.stderr);
    dir.write("keywright.toml", "levels = { D010 = \"allow\" }\n");
    dir.run(&["test", "ladder.scenarios.yaml"]).expect_code(0);
}
