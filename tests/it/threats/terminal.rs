//! Text of licenses that would act on a terminal or imitate a verdict.

use std::process::{Command, Stdio};

use crate::sign_cli::{DAY, KEY, signed_dir, verify};
use crate::support::{TestDir, cases, root};

#[test]
fn threat_36_license_text_is_escaped_on_terminal() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    let hostile = [
        "\u{1b}[2J",
        "\u{1b}]0;x\u{7}",
        "\u{9b}31m",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\r",
        "\u{c}",
        "\u{85}",
        "\0",
        "\nRESULT: VALID (2 of 2 blocks valid)  exit 0\n",
        "\n  VALID  a\n",
    ];
    for text in hostile {
        let variants = [
            good.replace("Bäckerei", text),
            good.replace("MyDraw", &format!("My{text}Draw")),
            good.replace("VENDOR=ABC_Software KEYTYPE=TOKEN", &format!("VENDOR=\"{text}\" KEYTYPE=TOKEN")),
            good.replace("# Issued", &format!("# {text}")),
            good.replace("KEY=AQEA", &format!("KEY=\"{text}\" X=\"")),
            good.replace("COUNT=20", &format!("{text}=20 COUNT={text}")),
        ];
        for variant in variants {
            dir.write("x.lic", &variant);
            let run = verify(&dir, &["x.lic"]);
            // Comments are not signed.
            assert!(run.code != 0 || variant.starts_with("# "), "{variant}");
            for line in run.stdout.lines() {
                let ours =
                    line.starts_with("license  ") || line.starts_with("  ") || line.starts_with("RESULT: ");
                assert!(ours, "{line:?}");
                assert_eq!(
                    line.starts_with("RESULT: "),
                    std::ptr::eq(line, run.stdout.lines().last().unwrap())
                );
            }
            let json = verify(&dir, &["x.lic", "--format", "json"]);
            for out in [run.stdout, run.stderr, json.stdout] {
                let bad = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{200b}".contains(c));
                assert!(!out.contains(bad), "{out:?}");
            }
        }
    }
    dir.write("e\u{1b}[2J\nRESULT: VALID.lic", &good);
    let run = verify(&dir, &["e\u{1b}[2J\nRESULT: VALID.lic"]).expect_code(0);
    assert!(run.stdout.contains("`  e\\u{1b}[2J\\nRESULT: VALID.lic  2 blocks  "), "{}", run.stdout);
}

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
fn on_a_terminal(dir: &TestDir, args: &[&str]) -> Option<Vec<u8>> {
    if !crate::support::has_tools(&["python3"], "a terminal") {
        return None;
    }
    let done = Command::new("python3")
        .arg(root().join("tests/sign/terminal.py"))
        .arg(env!("CARGO_BIN_EXE_keywright"))
        .args(args)
        .current_dir(dir.path(""))
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
fn threat_36_control_bytes_are_escaped_on_terminal() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    let mut colored = false;
    // Few runs, each with much: a terminal of its own takes its time.
    let texts = [HOSTILE[..5].concat(), HOSTILE[5..9].concat(), HOSTILE[9].to_owned()];
    for (number, text) in texts.iter().take(cases(3, 1)).enumerate() {
        let text = text.as_str();
        let name = format!("h{number}\u{1b}[2J\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n.lic");
        let option = format!("--x\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n{}", text.trim_matches('\0'));
        let content = good
            .replace("Bäckerei", text)
            .replace("# Issued", &format!("# {text}"))
            .replace("FEATURE MyDraw", &format!("FEATURE My{text}Draw"))
            .replace("COUNT=20", &format!("COUNT=20 {text}=1"));
        dir.write(&name, content + &good + &format!("FEATURE x {{ VENDOR=\"{text}\" KEY={text} }}\n"));
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
            let Some(raw) = on_a_terminal(&dir, args) else { return };
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
    assert!(colored, "the terminal was mistaken for one");
}

/// Names of files, directories and options come from outside too: whatever is done with them, they begin no line.
#[cfg(unix)]
#[test]
fn threat_36_names_cannot_imitate_verdict_lines() {
    let dir = signed_dir();
    let name = "x\nRESULT: VALID (9 of 9 blocks valid)  exit 0\n\u{1b}[2J.lic";
    dir.write(name, "FEATURE a { VENDOR=V COUNT=5 }\n");
    let directory = format!("d{name}");
    dir.write(&format!("{directory}/a.lic"), "FEATURE a{VENDOR=V COUNT=5}");
    let key = format!("k{name}");
    let store = format!("t{name}");
    for args in [
        &["lint", name][..],
        &["lint", "--format", "concise", &directory],
        &["lint", "--format", "github", name],
        &["lint", "--fix", name],
        &["fmt", "--diff", &directory],
        &["fmt", "--diff", name],
        &["verify", name, "missing\nRESULT: VALID (9"],
        &["verify", &directory],
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
        let run = dir.run(args);
        for stream in [&run.stdout, &run.stderr] {
            assert!(!stream.contains('\u{1b}'), "{args:?}: {stream:?}");
            assert!(!stream.lines().any(|line| line.starts_with("RESULT: VALID (9")), "{args:?}: {stream:?}");
        }
    }
}
