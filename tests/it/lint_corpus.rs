//! The corpus of the linter: at least three cases per rule, each with a different cause that occurs in practice.
//!
//! A case is a file below `tests/corpus/lint/CODE/`, named after its situation. Its first line gives the expected result:
//!
//! - `# good: …`: CODE is not raised, and neither are other errors or warnings. These are valid files close to the fault.
//! - `# also: T002 C008`: CODE and these codes are raised, and no others.
//! - anything else, or no comment: CODE is raised, and no other code.
//!
//! `K002` (draft-file) is always accepted. `tests/corpus/keywright.toml` is the configuration of the cases, and
//! `tests/corpus/keys` their trust store. Cases that are too large for the repository are generated: see [`MADE`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use keywright::license::License;
use keywright::lint::{EXAMPLE_DAY, MAX_FINDINGS, Options, RULES, Stage, lint, rule};
use keywright::source::{FileId, MAX_FILE_BYTES, SourceFile};
use serde_json::Value;

use crate::support::{Outcome, TestDir, files_below, root, snapshot};

const DIRECTORY: &str = "tests/corpus/lint";

/// A file in the corpus.
struct Case {
    code: String,
    /// Path below the directory of its rule, without the extension.
    name: String,
    bytes: Vec<u8>,
}

impl Case {
    fn path(&self) -> String {
        format!("{DIRECTORY}/{}/{}.lic", self.code, self.name)
    }

    fn first_line(&self) -> &str {
        let text = self.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.bytes);
        std::str::from_utf8(text.split(|byte| *byte == b'\n').next().unwrap()).unwrap_or_default().trim_end()
    }

    fn is_good(&self) -> bool {
        self.first_line().starts_with("# good")
    }

    /// Other codes that the case raises.
    fn also(&self) -> BTreeSet<&str> {
        let list = self.first_line().strip_prefix("# also:").unwrap_or_default();
        let codes: BTreeSet<&str> = list.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        assert!(codes.iter().all(|code| rule(code).is_some()), "{}: {codes:?}", self.path());
        codes
    }
}

fn cases() -> Vec<Case> {
    let directory = root().join(DIRECTORY);
    let case = |path: std::path::PathBuf| {
        let name = path.strip_prefix(&directory).unwrap().to_str().unwrap().replace('\\', "/");
        let (code, name) = name.strip_suffix(".lic").expect("only licenses").split_once('/').unwrap();
        assert!(rule(code).is_some_and(|rule| rule.code.id == code), "no rule {code}");
        Case { code: code.to_owned(), name: name.to_owned(), bytes: fs::read(&path).unwrap() }
    };
    files_below(DIRECTORY).into_iter().map(case).collect()
}

/// Runs the command in the project directory.
fn lint_corpus(format: &str) -> Outcome {
    let seen = || fs::read(root().join("tests/corpus/keys/last-seen.yaml")).unwrap();
    let before = seen();
    let (year, month, day) = EXAMPLE_DAY;
    let output = TestDir::new()
        .command()
        .current_dir(root())
        .args(["lint", "--at", &format!("{year}-{month:02}-{day:02}"), "--format", format, "tests/corpus"])
        .output()
        .unwrap();
    assert_eq!(seen(), before, "the run changed the trust store");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Outcome { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The findings of the command, by path.
fn found() -> BTreeMap<String, Vec<Value>> {
    let report: Value = serde_json::from_str(&lint_corpus("json").stdout).unwrap();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for one in report["diagnostics"].as_array().unwrap() {
        found.entry(word(one, "file").to_owned()).or_default().push(one.clone());
    }
    found
}

fn word<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}

fn test_dir(object: &Value) -> String {
    let start = &object["range"]["start"];
    format!("{}:{}", start["line"], start["column"])
}

/// Formats findings for review: place, code and message, then labels and help, indented.
fn listing(found: &[Value]) -> String {
    let mut text = String::new();
    for one in found {
        let (severity, code, name) = (word(one, "severity"), word(one, "code"), word(one, "name"));
        writeln!(text, "{} {severity} {code} {name}\n    {}", test_dir(one), word(one, "message")).unwrap();
        if let Some(label) = one["label"].as_str() {
            writeln!(text, "    at {} {label}", test_dir(one)).unwrap();
        }
        for other in one["related"].as_array().unwrap() {
            writeln!(text, "    at {} {}", test_dir(other), word(other, "message")).unwrap();
        }
        if let Some(help) = one["help"].as_str() {
            writeln!(text, "    help: {help}").unwrap();
        }
    }
    text
}

/// Formats a file for review, with invisible characters escaped and long lines truncated.
fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 300;
    let Ok(text) = std::str::from_utf8(bytes) else {
        let escaped = bytes.escape_ascii().to_string().replace("\\n", "\\n\n");
        return escaped.lines().fold(String::new(), |text, line| text + &cut(line, LONGEST) + "\n");
    };
    let mut shown = String::new();
    for line in text.split_inclusive('\n') {
        let visible = |c: char| match c {
            '\n' => "\n".to_owned(),
            c if c.is_control() || "\u{a0}\u{ad}\u{feff}".contains(c) => c.escape_unicode().to_string(),
            c if keywright::syntax::hidden::class(c).is_some() => c.escape_unicode().to_string(),
            c => c.to_string(),
        };
        shown += &cut(&line.chars().map(visible).collect::<String>(), LONGEST);
    }
    shown
}

fn cut(line: &str, longest: usize) -> String {
    let length = line.chars().count();
    if length <= longest {
        return line.to_owned();
    }
    let (head, tail): (String, String) =
        (line.chars().take(100).collect(), line.chars().skip(length - 50).collect());
    format!("{head}… {} more characters …{tail}", length - 150)
}

/// Records each case with its findings.
#[test]
fn corpus_findings_match_snapshots() {
    let found = found();
    for case in cases() {
        let message = found.get(&case.path()).map(Vec::as_slice).unwrap_or_default();
        let text = shown(&case.bytes);
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        snapshot(
            "lint",
            &format!("{}-{}", case.code, case.name.replace('/', "-")),
            &format!("{text}{end}---\n{}", listing(message)),
        );
    }
}

/// Records all findings of the run in the concise format.
#[test]
fn corpus_codes_match_expected_counts() {
    let outcome = lint_corpus("concise");
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    snapshot("lint", "corpus", &outcome.stdout);
}

/// Checks the codes that a case raises.
fn check(case: &Case, found: &[Value]) {
    let path = case.path();
    let raised: BTreeSet<&str> = found.iter().map(|one| word(one, "code")).collect();
    if case.is_good() {
        assert!(!raised.contains(case.code.as_str()), "{path} raises {}", case.code);
        let grave = found.iter().find(|one| one["severity"] != "note");
        assert!(grave.is_none(), "{path}: {grave:#?}");
        return;
    }
    assert!(raised.contains(case.code.as_str()), "{path} does not raise {}, but {raised:?}", case.code);
    let free = [case.code.as_str(), "K002"];
    let others: BTreeSet<&str> = raised.into_iter().filter(|code| !free.contains(code)).collect();
    assert_eq!(others, case.also(), "{path}: additional findings to {}", case.code);
}

#[test]
fn corpus_has_three_cases_per_rule() {
    let found = found();
    let mut cases_of: BTreeMap<String, usize> = BTreeMap::new();
    let cases = cases();
    for case in &cases {
        check(case, found.get(&case.path()).map(Vec::as_slice).unwrap_or_default());
        *cases_of.entry(case.code.clone()).or_default() += usize::from(!case.is_good());
    }
    for (code, ..) in MADE {
        *cases_of.entry((*code).to_owned()).or_default() += 1;
    }
    let few: Vec<_> =
        RULES.iter().map(|rule| rule.code.id).filter(|id| cases_of.get(*id) < Some(&3)).collect();
    assert!(few.is_empty(), "fewer than three cases: {few:?}");
    let paths: BTreeSet<String> = cases.iter().map(Case::path).collect();
    assert!(found.keys().all(|path| paths.contains(path)), "a finding on another file");
}

/// Replaces each ASCII value of SN and LICENSEE consistently with another value.
fn with_other_customers(license: &License) -> String {
    let mut others: BTreeMap<String, String> = BTreeMap::new();
    let (mut text, mut at) = (String::new(), 0);
    for directive in license.tree.blocks().flat_map(|(_, block)| block.directives()) {
        let name = license.source.slice(directive.name);
        let value = directive.value.folded(&license.source);
        if !["SN", "LICENSEE"].contains(&name) || !value.is_ascii() {
            continue;
        }
        let count = others.len();
        let other = others.entry(format!("{name}={value}"));
        let range = directive.value.span.range();
        text += &license.source.text()[at..range.start];
        text += other.or_insert(format!("\"Q-{count}\""));
        at = range.end;
    }
    text + &license.source.text()[at..]
}

/// Bulk issue lints licenses once that differ only in SN and LICENSEE, so the values must not matter.
#[test]
fn errors_depend_only_on_equality_of_sn_and_licensee() {
    let (year, month, day) = EXAMPLE_DAY;
    let day = jiff::civil::date(year, month, day);
    let options = Options { stage: Stage::Signing, ..Options::at(day) };
    let mut compared = BTreeSet::new();
    for case in cases() {
        let Ok(text) = String::from_utf8(case.bytes.clone()) else { continue };
        let license = License::from_text("case.lic", &text);
        let other = with_other_customers(&license);
        if !license.diagnostics.is_empty() || other == text {
            continue;
        }
        let other = License::from_text("case.lic", &other);
        let codes =
            |license| -> Vec<&str> { lint(&[license], &options).iter().map(|found| found.code.id).collect() };
        assert_eq!(codes(&other), codes(&license), "{}", case.path());
        compared.insert(case.code);
    }
    assert!(["X003", "X004"].iter().all(|code| compared.contains(*code)), "{compared:?}");
}

/// A generated case: code, situation, other codes that are raised, and the generator of the file.
type Made = (&'static str, &'static str, &'static [&'static str], fn() -> Vec<u8>);

const MADE: &[Made] = &[
    ("S014", "a file of spaces, one byte too large", &[], || vec![b' '; MAX_FILE_BYTES + 1]),
    ("S014", "one endless line of a comment", &[], || endless(b"# ", b"x", b"")),
    ("S014", "a log that goes on and on", &[], || endless(b"", b"2026-06-01 checkout Draw: granted\n", b"")),
    ("S015", "one block too many", &["X001"], || b"FEATURE A{VENDOR=V}\n".repeat(100_001)),
    ("S015", "each block without its brace", &["S005", "A004"], || b"FEATURE A{\n".repeat(100_001)),
    ("S015", "each block with a quote that is not closed", &["S004", "A004"], || {
        b"FEATURE A{ COMMENT=\"\n".repeat(100_001)
    }),
    ("S016", "a comment of 8 MiB inside a block", &[], || block_of(b"# ", b"x", b"\n")),
    ("S016", "a picture in DATA", &[], || block_of(b"DATA=\"", b"iVBORw0KGgo", b"\"")),
    ("S016", "one line written again and again", &[], || block_of(b"", b"COUNT=5\n", b"")),
    ("D004", "513 modules, each with a pool of its own", &[], || {
        let pools = (0..513).map(|at| format!("FEATURE Part_{at:x}_ {{ VENDOR=Acme COUNT=1 }}\n"));
        suite((0..513).map(|at| format!("Part_{at:x}_ VERSION=1.0")), &pools.collect::<String>())
    }),
    ("D004", "one pool, asked for by 520 versions", &[], || {
        let pool = "FEATURE Pool { VENDOR=Acme VERSION=1.999 COUNT=UNLIMITED }\n";
        suite((0..520).map(|at| format!("Pool VERSION=1.{at}")), pool)
    }),
    ("D004", "one line pasted 600 times", &[], || {
        let pool = "FEATURE Pool { VENDOR=Acme COUNT=600 }\n";
        suite((0..600).map(|_| "Pool VERSION=1.0".to_owned()), pool)
    }),
    ("V030", "600 hosts of a cluster", &[], || {
        let hosts = (1..=600).map(|at| format!("  HOSTID=\"ETHERNET={at:012X}\"\n"));
        format!("FEATURE Draw\n{{\n  VENDOR=Acme\n{}}}\n", hosts.collect::<String>()).into_bytes()
    }),
    ("V030", "one host pasted 513 times", &["V027"], || {
        let hosts = "  HOSTID=\"ETHERNET=0050569E1A2B\"\n".repeat(513);
        format!("FEATURE Draw\n{{\n  VENDOR=Acme\n{hosts}}}\n").into_bytes()
    }),
    ("V030", "a price list of 200 tiers", &[], || {
        let tiers = (1..=200).map(|at| format!("  TIER=\"FROM={at}00 PRICE=0.04\"\n"));
        let head = "FEATURE Sim\n{\n  VENDOR=Acme KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH\n  PRICE=\"0.05 USD\"\n";
        format!("{head}{}}}\n", tiers.collect::<String>()).into_bytes()
    }),
    ("A004", "1001 comments with one typing error", &["A002", "S017"], || {
        b"# keywright: alow(D001) typing error\n".repeat(1001)
    }),
    ("A004", "1100 blocks of a program that forgets VENDOR", &["V003"], || {
        let blocks = (0..1100).map(|at| format!("FEATURE Part_{at:x}_ {{ COUNT=5 }}\n"));
        blocks.collect::<String>().into_bytes()
    }),
    ("A004", "a table pasted from a web page, 1200 lines of it", &["S008"], || {
        let blocks = (0..1200).map(|at| format!("FEATURE Part_{at:x}_\u{a0}{{ VENDOR=Acme }}\n"));
        blocks.collect::<String>().into_bytes()
    }),
];

/// A file above the size limit.
fn endless(head: &[u8], filling: &[u8], tail: &[u8]) -> Vec<u8> {
    [head, &filling.repeat(MAX_FILE_BYTES / filling.len() + 1), tail].concat()
}

/// A block larger than 8 MiB, followed by a valid one.
fn block_of(head: &[u8], filling: &[u8], tail: &[u8]) -> Vec<u8> {
    let filling = filling.repeat(8 * 1024 * 1024 / filling.len() + 1);
    let (open, close) = (&b"FEATURE Draw {\n"[..], &b"}\nFEATURE Print { VENDOR=Acme COUNT=5 }\n"[..]);
    [open, head, &filling, tail, close].concat()
}

/// A token with the given dependencies, and the pools that serve them.
fn suite(needs: impl Iterator<Item = String>, pools: &str) -> Vec<u8> {
    let needs = needs.map(|need| format!("  TOKEN_DEPENDENCY=\"FEATURE={need} COUNT=1\"\n"));
    let needs = needs.collect::<String>();
    format!("FEATURE Suite\n{{\n  VENDOR=Acme KEYTYPE=TOKEN\n{needs}}}\n{pools}").into_bytes()
}

#[test]
fn generated_cases_report_their_codes() {
    let (year, month, day) = EXAMPLE_DAY;
    let mut options = Options::at(jiff::civil::date(year, month, day));
    for (code, situation, also, make) in MADE {
        // Raise the limit, because among so many findings the expected one would only be counted.
        options.most = if *code == "A004" { MAX_FINDINGS } else { usize::MAX };
        let license = License::parse(SourceFile::from_bytes(FileId(0), "made.lic", make()));
        let found = lint(&[&license], &options);
        let own = found.iter().filter(|found| found.code.id == *code).count();
        assert_eq!(own, 1, "{code}: {situation}");
        let others: BTreeSet<&str> =
            found.iter().map(|found| found.code.id).filter(|id| *id != *code && *id != "K002").collect();
        assert_eq!(others, also.iter().copied().collect(), "{code}: {situation}");
    }
}
