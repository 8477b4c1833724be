//! Coverage, mutation and statements of scenario files, and their JSON Schema.

use std::collections::BTreeSet;

use keywright::issue::BUILTIN;
use keywright::license::License;
use keywright::resolve::{Model, Reason};
use keywright::scenario::mutants;
use serde_json::Value;

use crate::scenario_cli::conforms;
use crate::support::{TestDir, root, snapshot};

const POOL: &str = "FEATURE Pool { VENDOR=abc KEYTYPE=EXCLUSIVE COUNT=4 }\n\
    FEATURE Draw { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }\n\
    FEATURE Write { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n";

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("docs/schema").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn half_proven() -> TestDir {
    let dir = TestDir::new();
    dir.write("a.lic", POOL);
    dir.write(
        "a.scenarios.yaml",
        "license: a.lic\nscenarios:\n  - { name: one, steps: [ { checkout: Draw, consumes: { Pool: 2 } } ] }\n",
    );
    dir
}

#[test]
fn template_scenarios_catch_every_mutant() {
    let dir = TestDir::new();
    for builtin in BUILTIN {
        dir.run(&["new", builtin.name, "-o", &format!("{}.lic", builtin.name)]).expect_code(0);
    }
    let outcome = dir.run(&["test", "--mutate", "."]).expect_code(0);
    let reports = outcome.stdout.lines().filter(|line| line.starts_with("mutation of "));
    assert_eq!(reports.clone().count(), BUILTIN.len());
    assert!(reports.clone().all(|line| line.contains(" 0 survived, ")), "{}", outcome.stdout);
}

#[test]
fn signed_license_is_mutated() {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(0);
    dir.run(&["new", "pool", "-o", "a.lic"]).expect_code(0);
    dir.run(&["sign", "a.lic", "--key", "ABC_Software.key.pem", "--in-place"]).expect_code(0);
    assert!(dir.read("a.lic").contains("KEY="));
    let outcome = dir.run(&["test", "--mutate", "a.scenarios.yaml"]).expect_code(0);
    assert!(
        outcome.stdout.contains("7 mutations: 7 detected, 0 survived, 0 without effect, 0 with lint errors"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn uncovered_points_are_listed() {
    let dir = half_proven();
    let outcome = dir.run(&["test", "--coverage", "--fail-under", "80", "."]).expect_code(1);
    snapshot("scenario", "coverage", &outcome.shown());
    dir.run(&["test", "--coverage", "--fail-under", "37", "."]).expect_code(0);
    dir.run(&["test", "--fail-under", "40", "."]).expect_code(2);
    let json = dir.run(&["test", "--coverage", "--format", "json", "."]).expect_code(0).stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    let schema = schema("test.schema.json");
    let covered = &report["coverage"][0];
    conforms(covered, &schema["$defs"]["coverage"]);
    conforms(&covered["missed"][0], &schema["$defs"]["place"]);
    assert!(report.get("mutation").is_none());
}

#[test]
fn coverage_adds_up_over_files() {
    let dir = half_proven();
    dir.write(
        "b.scenarios.yaml",
        "license: a.lic\nscenarios:\n  - name: two\n    steps:\n      \
         - { checkout: Write, count: 4, consumes: { Pool: 4 } }\n      \
         - { checkout: Draw, denied: not-enough-licenses }\n      \
         - { checkout: Write, denied: not-enough-licenses }\n",
    );
    let outcome = dir.run(&["test", "--coverage", "--fail-under", "100", "."]).expect_code(0);
    assert!(outcome.stdout.contains("coverage of ./a.lic: 8 of 8, 100 %"), "{}", outcome.stdout);
}

#[test]
fn surviving_mutants_are_listed_with_location() {
    let dir = half_proven();
    let outcome = dir.run(&["test", "--mutate", "."]).expect_code(1);
    snapshot("scenario", "mutation", &outcome.shown());
    let json = dir.run(&["test", "--mutate", "--format", "json", "."]).expect_code(1).stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    conforms(&report["mutation"][0], &schema("test.schema.json")["$defs"]["mutation"]);
    assert_eq!(report["mutation"][0]["survivors"][0]["line"], 1);
}

#[test]
fn junit_reports_failure_of_run() {
    let dir = half_proven();
    let junit = |args: &[&str], code: i32| {
        let args = [&["test", "--format", "junit"], args, &["."]].concat();
        let text = dir.run(&args).expect_code(code).stdout;
        let document = roxmltree::Document::parse(&text).unwrap();
        let count = |name: &str| document.root_element().attribute(name).unwrap().parse::<usize>().unwrap();
        let all = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
        assert_eq!((count("tests"), count("failures")), (all("testcase"), all("failure")), "{text}");
        (count("failures"), text)
    };
    let (failures, text) = junit(&["--coverage", "--fail-under", "80", "--mutate"], 1);
    assert_eq!(failures, 2);
    snapshot("scenario", "junit_demands", &text);
    assert_eq!(junit(&["--coverage", "--fail-under", "37"], 0).0, 0);
    assert_eq!(junit(&["--coverage"], 0).1.matches("<testcase").count(), 1);
}

#[test]
fn equivalent_mutants_are_proven() {
    let text = "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5 SN=one }\n\
        FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=6 SN=two }\n\
        FEATURE A { VENDOR=v KEYTYPE=ADDITIVE COUNT=7 SN=three }\n\
        FEATURE B { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=2 END=2026-06-30 }\n\
        FEATURE T { VENDOR=v KEYTYPE=TOKEN END=2026-12-31 TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=1\" }\n";
    let license = License::from_text("a.lic", text);
    assert!(!license.has_errors(), "{:?}", license.diagnostics);
    let model = Model::compile([&license]).unwrap();
    let proven: Vec<(String, bool)> = mutants(0, &license)
        .iter()
        .map(|mutant| (mutant.text.clone(), mutant.cannot_matter(&model).is_some()))
        .collect();
    let expect = |text: &str, proven: bool| (text.to_owned(), proven);
    assert_eq!(
        proven,
        [
            expect("`A`: COUNT=5 changed to 6", false),
            expect("`A`: COUNT=5 changed to 4", false),
            expect("`A`: swapped with the block on line 2", false),
            // The first EXCLUSIVE block is valid forever, so this one is never used.
            expect("`A`: COUNT=6 changed to 7", true),
            expect("`A`: COUNT=6 changed to 5", true),
            // An EXCLUSIVE block is tried before an ADDITIVE block, whatever their order in the file.
            expect("`A`: swapped with the block on line 3", true),
            expect("`A`: COUNT=7 changed to 8", false),
            expect("`A`: COUNT=7 changed to 6", false),
            expect("`B`: COUNT=2 changed to 3", false),
            expect("`B`: COUNT=2 changed to 1", false),
            expect("`B`: END=2026-06-30 changed to 2026-06-29", false),
            expect("`B`: END=2026-06-30 changed to 2026-07-01", false),
            expect("`T`: COUNT=1 of `B` changed to 2", false),
            // B has ended on these days.
            expect("`T`: END=2026-12-31 changed to 2026-12-30", true),
            expect("`T`: END=2026-12-31 changed to 2027-01-01", true),
        ]
    );
}

#[test]
fn date_mutant_that_changes_reason_counts() {
    let text = "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }\n\
        FEATURE B { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 END=2026-05-31 }\n\
        FEATURE C { VENDOR=v KEYTYPE=METERED COUNT=100 END=2026-03-31 }\n\
        FEATURE AB { VENDOR=v KEYTYPE=TOKEN END=2026-06-30 TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=1\" \
            TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=1\" }\n\
        FEATURE BA { VENDOR=v KEYTYPE=TOKEN END=2026-06-30 TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=1\" \
            TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=1\" }\n\
        FEATURE S { VENDOR=v KEYTYPE=TOKEN SHARE=USER END=2026-03-31 \
            TOKEN_DEPENDENCY=\"FEATURE=C VERSION=1.0 COUNT=1\" }\n\
        FEATURE N { VENDOR=v KEYTYPE=TOKEN END=2026-06-30 TOKEN_DEPENDENCY=\"FEATURE=B VERSION=2.0 COUNT=1\" }\n";
    let license = License::from_text("a.lic", text);
    let model = Model::compile([&license]).unwrap();
    let all = mutants(0, &license);
    let proven = |name: &str| -> Vec<bool> {
        let start = format!("`{name}`: END=");
        let of_name = all.iter().filter(|mutant| mutant.text.starts_with(&start));
        of_name.map(|mutant| mutant.cannot_matter(&model).is_some()).collect()
    };
    // For AB, whether A is free affects the result before B is reported as ended.
    assert_eq!(proven("AB"), [false, false]);
    assert_eq!(proven("BA"), [true, true]);
    // A member of the group may take S again at no cost.
    assert_eq!(proven("S"), [false, false]);
    // The version of B is too low, which is reported before its dates.
    assert_eq!(proven("N"), [false, false]);
}

#[test]
fn denial_for_other_reason_does_not_cover_limit() {
    let dir = half_proven();
    dir.write(
        "b.scenarios.yaml",
        "license: a.lic\nscenarios:\n  - { name: two, steps: [ { checkout: Write, version: 9.0, denied: version-too-low } ] }\n",
    );
    let outcome = dir.run(&["test", "--coverage", "."]).expect_code(0);
    assert!(outcome.stdout.contains("`Write` is never denied"), "{}", outcome.stdout);
}

#[test]
fn mutants_with_lint_errors_are_not_counted() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 END=2026-12-31 }\n\
         FEATURE A { VENDOR=v KEYTYPE=UPGRADE COUNT=1 START=2026-01-01 END=2026-12-31 }\n",
    );
    dir.write(
        "a.scenarios.yaml",
        "license: a.lic\nat: 2026-12-31\nscenarios:\n  - { name: one, steps: [ { checkout: A, count: 2, consumes: 2 } ] }\n",
    );
    let outcome = dir.run(&["test", "--mutate", "--format", "json", "."]).expect_code(1);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    // An UPGRADE that ends after its EXCLUSIVE block, by a mutation of either END.
    assert_eq!(report["mutation"][0]["unreadable"], 1, "{}", outcome.stdout);
}

#[test]
fn equivalent_mutants_fail_no_scenario() {
    let dir = TestDir::new();
    dir.copy("tests/scenarios/good/time.lic", "time.lic");
    dir.copy("tests/scenarios/good/time.scenarios.yaml", "time.scenarios.yaml");
    let license = License::from_text("time.lic", &dir.read("time.lic"));
    let model = Model::compile([&license]).unwrap();
    for mutant in mutants(0, &license).iter().filter(|mutant| mutant.cannot_matter(&model).is_some()) {
        dir.write("time.lic", mutant.apply(license.source.text()));
        dir.run(&["test", "time.scenarios.yaml"]).expect_code(0);
    }
}

#[test]
fn statements_print_as_table_values_and_json() {
    let dir = TestDir::new();
    dir.copy("tests/scenarios/good/babel.lic", "babel.lic");
    dir.copy("tests/scenarios/good/babel.scenarios.yaml", "babel.scenarios.yaml");
    let filter = ["--filter", "p"];
    let run = |form: &str| dir.run(&[&["test", "babel.scenarios.yaml", form][..], &filter[..]].concat());
    snapshot("scenario", "statement_table", &run("--statement").expect_code(0).stdout);
    let rows = run("--statement=csv").expect_code(0).stdout;
    snapshot("scenario", "statement_csv", &rows);
    let columns: BTreeSet<usize> = rows.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(columns.len(), 2, "only quoted names contain commas");
    let report: Value = serde_json::from_str(&run("--statement=json").expect_code(0).stdout).unwrap();
    let schema = schema("statement.schema.json");
    conforms(&report, &schema);
    let statements = report["statements"].as_array().unwrap();
    for statement in statements {
        conforms(statement, &schema["$defs"]["statement"]);
        conforms(&statement["lines"][0], &schema["$defs"]["line"]);
    }
    let january = statements.iter().find(|it| it["used"] == 2505).unwrap();
    assert_eq!((&january["total"], &january["closed"]), (&Value::from("11.02"), &Value::from(true)));
}

#[test]
fn statement_lines_round_half_to_even() {
    let dir = TestDir::new();
    let bill = |price: &str, units: u64| {
        dir.write(
            "a.lic",
            format!(
                "FEATURE A {{ VENDOR=v KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=YEAR PRICE=\"{price}\" }}\n"
            ),
        );
        dir.write(
            "a.scenarios.yaml",
            format!("license: a.lic\nat: 2026-05-05\nscenarios:\n  - {{ name: a, steps: [ {{ consume: A, units: {units} }} ] }}\n"),
        );
        let json = dir.run(&["test", "--statement=json", "a.scenarios.yaml"]).expect_code(0).stdout;
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(report["statements"][0]["end"], "2026-12-31");
        report["statements"][0]["total"].as_str().unwrap().to_owned()
    };
    assert_eq!(bill("0.005 USD", 1), "0.00");
    assert_eq!(bill("0.005 USD", 3), "0.02");
    assert_eq!(bill("0.5 JPY", 5), "2");
    assert_eq!(bill("0.0005 KWD", 3), "0.002");
}

#[test]
fn watch_stops_after_requested_runs() {
    let dir = half_proven();
    let outcome = dir.run(&["test", "--watch", "--watch-runs", "1", "."]).expect_code(0);
    assert!(outcome.stdout.ends_with("\n1 passed, 0 failed\n"), "{}", outcome.stdout);
    dir.run_with(&["test", "--watch", "--watch-runs", "1", "-"], b"").expect_code(2);
}

#[test]
fn watch_follows_named_licenses_and_configuration_only() {
    use std::time::{Duration, Instant};
    let dir = TestDir::new();
    dir.write("sub/a.lic", POOL);
    let text =
        "license: sub/a.lic\nscenarios:\n  - { name: one, steps: [ { checkout: Draw, consumes: 2 } ] }\n";
    dir.write("a.scenarios.yaml", text);
    let mut command = dir.command();
    let args = ["test", "--watch", "--watch-runs", "3", "a.scenarios.yaml"];
    let mut child = command.args(args).stdout(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(900));
    dir.write("other.txt", "another file");
    std::thread::sleep(Duration::from_millis(1200));
    assert!(child.try_wait().unwrap().is_none(), "it ran again for a file that it does not read");
    dir.write("sub/a.lic", format!("{POOL}# changed\n"));
    std::thread::sleep(Duration::from_millis(2000));
    assert!(child.try_wait().unwrap().is_none(), "it ran twice for one change");
    dir.write("sub/keywright.toml", "");
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < Duration::from_secs(20), "it did not see both changes");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Compares the keys of the schema with those that the program accepts: the error for an unknown key lists the
/// permitted keys.
#[test]
fn scenario_schema_lists_accepted_keys() {
    let schema = schema("scenario.schema.json");
    let reasons: BTreeSet<&str> =
        schema["$defs"]["reason"]["enum"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(reasons, Reason::ALL.iter().map(|(_, word)| *word).collect());
    let dir = half_proven();
    let known = |text: &str| -> BTreeSet<String> {
        dir.write("x.scenarios.yaml", text);
        let stderr = dir.run(&["test", "x.scenarios.yaml", "--color", "never"]).expect_code(3).stderr;
        let folded = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        let keys = folded.split("use one of ").nth(1).unwrap_or_else(|| panic!("{stderr}"));
        let keys = keys.split(|c: char| !(c.is_ascii_alphanumeric() || ", -".contains(c))).next().unwrap();
        keys.split(',').filter_map(|key| key.split_whitespace().next()).map(str::to_owned).collect()
    };
    let has =
        |at: &Value| -> BTreeSet<String> { at["properties"].as_object().unwrap().keys().cloned().collect() };
    let defs = &schema["$defs"];
    assert_eq!(known("qqqqqqqqqqqqqqqqqqqqq: 1\n"), has(&schema));
    let row = |line: &str| format!("license: a.lic\nscenarios:\n  - {line}\n");
    assert_eq!(known(&row("qqqqqqqqqqqqqqqqqqqqq: 1")), has(&defs["scenario"]));
    assert_eq!(known(&row("{ name: a, table: [ { qqqqqqqqqqqqqqqqqqqqqqq: 1 } ] }")), has(&defs["row"]));
}

/// The schema file is generated: `KEYWRIGHT_UPDATE=1 cargo test` updates it.
#[test]
fn scenario_schema_accepts_what_reader_accepts() {
    let path = root().join("docs/schema/scenario.schema.json");
    let now = keywright::scenario::schema();
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == now, "stale: run with KEYWRIGHT_UPDATE=1");
}

#[test]
fn templates_run_unchanged() {
    let dir = TestDir::new();
    for builtin in BUILTIN {
        dir.copy(&format!("templates/{}.lic", builtin.name), &format!("templates/{}.lic", builtin.name));
        let scenarios = format!("templates/{}.scenarios.yaml", builtin.name);
        dir.copy(&scenarios, &scenarios);
    }
    let outcome = dir.run(&["test", "--mutate", "templates/"]).expect_code(0);
    let reports = outcome.stdout.lines().filter(|line| line.starts_with("mutation of "));
    assert_eq!(reports.clone().count(), BUILTIN.len());
    assert!(reports.clone().all(|line| line.contains(" 0 survived, ")), "{}", outcome.stdout);
    // Scenarios of a template are not updated.
    let before = dir.read("templates/pool.scenarios.yaml");
    let wrong = before.replace("each: 5, checkouts: 2, consumes: 10", "each: 5, checkouts: 2, consumes: 11");
    dir.write("templates/pool.scenarios.yaml", &wrong);
    let outcome = dir.run(&["test", "--update", "templates/pool.scenarios.yaml"]).expect_code(2);
    assert!(outcome.stderr.contains("cannot update the scenarios of a template"), "{}", outcome.stderr);
    assert_eq!(dir.read("templates/pool.scenarios.yaml"), wrong);
}
