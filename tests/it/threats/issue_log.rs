//! A log that was edited, cut or rolled back.

use crate::issue::{DAY, KEY, issue_into, many, sql, test_dir};
use crate::issue_log::change;
use crate::support::TestDir;

#[test]
fn threat_29_verify_rejects_block_missing_from_log() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.run(&["new", "pool", "--set", "issued=2026-01-01", "-o", "ghost.lic"]).expect_code(0);
    dir.run(&["sign", "ghost.lic", "--key", KEY, "--in-place"]).expect_code(0);
    dir.run(&["verify", "--at", DAY, "ghost.lic"]).expect_code(0);
    let output = dir.run(&["verify", "--at", DAY, "--log", "log", "ghost.lic"]).expect_code(1);
    assert_eq!(output.stdout.matches("not issued: no entry for this block").count(), 4, "{}", output.stdout);
}

#[test]
fn threat_29_log_verify_detects_edits_cuts_and_reordering() {
    let dir = test_dir();
    dir.write("orders.csv", many(5));
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    let cases = [
        ("edited", "UPDATE entry SET feature = 'Other' WHERE seq = 7", "entry 7 was changed"),
        ("customer", "UPDATE issue SET customer = 'Mallory' WHERE first = 5", "entry 5 was changed"),
        (
            "customer key",
            "UPDATE issue SET customer_key = 'mallory' WHERE first = 5",
            "entry 5 was changed: the name of its customer",
        ),
        (
            "digest",
            "UPDATE entry SET digest = (SELECT digest FROM entry WHERE seq = 2) WHERE seq = 3",
            "entry 3 was changed",
        ),
        ("moved", "UPDATE entry SET issue = 1 WHERE seq = 6", "entry 6 was changed"),
        ("no issue", "DELETE FROM issue WHERE first = 9", "entry 9 is missing"),
        (
            "put in",
            "INSERT INTO issue SELECT 30, issued_at, key_id, vendor, customer, customer_key, sn, file, order_digest, kind, of_sn, loss_reason, text FROM issue WHERE first = 1",
            "the log contains an issue without entries",
        ),
        (
            "payload",
            "UPDATE entry SET payload = CAST(payload || 'x' AS BLOB) WHERE seq = 3",
            "entry 3 was changed: its payload",
        ),
        ("cut", "DELETE FROM entry WHERE seq > 18", "log ends at entry 18, but its head is for entry 20"),
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
    let kept = dir.run(&["log", "--log", "log", "verify"]).expect_code(0).stdout;
    let kept = kept.lines().nth(1).unwrap().strip_prefix("head ").unwrap().to_owned();
    for (name, statements, meant) in cases {
        dir.copy_own("log", name);
        sql(&dir, name, statements);
        let output = dir.run(&["log", "--log", name, "verify", "--head", &kept]).expect_code(1);
        assert!(output.stdout.contains(meant), "{name}: {}", output.stdout);
        if name != "emptied" {
            dir.run(&["log", "--log", name, "verify"]).expect_code(1);
            dir.run(&["verify", "--at", DAY, "--log", name, "out/C-00000.lic"]).expect_code(6);
        }
    }
}

#[test]
fn threat_30_log_verify_detects_rollback_with_saved_head() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    dir.copy_own("log", "older");
    dir.write("orders.csv", many(2));
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    let head = |log: &str| {
        let output = dir.run(&["log", "--log", log, "verify"]).expect_code(0).stdout;
        output.lines().nth(1).unwrap().strip_prefix("head ").unwrap().to_owned()
    };
    let (newer, older) = (head("log"), head("older"));
    dir.run(&["log", "--log", "log", "verify", "--head", &older]).expect_code(0);
    let output = dir.run(&["log", "--log", "older", "verify", "--head", &newer]).expect_code(1);
    assert!(output.stdout.contains("the log does not contain the saved head"), "{}", output.stdout);
}

#[test]
fn threat_29_log_verify_rejects_unusable_head() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let good = dir.run(&["log", "--log", "log", "verify"]).expect_code(0);
    assert!(good.stdout.contains(" of ABC_Software, production, active\n"), "{}", good.stdout);
    dir.copy_own("log", "bare");
    sql(&dir, "bare", "DELETE FROM issue; DELETE FROM entry; DELETE FROM head");
    let output = dir.run(&["log", "--log", "bare", "verify"]).expect_code(1);
    assert!(output.stdout.contains("FAILED: the log has no signed head"), "{}", output.stdout);
    let id = dir
        .read("keys/trust.yaml")
        .lines()
        .find_map(|line| line.trim().strip_prefix("id: ").map(|id| id.trim_matches('"').to_owned()));
    dir.run(&["keys", "compromise", &id.unwrap()]).expect_code(0);
    let output = dir.run(&["log", "--log", "log", "verify"]).expect_code(1);
    assert!(output.stdout.contains("signed by compromised key"), "{}", output.stdout);
    for (log, why) in
        [("bare", "the log has no signed head"), ("log", "the head is signed by compromised key")]
    {
        let output = dir.run(&["verify", "--at", DAY, "--log", log, "out/ABC-1.lic"]).expect_code(6);
        assert!(output.stderr.contains(&format!("the log cannot be trusted: {why}")), "{}", output.stderr);
    }
}

/// Runs SQL on a copy of the log, as another program would.
fn changed_log(dir: &TestDir, name: &str, statements: &str) {
    dir.copy_own("log", name);
    rusqlite::Connection::open(dir.path(name)).unwrap().execute_batch(statements).unwrap();
}

#[test]
fn threat_29_log_without_triggers_is_rejected() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let stays = "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT 1; END";
    let cases = [
        ("DROP TRIGGER issue_stays", "the trigger `issue_stays` of the log is missing"),
        ("DROP TRIGGER issue_remains", "the trigger `issue_remains` of the log is missing"),
        ("DROP TRIGGER entry_stays", "the trigger `entry_stays` of the log is missing"),
        ("DROP TRIGGER entry_remains", "the trigger `entry_remains` of the log is missing"),
        (&format!("DROP TRIGGER entry_stays; {stays}"), "the trigger `entry_stays` of the log was changed"),
        ("DROP INDEX issue_sn", "the index `issue_sn` of the log is missing"),
        (
            "DROP INDEX issue_sn; CREATE UNIQUE INDEX issue_sn ON issue(sn)",
            "the index `issue_sn` of the log was changed",
        ),
        ("CREATE INDEX more ON entry(digest)", "the log has an unknown index `more`"),
        ("CREATE TABLE more(x)", "the log has an unknown table `more`"),
        ("CREATE VIEW more AS SELECT * FROM entry", "the log has an unknown view `more`"),
        ("ALTER TABLE entry ADD COLUMN more TEXT", "the table `entry` of the log was changed"),
        (
            "CREATE TRIGGER more AFTER INSERT ON entry BEGIN DELETE FROM run; END",
            "the log has an unknown trigger `more`",
        ),
    ];
    change(&dir, "count: 20", "count: 25");
    for (number, (statements, meant)) in cases.into_iter().enumerate() {
        let name = format!("log-{number}");
        changed_log(&dir, &name, statements);
        let before = std::fs::read(dir.path(&name)).unwrap();
        let output = dir.run(&["log", "--log", &name, "verify"]).expect_code(1);
        assert!(output.stdout.contains(&format!("FAILED: {meant}")), "{statements}: {}", output.stdout);
        dir.run(&["verify", "--at", DAY, "--log", &name, "out/ABC-1.lic"]).expect_code(6);
        let output = issue_into(&dir, "order.yaml", &format!("out-{number}"), &name);
        assert!(output.code != 0 && output.stderr.contains(meant), "{statements}: {}", output.stderr);
        assert_eq!(std::fs::read(dir.path(&name)).unwrap(), before, "{statements}");
        assert!(!dir.path(&format!("out-{number}/ABC-1.lic")).exists());
    }
    // Statistics only make searches faster.
    changed_log(&dir, "log-good", "ANALYZE");
    dir.run(&["log", "--log", "log-good", "verify"]).expect_code(0);
}
