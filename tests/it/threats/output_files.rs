//! Links at the places of output files, and full disks.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::sign::PLAIN;
use crate::sign_cli::{KEY, test_dir, verify};
use crate::support::{TestDir, cases};
use crate::threats::interruptions::{NEW, SECRET};

#[cfg(unix)]
#[test]
fn threat_38_output_follows_links_only_in_place() {
    use std::os::unix::fs::symlink;
    let dir = test_dir();
    dir.write("victim", "what was there").write("store/real.lic", PLAIN);
    let is_link = |name: &str| fs::symlink_metadata(dir.path(name)).unwrap().is_symlink();
    symlink(dir.path("victim"), dir.path("out.lic")).unwrap();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "out.lic"]).expect_code(0);
    assert_eq!(dir.read("victim"), "what was there");
    assert!(!is_link("out.lic") && dir.read("out.lic").contains("KEY="));
    symlink(dir.path("missing"), dir.path("dangling.lic")).unwrap();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "dangling.lic"]).expect_code(0);
    assert!(!dir.path("missing").exists() && !is_link("dangling.lic"));
    symlink("/dev/null", dir.path("device.lic")).unwrap();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "device.lic"]).expect_code(6);
    assert!(is_link("device.lic"));
    // In place a link stays a link, and its file is signed.
    symlink(dir.path("store/real.lic"), dir.path("linked.lic")).unwrap();
    dir.run(&["sign", "linked.lic", "--key", KEY, "--in-place"]).expect_code(0);
    assert!(is_link("linked.lic") && dir.read("store/real.lic").contains("KEY="));
    // Lists, their memory and the lock of a store.
    for name in ["keys/ABC_Software.revocations", "keys/last-seen.yaml"] {
        symlink(dir.path("victim"), dir.path(name)).unwrap();
    }
    dir.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]).expect_code(2);
    fs::remove_file(dir.path("keys/last-seen.yaml")).unwrap();
    fs::remove_file(dir.path("keys/ABC_Software.revocations")).unwrap();
    symlink(dir.path("missing"), dir.path("keys/ABC_Software.revocations")).unwrap();
    dir.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]);
    symlink(dir.path("victim"), dir.path("keys/trust.yaml.lock")).unwrap();
    dir.run(&["revoke", "--sn", "S-2", "--reason", "x", "--key", KEY]).expect_code(6);
    assert_eq!(dir.read("victim"), "what was there");
    assert!(!dir.path("missing").exists());
    // A temporary file has an unpredictable name and is always a new file.
    symlink(dir.path("victim"), dir.path(".keywright-000000")).unwrap();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "again.lic"]).expect_code(0);
    assert!(is_link(".keywright-000000"));
    assert_eq!(dir.read("victim"), "what was there");
}

/// A file may grow to some size and no further, as on a disk that is full.
#[cfg(unix)]
#[test]
fn threat_39_full_disk_keeps_old_file() {
    let dir = test_dir();
    let pool = "FEATURE F { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=NUMBER }\n";
    let old: String = (1..=400).map(|n| pool.replace("NUMBER", &n.to_string())).collect();
    dir.write("big.lic", &old);
    let before = dir.names();
    for blocks in [0, 1, 8, 32] {
        for args in ["sign big.lic --key KEY --in-place", "sign big.lic --key KEY -o new.lic"] {
            let script =
                format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {}", args.replace("KEY", KEY));
            let mut command = Command::new("sh");
            command.args(["-c", &script, env!("CARGO_BIN_EXE_keywright")]).current_dir(dir.path(""));
            // What is message must not go into a file that may not grow.
            let done = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            assert_eq!(done.status.code(), Some(6), "{}", String::from_utf8_lossy(&done.stderr));
            assert_eq!(dir.read("big.lic"), old);
            assert_eq!(dir.names(), before, "{args} with {blocks} blocks");
        }
    }
    let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" revoke --sn S-1 --reason x --key {KEY}");
    let done = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_keywright")])
        .current_dir(dir.path(""))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(6));
    verify(&dir, &["a.lic"]).expect_code(1);
    assert!(!dir.path("keys/ABC_Software.revocations").exists());
}

/// Returns true if a temporary file is in the directory.
fn writing(dir: &TestDir) -> bool {
    dir.names().iter().any(|name| name.starts_with(".keywright"))
}

#[cfg(unix)]
#[test]
fn threat_39_killed_sign_leaves_old_or_new_file() {
    let dir = test_dir();
    let pool = "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=NUMBER }\n";
    let old: String = (1..=400).map(|n| pool.replace("NUMBER", &n.to_string())).collect();
    dir.write("big.lic", &old);
    let args = &["sign", "big.lic", "--key", KEY, "--in-place"];
    dir.run(&["sign", "big.lic", "--key", KEY, "-o", "new.lic"]).expect_code(0);
    let new = dir.read("new.lic");
    let start = std::time::Instant::now();
    dir.run(args).expect_code(0);
    let whole = start.elapsed();
    let (mut olds, mut news) = (0, 0);
    for point in (0..60).step_by(cases(1, 3)) {
        dir.write("big.lic", &old);
        let mut child = dir.command().args(args).stderr(Stdio::null()).spawn().unwrap();
        match point {
            // All over the run.
            0..25 => std::thread::sleep(whole.mul_f64(f64::from(point) / 25.0).min(Duration::from_secs(3))),
            // As soon as the temporary file exists next to it.
            25..57 => {
                while !writing(&dir) && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_micros(150) * (point - 25));
            }
            // And not at all.
            _ => drop(child.wait().unwrap()),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for name in dir.names().iter().filter(|name| name.starts_with(".keywright")) {
            fs::remove_file(dir.path(name)).unwrap();
        }
        let found = dir.read("big.lic");
        olds += usize::from(found == old);
        news += usize::from(found == new);
        assert!(found == old || found == new, "half a file of {} bytes at point {point}", found.len());
    }
    assert!(olds > 0 && news > 0, "{olds} old, {news} new: the points missed the run");
}

#[cfg(unix)]
#[test]
fn threat_38_secret_files_are_never_written_through_links() {
    use std::os::unix::fs::symlink;
    let dir = test_dir();
    let secret = dir.read(KEY);
    symlink(dir.path("victim"), dir.path("link.pem")).unwrap();
    dir.run(&["keys", "new", "--vendor", "V", "--no-passphrase", "--out", "link.pem"]).expect_code(6);
    assert!(!dir.path("victim").exists());
    symlink(dir.path(KEY), dir.path("other.pem")).unwrap();
    dir.run(&["sign", "a.lic", "--key", "other.pem", "-o", "b.lic"]).expect_code(6);
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "other.pem"]).expect_code(2);
    assert_eq!(dir.read(KEY), secret);
    fs::hard_link(dir.path(KEY), dir.path("hard.pem")).unwrap();
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "hard.pem"]).expect_code(0);
    // The other name of the key has become a license; the key itself stays.
    assert_eq!(dir.read(KEY), secret);
}

#[test]
fn threat_38_links_and_pipes_are_rejected_as_lock_files() {
    let dir = TestDir::new();
    fs::create_dir(dir.path("keys")).unwrap();
    for lock in ["link", "pipe"] {
        let path = dir.path("keys/trust.yaml.lock");
        if lock == "link" {
            std::os::unix::fs::symlink(dir.path("victim"), &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        }
        let run = dir.run(NEW).expect_code(6);
        assert!(run.stderr.contains("it is not a regular file"), "{}", run.stderr);
        assert!(!dir.path("victim").exists() && !dir.path(SECRET).exists());
    }
}
