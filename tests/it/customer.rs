//! The desk: what a customer owns, after each step of the life of a license, and a lost and an edited file.

use crate::issue_life_cycle::{FIRST, TEN, of_first, signed, test_dir};
use crate::support::{TestDir, snapshot};

/// Returns what `customer` prints on a day, and checks that `verify --together` and `simulate` give the same total of
/// the pool for all files.
fn owned(dir: &TestDir, day: &str) -> String {
    let text = dir.run(&["customer", "ABC Corp", "--log", "log", "--at", day]).expect_code(0).stdout;
    let total = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("MySolutions"))
        .unwrap_or_else(|| panic!("no total in\n{text}"))
        .trim()
        .to_owned();
    let verify = dir.run(&["verify", "--together", "--format", "json", "--at", day, "out"]);
    let report: serde_json::Value = serde_json::from_str(&verify.stdout).unwrap();
    let usable = report["usable"].as_array().unwrap();
    let pool = usable.iter().find(|one| one["feature"] == "MySolutions").unwrap();
    assert_eq!(pool["usable"].to_string().trim_matches('"'), total, "{}\n{text}", verify.stdout);
    text
}

#[test]
fn customer_command_agrees_with_all_files_after_each_step() {
    let dir = test_dir();
    let steps = [
        ("2026-01-05", FIRST.to_owned()),
        ("2026-02-01", of_first("addon", "A-2", TEN)),
        (
            "2026-03-01",
            of_first("upgrade", "A-3", "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 35 }]\n"),
        ),
        ("2026-11-28", "customer: ABC Corp\nsn: A-4\nkind: renewal\nof: A-3\nend: 2027-12-31\n".to_owned()),
    ];
    let mut text = String::new();
    for (day, order) in &steps {
        signed(&dir, day, order).expect_code(0);
        text.push_str(&owned(&dir, day));
        text.push('\n');
    }
    text.push_str(&owned(&dir, "2027-06-01"));
    // The log has the real time of issue.
    let issued = |line: &str| match line.split_once("issued ") {
        Some((before, after)) => format!("{before}issued DAY{}\n", &after[10..]),
        None => format!("{line}\n"),
    };
    snapshot("issue", "customer", &text.lines().map(issued).collect::<String>());
}

#[test]
fn customer_is_found_by_name_and_by_serial_number() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let run = |who: &str| dir.run(&["customer", who, "--log", "log", "--at", "2026-06-01"]);
    let by_name = run("ABC\u{a0}Corp").expect_code(0).stdout;
    assert_eq!(run("A-1").expect_code(0).stdout, by_name);
    let unknown = run("Unknown Ltd").expect_code(1);
    assert!(
        unknown.stderr.contains("no customer and no license `Unknown Ltd` in the log"),
        "{}",
        unknown.stderr
    );
    let json = dir.run(&["customer", "A-1", "--log", "log", "--at", "2027-06-01", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.expect_code(0).stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["customer"], "ABC Corp");
    assert_eq!(report["licenses"][0]["state"], "ended");
    assert_eq!(report["usable"][0]["usable"], "0");
}

#[test]
fn lost_license_is_restored_byte_for_byte() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let issued = dir.read("out/A-1.lic");
    let restore = |more: &[&str]| dir.run(&[&["log", "--log", "log", "restore", "A-1"][..], more].concat());
    restore(&["-o", "again.lic"]).expect_code(0);
    assert_eq!(dir.read("again.lic"), issued);
    assert_eq!(restore(&["-o", "-"]).expect_code(0).stdout, issued);
    // Nothing is written over a file.
    dir.write("again.lic", "mine");
    restore(&["-o", "again.lic"]).expect_code(6);
    assert_eq!(dir.read("again.lic"), "mine");
    let unknown = dir.run(&["log", "--log", "log", "restore", "A-9"]).expect_code(1);
    assert!(unknown.stderr.contains("serial number `A-9` not found"), "{}", unknown.stderr);
    // An edited copy is found out.
    dir.write("out/A-1.lic", issued.replace("COUNT=20", "COUNT=50"));
    let edited = dir.run(&["verify", "--log", "log", "--at", "2026-02-01", "out/A-1.lic"]);
    assert_ne!(edited.code, 0);
    assert!(edited.stdout.contains("COUNT"), "{}", edited.stdout);
}

#[test]
fn log_find_prints_columns_a_message_json_and_csv() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    signed(&dir, "2026-02-01", &of_first("addon", "A-2", TEN)).expect_code(0);
    let upgrade = "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 35 }]\n";
    signed(&dir, "2026-03-01", &of_first("upgrade", "A-3", upgrade)).expect_code(0);
    let find = |more: &[&str]| {
        dir.run(&[&["log", "--log", "log", "find"][..], more, &["--at", "2026-06-01"]].concat())
    };
    let none = find(&["nothing"]).expect_code(1);
    assert!(none.stderr.contains("no entry contains `nothing`"), "{}", none.stderr);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let text = find(&["MySolutions"]).expect_code(0).stdout;
    let lines: Vec<Vec<String>> = text.lines().map(words).collect();
    assert_eq!(lines[0], ["entry", "issued", "SN", "feature", "COUNT", "ends", "state", "customer"]);
    let rest = |line: usize| lines[line][2..].join(" ");
    assert_eq!(rest(1), "A-1 MySolutions 20 2026-12-31 replaced by A-3 ABC Corp");
    assert_eq!(rest(2), "A-2 MySolutions 10 2026-12-31 replaced by A-3 ABC Corp");
    assert_eq!(rest(3), "A-3 MySolutions 35 2026-12-31 current ABC Corp");
    let csv = find(&["A-3", "--format", "csv"]).expect_code(0).stdout;
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.lines().next().unwrap().ends_with(",hash,count,state"), "{csv}");
    assert!(csv.lines().nth(1).unwrap().ends_with(",\"35\",\"current\""), "{csv}");
    let json = find(&["A-1", "--format", "json"]).expect_code(0).stdout;
    let entry: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((entry["count"].as_str(), entry["state"].as_str()), (Some("20"), Some("replaced by A-3")));
}
