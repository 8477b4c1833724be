//! `keywright lint` on files and directories: selection, order, and limits for hostile input.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{TestDir, cases};

// Marked as drafts, so that K002 is not raised.
const GOOD: &str = "# keywright: allow(K002) a draft\nFEATURE Draw { VENDOR=Acme COUNT=5 }\n";
const BAD: &str = "# keywright: allow(K002) a draft\nFEATURE Draw { VENDOR=Acme CUONT=5 }\n";

fn codes(stdout: &str) -> Vec<String> {
    let code = |line: &str| line.split(['[', ']']).nth(1).unwrap().to_owned();
    stdout.lines().map(|line| format!("{} {}", line.split(':').next().unwrap(), code(line))).collect()
}

#[test]
fn directory_search_follows_gitignore() {
    let dir = TestDir::new();
    for name in
        ["b.lic", "a/z.LIC", "a/a.lic", "a/note.txt", ".hidden/x.lic", "out/x.lic", "a/skip.lic", "c.d/x.lic"]
    {
        dir.write(name, BAD);
    }
    dir.write(".gitignore", "out/\n").write("a/.ignore", "skip.lic\n");
    let expected = ["a/a.lic V001", "a/z.LIC V001", "b.lic V001", "c.d/x.lic V001"];
    let all = dir.run(&["lint", "--format", "concise", "."]).expect_code(1);
    assert_eq!(codes(&all.stdout), expected);
    // Explicitly named files are read in spite of ignore files, and no file is read twice.
    let named =
        dir.run(&["lint", "--format", "concise", "out/x.lic", "a", "./a/a.lic", "b.lic", "a/note.txt"]);
    let expected = ["out/x.lic V001", "a/a.lic V001", "a/z.LIC V001", "b.lic V001", "a/note.txt V001"];
    assert_eq!(codes(&named.stdout), expected);
}

#[test]
fn lint_of_directory_without_licenses_fails() {
    let dir = TestDir::new();
    dir.write("empty/readme.txt", "").write("good.lic", GOOD);
    let outcome = dir.run(&["lint", "empty", "good.lic"]).expect_code(2);
    assert!(
        outcome.stderr.contains("error: no license files (`*.lic`) in `empty`\n  help: "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.ends_with("in 1 file\n"), "{}", outcome.stderr);
}

#[test]
fn lint_reports_unreadable_file_and_lints_others() {
    let dir = TestDir::new();
    dir.write("a.lic", BAD).write("c.lic", BAD).write("d.lic/inner.txt", "");
    let outcome = dir.run(&["lint", "--format", "concise", "a.lic", "b.lic", "c.lic"]).expect_code(6);
    assert_eq!(codes(&outcome.stdout), ["a.lic V001", "c.lic V001"]);
    assert_eq!(outcome.stderr, "error: cannot read `b.lic`: no such file or directory\n");
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(dir.path("e.lic")).status();
        assert!(made.unwrap().success());
        let outcome = dir.run(&["lint", "--format", "concise", "."]).expect_code(6);
        assert_eq!(codes(&outcome.stdout), ["a.lic V001", "c.lic V001"]);
        assert!(outcome.stderr.starts_with("error: `e.lic` is not a regular file\n"), "{}", outcome.stderr);
    }
}

#[test]
fn file_order_is_stable() {
    let dir = TestDir::new();
    for n in 0..3000 {
        dir.write(&format!("{}/{n:04}.lic", n % 7), if n % 10 == 0 { BAD } else { GOOD });
    }
    let first = dir.run(&["lint", "--format", "concise", "."]).expect_code(1).stdout;
    assert_eq!(first.lines().filter(|line| line.contains("[V001]")).count(), 300);
    let files: Vec<&str> = first.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert!(files.is_sorted());
    assert_eq!(dir.run(&["lint", "--format", "concise", "."]).stdout, first);
    let human = dir.run(&["lint", "."]).stderr;
    assert!(
        human.contains("\n… and 100 more\n") && human.ends_with("300 errors in 300 of 3000 files\n"),
        "{}",
        &human[human.len() - 200..]
    );
}

#[test]
fn lint_treats_files_separately_unless_together() {
    let dir = TestDir::new();
    let token =
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n";
    dir.write("token.lic", token).write("pool.lic", "FEATURE Pool { VENDOR=Acme COUNT=5 }\n");
    let alone = dir.run(&["lint", "--format", "concise", "."]).expect_code(1);
    assert!(alone.stdout.contains("error[D005]"), "{}", alone.stdout);
    dir.run(&["lint", "--together", "."]).expect_code(0);
    dir.run_with(&["lint", "--together", "pool.lic", "-"], token.as_bytes()).expect_code(0);
}

#[test]
fn lint_rejects_conflicting_options() {
    let dir = TestDir::new();
    dir.write("a.lic", GOOD);
    for args in [
        &["lint", "--watch", "-"][..],
        &["lint", "--watch", "--fix", "a.lic"],
        &["lint", "--watch", "--format", "json", "a.lic"],
        &["lint", "--unsafe-fixes", "a.lic"],
        &["lint", "--fix", "--format", "json", "-"],
        &["lint", "--diff", "--format", "sarif", "a.lic"],
        &["lint", "--deny", "D9999", "a.lic"],
        &["lint"],
    ] {
        dir.run(args).expect_code(2);
    }
}

#[test]
fn lint_reports_files_that_are_not_text() {
    let dir = TestDir::new();
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    dir.write("latin1.lic", b"FEATURE D { VENDOR=\xe4 }").write("utf16.lic", utf16).write("good.lic", GOOD);
    let outcome = dir.run(&["lint", "--format", "concise", "."]).expect_code(3);
    assert_eq!(codes(&outcome.stdout), ["latin1.lic S001", "utf16.lic S002"]);
    let before = fs::read(dir.path("latin1.lic")).unwrap();
    dir.run(&["lint", "--fix", "."]).expect_code(3);
    assert_eq!(fs::read(dir.path("latin1.lic")).unwrap(), before);
}

#[test]
fn largest_line_is_linted_within_time_limit() {
    const LARGEST: usize = 64 * 1024 * 1024;
    let dir = TestDir::new();
    dir.write("long.lic", "#".repeat(cases(LARGEST, LARGEST / 8)))
        .write("longer.lic", "#".repeat(LARGEST + 1));
    let outcome = dir.run(&["lint", "--format", "concise", "--allow", "no-block", "long.lic"]).expect_code(0);
    assert_eq!(outcome.stdout, "");
    let outcome = dir.run(&["lint", "--format", "concise", "longer.lic"]).expect_code(3);
    assert_eq!(codes(&outcome.stdout), ["longer.lic S014"]);
    dir.run(&["verify", "longer.lic", "--trust", "none"]).expect_code(2);
    let value = format!(
        "FEATURE A {{ VENDOR=x COUNT=5 LICENSEE=\"{}\" }}",
        "é".repeat(cases(LARGEST / 2 - 100, LARGEST / 16))
    );
    dir.write("long.lic", value);
    let outcome = dir.run(&["lint", "--format", "concise", "long.lic"]).expect_code(3);
    assert!(outcome.stdout.len() < 2_000, "{}", outcome.stdout.len());
    // Stray text costs more per byte than a value, so this line is shorter.
    dir.write(
        "long.lic",
        format!("FEATURE A {{ VENDOR=x COUNT=5 }} {}", "x ".repeat(LARGEST / cases(256, 1024))),
    );
    let outcome = dir.run(&["lint", "long.lic"]).expect_code(3);
    assert!(outcome.stderr.len() < 20_000, "{}", outcome.stderr.len());
}

#[test]
fn excess_findings_are_counted_not_shown() {
    let dir = TestDir::new();
    dir.write("many.lic", "FEATURE A { VENDOR=Acme ".to_owned() + &"X=1 ".repeat(200_000) + "}\n");
    let outcome = dir.run(&["lint", "many.lic"]).expect_code(1);
    let printed = "… and 199801 more\n200000 errors, 1 note in 1 file\n";
    assert!(outcome.stderr.ends_with(printed), "{}", &outcome.stderr[outcome.stderr.len() - 300..]);
    let json = dir.run(&["lint", "--format", "json", "many.lic"]).expect_code(1).stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let all = report["diagnostics"].as_array().unwrap();
    assert_eq!(all.len(), 1002);
    assert!(all.iter().any(|found| found["code"] == "A004"), "{}", all[1000]);
    assert_eq!(report["summary"]["errors"], 200_000);
}

/// Levels and `allow` comments apply to every finding, also to those that are only counted.
#[test]
fn truncated_values_are_still_linted() {
    let dir = TestDir::new();
    // 1,500 allowed findings of one code, then one that is not allowed.
    let allowed = "# keywright: allow(V001) for a later version\nFEATURE A { VENDOR=Acme COUNT=5 X=1 }\n";
    let many: String = allowed.repeat(1500);
    let args = ["lint", "--format", "concise", "--allow", "K002,X,C", "many.lic"];
    dir.write("many.lic", &many);
    assert_eq!(dir.run(&args).expect_code(0).stdout, "");
    dir.write("many.lic", many.clone() + "FEATURE B { VENDOR=Acme COUNT=5 X=1 }\n");
    dir.run(&args).expect_code(1);
    // Errors that are only counted also make a block malformed for `verify` and `sign`.
    dir.run(&["keys", "new", "--vendor", "Acme", "--no-passphrase", "--out", "k.pem"]).expect_code(0);
    dir.write("signed.lic", "FEATURE A { VENDOR=Acme COUNT=5 }\n");
    dir.run(&["sign", "signed.lic", "--key", "k.pem", "--in-place"]).expect_code(0);
    let comments = "# \u{7}\n".repeat(2000);
    let signed = dir.read("signed.lic").replace("COUNT=5", &format!("{comments}COUNT=5"));
    dir.write("signed.lic", comments + &signed);
    let verified = dir.run(&["verify", "signed.lic"]).expect_code(3);
    assert!(verified.stdout.contains("MALFORMED       A "), "{}", verified.stdout);
    dir.write("signed.lic", signed);
    dir.run(&["sign", "signed.lic", "--key", "k.pem", "-o", "-"]).expect_code(3);
}

#[test]
fn unreadable_text_cannot_allow_findings() {
    let dir = TestDir::new();
    let stray = "FEATURE A { VENDOR=x COUNT=5 ??? } # keywright: allow(S006) fine\n";
    dir.write("stray.lic", stray);
    let outcome = dir.run(&["lint", "--format", "concise", "stray.lic"]).expect_code(3);
    assert_eq!(codes(&outcome.stdout), ["stray.lic S006", "stray.lic A002"]);
    dir.run(&["lint", "--allow", "S,A", "stray.lic"]).expect_code(3);
    dir.run(&["lint", "--warn", "S006", "--allow", "A", "stray.lic"]).expect_code(3);
}

#[test]
fn fix_never_truncates_file() {
    let dir = TestDir::new();
    let latin = b"FEATURE A { VENDOR=Acme CUONT=5 }\n# \xfc\n";
    let outcome = dir.run_with(&["lint", "--fix", "-"], latin).expect_code(3);
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.contains("error: standard input is not valid UTF-8; nothing was written\n"));
    let mut utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(dir.run_with(&["lint", "--fix", "-"], &utf16).expect_code(0).stdout, GOOD);
    utf16.pop();
    assert_eq!(dir.run_with(&["lint", "--fix", "-"], &utf16).expect_code(3).stdout, "");
}

#[test]
fn every_format_reports_unreadable_file() {
    let dir = TestDir::new();
    dir.write("a.lic", GOOD);
    for format in ["json", "sarif", "github", "gitlab", "junit"] {
        let outcome = dir.run(&["lint", "--format", format, "a.lic", "gone.lic"]).expect_code(6);
        assert!(outcome.stdout.contains("gone.lic"), "{format}: {}", outcome.stdout);
        assert!(outcome.stdout.contains("no such file or directory"), "{format}: {}", outcome.stdout);
    }
}

#[test]
fn watch_lints_again_after_change() {
    let dir = TestDir::new();
    dir.write("a.lic", BAD);
    let child = dir
        .command()
        .args(["lint", "--format", "concise", "--watch", "--watch-runs", "3", "."])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let writer = std::thread::spawn({
        let (one, other) = (dir.path("a.lic"), dir.path("b.lic"));
        move || {
            std::thread::sleep(Duration::from_millis(1500));
            fs::write(one, GOOD).unwrap();
            std::thread::sleep(Duration::from_millis(2500));
            fs::write(other, BAD).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let errors: Vec<String> = codes(&stdout).into_iter().filter(|line| line.contains("V001")).collect();
    assert_eq!(errors, ["a.lic V001", "b.lic V001"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap().matches("watching for changes").count(), 2);
}

#[test]
fn verbose_output_explains_each_rule() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=V CUONT=5 }\n");
    let plain = dir.run(&["lint", "a.lic"]).expect_code(1);
    assert!(!plain.stderr.contains("keywright explain V001"), "{}", plain.stderr);
    let more = dir.run(&["lint", "-v", "a.lic"]).expect_code(1);
    assert!(more.stderr.contains("V001 unknown-directive checks for "), "{}", more.stderr);
    assert!(more.stderr.contains("more with `keywright explain V001`"), "{}", more.stderr);
}

/// A file for every verdict that requires a trust store.
fn judged() -> TestDir {
    let dir = TestDir::new();
    let new = |name: &str, more: &[&str]| {
        let out = format!("{name}.pem");
        let args = ["keys", "new", "--no-passphrase", "--not-before", "2026-01-01", "--out", &out];
        dir.run(&[&args[..], more].concat()).expect_code(0);
    };
    new("good", &["--vendor", "Acme"]);
    new("trial", &["--vendor", "Acme", "--usage", "development"]);
    new("strange", &["--vendor", "Acme", "--trust", "elsewhere"]);
    new("other", &["--vendor", "Other"]);
    new("lost", &["--vendor", "Acme"]);
    let sign = |name: &str, key: &str, text: &str, trust: &str| {
        dir.write(name, text);
        let key = format!("{key}.pem");
        let args = ["sign", name, "--key", &key, "--in-place", "--trust", trust, "--at", "2026-02-01", "-q"];
        dir.run(&args).expect_code(0);
    };
    let block = |name: &str| format!("FEATURE {name} {{ VENDOR=Acme COUNT=5 ISSUED=2026-02-01 }}\n");
    sign("valid.lic", "good", &block("Valid"), "keys");
    sign("unknown.lic", "strange", &block("Unknown"), "elsewhere");
    sign("trial.lic", "trial", &block("Trial"), "keys");
    sign("lost.lic", "lost", &block("Lost"), "keys");
    sign("foreign.lic", "other", &block("Foreign").replace("Acme", "Other"), "keys");
    dir.write("foreign.lic", dir.read("foreign.lic").replace("VENDOR=Other", "VENDOR=Acme"));
    sign("early.lic", "good", &block("Early"), "keys");
    sign("changed.lic", "good", &block("Changed"), "keys");
    dir.write("changed.lic", dir.read("changed.lic").replace("COUNT=5", "COUNT=50"));
    // Change the first byte of the KEY to version 2.
    dir.write("newer.lic", dir.read("valid.lic").replace("KEY=AQ", "KEY=Ag"));
    let lost = dir.read("lost.pem");
    let id = lost.lines().find_map(|line| line.strip_prefix("Key-Id: ")).unwrap().trim();
    dir.run(&["keys", "compromise", id, "--since", "2026-03-01"]).expect_code(0);
    dir
}

#[test]
fn lint_checks_keys_with_trust_store() {
    let dir = judged();
    let args = ["lint", "--format", "concise", "--at", "2026-06-01", "--allow", "X", "--trust", "keys", "."];
    let judged = dir.run(&args).expect_code(1);
    let expected = [
        "changed.lic K005",
        "foreign.lic K009",
        "lost.lic K007",
        "newer.lic K010",
        "trial.lic K008",
        "unknown.lic K004",
    ];
    assert_eq!(codes(&judged.stdout), expected, "{}", judged.stderr);
    // A trust store in the configuration gives the same result.
    dir.write("keywright.toml", "trust = \"keys\"\n");
    let configured = dir.run(&["lint", "--format", "concise", "--at", "2026-06-01", "--allow", "X", "."]);
    assert_eq!(configured.stdout, judged.stdout);
    // Before the validity period of the key, its signatures are out of time.
    let early = dir.run(&["lint", "--format", "concise", "--at", "2025-06-01", "--allow", "T", "valid.lic"]);
    assert_eq!(codes(&early.stdout), ["valid.lic K006"]);
    dir.write("keywright.toml", "trust = \"missing\"\n");
    dir.run(&["lint", "valid.lic"]).expect_code(2);
    dir.run(&["lint", "--trust", "keys", "valid.lic"]).expect_code(0);
}

#[test]
fn lint_compares_separate_licenses() {
    let dir = TestDir::new();
    let draft = "# keywright: allow(K002) a draft\n";
    let text = |sn: &str, name: &str| format!("{draft}FEATURE {name} {{ VENDOR=Acme COUNT=5 {sn} }}\n");
    dir.write("a.lic", text("SN=A-1", "Draw") + "FEATURE Print { VENDOR=Acme COUNT=5 }\n")
        .write("b.lic", text("SN=A-2", "Draw") + "FEATURE Print { VENDOR=Acme COUNT=5 }\n")
        .write("c.lic", text("SN=A-1", "Draw"))
        .write("d.lic", text("SN=A-3", "DRAW"))
        .write("e.lic", text("SN=A-3", "DRAW").replace("Acme", "Other"))
        .write("f.lic", "# keywright: allow(X005) a copy for support\n".to_owned() + &text("SN=A-1", "Draw"));
    let outcome = dir.run(&["lint", "--format", "concise", "."]).expect_code(1);
    assert_eq!(codes(&outcome.stdout), ["c.lic X005", "d.lic X002"]);
    assert!(
        outcome.stdout.contains("the block `Draw` of one purchase is also in `a.lic:2`"),
        "{}",
        outcome.stdout
    );
    // The order of the arguments decides, not the thread that reads a file first.
    let turned = dir.run(&["lint", "--format", "concise", "c.lic", "a.lic"]).expect_code(0);
    assert_eq!(codes(&turned.stdout), ["a.lic X005"]);
}

/// The single finding for classic Mac OS line endings must not cover a carriage return that hides text.
#[test]
fn lint_reports_every_carriage_return_that_hides_text() {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "Acme", "--no-passphrase", "--out", "k.pem"]).expect_code(0);
    dir.write("a.lic", "FEATURE A { VENDOR=Acme COUNT=5 }\nFEATURE B { VENDOR=Acme COUNT=5 }\n");
    dir.run(&["sign", "a.lic", "--key", "k.pem", "--in-place"]).expect_code(0);
    dir.write("a.lic", dir.read("a.lic").replace("COUNT=5", "COUNT=5 # as\rordered\n"));
    let verified = dir.run(&["verify", "a.lic"]).expect_code(3);
    assert_eq!(verified.stdout.matches("  MALFORMED ").count(), 2, "{}", verified.stdout);
    dir.write("mac.lic", "FEATURE A {\r  VENDOR=Acme\r  COUNT=5\r}\r");
    let linted = dir.run(&["lint", "--format", "concise", "mac.lic"]).expect_code(3);
    assert_eq!(linted.stdout.matches("error[S003]").count(), 1, "{}", linted.stdout);
}

#[test]
fn finding_limit_keeps_one_finding_per_code() {
    let dir = TestDir::new();
    let many = "FEATURE A { VENDOR=Acme X=1 }\n".repeat(1500);
    dir.write("many.lic", many + "FEATURE B { VENDOR=Acme COUNT=5 END=2026-02-30 COMMENT=\"a\n b\" }\n");
    let outcome = dir.run(&["lint", "--format", "concise", "many.lic"]).expect_code(1);
    let printed: std::collections::BTreeSet<String> =
        codes(&outcome.stdout).iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect();
    for code in ["V001", "V005", "S009", "K002", "A004"] {
        assert!(printed.contains(code), "{code}: {printed:?}");
    }
}
