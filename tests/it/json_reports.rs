//! Every command with `--format json`: its report has a version and matches its schema, and docs/json.md lists it.

use std::collections::BTreeSet;
use std::fs;

use keywright::cli::definition;
use serde_json::Value;

use crate::issue::{DAY, issue_into, test_dir};
use crate::schema;
use crate::support::{TestDir, root};

/// A run: the command, its other arguments, its schema and its exit code.
type Run = (&'static str, &'static str, &'static str, i32);

const RUNS: [Run; 22] = [
    ("capacity", "out/ABC-1.lic --format json", "capacity", 0),
    ("catalog check", "--orders order.yaml --log log --format json", "catalog-check", 0),
    ("customer", "ABC-1 --log log --format json", "customer", 0),
    ("diff", "out/ABC-1.lic a.lic --format json", "diff", 1),
    ("explain", "MyDraw out/ABC-1.lic --at 2026-03-01 --format json", "explain", 0),
    ("explain", "V001 --format json", "explain", 0),
    ("graph", "out/ABC-1.lic --format json", "graph", 0),
    ("issue", "--catalog catalog.yaml --order bad.csv --dry-run --format json", "issue-plan", 1),
    (
        "issue",
        "--catalog catalog.yaml --order bad.csv --key KEY --out out --log log --format json",
        "issue",
        1,
    ),
    ("keys list", "--format json", "keys", 0),
    ("lint", "a.lic --format json --statistics", "lint", 3),
    ("log list", "--log log --format json", "log-entry", 0),
    ("log show", "ABC-1 --log log --format json", "log-entry", 0),
    ("log find", "ABC --log log --format json", "log-entry", 0),
    ("log export", "--log log --format json", "log-entry", 0),
    ("log expiring", "--log log --at 2027-12-01 --format json", "log-expiring", 0),
    ("log verify", "--log log --format json", "log-verify", 0),
    ("simulate", "b.lic --format json", "simulate", 3),
    ("test", "a.scenarios.yaml --format json", "test", 1),
    ("test", "a.scenarios.yaml --statement=json", "statement", 1),
    ("timeline", "out/ABC-1.lic --format json", "timeline", 0),
    ("verify", "out/ABC-1.lic a.lic --log log --format json", "verify", 3),
];

/// A directory with an issued license, a license with a finding, a failing scenario and refused orders.
fn reports_dir() -> TestDir {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.write("a.lic", "FEATURE A { VENDOR=x COUNT=2 CUONT=5 LICENSEE=\"\u{9b}31m\u{202e}\" }\n");
    dir.write("b.lic", "FEATURE A { VENDOR=x COUNT=2 }\n");
    dir.write(
        "a.scenarios.yaml",
        "license: b.lic\nscenarios:\n  - name: \"\\x9b31m\"\n    steps:\n      - { checkout: A, count: 9 }\n",
    );
    dir.write(
        "bad.csv",
        "customer,sn,products\n\u{9b}31m,B-1,MySolutions:20\n\u{202e},\"x y\",MySolutions\n",
    );
    dir
}

/// Returns the reports of a run: one, or one for each line.
fn reports(dir: &TestDir, (command, args, name, code): &Run) -> Vec<Value> {
    let key = args.replace("KEY", crate::issue::KEY);
    let mut args: Vec<&str> = command.split(' ').chain(key.split(' ')).collect();
    if ["issue", "verify", "customer", "graph", "capacity"].contains(command) {
        args.extend(["--at", DAY]);
    }
    let run =
        dir.run_with(&args, b"checkout A\nstate\nusage\nundo\nwho\nhelp\nnothing\ncheckout A count=9\n");
    let run = run.expect_code(*code);
    let is_raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!run.stdout.contains(is_raw), "{command}: {}", run.stdout);
    let is_by_line = ["simulate", "log-entry"].contains(name);
    let texts = if is_by_line { run.stdout.lines().collect() } else { vec![run.stdout.as_str()] };
    let parse = |text: &str| serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    texts.into_iter().map(parse).collect()
}

#[test]
fn every_report_has_version_and_matches_its_schema() {
    let dir = reports_dir();
    for run in &RUNS {
        let (command, _, name, code) = run;
        let reports = reports(&dir, run);
        assert!(!reports.is_empty(), "{command}");
        for report in reports {
            assert_eq!(report["version"], 1, "{command}: {report}");
            assert_eq!(schema::faults(name, &report), [""; 0], "{command}: {report}");
            if let Some(exit) = report.get("exit_code") {
                assert_eq!(exit, code, "{command}");
            }
        }
    }
}

/// Commands whose options accept `json`, such as `log find`.
fn commands_with_json(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
    for command in command.get_subcommands() {
        let name = format!("{before}{}", command.get_name());
        let json = |arg: &clap::Arg| arg.get_possible_values().iter().any(|value| value.get_name() == "json");
        if command.get_arguments().any(json) {
            found.insert(name.clone());
        }
        commands_with_json(command, &format!("{name} "), found);
    }
}

#[test]
fn every_command_with_json_is_tested() {
    let mut found = BTreeSet::new();
    commands_with_json(&definition(), "", &mut found);
    let mut tested: BTreeSet<String> = RUNS.iter().map(|(command, ..)| (*command).to_owned()).collect();
    // It has the options and the reports of `issue`.
    tested.insert("issue renew".to_owned());
    assert_eq!(found, tested);
}

#[test]
fn every_schema_is_listed_with_its_command() {
    let page = fs::read_to_string(root().join("docs/json.md")).unwrap();
    for entry in fs::read_dir(root().join("docs/schema")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(page.contains(&format!("](schema/{name})")), "docs/json.md does not list {name}");
    }
    for (command, _, name, _) in &RUNS {
        let row = page.lines().find(|line| line.contains(&format!("](schema/{name}.schema.json)")));
        let row = row.unwrap_or_else(|| panic!("no row for {name}"));
        assert!(row.contains(&format!("`{command}")), "{row}");
        let text = fs::read_to_string(root().join(format!("docs/schema/{name}.schema.json"))).unwrap();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let title = schema["title"].as_str().unwrap();
        assert!(
            title.ends_with(", version 1") && title.contains(command.split(' ').next().unwrap()),
            "{title}"
        );
    }
}
