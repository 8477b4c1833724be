//! Plans and approvals: only licenses that were shown and approved by accepted keys are signed.

use crate::issue::{DAY, KEY, issue, issue_into, many, place};
use crate::support::{Outcome, TestDir};

fn approve(place: &TestDir, key: &str) -> Outcome {
    place.run(&["issue", "--approve", "plan.json", "--key", key])
}

fn go(place: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let args = ["--plan", "plan.json", "--approvals", "1", "--key", KEY, "--out", "out", "--log", "log"];
    issue(place, orders, &[&args[..], more].concat())
}

#[test]
fn row_44_a_plan_that_lies_or_is_stale_is_not_issued() {
    let place = place();
    issue_into(&place, "order.yaml", "before", "log").expect_code(0);
    place.write("order.yaml", place.read("order.yaml").replace("count: 20", "count: 25"));
    issue(&place, "order.yaml", &["--plan", "plan.json", "--log", "log"]).expect_code(0);
    let good = place.read("plan.json");
    for (name, lie) in [
        ("totals", good.replace("\"MySolutions\": 25", "\"MySolutions\": 21")),
        ("changes", good.replace("COUNT was 20, now 25", "COUNT was 20, now 21")),
        ("customer", good.replace("ABC Corp", "Other Corp")),
        ("file", good.replace("ABC-1.lic", "ABC-2.lic")),
        ("blocks", good.replace("\"blocks\": 7", "\"blocks\": 6")),
    ] {
        assert_ne!(good, lie, "{name}");
        place.write("plan.json", lie);
        approve(&place, KEY).expect_code(0);
        let told = go(&place, "order.yaml", &[]).expect_code(5);
        assert!(told.stderr.contains("nothing was signed"), "{name}: {}", told.stderr);
        assert!(!place.path("out").exists(), "{name}");
        let approval = place.names().into_iter().find(|name| name.ends_with(".approval")).unwrap();
        std::fs::remove_file(place.path(&approval)).unwrap();
    }
    // `--approve` shows the plan.
    place.write("plan.json", &good);
    let shown = approve(&place, KEY).expect_code(0);
    assert!(
        shown.stdout.contains("ABC-1.lic  ABC Corp\n    MySolutions: COUNT was 20, now 25\n"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("1 order, 7 blocks\n"), "{}", shown.stdout);
    // Another issue is logged.
    place.write("other.yaml", place.read("order.yaml").replace("count: 25", "count: 30"));
    issue_into(&place, "other.yaml", "other", "log").expect_code(0);
    let told = go(&place, "order.yaml", &[]).expect_code(5);
    assert!(told.stderr.contains("the changes for `ABC-1` differ from the approved plan"), "{}", told.stderr);
}

#[test]
fn an_approved_run_that_was_interrupted_goes_on() {
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
fn row_31_only_keys_of_the_usage_that_signs_approve() {
    let place = place();
    for (usage, file) in
        [("--usage=development", "trial.pem"), ("--standby", "standby.pem"), ("-q", "retired.pem")]
    {
        place
            .run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", usage, "--out", file])
            .expect_code(0);
    }
    let ids: Vec<String> = place
        .read("keys/trust.yaml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("id: ").map(|id| id.trim_matches('"').to_owned()))
        .collect();
    place.run(&["keys", "retire", &ids[3]]).expect_code(0);
    issue(&place, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    for (key, why) in
        [("trial.pem", "is a development key"), ("standby.pem", "is standby"), ("retired.pem", "retired")]
    {
        let told = approve(&place, key);
        assert_ne!(told.code, 0, "{key}: {}", told.stdout);
        assert!(told.stderr.contains(why), "{key}: {}", told.stderr);
    }
    assert!(place.names().iter().all(|name| !name.ends_with(".approval")));
    // An approval by a key that was accepted earlier but is not now, for licenses to be signed by a production key.
    let list = place.read("keys/trust.yaml");
    place.write("keys/trust.yaml", list.replace("usage: production", "usage: development"));
    approve(&place, "trial.pem").expect_code(0);
    place.write("keys/trust.yaml", list);
    let told = go(&place, "order.yaml", &[]).expect_code(5);
    assert!(told.stderr.contains("not enough approvals: 0 of 1"), "{}", told.stderr);
}

#[test]
fn what_all_blocks_have_in_common_is_said_once() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.write("order.yaml", place.read("order.yaml").replace("2027-12-31", "2028-12-31"));
    let told = issue(&place, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let changes: Vec<&str> = told.stdout.lines().filter(|line| line.contains("END")).collect();
    assert_eq!(changes, ["    every block: END was 2027-12-31, now 2028-12-31"]);
}

#[test]
fn a_new_serial_number_is_compared_with_what_the_customer_has() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.write(
        "order.yaml",
        place.read("order.yaml").replace("ABC-1", "ABC-2").replace("count: 20", "count: 25"),
    );
    let told = issue(&place, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    let expected = "    new serial number; compared with ABC-1 of the same customer:\n    MySolutions: COUNT was 20, now 25\n";
    assert!(told.stdout.contains(expected), "{}", told.stdout);
}

#[test]
fn a_plan_leaves_out_what_is_refused_and_names_a_log_that_is_not_there() {
    let place = place();
    place.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,a-1,MySolutions:5\n");
    let told = issue(&place, "orders.csv", &["--dry-run"]).expect_code(1);
    assert!(told.stdout.contains("1 order, 4 blocks\n  20 of MySolutions\n"), "{}", told.stdout);
    let told = issue(&place, "order.yaml", &["--dry-run", "--log", "lgo"]).expect_code(6);
    assert!(told.stderr.contains("issue log `lgo` not found"), "{}", told.stderr);
    let told = place
        .run(&["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--dry-run"])
        .expect_code(0);
    assert!(
        told.stderr.contains("issue log `issue-log.sqlite` not found: all licenses are shown as new"),
        "{}",
        told.stderr
    );
}
