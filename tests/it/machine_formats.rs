//! Characters that a terminal interprets never reach the output of any command in any format.

use crate::support::{Outcome, TestDir};

/// A license, a scenario file and names with C0 and C1 controls, DEL, and marks that change the direction of text.
fn test_dir() -> TestDir {
    const BAD: &str = "\u{9b}31m\u{7f}\u{85}\u{202e}\u{200b}";
    let dir = TestDir::new();
    let wrapped = |inside: &str| {
        format!(
            "FEATURE A {{ VENDOR=Acme COUNT=5 LICENSEE=\"a{inside}\n b\" SN={inside} KYETYPE={inside} }}\n# {inside}\n"
        )
    };
    dir.write("c1.lic", wrapped(BAD));
    dir.write("fix.lic", "FEATURE A { VENDOR=x COUNT=5 LICENSEE=\"a\u{9b}31m\n  b\" }\n");
    dir.write("del.lic", "FEATURE A { VENDOR=x COUNT=5 LICENSEE=\"a\u{7f}\n  b\" NOTE=\"\u{2066}\n x\" }\n");
    dir.write("good.lic", "FEATURE A { VENDOR=x COUNT=5 }\n");
    dir.write(
        "x.scenarios.yaml",
        "license: good.lic\nscenarios:\n  - name: \"\\x9b31m\\x7f\\u202e\"\n    steps:\n      - checkout: {feature: A, user: \"\\x9bu\", count: 9}\n        expect: granted\n",
    );
    dir.write("y.scenarios.yaml", format!("license: \"{BAD}.lic\"\nscenarios: []\n"));
    dir
}

/// Returns true for controls other than layout, and for the marks that [`test_dir`] uses.
fn is_raw(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{200b}' | '\u{202e}' | '\u{2066}')
}

pub(crate) fn assert_clean(name: &str, run: &Outcome) {
    for text in [&run.stdout, &run.stderr] {
        let raw: Vec<char> = text.chars().filter(|c| is_raw(*c)).collect();
        assert!(raw.is_empty(), "{name}: {raw:?} in {text}");
    }
}

#[test]
fn no_format_contains_raw_control_characters() {
    let dir = test_dir();
    let lint = ["human", "concise", "json", "sarif", "github", "gitlab", "junit"];
    let mut runs: Vec<Vec<&str>> = lint.iter().map(|form| vec!["lint", "--format", form, "."]).collect();
    runs.push(vec!["lint", "--fix", "--diff", "."]);
    runs.push(vec!["fmt", "--check", "c1.lic", "fix.lic", "del.lic"]);
    for form in ["human", "json"] {
        runs.push(vec!["verify", "--format", form, "--trust", "keys", "c1.lic", "fix.lic", "del.lic"]);
        runs.push(vec![
            "verify", "--redact", "--format", form, "--trust", "keys", "c1.lic", "fix.lic", "del.lic",
        ]);
    }
    for form in ["sarif", "github"] {
        runs.push(vec!["verify", "--format", form, "--trust", "keys", "c1.lic", "fix.lic", "del.lic"]);
    }
    for form in ["human", "json", "junit", "sarif", "github"] {
        runs.push(vec!["test", "--format", form, "x.scenarios.yaml", "y.scenarios.yaml"]);
        runs.push(vec!["test", "--coverage", "--mutate", "--format", form, "x.scenarios.yaml"]);
    }
    runs.push(vec!["test", "--statement=csv", "x.scenarios.yaml"]);
    runs.push(vec!["test", "--statement=json", "x.scenarios.yaml"]);
    for command in ["explain", "payload", "sign"] {
        runs.push(vec![command, "c1.lic"]);
    }
    dir.run(&["keys", "new", "--vendor", "x", "--no-passphrase"]).expect_code(0);
    for args in runs {
        assert_clean(&args.join(" "), &dir.run(&args));
    }
    for form in ["human", "json"] {
        let input = "checkout A \u{9b}31m\u{7f} 1\n\u{202e}\nstate\nusage\nundo\n";
        let run = dir.run_with(&["simulate", "--format", form, "good.lic"], input.as_bytes());
        assert_clean(&format!("simulate {form}"), &run);
    }
}

/// Escapes in JSON do not change values.
#[test]
fn escaped_json_has_same_value() {
    let dir = test_dir();
    let json = dir.run(&["lint", "--format", "json", "fix.lic"]).stdout;
    assert!(json.contains("a\\u009b31m b"), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(value.to_string().contains("a\u{9b}31m b"), "{value}");
}
