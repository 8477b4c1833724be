//! External signers: required behaviour, and handling of signers that lie, hang or crash.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::sign_cli::{KEY, test_dir, verify};
use crate::support::{Outcome, TestDir, root};

const ID: &str = "20cb69c381446502";

pub(crate) fn script(dir: &TestDir, name: &str, body: &str) {
    dir.write(name, format!("#!/bin/sh\n{body}\n"));
    fs::set_permissions(dir.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn sign(dir: &TestDir, program: &str, args: &[&str]) -> Outcome {
    let base = ["sign", "a.lic", "--key-id", ID, "--signer", program, "-o", "out.lic"];
    dir.run(&[&base[..], args].concat())
}

/// Returns true if the tools of the reference signer are installed.
pub(crate) fn has_tools() -> bool {
    crate::support::has_tools(&["python3", "openssl"], "the reference signer")
}

#[test]
fn reference_signer_matches_key_file() {
    if !has_tools() {
        return;
    }
    let dir = test_dir();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "file.lic"]).expect_code(0);
    let program = root().join("examples/reference-signer.py");
    let done = sign(&dir, program.to_str().unwrap(), &["--signer-arg", KEY]).expect_code(0);
    assert!(done.stderr.contains("signed 2 blocks"), "{}", done.stderr);
    assert_eq!(dir.read("out.lic"), dir.read("file.lic"));
    verify(&dir, &["out.lic"]).expect_code(0);
    // Arguments are passed unchanged, without a shell.
    let hostile = format!("{KEY}; touch pwned");
    let failed = sign(&dir, program.to_str().unwrap(), &["--signer-arg", &hostile]).expect_code(6);
    assert!(failed.stderr.contains("openssl did not return a signature"), "{}", failed.stderr);
    assert!(!dir.path("pwned").exists());
}

/// What a signer that answers in time leaves running, such as an agent, keeps running.
#[cfg(target_os = "linux")]
#[test]
fn agent_of_external_signer_keeps_running() {
    let dir = test_dir();
    if !has_tools() || !crate::support::has_tools(&["setsid"], "signers that start sessions") {
        return;
    }
    let reference = root().join("examples/reference-signer.py");
    let agent = "setsid sh -c 'echo $$ >>started; exec sleep 60' >/dev/null 2>&1 </dev/null";
    let body = format!(
        "({agent} &)\n[ -e first ] && exec sleep 60\ntouch first\nexec {} {KEY}",
        reference.display()
    );
    script(&dir, "agent", &body);
    // The second signature is too slow; the agent of the first one is left alone.
    let done = sign(&dir, "./agent", &["--signer-timeout", "5"]);
    assert_eq!(done.code, 6, "{}", done.stderr);
    let started = dir.read("started");
    let running: Vec<&str> = started.lines().filter(|id| !is_gone(id)).collect();
    for id in &running {
        let _ = std::process::Command::new("kill").args(["-9", id]).status();
    }
    assert_eq!((started.lines().count(), running.len()), (2, 1), "{started}");
}

/// Returns true if a process has ended. An ended process without a waiting parent remains as a zombie.
pub(crate) fn is_gone(id: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    state.is_empty() || state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}

#[test]
fn external_signer_requires_path_and_key() {
    let dir = test_dir();
    for (args, code) in [
        (&["--signer", "cat", "--key-id", ID][..], 2),
        (&["--signer", "./missing", "--key-id", ID], 6),
        (&["--signer", "./a.lic", "--key-id", ID], 6),
        (&["--signer", "./x"], 2),
        (&["--signer", "./x", "--key-id", "0123456789abcdef"], 2),
        (&["--signer", "./x", "--key-id", "01"], 2),
        (&["--signer", "./x", "--key-id", ID, "--key", KEY], 2),
        (&["--key", KEY, "--signer-arg", "x"], 2),
        (&["--signer", "./x", "--key-id", ID, "--signer-timeout", "0"], 2),
        (&[], 2),
    ] {
        let done = dir.run(&[&["sign", "a.lic", "-o", "out.lic"][..], args].concat());
        assert_eq!(done.code, code, "{args:?}: {}", done.stderr);
        assert!(!dir.path("out.lic").exists());
    }
}

#[cfg(feature = "pkcs11")]
#[test]
fn pkcs11_token_signs() {
    let modules = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    let module = modules.into_iter().find(|module| fs::exists(module).unwrap_or(false));
    if !crate::support::has_tools(&["softhsm2-util"], "signing with a token") {
        return;
    }
    let module = module.expect("the tool comes with its module");
    let dir = test_dir();
    fs::create_dir(dir.path("tokens")).unwrap();
    let tokens = dir.path("tokens").display().to_string();
    dir.write("softhsm2.conf", format!("directories.tokendir = {tokens}\nobjectstore.backend = file\n"));
    let config = dir.path("softhsm2.conf");
    let tool = |args: &[&str]| {
        let done = std::process::Command::new("softhsm2-util")
            .args(args)
            .env("SOFTHSM2_CONF", &config)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    };
    tool(&["--init-token", "--free", "--label", "test", "--pin", "1234", "--so-pin", "5678"]);
    let key = dir.path(KEY).display().to_string();
    tool(&["--import", &key, "--token", "test", "--label", "signer", "--id", "a1", "--pin", "1234"]);
    dir.write("pin", "1234").write("wrong", "9999");
    crate::sign_cli::private(&dir, "pin");
    crate::sign_cli::private(&dir, "wrong");
    let sign = |args: &[&str]| {
        let done = dir
            .command()
            .args(["sign", "a.lic", "--pkcs11", module, "--key-id", ID, "-o", "out.lic"])
            .args(args)
            .env("SOFTHSM2_CONF", &config)
            .output()
            .unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    assert_eq!(sign(&["--passphrase-file", "wrong"]).0, 6);
    assert_eq!(sign(&["--passphrase-file", "pin", "--pkcs11-token", "other"]).0, 2);
    assert!(!dir.path("out.lic").exists());
    let (code, words) = sign(&["--passphrase-file", "pin", "--pkcs11-token", "test"]);
    assert_eq!(code, 0, "{words}");
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "file.lic"]).expect_code(0);
    assert_eq!(dir.read("out.lic"), dir.read("file.lic"));
}
