//! The issue log: the last issue, the provenance of blocks, and logs that cannot be trusted.

use crate::issue::{DAY, KEY, issue, issue_into, many, test_dir};
use crate::support::{Outcome, TestDir};

fn again(dir: &TestDir, day: &str) {
    let args = ["issue", "-q", "--catalog", "catalog.yaml", "--order", "order.yaml", "--at", day];
    dir.run(&[&args[..], &["--key", KEY, "--out", "out", "--log", "log", "--replace"]].concat())
        .expect_code(0);
}

pub(crate) fn change(dir: &TestDir, from: &str, to: &str) {
    let order = dir.read("order.yaml");
    assert!(order.contains(from));
    dir.write("order.yaml", order.replace(from, to));
}

/// Returns the output of `verify --log` without leading and trailing spaces.
fn provenance(dir: &TestDir, file: &str) -> Outcome {
    provenance_on(dir, file, DAY)
}

fn provenance_on(dir: &TestDir, file: &str, day: &str) -> Outcome {
    let result = dir.run(&["verify", "--at", day, "--log", "log", file]);
    let lines: String = result.stdout.lines().map(|line| format!("{}\n", line.trim())).collect();
    Outcome { stdout: lines, ..result }
}

#[test]
fn reissued_earlier_state_becomes_latest() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.copy_own("out/ABC-1.lic", "20.lic");
    change(&dir, "count: 20", "count: 25");
    again(&dir, DAY);
    dir.copy_own("out/ABC-1.lic", "25.lic");
    change(&dir, "count: 25", "count: 20");
    again(&dir, DAY);
    let log = dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 21\n"), "{}", log.stdout);
    let result = provenance(&dir, "25.lic").expect_code(5);
    assert!(result.stdout.contains("\nreplaced by entry 15:\nCOUNT was 25, now 20\n"), "{}", result.stdout);
    assert!(!provenance(&dir, "20.lic").expect_code(0).stdout.contains("replaced"));
    let planned = issue(&dir, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    assert!(planned.stdout.contains("    no change\n"), "{}", planned.stdout);
    // Issuing the same again adds no entries.
    again(&dir, DAY);
    assert!(dir.run(&["log", "--log", "log", "verify"]).stdout.contains("last entry 21\n"));
}

#[test]
fn log_reports_block_dropped_by_later_issue() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.copy_own("out/ABC-1.lic", "old.lic");
    change(&dir, "  - { product: Drawing, count: 5 }\n", "");
    again(&dir, DAY);
    let result = provenance(&dir, "old.lic").expect_code(5);
    let gone = "\nomitted from the later issue that begins with entry 8\n";
    assert_eq!(result.stdout.matches(gone).count(), 3, "{}", result.stdout);
    assert!(!result.stdout.contains("replaced by"), "{}", result.stdout);
}

#[test]
fn same_order_on_other_day_replaces_license() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.copy_own("out/ABC-1.lic", "old.lic");
    again(&dir, "2026-03-01");
    let result = provenance_on(&dir, "old.lic", "2026-03-01").expect_code(5);
    let changed = "\nISSUED was 2026-01-15, now 2026-03-01\n";
    assert_eq!(result.stdout.matches(changed).count(), 7, "{}", result.stdout);
}

#[test]
fn blocks_with_same_name_are_compared_pairwise() {
    let dir = test_dir();
    let block = |count: &str| {
        format!("FEATURE A\n{{\n  VENDOR={{{{ vendor }}}} KEYTYPE=ADDITIVE COUNT={{{{ {count} }}}}\n}}\n")
    };
    let head = "---\nsummary: two lots\nevery-block: [ISSUED, SN, LICENSEE]\nparameters:\n  \
                - { name: vendor, type: name, required: true, text: v }\n  \
                - { name: one, type: count, required: true, text: o }\n  \
                - { name: two, type: count, required: true, text: t }\n---\n";
    dir.write("mine/lots.lic", format!("{head}{}\n{}", block("one"), block("two")));
    let catalog = |two: u32| {
        format!(
            "vendor: ABC_Software\nproducts: [{{ product: P, template: lots, values: {{ one: 5, two: {two} }} }}]\n"
        )
    };
    dir.write("order.yaml", "customer: A\nsn: A-1\nproducts: [{ product: P }]\n");
    let go = |dir: &TestDir| {
        let args = ["--templates", "mine", "--key", KEY, "--out", "out", "--log", "log", "--replace"];
        issue(dir, "order.yaml", &args).expect_code(0)
    };
    dir.write("catalog.yaml", catalog(7));
    go(&dir);
    dir.copy_own("out/A-1.lic", "old.lic");
    dir.write("catalog.yaml", catalog(9));
    let result = go(&dir);
    let told_unproven = dir
        .run(&[
            "issue",
            "--catalog",
            "catalog.yaml",
            "--order",
            "order.yaml",
            "--templates",
            "mine",
            "--dry-run",
            "--log",
            "log",
            "--at",
            DAY,
        ])
        .expect_code(0);
    assert!(result.stdout.starts_with("issued 1 license"), "{}", result.stdout);
    assert!(
        told_unproven.stderr.contains("warning: template `lots` has no scenarios"),
        "{}",
        told_unproven.stderr
    );
    let result = provenance(&dir, "old.lic").expect_code(5);
    assert_eq!(
        result.stdout.matches("replaced by entry 4:\nCOUNT was 7, now 9\n").count(),
        1,
        "{}",
        result.stdout
    );
    assert_eq!(result.stdout.matches("replaced by").count(), 1, "{}", result.stdout);
}

#[test]
fn log_reports_only_the_changed_count() {
    let dir = test_dir();
    dir.write("orders.csv", many(3).replace("MySolutions:20", "MySolutions:5"));
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    dir.write("changed.lic", dir.read("out/C-00000.lic").replacen("COUNT=5 ", "COUNT=50 ", 1));
    let result = provenance(&dir, "changed.lic").expect_code(1);
    assert_eq!(result.stdout.matches("changed since it was issued").count(), 1, "{}", result.stdout);
    let mut lines = result
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("issue log: changed since it was issued as entry 1, "));
    assert_eq!(lines.nth(1), Some("COUNT was 5, now 50"), "{}", result.stdout);
    assert!(lines.all(|line| !line.contains(" was ")), "{}", result.stdout);
}

#[test]
fn renewed_licenses_are_not_listed_as_expiring() {
    let dir = test_dir();
    change(&dir, "ABC Corp", "Größe AG");
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let log = |args: &[&str]| dir.run(&[&["log", "--log", "log"], args].concat());
    let soon = || log(&["expiring", "--within", "60d", "--at", "2027-11-15"]).expect_code(0).stdout;
    assert!(soon().contains("Größe AG"), "{}", soon());
    change(&dir, "2027-12-31", "2028-12-31");
    again(&dir, DAY);
    assert_eq!(soon(), "");
    for text in ["GRÖSSE", "größe ag", "abc-1", "MYDRAW"] {
        let code = i32::from(text == "GRÖSSE");
        log(&["find", text]).expect_code(code);
    }
    let key = dir.names().into_iter().find(|name| name == KEY).unwrap();
    assert_eq!(key, KEY);
    let line = log(&["export"]).expect_code(0).stdout.lines().next().unwrap().to_owned();
    let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(entry["KEY"].as_str().unwrap().len(), 100);
    assert_eq!(entry["hash"].as_str().unwrap().len(), 128);
    assert_eq!(entry["issue"], 1);
    log(&["find", entry["key"].as_str().unwrap()]).expect_code(0);
    let csv = log(&["export", "--format", "csv"]).expect_code(0).stdout;
    assert!(csv.lines().next().unwrap().ends_with("digest,KEY,hash"), "{csv}");
}

#[test]
fn log_of_killed_writer_is_readable() {
    let dir = test_dir();
    dir.write("orders.csv", many(5));
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    let before = dir.run(&["log", "--log", "log", "verify"]).expect_code(0).stdout;
    // An unfinished transaction in the file, as a killed process leaves it.
    let connection = rusqlite::Connection::open(dir.path("log")).unwrap();
    connection
        .execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; CREATE TABLE waste(x); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO waste SELECT randomblob(500) FROM n;")
        .unwrap();
    for name in ["log", "log-journal"] {
        dir.copy_own(name, &name.replace("log", "killed"));
    }
    connection.execute_batch("ROLLBACK").unwrap();
    let after = dir.run(&["log", "--log", "killed", "verify"]).expect_code(0).stdout;
    assert_eq!(after.replace("killed", "log"), before);
}
