//! `keywright issue`: all or nothing, equal bytes after a kill, a log that shows every change, nothing unapproved.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Outcome, TestDir, snapshot};

pub(crate) const DAY: &str = "2026-01-15";
pub(crate) const KEY: &str = "ABC_Software.key.pem";

/// A directory with a key, the catalogue and the order.
pub(crate) fn place() -> TestDir {
    let place = TestDir::new();
    place.copy("tests/issue/catalog.yaml", "catalog.yaml").copy("tests/issue/order.yaml", "order.yaml");
    place.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(0);
    // The test's day is before the first day of a new key.
    let list = place.read("keys/trust.yaml");
    let from = list.lines().find(|line| line.contains("not-before")).unwrap().to_owned();
    place.write("keys/trust.yaml", list.replace(&from, "    not-before: 2020-01-01"));
    place
}

pub(crate) fn issue(place: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let mut args = vec!["issue", "-q", "--catalog", "catalog.yaml", "--order", orders, "--at", DAY];
    args.extend(more);
    place.run(&args)
}

pub(crate) fn issue_into(place: &TestDir, orders: &str, out: &str, log: &str) -> Outcome {
    issue(place, orders, &["--key", KEY, "--out", out, "--log", log])
}

pub(crate) fn many(count: usize) -> String {
    let mut rows = "customer,sn,products,end\n".to_owned();
    for number in 0..count {
        writeln!(rows, "Customer {number},C-{number:05},MySolutions:{},2027-12-31", 20 + number % 7).unwrap();
    }
    rows
}

/// Names and contents of the files in a directory.
pub(crate) fn contents(place: &TestDir, folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(place.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| (name.clone(), place.read(&format!("{folder}/{name}"))))
        .collect();
    files.sort();
    files
}

pub(crate) fn sql(place: &TestDir, log: &str, statements: &str) {
    let connection = rusqlite::Connection::open(place.path(log)).unwrap();
    connection.execute_batch("DROP TRIGGER issue_stays; DROP TRIGGER issue_remains; DROP TRIGGER entry_stays; DROP TRIGGER entry_remains;").unwrap();
    connection.execute_batch(statements).unwrap();
}

#[test]
fn an_order_becomes_a_license_that_verifies_and_is_logged() {
    let place = place();
    let planned = issue(&place, "order.yaml", &["--dry-run"]).expect_code(0);
    snapshot("issue", "dry_run", &planned.shown());
    assert_eq!(place.names(), [KEY, "catalog.yaml", "keys", "order.yaml"]);
    let issued = issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    assert_eq!(issued.stdout, "issued 1 license with 7 blocks into out\n");
    assert_eq!(contents(&place, "out").len(), 1);
    place.run(&["verify", "--at", DAY, "out/ABC-1.lic"]).expect_code(0);
    place.run(&["fmt", "--check", "out/ABC-1.lic"]).expect_code(0);
    place.run(&["lint", "--at", DAY, "out/ABC-1.lic", "--deny", "warnings"]).expect_code(0);
    let verified = place.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(verified.stdout.starts_with("log: OK, last entry 7\nhead 7:"), "{}", verified.stdout);
    // A second run changes nothing in the directory and the log.
    let again = issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    assert_eq!(again.stdout, "issued 0 licenses with 0 blocks into out\n1 license unchanged\n");
    assert_eq!(place.run(&["log", "--log", "log", "verify"]).stdout, verified.stdout);
}

#[test]
fn a_changed_order_is_planned_as_a_change_and_replaces_only_when_told() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    let before = place.read("out/ABC-1.lic");
    place.write("order.yaml", place.read("order.yaml").replace("count: 20", "count: 25"));
    let planned = issue(&place, "order.yaml", &["--dry-run", "--log", "log"]).expect_code(0);
    assert!(planned.stdout.contains("    MySolutions: COUNT was 20, now 25\n"), "{}", planned.stdout);
    let refused = issue_into(&place, "order.yaml", "out", "log").expect_code(1);
    assert!(refused.stderr.contains("`out/ABC-1.lic` exists with different content"), "{}", refused.stderr);
    assert_eq!(place.read("out/ABC-1.lic"), before);
    issue(&place, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--replace"]).expect_code(0);
    place.write("old.lic", before);
    let told = place.run(&["verify", "--at", DAY, "--log", "log", "old.lic"]).expect_code(0);
    let told: Vec<&str> = told.stdout.lines().map(str::trim).collect();
    let at = told.iter().position(|line| *line == "replaced by entry 8:").unwrap();
    assert_eq!(told[at + 1], "COUNT was 20, now 25");
}

#[test]
fn the_log_says_which_directive_was_changed() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    let text = place
        .read("out/ABC-1.lic")
        .replace("COUNT=5 KEYTYPE=EXCLUSIVE VERSION=2.0", "COUNT=50 KEYTYPE=EXCLUSIVE VERSION=2.0");
    place.write("changed.lic", text);
    let told = place.run(&["verify", "--at", DAY, "--log", "log", "changed.lic"]).expect_code(1);
    let changes: Vec<&str> = told.stdout.lines().filter(|line| line.contains(" was ")).collect();
    assert!(changes.iter().any(|line| line.trim() == "COUNT was 5, now 50"), "{changes:?}");
    assert_eq!(told.stdout.matches("changed since it was issued").count(), 1, "{}", told.stdout);
}

#[test]
fn row_29_a_block_that_is_not_in_the_log_is_refused_whoever_signed_it() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.run(&["new", "pool", "--set", "issued=2026-01-01", "-o", "ghost.lic"]).expect_code(0);
    place.run(&["sign", "ghost.lic", "--key", KEY, "--in-place"]).expect_code(0);
    place.run(&["verify", "--at", DAY, "ghost.lic"]).expect_code(0);
    let told = place.run(&["verify", "--at", DAY, "--log", "log", "ghost.lic"]).expect_code(1);
    assert_eq!(told.stdout.matches("not issued: no entry for this block").count(), 4, "{}", told.stdout);
}

#[test]
fn row_29_a_log_that_was_edited_cut_or_reordered_is_found() {
    let place = place();
    place.write("orders.csv", many(5));
    issue_into(&place, "orders.csv", "out", "log").expect_code(0);
    let cases = [
        ("edited", "UPDATE entry SET feature = 'Other' WHERE seq = 7", "entry 7 was changed"),
        ("customer", "UPDATE issue SET customer = 'Mallory' WHERE first = 5", "entry 5 was changed"),
        (
            "digest",
            "UPDATE entry SET digest = (SELECT digest FROM entry WHERE seq = 2) WHERE seq = 3",
            "entry 3 was changed",
        ),
        ("moved", "UPDATE entry SET issue = 1 WHERE seq = 6", "entry 6 was changed"),
        ("no issue", "DELETE FROM issue WHERE first = 9", "entry 9 is missing"),
        (
            "put in",
            "INSERT INTO issue SELECT 30, issued_at, key_id, vendor, customer, sn, file, order_digest FROM issue WHERE first = 1",
            "the log contains an issue without entries",
        ),
        (
            "payload",
            "UPDATE entry SET payload = CAST(payload || 'x' AS BLOB) WHERE seq = 3",
            "entry 3 was changed: its payload",
        ),
        ("cut", "DELETE FROM entry WHERE seq > 18", "log ends at entry 18, but its head says 20"),
        ("taken out", "DELETE FROM entry WHERE seq = 4", "entry 4 is missing"),
        (
            "closed up",
            "DELETE FROM entry WHERE seq = 4; UPDATE entry SET seq = seq - 1 WHERE seq > 4",
            "entry 4 was changed",
        ),
        (
            "reordered",
            "UPDATE entry SET seq = 100 WHERE seq = 5; UPDATE entry SET seq = 5 WHERE seq = 6; UPDATE entry SET seq = 6 WHERE seq = 100",
            "entry 5 was changed",
        ),
        (
            "head",
            "UPDATE head SET seq = 19, hash = (SELECT hash FROM entry WHERE seq = 19); DELETE FROM entry WHERE seq = 20",
            "the signature of the head does not match",
        ),
        (
            "index",
            "DROP INDEX issue_sn; CREATE INDEX issue_sn ON issue(file); PRAGMA writable_schema = 1; \
             UPDATE sqlite_master SET sql = 'CREATE INDEX issue_sn ON issue(sn)' WHERE name = 'issue_sn'",
            "an index of the log does not match its table",
        ),
        ("emptied", "DELETE FROM issue; DELETE FROM entry; DELETE FROM head", ""),
    ];
    let kept = place.run(&["log", "--log", "log", "verify"]).expect_code(0).stdout;
    let kept = kept.lines().nth(1).unwrap().strip_prefix("head ").unwrap().to_owned();
    for (name, statements, meant) in cases {
        place.copy_own("log", name);
        sql(&place, name, statements);
        let told = place.run(&["log", "--log", name, "verify", "--head", &kept]).expect_code(1);
        assert!(told.stdout.contains(meant), "{name}: {}", told.stdout);
        if name != "emptied" {
            place.run(&["log", "--log", name, "verify"]).expect_code(1);
            place.run(&["verify", "--at", DAY, "--log", name, "out/C-00000.lic"]).expect_code(6);
        }
    }
}

#[test]
fn row_30_an_older_state_of_the_log_is_found_by_a_head_that_was_kept() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    place.copy_own("log", "older");
    place.write("orders.csv", many(2));
    issue_into(&place, "orders.csv", "out", "log").expect_code(0);
    let head = |log: &str| {
        let told = place.run(&["log", "--log", log, "verify"]).expect_code(0).stdout;
        told.lines().nth(1).unwrap().strip_prefix("head ").unwrap().to_owned()
    };
    let (newer, older) = (head("log"), head("older"));
    place.run(&["log", "--log", "log", "verify", "--head", &older]).expect_code(0);
    let told = place.run(&["log", "--log", "older", "verify", "--head", &newer]).expect_code(1);
    assert!(told.stdout.contains("the log does not contain the saved head"), "{}", told.stdout);
}

#[test]
fn row_44_nothing_is_signed_that_differs_from_the_approved_plan() {
    let place = place();
    issue(&place, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    let go = |needed: &str| {
        issue(
            &place,
            "order.yaml",
            &["--plan", "plan.json", "--approvals", needed, "--key", KEY, "--out", "out", "--log", "log"],
        )
    };
    let nothing = |outcome: Outcome| {
        assert!(outcome.stderr.contains("nothing was signed"), "{}", outcome.stderr);
        assert!(!place.path("out").exists() && !place.path("log").exists());
    };
    nothing(go("1").expect_code(5));
    place.run(&["issue", "--approve", "plan.json", "--key", KEY]).expect_code(0);
    nothing(go("2").expect_code(5));
    let (order, catalog, plan) =
        (place.read("order.yaml"), place.read("catalog.yaml"), place.read("plan.json"));
    for (name, changed) in [
        ("order.yaml", order.replace("count: 20", "count: 200")),
        ("catalog.yaml", catalog.replace("MyDraw:5", "MyDraw:4")),
        ("plan.json", plan.replace("\"MySolutions\": 20", "\"MySolutions\": 21")),
    ] {
        let before = place.read(name);
        assert_ne!(before, changed, "{name}");
        place.write(name, changed);
        nothing(go("1").expect_code(5));
        place.write(name, before);
    }
    go("1").expect_code(0);
    place.run(&["verify", "--at", DAY, "out/ABC-1.lic"]).expect_code(0);
}

#[test]
fn row_31_one_key_approves_once_whatever_it_is_called() {
    let place = place();
    issue(&place, "order.yaml", &["--plan", "plan.json"]).expect_code(0);
    place.run(&["issue", "--approve", "plan.json", "--key", KEY]).expect_code(0);
    let approval = place.names().into_iter().find(|name| name.ends_with(".approval")).unwrap();
    place
        .run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--out", "second.pem"])
        .expect_code(0);
    let ids: Vec<String> = place
        .read("keys/trust.yaml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("id: ").map(|id| id.trim_matches('"').to_owned()))
        .collect();
    let second = ids.iter().find(|id| !approval.contains(id.as_str())).unwrap();
    // The first key's approval under the file name of the second key, unchanged and with the second key's id.
    let text = place.read(&approval);
    let first = ids.iter().find(|id| approval.contains(id.as_str())).unwrap();
    for copy in [text.clone(), text.replace(first, second)] {
        place.write(&format!("plan.json.{second}.approval"), copy);
        let told = issue(
            &place,
            "order.yaml",
            &["--plan", "plan.json", "--approvals", "2", "--key", KEY, "--out", "out", "--log", "log"],
        )
        .expect_code(5);
        assert!(told.stderr.contains("not enough approvals: 1 of 2; nothing was signed"), "{}", told.stderr);
    }
    std::fs::remove_file(place.path(&format!("plan.json.{second}.approval"))).unwrap();
    place.run(&["issue", "--approve", "plan.json", "--key", "second.pem"]).expect_code(0);
    issue(
        &place,
        "order.yaml",
        &["--plan", "plan.json", "--approvals", "2", "--key", KEY, "--out", "out", "--log", "log"],
    )
    .expect_code(0);
}

#[test]
fn row_39_a_run_that_was_killed_goes_on_to_the_same_bytes() {
    let place = place();
    place.write("orders.csv", many(1500));
    issue_into(&place, "orders.csv", "whole", "whole.log").expect_code(0);
    let args = [
        "issue",
        "-q",
        "--catalog",
        "catalog.yaml",
        "--order",
        "orders.csv",
        "--at",
        DAY,
        "--key",
        KEY,
        "--out",
        "cut",
        "--log",
        "cut.log",
    ];
    let mut child = place.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let written = || std::fs::read_dir(place.path("cut")).map_or(0, Iterator::count);
    let begun = Instant::now();
    while written() < 300 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(written() < 1500, "the run ended before it was killed");
    // Every file is complete. A temporary file of the killed run can remain until the run is resumed; one of another
    // run is kept.
    let whole = contents(&place, "whole");
    place.write("cut/.keywright-other-Xy", "");
    for (name, text) in contents(&place, "cut").into_iter().filter(|(name, _)| !name.starts_with('.')) {
        assert!(whole.iter().any(|(known, good)| *known == name && *good == text), "{name}");
    }
    let refused = place.run(&args).expect_code(2);
    assert!(refused.stderr.contains("use `--resume` to continue it"), "{}", refused.stderr);
    // The resumed run keeps its day of issue.
    let resumed: Vec<&str> =
        args.iter().map(|arg| if *arg == DAY { "2026-03-01" } else { arg }).chain(["--resume"]).collect();
    place.run(&resumed).expect_code(0);
    std::fs::remove_file(place.path("cut/.keywright-other-Xy")).unwrap();
    assert_eq!(contents(&place, "cut"), whole);
    assert!(place.names().iter().all(|name| !name.starts_with(".keywright")), "{:?}", place.names());
    let log = place.run(&["log", "--log", "cut.log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 6000\n"), "{}", log.stdout);
    place.run(&resumed).expect_code(2);
}

#[test]
fn two_runs_at_once_lose_nothing() {
    let place = place();
    place.write("one.csv", many(300)).write("two.csv", many(300).replace("C-", "D-"));
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
        place.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut runs = [start("one.csv"), start("two.csv")];
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(contents(&place, "out").len(), 600);
    let log = place.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 2400\n"), "{}", log.stdout);
}

#[test]
fn rows_that_are_wrong_are_named_and_the_others_planned() {
    let place = place();
    place.copy("tests/issue/bad.csv", "bad.csv");
    let planned = issue(&place, "bad.csv", &["--dry-run"]).expect_code(1);
    snapshot("issue", "bad_rows", &planned.shown());
    let issued = issue_into(&place, "bad.csv", "out", "log").expect_code(1);
    assert!(issued.stdout.starts_with("issued 2 licenses with 8 blocks into out\n"), "{}", issued.stdout);
    assert_eq!(
        contents(&place, "out").iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["F-1.lic", "G-1.lic"]
    );
}

#[test]
fn tables_with_wrong_columns_are_refused() {
    let place = place();
    for (head, meant) in [
        ("customer,sn,prodcts", "column 3: unknown column `prodcts`"),
        ("customer,sn,products,sn", "column 4: duplicate column `sn`"),
        ("customer,sn", "missing column `products`"),
    ] {
        place.write("orders.csv", format!("{head}\nA,A-1,MySolutions:1,x\n"));
        let told = issue(&place, "orders.csv", &["--dry-run"]).expect_code(1);
        assert!(told.stderr.contains(&format!("orders.csv:1: {meant}")), "{}", told.stderr);
    }
}

#[test]
fn no_order_is_no_success() {
    let place = place();
    place.write("orders.csv", "customer,sn,products\n").write("empty.csv", "");
    issue_into(&place, "orders.csv", "out", "log").expect_code(2);
    issue_into(&place, "empty.csv", "out", "log").expect_code(1);
    assert!(!place.path("out/A-1.lic").exists());
}

#[test]
fn row_37_two_orders_for_one_file_are_an_error_before_anything_is_written() {
    let place = place();
    for twin in ["A-1", "a-1"] {
        place.write(
            "orders.csv",
            format!("customer,sn,products\nA,A-1,MySolutions:20\nB,{twin},MySolutions:20\n"),
        );
        let told = issue_into(&place, "orders.csv", "out", "log").expect_code(1);
        let (place_of_row, what) = ("orders.csv:3: column `sn`: ", "serial number");
        assert!(told.stderr.contains(place_of_row) && told.stderr.contains(what), "{}", told.stderr);
        assert!(!place.path("out").exists());
    }
}

#[test]
fn row_35_what_a_customer_is_called_is_never_syntax() {
    let place = place();
    let names = [
        "{{ licenses }} {% for %}",
        "} FEATURE Free {",
        "# COUNT=500",
        "=1+1",
        "Größe & Söhne",
        "a\\nb",
        "KEY=AAAA",
    ];
    let mut rows = "customer,sn,products\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        writeln!(rows, "\"{name}\",X-{number},MySolutions:20").unwrap();
    }
    place.write("orders.csv", rows);
    issue_into(&place, "orders.csv", "out", "log").expect_code(0);
    for (number, name) in names.iter().enumerate() {
        let text = place.read(&format!("out/X-{number}.lic"));
        assert_eq!(text.matches("\nFEATURE ").count(), 3, "{text}");
        assert_eq!(text.matches(&format!("LICENSEE=\"{name}\"\n")).count(), 4, "{text}");
    }
    for bad in ["a\"\"b", "a\nb", "a\u{202e}b"] {
        place.write("orders.csv", format!("customer,sn,products\n\"{bad}\",Y-1,MySolutions:20\n"));
        let told = issue_into(&place, "orders.csv", "out", "log").expect_code(1);
        assert!(told.stderr.contains("column `customer`"), "{}", told.stderr);
        assert!(!place.path("out/Y-1.lic").exists());
    }
}

#[test]
fn a_folder_that_cannot_be_written_leaves_a_run_to_resume() {
    let place = place();
    place.write("out", "a file where the folder should be");
    issue_into(&place, "order.yaml", "out", "log").expect_code(6);
    std::fs::remove_file(place.path("out")).unwrap();
    // A directory has the name of the license file.
    std::fs::create_dir_all(place.path("out/ABC-1.lic/x")).unwrap();
    let told = issue(&place, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--replace"])
        .expect_code(6);
    assert!(told.stdout.contains("the license file could not be written"), "{}", told.stdout);
    std::fs::remove_dir_all(place.path("out/ABC-1.lic")).unwrap();
    issue(&place, "order.yaml", &["--key", KEY, "--out", "out", "--log", "log", "--resume"]).expect_code(0);
    place.run(&["verify", "--at", DAY, "--log", "log", "out/ABC-1.lic"]).expect_code(0);
}

#[test]
fn what_ends_soon_is_listed_and_entries_are_found() {
    let place = place();
    issue_into(&place, "order.yaml", "out", "log").expect_code(0);
    let log = |args: &[&str]| place.run(&[&["log", "--log", "log"], args].concat());
    assert_eq!(
        log(&["expiring", "--within", "60d", "--at", "2027-11-15"]).expect_code(0).stdout.lines().count(),
        7
    );
    assert_eq!(log(&["expiring", "--within", "10d", "--at", "2027-11-15"]).expect_code(0).stdout, "");
    assert_eq!(log(&["find", "abc corp"]).expect_code(0).stdout.lines().count(), 7);
    log(&["find", "unknown"]).expect_code(1);
    assert!(log(&["show", "5"]).expect_code(0).stdout.contains("  COUNT=5\n"));
    log(&["show", "8"]).expect_code(1);
    assert_eq!(log(&["export"]).expect_code(0).stdout.lines().count(), 7);
    assert_eq!(log(&["export", "--format", "csv"]).expect_code(0).stdout.lines().count(), 8);
    place.write("no.log", "not a database, but long enough to look at its head: ....................................................");
    place.run(&["log", "--log", "no.log", "list"]).expect_code(6);
    place.run(&["log", "--log", "none.log", "list"]).expect_code(6);
    issue_into(&place, "order.yaml", "out", "no.log").expect_code(6);
}

#[test]
fn a_dearer_feature_is_told_with_the_customers_and_the_mixes() {
    let place = place();
    place.write("was.yaml", place.read("catalog.yaml"));
    place.write("catalog.yaml", place.read("catalog.yaml").replace("MyDraw:5", "MyDraw:6"));
    place.write("orders/one.yaml", place.read("order.yaml"));
    place.write(
        "orders/more.csv",
        "customer,sn,products,runs\nRoom Corp,R-1,MySolutions:30,\"MyDraw:2, MyWrite:3\"\nTight Corp,T-1,MySolutions:19,\"MyDraw:2, MyWrite:3, MySpreadsheet:3\"\n",
    );
    let told = place
        .run(&["catalog", "check", "catalog.yaml", "--was", "was.yaml", "--orders", "orders", "--at", DAY])
        .expect_code(1);
    snapshot("issue", "catalog_check", &told.shown());
    place
        .run(&["catalog", "check", "was.yaml", "--was", "was.yaml", "--orders", "orders", "--at", DAY])
        .expect_code(0);
}

#[test]
fn catalogues_and_orders_that_are_wrong_say_where() {
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
    let told: Vec<String> = cases
        .iter()
        .map(|(name, catalog, order)| {
            let place = TestDir::new();
            place.write("catalog.yaml", catalog).write("order.yaml", order);
            format!("{name}: {}", issue(&place, "order.yaml", &["--dry-run"]).shown())
        })
        .collect();
    snapshot("issue", "wrong_inputs", &told.join("\n"));
}

/// Returns the comma-separated names after `use one of` in a help line.
fn expected_names(message: &str) -> Vec<String> {
    let list = message.split("use one of ").nth(1).unwrap().lines().next().unwrap();
    let mut names: Vec<String> = list.split(", ").map(|name| name.trim().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_schemas_name_what_is_read_and_nothing_else() {
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
    let place = TestDir::new();
    let told = |catalog: &str, order: &str| {
        place.write("catalog.yaml", catalog).write("order.yaml", order);
        expected_names(&issue(&place, "order.yaml", &["--dry-run"]).stderr)
    };
    let good = "vendor: A\nproducts: [{ product: P, template: pool }]\n";
    assert_eq!(told("vendor: A\nproducts: [{ zzz: 1 }]\n", ""), keys(&catalog["$defs"]["product"]));
    assert_eq!(told(good, "zzz: 1\n"), keys(&order));
    assert_eq!(told(good, "customer: A\nsn: A\nproducts: [{ zzz: 1 }]\n"), keys(&order["$defs"]["line"]));
}
