//! Orders that do not fit what the customer has, runs at the same time, and a changed log: nothing is signed.

use std::process::Stdio;

use crate::issue_life_cycle::{FIRST, TEN, of_first, signed, test_dir};
use crate::support::{Outcome, TestDir};

const KEY: &str = "ACME.key.pem";

/// Returns the names of the licenses, and the last entry of the log.
fn state(dir: &TestDir) -> (Vec<String>, String) {
    let entries = std::fs::read_dir(dir.path("out")).unwrap();
    let mut files: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    (files, dir.run(&["log", "--log", "log", "verify"]).expect_code(0).stdout)
}

fn order(customer: &str, sn: &str, kind: &str, of: &str, more: &str) -> String {
    format!("customer: {customer}\nsn: {sn}\nkind: {kind}\nof: {of}\n{more}")
}

/// A customer with a superseded license and its add-on, a renewed license and its add-on, and a revoked one.
fn desk() -> TestDir {
    let dir = test_dir();
    let until = "end: 2026-12-31\n";
    for text in [
        FIRST.to_owned(),
        of_first("addon", "A-2", TEN),
        of_first("upgrade", "A-3", &format!("{until}products: [{{ product: MySolutions, count: 40 }}]\n")),
        FIRST.replace("A-1", "R-1").replace("ABC Corp", "Renewed"),
        order("Renewed", "R-2", "addon", "R-1", TEN),
        order("Renewed", "R-3", "renewal", "R-1", ""),
        FIRST.replace("A-1", "V-1").replace("ABC Corp", "Revoked"),
    ] {
        signed(&dir, "2026-02-01", &text).expect_code(0);
    }
    dir.run(&["revoke", "--sn", "V-1", "--reason", "refunded", "--key", KEY]).expect_code(0);
    dir
}

#[test]
fn orders_that_do_not_fit_are_refused_with_the_reason() {
    let dir = desk();
    let before = state(&dir);
    let abc = |kind: &str, of: &str, more: &str| order("ABC Corp", "N-1", kind, of, more);
    let renewed = |kind: &str, of: &str, more: &str| order("Renewed", "N-1", kind, of, more);
    for (text, expected, help) in [
        (
            abc("addon", "X-1", TEN),
            "`of`: no license `X-1` in the log",
            "the licenses of this customer are: A-1, A-2, A-3",
        ),
        (abc("addon", "R-1", TEN), "`of`: `R-1` is a license of another customer, `Renewed`", ""),
        (order("Revoked", "N-1", "renewal", "V-1", ""), "`of`: `V-1` is revoked: ", ""),
        (abc("addon", "A-1", TEN), "`of`: `A-1` is already replaced by `A-3` (upgrade)", "write `of: A-3`"),
        (abc("upgrade", "A-2", TEN), "`of`: `A-2` is already replaced by `A-3` (upgrade)", "write `of: A-3`"),
        (
            renewed("renewal", "R-1", ""),
            "`of`: `R-1` is already renewed by `R-3` (renewal)",
            "write `of: R-3`",
        ),
        (
            renewed("renewal", "R-2", ""),
            "`of`: `R-2` is already renewed by `R-3` (renewal)",
            "write `of: R-3`",
        ),
        (
            abc("renewal", "A-3", "start: 2027-01-15\nend: 2027-12-31\n"),
            "`start` 2027-01-15 leaves a gap: `A-3` ends on 2026-12-31, so its renewal starts on 2027-01-01",
            "omit `start`",
        ),
        (
            abc("renewal", "A-3", "start: 2026-12-15\nend: 2027-12-31\n"),
            "`start` 2026-12-15 overlaps: `A-3` ends on 2026-12-31, so its renewal starts on 2027-01-01",
            "omit `start`",
        ),
        (abc("renewal", "N-1", ""), "`of`: no license `N-1` in the log", ""),
        (
            abc("addon", "A-3", "products: [{ product: Separate, count: 1 }]\n"),
            "do not add to `A-3`",
            "the pools of `A-3` are: MySolutions",
        ),
    ] {
        let output = signed(&dir, "2026-03-01", &text).expect_code(1);
        assert!(output.stderr.contains(expected), "{text}\n{}", output.stderr);
        assert!(output.stderr.contains(help), "{text}\n{}", output.stderr);
        assert_eq!(state(&dir), before, "{text}");
    }
}

#[test]
fn license_cannot_be_renewed_twice_in_one_run() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    dir.write(
        "orders.csv",
        "customer,sn,kind,of,products\nABC Corp,A-2,renewal,A-1,\nABC Corp,A-3,renewal,A-1,\n",
    );
    let args = ["issue", "orders.csv", "--catalog", "catalog.yaml", "--at", "2026-11-01", "--log", "log"];
    let output = dir.run(&[&args[..], &["--key", KEY, "--out", "out"]].concat()).expect_code(1);
    let expected = "orders.csv:3: `of`: another order of this run refers to `A-1` as well";
    assert!(output.stderr.contains(expected), "{}", output.stderr);
    assert_eq!(state(&dir).0, ["A-1.lic", "A-2.lic"]);
}

/// The second of two runs waits for the first one, and sees its licenses.
#[test]
fn two_runs_at_once_cannot_renew_one_license_twice() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    let start = |sn: &str| {
        let name = format!("{sn}.yaml");
        dir.write(&name, order("ABC Corp", sn, "renewal", "A-1", ""));
        let args =
            ["issue", &name, "--catalog", "catalog.yaml", "--at", "2026-11-01", "--log", "log", "--key", KEY];
        let mut command = dir.command();
        command
            .args(args)
            .args(["--out", "out"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let runs = ["A-2", "A-3"].map(start);
    let ended = runs.map(|run| run.wait_with_output().unwrap());
    let mut codes = ended.each_ref().map(|output| output.status.code().unwrap());
    codes.sort_unstable();
    let messages: Vec<_> = ended.iter().map(|output| String::from_utf8_lossy(&output.stderr)).collect();
    assert_eq!(codes, [0, 1], "{messages:?}");
    let refused = |text: &std::borrow::Cow<'_, str>| text.contains("`A-1` is already renewed by `A-");
    assert_eq!(messages.iter().filter(|text| refused(text)).count(), 1, "{messages:?}");
    assert_eq!(state(&dir).0.len(), 2);
}

/// Runs SQL on a copy of the log as a program would that puts the triggers back afterwards.
fn change(dir: &TestDir, name: &str, statements: &str) {
    dir.copy_own("log", name);
    let connection = rusqlite::Connection::open(dir.path(name)).unwrap();
    let mut select =
        connection.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let triggers = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let triggers: Vec<(String, String)> = triggers.collect::<Result<_, _>>().unwrap();
    for (trigger, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection.execute_batch(statements).unwrap();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

#[test]
fn run_with_a_changed_log_signs_nothing() {
    let dir = test_dir();
    signed(&dir, "2026-01-05", FIRST).expect_code(0);
    signed(&dir, "2026-01-05", &FIRST.replace("A-1", "O-1").replace("ABC Corp", "Other")).expect_code(0);
    let addon = of_first("addon", "A-2", TEN);
    let run = |log: &str| -> Outcome {
        dir.write("order.yaml", &addon);
        let args = ["issue", "order.yaml", "--catalog", "catalog.yaml", "--at", "2026-02-01", "--log", log];
        dir.run(&[&args[..], &["--key", KEY, "--out", "out"]].concat())
    };
    for (name, statements, expected) in [
        ("customer", "UPDATE issue SET customer = 'ABC Corp' WHERE sn = 'O-1'", "entry 4 was changed"),
        ("name", "UPDATE issue SET customer_key = 'ABC Corp' WHERE sn = 'O-1'", "entry 4 was changed"),
        ("kind", "UPDATE issue SET kind = 'upgrade', of_sn = 'A-1' WHERE sn = 'O-1'", "entry 4 was changed"),
        (
            "count",
            "UPDATE entry SET payload = CAST(replace(payload, '20', '99') AS BLOB) WHERE seq = 1",
            "entry 1 was changed",
        ),
        ("end", "UPDATE entry SET ends = '2030-12-31' WHERE seq = 1", "entry 1 was changed"),
        ("last", "DELETE FROM entry WHERE seq = 6", "log ends at entry 5, but its head is for entry 6"),
    ] {
        change(&dir, name, statements);
        let before = std::fs::read(dir.path(name)).unwrap();
        let output = run(name).expect_code(6);
        let is_expected = |text: &str| output.stderr.contains(text);
        assert!(is_expected(&format!("`{name}` does not verify: ")), "{name}: {}", output.stderr);
        assert!(is_expected(expected), "{name}: {}", output.stderr);
        assert!(is_expected("nothing was signed"), "{name}: {}", output.stderr);
        assert!(!dir.path("out/A-2.lic").exists(), "{name}");
        assert_eq!(std::fs::read(dir.path(name)).unwrap(), before, "{name}");
    }
    run("log").expect_code(0);
}
