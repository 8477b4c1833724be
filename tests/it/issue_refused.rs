//! Orders that `issue` refuses with the reason in the terms of the order, and warnings about what was ordered.

use crate::issue::{DAY, KEY, issue, issue_into, test_dir};

#[test]
fn end_before_start_is_refused_with_both_dates() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products,start,end\nA,A-1,MySolutions:20,2026-06-01,2026-05-31\n");
    let output = issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
    assert!(output.stderr.contains("END 2026-05-31 is before START 2026-06-01"), "{}", output.stderr);
    assert!(output.stdout.contains("1 order refused: invalid order\n"), "{}", output.stdout);
    assert!(!output.stderr.contains("scenario"), "{}", output.stderr);
}

#[test]
fn revoked_serial_number_is_refused_and_not_logged() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,B-1,MySolutions:20\n");
    dir.run(&["revoke", "--sn", "A-1", "--reason", "refunded", "--key", KEY]).expect_code(0);
    let output = issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
    assert!(output.stderr.contains("orders.csv:2: order `A-1` cannot be issued: "), "{}", output.stderr);
    assert!(output.stderr.contains("refunded"), "{}", output.stderr);
    assert!(output.stdout.contains("1 order refused: revoked\n"), "{}", output.stdout);
    assert!(!dir.path("out/A-1.lic").exists() && dir.path("out/B-1.lic").exists());
    dir.run(&["log", "--log", "log", "show", "A-1"]).expect_code(1);
}

#[test]
fn dry_run_refuses_what_is_revoked() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,B-1,MySolutions:20\n");
    let dry_run = |more: &[&str]| {
        let args = ["issue", "--catalog", "catalog.yaml", "--order", "orders.csv", "--at", DAY, "--dry-run"];
        dir.run(&[&args[..], more].concat())
    };
    dry_run(&["--key", KEY]).expect_code(0);
    dir.run(&["revoke", "--sn", "A-1", "--reason", "refunded", "--key", KEY]).expect_code(0);
    for named in [&[][..], &["--key", KEY]] {
        let output = dry_run(named).expect_code(1);
        assert!(output.stderr.contains("orders.csv:2: order `A-1` cannot be issued: "), "{}", output.stderr);
        assert!(output.stdout.contains("B-1.lic") && !output.stdout.contains("A-1.lic"), "{}", output.stdout);
    }
    dry_run(&["--plan", "plan.json"]).expect_code(1);
    assert!(!dir.path("plan.json").exists());
}

#[test]
fn template_without_scenarios_is_reported_only_if_ordered() {
    let dir = test_dir();
    let catalog = dir.read("catalog.yaml");
    dir.write("catalog.yaml", format!("{catalog}\n  - {{ product: Own, template: own }}\n"));
    dir.write(
        "own/own.lic",
        "---\nsummary: s\nevery-block: [START, END, ISSUED, SN, LICENSEE]\nparameters: []\n---\nFEATURE Own\n{\n  VENDOR=ABC_Software COUNT=1 KEYTYPE=EXCLUSIVE VERSION=1.0\n}\n",
    );
    for (product, warned) in [("MySolutions:20", false), ("Own", true)] {
        dir.write("orders.csv", format!("customer,sn,products\nA,A-1,{product}\n"));
        let args = ["issue", "--catalog", "catalog.yaml", "--order", "orders.csv", "--at", DAY, "--dry-run"];
        let output = dir.run(&[&args[..], &["--templates", "own"]].concat()).expect_code(0);
        assert_eq!(output.stderr.contains("template `own` has no scenarios"), warned, "{}", output.stderr);
    }
}

#[test]
fn log_show_accepts_a_serial_number() {
    let dir = test_dir();
    issue(&dir, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log"]).expect_code(0);
    let log = |what: &str| dir.run(&["log", "--log", "log", "show", what]);
    let shown = log("ABC-1").expect_code(0).stdout;
    assert_eq!(shown.lines().filter(|line| line.starts_with("entry ")).count(), 7, "{shown}");
    assert!(shown.contains(&log("3").expect_code(0).stdout), "{shown}");
    for (what, message) in [("XYZ", "serial number `XYZ` not found"), ("99", "entry `99` not found")] {
        let output = log(what).expect_code(1);
        assert!(output.stderr.contains(message), "{}", output.stderr);
        assert!(output.stderr.contains("entry number or a serial number"), "{}", output.stderr);
    }
}
