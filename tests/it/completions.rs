//! Shell completions: the scripts of all shells, and the values that depend on the working directory.

use crate::support::TestDir;

/// Returns the completions of the last word, as the script for fish asks for them.
fn complete(dir: &TestDir, words: &[&str]) -> Vec<String> {
    let mut command = dir.command();
    command.env("KEYWRIGHT_COMPLETE", "fish").args(["--", "keywright"]).args(words);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn values_of_arguments_are_completed() {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC", "--no-passphrase"]).expect_code(0);
    dir.write("a.lic", "FEATURE MyDraw { VENDOR=ABC COUNT=5 }\nFEATURE MyWrite { VENDOR=ABC COUNT=5 }\n");
    dir.write("broken.lic", "FEATURE {{{ \u{1b}[31m");
    let id = dir.run(&["keys", "list"]).stdout.split(' ').next().unwrap().to_owned();
    let cases: &[(&[&str], &[&str])] = &[
        (&["new", "po"], &["pool"]),
        (&["explain", "C00"], &["C001", "C002"]),
        (&["explain", "R00"], &["R001"]),
        (&["explain", "L00"], &["L001"]),
        (&["explain", "My"], &["MyDraw", "MyWrite"]),
        (&["lint", "--deny", "V00"], &["V001"]),
        (&["convert", "--accept", "L00"], &["L001"]),
        (&["graph", "--feature", "MyD"], &["MyDraw"]),
        (&["keys", "show", ""], &[&id]),
        (&["keys", "ret"], &["retire"]),
    ];
    for (words, expected) in cases {
        let found = complete(&dir, words);
        for value in *expected {
            assert!(found.iter().any(|one| one == value), "{words:?}: {value} is not in {found:?}");
        }
    }
    // A key file is not an id.
    assert!(!complete(&dir, &["sign", "--key", ""]).contains(&id));
}

#[test]
fn completions_work_without_keys_and_licenses() {
    let dir = TestDir::new();
    let found = complete(&dir, &["keys", "show", ""]);
    assert!(found.iter().all(|value| value.starts_with("--")), "{found:?}");
    assert!(complete(&dir, &["explain", "C001"]).contains(&"C001".to_owned()));
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    let dir = TestDir::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = dir.run(&["completions", shell]).expect_code(0).stdout;
        assert!(script.contains("KEYWRIGHT_COMPLETE"), "{shell}: {script}");
    }
}
