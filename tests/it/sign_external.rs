//! External signers: required behaviour, and handling of signers that lie, hang or crash.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::sign::PLAIN;
use crate::sign_cli::{KEY, place, verify};
use crate::support::{Outcome, TestDir, root};

const ID: &str = "20cb69c381446502";

fn script(place: &TestDir, name: &str, body: &str) {
    place.write(name, format!("#!/bin/sh\n{body}\n"));
    fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

fn sign(place: &TestDir, program: &str, args: &[&str]) -> Outcome {
    let base = ["sign", "a.lic", "--key-id", ID, "--signer", program, "-o", "out.lic"];
    place.run(&[&base[..], args].concat())
}

/// Returns true if the tools of the reference signer are installed.
fn has_tools() -> bool {
    crate::support::has_tools(&["python3", "openssl"], "the reference signer")
}

#[test]
fn the_reference_signer_signs_what_a_key_file_signs() {
    if !has_tools() {
        return;
    }
    let place = place();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "file.lic"]).expect_code(0);
    let program = root().join("examples/reference-signer.py");
    let done = sign(&place, program.to_str().unwrap(), &["--signer-arg", KEY]).expect_code(0);
    assert!(done.stderr.contains("signed 2 blocks"), "{}", done.stderr);
    assert_eq!(place.read("out.lic"), place.read("file.lic"));
    verify(&place, &["out.lic"]).expect_code(0);
    // Arguments are passed unchanged, without a shell.
    let hostile = format!("{KEY}; touch pwned");
    let failed = sign(&place, program.to_str().unwrap(), &["--signer-arg", &hostile]).expect_code(6);
    assert!(failed.stderr.contains("openssl did not return a signature"), "{}", failed.stderr);
    assert!(!place.path("pwned").exists());
}

#[test]
fn row_10_a_signer_that_lies_or_crashes_writes_nothing() {
    let place = place();
    place.write("out.lic", "what was there");
    let zeros = "head -c 64 /dev/zero";
    for (name, body, words) in [
        ("zeros", zeros, "invalid signature"),
        ("short", "cat >/dev/null; head -c 63 /dev/zero", "wrote 63 bytes instead of 64"),
        ("long", "cat >/dev/null; head -c 65 /dev/zero", "wrote more than 64 bytes"),
        ("endless", "cat /dev/zero", ""),
        ("silent", "cat >/dev/null", "wrote 0 bytes"),
        ("deaf", "exec 0<&-; exit 0", "wrote 0 bytes"),
        ("crash", "cat >/dev/null; kill -9 $$", "failed"),
        ("code", "head -c 64 /dev/zero; echo 'no \u{1b}[2J luck' >&2; exit 3", "no \\u{1b}[2J luck"),
        ("echo", "head -c 64", "invalid signature"),
    ] {
        script(&place, name, body);
        let done = sign(&place, &format!("./{name}"), &["--signer-timeout", "5"]);
        assert_eq!(done.code, 6, "{name}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{name}: {}", done.stderr);
        assert!(!done.stderr.contains('\u{1b}'), "{}", done.stderr);
        assert_eq!(place.read("out.lic"), "what was there", "{name}");
    }
    assert_eq!(place.read("a.lic"), PLAIN);
    assert!(!place.names().iter().any(|name| name.starts_with(".keywright")));
}

#[test]
fn row_10_a_slow_signer_is_ended_in_time() {
    let place = place();
    // The second one leaves its output open when it exits.
    let both = "sleep 60 & echo $! >started; wait";
    for (name, body) in [("slow", "exec sleep 60"), ("left", "sleep 60 & echo $! >started"), ("both", both)] {
        script(&place, name, body);
        let start = Instant::now();
        let done = sign(&place, &format!("./{name}"), &["--signer-timeout", "1"]);
        assert_eq!(done.code, 6, "{}", done.stderr);
        assert!(start.elapsed() < Duration::from_secs(20), "{name}");
        assert!(!place.path("out.lic").exists());
        // Its child processes are ended with it.
        if let Ok(id) = fs::read_to_string(place.path("started")) {
            let gone = || !std::path::Path::new("/proc").exists() || is_gone(id.trim());
            let end = Instant::now() + Duration::from_secs(5);
            while !gone() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(20));
            }
            assert!(gone(), "{name}: its child process is still running");
        }
    }
}

/// Starts processes in sessions of their own: below the program, and as orphans whose parent has ended.
#[cfg(target_os = "linux")]
#[test]
fn row_10_what_a_slow_signer_started_in_other_sessions_is_ended() {
    if !crate::support::has_tools(&["setsid"], "signers that start sessions") {
        return;
    }
    let place = place();
    let daemon = "setsid sh -c 'echo $$ >>started; exec sleep 60' >/dev/null 2>&1 </dev/null";
    let waits = "while [ $(wc -l <started) -lt COUNT ]; do sleep 0.01; done; exec sleep 60";
    let cases = [
        ("session", format!("{daemon} & touch started; {}", waits.replace("COUNT", "1"))),
        ("orphans", format!("touch started; ({daemon} &) ; ({daemon} &) ; {}", waits.replace("COUNT", "2"))),
        (
            "deep",
            format!(
                "touch started; setsid sh -c \"({daemon} &) ; exec sleep 60\" & {}",
                waits.replace("COUNT", "1")
            )
            .replace("'echo $$", "'echo \\$\\$"),
        ),
        // The program ends, and an orphan keeps its output open.
        (
            "output",
            "touch started; (setsid sh -c 'echo $$ >>started; exec sleep 60' &) ; sleep 0.3".to_owned(),
        ),
    ];
    for (name, body) in cases {
        script(&place, name, &body);
        let done = sign(&place, &format!("./{name}"), &["--signer-timeout", "2"]);
        assert_eq!(done.code, 6, "{}", done.stderr);
        let started = place.read("started");
        assert!(started.lines().count() > 0, "{name}: nothing was started");
        let running: Vec<&str> = started.lines().filter(|id| !is_gone(id)).collect();
        for id in &running {
            let _ = std::process::Command::new("kill").args(["-9", id]).status();
        }
        assert!(running.is_empty(), "{name}: {running:?} still run");
        fs::remove_file(place.path("started")).unwrap();
    }
}

/// What a signer that answers in time leaves running, such as an agent, keeps running.
#[cfg(target_os = "linux")]
#[test]
fn an_agent_of_a_signer_that_answers_is_not_ended() {
    let place = place();
    if !has_tools() || !crate::support::has_tools(&["setsid"], "signers that start sessions") {
        return;
    }
    let reference = root().join("examples/reference-signer.py");
    let agent = "setsid sh -c 'echo $$ >>started; exec sleep 60' >/dev/null 2>&1 </dev/null";
    let body = format!(
        "({agent} &)\n[ -e first ] && exec sleep 60\ntouch first\nexec {} {KEY}",
        reference.display()
    );
    script(&place, "agent", &body);
    // The second signature is too slow; the agent of the first one is left alone.
    let done = sign(&place, "./agent", &["--signer-timeout", "5"]);
    assert_eq!(done.code, 6, "{}", done.stderr);
    let started = place.read("started");
    let running: Vec<&str> = started.lines().filter(|id| !is_gone(id)).collect();
    for id in &running {
        let _ = std::process::Command::new("kill").args(["-9", id]).status();
    }
    assert_eq!((started.lines().count(), running.len()), (2, 1), "{started}");
}

/// Returns true if a process has ended. An ended process without a waiting parent remains as a zombie.
fn is_gone(id: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    state.is_empty() || state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}

#[test]
fn a_signer_is_named_by_its_path_and_its_key() {
    let place = place();
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
        let done = place.run(&[&["sign", "a.lic", "-o", "out.lic"][..], args].concat());
        assert_eq!(done.code, code, "{args:?}: {}", done.stderr);
        assert!(!place.path("out.lic").exists());
    }
}

#[cfg(feature = "pkcs11")]
#[test]
fn a_pkcs11_token_signs() {
    let modules = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    let module = modules.into_iter().find(|module| fs::exists(module).unwrap_or(false));
    if !crate::support::has_tools(&["softhsm2-util"], "signing with a token") {
        return;
    }
    let module = module.expect("the tool comes with its module");
    let place = place();
    fs::create_dir(place.path("tokens")).unwrap();
    let tokens = place.path("tokens").display().to_string();
    place.write("softhsm2.conf", format!("directories.tokendir = {tokens}\nobjectstore.backend = file\n"));
    let config = place.path("softhsm2.conf");
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
    let key = place.path(KEY).display().to_string();
    tool(&["--import", &key, "--token", "test", "--label", "signer", "--id", "a1", "--pin", "1234"]);
    place.write("pin", "1234").write("wrong", "9999");
    crate::sign_cli::private(&place, "pin");
    crate::sign_cli::private(&place, "wrong");
    let sign = |args: &[&str]| {
        let done = place
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
    assert!(!place.path("out.lic").exists());
    let (code, words) = sign(&["--passphrase-file", "pin", "--pkcs11-token", "test"]);
    assert_eq!(code, 0, "{words}");
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "file.lic"]).expect_code(0);
    assert_eq!(place.read("out.lic"), place.read("file.lic"));
}
