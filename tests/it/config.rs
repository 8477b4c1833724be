//! `keywright.toml`: how it is found, its effects, and that every error in it is reported.

use std::path::Path;

use keywright::cli::config::{Config, KEYS, OVERRIDE_KEYS};
use serde_json::Value;

use crate::support::{TestDir, root};

const UNSIGNED: &str = "FEATURE Draw { VENDOR=Acme COUNT=5 }\nFEATURE Signed { VENDOR=Acme COUNT=5 KEY=x }\n";

fn codes(dir: &TestDir, args: &[&str]) -> Vec<String> {
    let outcome = dir.run(&[&["lint", "--format", "concise"], args].concat());
    assert!(outcome.code < 2, "{}", outcome.shown());
    let part = |line: &str| line.split(": ").nth(1).unwrap().to_owned();
    outcome.stdout.lines().map(|line| format!("{} {}", line.split(':').next().unwrap(), part(line))).collect()
}

/// Returns message and help for an invalid configuration.
fn fault(text: &str) -> (String, String) {
    let stop = Config::parse("keywright.toml", Path::new("/x"), text).unwrap_err();
    assert_eq!(stop.exit.code(), 2);
    (stop.message, stop.help.unwrap_or_default())
}

#[test]
fn nearest_configuration_applies_and_options_override_it() {
    let dir = TestDir::new();
    for name in ["a.lic", "sub/b.lic", "sub/deep/c.lic"] {
        dir.write(name, UNSIGNED);
    }
    let without = codes(&dir, &["."]);
    assert!(without.iter().any(|line| line == "a.lic error[K001]"), "{without:?}");
    dir.write("keywright.toml", "[levels]\nK = \"allow\"\n");
    dir.write("sub/deep/keywright.toml", "levels = { unsigned-block = \"warn\", K003 = \"allow\" }\n");
    assert_eq!(codes(&dir, &["."]), ["sub/deep/c.lic warning[K001]"]);
    assert_eq!(codes(&dir, &["sub/b.lic"]), [""; 0]);
    let denied = codes(&dir, &["--deny", "K001", "sub"]);
    assert_eq!(denied, ["sub/b.lic error[K001]", "sub/deep/c.lic error[K001]"]);
    dir.write("other.toml", "[levels]\nsyntax = \"warn\"\n");
    assert_eq!(codes(&dir, &["--config", "other.toml", "."]), without);
}

#[test]
fn overrides_apply_to_matching_paths() {
    let dir = TestDir::new();
    for name in ["a.lic", "drafts/b.lic", "drafts/old/c.lic", "x/y.draft.lic"] {
        dir.write(name, UNSIGNED);
    }
    dir.write(
        "keywright.toml",
        "levels = { K003 = \"allow\" }\n\
         [[override]]\nfiles = [\"drafts/**\", \"*.draft.lic\"]\nlevels = { K001 = \"allow\" }\n\
         [[override]]\nfiles = [\"drafts/*.lic\"]\nlevels = { K001 = \"warn\" }\n",
    );
    assert_eq!(codes(&dir, &["."]), ["a.lic error[K001]", "drafts/b.lic warning[K001]"]);
    assert_eq!(codes(&dir, &["./drafts/../drafts/b.lic"]), ["drafts/../drafts/b.lic warning[K001]"]);
}

#[test]
fn configured_vendor_and_directives_are_enforced() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Draw { VENDOR=Acmee COUNT=5 }\nFEATURE Pen { VENDOR=Acme COUNT=5 BORROW=24 }\n",
    )
    .write(
        "keywright.toml",
        "vendor = \"Acme\"\ndirectives = [\"COUNT\", \"VERSION\"]\nlevels = { K = \"allow\" }\n",
    );
    assert_eq!(codes(&dir, &["."]), ["a.lic error[P001]", "a.lic error[P002]"]);
    let json: Value = serde_json::from_str(&dir.run(&["lint", "--format", "json", "."]).stdout).unwrap();
    assert_eq!(json["diagnostics"][0]["help"], "did you mean `Acme`?");
    dir.write("keywright.toml", "vendor = [\"Acme\", \"Acmee\"]\nlevels = { K = \"allow\" }\n");
    assert_eq!(codes(&dir, &["."]), [""; 0]);
}

#[test]
fn fail_level_sets_exit_code() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"a\n b\" }\n");
    dir.run(&["lint", "a.lic"]).expect_code(0);
    dir.write("keywright.toml", "fail = \"warning\"\n");
    dir.run(&["lint", "a.lic"]).expect_code(1);
    dir.write("keywright.toml", "fail = \"warning\"\n[[override]]\nfiles = [\"a.*\"]\nfail = \"error\"\n");
    dir.run(&["lint", "a.lic"]).expect_code(0);
    dir.run(&["lint", "--deny", "warnings", "a.lic"]).expect_code(1);
    let input = std::fs::read(dir.path("a.lic")).unwrap();
    // Standard input does not match file patterns, but it uses the configuration of this directory.
    dir.run_with(&["lint", "-"], &input).expect_code(1);
}

#[test]
fn configuration_errors_report_location() {
    for (text, message, help) in [
        ("vendro = \"x\"", "1:1: unknown key `vendro`", "did you mean `vendor`?"),
        ("trust = [\"keys\"]", "1:9: a trust store must be a quoted string, not an array", ""),
        ("\n[levles]\n", "2:2: unknown key `levles`", "did you mean `levels`?"),
        (
            "[zzz]\n",
            "1:2: unknown key `zzz`",
            "expected one of vendor, directives, trust, keys, catalog, templates, out, log, key, signer, signer-arg, key-id, fail, levels, override",
        ),
        ("[levels]\nD005 = \"wran\"", "2:8: unknown level `wran`", "did you mean `warn`?"),
        (
            "[levels]\nunknown-featur = \"warn\"",
            "2:1: unknown rule or group `unknown-featur`",
            "did you mean `unknown-feature`?",
        ),
        ("[levels]\nd005 = \"warn\"", "2:1: unknown rule or group `d005`", "did you mean `D005`?"),
        ("[levels]\nD005 = true", "2:8: a level must be a quoted string, not a boolean", ""),
        ("levels = \"deny\"", "1:10: `levels` must be a table, not a string", ""),
        ("fail = \"warnings\"", "1:8: unknown fail level `warnings`", "did you mean `warning`?"),
        ("vendor = \"A b\"", "1:10: ", ""),
        ("vendor = []", "1:10: empty `vendor`", "omit the key to allow everything"),
        ("vendor = [1]", "1:11: a vendor must be a quoted string, not an integer", ""),
        (
            "directives = [\"COUNT\", \"VERSOIN\"]",
            "1:24: unknown directive `VERSOIN`",
            "did you mean `VERSION`?",
        ),
        ("[[override]]\nfile = [\"x\"]", "2:1: unknown key `file`", "did you mean `files`?"),
        (
            "[[override]]\nfail = \"note\"",
            "1:1: missing `files` in the override",
            "add the files that it applies to: files = [\"drafts/**\"]",
        ),
        ("[[override]]\nfiles = [\"a[\"]", "2:10: invalid pattern `a[`: ", ""),
        ("[override]\nfiles = [\"a\"]", "1:1: [[override]] must be a list, not a table", ""),
        ("fail = \"note\"\nfail = \"note\"", "2:1: duplicate key", ""),
        ("vendor = ", "1:10: ", ""),
        ("vendor = \"x", "1:", ""),
        ("\u{1b}[31m = 1", "1:", ""),
    ] {
        let (output, advice) = fault(text);
        assert!(output.starts_with(&format!("keywright.toml:{message}")), "{text}: {}", output.as_str());
        assert!(advice.starts_with(help), "{text}: {advice}");
    }
    // The first error in the file is reported, whatever the order of the keys.
    assert!(fault("zz = 1\naa = 1").0.starts_with("keywright.toml:1:1"));
}

#[test]
fn invalid_configuration_stops_command_first() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE Draw { VENDOR=Acme VENDOR=Acme COUNT=5 }\n").write("sub/b.lic", UNSIGNED);
    dir.write("sub/keywright.toml", "[levels]\nD005 = \"wran\"\n");
    let before = dir.read("a.lic");
    let outcome = dir.run(&["lint", "--fix", "a.lic", "sub"]).expect_code(2);
    let expected = "error: sub/keywright.toml:2:8: unknown level `wran`\n  help: did you mean `warn`?\n";
    assert_eq!((outcome.stderr.as_str(), outcome.stdout.as_str()), (expected, ""));
    assert_eq!(dir.read("a.lic"), before);
    for (name, bytes) in
        [("latin.toml", &b"vendor = \"\xe4\""[..]), ("large.toml", &b"#".repeat(2 << 20)[..])]
    {
        dir.write(name, bytes);
        dir.run(&["lint", "--config", name, "a.lic"]).expect_code(2);
    }
    dir.run(&["lint", "--config", "none.toml", "a.lic"]).expect_code(2);
    dir.run(&["lint", "--config", "sub", "a.lic"]).expect_code(2);
}

/// The schema for editors has the same keys.
#[test]
fn configuration_schema_lists_every_key() {
    let text = std::fs::read_to_string(root().join("docs/schema/config.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value["properties"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |known: &[&str]| -> Vec<String> {
        let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
        known.sort();
        known
    };
    assert_eq!(keys(&schema), sorted(KEYS));
    assert_eq!(keys(&schema["$defs"]["override"]), sorted(OVERRIDE_KEYS));
    let listed: Vec<&str> = schema["$defs"]["directives"]["items"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let known: Vec<&str> = keywright::license::DIRECTIVES.iter().map(|row| row.name).collect();
    assert_eq!(listed, known);
}
