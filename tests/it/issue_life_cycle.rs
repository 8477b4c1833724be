//! Orders of customers who already have licenses: add-ons, upgrades, renewals, replacements, and what is refused.

use keywright::issue::log::{Entry, Issue, Log, issue_table};
use keywright::license::License;
use keywright::resolve::{Entitlements, Model, Usable};
use keywright::sign::{parse_secret_key, store_fs};

use crate::support::{Outcome, TestDir, snapshot};

const KEY: &str = "ACME.key.pem";

const CATALOG: &str = "vendor: ACME\nproducts:\n  \
    - { product: MySolutions, template: pool, values: { features: \"MyDraw:5, MyWrite:2\" } }\n  \
    - { product: Separate, template: pool, addon: ADDITIVE, values: { pool: Other, features: \"Extra:1\" } }\n";

/// A directory with a key and a catalogue.
pub(crate) fn test_dir() -> TestDir {
    let dir = TestDir::new();
    let new = ["keys", "new", "--vendor", "ACME", "--not-before", "2026-01-01", "--no-passphrase"];
    dir.run(&new).expect_code(0);
    dir.write("catalog.yaml", CATALOG);
    dir
}

fn order(dir: &TestDir, day: &str, text: &str, more: &[&str]) -> Outcome {
    dir.write("order.yaml", text);
    let args =
        ["issue", "-q", "--catalog", "catalog.yaml", "--order", "order.yaml", "--at", day, "--log", "log"];
    dir.run(&[&args[..], more].concat())
}

pub(crate) fn signed(dir: &TestDir, day: &str, text: &str) -> Outcome {
    order(dir, day, text, &["--key", KEY, "--out", "out"])
}

pub(crate) const FIRST: &str = "customer: ABC Corp\nsn: A-1\nstart: 2026-01-01\nend: 2026-12-31\n\
    products: [{ product: MySolutions, count: 20 }]\n";

pub(crate) fn of_first(kind: &str, sn: &str, more: &str) -> String {
    format!("customer: ABC Corp\nsn: {sn}\nkind: {kind}\nof: A-1\n{more}")
}

pub(crate) const TEN: &str = "products: [{ product: MySolutions, count: 10 }]\n";

/// The usable total of the pool in all files of the customer together.
fn usable(dir: &TestDir, day: &str) -> Usable {
    let mut files: Vec<_> =
        std::fs::read_dir(dir.path("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: std::path::PathBuf| License::from_text("out", &std::fs::read_to_string(path).unwrap());
    let licenses: Vec<License> = files.into_iter().map(read).collect();
    let model = Model::compile(&licenses).unwrap();
    Entitlements::on(&model, day.parse().unwrap()).usable(model.name("MySolutions").unwrap())
}

#[test]
fn order_without_kind_for_a_known_product_is_refused_with_the_choices() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let second =
        FIRST.replace("A-1", "A-2").replace("count: 20", "count: 10").replace("ABC Corp", "ABC\u{a0}Corp");
    for more in [&["--dry-run"][..], &["--key", KEY, "--out", "out"]] {
        let output = order(&dir, "2026-02-01", &second, more).expect_code(1);
        let expected = "already has `MySolutions` (`A-1`, until 2026-12-31), and the order has no `kind`";
        assert!(output.stderr.contains(expected), "{}", output.stderr);
        let choices = "`kind: addon`, `kind: upgrade`, `kind: renewal`, `kind: replacement` with `of: A-1`, or `kind: new`";
        assert!(output.stderr.contains(choices), "{}", output.stderr);
    }
    assert!(!dir.path("out/A-2.lic").exists());
    // The period after the license is not a question.
    let next =
        FIRST.replace("A-1", "A-3").replace("2026-12-31", "2027-12-31").replace("2026-01-01", "2027-01-01");
    signed(&dir, "2026-11-28", &next).expect_code(0);
}

#[test]
fn independent_purchase_that_grants_nothing_is_refused() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let new = format!("customer: ABC Corp\nsn: A-2\nkind: new\n{TEN}");
    let output = signed(&dir, "2026-02-01", &new).expect_code(1);
    assert!(
        output.stderr.contains("the block `MySolutions` of the order has no effect: not used"),
        "{}",
        output.stderr
    );
    // A refused order can be looked at.
    let shown = order(&dir, "2026-02-01", &new, &["--dry-run", "--show"]).expect_code(1);
    assert!(shown.stdout.contains("# A-2\nFEATURE MySolutions\n{"), "{}", shown.stdout);
}

#[test]
fn life_of_a_license_in_entitlements() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let steps = [
        ("addon", "2026-02-01", of_first("addon", "A-2", TEN)),
        (
            "upgrade",
            "2026-03-01",
            of_first("upgrade", "A-3", "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 35 }]\n"),
        ),
        (
            "renewal",
            "2026-11-28",
            "customer: ABC Corp\nsn: A-4\nkind: renewal\nof: A-3\nend: 2027-12-31\n".to_owned(),
        ),
    ];
    let mut report = String::new();
    for (name, day, text) in &steps {
        let planned = order(&dir, day, text, &["--dry-run"]).expect_code(0);
        report.push_str(&format!("## {name}\n{}\n", planned.stdout));
        signed(&dir, day, text).expect_code(0);
        // Every old file is kept.
        let totals: &[(&str, u64)] = match *name {
            "addon" => &[("2026-02-15", 30), ("2027-01-01", 0)],
            "upgrade" => &[("2026-03-15", 35), ("2027-01-01", 0)],
            _ => &[("2026-12-31", 35), ("2027-01-01", 35), ("2027-12-31", 35), ("2028-01-01", 0)],
        };
        for (day, total) in totals {
            assert_eq!(usable(&dir, day), Usable::Exactly(*total), "after {name}, {day}");
        }
    }
    let expiring = ["log", "--log", "log", "expiring", "--within", "60d", "--at", "2026-11-28"];
    assert_eq!(dir.run(&expiring).expect_code(0).stdout, "");
    for file in ["A-2", "A-3", "A-4"] {
        let key = |line: &str| line.trim_start().starts_with("KEY=");
        let text = dir.read(&format!("out/{file}.lic"));
        let lines: Vec<String> = text
            .lines()
            .filter(|line| !key(line))
            .map(|line| {
                if line.contains("REPLACES=") { "  REPLACES=\"KEY=…\"".to_owned() } else { line.to_owned() }
            })
            .collect();
        report.push_str(&format!("## {file}.lic\n{}\n\n", lines.join("\n")));
    }
    snapshot("issue", "life_cycle", &report);
    dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
}

#[test]
fn orders_that_refer_to_a_wrong_license_are_refused() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let other = "customer: Other\nsn: O-1\nproducts: [{ product: MySolutions, count: 5 }]\n";
    signed(&dir, "2026-01-05", other).expect_code(0);
    let perpetual = "customer: Third\nsn: T-1\nproducts: [{ product: MySolutions, count: 5 }]\n";
    signed(&dir, "2026-01-05", perpetual).expect_code(0);
    signed(
        &dir,
        "2026-02-01",
        &of_first("upgrade", "A-2", "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 30 }]\n"),
    )
    .expect_code(0);
    let now_two = |kind: &str, sn: &str, more: &str| of_first(kind, sn, more).replace("of: A-1", "of: A-2");
    for (text, expected) in [
        (of_first("addon", "A-9", TEN).replace("of: A-1", "of: X-1"), "no license `X-1` in the log"),
        (
            of_first("addon", "A-9", TEN).replace("of: A-1", "of: O-1"),
            "`O-1` is a license of another customer, `Other`",
        ),
        (of_first("addon", "A-9", TEN), "`A-1` is already replaced by `A-2` (upgrade)"),
        (of_first("addon", "A-9", TEN).replace("of: A-1\n", ""), "the order has `kind: addon`, but no `of`"),
        (of_first("addon", "A-9", TEN).replace("kind: addon\n", ""), "the order has `of`, but no `kind`"),
        (of_first("new", "A-9", TEN), "an order with `kind: new` has no `of`"),
        (of_first("adon", "A-9", TEN), "`adon` is not one of new, addon, upgrade, renewal, replacement"),
        (now_two("addon", "A-9", "products: [{ product: Separate, count: 1 }]\n"), "do not add to `A-2`"),
        (
            now_two("renewal", "A-9", "start: 2027-02-01\nend: 2027-12-31\n"),
            "leaves a gap: `A-2` ends on 2026-12-31",
        ),
        (now_two("renewal", "A-9", "start: 2026-12-01\nend: 2027-12-31\n"), "overlaps: `A-2` ends on"),
        (now_two("renewal", "A-9", ""), "the renewal has no `end`"),
        (
            now_two("upgrade", "A-9", "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 25 }]\n"),
            "the customer would have less: MySolutions: 30 → 25 from 2026-03-01 to 2026-12-31",
        ),
        (
            "customer: Third\nsn: T-2\nkind: renewal\nof: T-1\nend: 2027-12-31\n".to_owned(),
            "`T-1` has no END, so there is nothing to renew",
        ),
    ] {
        let output = signed(&dir, "2026-03-01", &text).expect_code(1);
        assert!(output.stderr.contains(expected), "{text}\n{}", output.stderr);
        assert!(!dir.path("out/A-9.lic").exists() && !dir.path("out/T-2.lic").exists(), "{text}");
    }
    dir.run(&["revoke", "--sn", "A-2", "--reason", "refunded", "--key", KEY]).expect_code(0);
    let output = signed(&dir, "2026-03-01", &now_two("addon", "A-9", TEN)).expect_code(1);
    assert!(output.stderr.contains("`A-2` is revoked"), "{}", output.stderr);
}

#[test]
fn two_orders_of_one_run_for_one_license_are_refused() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    dir.write(
        "orders.csv",
        "customer,sn,kind,of,products,end\nABC Corp,A-2,addon,A-1,MySolutions:5,\nABC Corp,A-3,addon,A-1,MySolutions:5,\n\
         New,N-1,,,MySolutions:5,\nNew,N-2,,,MySolutions:5,\nNew,N-3,new,,Separate:5,\n",
    );
    let args =
        ["issue", "--catalog", "catalog.yaml", "--order", "orders.csv", "--at", "2026-02-01", "--log", "log"];
    for more in [&["--dry-run"][..], &["--key", KEY, "--out", "out"]] {
        let output = dir.run(&[&args[..], more].concat()).expect_code(1);
        assert!(
            output.stderr.contains("orders.csv:3: `of`: another order of this run refers to `A-1`"),
            "{}",
            output.stderr
        );
        assert!(
            output.stderr.contains(
                "orders.csv:5: another order of this run is for `MySolutions` of the same customer"
            ),
            "{}",
            output.stderr
        );
    }
    let issued: Vec<bool> = ["A-2", "A-3", "N-1", "N-2", "N-3"]
        .iter()
        .map(|sn| dir.path(&format!("out/{sn}.lic")).exists())
        .collect();
    assert_eq!(issued, [true, false, true, false, true]);
}

#[test]
fn accepted_loss_is_logged_with_its_reason() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let less =
        of_first("upgrade", "A-2", "end: 2026-12-31\nproducts: [{ product: MySolutions, count: 15 }]\n");
    signed(&dir, "2026-02-01", &less).expect_code(1);
    let reason = ["--key", KEY, "--out", "out", "--allow-loss", "agreed with the customer"];
    order(&dir, "2026-02-01", &less, &reason).expect_code(0);
    let connection = rusqlite::Connection::open(dir.path("log")).unwrap();
    let logged: (String, String, String) = connection
        .query_row("SELECT kind, of_sn, loss_reason FROM issue WHERE sn = 'A-2'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(logged, ("upgrade".into(), "A-1".into(), "agreed with the customer".into()));
    // A replacement gives less by its kind.
    let fewer = "customer: ABC Corp\nsn: A-3\nkind: replacement\nof: A-2\nend: 2026-12-31\nproducts: [{ product: MySolutions, count: 5 }]\n";
    signed(&dir, "2026-03-01", fewer).expect_code(0);
}

#[test]
fn steps_and_shared_pools_are_blocks_of_one_license() {
    let dir = test_dir();
    dir.write(
        "catalog.yaml",
        "vendor: ACME\npools: [{ pool: Suite, addon: ADDITIVE }]\nproducts:\n  \
         - { product: Draw, template: pool, values: { pool: Suite, features: \"MyDraw:5\" } }\n  \
         - { product: Write, template: pool, values: { pool: Suite, features: \"MyWrite:2\" } }\n",
    );
    let text = "customer: A\nsn: S-1\nend: 2026-12-31\nproducts:\n  - { product: Draw, count: 20 }\n  \
        - { product: Write, count: 10 }\n  - { product: Draw, from: 2026-07-01, count: 35 }\n";
    dir.write("order.yaml", text);
    let args = ["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--at", "2026-01-05"];
    let shown = dir.run(&[&args[..], &["--dry-run", "--show"]].concat()).expect_code(0);
    snapshot("issue", "steps_and_pools", &shown.shown());
}

/// Writes the log again as version 3, which has neither the relations of issues nor the texts of licenses.
fn write_version_3(dir: &TestDir) {
    let log = Log::open_to_read(&dir.path("log")).unwrap();
    let records = log.issue(1).unwrap();
    let issue = Issue { text: None, ..records[0].issue.clone() };
    let entries: Vec<Entry> = records.into_iter().map(|record| record.entry).collect();
    std::fs::remove_file(dir.path("log")).unwrap();
    let (key, _) = parse_secret_key(&dir.read(KEY), None).unwrap();
    let trust = store_fs::load_trust(&dir.path("keys")).unwrap();
    let mut log = Log::open(&dir.path("log")).unwrap();
    log.append([(&issue, entries.as_slice())], &key, &trust.keys()[0]).unwrap();
    drop(log);
    let connection = rusqlite::Connection::open(dir.path("log")).unwrap();
    let columns = "first, issued_at, key_id, vendor, customer, sn, file, order_digest";
    connection
        .execute_batch(&format!(
            "CREATE TEMP TABLE old AS SELECT {columns} FROM issue; DROP TABLE issue; {} \
             INSERT INTO issue SELECT * FROM old; DROP TABLE old; PRAGMA user_version = 3;",
            issue_table(3)
        ))
        .unwrap();
}

#[test]
fn log_of_version_3_is_read_and_upgraded_on_request() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    write_version_3(&dir);
    let before = std::fs::read(dir.path("log")).unwrap();
    let log = |args: &[&str]| dir.run(&[&["log", "--log", "log"], args].concat());
    assert!(log(&["list"]).expect_code(0).stdout.contains("A-1"));
    let output = signed(&dir, "2026-02-01", &of_first("addon", "A-2", TEN)).expect_code(6);
    assert!(output.stderr.contains("`keywright log upgrade`"), "{}", output.stderr);
    order(&dir, "2026-02-01", &of_first("addon", "A-2", TEN), &["--dry-run"]).expect_code(0);
    assert_eq!(std::fs::read(dir.path("log")).unwrap(), before, "an old log was changed");
    let upgraded = log(&["upgrade"]).expect_code(0);
    assert!(upgraded.stdout.contains("changed from version 3 to 4"), "{}", upgraded.stdout);
    assert!(log(&["upgrade"]).expect_code(0).stdout.contains("already has version 4"));
    signed(&dir, "2026-02-01", &of_first("addon", "A-2", TEN)).expect_code(0);
}
