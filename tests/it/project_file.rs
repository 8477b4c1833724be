//! The project file: `keywright.toml` as the source of the files that the commands of a project use.

use std::path::Path;

use keywright::cli::config::Config;

use crate::issue_life_cycle::{FIRST, test_dir};
use crate::support::TestDir;

const PROJECT: &str = "catalog = \"catalog.yaml\"\nout = \"licenses\"\nlog = \"desk/issued.sqlite\"\n\
    trust = \"keys\"\nkey = \"ACME.key.pem\"\n";

/// A directory with a key, a catalogue, a project file and an order.
fn project() -> TestDir {
    let dir = test_dir();
    dir.write("keywright.toml", PROJECT).write("order.yaml", FIRST).write("desk/readme.txt", "");
    dir
}

#[test]
fn commands_use_the_files_of_the_project() {
    let dir = project();
    dir.run(&["issue", "order.yaml", "--at", "2026-01-05"]).expect_code(0);
    let license = dir.read("licenses/A-1.lic");
    assert!(dir.path("desk/issued.sqlite").exists());
    for (args, expected) in [
        (&["customer", "A-1", "--at", "2026-02-01"][..], "customer ABC Corp, on 2026-02-01"),
        (&["log", "verify"], "desk/issued.sqlite: OK, last entry 3"),
        (&["log", "restore", "A-1", "-o", "-"], &license),
        (&["log", "find", "MyDraw"], "2026-12-31  current"),
        (&["catalog", "check", "--orders", "order.yaml", "--at", "2026-02-01"], "0 of 1 customer"),
        (&["verify", "licenses/A-1.lic", "--at", "2026-02-01", "--log"], "issued"),
        (&["keys", "list"], "ACME"),
        (&["revoke", "--sn", "A-9", "--reason", "refunded"], ""),
    ] {
        let output = dir.run(args).expect_code(0);
        assert!(output.stdout.contains(expected), "{args:?}\n{}", output.shown());
    }
}

#[test]
fn paths_are_relative_to_the_project_file() {
    let dir = project();
    dir.write("sub/order.yaml", FIRST);
    let issue = |args: &[&str]| {
        let mut command = dir.command();
        command.current_dir(dir.path("sub")).args(args).output().unwrap()
    };
    let output = issue(&["issue", "order.yaml", "--at", "2026-01-05"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(dir.path("licenses/A-1.lic").exists());
    // The same with the path of the file.
    dir.write("elsewhere/order.yaml", FIRST.replace("A-1", "A-2").replace("ABC Corp", "Other"));
    let args = ["--config", "../keywright.toml", "issue", "../elsewhere/order.yaml", "--at", "2026-01-05"];
    assert!(issue(&args).status.success());
    assert!(dir.path("licenses/A-2.lic").exists());
}

#[test]
fn options_take_precedence_over_the_project_file() {
    let dir = project();
    dir.write(
        "keywright.toml",
        PROJECT.replace("ACME.key.pem", "none.key.pem").replace("catalog.yaml", "none"),
    );
    let args =
        ["issue", "order.yaml", "--at", "2026-01-05", "--catalog", "catalog.yaml", "--key", "ACME.key.pem"];
    let more = ["--out", "out", "--log", "log"];
    dir.run(&[&args[..], &more].concat()).expect_code(0);
    assert!(dir.path("out/A-1.lic").exists() && dir.path("log").exists());
    assert!(!dir.path("licenses").exists() && !dir.path("desk/issued.sqlite").exists());
}

#[test]
fn missing_setting_is_named_with_its_option_and_its_key() {
    let dir = test_dir();
    dir.write("order.yaml", FIRST);
    let issue = ["issue", "order.yaml", "--at", "2026-01-05"];
    let catalog = ["--catalog", "catalog.yaml"];
    let key = ["--key", "ACME.key.pem"];
    for (args, expected) in [
        (issue.to_vec(), "no catalogue: give `--catalog FILE`, or set `catalog` in keywright.toml"),
        (
            [&issue[..], &catalog].concat(),
            "no signing key: give `--key FILE`, or set `key` in keywright.toml",
        ),
        (
            [&issue[..], &catalog, &key].concat(),
            "no output directory: give `--out DIR`, or set `out` in keywright.toml",
        ),
        (vec!["log", "list"], "no issue log: give `--log FILE`, or set `log` in keywright.toml"),
        (vec!["customer", "A-1"], "no issue log: give `--log FILE`, or set `log` in keywright.toml"),
    ] {
        let output = dir.run(&args).expect_code(2);
        assert!(output.stderr.contains(expected), "{args:?}\n{}", output.stderr);
    }
    // The file in use is named.
    dir.write("sub/keywright.toml", "log = \"log\"\n");
    let output = dir.run(&["--config", "sub/keywright.toml", "issue", "order.yaml"]).expect_code(2);
    assert!(output.stderr.contains("or set `catalog` in sub/keywright.toml"), "{}", output.stderr);
    assert!(dir.run(&["issue"]).expect_code(2).stderr.contains("no orders given"));
}

#[test]
fn secrets_and_contradictions_in_the_project_file_are_refused() {
    let secret = "is a secret, but this file never contains secrets";
    for (text, expected) in [
        ("passphrase = \"tops3cret\"", secret),
        ("key-password = \"tops3cret\"", secret),
        ("pkcs11_pin = \"tops3cret\"", secret),
        ("signer = \"./sign\"\nkey-id = \"1f7f1125050563e1\"\nsigner-arg = [\"--pin=tops3cret\"]", secret),
        ("key = \"-----BEGIN PRIVATE KEY-----tops3cret\"", secret),
        ("key = \"a.pem\"\nsigner = \"./sign\"", "`key` and `signer` are both set"),
        ("signer = \"./sign\"", "`signer` is set without `key-id`"),
        ("key-id = \"1f7f1125050563e1\"", "`key-id` is set without `signer`"),
        ("signer-arg = [\"x\"]", "`signer-arg` is set without `signer`"),
        ("key-id = \"tops3cret\"", "1:10: a key id has 16 hexadecimal digits"),
        ("log = \"\"", "1:7: an issue log must be a path, not an empty string"),
        ("log = [\"log\"]", "1:7: an issue log must be a quoted string, not an array"),
        ("[[override]]\nfiles = [\"a\"]\nlog = \"log\"", "3:1: unknown key `log`"),
        ("catalogue = \"catalog.yaml\"", "1:1: unknown key `catalogue`"),
    ] {
        let stop = Config::parse("keywright.toml", Path::new("/x"), text).unwrap_err();
        assert!(stop.message.contains(expected), "{text}: {}", stop.message);
        assert!(!format!("{stop:?}").contains("tops3cret"), "{text}: the message contains the secret");
    }
}

#[test]
fn project_file_next_to_the_input_is_not_used() {
    let dir = project();
    dir.run(&["issue", "order.yaml", "--at", "2026-01-05"]).expect_code(0);
    dir.write("from-customer/A-1.lic", dir.read("licenses/A-1.lic"));
    dir.write("from-customer/keywright.toml", "trust = \"own\"\nlog = \"own.sqlite\"\n");
    let args = ["verify", "from-customer/A-1.lic", "--at", "2026-02-01", "--log"];
    dir.run(&args).expect_code(0);
}
