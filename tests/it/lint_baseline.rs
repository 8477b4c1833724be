//! `lint` with numbers instead of findings, with a baseline, and with a report in a file.

use serde_json::Value;

use crate::support::TestDir;
use crate::{sarif, schema};

const UNKNOWN: &str = "FEATURE A {\n  VENDOR=x CUONT=5\n}\n";

/// Three files with findings of two rules, and two without.
fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.write("in/a.lic", UNKNOWN)
        .write("in/b.lic", UNKNOWN.replace(" A ", " B ") + &UNKNOWN.replace(" A ", " C "))
        .write("in/c.lic", "FEATURE D { VENDOR=x COUNT=5 START=2027-01-01 END=2026-01-01 }\n")
        .write("in/good.lic", "FEATURE E { VENDOR=x COUNT=5 }\n")
        .write("in/none.lic", "FEATURE F { VENDOR=x COUNT=5 }\n");
    dir
}

/// Lints without notes about missing KEYs.
fn lint(dir: &TestDir, args: &[&str]) -> crate::support::Outcome {
    dir.run(&[&["lint", "--allow", "keys", "--at", "2026-03-01"][..], args].concat())
}

fn last_lines(text: &str, count: usize) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].to_vec()
}

#[test]
fn summary_says_how_many_files_have_findings() {
    let dir = test_dir();
    let all = lint(&dir, &["in"]).expect_code(1);
    assert_eq!(last_lines(&all.stderr, 1), ["4 errors in 3 of 5 files"]);
    let one = lint(&dir, &["in/a.lic"]).expect_code(1);
    assert_eq!(last_lines(&one.stderr, 1), ["1 error in 1 file"]);
    let none = lint(&dir, &["in/good.lic", "in/none.lic"]).expect_code(0);
    assert_eq!(none.stderr, "no findings in 2 files\n");
}

#[test]
fn statistics_count_findings_and_files_of_each_rule() {
    let dir = test_dir();
    let shown = lint(&dir, &["in", "--statistics"]).expect_code(1).stderr;
    assert_eq!(
        shown,
        "3  V001 unknown-directive  in 2 files  fixable with `--fix`\n\
         1  T001 start-after-end    in 1 file\n\
         4 errors in 3 of 5 files\n"
    );
    let json = lint(&dir, &["in", "--statistics", "--format", "json"]).expect_code(1).stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(schema::faults("lint", &report), [""; 0]);
    assert_eq!(report["diagnostics"].as_array().unwrap().len(), 4);
    let first = &report["statistics"][0];
    assert_eq!((&first["code"], &first["count"], &first["files"]), (&"V001".into(), &3.into(), &2.into()));
    assert_eq!((&first["fixable"], &report["summary"]["files_with_findings"]), (&3.into(), &3.into()));
    let without: Value = serde_json::from_str(&lint(&dir, &["in", "--format", "json"]).stdout).unwrap();
    assert_eq!(without.get("statistics"), None);
    let refused = lint(&dir, &["in", "--statistics", "--format", "github"]).expect_code(2);
    assert!(refused.stderr.contains("only the formats `human` and `json`"), "{}", refused.stderr);
}

/// More findings than are kept for a report are counted too.
#[test]
fn statistics_and_baseline_cover_more_findings_than_are_shown() {
    let dir = TestDir::new();
    let block =
        |number: usize| format!("FEATURE F{number} {{ VENDOR=x COUNT=1 START=2027-01-01 END=2026-01-01 }}\n");
    dir.write("a.lic", (0..1100).map(block).collect::<String>());
    let shown = lint(&dir, &["a.lic", "--statistics"]).expect_code(1).stderr;
    assert!(shown.starts_with("1100  T001 "), "{shown}");
    lint(&dir, &["a.lic", "--write-baseline", "known.json"]).expect_code(0);
    let hidden = lint(&dir, &["a.lic", "--baseline", "known.json"]).expect_code(0).stderr;
    assert_eq!(hidden, "no new findings in 1 file\n1100 findings of the baseline hidden\n");
}

#[test]
fn baseline_hides_known_findings_although_lines_move() {
    let dir = test_dir();
    let written = lint(&dir, &["in", "--write-baseline", "known.json"]).expect_code(0);
    assert_eq!(written.stderr, "no findings in 5 files\nwrote 4 findings to the baseline known.json\n");
    let baseline: Value = serde_json::from_str(&dir.read("known.json")).unwrap();
    assert_eq!(schema::faults("baseline", &baseline), [""; 0]);
    dir.write("in/a.lic", format!("# one\n\n# two\n{UNKNOWN}"));
    let same = lint(&dir, &["in", "--baseline", "known.json"]).expect_code(0);
    assert_eq!(same.stderr, "no new findings in 5 files\n4 findings of the baseline hidden\n");
    // A new finding fails, alone and in every format; a corrected one is counted.
    dir.write("in/a.lic", UNKNOWN.replace("CUONT", "COUNT")).write("in/good.lic", UNKNOWN);
    let new = lint(&dir, &["in", "--baseline", "known.json"]).expect_code(1);
    assert!(new.stderr.contains("in/good.lic:2"), "{}", new.stderr);
    assert!(!new.stderr.contains("in/b.lic"), "{}", new.stderr);
    assert_eq!(
        last_lines(&new.stderr, 2),
        [
            "1 error in 1 of 5 files",
            "3 findings of the baseline hidden; 1 no longer occurs: write the baseline again with `--write-baseline`"
        ]
    );
    let text = lint(&dir, &["in", "--baseline", "known.json", "--format", "sarif"]).expect_code(1).stdout;
    assert_eq!(sarif::places(&sarif::checked(&text)), [("V001".into(), "in/good.lic".into(), 2)]);
    let json = lint(&dir, &["in", "--baseline", "known.json", "--format", "json"]).expect_code(1).stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(schema::faults("lint", &report), [""; 0]);
    assert_eq!((&report["baseline"]["hidden"], &report["baseline"]["gone"]), (&3.into(), &1.into()));
    assert_eq!(report["summary"]["errors"], 1);
    // Findings of files outside of the run are not missed.
    let other = lint(&dir, &["in/none.lic", "--baseline", "known.json"]).expect_code(0);
    assert_eq!(last_lines(&other.stderr, 1), ["0 findings of the baseline hidden"]);
}

#[test]
fn baseline_never_hides_unreadable_text() {
    let dir = TestDir::new();
    dir.write("a.lic", format!("{UNKNOWN}FEATURE B {{ VENDOR\n"));
    let written = lint(&dir, &["a.lic", "--write-baseline", "known.json"]).expect_code(3);
    assert!(written.stderr.contains("wrote 1 finding to"), "{}", written.stderr);
    let again = lint(&dir, &["a.lic", "--baseline", "known.json"]).expect_code(3);
    assert!(again.stderr.contains("S0") && !again.stderr.contains("V001"), "{}", again.stderr);
    let missing = lint(&dir, &["a.lic", "gone.lic", "--write-baseline", "other.json"]).expect_code(6);
    assert!(missing.stderr.contains("the baseline was not written"), "{}", missing.stderr);
    assert!(!dir.path("other.json").exists());
}

#[test]
fn invalid_baselines_are_refused() {
    let dir = test_dir();
    let print = "0".repeat(64);
    let cases = [
        ("text.json", "not JSON", "it is not JSON: expected ident at line 1"),
        ("empty.json", "", "it is not JSON: EOF while parsing"),
        ("list.json", "[]", "it has no number as `version`"),
        (
            "other.json",
            "{\"version\": 2, \"entries\": []}",
            "it has version 2, and this program reads version 1",
        ),
        ("word.json", "{\"version\": \"one\"}", "it has no number as `version`"),
        ("none.json", "{\"version\": 1}", "missing field `findings`"),
        ("deep.json", &"[".repeat(100_000), "recursion limit exceeded"),
        (
            "print.json",
            "{\"version\":1,\"findings\":[{\"file\":\"a\",\"fingerprint\":\"xyz\"}]}",
            "of finding 1 is not 64",
        ),
        ("control.json", "{\"version\":1,\"findings\":[{\"\\u001b[2J\":1}]}", "missing field"),
    ];
    for (name, text, why) in cases {
        dir.write(name, text);
        let refused = lint(&dir, &["in", "--baseline", name]).expect_code(2);
        assert!(refused.stderr.contains(why), "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains("--write-baseline"), "{}", refused.stderr);
        assert!(!refused.stderr.contains('\u{1b}') && refused.stdout.is_empty());
    }
    let missing = lint(&dir, &["in", "--baseline", "gone.json"]).expect_code(2);
    assert!(missing.stderr.contains("baseline `gone.json` not found"), "{}", missing.stderr);
    lint(&dir, &["in", "--baseline", "text.json", "--write-baseline", "x.json"]).expect_code(2);
    // A large baseline is read in time; one above the size limit is refused.
    let known = format!("{{\"file\":\"in/a.lic\",\"fingerprint\":\"{print}\"}}");
    let known: Vec<String> = (0..200_000).map(|at| known.replace(&print, &format!("{at:064x}"))).collect();
    dir.write("large.json", format!("{{\"version\":1,\"findings\":[{}]}}", known.join(",")));
    let large = lint(&dir, &["in", "--baseline", "large.json"]).expect_code(1);
    assert!(large.stderr.contains("200000 no longer occur"), "{}", large.stderr);
}

#[test]
fn licenses_and_other_files_are_never_written_over() {
    let dir = test_dir();
    dir.write("orders.yaml", "customer: x\n").write("directory/x", "");
    for option in ["--output", "--write-baseline"] {
        for name in ["in/a.lic", "new.LIC"] {
            let refused = lint(&dir, &["in", option, name]).expect_code(2);
            assert!(refused.stderr.contains("would overwrite a license"), "{}", refused.stderr);
        }
        lint(&dir, &["orders.yaml", option, "orders.yaml"]).expect_code(2);
        lint(&dir, &["in", option, "gone/report"]).expect_code(6);
        lint(&dir, &["in", option, "directory"]).expect_code(6);
    }
    let refused = lint(&dir, &["in", "--write-baseline", "orders.yaml"]).expect_code(2);
    assert!(refused.stderr.contains("exists and is not a baseline"), "{}", refused.stderr);
    assert_eq!((dir.read("in/a.lic"), dir.read("orders.yaml")), (UNKNOWN.to_owned(), "customer: x\n".into()));
}

#[test]
fn output_is_written_with_findings_and_exit_code_stays() {
    let dir = test_dir();
    let report = lint(&dir, &["in", "--format", "sarif"]).expect_code(1).stdout;
    let run = lint(&dir, &["in", "--format", "sarif", "--output", "out.sarif"]).expect_code(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "4 errors in 3 of 5 files\n"));
    assert_eq!(dir.read("out.sarif"), report);
    // The report for people has no colours in a file, and the screen has the summary.
    let run = lint(&dir, &["in", "--color", "always", "--output", "out.txt"]).expect_code(1);
    assert_eq!(run.stderr, "4 errors in 3 of 5 files\n");
    let text = dir.read("out.txt");
    assert!(text.contains("in/a.lic:2") && text.ends_with("4 errors in 3 of 5 files\n"), "{text}");
    assert!(!text.contains('\u{1b}'));
    // An invalid option leaves the old file.
    lint(&dir, &["in", "--deny", "nothing", "--output", "out.txt"]).expect_code(2);
    assert_eq!(dir.read("out.txt"), text);
    // With the report in a file, standard output is free for the fixed text.
    let fixed =
        dir.run_with(&["lint", "--fix", "-", "--format", "json", "--output", "out.json"], UNKNOWN.as_bytes());
    assert_eq!(fixed.expect_code(0).stdout, UNKNOWN.replace("CUONT", "COUNT"));
    let names = dir.names();
    assert!(!names.iter().any(|name| name.starts_with(".keywright")), "{names:?}");
}
