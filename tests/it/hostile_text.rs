//! Hostile text in names of files, in licenses, orders and the issue log never reaches the output as raw characters, in any
//! command with a machine-readable format.

use std::fs;

use keywright::report::escape::escape;

use crate::issue::{DAY, KEY, issue_into, sql, test_dir as issue_dir};
use crate::machine_formats::assert_clean;
use crate::support::TestDir;

/// A C1 control, DEL, and marks that change the direction of text or are invisible.
const BAD: &str = "\u{9b}31m\u{7f}\u{85}\u{202e}\u{200b}";

/// A directory with licenses whose names and values are hostile, and the names.
fn test_dir() -> (TestDir, [String; 2]) {
    let dir = TestDir::new();
    let names = [format!("a{BAD}.lic"), format!("b{BAD}.lic")];
    let license = |count: u32| {
        format!(
            "# {BAD}\nFEATURE Pool {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={count} LICENSEE=\"x{BAD}\" END=2027-01-31 SHARE=HOST }}\n\
             FEATURE Draw {{ VENDOR=v KEYTYPE=TOKEN OPTIONS=\"{BAD}\" TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }}\n"
        )
    };
    for (name, count) in names.iter().zip([9, 7]) {
        dir.write(name, license(count));
    }
    (dir, names)
}

#[test]
fn analyses_escape_names_and_values() {
    let (dir, [a, b]) = test_dir();
    let rows: [(&[&str], &[&str]); 8] = [
        (&["capacity", &a], &["human", "json", "csv", "svg"]),
        (&["diff", &a, &b], &["human", "json", "markdown"]),
        (&["timeline", &a], &["human", "json", "svg", "ics"]),
        (&["graph", &a], &["svg", "dot", "mermaid", "json"]),
        (&["explain", "Draw", &a], &["human", "json"]),
        (&["explain", "Pool,Draw", &a, &b], &["human", "json"]),
        (&["explain", "C001"], &["human", "json"]),
        (
            &["lint", "--together", &a, &b],
            &["human", "concise", "json", "sarif", "github", "gitlab", "junit"],
        ),
    ];
    for (args, formats) in rows {
        for format in formats {
            let args = [args, &["--format", format]].concat();
            let run = dir.run(&args);
            assert!(run.code < 2 || run.code == 3, "{args:?}: {}", run.stderr);
            // A calendar has the lines of RFC 5545, which end with CR LF.
            let run = crate::support::Outcome { stdout: run.stdout.replace("\r\n", "\n"), ..run };
            assert_clean(&args.join(" "), &run);
        }
    }
    for args in [
        &["diff", &a, "git:HEAD:\u{9b}.lic"][..],
        &["merge", &a, &b, "-o", "\u{9b}.lic"],
        &["capacity", &a, "--pair", "\u{9b},Pool"],
        &["graph", &a, "--feature", "\u{9b}"],
        &["explain", "\u{9b}", &a],
        &["explain", "\u{9b}"],
    ] {
        assert_clean(&args.join(" "), &dir.run(args));
    }
}

#[test]
fn conversion_escapes_names_and_values() {
    let dir = TestDir::new();
    let name = format!("f{BAD}.lic");
    let notice = format!("NOTICE=\"{BAD}\" VENDOR_STRING=\"{BAD}\" ISSUER=\"{BAD}\"");
    dir.write(
        &name,
        format!("SERVER host{BAD} ANY 27000\nVENDOR v{BAD}\nFEATURE A v 1.0 31-dec-2027 5 {notice} SIGN=0\n"),
    );
    assert_clean("convert", &dir.run(&["convert", &name, "--report", "losses.json", "-o", "out.lic"]));
    let report = dir.read("losses.json");
    assert!(report.contains("\"losses\"") && report.contains("\\u009b"), "{report}");
    assert!(!report.contains(|c: char| BAD.contains(c) && !c.is_ascii_alphanumeric()), "{report}");
}

/// Changes names in an issue log as an attacker would who can write the file.
fn spoiled_log() -> TestDir {
    let dir = issue_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\n");
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    sql(&dir, "log", &format!("UPDATE issue SET customer = 'A{BAD}', file = '{BAD}.lic';"));
    dir
}

#[test]
fn orders_plans_and_log_escape_names() {
    let dir = spoiled_log();
    let who = format!("A{BAD}");
    for args in [
        &["log", "--log", "log", "list"][..],
        &["log", "--log", "log", "show", "A-1"],
        &["log", "--log", "log", "find", "A", "--format", "json"],
        &["log", "--log", "log", "find", "A", "--format", "csv"],
        &["log", "--log", "log", "export", "--format", "json"],
        &["log", "--log", "log", "export", "--format", "csv"],
        &["log", "--log", "log", "expiring", "--within", "9999d"],
        &["log", "--log", "log", "verify"],
        &["customer", &who, "--log", "log"],
        &["customer", "A-1", "--log", "log"],
        &["customer", "A-1", "--log", "log", "--format", "json"],
        &["catalog", "check", "catalog.yaml", "--log", "log", "--orders", "."],
    ] {
        assert_clean(&args.join(" "), &dir.run(args));
    }
    let customer = dir.run(&["customer", "A-1", "--log", "log", "--format", "json"]).expect_code(0).stdout;
    let value: serde_json::Value = serde_json::from_str(&customer).unwrap();
    assert_eq!(value["customer"], *escape(&who));

    let name = format!("o{BAD}.csv");
    dir.write(
        &name,
        format!(
            "customer,sn,products,note\n\"B{BAD}\",B-1,MySolutions:20,{BAD}\nC,C-1,MySolutions:20,{BAD}\n"
        ),
    );
    for more in [&["--dry-run", "--show"][..], &["--plan", "plan.json"], &["--key", KEY, "--out", "out2"]] {
        let args = ["issue", "--catalog", "catalog.yaml", "--order", &name, "--at", DAY, "--log", "log2"];
        assert_clean(&more.join(" "), &dir.run(&[&args[..], more].concat()));
    }
    if let Ok(plan) = fs::read_to_string(dir.path("plan.json")) {
        assert!(!plan.contains(|c: char| BAD.contains(c) && !c.is_ascii_alphanumeric()), "{plan}");
    }
}

/// `src/report/to_json.rs` escapes what serialisers do not, so no other file of the reports calls one.
#[test]
fn reports_write_json_in_one_place() {
    for path in crate::support::files_below("src/report") {
        let text = fs::read_to_string(&path).unwrap();
        let is_the_place = path.ends_with("to_json.rs");
        assert!(is_the_place || !text.contains("serde_json::to_string"), "{}", path.display());
    }
}
