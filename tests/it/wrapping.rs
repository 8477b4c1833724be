//! Output on narrow terminals: lines break between words, never inside of one.
#![cfg(target_os = "linux")]

use crate::support::{TestDir, has_tools};

/// Commands whose output is wrapped.
const COMMANDS: &[&str] = &[
    "--help",
    "lint --help",
    "issue --help",
    "verify --help",
    "keys embed --help",
    "convert --help",
    "explain C001",
    "explain V023",
    "explain R003",
    "explain L001",
    "explain --all",
    "explain MyDraw pool.lic",
    "lint pool.lic faulty.lic",
    "verify --trust keys pool.lic",
    "verify --trust none pool.lic",
    "capacity pool.lic",
    "diff pool.lic faulty.lic",
    "keys list",
    "new --list",
    "convert flexnet.lic -o out.lic",
    "lint --deny no-such-rule pool.lic",
];

/// Returns the words that a command prints on a terminal of this width, without frames.
fn words(dir: &TestDir, columns: u32, command: &str) -> Vec<String> {
    let program = env!("CARGO_BIN_EXE_keywright");
    let line = format!("stty cols {columns} rows 50; NO_COLOR=1 {program} {command}");
    let output = std::process::Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(dir.path("."))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_frame = |c: char| ('\u{2500}'..='\u{257f}').contains(&c) || c == '·';
    text.split(|c: char| c.is_whitespace() || is_frame(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn output_breaks_between_words_at_40_and_80_columns() {
    if !has_tools(&["script", "stty"], "a terminal of a given width") {
        return;
    }
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC", "--no-passphrase"]).expect_code(0);
    dir.write(
        "pool.lic",
        "FEATURE Pool { VENDOR=ABC COUNT=20 KEYTYPE=EXCLUSIVE VERSION=1.0 LICENSEE=\"A long name of a customer, and more\" }\n\
         FEATURE MyDraw { VENDOR=ABC KEYTYPE=TOKEN VERSION=1.0 TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n",
    );
    dir.write(
        "faulty.lic",
        "FEATURE Pool { VENDOR=ABC CUONT=20 KEYTYPE=EXCLUSVE }\nFEATURE Pool { VENDOR=ABC COUNT=1 }\n",
    );
    dir.write(
        "flexnet.lic",
        "SERVER host 001122334455 27000\nINCREMENT draw acmed 1.0 31-dec-2030 5 SIGN=\"0\"\n",
    );
    let mut wrapped = 0;
    for command in COMMANDS {
        let wide = words(&dir, 400, command);
        assert!(!wide.is_empty(), "{command}");
        for columns in [40, 80] {
            assert_eq!(words(&dir, columns, command), wide, "{command} at {columns} columns");
        }
        wrapped += wide.len();
    }
    assert!(wrapped > 1000, "{wrapped} words");
}
