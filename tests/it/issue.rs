//! `keywright issue`: all or nothing, equal bytes after a kill, a log that shows every change, nothing unapproved.

use std::fmt::Write as _;
use std::process::Stdio;

use crate::support::{Outcome, TestDir, snapshot};

pub(crate) const DAY: &str = "2026-01-15";

pub(crate) const KEY: &str = "ABC_Software.key.pem";

/// A directory with a key, the catalogue and the order.
pub(crate) fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.copy("tests/issue/catalog.yaml", "catalog.yaml").copy("tests/issue/order.yaml", "order.yaml");
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(0);
    // The test's day is before the first day of a new key.
    let list = dir.read("keys/trust.yaml");
    let from = list.lines().find(|line| line.contains("not-before")).unwrap().to_owned();
    dir.write("keys/trust.yaml", list.replace(&from, "    not-before: 2020-01-01"));
    dir
}

pub(crate) fn issue(dir: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let mut args = vec!["issue", "-q", "--catalog", "catalog.yaml", "--order", orders, "--at", DAY];
    args.extend(more);
    dir.run(&args)
}

pub(crate) fn issue_into(dir: &TestDir, orders: &str, out: &str, log: &str) -> Outcome {
    issue(dir, orders, &["--key", KEY, "--out", out, "--log", log])
}

pub(crate) fn many(count: usize) -> String {
    let mut rows = "customer,sn,products,end\n".to_owned();
    for number in 0..count {
        writeln!(rows, "Customer {number},C-{number:05},MySolutions:{},2027-12-31", 20 + number % 7).unwrap();
    }
    rows
}

/// Names and contents of the files in a directory.
pub(crate) fn contents(dir: &TestDir, directory: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(dir.path(directory))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| (name.clone(), dir.read(&format!("{directory}/{name}"))))
        .collect();
    files.sort();
    files
}

pub(crate) fn sql(dir: &TestDir, log: &str, statements: &str) {
    let connection = rusqlite::Connection::open(dir.path(log)).unwrap();
    connection.execute_batch("DROP TRIGGER issue_stays; DROP TRIGGER issue_remains; DROP TRIGGER entry_stays; DROP TRIGGER entry_remains;").unwrap();
    connection.execute_batch(statements).unwrap();
}

#[test]
fn issued_license_verifies_and_is_logged() {
    let dir = test_dir();
    let planned = issue(&dir, "order.yaml", &["--dry-run"]).expect_code(0);
    snapshot("issue", "dry_run", &planned.shown());
    assert_eq!(dir.names(), [KEY, "catalog.yaml", "keys", "order.yaml"]);
    let issued = issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    assert_eq!(issued.stdout, "issued 1 license with 7 blocks into out\n");
    assert_eq!(contents(&dir, "out").len(), 1);
    dir.run(&["verify", "--at", DAY, "out/ABC-1.lic"]).expect_code(0);
    dir.run(&["fmt", "--check", "out/ABC-1.lic"]).expect_code(0);
    dir.run(&["lint", "--at", DAY, "out/ABC-1.lic", "--deny", "warnings"]).expect_code(0);
    let verified = dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(verified.stdout.starts_with("log: OK, last entry 7\nhead 7:"), "{}", verified.stdout);
    // A second run changes nothing in the directory and the log.
    let again = issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    assert_eq!(again.stdout, "issued 0 licenses with 0 blocks into out\n1 license unchanged\n");
    assert_eq!(dir.run(&["log", "--log", "log", "verify"]).stdout, verified.stdout);
}

#[test]
fn changed_order_replaces_license_only_with_option() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let before = dir.read("out/ABC-1.lic");
    dir.write("order.yaml", dir.read("order.yaml").replace("count: 20", "count: 25"));
    let planned = issue(&dir, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    assert!(planned.stdout.contains("    MySolutions: COUNT was 20, now 25\n"), "{}", planned.stdout);
    let refused = issue_into(&dir, "order.yaml", "out", "log").expect_code(1);
    assert!(refused.stderr.contains("`out/ABC-1.lic` exists with different content"), "{}", refused.stderr);
    assert_eq!(dir.read("out/ABC-1.lic"), before);
    issue(&dir, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--replace"]).expect_code(0);
    dir.write("old.lic", before);
    let reported = dir.run(&["verify", "--at", DAY, "--log", "log", "old.lic"]).expect_code(5);
    let reported: Vec<&str> = reported.stdout.lines().map(str::trim).collect();
    let at = reported.iter().position(|line| *line == "replaced by entry 8:").unwrap();
    assert_eq!(reported[at + 1], "COUNT was 20, now 25");
}

#[test]
fn log_reports_changed_directive() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let text = dir
        .read("out/ABC-1.lic")
        .replace("COUNT=5 KEYTYPE=EXCLUSIVE VERSION=2.0", "COUNT=50 KEYTYPE=EXCLUSIVE VERSION=2.0");
    dir.write("changed.lic", text);
    let reported = dir.run(&["verify", "--at", DAY, "--log", "log", "changed.lic"]).expect_code(1);
    let changes: Vec<&str> = reported.stdout.lines().filter(|line| line.contains(" was ")).collect();
    assert!(changes.iter().any(|line| line.trim() == "COUNT was 5, now 50"), "{changes:?}");
    assert_eq!(reported.stdout.matches("changed since it was issued").count(), 1, "{}", reported.stdout);
}

#[test]
fn concurrent_issue_runs_keep_all_entries() {
    let dir = test_dir();
    dir.write("one.csv", many(300))
        .write("two.csv", many(300).replace("C-", "D-").replace("Customer", "Client"));
    let start = |orders: &str| {
        let args = [
            "issue",
            "-q",
            "--catalog",
            "catalog.yaml",
            "--order",
            orders,
            "--at",
            DAY,
            "--key",
            KEY,
            "--out",
            "out",
            "--log",
            "log",
        ];
        dir.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut runs = [start("one.csv"), start("two.csv")];
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(contents(&dir, "out").len(), 600);
    let log = dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 2400\n"), "{}", log.stdout);
}

#[test]
fn plan_reports_invalid_rows_and_includes_others() {
    let dir = test_dir();
    dir.copy("tests/issue/bad.csv", "bad.csv");
    let planned = issue(&dir, "bad.csv", &["--dry-run"]).expect_code(1);
    snapshot("issue", "bad_rows", &planned.shown());
    let issued = issue_into(&dir, "bad.csv", "out", "log").expect_code(1);
    assert!(issued.stdout.starts_with("issued 2 licenses with 8 blocks into out\n"), "{}", issued.stdout);
    assert_eq!(
        contents(&dir, "out").iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["F-1.lic", "G-1.lic"]
    );
}

#[test]
fn order_tables_with_unknown_columns_are_rejected() {
    let dir = test_dir();
    for (head, meant) in [
        ("customer,sn,prodcts", "column 3: unknown column `prodcts`"),
        ("customer,sn,products,sn", "column 4: duplicate column `sn`"),
        ("customer,sn", "missing column `products`"),
    ] {
        dir.write("orders.csv", format!("{head}\nA,A-1,MySolutions:1,x\n"));
        let reported = issue(&dir, "orders.csv", &["--dry-run"]).expect_code(1);
        assert!(reported.stderr.contains(&format!("orders.csv:1: {meant}")), "{}", reported.stderr);
    }
}

#[test]
fn issue_without_orders_fails() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\n").write("empty.csv", "");
    issue_into(&dir, "orders.csv", "out", "log").expect_code(2);
    issue_into(&dir, "empty.csv", "out", "log").expect_code(2);
    assert!(!dir.path("out/A-1.lic").exists());
}

#[test]
fn issue_resumes_after_unwritable_directory() {
    let dir = test_dir();
    dir.write("out", "a file where the directory should be");
    issue_into(&dir, "order.yaml", "out", "log").expect_code(6);
    std::fs::remove_file(dir.path("out")).unwrap();
    // A directory has the name of the license file.
    std::fs::create_dir_all(dir.path("out/ABC-1.lic/x")).unwrap();
    let reported = issue(&dir, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--replace"])
        .expect_code(6);
    assert!(reported.stdout.contains("the license file could not be written"), "{}", reported.stdout);
    std::fs::remove_dir_all(dir.path("out/ABC-1.lic")).unwrap();
    issue(&dir, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--resume"]).expect_code(0);
    dir.run(&["verify", "--at", DAY, "--log", "log", "out/ABC-1.lic"]).expect_code(0);
}

#[test]
fn log_lists_expiring_licenses_and_finds_entries() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let log = |args: &[&str]| dir.run(&[&["log", "--log", "log"], args].concat());
    let soon = log(&["expiring", "--within", "60d", "--at", "2027-11-15"]).expect_code(0).stdout;
    let expected = ["MySolutions 20", "Sketcher 5", "Printer 5"]
        .map(|product| format!("2027-12-31  ABC Corp  {product}  ABC-1\n"));
    assert_eq!(soon, expected.concat());
    assert_eq!(log(&["expiring", "--within", "10d", "--at", "2027-11-15"]).expect_code(0).stdout, "");
    // A line with the names of the columns, and the entries.
    assert_eq!(log(&["find", "abc corp"]).expect_code(0).stdout.lines().count(), 8);
    log(&["find", "unknown"]).expect_code(1);
    assert!(log(&["show", "5"]).expect_code(0).stdout.contains("  COUNT=5\n"));
    log(&["show", "8"]).expect_code(1);
    assert_eq!(log(&["export"]).expect_code(0).stdout.lines().count(), 7);
    assert_eq!(log(&["export", "--format", "csv"]).expect_code(0).stdout.lines().count(), 8);
    dir.write("no.log", "not a database, but long enough to look at its head: ....................................................");
    dir.run(&["log", "--log", "no.log", "list"]).expect_code(6);
    dir.run(&["log", "--log", "none.log", "list"]).expect_code(6);
    issue_into(&dir, "order.yaml", "out", "no.log").expect_code(6);
}

#[test]
fn catalog_check_reports_customers_and_mixes_of_costlier_feature() {
    let dir = test_dir();
    dir.write("was.yaml", dir.read("catalog.yaml"));
    dir.write("catalog.yaml", dir.read("catalog.yaml").replace("MyDraw:5", "MyDraw:6"));
    dir.write("orders/one.yaml", dir.read("order.yaml"));
    dir.write(
        "orders/more.csv",
        "customer,sn,products,runs\nRoom Corp,R-1,MySolutions:30,\"MyDraw:2, MyWrite:3\"\nTight Corp,T-1,MySolutions:19,\"MyDraw:2, MyWrite:3, MySpreadsheet:3\"\n",
    );
    let reported = dir
        .run(&["catalog", "check", "catalog.yaml", "--was", "was.yaml", "--orders", "orders", "--at", DAY])
        .expect_code(1);
    snapshot("issue", "catalog_check", &reported.shown());
    dir.run(&["catalog", "check", "was.yaml", "--was", "was.yaml", "--orders", "orders", "--at", DAY])
        .expect_code(0);
}

#[test]
fn catalog_and_order_errors_report_location() {
    let catalog =
        "vendor: ABC_Software\nproducts:\n  - { product: P, template: pool, values: { licenses: 5 } }\n";
    let order = "customer: A\nsn: A-1\nproducts: [{ product: P, count: 5 }]\n";
    let cases = [
        ("vendor", catalog.replace("ABC_Software", "ABC Software"), order.to_owned()),
        ("template", catalog.replace("pool", "pol"), order.to_owned()),
        ("key", catalog.replace("template:", "tempalte:"), order.to_owned()),
        ("parameter", catalog.replace("licenses: 5", "licences: 5"), order.to_owned()),
        ("twice", format!("{catalog}  - {{ product: P, template: suite }}\n"), order.to_owned()),
        (
            "count",
            catalog.replace("template: pool", "template: node-locked").replace("licenses: 5", "version: 2.0"),
            order.to_owned(),
        ),
        ("anchor", catalog.replace("ABC_Software", "&a ABC_Software"), order.to_owned()),
        ("date", catalog.to_owned(), order.replace("sn: A-1", "sn: A-1\nend: 01-06-2027")),
        ("sn", catalog.to_owned(), order.replace("A-1", "../A-1")),
        ("nothing", catalog.to_owned(), order.replace("[{ product: P, count: 5 }]", "[]")),
        ("value", catalog.to_owned(), order.replace("count: 5", "count: five")),
        ("lint", catalog.replace("licenses: 5", "features: \"A:50\""), order.to_owned()),
    ];
    let reported: Vec<String> = cases
        .iter()
        .map(|(name, catalog, order)| {
            let dir = TestDir::new();
            dir.write("catalog.yaml", catalog).write("order.yaml", order);
            format!("{name}: {}", issue(&dir, "order.yaml", &["--dry-run"]).shown())
        })
        .collect();
    snapshot("issue", "wrong_inputs", &reported.join("\n"));
}

/// Returns the comma-separated names after `use one of` in a help line.
fn expected_names(message: &str) -> Vec<String> {
    let list = message.split("use one of ").nth(1).unwrap().lines().next().unwrap();
    let mut names: Vec<String> = list.split(", ").map(|name| name.trim().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn issue_schemas_list_exactly_the_accepted_keys() {
    let schema = |name: &str| -> serde_json::Value {
        serde_json::from_str(
            &std::fs::read_to_string(crate::support::root().join("docs/schema").join(name)).unwrap(),
        )
        .unwrap()
    };
    let keys = |object: &serde_json::Value| -> Vec<String> {
        object["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let (catalog, order) = (schema("catalog.schema.json"), schema("order.schema.json"));
    let dir = TestDir::new();
    let reported = |catalog: &str, order: &str| {
        dir.write("catalog.yaml", catalog).write("order.yaml", order);
        expected_names(&issue(&dir, "order.yaml", &["--dry-run"]).stderr)
    };
    let good = "vendor: A\nproducts: [{ product: P, template: pool }]\n";
    assert_eq!(reported("vendor: A\nproducts: [{ zzz: 1 }]\n", ""), keys(&catalog["$defs"]["product"]));
    assert_eq!(reported(good, "zzz: 1\n"), keys(&order));
    assert_eq!(reported(good, "customer: A\nsn: A\nproducts: [{ zzz: 1 }]\n"), keys(&order["$defs"]["line"]));
}
