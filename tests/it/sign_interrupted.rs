//! Commands that create secret or public key files and are killed while they do it.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::TestDir;

const SECRET: &str = "V.key.pem";
const NEW: &[&str] = &["keys", "new", "--vendor", "V", "--no-passphrase"];

/// Runs the program in a shell that lets no file grow: the system kills it at its first write to a file, after the file was
/// created. Returns the number of the signal.
fn killed_at_first_write(place: &TestDir, args: &[&str]) -> Option<i32> {
    let program = place.command();
    let status = Command::new("sh")
        .args(["-c", "ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(args)
        .current_dir(place.path(""))
        .env("TMPDIR", place.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    status.signal()
}

/// Names of files that a killed command left, but for locks, which are empty and harmless.
fn left(place: &TestDir) -> Vec<String> {
    place.names().into_iter().filter(|name| name.starts_with(".keywright-") || name == SECRET).collect()
}

#[test]
fn row_39_a_key_command_killed_at_its_first_write_can_be_repeated() {
    let place = TestDir::new();
    assert!(killed_at_first_write(&place, NEW).is_some(), "the command was not killed");
    assert!(!place.path(SECRET).exists(), "half a secret key file is left");
    if cfg!(target_os = "linux") {
        assert_eq!(left(&place), [""; 0]);
    }
    place.run(NEW).expect_code(0);

    // The same for a key of another program, and for a public key alone.
    let import =
        ["keys", "import", SECRET, "--vendor", "V", "--no-passphrase", "--trust", "other", "--out", "i.pem"];
    assert!(killed_at_first_write(&place, &import).is_some());
    assert!(!place.path("i.pem").exists());
    place.run(&import).expect_code(0);
    let public = fs::read_dir(place.path("keys")).unwrap().map(|entry| entry.unwrap().path());
    let public = public.into_iter().find(|path| path.extension().is_some_and(|end| end == "pem")).unwrap();
    let import = ["keys", "import", public.to_str().unwrap(), "--vendor", "V", "--trust", "public"];
    assert!(killed_at_first_write(&place, &import).is_some());
    place.run(&import).expect_code(0);

    // Another passphrase: the old file is as it was.
    let before = place.read(SECRET);
    place.write("pass", "word");
    crate::sign_cli::private(&place, "pass");
    let passwd = ["keys", "passwd", SECRET, "--new-passphrase-file", "pass"];
    assert!(killed_at_first_write(&place, &passwd).is_some());
    assert_eq!(place.read(SECRET), before);
    place.run(&passwd).expect_code(0);
}

#[test]
fn row_39_a_key_command_killed_at_any_time_leaves_a_whole_secret_or_none() {
    let start = std::time::Instant::now();
    TestDir::new().run(NEW).expect_code(0);
    let whole = start.elapsed();
    let (mut none, mut some) = (0, 0);
    for point in 0..24 {
        let place = TestDir::new();
        let mut child =
            place.command().args(NEW).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        match point {
            0..12 => std::thread::sleep(whole.mul_f64(f64::from(point) / 12.0).min(Duration::from_secs(3))),
            12..22 => {
                while !place.path(SECRET).exists() && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_micros(100) * (point - 12));
            }
            _ => drop(child.wait().unwrap()),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if let Ok(secret) = fs::read_to_string(place.path(SECRET)) {
            some += 1;
            assert!(keywright::sign::read_secret_key(&secret, None).is_ok(), "half a file at point {point}");
            // The key can be added where the command did not get that far.
            let import = ["keys", "import", SECRET, "--vendor", "V", "--no-passphrase", "--out", "again.pem"];
            let listed = place.read_or_empty("keys/trust.yaml").contains("vendor:");
            place.run(&import).expect_code(i32::from(listed));
        } else {
            none += 1;
            place.run(NEW).expect_code(0);
        }
    }
    assert!(none > 0 && some > 0, "{none} without, {some} with a secret: the points missed the run");
}

#[test]
fn row_38_links_and_pipes_are_not_lock_files() {
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
