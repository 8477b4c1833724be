//! `verify --redact`: no part of a secret reaches any output, and an output does not depend on the secrets.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use crate::schema;
use crate::sign_cli::{DAY, KEY, test_dir, verify};
use crate::support::{Outcome, TestDir, property_cases};

/// Values that must not appear in a redacted report.
#[derive(Debug, Clone)]
struct Secrets {
    /// A good serial number; also part of file names.
    sn: String,
    licensee: String,
    host: String,
    data: String,
    comment: String,
    /// The name of a directive that does not exist.
    unknown: String,
    /// Text that no directive accepts.
    bad: String,
}

impl Secrets {
    fn all(&self) -> [&str; 7] {
        let Self { sn, licensee, host, data, comment, unknown, bad } = self;
        [sn, licensee, host, data, comment, unknown, bad]
    }

    /// The name of a file that is missing, of a store, of a log.
    fn path(&self, end: &str) -> String {
        format!("{}{end}", self.sn)
    }
}

/// Shortest piece of a secret that is looked for.
const PIECE: usize = 6;

fn assert_absent(secrets: &Secrets, run: &Outcome) {
    let shown = format!("{}{}", run.stdout, run.stderr);
    for secret in secrets.all() {
        let characters: Vec<char> = secret.chars().collect();
        for piece in characters.windows(PIECE) {
            let piece: String = piece.iter().collect();
            assert!(!shown.contains(&piece), "`{piece}` of {secret:?} in\n{shown}");
        }
    }
}

/// Signed blocks with all secrets, and files that are faulty in different ways.
fn write_files(dir: &TestDir, secrets: &Secrets) {
    let Secrets { sn, licensee, host, data, comment, unknown, bad } = secrets;
    let first = format!(
        "FEATURE MyDraw {{ VENDOR=ABC_Software SN={sn} LICENSEE=\"{licensee}\" HOSTID=\"CUSTOM={host}\"\n  \
         DATA=\"{data}\" COMMENT=\"{comment}\" OPTIONS=\"{data}\" PLATFORMS=\"{comment}\" }}\n"
    );
    let second = "FEATURE Other { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 SN=ANOTHER }\n";
    let directory = secrets.path("-files");
    let file = |end: &str| format!("{directory}/{}", secrets.path(end));
    dir.write(&file("-a.lic"), format!("{first}{second}"));
    dir.run(&["sign", &file("-a.lic"), "--key", KEY, "--in-place", "--allow", "X003,X004,V020,V023"])
        .expect_code(0);
    let good = dir.read(&file("-a.lic"));
    let changed = |name: &str, from: &str, to: &str| {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{name}");
        dir.write(&file(name), text);
    };
    let quoted = format!("\"{licensee}\"");
    changed("-copy.lic", "FEATURE", "# copied\nFEATURE");
    changed("-invalid.lic", &quoted, "\"another\"");
    changed("-exchanged.lic", "FEATURE MyDraw", "FEATURE MyWrite");
    changed("-vendor.lic", "VENDOR=ABC_Software", &format!("VENDOR=\"{bad}\""));
    changed("-name.lic", "MyDraw", &bad.replace([' ', '"', '{', '}', '#', '='], "."));
    changed("-sn.lic", &format!("SN={sn}"), &format!("SN=\"{bad}\""));
    changed("-host.lic", "CUSTOM=", bad);
    changed("-count.lic", "COUNT=1", &format!("COUNT=\"{bad}\""));
    changed("-dependency.lic", "COUNT=1", &format!("TOKEN_DEPENDENCY=\"FEATURE={bad} VERSION=1.0\""));
    changed("-date.lic", "COUNT=1", &format!("COUNT=1 END=\"{bad}\""));
    changed("-twice.lic", "COUNT=1", &format!("COUNT=1 SN={sn}"));
    changed("-unknown.lic", "COUNT=1", &format!("COUNT=1 {unknown}=\"{comment}\""));
    changed("-close.lic", "COUNT=1", &format!("COUNT=1 LICENSE=\"{licensee}\""));
    changed("-stray.lic", "COUNT=1", &format!("COUNT=1 {unknown} {data}"));
    changed("-curly.lic", &quoted, &format!("“{licensee}”"));
    changed("-hidden.lic", &quoted, &format!("\"{licensee}\u{200b}\""));
    changed("-open.lic", &quoted, &format!("\"{licensee}"));
    changed("-text.lic", "FEATURE", &format!("{unknown} {licensee}\nFEATURE"));
    changed("-comment.lic", "FEATURE", &format!("# {comment} \u{202e}\nFEATURE"));
    changed("-key.lic", "KEY=", &format!("KEY={unknown}"));
    dir.write(&secrets.path("-empty/note.txt"), "");
    #[cfg(unix)]
    std::os::unix::fs::symlink("missing", dir.path(&file("-link.lic"))).unwrap();
}

/// The commands whose output must not contain a secret: each reads different files or fails in a different way.
fn commands(secrets: &Secrets) -> Vec<Vec<String>> {
    let directory = secrets.path("-files");
    let file = format!("{directory}/{}", secrets.path("-a.lic"));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        words(&[&directory]),
        words(&[&directory, "--one-set", "--require-all"]),
        words(&[&file, &secrets.path("-gone.lic"), &secrets.path("-empty"), &file]),
        words(&[&file, "--vendor", "Another"]),
        words(&[&file, "--log", &secrets.path("-gone.log")]),
        words(&[&file, "--trust", &secrets.path("-gone")]),
        words(&[&file, "--revocations", &secrets.path("-gone.list")]),
        words(&[&file, "--revocations", &file]),
    ]
}

fn run_all(dir: &TestDir, secrets: &Secrets) -> Vec<Outcome> {
    let mut runs = Vec::new();
    for command in commands(secrets) {
        for format in ["human", "json"] {
            let mut args: Vec<&str> = command.iter().map(String::as_str).collect();
            args.extend(["--redact", "--format", format]);
            let run = verify(dir, &args);
            if format == "json" && !run.stdout.is_empty() {
                let report: Value = serde_json::from_str(&run.stdout).unwrap();
                assert_eq!(schema::faults("verify", &report), [""; 0]);
            }
            runs.push(run);
        }
    }
    runs
}

fn revoke(dir: &TestDir, secrets: &Secrets) {
    // A reason is one line of visible text.
    let reason: String = secrets.licensee.chars().filter(char::is_ascii_alphanumeric).collect();
    dir.run(&["revoke", "--sn", &secrets.sn, "--reason", &reason, "--key", KEY]).expect_code(0);
}

/// A word that occurs in no output by chance.
fn word() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[A-Z][0-9][a-z][0-9][A-Z]{2}[0-9]{2}[A-Z][a-z]{3}").unwrap()
}

/// Two words with something unusual between them.
fn text(between: &'static [&'static str]) -> impl Strategy<Value = String> {
    (word(), proptest::sample::select(between), word()).prop_map(|(one, c, two)| format!("{one}{c}{two}"))
}

/// Characters that a value may contain.
const GOOD: &[&str] =
    &["", " ", "`", "``", "'", " # ", "{", "} ", " = ", "ä", "日", "…", "क्\u{200d}ष", "\\", "%s", "$(x)"];

/// What no name, date or number contains.
const BAD: &[&str] = &[
    " ",
    "`",
    "` `",
    ".",
    "ä",
    "\u{202e}",
    "\u{200b}",
    "\u{3164}",
    "\u{f8ff}",
    "\u{fe0f}",
    "\u{1b}[2J",
    "\u{a0}",
    "’",
];

fn secrets() -> impl Strategy<Value = Secrets> {
    let free = || text(GOOD);
    (word(), free(), free(), free(), free(), word(), text(BAD)).prop_map(
        |(sn, licensee, host, data, comment, unknown, bad)| {
            let unknown = format!("X{unknown}");
            Secrets { sn, licensee, host, data, comment, unknown, bad }
        },
    )
}

proptest! {
    #![proptest_config(property_cases(6, 2))]

    #[test]
    fn redacted_report_contains_no_part_of_secret(secrets in secrets()) {
        let dir = test_dir();
        write_files(&dir, &secrets);
        for run in run_all(&dir, &secrets) {
            assert_absent(&secrets, &run);
        }
        revoke(&dir, &secrets);
        for run in run_all(&dir, &secrets) {
            assert_absent(&secrets, &run);
        }
    }
}

/// An output without what must differ: digests of blocks.
fn without_digests(run: &Outcome) -> String {
    let mut text = String::new();
    for line in run.stdout.lines().chain(run.stderr.lines()).filter(|line| !line.contains("\"digest\": \"")) {
        writeln!(text, "{line}").unwrap();
    }
    text
}

#[test]
fn redacted_report_is_independent_of_secrets() {
    // Values that are words of the report, of the language, of the license, or of a mask. The length of an invalid KEY is
    // reported, so the names that end up in one are equally long.
    let of = |[sn, licensee, host, data, comment, unknown, bad]: [&str; 7]| Secrets {
        sn: sn.to_owned(),
        licensee: licensee.to_owned(),
        host: host.to_owned(),
        data: data.to_owned(),
        comment: comment.to_owned(),
        unknown: unknown.to_owned(),
        bad: bad.to_owned(),
    };
    let plain = of(["Q7x", "Q7x", "Q7x", "Q7x", "Q7x", "Q7XYZXYZXYZQ7XY", "Q 7"]);
    let outputs = |secrets: &Secrets| {
        let dir = test_dir();
        write_files(&dir, secrets);
        run_all(&dir, secrets).iter().map(without_digests).collect::<Vec<String>>()
    };
    let expected = outputs(&plain);
    for words in [
        ["VALID", "COUNT", "MyDraw", "ABC_Software", "SN", "VALIDATIONVALID", "MyDraw MyDraw"],
        ["MyDraw", "RESULT: VALID", "line 1", "file 1", "[redacted]", "REDACTEDREDACTE", "VALID ABC"],
        ["ABC_Software", "1", "0", "exit 0", "2026-03-01", "VENDORVENDORVEN", "MyDraw COUNT"],
    ] {
        for (found, expected) in outputs(&of(words)).iter().zip(&expected) {
            let different = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
            assert_eq!(different, None, "{words:?}");
            assert_eq!(found.lines().count(), expected.lines().count(), "{words:?}");
        }
    }
}

#[test]
fn redacted_report_keeps_codes_and_locations() {
    let dir = test_dir();
    let text = "FEATURE MyDraw { VENDOR=ABC_Software SN=S-1 LICENSEE=ACME COUNT=1 COUNT=2 }\n\
        FEATURE Other { VENDOR=\"ACME Ltd\" COUNT=1 }\n";
    dir.write("S-1.lic", text);
    let run = verify(&dir, &["missing.lic", "S-1.lic", "--redact"]).expect_code(6);
    for line in [
        "license  file 1  not read",
        "license  file 2  2 blocks  verified for 2026-03-01  trust [redacted]",
        "duplicate directive (line 1)",
        "bad name (line 2)",
        "run `keywright lint` to see all errors in the file",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    assert!(run.stderr.contains("cannot read file 1 of the command line"), "{}", run.stderr);
    assert!(run.stderr.contains("run the command again without `--redact`"), "{}", run.stderr);
    let run = verify(&dir, &["S-1.lic", "--redact", "--format", "json"]).expect_code(3);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let blocks = &report["files"][0]["blocks"];
    assert_eq!(report["files"][0]["file"], "file 1");
    assert_eq!((&blocks[0]["vendor"], &blocks[1]["vendor"]), (&"ABC_Software".into(), &"[redacted]".into()));
    // Without the option everything is shown.
    let run = dir.run(&["verify", "--development", "--at", DAY, "S-1.lic"]).expect_code(3);
    assert!(run.stdout.contains("ACME Ltd") && run.stdout.contains("S-1.lic"), "{}", run.stdout);
}
