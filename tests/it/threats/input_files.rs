//! Large files, devices, pipes and kernel files as input.

use std::fs;
use std::process::Command;

use keywright::license::License;

use crate::sign::PLAIN;
use crate::sign_cli::{DAY, KEY, private, signed_dir, test_dir, verify};
use crate::support::cases;

#[test]
fn threat_33_size_limits_are_exact() {
    let has = |text: &str, code: &str| {
        License::from_text("cap.lic", text).diagnostics.iter().any(|found| found.code.id == code)
    };
    let value = |bytes: usize| format!("FEATURE a {{ VENDOR=V COMMENT=\"{}\" }}", "x".repeat(bytes));
    assert!(!has(&value(8192), "V008") && has(&value(8193), "V008"));
    let name = |length: usize| format!("FEATURE {} {{ VENDOR=V COUNT=1 }}", "n".repeat(length));
    assert!(!has(&name(64), "V007") && has(&name(65), "V007"));
    let block = |bytes: usize| {
        let frame = "FEATURE a { VENDOR=V #\n}";
        frame.replace('#', &format!("#{}", "x".repeat(bytes - frame.len())))
    };
    let most = 8 * 1024 * 1024;
    assert!(!has(&block(most), "S016") && has(&block(most + 1), "S016"));
    let blocks = |count: usize| "FEATURE a{VENDOR=V}\n".repeat(count);
    assert!(!has(&blocks(100_000), "S015") && has(&blocks(100_001), "S015"));
    let dir = test_dir();
    let needs = |count: usize| {
        let pools: String = (0..count)
            .map(|n| format!("FEATURE P{n} {{ VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=9 }}\n"))
            .collect();
        let needs: String =
            (0..count).map(|n| format!(" TOKEN_DEPENDENCY=\"FEATURE=P{n} VERSION=1.0 COUNT=1\"")).collect();
        format!("{pools}FEATURE T {{ VENDOR=V KEYTYPE=TOKEN VERSION=1.0{needs} }}\n")
    };
    for (count, output) in [(512, false), (513, true)] {
        dir.write("needs.lic", needs(count));
        let run = dir.run(&["lint", "--format", "concise", "needs.lic"]);
        assert_eq!(run.stdout.contains("[D004]"), output, "{count}: {}", run.stdout);
    }
    // A file: 64 MiB of whitespace are read and contain no block; one byte more is rejected.
    let large = 64 * 1024 * 1024;
    dir.write("large.lic", vec![b'\n'; cases(large, large / 8)]);
    verify(&dir, &["large.lic"]).expect_code(1);
    dir.write("large.lic", vec![b'\n'; large + 1]);
    verify(&dir, &["large.lic"]).expect_code(3);
    // Reasons, passphrases, key files.
    for (bytes, code) in [(500, 0), (501, 2)] {
        let reason = "x".repeat(bytes);
        dir.run(&["revoke", "--sn", "S-1", "--reason", &reason, "--key", KEY]).expect_code(code);
    }
    for (bytes, code) in [(4096, 0), (4097, 2)] {
        let passphrase = "x".repeat(bytes);
        let new = ["keys", "new", "--vendor", "V", "--trust", "t", "--out", "v.pem", "--passphrase-fd", "0"];
        let made = dir.run_with(&new, passphrase.as_bytes());
        assert_eq!(made.code, code, "{}", made.stderr);
        fs::remove_dir_all(dir.path("t")).ok();
        fs::remove_file(dir.path("v.pem")).ok();
    }
    let plain = dir.read(KEY);
    for (bytes, code) in [(64 * 1024, 0), (64 * 1024 + 1, 6)] {
        dir.write("padded.pem", format!("{}{plain}", " ".repeat(bytes - plain.len() - 1) + "\n"));
        private(&dir, "padded.pem");
        dir.run(&["sign", "a.lic", "--key", "padded.pem", "-o", "b.lic"]).expect_code(code);
    }
}

#[cfg(unix)]
#[test]
fn threat_33_only_limited_regular_files_are_read() {
    let dir = test_dir();
    assert!(Command::new("mkfifo").arg(dir.path("pipe")).status().unwrap().success());
    dir.write("large", "");
    fs::File::options().write(true).open(dir.path("large")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    // Input above the limit, and entries that are not files, are rejected.
    for (name, code) in [("pipe", 6), ("/dev/zero", 6), ("large", 3)] {
        verify(&dir, &[name]).expect_code(code);
        verify(&dir, &["a.lic", "--revocations", name]).expect_code(6);
        dir.run(&["sign", name, "--key", KEY, "-o", "out.lic"]).expect_code(code);
        dir.run(&["sign", "a.lic", "--key", name, "-o", "out.lic"]).expect_code(6);
        dir.run(&["trust", "install", name, "--trust", "t", "--first", &line()]).expect_code(6);
    }
    fs::rename(dir.path("large"), dir.path("keys/ABC_Software.revocations")).unwrap();
    verify(&dir, &["a.lic"]).expect_code(2);
}

/// `/proc/kmsg` is a regular file by its mode, and a read from it waits for the kernel. Such files are named on the command
/// line, are links in directories, or are read by the libraries that search directories and open logs.
#[cfg(target_os = "linux")]
#[test]
fn threat_33_kernel_files_pipes_and_devices_do_not_block() {
    use std::os::unix::fs::symlink;
    let dir = test_dir();
    let kernel = "/proc/kmsg";
    if !fs::exists(kernel).unwrap_or(false) {
        println!("skipped: this system has no {kernel}");
        return;
    }
    assert!(Command::new("mkfifo").arg(dir.path("pipe")).status().unwrap().success());
    dir.copy("tests/issue/catalog.yaml", "catalog.yaml");
    dir.copy("tests/issue/order.yaml", "order.yaml");
    let line = line();
    for file in [kernel, "pipe", "/dev/zero"] {
        let what = if file == kernel { "is a file of a kernel file system" } else { "is not a regular file" };
        for args in [
            &["verify", file][..],
            &["verify", "a.lic", "--revocations", file],
            &["verify", "--development", "a.lic", "--log", file],
            &["--config", file, "lint", "a.lic"],
            &["lint", file],
            &["lint", "--together", "a.lic", file],
            &["fmt", file],
            &["payload", file, "--feature", "MyDraw"],
            &["sign", file, "--key", KEY, "-o", "out.lic"],
            &["sign", "a.lic", "--key", file, "-o", "out.lic"],
            &["sign", "a.lic", "--key", KEY, "--passphrase-file", file, "-o", "out.lic"],
            &["keys", "import", file, "--vendor", "V"],
            &["keys", "show", file],
            &["keys", "passwd", file],
            &["trust", "install", file, "--trust", "t", "--first", &line],
            &["test", file],
            &["log", "--log", file, "list"],
            &["issue", "--catalog", file, "--order", "order.yaml", "--dry-run"],
            &["issue", "--catalog", "catalog.yaml", "--order", file, "--dry-run"],
            &[
                "issue",
                "--catalog",
                "catalog.yaml",
                "--order",
                "order.yaml",
                "--key",
                KEY,
                "--out",
                "o",
                "--log",
                file,
            ],
            &["explain", "a.lic", "--feature", "MyDraw", file],
        ] {
            let run = dir.run_within(20, args);
            // The lock of a run is in the directory of its log.
            let named =
                run.stderr.contains(what) || run.stderr.contains("cannot write `/proc/.keywright-run-");
            // A passphrase that is not needed is not read, and not every command gets as far as the file.
            let unused = args.contains(&"--passphrase-file") || args[0] == "explain";
            assert!(run.code != 0 || unused, "{args:?}: {}", run.stderr);
            assert!(named || unused, "{args:?}: {}", run.stderr);
        }
    }
    for target in [kernel, "/dev/zero"] {
        for (directory, name) in [("found", "a.lic"), ("rules", ".gitignore"), ("rules/below", ".ignore")] {
            fs::create_dir_all(dir.path(directory)).unwrap();
            let _ = fs::remove_file(dir.path(&format!("{directory}/{name}")));
            symlink(target, dir.path(&format!("{directory}/{name}"))).unwrap();
        }
        dir.write("rules/below/b.lic", PLAIN);
        for args in
            [&["lint", "found"][..], &["lint", "rules"], &["lint", "rules/below"], &["-q", "lint", "rules"]]
        {
            let run = dir.run_within(20, args).expect_code(6);
            assert!(run.stderr.contains("` is "), "{args:?}: {}", run.stderr);
        }
        let run = verify(&dir, &["-q", "found"]);
        assert!(run.stderr.contains("`found/a.lic` is a symbolic link and was not read"), "{}", run.stderr);
        for name in ["trust.yaml", "last-seen.yaml", "ABC_Software.revocations"] {
            let path = dir.path(&format!("keys/{name}"));
            let old = fs::read(&path).ok();
            let _ = fs::remove_file(&path);
            symlink(target, &path).unwrap();
            let run = dir.run_within(20, &["verify", "--development", "a.lic"]);
            assert!(run.code != 0 && run.stderr.contains("it is "), "{name}: {}", run.stderr);
            fs::remove_file(&path).unwrap();
            if let Some(old) = old {
                fs::write(&path, old).unwrap();
            }
        }
    }
}

/// A shell passes `<(command)` as the name of a descriptor: such a pipe ends with its writer.
#[cfg(target_os = "linux")]
#[test]
fn pipe_passed_as_descriptor_is_read() {
    let dir = signed_dir();
    let license = dir.read("a.lic");
    for name in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let run = dir.run_with(&["verify", "--development", "--at", DAY, name], license.as_bytes());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
    }
    std::os::unix::fs::symlink("/dev/fd/0", dir.path("link.lic")).unwrap();
    let run = dir.run_with(&["verify", "link.lic"], license.as_bytes()).expect_code(6);
    assert!(run.stderr.contains("is not a regular file"), "{}", run.stderr);
}

/// The public key of the tests as one line.
pub(crate) fn line() -> String {
    crate::sign::key(1).public_key().to_line("ABC_Software")
}
