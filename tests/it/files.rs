//! Input and output errors name the file, set the right exit code and leave old files unchanged.

use std::fs;

use crate::support::TestDir;

#[test]
fn unreadable_files_are_reported() {
    let place = TestDir::new();
    fs::create_dir(place.path("folder")).unwrap();
    let missing = place.run(&["fmt", "missing.lic"]).expect_code(6);
    assert_eq!(missing.stderr, "error: cannot read `missing.lic`: no such file or directory\n");
    let folder = place.run(&["fmt", "folder"]).expect_code(6);
    assert_eq!(folder.stderr, "error: `folder` is a directory, not a file\n");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_do_not_block() {
    let place = TestDir::new();
    let made = std::process::Command::new("mkfifo").arg(place.path("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every Unix");
    let pipe = place.run(&["fmt", "pipe"]).expect_code(6);
    assert!(pipe.stderr.starts_with("error: `pipe` is not a regular file\n"), "{}", pipe.stderr);
    let device = place.run(&["fmt", "/dev/zero"]).expect_code(6);
    assert!(device.stderr.contains("is not a regular file"), "{}", device.stderr);
}

#[test]
fn files_above_limit_are_rejected() {
    let place = TestDir::new();
    let file = fs::File::create(place.path("large.lic")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let large = place.run(&["fmt", "large.lic"]).expect_code(3);
    assert!(large.stderr.contains("the file is larger than 64 MiB"), "{}", large.stderr);
}

#[cfg(unix)]
#[test]
fn full_disk_is_reported_as_failure() {
    let place = TestDir::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else {
        println!("skipped: this system has no /dev/full");
        return;
    };
    let output = place.command().args(["completions", "bash"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no space left on the device"));
}

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let place = TestDir::new();
    place.run(&["fmt"]).expect_code(2);
    place.run(&["fmt", "--no-such-option"]).expect_code(2);
    place.run(&["no-such-command"]).expect_code(2);
    let help = place.run(&["--help"]).expect_code(0);
    assert!(help.stdout.contains("Exit codes") && help.stderr.is_empty());
    place.run(&["--version"]).expect_code(0);
}

#[test]
fn file_names_are_escaped_on_terminal() {
    let place = TestDir::new();
    let outcome = place.run(&["fmt", "x\u{1b}[2J\u{202e}.lic"]).expect_code(6);
    assert_eq!(outcome.stderr, "error: cannot read `x\\u{1b}[2J\\u{202e}.lic`: no such file or directory\n");
    let usage = place.run(&["x\u{1b}[2J"]).expect_code(2);
    assert!(!usage.stderr.contains('\u{1b}'));
}
