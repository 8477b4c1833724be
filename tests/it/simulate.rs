//! `keywright simulate` through a pipe and at a prompt.

use serde_json::Value;

use crate::scenario_cli::conforms;
use crate::support::{TestDir, root, snapshot};

const EVENTS: &str = "\
# a morning
checkout ModuleA times=2 by=ann@ws1
checkout ModuleB by=bob@ws2 count=4
{ checkout: ModuleA, by: bob@ws2 }
state
undo
checkout ModuleA by=eve@ws3 count=3
checkin ModuleA by=ann@ws1
advance 2 days
undo
state
usage
";

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.copy("tests/examples/dependency-sharing.lic", "a.lic");
    dir
}

#[test]
fn simulate_answers_events_from_stdin() {
    let dir = test_dir();
    let outcome =
        dir.run_with(&["simulate", "a.lic", "--at", "2026-01-15"], EVENTS.as_bytes()).expect_code(1);
    snapshot("scenario", "simulate_json", &outcome.shown());
    let text = std::fs::read_to_string(root().join("docs/schema/simulate.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for line in outcome.stdout.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        let kind =
            ["event", "at", "usage", "undone", "error"].into_iter().find(|key| answer.get(*key).is_some());
        let name = match kind.unwrap() {
            "at" => "state",
            "error" => "wrong",
            other => other,
        };
        conforms(&answer, &schema["$defs"][name]);
    }
}

#[test]
fn simulate_shows_usage_bars_on_terminal() {
    let dir = test_dir();
    let args = ["simulate", "a.lic", "--at", "2026-01-15", "--format", "human"];
    snapshot("scenario", "simulate_human", &dir.run_with(&args, EVENTS.as_bytes()).expect_code(1).shown());
}

#[test]
fn simulate_reports_invalid_line_and_continues() {
    let dir = test_dir();
    let events = "chekout ModuleA\ncheckout\ncheckout ModuleA count=-1\ncheckout \"\\\n{ [ }\nexpect x\n\
        checkout ModuleA consumes=3\ncheckin ModuleA\nundo\ncheckout ModuleA\n";
    let outcome = dir.run_with(&["simulate", "a.lic"], events.as_bytes()).expect_code(3);
    snapshot("scenario", "simulate_wrong", &outcome.shown());
    dir.run(&["simulate", "missing.lic"]).expect_code(6);
    dir.run(&["simulate", "-"]).expect_code(2);
}

#[test]
fn undo_reverts_many_events() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5000 }\n");
    let mut events = "checkout A\n".repeat(1700);
    events += &"undo\n".repeat(1200);
    events += "state\n";
    let outcome = dir.run_with(&["simulate", "a.lic"], events.as_bytes()).expect_code(0);
    let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["pools"][0]["used"], 500);
    assert!(
        outcome
            .stdout
            .lines()
            .skip(1700)
            .take(1200)
            .all(|line| line.starts_with("{\"version\":1,\"undone\":true,"))
    );
}

#[test]
fn simulate_answers_each_line_at_once() {
    use std::io::{BufRead as _, Write as _};
    let dir = test_dir();
    let mut command = dir.command();
    let pipe = std::process::Stdio::piped;
    let mut child = command.args(["simulate", "a.lic"]).stdin(pipe()).stdout(pipe()).spawn().unwrap();
    let mut asks = child.stdin.take().unwrap();
    let mut answers = std::io::BufReader::new(child.stdout.take().unwrap());
    for event in ["checkout ModuleA by=ann@ws1", "state", "undo"] {
        writeln!(asks, "{event}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.ends_with("}\n"), "{answer}");
    }
    drop(asks);
    assert!(child.wait().unwrap().success());
}

#[test]
fn simulate_reports_unmodelled_directives_on_stderr() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=v COUNT=5 HAL_SERVERS=3 }\n");
    let outcome = dir.run_with(&["simulate", "a.lic"], b"checkout A\n").expect_code(0);
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert!(outcome.stderr.contains("note: HAL_SERVERS is ignored"), "{}", outcome.stderr);
}

#[test]
fn undo_skips_denied_events() {
    let dir = test_dir();
    let events = "checkout ModuleA\nadvance 2020-01-01\n{ at: 2020-01-01, checkout: ModuleA }\nundo\nundo\n";
    let outcome = dir.run_with(&["simulate", "a.lic"], events.as_bytes()).expect_code(1);
    let undone: Vec<&str> = outcome.stdout.lines().skip(3).collect();
    let expected = [
        "{\"version\":1,\"undone\":true,\"undone_event\":\"checkout ModuleA\"}",
        "{\"version\":1,\"undone\":false,\"undone_event\":null}",
    ];
    assert_eq!(undone, expected, "{}", outcome.stdout);
}

#[test]
fn simulate_reports_exact_numbers() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE M { VENDOR=v KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE=\"0.01 USD\" }\n\
         FEATURE A { VENDOR=v COUNT=5 }\n",
    );
    let outcome =
        dir.run_with(&["simulate", "a.lic"], b"consume M units=18446744073709551614\n").expect_code(0);
    assert!(outcome.stdout.contains("{\"M\":18446744073709551614}"), "{}", outcome.stdout);
}

/// Typed at a pseudo-terminal: completion, history, Ctrl-C and Ctrl-D.
#[test]
fn prompt_completes_and_keeps_history() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE Studio { VENDOR=v COUNT=9 }\n");
    let keys = "checko\\tStu\\tcoun\\t2\\r\n\\x1b[A\\r\nche\\x03\nstate\\r\n\\x04\n";
    let mut command = std::process::Command::new("python3");
    command.arg(root().join("tests/simulate/prompt.py")).arg(env!("CARGO_BIN_EXE_keywright"));
    command.args(["simulate", "a.lic"]).current_dir(dir.path("")).env("TERM", "xterm-256color");
    let pipe = std::process::Stdio::piped;
    let Ok(mut child) = command.stdin(pipe()).stdout(pipe()).spawn() else {
        eprintln!("SKIPPED: `python3` not found; the prompt was not tested");
        return;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), keys.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{shown}");
    assert_eq!(shown.matches("granted (Studio +2)").count(), 2, "{shown}");
    assert!(
        shown.contains("press Ctrl-D or type `quit` to exit") && shown.contains("4 in use, 5 free"),
        "{shown}"
    );
}

#[test]
fn simulate_help_in_pipe_is_json() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=Acme COUNT=5 }\n");
    let outcome = dir.run_with(&["simulate", "a.lic"], b"help\ncheckout A\n").expect_code(0);
    let first: Value = serde_json::from_str(outcome.stdout.lines().next().unwrap()).unwrap();
    assert!(first["help"].as_array().unwrap().len() > 5, "{first}");
}

#[test]
fn check_in_and_advance_report_counts_and_time() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=Acme COUNT=5 }\n");
    let events = "checkout A\ncheckin A times=2\ncheckin A\nadvance 400 days\nadvance 2 hours\n\
        { checkin: A, at: 2020-01-01 }\n";
    let args = ["simulate", "a.lic", "--at", "2026-12-15", "--format", "human"];
    let outcome = dir.run_with(&args, events.as_bytes()).expect_code(1);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "granted (A +1)",
            "returned 1; no further checkout to return (A -1)",
            "no checkout to return",
            "time is now 2028-01-19",
            "time is now 2028-01-19 02:00:00",
            "time cannot go backwards",
        ]
    );
}
