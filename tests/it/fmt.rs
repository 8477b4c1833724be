//! The canonical layout: pairs of input and output files, and properties of the whole corpus.

use std::fs;

use keywright::license::{License, format};
use proptest::prelude::*;

use crate::support::{TestDir, files_below, stem};

fn formatted(text: &str) -> String {
    format(&License::from_text("f", text).tree).expect("formats")
}

/// Each `tests/fmt/*.lic` is formatted as the file of the same name in `tests/fmt/expected/`.
#[test]
fn fmt_formats_cases_as_expected() {
    let cases: Vec<_> =
        files_below("tests/fmt").into_iter().filter(|p| !p.to_string_lossy().contains("expected")).collect();
    assert!(cases.len() >= 5);
    for path in cases {
        let expected = path.parent().unwrap().join("expected").join(path.file_name().unwrap());
        let got = formatted(&fs::read_to_string(&path).unwrap());
        if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
            fs::write(&expected, &got).unwrap();
        }
        assert_eq!(got, fs::read_to_string(&expected).unwrap_or_default(), "{}", stem(&path));
        assert_eq!(formatted(&got), got, "{} is not stable", stem(&path));
    }
}

#[test]
fn fmt_preserves_line_endings() {
    let windows = formatted("FEATURE A { VENDOR=V # c\r\n }\r\n");
    assert_eq!(windows, "FEATURE A\r\n{\r\n  VENDOR=V # c\r\n}\r\n");
    assert_eq!(formatted("\u{feff}FEATURE A { VENDOR=V }"), "FEATURE A\n{\n  VENDOR=V\n}\n");
    assert_eq!(formatted("\n \n"), "");
}

#[test]
fn fmt_command_checks_diffs_and_writes() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=V }\n").write("b.lic", "FEATURE B\n{\n  VENDOR=V\n}\n");
    let check = dir.run(&["fmt", "--check", "a.lic", "b.lic"]).expect_code(1);
    assert_eq!(check.stdout, "a.lic\n");
    let diff = dir.run(&["fmt", "--diff", "a.lic"]).expect_code(1);
    assert!(
        diff.stdout.contains("-FEATURE A { VENDOR=V }\n+FEATURE A\n+{\n+  VENDOR=V\n+}\n"),
        "{}",
        diff.stdout
    );
    assert_eq!(dir.read("a.lic"), "FEATURE A { VENDOR=V }\n");
    dir.run(&["fmt", "a.lic", "b.lic"]).expect_code(0);
    dir.run(&["fmt", "--check", "a.lic", "b.lic"]).expect_code(0);
    assert_eq!(dir.names(), ["a.lic", "b.lic"]);
    let piped = dir.run_with(&["fmt", "-"], b"FEATURE A{VENDOR=V}").expect_code(0);
    assert_eq!(piped.stdout, "FEATURE A\n{\n  VENDOR=V\n}\n");
}

#[test]
fn fmt_leaves_unreadable_files_unchanged() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR= }\n");
    let refused = dir.run(&["fmt", "a.lic"]).expect_code(3);
    assert!(
        refused.stderr.contains("S012") && refused.stderr.contains("missing value for `VENDOR`"),
        "{}",
        refused.stderr
    );
    assert_eq!(dir.read("a.lic"), "FEATURE A { VENDOR= }\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Readable text can be formatted, and formatting is idempotent.
    #[test]
    fn fmt_is_idempotent(text in "(FEATURE A ?\\{|FEATURE B#c\n\\{|VENDOR=V|COMMENT=\"a  b\n c\"|KEY=\"a b\"|COUNT = 5|X=|#c ?\r?\n|\\}|\n| |\t){0,40}") {
        let license = License::from_text("any", &text);
        if let Ok(once) = format(&license.tree) {
            prop_assert_eq!(formatted(&once), once);
        } else {
            prop_assert!(!license.broken.is_empty());
        }
    }
}
