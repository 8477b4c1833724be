//! External signers that return wrong signatures, crash, or do not end.

use std::fs;
use std::time::{Duration, Instant};

use crate::sign::PLAIN;
use crate::sign_cli::test_dir;
use crate::sign_external::{is_gone, script, sign};
use crate::support::TestDir;

#[test]
fn threat_10_lying_or_crashing_signer_writes_nothing() {
    let dir = test_dir();
    dir.write("out.lic", "what was there");
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
        script(&dir, name, body);
        let done = sign(&dir, &format!("./{name}"), &["--signer-timeout", "5"]);
        assert_eq!(done.code, 6, "{name}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{name}: {}", done.stderr);
        assert!(!done.stderr.contains('\u{1b}'), "{}", done.stderr);
        assert_eq!(dir.read("out.lic"), "what was there", "{name}");
    }
    assert_eq!(dir.read("a.lic"), PLAIN);
    assert!(!dir.names().iter().any(|name| name.starts_with(".keywright")));
}

#[test]
fn threat_10_slow_signer_is_killed_after_timeout() {
    // The second one leaves its output open when it exits.
    let both = "sleep 60 & echo $! >started; wait";
    at_once(
        &[("slow", "exec sleep 60"), ("left", "sleep 60 & echo $! >started"), ("both", both)],
        |dir, name| {
            let start = Instant::now();
            let done = sign(dir, "./signer", &["--signer-timeout", "1"]);
            assert_eq!(done.code, 6, "{}", done.stderr);
            assert!(start.elapsed() < Duration::from_secs(20), "{name}");
            assert!(!dir.path("out.lic").exists());
            // Its child processes are ended with it.
            if let Ok(id) = fs::read_to_string(dir.path("started")) {
                let gone = || !std::path::Path::new("/proc").exists() || is_gone(id.trim());
                let end = Instant::now() + Duration::from_secs(5);
                while !gone() && Instant::now() < end {
                    std::thread::sleep(Duration::from_millis(20));
                }
                assert!(gone(), "{name}: its child process is still running");
            }
        },
    );
}

/// Checks signers, each a script of its own, at the same time: most of the time is waiting.
fn at_once(cases: &[(&str, &str)], check: impl Fn(&TestDir, &str) + Sync) {
    let ready = cases.iter().map(|(name, body)| {
        let dir = test_dir();
        script(&dir, "signer", body);
        (*name, dir)
    });
    let ready: Vec<(&str, TestDir)> = ready.collect();
    std::thread::scope(|scope| {
        for (name, dir) in &ready {
            scope.spawn(|| check(dir, name));
        }
    });
}

/// Starts processes in sessions of their own: below the program, and as orphans whose parent has ended.
#[cfg(target_os = "linux")]
#[test]
fn threat_10_descendants_of_slow_signer_are_killed() {
    if !crate::support::has_tools(&["setsid"], "signers that start sessions") {
        return;
    }
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
    let cases = cases.each_ref().map(|(name, body)| (*name, body.as_str()));
    at_once(&cases, |dir, name| {
        let done = sign(dir, "./signer", &["--signer-timeout", "2"]);
        assert_eq!(done.code, 6, "{}", done.stderr);
        let started = dir.read("started");
        assert!(started.lines().count() > 0, "{name}: nothing was started");
        let running: Vec<&str> = started.lines().filter(|id| !is_gone(id)).collect();
        for id in &running {
            let _ = std::process::Command::new("kill").args(["-9", id]).status();
        }
        assert!(running.is_empty(), "{name}: {running:?} still run");
    });
}
