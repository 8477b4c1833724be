//! Bulk issue: killed, damaged, resumed and concurrent runs.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::issue::{DAY, KEY, contents, issue, issue_into, many, sql, test_dir};
use crate::support::TestDir;

/// MySolutions, ordered by this many customers.
fn customers(dir: &TestDir, count: usize) {
    let catalog = "vendor: ABC_Software\nproducts:\n  - product: MySolutions\n    template: pool\n    \
                   values: { features: \"MyDraw:5, MyWrite:2, MySpreadsheet:1\" }\n";
    dir.write("catalog.yaml", catalog).write("orders.csv", many(count));
}

#[test]
fn bulk_issue_resumes_after_kill_and_rejects_edited_row() {
    let dir = test_dir();
    customers(&dir, 1000);
    issue_into(&dir, "orders.csv", "whole", "whole.log").expect_code(0);
    let args =
        ["issue", "-q", "--catalog", "catalog.yaml", "--order", "orders.csv", "--at", DAY, "--key", KEY];
    let args = [&args[..], &["--out", "cut", "--log", "cut.log"]].concat();
    let mut child = dir.command().args(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let written = || std::fs::read_dir(dir.path("cut")).map_or(0, Iterator::count);
    let begun = Instant::now();
    while written() < 100 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = written();
    assert!((1..1000).contains(&left), "killed with {left} files");
    dir.run(&["log", "--log", "cut.log", "list", "--most", "1"]).expect_code(0);
    dir.run(&[&args[..], &["--resume"]].concat()).expect_code(0);
    assert_eq!(contents(&dir, "cut"), contents(&dir, "whole"));
    dir.run(&["log", "--log", "cut.log", "verify"]).expect_code(0);
    sql(
        &dir,
        "cut.log",
        "UPDATE entry SET payload = CAST(replace(payload, 'COUNT 2 20', 'COUNT 2 90') AS BLOB) WHERE seq = 1",
    );
    let output = dir.run(&["log", "--log", "cut.log", "verify"]).expect_code(1);
    assert!(output.stdout.contains("entry 1 was changed"), "{}", output.stdout);
}

/// A run that stopped before its last file, with its log.
pub(crate) fn broken(dir: &TestDir) {
    dir.write("orders.csv", many(3));
    std::fs::create_dir_all(dir.path("out/C-00002.lic/x")).unwrap();
    issue(dir, "orders.csv", &["--key", KEY, "--out", "out", "--log", "log", "--replace"]).expect_code(6);
    std::fs::remove_dir_all(dir.path("out/C-00002.lic")).unwrap();
}

pub(crate) const RESUME: [&str; 7] = ["--key", KEY, "--out", "out", "--log", "log", "--resume"];

#[test]
fn resumed_issue_leaves_foreign_files_unchanged() {
    let dir = test_dir();
    dir.write("orders.csv", many(3));
    dir.write("out/C-00000.lic", "mine");
    std::fs::create_dir_all(dir.path("out/C-00002.lic/x")).unwrap();
    // The first order is refused; the file of the last one exists as a directory, which is different content too.
    issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
    assert_eq!(dir.read("out/C-00000.lic"), "mine");
    let log = dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 4\n"), "{}", log.stdout);
}

#[test]
fn running_issue_is_not_started_again() {
    let dir = test_dir();
    broken(&dir);
    let lock = || {
        let name = |id: &str| dir.path(&format!(".keywright-run-{id}"));
        let connection = rusqlite::Connection::open(dir.path("log")).unwrap();
        let run: Vec<u8> =
            connection.query_row("SELECT inputs FROM run WHERE ended = 0", [], |row| row.get(0)).unwrap();
        let id: String = run.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        File::options().create(true).truncate(false).write(true).open(name(&id)).unwrap()
    };
    let held = lock();
    held.lock().unwrap();
    let output = issue(&dir, "orders.csv", &RESUME).expect_code(6);
    assert!(output.stderr.contains("this run is active in another process"), "{}", output.stderr);
    drop(held);
    issue(&dir, "orders.csv", &RESUME).expect_code(0);
    assert!(dir.names().iter().all(|name| !name.starts_with(".keywright")), "{:?}", dir.names());
}

/// Otherwise a run could replace the licenses of another one, or log licenses that it cannot write.
#[test]
fn issue_waits_for_other_run_in_same_directory() {
    let dir = test_dir();
    customers(&dir, 3);
    std::fs::create_dir(dir.path("out")).unwrap();
    let other = File::open(dir.path("out")).unwrap();
    other.lock().unwrap();
    let args = ["issue", "--catalog", "catalog.yaml", "--order", "orders.csv", "--at", DAY, "--key", KEY];
    let args = [&args[..], &["--out", "out", "--log", "log"]].concat();
    let mut child = dir.command().args(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = "waiting for another run that writes licenses to out";
    assert!(lines.any(|line| line == waits));
    assert_eq!(std::fs::read_dir(dir.path("out")).unwrap().count(), 0);
    drop(other);
    assert_eq!(child.wait().unwrap().code(), Some(0), "{:?}", lines.collect::<Vec<_>>());
    assert_eq!(std::fs::read_dir(dir.path("out")).unwrap().count(), 3);
}

#[test]
fn date_unsupported_by_one_product_rejects_order() {
    let dir = test_dir();
    dir.write(
        "mine/plain.lic",
        "---\nsummary: no end\nevery-block: [SN, LICENSEE]\nparameters:\n  - { name: vendor, type: name, required: true, text: v }\n---\nFEATURE P\n{\n  VENDOR={{ vendor }}\n}\n",
    );
    dir.write(
        "catalog.yaml",
        "vendor: ABC_Software\nproducts:\n  - { product: MySolutions, template: pool }\n  - { product: Plain, template: plain }\n",
    );
    dir.write(
        "order.yaml",
        "customer: A\nsn: A-1\nend: 2027-12-31\nproducts: [{ product: MySolutions }, { product: Plain }]\n",
    );
    let output = issue(&dir, "order.yaml", &["--dry-run", "--templates", "mine"]).expect_code(1);
    let expected = "order.yaml:3:6: product `Plain` does not accept `end`, which is set for the whole order";
    assert!(output.stderr.contains(expected), "{}", output.stderr);
}
