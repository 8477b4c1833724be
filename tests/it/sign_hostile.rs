//! Hostile files, killed processes, small stacks: what the program does when the world is against it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use keywright::license::License;

use crate::sign::PLAIN;
use crate::sign_cli::{DAY, KEY, place, private, signed_place, verify};
use crate::support::{TestDir, root};

/// What a terminal acts upon: CSI, OSC, DCS, C1 in UTF-8, BEL, BS, direction marks, and a forged verdict.
const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;owned\u{7}",
    "\u{1b}P+q544e\u{1b}\\",
    "\u{9b}31m",
    "\u{9d}0;x\u{9c}",
    "\u{8}\u{8}\u{8}VALID",
    "\rVALID",
    "\u{c}",
    "\u{202e}",
    "\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n",
];

/// The program on a pseudo-terminal, where it colours; what reached the terminal, raw.
fn on_a_terminal(place: &TestDir, args: &[&str]) -> Option<Vec<u8>> {
    if !crate::support::has_tools(&["python3"], "a terminal") {
        return None;
    }
    let done = Command::new("python3")
        .arg(root().join("tests/sign/terminal.py"))
        .arg(env!("CARGO_BIN_EXE_keywright"))
        .args(args)
        .current_dir(place.path(""))
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(done.stdout)
}

/// Takes our own colours out: ESC [ digits and `;` m. Nothing else that begins with ESC is ours.
fn without_colors(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = rest.iter().position(|byte| *byte == b'm').unwrap_or(0);
        let is_color = rest.starts_with(b"\x1b[")
            && length >= 2
            && rest[2..length].iter().all(|byte| byte.is_ascii_digit() || *byte == b';');
        if is_color {
            at += length + 1;
        } else {
            kept.push(bytes[at]);
            at += 1;
        }
    }
    kept
}

#[cfg(unix)]
#[test]
fn row_36_no_control_byte_of_a_file_reaches_a_terminal() {
    let place = signed_place();
    let good = place.read("a.lic");
    let mut colored = false;
    // Few runs, each with much: a terminal of its own takes its time.
    let texts = [HOSTILE[..5].concat(), HOSTILE[5..9].concat(), HOSTILE[9].to_owned()];
    for (number, text) in texts.iter().enumerate() {
        let text = text.as_str();
        let name = format!("h{number}\u{1b}[2J\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n.lic");
        let option = format!("--x\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n{}", text.trim_matches('\0'));
        let content = good
            .replace("Bäckerei", text)
            .replace("# Issued", &format!("# {text}"))
            .replace("FEATURE MyDraw", &format!("FEATURE My{text}Draw"))
            .replace("COUNT=20", &format!("COUNT=20 {text}=1"));
        place.write(&name, content + &good + &format!("FEATURE x {{ VENDOR=\"{text}\" KEY={text} }}\n"));
        for args in [
            &["verify", "--development", "--at", DAY, &name][..],
            &["verify", "--development", "--format", "json", &name],
            &["lint", &name],
            &["sign", &name, "--key", KEY, "-o", "out.lic"],
            &["fmt", "--check", &name],
            &["payload", &name, "--feature", text.trim_matches('\0')],
            &["keys", "show", &name],
            &["verify", "--trust", text.trim_matches('\0'), &name],
            &["fmt", "--diff", &name],
            &["lint", "--fix", "--diff", &name],
            &["verify", &option],
            &["verify", &format!("--at={option}"), "a.lic"],
            &["keys", &option],
        ] {
            let Some(raw) = on_a_terminal(&place, args) else { return };
            let shown = without_colors(&raw);
            colored |= shown.len() < raw.len();
            // A terminal turns our line feeds into CR LF.
            let text = String::from_utf8(shown).expect("what is shown is UTF-8").replace("\r\n", "\n");
            let bad = |c: char| {
                c != '\n'
                    && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
            };
            assert!(!text.contains(bad), "{args:?}: {text:?}");
            let results = text.lines().filter(|line| line.starts_with("RESULT: ")).count();
            let verifies = args[0] == "verify" && args.contains(&"--development") && !args.contains(&"json");
            assert_eq!(results, usize::from(verifies), "{args:?}: {text}");
        }
    }
    assert!(colored, "the terminal was taken for one");
}

/// Names of files, folders and options come from outside too: whatever is done with them, they begin no line.
#[cfg(unix)]
#[test]
fn row_36_no_name_begins_a_verdict_line() {
    let place = signed_place();
    let name = "x\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n\u{1b}[2J.lic";
    place.write(name, "FEATURE a { VENDOR=V COUNT=5 }\n");
    let folder = format!("d{name}");
    place.write(&format!("{folder}/a.lic"), "FEATURE a{VENDOR=V COUNT=5}");
    let key = format!("k{name}");
    let store = format!("t{name}");
    for args in [
        &["lint", name][..],
        &["lint", "--format", "concise", &folder],
        &["lint", "--format", "github", name],
        &["lint", "--fix", name],
        &["fmt", "--diff", &folder],
        &["fmt", "--diff", name],
        &["verify", name, "missing\nRESULT: VALID (9"],
        &["verify", &folder],
        &["verify", "a.lic", "--trust", name],
        &["verify", "a.lic", "--revocations", name],
        &["verify", "a.lic", "--log", name],
        &["verify", "--format", "json", name],
        &["sign", name, "--key", name, "-o", "out.lic"],
        &["sign", "a.lic", "--key", KEY, "-o", name],
        &["sign", "a.lic", "--signer", name, "--key-id", "20cb69c381446502", "-o", "out.lic"],
        &["payload", name, "--feature", name],
        &["test", name],
        &["explain", name],
        &["new", "pool", "--set", name, "-o", "out.lic"],
        &["issue", "--catalog", name, "--order", name],
        &["log", "--log", name, "list"],
        &["keys", "new", "--vendor", "V", "--no-passphrase", "--trust", &store, "--out", &key],
        &["keys", "list", "--trust", &store],
        &["keys", "show", name],
        &["keys", "import", name],
        &["keys", "drill", "--key", &key, "--trust", &store],
        &["revoke", "--sn", name, "--reason", "x", "--key", &key, "--trust", &store],
        &["revoke", "--sn", "S-1", "--reason", name, "--key", &key, "--trust", &store],
        &["revoke", "--sn", "S-1", "--reason", "x", "--key", &key, "--trust", &store],
        &["trust", "bundle", "--key", &key, "--trust", &store, "-o", &format!("b{name}")],
        &["trust", "install", name, "--first", name],
        &[name],
        &["--config", name, "lint", "a.lic"],
    ] {
        let run = place.run(args);
        for stream in [&run.stdout, &run.stderr] {
            assert!(!stream.contains('\u{1b}'), "{args:?}: {stream:?}");
            assert!(!stream.lines().any(|line| line.starts_with("RESULT: VALID (9")), "{args:?}: {stream:?}");
        }
    }
}

/// Whether a temporary file stands in the folder.
fn writing(place: &TestDir) -> bool {
    place.names().iter().any(|name| name.starts_with(".keywright"))
}

#[cfg(unix)]
#[test]
fn row_39_a_killed_signer_leaves_the_old_or_the_new_file() {
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
    for point in 0..60 {
        place.write("big.lic", &old);
        let mut child = place.command().args(args).stderr(Stdio::null()).spawn().unwrap();
        match point {
            // All over the run.
            0..25 => std::thread::sleep(whole.mul_f64(f64::from(point) / 25.0).min(Duration::from_secs(3))),
            // From the moment on at which the temporary file stands beside it.
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

#[test]
fn row_41_no_secret_appears_in_any_output_or_file_but_its_own() {
    let place = place();
    let canary = "canary-passphrase-91c4";
    place.write("pass", canary).write("new", "another-canary-55d0");
    private(&place, "pass");
    private(&place, "new");
    let plain = place.read(KEY);
    let body = plain.lines().find(|line| line.starts_with("MC4C")).unwrap().to_owned();
    let runs = [
        vec!["keys", "passwd", KEY, "--new-passphrase-file", "pass"],
        vec!["-vv", "keys", "passwd", KEY, "--passphrase-file", "new", "--new-passphrase-file", "pass"],
        vec![
            "keys",
            "import",
            KEY,
            "--vendor",
            "ABC_Software",
            "--passphrase-file",
            "pass",
            "--trust",
            "t",
            "--usage",
            "development",
            "--out",
            "i.pem",
        ],
        vec!["keys", "import", KEY, "--vendor", "Wrong", "--passphrase-file", "pass", "--trust", "u"],
        vec!["keys", "export", KEY],
        vec!["keys", "drill", "--key", KEY, "--passphrase-file", "pass"],
        vec!["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY, "--passphrase-file", "pass"],
        vec!["trust", "bundle", "--key", KEY, "--passphrase-file", "pass", "-o", "b.bundle"],
        vec!["trust", "install", KEY, "--trust", "w", "--first", "keywright-pub:x:y:z"],
        vec!["sign", "a.lic", "--key", KEY, "--passphrase-file", "pass", "-o", "b.lic"],
        vec!["verify", "--development", "--revocations", KEY, "a.lic"],
        vec!["verify", "--development", "--format", "json", "pass", KEY],
        vec!["lint", KEY, "pass"],
    ];
    let key_files = [KEY, "i.pem"];
    for args in &runs {
        let shown = place.run(args).shown();
        // What a license file says is shown where it is wrong; a passphrase file named as one is shown by its user.
        let named = args.contains(&"pass") && matches!(args[0], "lint")
            || args[0] == "verify" && args.contains(&"pass");
        assert!(named || !shown.contains(canary), "{args:?}: {shown}");
        assert!(!shown.contains(&body) && !shown.contains("another-canary"), "{args:?}: {shown}");
        for name in place.names().iter().filter(|name| place.path(name).is_file()) {
            if name == "pass" || name == "new" {
                continue;
            }
            let text = place.read(name);
            assert!(!text.contains(canary), "{name}");
            assert!(!text.contains(&body) || key_files.contains(&name.as_str()), "{name}");
        }
    }
    assert!(!place.read(KEY).contains(&body));
}

#[test]
fn row_32_deep_and_endless_text_needs_no_stack() {
    let work = || {
        for piece in ["{", "\"", "(", "FEATURE ", "FEATURE a {", "}", "#", "A=\"", "=", "FEATURE a { B=\"c\n"]
        {
            let text = piece.repeat(1_000_000 / piece.len());
            let license = License::from_text("deep.lic", &text);
            let verdicts = crate::sign::report(&crate::sign::usual(), &license);
            assert_eq!(verdicts.verified().count(), 0);
        }
        // Other readers of hostile text: lists of a trust store, KEYs, key files.
        let nested = ["[", "{", "- ", "? ", "a:\n ", "&a ", "!x ", "'", "\"", "|\n "]
            .map(|piece| piece.repeat(50_000));
        for text in &nested {
            assert!(keywright::sign::parse_trust_list(text).is_err());
            assert!(keywright::sign::LastSeen::parse(text).is_err());
            let digest = keywright::verify::Digest::of(b"");
            assert!(keywright::sign::RevocationList::parse(text, digest).is_err());
            assert!(keywright::sign::TrustBundle::parse(text, digest).is_err());
            assert!(keywright::verify::KeyText::parse(text).is_err());
            assert!(keywright::sign::read_secret_key(text, None).is_err());
        }
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

#[cfg(unix)]
#[test]
fn row_33_only_bounded_regular_files_are_read() {
    let place = place();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    place.write("large", "");
    fs::File::options().write(true).open(place.path("large")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    // What is too long for a license is none; what is no file at all is not read.
    for (name, code) in [("pipe", 6), ("/dev/zero", 6), ("large", 3)] {
        verify(&place, &[name]).expect_code(code);
        verify(&place, &["a.lic", "--revocations", name]).expect_code(6);
        place.run(&["sign", name, "--key", KEY, "-o", "out.lic"]).expect_code(code);
        place.run(&["sign", "a.lic", "--key", name, "-o", "out.lic"]).expect_code(6);
        place.run(&["trust", "install", name, "--trust", "t", "--first", &line()]).expect_code(6);
    }
    fs::rename(place.path("large"), place.path("keys/ABC_Software.revocations")).unwrap();
    verify(&place, &["a.lic"]).expect_code(2);
}

/// `/proc/kmsg` is a regular file by its mode, and a read from it waits for the kernel. Such files are named on the command
/// line, are links in folders, or are read by the libraries that search folders and open logs.
#[cfg(target_os = "linux")]
#[test]
fn row_33_files_of_the_kernel_pipes_and_devices_are_never_waited_for() {
    use std::os::unix::fs::symlink;
    let place = place();
    let kernel = "/proc/kmsg";
    if !fs::exists(kernel).unwrap_or(false) {
        println!("skipped: this system has no {kernel}");
        return;
    }
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    place.copy("tests/issue/catalog.yaml", "catalog.yaml");
    place.copy("tests/issue/order.yaml", "order.yaml");
    let line = line();
    for file in [kernel, "pipe", "/dev/zero"] {
        let what = if file == kernel { "is a file of the kernel" } else { "is not a regular file" };
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
            let run = place.run_within(20, args);
            // The lock of a run is beside its log.
            let named =
                run.stderr.contains(what) || run.stderr.contains("cannot write `/proc/.keywright-run-");
            // A passphrase that is not needed is not read, and not every command gets as far as the file.
            let unused = args.contains(&"--passphrase-file") || args[0] == "explain";
            assert!(run.code != 0 || unused, "{args:?}: {}", run.stderr);
            assert!(named || unused, "{args:?}: {}", run.stderr);
        }
    }
    for target in [kernel, "/dev/zero"] {
        for (folder, name) in [("found", "a.lic"), ("rules", ".gitignore"), ("rules/below", ".ignore")] {
            fs::create_dir_all(place.path(folder)).unwrap();
            let _ = fs::remove_file(place.path(&format!("{folder}/{name}")));
            symlink(target, place.path(&format!("{folder}/{name}"))).unwrap();
        }
        place.write("rules/below/b.lic", PLAIN);
        for args in
            [&["lint", "found"][..], &["lint", "rules"], &["lint", "rules/below"], &["-q", "lint", "rules"]]
        {
            let run = place.run_within(20, args).expect_code(6);
            assert!(run.stderr.contains("` is "), "{args:?}: {}", run.stderr);
        }
        let run = verify(&place, &["-q", "found"]);
        assert!(run.stderr.contains("`found/a.lic` is a symbolic link and was not read"), "{}", run.stderr);
        for name in ["trust.yaml", "last-seen.yaml", "ABC_Software.revocations"] {
            let path = place.path(&format!("keys/{name}"));
            let old = fs::read(&path).ok();
            let _ = fs::remove_file(&path);
            symlink(target, &path).unwrap();
            let run = place.run_within(20, &["verify", "--development", "a.lic"]);
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
fn a_pipe_that_was_passed_as_a_descriptor_is_read() {
    let place = signed_place();
    let license = place.read("a.lic");
    for name in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let run = place.run_with(&["verify", "--development", "--at", DAY, name], license.as_bytes());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
    }
    std::os::unix::fs::symlink("/dev/fd/0", place.path("link.lic")).unwrap();
    let run = place.run_with(&["verify", "link.lic"], license.as_bytes()).expect_code(6);
    assert!(run.stderr.contains("is not a regular file"), "{}", run.stderr);
}

/// The public key of the tests as one line.
fn line() -> String {
    crate::sign::key(1).public_key().to_line("ABC_Software")
}

#[cfg(unix)]
#[test]
fn row_38_links_are_not_followed_where_secrets_are_written() {
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
fn row_02_no_byte_of_the_header_chooses_the_algorithm() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let good = crate::sign::signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }");
    let at = good.find("KEY=AQEA").unwrap() + 4;
    let bytes = engine.decode(&good[at..at + 100]).unwrap();
    for place in 0..3 {
        for value in (0..=255).filter(|value| *value != bytes[place]) {
            let mut other = bytes.clone();
            other[place] = value;
            let text = good.replace(&good[at..at + 100], &engine.encode(&other));
            assert_eq!(
                crate::sign::verdicts(&text),
                [keywright::verify::Verdict::Unsupported],
                "{place} {value}"
            );
        }
    }
}

#[test]
fn row_15_a_number_and_a_day_have_one_spelling() {
    let with = |directive: &str| {
        let text = format!("FEATURE a {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE {directive} }}");
        !License::from_text("spelling.lic", &text).has_errors()
    };
    for good in [
        "COUNT=1",
        "COUNT=2147483647",
        "COUNT=UNLIMITED",
        "COUNT=5 VERSION=0.0",
        "COUNT=5 VERSION=9999.9999",
        "COUNT=5 END=2028-02-29",
        "COUNT=5 END=9999-12-31",
    ] {
        assert!(with(good), "{good}");
    }
    let counts = [
        "",
        "0",
        "00",
        "05",
        "+5",
        "-5",
        "5.0",
        "5e0",
        "0x5",
        "5_0",
        "5,0",
        "٥",
        "５",
        "Ⅴ",
        "five",
        "unlimited",
        "Unlimited",
        "2147483648",
        "99999999999999999999",
        "1 2",
    ];
    let versions = [
        "1", "1.", ".1", "01.0", "1.00", "1.0.0", "1,0", "v1.0", "+1.0", "-1.0", "10000.0", "1.10000",
        "１.0", "1.0a",
    ];
    let days = [
        "2026-2-1",
        "26-02-01",
        "2026/02/01",
        "2026-02-30",
        "2027-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "10000-01-01",
        "20260201",
        "01-02-2026",
        "2026-02-01T00:00",
        "+2026-02-01",
        "２026-02-01",
    ];
    for (name, wrong) in [("COUNT", &counts[..]), ("COUNT=5 VERSION", &versions), ("COUNT=5 END", &days)] {
        for value in wrong {
            for quoted in [format!("{name}={value}"), format!("{name}=\"{value}\"")] {
                assert!(!with(&quoted), "{quoted}");
            }
        }
    }
}

#[test]
fn row_18_values_cannot_write_directives() {
    let signed = crate::sign::signed(PLAIN);
    for injected in
        ["x\" COUNT=900 Y=\"", "x}\nFEATURE b { VENDOR=ABC_Software COUNT=1", "x\u{0}y", "x\ny # \" z"]
    {
        let text = signed.replace("Bäckerei Çelik & Söhne", injected);
        let found = crate::sign::verdicts(&text);
        assert!(!found.iter().all(|verdict| *verdict == keywright::verify::Verdict::Valid), "{injected:?}");
    }
}

#[test]
fn row_19_letters_that_cannot_be_seen_or_told_apart_are_refused() {
    let hidden = [
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{200b}',
        '\u{200e}',
        '\u{200f}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{e0041}',
        '\u{2028}',
    ];
    for c in hidden {
        let free = format!("FEATURE a {{ VENDOR=ABC_Software COMMENT=\"x{c}y\" }}");
        assert!(License::from_text("hidden.lic", &free).has_errors(), "{c:?} in text");
        let name = format!("FEATURE a{c}b {{ VENDOR=ABC_Software }}");
        assert!(License::from_text("hidden.lic", &name).has_errors(), "{c:?} in a name");
    }
    for name in ["MyDrаw", "ＭyDraw", "MyDraẉ"] {
        let text = format!("FEATURE {name} {{ VENDOR=ABC_Software }}");
        assert!(License::from_text("twin.lic", &text).has_errors(), "{name}");
    }
}

#[test]
fn row_20_what_mail_and_editors_do_keeps_a_license_good_or_is_named() {
    let good = crate::sign::signed(PLAIN);
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = place();
    place.write("a.lic", &good);
    let named = [
        (good.replace('"', "\u{201c}").into_bytes(), "quot"),
        ([&[0xff, 0xfe][..], &wide].concat(), "UTF-16"),
        (good.replace("ä", "\u{fffd}").into_bytes(), ""),
        (good.as_bytes()[..good.len() - 30].to_vec(), ""),
    ];
    for (number, (bytes, word)) in named.into_iter().enumerate() {
        let name = format!("damaged{number}.lic");
        place.write(&name, bytes);
        let run = verify(&place, &[&name]);
        assert_ne!(run.code, 0);
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
}

#[test]
fn row_01_nothing_symmetric_is_in_the_format() {
    // The only algorithm that a KEY can name is Ed25519: row 2 tries the others. No secret is needed to verify.
    let trust = crate::sign::usual();
    assert!(trust.keys().iter().all(|key| key.key.to_pem().contains("BEGIN PUBLIC KEY")));
    let good = crate::sign::signed(PLAIN);
    assert!(crate::sign::verdicts_of(&trust, &good).iter().all(|verdict| verdict.as_str() == "VALID"));
}

#[test]
fn row_46_and_row_47_what_comes_in_with_dependencies_is_gated() {
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    for gate in
        ["ed25519-dalek:<3", "curve25519-dalek:<4.1.3", "\"hazmat\"", "\"batch\"", "unknown-git = \"deny\""]
    {
        assert!(deny.contains(gate), "{gate}");
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(!lock.contains("git+"), "a dependency comes from a git address");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

/// A license of `levels` tokens above one pool; each draws `count` on the next.
fn ladder(levels: usize, count: u32) -> String {
    let mut text = "FEATURE L0 { VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=2147483647 }\n".to_owned();
    for level in 1..=levels {
        text += &format!(
            "FEATURE L{level} {{ VENDOR=V KEYTYPE=TOKEN VERSION=1.0 TOKEN_DEPENDENCY=\"FEATURE=L{} VERSION=1.0 COUNT={count}\" }}\n",
            level - 1
        );
    }
    text
}

#[test]
fn row_26_costs_beyond_counting_are_said_so() {
    use keywright::graph::{Cost, Draws, Graph, Metrics};
    let license = License::from_text("ladder.lic", &ladder(16, 2_147_483_647));
    let graph = Graph::new(&[&license]);
    let draws = Draws::new(&graph, &Metrics::new(&graph));
    let cost = |level: usize| draws.of(graph.blocks()[level].id).unwrap()[0].1.sum;
    assert_eq!(cost(1), Cost::Known(2_147_483_647));
    assert_eq!(cost(2), Cost::Known(2_147_483_647 * 2_147_483_647));
    assert!((3..=16).all(|level| cost(level) == Cost::TooMany));
}

/// Levels of tokens, each drawing on all of the level below; pools at the bottom.
fn wide(levels: usize, width: usize) -> String {
    let mut text = String::new();
    for at in 0..width {
        text += &format!("FEATURE L0_{at} {{ VENDOR=V KEYTYPE=EXCLUSIVE COUNT=1 }}\n");
    }
    for level in 1..=levels {
        for at in 0..width {
            let needs: String = (0..width)
                .map(|to| format!(" TOKEN_DEPENDENCY=\"FEATURE=L{}_{to} VERSION=1.0 COUNT=1\"", level - 1))
                .collect();
            text += &format!("FEATURE L{level}_{at} {{ VENDOR=V KEYTYPE=TOKEN{needs} }}\n");
        }
    }
    text
}

#[test]
fn row_27_paths_without_number_take_no_time() {
    use keywright::graph::{Draws, Graph, Metrics};
    // 16 levels, each token drawing on all of the next level: WIDTH^16 paths over 16 * WIDTH^2 dependencies. The work is
    // bounded by a number and not by time: beyond it there is no sum, and the depth is known all the same.
    for (width, is_summed) in [(24, true), (64, false), (128, false)] {
        let license = License::from_text("wide.lic", &wide(16, width));
        let graph = Graph::new(&[&license]);
        let measures = Metrics::new(&graph);
        let last = graph.blocks().last().unwrap().id;
        assert_eq!(measures.depth(last), Some(16));
        assert_eq!(Draws::new(&graph, &measures).of(last).is_some(), is_summed, "{width}");
    }
    // Cycles of any length end, and one step more than is allowed is refused.
    for length in [1_usize, 2, 16, 17] {
        let text: String = (0..length)
            .map(|at| {
                format!(
                    "FEATURE C{at} {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=C{} VERSION=1.0 COUNT=1\" }}\n",
                    (at + 1) % length
                )
            })
            .collect();
        let license = License::from_text("cycle.lic", &text);
        let graph = Graph::new(&[&license]);
        assert_eq!(Metrics::new(&graph).depth(graph.blocks()[0].id).is_none(), length > 1, "{length}");
    }
    let place = place();
    for (levels, code) in [(16, 0), (17, 1)] {
        place.write("deep.lic", ladder(levels, 1));
        let run = place.run(&["lint", "--at", DAY, "deep.lic"]);
        assert_eq!(run.code, code, "{levels}: {}", run.stdout);
    }
}

#[test]
fn row_28_the_day_is_asked_for_and_told() {
    let place = place();
    for (dates, days) in [
        ("START=2028-02-29", [("2028-02-28", 4), ("2028-02-29", 0), ("9999-12-31", 0)]),
        ("END=2028-02-29", [("2028-02-28", 0), ("2028-02-29", 0), ("2028-03-01", 4)]),
        ("END=9999-12-31", [("2026-01-01", 0), ("9999-12-30", 0), ("9999-12-31", 0)]),
    ] {
        place.write(
            "d.lic",
            format!(
                "FEATURE a {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 ISSUED=2026-01-01 {dates} }}\n"
            ),
        );
        place.run(&["sign", "d.lic", "--key", KEY, "--in-place", "--at", "2028-02-29"]).expect_code(0);
        for (day, code) in days {
            let run = place.run(&["verify", "--development", "--at", day, "d.lic"]).expect_code(code);
            assert!(run.stdout.contains(&format!("verified for {day}")), "{}", run.stdout);
        }
    }
}
