//! Links at the places of output files, and full disks.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::sign::PLAIN;
use crate::sign_cli::{KEY, place, verify};
use crate::support::{TestDir, cases};
use crate::threats::interruptions::{NEW, SECRET};

#[cfg(unix)]
#[test]
fn threat_38_output_follows_links_only_in_place() {
    use std::os::unix::fs::symlink;
    let place = place();
    place.write("victim", "what was there").write("store/real.lic", PLAIN);
    let is_link = |name: &str| fs::symlink_metadata(place.path(name)).unwrap().is_symlink();
    symlink(place.path("victim"), place.path("out.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "out.lic"]).expect_code(0);
    assert_eq!(place.read("victim"), "what was there");
    assert!(!is_link("out.lic") && place.read("out.lic").contains("KEY="));
    symlink(place.path("missing"), place.path("dangling.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "dangling.lic"]).expect_code(0);
    assert!(!place.path("missing").exists() && !is_link("dangling.lic"));
    symlink("/dev/null", place.path("device.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "device.lic"]).expect_code(6);
    assert!(is_link("device.lic"));
    // In place a link stays a link, and its file is signed.
    symlink(place.path("store/real.lic"), place.path("linked.lic")).unwrap();
    place.run(&["sign", "linked.lic", "--key", KEY, "--in-place"]).expect_code(0);
    assert!(is_link("linked.lic") && place.read("store/real.lic").contains("KEY="));
    // Lists, their memory and the lock of a store.
    for name in ["keys/ABC_Software.revocations", "keys/last-seen.yaml"] {
        symlink(place.path("victim"), place.path(name)).unwrap();
    }
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]).expect_code(2);
    fs::remove_file(place.path("keys/last-seen.yaml")).unwrap();
    fs::remove_file(place.path("keys/ABC_Software.revocations")).unwrap();
    symlink(place.path("missing"), place.path("keys/ABC_Software.revocations")).unwrap();
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]);
    symlink(place.path("victim"), place.path("keys/trust.yaml.lock")).unwrap();
    place.run(&["revoke", "--sn", "S-2", "--reason", "x", "--key", KEY]).expect_code(6);
    assert_eq!(place.read("victim"), "what was there");
    assert!(!place.path("missing").exists());
    // A temporary file has an unpredictable name and is always a new file.
    symlink(place.path("victim"), place.path(".keywright-000000")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "again.lic"]).expect_code(0);
    assert!(is_link(".keywright-000000"));
    assert_eq!(place.read("victim"), "what was there");
}

/// A file may grow to some size and no further, as on a disk that is full.
#[cfg(unix)]
#[test]
fn threat_39_full_disk_keeps_old_file() {
    let place = place();
    let pool = "FEATURE F { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=NUMBER }\n";
    let old: String = (1..=400).map(|n| pool.replace("NUMBER", &n.to_string())).collect();
    place.write("big.lic", &old);
    let before = place.names();
    for blocks in [0, 1, 8, 32] {
        for args in ["sign big.lic --key KEY --in-place", "sign big.lic --key KEY -o new.lic"] {
            let script =
                format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {}", args.replace("KEY", KEY));
            let mut command = Command::new("sh");
            command.args(["-c", &script, env!("CARGO_BIN_EXE_keywright")]).current_dir(place.path(""));
            // What is said must not go into a file that may not grow.
            let done = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            assert_eq!(done.status.code(), Some(6), "{}", String::from_utf8_lossy(&done.stderr));
            assert_eq!(place.read("big.lic"), old);
            assert_eq!(place.names(), before, "{args} with {blocks} blocks");
        }
    }
    let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" revoke --sn S-1 --reason x --key {KEY}");
    let done = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_keywright")])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(6));
    verify(&place, &["a.lic"]).expect_code(1);
    assert!(!place.path("keys/ABC_Software.revocations").exists());
}

/// Returns true if a temporary file is in the folder.
fn writing(place: &TestDir) -> bool {
    place.names().iter().any(|name| name.starts_with(".keywright"))
}

#[cfg(unix)]
#[test]
fn threat_39_killed_sign_leaves_old_or_new_file() {
    let place = place();
    let pool = "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=NUMBER }\n";
    let old: String = (1..=400).map(|n| pool.replace("NUMBER", &n.to_string())).collect();
    place.write("big.lic", &old);
    let args = &["sign", "big.lic", "--key", KEY, "--in-place"];
    place.run(&["sign", "big.lic", "--key", KEY, "-o", "new.lic"]).expect_code(0);
    let new = place.read("new.lic");
    let start = std::time::Instant::now();
    place.run(args).expect_code(0);
    let whole = start.elapsed();
    let (mut olds, mut news) = (0, 0);
    for point in (0..60).step_by(cases(1, 3)) {
        place.write("big.lic", &old);
        let mut child = place.command().args(args).stderr(Stdio::null()).spawn().unwrap();
        match point {
            // All over the run.
            0..25 => std::thread::sleep(whole.mul_f64(f64::from(point) / 25.0).min(Duration::from_secs(3))),
            // As soon as the temporary file exists next to it.
            25..57 => {
                while !writing(&place) && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_micros(150) * (point - 25));
            }
            // And not at all.
            _ => drop(child.wait().unwrap()),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for name in place.names().iter().filter(|name| name.starts_with(".keywright")) {
            fs::remove_file(place.path(name)).unwrap();
        }
        let found = place.read("big.lic");
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
    let place = place();
    let secret = place.read(KEY);
    symlink(place.path("victim"), place.path("link.pem")).unwrap();
    place.run(&["keys", "new", "--vendor", "V", "--no-passphrase", "--out", "link.pem"]).expect_code(6);
    assert!(!place.path("victim").exists());
    symlink(place.path(KEY), place.path("other.pem")).unwrap();
    place.run(&["sign", "a.lic", "--key", "other.pem", "-o", "b.lic"]).expect_code(6);
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "other.pem"]).expect_code(2);
    assert_eq!(place.read(KEY), secret);
    fs::hard_link(place.path(KEY), place.path("hard.pem")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "hard.pem"]).expect_code(0);
    // The other name of the key has become a license; the key itself stays.
    assert_eq!(place.read(KEY), secret);
}

#[test]
fn threat_38_links_and_pipes_are_rejected_as_lock_files() {
    let place = TestDir::new();
    fs::create_dir(place.path("keys")).unwrap();
    for lock in ["link", "pipe"] {
        let path = place.path("keys/trust.yaml.lock");
        if lock == "link" {
            std::os::unix::fs::symlink(place.path("victim"), &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        }
        let run = place.run(NEW).expect_code(6);
        assert!(run.stderr.contains("it is not a regular file"), "{}", run.stderr);
        assert!(!place.path("victim").exists() && !place.path(SECRET).exists());
    }
}
