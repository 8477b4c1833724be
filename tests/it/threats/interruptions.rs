//! Runs that are killed: key commands and bulk issue.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::issue::{DAY, KEY, contents, issue, issue_into, many, test_dir};
use crate::issue_bulk::{RESUME, broken};
use crate::support::TestDir;

#[test]
fn threat_39_killed_issue_resumes_to_same_bytes() {
    let dir = test_dir();
    dir.write("orders.csv", many(1500));
    issue_into(&dir, "orders.csv", "whole", "whole.log").expect_code(0);
    let args = [
        "issue",
        "-q",
        "--catalog",
        "catalog.yaml",
        "--order",
        "orders.csv",
        "--at",
        DAY,
        "--key",
        KEY,
        "--out",
        "cut",
        "--log",
        "cut.log",
    ];
    let mut child = dir.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let written = || fs::read_dir(dir.path("cut")).map_or(0, Iterator::count);
    let begun = Instant::now();
    while written() < 300 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(written() < 1500, "the run ended before it was killed");
    // Every file is complete. A temporary file of the killed run can remain until the run is resumed; one of another
    // run is kept.
    let whole = contents(&dir, "whole");
    dir.write("cut/.keywright-other-Xy", "");
    for (name, text) in contents(&dir, "cut").into_iter().filter(|(name, _)| !name.starts_with('.')) {
        assert!(whole.iter().any(|(known, good)| *known == name && *good == text), "{name}");
    }
    let refused = dir.run(&args).expect_code(2);
    assert!(refused.stderr.contains("use `--resume` to continue it"), "{}", refused.stderr);
    // The resumed run keeps its day of issue.
    let resumed: Vec<&str> =
        args.iter().map(|arg| if *arg == DAY { "2026-03-01" } else { arg }).chain(["--resume"]).collect();
    dir.run(&resumed).expect_code(0);
    fs::remove_file(dir.path("cut/.keywright-other-Xy")).unwrap();
    assert_eq!(contents(&dir, "cut"), whole);
    assert!(dir.names().iter().all(|name| !name.starts_with(".keywright")), "{:?}", dir.names());
    let log = dir.run(&["log", "--log", "cut.log", "verify"]).expect_code(0);
    assert!(log.stdout.contains("last entry 6000\n"), "{}", log.stdout);
    dir.run(&resumed).expect_code(2);
}

#[test]
fn threat_39_issue_rewrites_files_damaged_by_power_loss() {
    let dir = test_dir();
    broken(&dir);
    let whole = dir.read("out/C-00000.lic");
    dir.write("out/C-00000.lic", "").write("out/C-00001.lic", "something of the same run, damaged");
    issue(&dir, "orders.csv", &RESUME).expect_code(0);
    assert_eq!(dir.read("out/C-00000.lic"), whole);
    for number in 0..3 {
        dir.run(&["verify", "--at", DAY, "--log", "log", &format!("out/C-0000{number}.lic")]).expect_code(0);
    }
}

pub(crate) const SECRET: &str = "V.key.pem";

pub(crate) const NEW: &[&str] = &["keys", "new", "--vendor", "V", "--no-passphrase"];

/// Runs the program in a shell that lets no file grow: the system kills it at its first write to a file, after the file was
/// created. Returns the number of the signal.
fn killed_at_first_write(dir: &TestDir, args: &[&str]) -> Option<i32> {
    let program = dir.command();
    let status = Command::new("sh")
        .args(["-c", "ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(args)
        .current_dir(dir.path(""))
        .env("TMPDIR", dir.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    status.signal()
}

/// Names of files that a killed command left, but for locks, which are empty and harmless.
fn left(dir: &TestDir) -> Vec<String> {
    dir.names().into_iter().filter(|name| name.starts_with(".keywright-") || name == SECRET).collect()
}

#[test]
fn threat_39_key_command_killed_at_first_write_can_be_repeated() {
    let dir = TestDir::new();
    assert!(killed_at_first_write(&dir, NEW).is_some(), "the command was not killed");
    assert!(!dir.path(SECRET).exists(), "half a secret key file is left");
    if cfg!(target_os = "linux") {
        assert_eq!(left(&dir), [""; 0]);
    }
    dir.run(NEW).expect_code(0);

    // The same for a key of another program, and for a public key alone.
    let import =
        ["keys", "import", SECRET, "--vendor", "V", "--no-passphrase", "--trust", "other", "--out", "i.pem"];
    assert!(killed_at_first_write(&dir, &import).is_some());
    assert!(!dir.path("i.pem").exists());
    dir.run(&import).expect_code(0);
    let public = fs::read_dir(dir.path("keys")).unwrap().map(|entry| entry.unwrap().path());
    let public = public.into_iter().find(|path| path.extension().is_some_and(|end| end == "pem")).unwrap();
    let import = ["keys", "import", public.to_str().unwrap(), "--vendor", "V", "--trust", "public"];
    assert!(killed_at_first_write(&dir, &import).is_some());
    dir.run(&import).expect_code(0);

    // Another passphrase: the old file is as it was.
    let before = dir.read(SECRET);
    dir.write("pass", "word");
    crate::sign_cli::private(&dir, "pass");
    let passwd = ["keys", "passwd", SECRET, "--new-passphrase-file", "pass"];
    assert!(killed_at_first_write(&dir, &passwd).is_some());
    assert_eq!(dir.read(SECRET), before);
    dir.run(&passwd).expect_code(0);
}

#[test]
fn threat_39_killed_key_command_leaves_complete_secret_or_none() {
    let start = Instant::now();
    TestDir::new().run(NEW).expect_code(0);
    let whole = start.elapsed();
    let (mut none, mut some) = (0, 0);
    for point in 0..24 {
        let dir = TestDir::new();
        let mut child = dir.command().args(NEW).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        match point {
            0..12 => std::thread::sleep(whole.mul_f64(f64::from(point) / 12.0).min(Duration::from_secs(3))),
            12..22 => {
                while !dir.path(SECRET).exists() && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_micros(100) * (point - 12));
            }
            _ => drop(child.wait().unwrap()),
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if let Ok(secret) = fs::read_to_string(dir.path(SECRET)) {
            some += 1;
            assert!(keywright::sign::parse_secret_key(&secret, None).is_ok(), "half a file at point {point}");
            // The key can be added where the command did not get that far.
            let import = ["keys", "import", SECRET, "--vendor", "V", "--no-passphrase", "--out", "again.pem"];
            let listed = dir.read_or_empty("keys/trust.yaml").contains("vendor:");
            dir.run(&import).expect_code(i32::from(listed));
        } else {
            none += 1;
            dir.run(NEW).expect_code(0);
        }
    }
    assert!(none > 0 && some > 0, "{none} without, {some} with a secret: the points missed the run");
}
