//! Plans and approvals: only licenses that were shown and approved by accepted keys are signed.

use crate::issue::{DAY, KEY, issue, issue_into, many, place};
use crate::support::{Outcome, TestDir};

pub(crate) fn approve(place: &TestDir, key: &str) -> Outcome {
    place.run(&["issue", "--approve", "plan.json", "--key", key])
}

pub(crate) fn go(place: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let args = ["--plan", "plan.json", "--approvals", "1", "--key", KEY, "--out", "out", "--log", "log"];
    issue(place, orders, &[&args[..], more].concat())
}

#[test]
fn interrupted_approved_run_resumes() {
    let place = place();
    place.write("orders.csv", many(3));
    issue(&place, "orders.csv", &["--plan", "plan.json"]).expect_code(0);
    approve(&place, KEY).expect_code(0);
    // A directory with the name of a license file stops the run after the license is logged.
    std::fs::create_dir_all(place.path("out/C-00001.lic/x")).unwrap();
    go(&place, "orders.csv", &["--replace"]).expect_code(6);
    std::fs::remove_dir_all(place.path("out/C-00001.lic")).unwrap();
    go(&place, "orders.csv", &["--resume"]).expect_code(0);
    place.run(&["verify", "--at", DAY, "--log", "log", "out/C-00001.lic"]).expect_code(0);
}

#[test]
fn plan_prints_common_directives_once() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.write("order.yaml", place.read("order.yaml").replace("2027-12-31", "2028-12-31"));
    let output = issue(&place, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let changes: Vec<&str> = output.stdout.lines().filter(|line| line.contains("END")).collect();
    assert_eq!(changes, ["    every block: END was 2027-12-31, now 2028-12-31"]);
}

#[test]
fn plan_compares_new_serial_number_with_current_licenses() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.write(
        "order.yaml",
        place.read("order.yaml").replace("ABC-1", "ABC-2").replace("count: 20", "count: 25"),
    );
    let output = issue(&place, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let expected = "    new serial number; compared with ABC-1 of the same customer:\n    MySolutions: COUNT was 20, now 25\n";
    assert!(output.stdout.contains(expected), "{}", output.stdout);
}

#[test]
fn plan_omits_rejected_orders_and_reports_missing_log() {
    let place = place();
    place.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,a-1,MySolutions:5\n");
    let output = issue(&place, "orders.csv", &["--dry-run"]).expect_code(1);
    assert!(output.stdout.contains("1 order, 4 blocks\n  20 of MySolutions\n"), "{}", output.stdout);
    let output = issue(&place, "order.yaml", &["--dry-run", "--log", "lgo"]).expect_code(6);
    assert!(output.stderr.contains("issue log `lgo` not found"), "{}", output.stderr);
    let output = place
        .run(&["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--dry-run"])
        .expect_code(0);
    assert!(
        output.stderr.contains("issue log `issue-log.sqlite` not found: all licenses are shown as new"),
        "{}",
        output.stderr
    );
}
