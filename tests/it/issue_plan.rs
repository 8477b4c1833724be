//! Plans and approvals: only licenses that were shown and approved by accepted keys are signed.

use crate::issue::{DAY, KEY, issue, issue_into, many, test_dir};
use crate::support::{Outcome, TestDir};

pub(crate) fn approve(dir: &TestDir, key: &str) -> Outcome {
    dir.run(&["issue", "--approve", "plan.json", "--key", key])
}

pub(crate) fn go(dir: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let args = ["--plan", "plan.json", "--approvals", "1", "--key", KEY, "--out", "out", "--log", "log"];
    issue(dir, orders, &[&args[..], more].concat())
}

#[test]
fn interrupted_approved_run_resumes() {
    let dir = test_dir();
    dir.write("orders.csv", many(3));
    issue(&dir, "orders.csv", &["--plan", "plan.json"]).expect_code(0);
    approve(&dir, KEY).expect_code(0);
    // A directory with the name of a license file stops the run after the license is logged.
    std::fs::create_dir_all(dir.path("out/C-00001.lic/x")).unwrap();
    go(&dir, "orders.csv", &["--replace"]).expect_code(6);
    std::fs::remove_dir_all(dir.path("out/C-00001.lic")).unwrap();
    go(&dir, "orders.csv", &["--resume"]).expect_code(0);
    dir.run(&["verify", "--at", DAY, "--log", "log", "out/C-00001.lic"]).expect_code(0);
}

#[test]
fn plan_prints_common_directives_once() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.write("order.yaml", dir.read("order.yaml").replace("2027-12-31", "2028-12-31"));
    let output = issue(&dir, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let changes: Vec<&str> = output.stdout.lines().filter(|line| line.contains("END")).collect();
    assert_eq!(changes, ["    every block: END was 2027-12-31, now 2028-12-31"]);
}

#[test]
fn plan_compares_new_serial_number_with_current_licenses() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.write(
        "order.yaml",
        dir.read("order.yaml")
            .replace("sn: ABC-1", "sn: ABC-2\nkind: upgrade\nof: ABC-1")
            .replace("count: 20", "count: 25"),
    );
    let output = issue(&dir, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let expected = "    upgrade of ABC-1\n    compared with ABC-1:\n    MySolutions: COUNT was 20, now 25\n";
    assert!(output.stdout.contains(expected), "{}", output.stdout);
}

#[test]
fn plan_omits_rejected_orders_and_reports_missing_log() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,a-1,MySolutions:5\n");
    let output = issue(&dir, "orders.csv", &["--dry-run"]).expect_code(1);
    assert!(output.stdout.contains("1 order, 4 blocks\n  20 of MySolutions\n"), "{}", output.stdout);
    let output = issue(&dir, "order.yaml", &["--dry-run", "--log", "lgo"]).expect_code(6);
    assert!(output.stderr.contains("issue log `lgo` not found"), "{}", output.stderr);
    let output =
        dir.run(&["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--dry-run"]).expect_code(0);
    assert!(
        output.stderr.contains("issue log `issue-log.sqlite` not found: all licenses are shown as new"),
        "{}",
        output.stderr
    );
}
