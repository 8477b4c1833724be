//! Approval of plans, and names of issued files.

use crate::issue::{DAY, KEY, issue, issue_into, test_dir};
use crate::issue_plan::{approve, go};
use crate::support::Outcome;

#[test]
fn threat_44_issue_rejects_changes_after_approval() {
    let dir = test_dir();
    issue(&dir, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    let go = |needed: &str| {
        issue(
            &dir,
            "order.yaml",
            &["--plan", "plan.json", "--approvals", needed, "--key", KEY, "--out", "out", "--log", "log"],
        )
    };
    let nothing = |outcome: Outcome| {
        assert!(outcome.stderr.contains("nothing was signed"), "{}", outcome.stderr);
        assert!(!dir.path("out").exists() && !dir.path("log").exists());
    };
    nothing(go("1").expect_code(5));
    dir.run(&["issue", "--approve", "plan.json", "--key", KEY]).expect_code(0);
    nothing(go("2").expect_code(5));
    let (order, catalog, plan) = (dir.read("order.yaml"), dir.read("catalog.yaml"), dir.read("plan.json"));
    for (name, changed) in [
        ("order.yaml", order.replace("count: 20", "count: 200")),
        ("catalog.yaml", catalog.replace("MyDraw:5", "MyDraw:4")),
        ("plan.json", plan.replace("\"MySolutions\": 20", "\"MySolutions\": 21")),
    ] {
        let before = dir.read(name);
        assert_ne!(before, changed, "{name}");
        dir.write(name, changed);
        nothing(go("1").expect_code(5));
        dir.write(name, before);
    }
    go("1").expect_code(0);
    dir.run(&["verify", "--at", DAY, "out/ABC-1.lic"]).expect_code(0);
}

#[test]
fn threat_31_approvals_count_keys_not_names() {
    let dir = test_dir();
    issue(&dir, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    dir.run(&["issue", "--approve", "plan.json", "--key", KEY]).expect_code(0);
    let approval = dir.names().into_iter().find(|name| name.ends_with(".approval")).unwrap();
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--out", "second.pem"])
        .expect_code(0);
    let ids: Vec<String> = dir
        .read("keys/trust.yaml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("id: ").map(|id| id.trim_matches('"').to_owned()))
        .collect();
    let second = ids.iter().find(|id| !approval.contains(id.as_str())).unwrap();
    // The first key's approval under the file name of the second key, unchanged and with the second key's id.
    let text = dir.read(&approval);
    let first = ids.iter().find(|id| approval.contains(id.as_str())).unwrap();
    for copy in [text.clone(), text.replace(first, second)] {
        dir.write(&format!("plan.json.{second}.approval"), copy);
        let output = issue(
            &dir,
            "order.yaml",
            &["--plan", "plan.json", "--approvals", "2", "--key", KEY, "--out", "out", "--log", "log"],
        )
        .expect_code(5);
        assert!(
            output.stderr.contains("not enough approvals: 1 of 2; nothing was signed"),
            "{}",
            output.stderr
        );
    }
    std::fs::remove_file(dir.path(&format!("plan.json.{second}.approval"))).unwrap();
    dir.run(&["issue", "--approve", "plan.json", "--key", "second.pem"]).expect_code(0);
    issue(
        &dir,
        "order.yaml",
        &["--plan", "plan.json", "--approvals", "2", "--key", KEY, "--out", "out", "--log", "log"],
    )
    .expect_code(0);
}

#[test]
fn threat_37_issue_rejects_two_orders_for_one_file() {
    let dir = test_dir();
    for twin in ["A-1", "a-1"] {
        dir.write(
            "orders.csv",
            format!("customer,sn,products\nA,A-1,MySolutions:20\nB,{twin},MySolutions:20\n"),
        );
        let output = issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
        let (place_of_row, what) = ("orders.csv:3: column `sn`: ", "serial number");
        assert!(output.stderr.contains(place_of_row) && output.stderr.contains(what), "{}", output.stderr);
        assert!(!dir.path("out").exists());
    }
}

#[test]
fn threat_37_serial_numbers_cannot_leave_output_directory() {
    let dir = test_dir();
    let bad = [
        "../x",
        "/etc/x",
        "C:x",
        "a/b",
        "a\\b",
        "a.",
        "a:b",
        "..",
        ".",
        "~",
        "a b",
        "con",
        "PRN",
        "aux",
        "NUL",
        "COM1",
        "com9",
        "LPT1",
        "a\u{0}b",
        "a*",
        "a?",
        "a|b",
        "<a>",
        "é",
        "\u{202e}a",
        "%2e%2e",
        "$HOME",
        "a\tb",
        "",
    ];
    let long = "a".repeat(300);
    let mut rows = "customer,sn,products\n".to_owned();
    for sn in bad.iter().copied().chain([long.as_str()]) {
        rows.push_str(&format!("A,\"{sn}\",MySolutions:20\n"));
    }
    let count = bad.len() + 1;
    dir.write("work/orders.csv", rows);
    dir.write("out/kept", "");
    let before = dir.names();
    let args = ["issue", "-q", "--catalog", "catalog.yaml", "--order", "work/orders.csv", "--key", KEY];
    let output = dir.run(&[&args[..], &["--out", "out", "--log", "work/log"]].concat()).expect_code(1);
    assert!(output.stdout.contains(&format!("{count} orders refused: invalid order\n")), "{}", output.stdout);
    assert_eq!(dir.names(), before);
    let out: Vec<_> =
        std::fs::read_dir(dir.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(out, ["kept"]);
}

#[test]
fn threat_44_issue_rejects_false_or_stale_plan() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "before", "log").expect_code(0);
    dir.write("order.yaml", dir.read("order.yaml").replace("count: 20", "count: 25"));
    issue(&dir, "order.yaml", &["--plan", "plan.json", "--log", "log"]).expect_code(0);
    let good = dir.read("plan.json");
    for (name, lie) in [
        ("totals", good.replace("\"MySolutions\": 25", "\"MySolutions\": 21")),
        ("changes", good.replace("COUNT was 20, now 25", "COUNT was 20, now 21")),
        ("customer", good.replace("ABC Corp", "Other Corp")),
        ("file", good.replace("ABC-1.lic", "ABC-2.lic")),
        ("blocks", good.replace("\"blocks\": 7", "\"blocks\": 6")),
    ] {
        assert_ne!(good, lie, "{name}");
        dir.write("plan.json", lie);
        approve(&dir, KEY).expect_code(0);
        let output = go(&dir, "order.yaml", &[]).expect_code(5);
        assert!(output.stderr.contains("nothing was signed"), "{name}: {}", output.stderr);
        assert!(!dir.path("out").exists(), "{name}");
        let approval = dir.names().into_iter().find(|name| name.ends_with(".approval")).unwrap();
        std::fs::remove_file(dir.path(&approval)).unwrap();
    }
    // `--approve` shows the plan.
    dir.write("plan.json", &good);
    let shown = approve(&dir, KEY).expect_code(0);
    assert!(
        shown.stdout.contains("ABC-1.lic  ABC Corp\n    MySolutions: COUNT was 20, now 25\n"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("1 order, 7 blocks\n"), "{}", shown.stdout);
    // Another issue is logged.
    dir.write("other.yaml", dir.read("order.yaml").replace("count: 25", "count: 30"));
    issue_into(&dir, "other.yaml", "other", "log").expect_code(0);
    let output = go(&dir, "order.yaml", &[]).expect_code(5);
    assert!(
        output.stderr.contains("the changes for `ABC-1` differ from the approved plan"),
        "{}",
        output.stderr
    );
}

#[test]
fn threat_31_approval_requires_key_of_same_usage() {
    let dir = test_dir();
    for (usage, file) in
        [("--usage=development", "trial.pem"), ("--standby", "standby.pem"), ("-q", "retired.pem")]
    {
        dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", usage, "--out", file])
            .expect_code(0);
    }
    let ids: Vec<String> = dir
        .read("keys/trust.yaml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("id: ").map(|id| id.trim_matches('"').to_owned()))
        .collect();
    dir.run(&["keys", "retire", &ids[3]]).expect_code(0);
    issue(&dir, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    for (key, why) in
        [("trial.pem", "is a development key"), ("standby.pem", "is standby"), ("retired.pem", "retired")]
    {
        let output = approve(&dir, key);
        assert_ne!(output.code, 0, "{key}: {}", output.stdout);
        assert!(output.stderr.contains(why), "{key}: {}", output.stderr);
    }
    assert!(dir.names().iter().all(|name| !name.ends_with(".approval")));
    // An approval by a key that was accepted earlier but is not now, for licenses to be signed by a production key.
    let list = dir.read("keys/trust.yaml");
    dir.write("keys/trust.yaml", list.replace("usage: production", "usage: development"));
    approve(&dir, "trial.pem").expect_code(0);
    dir.write("keys/trust.yaml", list);
    let output = go(&dir, "order.yaml", &[]).expect_code(5);
    assert!(output.stderr.contains("not enough approvals: 0 of 1"), "{}", output.stderr);
}
