//! Input and output errors name the file, set the right exit code and leave old files unchanged.

use std::fs;

use crate::support::TestDir;

#[test]
fn unreadable_files_are_reported() {
    let dir = TestDir::new();
    fs::create_dir(dir.path("dir")).unwrap();
    let missing = dir.run(&["fmt", "missing.lic"]).expect_code(6);
    assert_eq!(missing.stderr, "error: cannot read `missing.lic`: no such file or directory\n");
    let empty = dir.run(&["fmt", "dir"]).expect_code(2);
    assert!(empty.stderr.starts_with("error: no license files (`*.lic`) in `dir`"), "{}", empty.stderr);
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_do_not_block() {
    let dir = TestDir::new();
    let made = std::process::Command::new("mkfifo").arg(dir.path("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every Unix");
    let pipe = dir.run(&["fmt", "pipe"]).expect_code(6);
    assert!(pipe.stderr.starts_with("error: `pipe` is not a regular file\n"), "{}", pipe.stderr);
    let device = dir.run(&["fmt", "/dev/zero"]).expect_code(6);
    assert!(device.stderr.contains("is not a regular file"), "{}", device.stderr);
}

#[test]
fn files_above_limit_are_rejected() {
    let dir = TestDir::new();
    let file = fs::File::create(dir.path("large.lic")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let large = dir.run(&["fmt", "large.lic"]).expect_code(3);
    assert!(large.stderr.contains("the file is larger than 64 MiB"), "{}", large.stderr);
}

#[cfg(unix)]
#[test]
fn full_disk_is_reported_as_failure() {
    let dir = TestDir::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else {
        println!("skipped: this system has no /dev/full");
        return;
    };
    let output = dir.command().args(["completions", "bash"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no space left on the device"));
}

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let dir = TestDir::new();
    dir.run(&["fmt"]).expect_code(2);
    dir.run(&["fmt", "--no-such-option"]).expect_code(2);
    dir.run(&["no-such-command"]).expect_code(2);
    let help = dir.run(&["--help"]).expect_code(0);
    assert!(help.stdout.contains("Exit codes") && help.stderr.is_empty());
    dir.run(&["--version"]).expect_code(0);
}

#[test]
fn file_names_are_escaped_on_terminal() {
    let dir = TestDir::new();
    let outcome = dir.run(&["fmt", "x\u{1b}[2J\u{202e}.lic"]).expect_code(6);
    assert_eq!(outcome.stderr, "error: cannot read `x\\u{1b}[2J\\u{202e}.lic`: no such file or directory\n");
    let usage = dir.run(&["x\u{1b}[2J"]).expect_code(2);
    assert!(!usage.stderr.contains('\u{1b}'));
}
