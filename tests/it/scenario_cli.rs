//! `keywright test` on the command line.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{TestDir, snapshot};

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    for name in
        ["good/pool.lic", "good/pool.scenarios.yaml", "failing/pool.lic", "failing/sum.scenarios.yaml"]
    {
        dir.copy(&format!("tests/scenarios/{name}"), name);
    }
    dir
}

#[test]
fn test_reports_passed_and_failed_scenarios() {
    let dir = test_dir();
    dir.run(&["test", "good"]).expect_code(0);
    snapshot("scenario", "cli_failing", &dir.run(&["test", "good", "failing"]).expect_code(1).shown());
    let filtered = dir.run(&["test", ".", "--filter", "pool is empty"]).expect_code(0);
    assert!(filtered.stdout.ends_with("\n1 passed, 0 failed\n"), "{}", filtered.stdout);
    assert!(!filtered.stdout.contains("sum.scenarios.yaml"));
}

#[test]
fn test_without_scenarios_fails() {
    let dir = test_dir();
    dir.write("empty/readme.txt", "");
    dir.write("none.scenarios.yaml", "license: good/pool.lic\nscenarios: []\n");
    dir.run(&["test", "empty"]).expect_code(2);
    dir.run(&["test", "none.scenarios.yaml"]).expect_code(2);
    dir.run(&["test", "good", "--filter", "no such scenario"]).expect_code(2);
    dir.run(&["test"]).expect_code(2);
    dir.run(&["test", "missing.scenarios.yaml"]).expect_code(6);
}

#[test]
fn invalid_scenario_file_is_shown_and_others_run() {
    let dir = test_dir();
    dir.write("bad.scenarios.yaml", "license: good/pool.lic\nscenarois: []\n");
    let outcome = dir.run(&["test", "bad.scenarios.yaml", "good/pool.scenarios.yaml"]).expect_code(3);
    snapshot("scenario", "cli_unreadable", &outcome.shown());
}

#[test]
fn update_writes_actual_values_only() {
    let dir = test_dir();
    let before = dir.read("failing/sum.scenarios.yaml");
    let outcome = dir.run(&["test", "--update", "failing"]).expect_code(0);
    assert!(outcome.stderr.contains("updated failing/sum.scenarios.yaml"), "{}", outcome.stderr);
    assert_eq!(dir.read("failing/sum.scenarios.yaml"), before.replace("checkouts: 11", "checkouts: 12"));
    dir.run(&["test", "failing"]).expect_code(0);
}

#[test]
fn update_writes_denials_and_grants() {
    let dir = test_dir();
    let head = "license: good/pool.lic\nscenarios:\n  - name: one\n    steps:\n";
    let wrong = "      - { checkout: MyDraw, count: 5 } # too many\n      \
         - { checkout: MyDraw, denied: not-in-force }\n      \
         - checkout: MyDraw\n        count: 4\n      \
         - checkout: MyDraw\n        denied: not-in-force # or not\n        by: ann@ws1\n";
    let right = "      - { checkout: MyDraw, denied: not-enough-licenses, count: 5 } # too many\n      \
         - { checkout: MyDraw }\n      \
         - checkout: MyDraw\n        denied: not-enough-licenses\n        count: 4\n      \
         - checkout: MyDraw\n        # or not\n        by: ann@ws1\n";
    dir.write("x.scenarios.yaml", format!("{head}{wrong}"));
    dir.run(&["test", "--update", "x.scenarios.yaml"]).expect_code(0);
    assert_eq!(dir.read("x.scenarios.yaml"), format!("{head}{right}"));
}

#[test]
fn test_json_matches_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/test.schema.json")).unwrap();
    let outcome = test_dir().run(&["test", ".", "--format", "json"]).expect_code(1);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    conforms(&report, &schema);
    for scenario in report["scenarios"].as_array().unwrap() {
        conforms(scenario, &schema["$defs"]["scenario"]);
        for row in scenario["rows"].as_array().unwrap() {
            conforms(row, &schema["$defs"]["row"]);
        }
    }
    assert_eq!((report["passed"].as_u64(), report["failed"].as_u64()), (Some(3), Some(1)));
    let failing = report["scenarios"].as_array().unwrap().iter().find(|it| it["passed"] == false).unwrap();
    let row = failing["rows"].as_array().unwrap().iter().find(|it| it["passed"] == false).unwrap();
    assert_eq!(row["line"], 9);
    assert_eq!(row["actual"], "checkouts: 12, consumes: 20");
}

/// Asserts that the keys of an object are exactly those of its schema.
pub(crate) fn conforms(object: &Value, schema: &Value) {
    let keys: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let required = schema["required"].as_array().unwrap().iter();
    assert_eq!(keys, required.map(|key| key.as_str().unwrap()).collect());
}

#[test]
fn junit_escapes_file_content() {
    let dir = test_dir();
    dir.write(
        "hostile.scenarios.yaml",
        "license: good/pool.lic\nscenarios:\n  - name: \"<a & \\\"b\\\"> \\x1b[2J \\uFFFE\"\n    steps:\n      \
         - { checkout: MyDraw, denied: not-in-force }\n",
    );
    let outcome = dir.run(&["test", "hostile.scenarios.yaml", "--format", "junit"]).expect_code(1);
    snapshot("scenario", "cli_junit", &outcome.stdout);
    let human = dir.run(&["test", "hostile.scenarios.yaml", "--color", "never"]).expect_code(1);
    assert!(!human.stdout.contains('\u{1b}'));
}

#[test]
fn unmodelled_directives_are_reported() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=abc COUNT=1 HAL_SERVERS=3 SHARE=HOST|VIRTUAL }\n");
    dir.write(
        "a.scenarios.yaml",
        "license: a.lic\nscenarios:\n  - { name: one, steps: [ { checkout: A, consumes: 1 } ] }\n",
    );
    let outcome = dir.run(&["test", "."]).expect_code(0);
    assert!(outcome.stderr.contains("note: HAL_SERVERS is ignored"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("note: SHARE=VIRTUAL is ignored"), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn scenario_search_does_not_follow_links_outside() {
    let dir = test_dir();
    dir.write(
        "inner/x.scenarios.yaml",
        "license: pool.lic\nscenarios:\n  - { name: a, steps: [ { checkout: A } ] }\n",
    );
    std::os::unix::fs::symlink(dir.path("good/pool.lic"), dir.path("inner/pool.lic")).unwrap();
    let outcome = dir.run(&["test", "inner"]).expect_code(3);
    assert!(
        outcome.stderr.contains("R008") && outcome.stderr.contains("outside of the project"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn stdin_is_read_as_file_in_working_directory() {
    let dir = test_dir();
    let text = dir.read("good/pool.scenarios.yaml").replace("license: pool.lic", "license: good/pool.lic");
    dir.run_with(&["test", "-"], text.as_bytes()).expect_code(0);
    dir.run_with(&["test", "--update", "-"], text.replace("each: 5", "each: 6").as_bytes()).expect_code(2);
}

#[test]
fn empty_scenario_is_rejected() {
    let dir = test_dir();
    for empty in ["table: []", "steps: []", "table: [], steps: []"] {
        let text = format!("license: good/pool.lic\nscenarios:\n  - {{ name: none, {empty} }}\n");
        dir.write("none.scenarios.yaml", text);
        let outcome = dir.run(&["test", "none.scenarios.yaml"]).expect_code(3);
        assert!(
            outcome.stderr.contains("scenario `none` has no `table` and no `steps`"),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn missing_license_is_reported_as_missing_file() {
    let dir = test_dir();
    dir.write(
        "x.scenarios.yaml",
        "license: gone.lic\nscenarios:\n  - { name: a, steps: [ { checkout: A } ] }\n",
    );
    let outcome = dir.run(&["test", "x.scenarios.yaml"]).expect_code(6);
    assert!(outcome.stderr.contains("cannot read `gone.lic`: no such file"), "{}", outcome.stderr);
}

#[test]
fn reports_list_files_that_did_not_run() {
    let dir = test_dir();
    dir.write("bad.scenarios.yaml", "license: good/pool.lic\nscenarois: []\n");
    let files = ["bad.scenarios.yaml", "gone.scenarios.yaml", "good/pool.scenarios.yaml"];
    let run = |format| {
        let args: Vec<&str> = ["test", "--format", format].into_iter().chain(files).collect();
        dir.run(&args).expect_code(6).stdout
    };
    let report: Value = serde_json::from_str(&run("json")).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/test.schema.json")).unwrap();
    let not_played = report["not_played"].as_array().unwrap();
    assert_eq!(not_played.len(), 2);
    not_played.iter().for_each(|file| conforms(file, &schema["$defs"]["not_played"]));
    assert_eq!((&not_played[0]["file"], &not_played[0]["line"]), (&"bad.scenarios.yaml".into(), &2.into()));
    assert!(not_played[1]["line"].is_null());
    let junit = run("junit");
    assert!(junit.contains("errors=\"2\">\n"), "{junit}");
    assert_eq!(junit.matches("<error message=").count(), 2, "{junit}");
    assert!(junit.contains("unknown key `scenarois`"), "{junit}");
}

#[test]
fn time_ends_in_year_9999() {
    let dir = test_dir();
    dir.write(
        "x.scenarios.yaml",
        "license: good/pool.lic\nscenarios:\n  - { name: a, steps: [ { advance: 3000000 days } ] }\n",
    );
    let outcome = dir.run(&["test", "x.scenarios.yaml"]).expect_code(1);
    assert!(
        outcome.stdout.contains("time is after 9999-12-31, the last supported day"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn denials_report_their_reason() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Old { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE VERSION=1.0 }\n\
         FEATURE Past { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE END=2025-01-01 }\n\
         FEATURE Next { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE START=2027-01-01 }\n\
         FEATURE Gone { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE }\n\
         FEATURE New { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE REPLACES=\"FEATURE=Gone\" }\n",
    );
    for (step, output) in [
        ("checkout: Old, version: 2.0", "version-too-low: has version 1.0, needs 2.0"),
        ("checkout: Past", "not-in-force: ended on 2025-01-01"),
        ("checkout: Next", "not-in-force: starts on 2027-01-01"),
        ("checkout: Gone", "not-in-force: replaced by `New`"),
    ] {
        dir.write(
            "a.scenarios.yaml",
            format!(
                "license: a.lic\nat: 2026-01-01\nscenarios:\n  - {{ name: a, steps: [ {{ {step} }} ] }}\n"
            ),
        );
        let outcome = dir.run(&["test", "a.scenarios.yaml"]).expect_code(1);
        assert!(outcome.stdout.contains(output), "{}", outcome.stdout);
    }
}

#[test]
fn update_preserves_line_breaks_and_skips_failed_files() {
    let dir = test_dir();
    let head = "license: good/pool.lic\r\nscenarios:\r\n  - name: one\r\n    steps:\r\n";
    let before = "      - checkout: MyDraw # why\r\n        count: 5\r\n";
    let after =
        "      - checkout: MyDraw # why\r\n        denied: not-enough-licenses\r\n        count: 5\r\n";
    dir.write("b.scenarios.yaml", format!("{head}{before}"));
    dir.write("a.scenarios.yaml", format!("{head}      - {{ checkout: MyDraw, count: 5 }}\r\n"));
    let mut rights = std::fs::metadata(dir.path("a.scenarios.yaml")).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(dir.path("a.scenarios.yaml"), rights).unwrap();
    let outcome = dir.run(&["test", "--update", "a.scenarios.yaml", "b.scenarios.yaml"]).expect_code(6);
    assert!(outcome.stderr.contains("cannot write `a.scenarios.yaml`"), "{}", outcome.stderr);
    assert_eq!(dir.read("b.scenarios.yaml"), format!("{head}{after}"));
}

#[test]
fn configured_levels_apply_to_scenario_licenses() {
    let dir = test_dir();
    dir.write(
        "two.lic",
        "FEATURE A { VENDOR=abc COUNT=1 LICENSEE=a }\nFEATURE B { VENDOR=abc COUNT=1 LICENSEE=b }\n",
    );
    let text = "license: two.lic\nscenarios:\n  - { name: one, steps: [ { checkout: A, consumes: 1 } ] }\n";
    dir.write("two.scenarios.yaml", text);
    let outcome = dir.run(&["test", "two.scenarios.yaml"]).expect_code(3);
    assert!(outcome.stderr.contains("`two.lic` has lint errors: X003 on line 2"), "{}", outcome.stderr);
    dir.write("keywright.toml", "[levels]\nmixed-set = \"warn\"\n");
    dir.run(&["test", "two.scenarios.yaml"]).expect_code(0);
    dir.write("keywright.toml", "[levels]\nmixed-set = \"wrong\"\n");
    dir.run(&["test", "two.scenarios.yaml"]).expect_code(2);
}

#[test]
fn duplicate_scenario_name_is_a_warning() {
    let dir = test_dir();
    let one = "  - { name: one, steps: [ { checkout: MyDraw, consumes: 5 } ] }\n";
    dir.write("x.scenarios.yaml", format!("license: good/pool.lic\nscenarios:\n{one}{one}"));
    let outcome = dir.run(&["test", "x.scenarios.yaml"]).expect_code(0);
    assert!(outcome.stderr.contains("duplicate scenario name `one`"), "{}", outcome.stderr);
}

#[test]
fn test_runs_each_file_once_and_skips_hidden_directories() {
    let dir = test_dir();
    dir.copy("tests/scenarios/good/pool.lic", ".git/pool.lic");
    dir.copy("tests/scenarios/good/pool.scenarios.yaml", ".git/pool.scenarios.yaml");
    let outcome = dir.run(&["test", "good", "./good/pool.scenarios.yaml", "good/../good"]).expect_code(0);
    assert_eq!(outcome.stdout.matches("pool.scenarios.yaml\n").count(), 1, "{}", outcome.stdout);
    let all = dir.run(&["test", ".", "--filter", "pool is empty"]).expect_code(0);
    assert!(!all.stdout.contains(".git"), "{}", all.stdout);
    dir.run(&["test", ".git/pool.scenarios.yaml"]).expect_code(0);
}
