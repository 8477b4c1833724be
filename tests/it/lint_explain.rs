//! `keywright explain`, and the documentation of the rules.

use std::fs;

use keywright::lint::RULES;
use keywright::report::rule_docs;

use crate::support::{TestDir, root, snapshot};

#[test]
fn rule_documentation_matches_rules() {
    let path = root().join("docs/rules.md");
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, rule_docs::markdown()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        rule_docs::markdown(),
        "stale: run with KEYWRIGHT_UPDATE=1"
    );
}

#[test]
fn rule_tables_link_to_one_heading_each() {
    let page = rule_docs::markdown();
    let mut links = 0;
    for link in page.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap();
        let heading = |line: &&str| {
            line.strip_prefix("### ").is_some_and(|head| head.to_lowercase().replace(' ', "-") == anchor)
        };
        assert_eq!(page.lines().filter(heading).count(), 1, "{anchor}");
        links += 1;
    }
    assert!(links >= RULES.len(), "{links} links");
}

#[test]
fn explain_pages_fit_80_columns_without_loss() {
    for rule in RULES.iter() {
        let page = rule_docs::terminal(rule, 80);
        for line in page.lines() {
            assert!(line.chars().count() <= 110, "{}: {line}", rule.code.id);
            assert!(!line.ends_with(' ') && !line.contains(['\u{a0}', '\u{200b}', '\u{feff}']), "{line}");
        }
        let first = rule.summary.split([':', ';']).next().unwrap();
        assert_eq!(first.matches('(').count(), first.matches(')').count(), "cut in the table: {first}");
    }
}

#[test]
fn explain_finds_rules_by_code_and_name() {
    let dir = TestDir::new();
    let by_code = dir.run(&["explain", "D001"]).expect_code(0);
    snapshot("lint", "explain-D001", &by_code.shown());
    for same in ["d001", "dependency-cycle"] {
        assert_eq!(dir.run(&["explain", same]).expect_code(0).stdout, by_code.stdout);
    }
    let all = dir.run(&["explain", "--all"]).expect_code(0).stdout;
    let pages = dir.run(&["explain", "--all", "-v"]).expect_code(0).stdout;
    for rule in RULES.iter() {
        assert!(all.contains(&format!("  {}  ", rule.code.id)) && pages.contains(rule.code.name));
    }
    snapshot("lint", "explain-unknown", &dir.run(&["explain", "dependency-circle"]).expect_code(2).shown());
    dir.run(&["explain"]).expect_code(2);
    dir.run(&["explain", "--all", "D001"]).expect_code(2);
}

#[test]
fn explain_shows_cost_of_feature() {
    let dir = TestDir::new();
    dir.copy("tests/examples/alternates.lic", "a.lic").write("bad.lic", "FEATURE A { COUNT=1 }");
    snapshot(
        "lint",
        "explain-cost",
        &dir.run(&["explain", "MyDraw", "a.lic", "--at", "2026-06-01"]).expect_code(0).shown(),
    );
    let three = dir.run(&["explain", "MyDraw", "a.lic", "--at", "2026-06-01", "--count", "3"]).expect_code(1);
    snapshot("lint", "explain-denied", &three.shown());
    dir.run(&["explain", "MyDrow", "a.lic"]).expect_code(1);
    dir.run(&["explain", "A", "bad.lic"]).expect_code(3);
    dir.run(&["explain", "A", "missing.lic"]).expect_code(6);
}

/// Two files that form one license, with blocks of every role.
pub(crate) fn roles() -> TestDir {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 SN=1 }\n\
         FEATURE Pool { VENDOR=v KEYTYPE=UPGRADE COUNT=5 SN=2 }\n\
         FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n\
         FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Other VERSION=1.0 COUNT=2\" }\n\
         FEATURE Suite { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=2\" }\n\
         FEATURE Waits { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Later VERSION=1.0 COUNT=1\" }\n\
         FEATURE Later { VENDOR=v COUNT=3 START=2027-01-01 }\n\
         FEATURE Other { VENDOR=v COUNT=4 }\n",
    );
    dir.write(
        "b.lic",
        "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=35 SN=3 }\n\
         FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 SN=1 }\n",
    );
    dir
}

#[test]
fn explain_shows_roles_and_range_of_cost() {
    let dir = roles();
    let run = |feature: &str| dir.run(&["explain", feature, "a.lic", "b.lic", "--at", "2026-06-01"]).stdout;
    let shown = ["Pool", "Suite", "Waits", "Later"].map(run).join("----\n");
    snapshot("lint", "explain-roles", &shown);
}

#[test]
fn explain_covers_requester_devices_mixes_and_search_limit() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 }\n\
         FEATURE MyDraw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n\
         FEATURE MyWrite { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }\n\
         FEATURE Named { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=2 USERBASED=ALL }\n\
         FEATURE Desktop { VENDOR=v KEYTYPE=ACTIVATION COUNT=3 }\n",
    );
    let run = |subject: &str, code| {
        dir.run(&["explain", subject, "a.lic", "--at", "2026-06-01"]).expect_code(code).stdout
    };
    let named = run("Named", 0);
    assert!(named.contains("serves") && named.contains("2 can run at the same time"), "{named}");
    let device = run("Desktop", 0);
    assert!(
        device.contains("activated on a device") && device.contains("3 devices can be activated"),
        "{device}"
    );
    snapshot("lint", "explain-mix", &run("MyDraw:2,MyWrite", 0));
    assert!(run("MyDraw:5,MyWrite", 1).contains("4 × MyDraw and 0 × MyWrite"));
    dir.run(&["explain", "MyDraw:0,MyWrite", "a.lic"]).expect_code(2);
    dir.run(&["explain", "MyDraw,MyWrit", "a.lic"]).expect_code(1);
}

#[test]
fn explain_reports_undecided_requests() {
    let mut text = "FEATURE L0 { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }\n".to_owned();
    for level in 1..14 {
        for way in 0..4 {
            let below = level - 1;
            let need = format!("TOKEN_DEPENDENCY=\"FEATURE=L{below} VERSION=1.0 COUNT=2\"");
            text += &format!("FEATURE L{level} {{ VENDOR=v KEYTYPE=TOKEN SN=s{way} {need} }}\n");
        }
    }
    let dir = TestDir::new();
    dir.write("a.lic", text);
    let outcome = dir.run(&["explain", "L13", "a.lic"]).expect_code(6);
    assert!(outcome.stdout.contains("undetermined: step limit reached"), "{}", outcome.stdout);
}
