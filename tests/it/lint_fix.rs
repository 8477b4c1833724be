//! `keywright lint --fix`: the changes it makes, and the text it never changes.

use std::fs;

use keywright::license::License;
use keywright::lint::{Example, RULES};
use keywright::verify::Payload;
use proptest::prelude::*;

use crate::support::{TestDir, files_below, property_cases, root};

const SIGN: &str = "ABC_Software.test.key.pem";

/// Fixes a text and returns the result and standard error.
fn fixed(dir: &TestDir, text: &str, more: &[&str]) -> (String, String) {
    dir.write("x.lic", text);
    let outcome = dir.run(&[&["lint", "--fix", "x.lic"], more].concat());
    (dir.read("x.lic"), outcome.stderr)
}

#[test]
fn fix_removes_whole_lines() {
    let dir = TestDir::new();
    for (before, after) in [
        ("FEATURE A\n{\n  VENDOR=x\n  VENDOR=x\n  COUNT=5\n}\n", "FEATURE A\n{\n  VENDOR=x\n  COUNT=5\n}\n"),
        (
            "FEATURE A\r\n{\r\n\tVENDOR=x\r\n\tVENDOR=x \r\n\tCOUNT=5\r\n}\r\n",
            "FEATURE A\r\n{\r\n\tVENDOR=x\r\n\tCOUNT=5\r\n}\r\n",
        ),
        ("FEATURE A { VENDOR=x VENDOR=x COUNT=5 }\n", "FEATURE A { VENDOR=x COUNT=5 }\n"),
        ("FEATURE A { VENDOR=x COUNT=5\n  VENDOR=x }\n", "FEATURE A { VENDOR=x COUNT=5\n  }\n"),
        ("FEATURE A { VENDOR=x COUNT=5\n  VENDOR=x # why\n}\n", "FEATURE A { VENDOR=x COUNT=5\n  # why\n}\n"),
        ("\u{feff}FEATURE A { VENDOR=x COUNT=5 }", "FEATURE A { VENDOR=x COUNT=5 }"),
        ("\u{feff}\nFEATURE A { VENDOR=x COUNT=5 }", "\nFEATURE A { VENDOR=x COUNT=5 }"),
        (
            "FEATURE A { VENDOR=x\u{a0}CUONT=5 LICENSEE=\"a\n  b\" }\n",
            "FEATURE A { VENDOR=x COUNT=5 LICENSEE=\"a b\" }\n",
        ),
    ] {
        let (text, message) = fixed(&dir, before, &[]);
        assert_eq!(text, after, "{message}");
        assert!(message.contains("fixed "), "{message}");
        assert_eq!(fixed(&dir, &text, &[]).0, text);
    }
}

#[test]
fn fix_applies_follow_up_fixes() {
    let dir = TestDir::new();
    let (text, message) = fixed(&dir, "FEATURE A { VENDOR=x KYETYPE=EXCLUSVE COUNT=5 }\n", &[]);
    assert_eq!(text, "FEATURE A { VENDOR=x KEYTYPE=EXCLUSIVE COUNT=5 }\n");
    assert!(message.contains("fixed 2 findings in x.lic\n"), "{message}");
}

#[test]
fn fix_diff_writes_nothing() {
    let dir = TestDir::new();
    let text = "FEATURE A\n{\n  VENDOR=x\n  VENDOR=x\n  COUNT=5\n}\n";
    dir.write("x.lic", text);
    let outcome = dir.run(&["lint", "--fix", "--diff", "x.lic"]).expect_code(1);
    let expected =
        "--- x.lic\n+++ x.lic\n@@ -1,6 +1,5 @@\n FEATURE A\n {\n   VENDOR=x\n-  VENDOR=x\n   COUNT=5\n }\n";
    assert_eq!(outcome.stdout, expected);
    assert_eq!(dir.read("x.lic"), text);
    assert!(outcome.stderr.contains("would fix 1 finding in x.lic\n"), "{}", outcome.stderr);
    dir.run(&["lint", "--fix", "x.lic"]).expect_code(0);
    assert_eq!(dir.run(&["lint", "--diff", "x.lic"]).expect_code(0).stdout, "");
}

#[test]
fn fix_writes_stdin_to_stdout() {
    let dir = TestDir::new();
    let outcome = dir.run_with(&["lint", "--fix", "-"], b"FEATURE A { VENDOR=x CUONT=5 }\n").expect_code(0);
    assert_eq!(outcome.stdout, "FEATURE A { VENDOR=x COUNT=5 }\n");
    // Unchanged text is printed too, because the next program in a pipe needs it.
    let good = b"FEATURE A { VENDOR=x COUNT=5 }\n";
    assert_eq!(dir.run_with(&["lint", "--fix", "-"], good).expect_code(0).stdout.as_bytes(), good);
}

/// A signed license, and a directory with its trust store.
fn signed() -> (TestDir, String) {
    let dir = TestDir::new();
    for name in ["trust.yaml", "ABC_Software-20cb69c381446502.pub.pem", SIGN] {
        dir.copy(&format!("keys/{name}"), &format!("keys/{name}"));
    }
    dir.write(
        "s.lic",
        "FEATURE Pool\n{\n  VENDOR=ABC_Software\n  COUNT=20 LICENSEE=\"ABC Corp\"\n}\nFEATURE Draw\n{\n  VENDOR=ABC_Software KEYTYPE=TOKEN\n  \
         TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\"\n}\n",
    );
    let key = format!("keys/{SIGN}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir.path(&key), fs::Permissions::from_mode(0o600)).unwrap();
    }
    dir.run(&["sign", "s.lic", "--key", &key, "--in-place"]).expect_code(0);
    let text = dir.read("s.lic");
    (dir, text)
}

#[test]
fn fix_of_signed_block_layout_keeps_signature_valid() {
    let (dir, text) = signed();
    let key = text.split("KEY=").nth(1).unwrap().split_whitespace().next().unwrap();
    let wrapped = text
        .replacen(&format!("KEY={key}"), &format!("KEY=\"{}\n    {}\"", &key[..40], &key[40..]), 1)
        .replace("ABC Corp", "ABC\n Corp")
        .replace("COUNT=20 ", "COUNT=20\u{a0}");
    let (fixed, message) = fixed(&dir, &format!("\u{feff}{wrapped}"), &[]);
    assert!(message.contains("fixed 3 findings") && !message.contains("skipped"), "{message}");
    // A wrapped KEY is read correctly and is not changed.
    assert_eq!(fixed.replace("\n    ", "").replace('"', ""), text.replace('"', ""));
    dir.run(&["verify", "--development", "--at", "2026-12-01", "x.lic"]).expect_code(0);
}

#[test]
fn fix_changes_signed_text_only_with_option() {
    let (dir, text) = signed();
    let twice = text.replacen("  COUNT=20", "  COUNT=20\n  VENDOR=ABC_Software\n  COUNT=20", 1);
    let with_draft = format!("{twice}FEATURE Own {{ VENDOR=ABC_Software CUONT=5 }}\n");
    let (fixed_text, message) = fixed(&dir, &with_draft, &[]);
    assert_eq!(fixed_text, with_draft.replace("CUONT", "COUNT"));
    assert!(message.contains("x.lic: 2 fixes skipped because the block is signed"), "{message}");
    let (fixed_text, message) = fixed(&dir, &twice, &["--unsafe-fixes"]);
    assert_eq!(fixed_text, text.replace("COUNT=20 LIC", "COUNT=20\n  LIC"));
    assert!(message.contains("warning: x.lic: block `Pool` changed and must be signed again\n"), "{message}");
    // Unreadable text may contain a KEY and cannot be checked, so it is not changed.
    let lost = "FEATURE A { VENDOR=x KEY=abc COUNT=5\u{a0}\u{1} }\nFEATURE B { VENDOR=x CUONT=5 }\n";
    assert_eq!(fixed(&dir, lost, &[]).0, lost.replace("CUONT", "COUNT"));
}

#[test]
fn fix_writes_each_file_linted_together() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=x CUONT=5 }\n")
        .write("b.lic", "FEATURE B { VENDOR=x VENDOR=x COUNT=5 }\n");
    dir.run(&["lint", "--fix", "--together", "."]).expect_code(0);
    assert_eq!(dir.read("a.lic"), "FEATURE A { VENDOR=x COUNT=5 }\n");
    assert_eq!(dir.read("b.lic"), "FEATURE B { VENDOR=x COUNT=5 }\n");
}

#[cfg(unix)]
#[test]
fn fix_leaves_unwritable_file_unchanged() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TestDir::new();
    let text = "FEATURE A { VENDOR=x CUONT=5 }\n";
    dir.write("x.lic", text).write("y.lic", text);
    fs::set_permissions(dir.path("x.lic"), fs::Permissions::from_mode(0o444)).unwrap();
    let outcome = dir.run(&["lint", "--fix", "."]).expect_code(6);
    assert!(outcome.stderr.contains("cannot write `x.lic`: it is read-only"), "{}", outcome.stderr);
    assert_eq!(dir.read("x.lic"), text);
    assert_eq!(dir.read("y.lic"), "FEATURE A { VENDOR=x COUNT=5 }\n");
    fs::set_permissions(dir.path("y.lic"), fs::Permissions::from_mode(0o640)).unwrap();
    dir.run(&["lint", "--fix", "y.lic"]).expect_code(0);
    assert_eq!(fs::metadata(dir.path("y.lic")).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn fix_applies_many_fixes() {
    let dir = TestDir::new();
    let block = "FEATURE A# { VENDOR=x\n  LICENSEE=\"a\n  b\"\u{a0}COUNT=5 VENDOR=x }\n";
    let text: String = (0..3000).map(|n| block.replace('#', &n.to_string())).collect();
    let (fixed, message) = fixed(&dir, &text, &["--allow", "K"]);
    assert!(message.contains("fixed 9000 findings in x.lic\n"), "{}", &message[message.len() - 200..]);
    assert!(!fixed.contains('\u{a0}') && fixed.lines().count() == 6000);
}

/// A file has at most 1,000 suggestions for names, and the same typing error counts once.
#[test]
fn fix_corrects_one_typing_error_in_many_blocks() {
    let dir = TestDir::new();
    let text: String = (0..17_000).map(|n| format!("FEATURE A{n} {{ VENDOR=x CUONT=5 }}\n")).collect();
    let (fixed, message) = fixed(&dir, &text, &["--allow", "K"]);
    assert!(message.contains("fixed 17000 findings in x.lic\n"), "{}", &message[message.len() - 200..]);
    assert!(!fixed.contains("CUONT"));
}

fn payloads(text: &str) -> Vec<Vec<u8>> {
    let license = License::from_text("x", text);
    let is_signed =
        |feature: &&keywright::license::Feature| license.records(feature).any(|(name, _)| name == "KEY");
    license
        .features
        .iter()
        .filter(is_signed)
        .map(|feature| Payload::from_block(&license, feature).as_bytes().to_vec())
        .collect()
}

/// For all license files in the tests, with and without a KEY in each block: fixing converges, and signed text is kept.
#[test]
fn no_fix_changes_a_signed_payload() {
    let dir = TestDir::new();
    let mut texts: Vec<String> = files_below("tests")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "lic"))
        .filter_map(|path| fs::read_to_string(root().join(path)).ok())
        .collect();
    for rule in RULES.iter() {
        if let Example::Text(text) | Example::Configured { text, .. } = rule.bad {
            texts.push(text.to_owned());
        }
    }
    assert!(texts.len() > 60);
    // A KEY would break the syntax of templates.
    let licenses = texts.iter().filter(|text| !text.starts_with("---"));
    let signed: Vec<String> = licenses.map(|text| text.replace('}', " KEY=AQE\n}")).collect();
    for (n, text) in texts.iter().chain(&signed).enumerate() {
        dir.write(&format!("{n:04}.lic"), text);
    }
    let outcome = dir.run(&["lint", "--fix", "--format", "concise", "."]);
    assert!(outcome.code == 3 || outcome.code == 1, "{}", outcome.stderr);
    for (n, text) in texts.iter().chain(&signed).enumerate() {
        let name = format!("{n:04}.lic");
        assert_eq!(payloads(&dir.read(&name)), payloads(text), "{text}");
    }
    assert_eq!(dir.run(&["lint", "--diff", "."]).expect_code(0).stdout, "");
}

proptest! {
    #![proptest_config(property_cases(48, 12))]

    /// For any text: a second run fixes nothing, and signed text is kept.
    #[test]
    fn fix_converges_on_random_text(pieces in prop::collection::vec(prop::sample::select(&[
        "FEATURE A", " {", "}\n", "VENDOR=x ", "VENDOR=x ", "CUONT=5 ", "COUNT=5 ", "KEY=AQE ", "KEY=AQE\n", "\u{a0}",
        "\n", "  ", "LICENSEE=\"a\n b\" ", "\"", "# note\n", "\r\n", "KYETYPE=EXCLUSVE ", "\u{feff}", "SN=1 SN=1 ",
    ][..]), 0..40)) {
        let text = pieces.concat();
        let dir = TestDir::new();
        let (once, message) = fixed(&dir, &text, &[]);
        prop_assert!(!message.contains("this is a bug in keywright"), "{}", message);
        prop_assert_eq!(payloads(&once), payloads(&text));
        let (twice, _) = fixed(&dir, &once, &[]);
        prop_assert_eq!(twice, once);
    }
}

/// Fixes that may change the meaning are only suggested, and are applied only with `--unsafe-fixes`.
#[test]
fn ambiguous_spelling_needs_unsafe_fixes() {
    let dir = TestDir::new();
    let text = "FEATURE M { VENDOR=Acme KEYTYPE=METERED PAYMENT=POSTPAID PRICE=\"1.00 USD\" PERIOD=MONTH MAXIMUM=10000 }\n\
                FEATURE A { VENDOR=Acme COUNT=5 MAX_CHECKOUT=3600 DATE=x MAINTENANCE_STOP=2026-01-31 CUONT=7 }\n";
    dir.write("a.lic", text);
    dir.run(&["lint", "--fix", "a.lic"]).expect_code(1);
    assert_eq!(dir.read("a.lic"), text);
    dir.run(&["lint", "--fix", "--unsafe-fixes", "a.lic"]).expect_code(1);
    let fixed = dir.read("a.lic");
    for word in ["MINIMUM=10000", "MIN_CHECKOUT=3600", "DATA=x", "MAINTENANCE_START=2026-01-31", "CUONT=7"] {
        assert!(fixed.contains(word), "{word}: {fixed}");
    }
}

#[test]
fn fix_normalizes_dependency_versions() {
    let dir = TestDir::new();
    let text = "FEATURE A { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=2021.0105 COUNT=02\" }\n\
                FEATURE P { VENDOR=Acme COUNT=5 VERSION=2021.105 }\n";
    dir.write("a.lic", text);
    dir.run(&["lint", "--fix", "--allow", "C", "a.lic"]).expect_code(0);
    assert!(dir.read("a.lic").contains("\"FEATURE=P VERSION=2021.105 COUNT=2\""), "{}", dir.read("a.lic"));
}

/// A fix for a misspelled directive never adds or removes a KEY.
#[test]
fn fix_never_creates_a_key() {
    let dir = TestDir::new();
    for name in ["Key", "CKEY", "KEYY"] {
        let text = format!("FEATURE P {{ VENDOR=A CUONT=5 {name}=abc }}\n");
        dir.write("a.lic", &text);
        dir.run(&["lint", "--fix", "a.lic"]).expect_code(1);
        assert_eq!(dir.read("a.lic"), text.replace("CUONT", "COUNT"));
    }
}
