//! Comparison with a second reader of licenses, written in Python.

use std::io::Write as _;
use std::process::{Command, Stdio};

use keywright::license::License;
use keywright::verify::Payload;

use crate::sign::PLAIN;
use crate::support::{cases, root};

/// Numbers without end, the same in every run.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// Pieces that mean something to a reader of licenses.
const FRAGMENTS: &[&str] = &[
    "\"",
    "#",
    "{",
    "}",
    "=",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u{a0}",
    "\u{7f}",
    "\0",
    "\u{85}",
    "\u{feff}",
    "FEATURE ",
    "FEATURE x {",
    "COUNT=5",
    " SN=\"a  b\"",
    "KEY=\"AQ EA\"",
    "ä",
    "“",
    "HOSTID=\"A=1\" ",
    "~|!",
    "=\"",
    "# \" {\n",
    "_",
    "A=",
];

pub(crate) fn mutated(base: &str, dice: &mut Rng) -> String {
    let mut text: Vec<char> = base.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(4)).min(text.len());
        let piece: Vec<char> = FRAGMENTS[dice.below(FRAGMENTS.len())].chars().collect();
        text.splice(at..end, piece);
    }
    text.into_iter().collect()
}

/// What is signed of each block; nothing where the text is refused, whatever its values mean.
fn payloads(text: &str) -> Option<Vec<String>> {
    let license = License::from_text("differential.lic", text);
    let refused = |code: &str| code.starts_with('S') || code == "V002";
    if license.diagnostics.iter().any(|found| found.is_error() && refused(found.code.id)) {
        return None;
    }
    assert!(license.broken.is_empty(), "lost without an error: {text:?}");
    let payload =
        |feature| String::from_utf8(Payload::from_block(&license, feature).as_bytes().to_vec()).unwrap();
    Some(license.features.iter().map(payload).collect())
}

#[test]
fn threat_12_python_reader_agrees() {
    if !crate::support::has_tools(&["python3"], "reading against another reader") {
        return;
    }
    let count = cases(3000, 600);
    let mut dice = Rng(0x1357_9bdf_0246_8ace);
    let small = "FEATURE a { VENDOR=v HOSTID=\"A=1\" SN=\"s 1\" # }\n HOSTID=\"B=2\" }\n# end\n";
    let texts: Vec<String> =
        (0..count).map(|n| mutated(if n % 3 == 0 { PLAIN } else { small }, &mut dice)).collect();
    let mut reader = Command::new("python3")
        .arg("-B")
        .arg(root().join("tests/vectors/reader.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(&texts).unwrap();
    let mut stdin = reader.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = reader.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    let theirs: Vec<Option<Vec<String>>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(theirs.len(), texts.len());
    let mut accepted = 0;
    for (text, theirs) in texts.iter().zip(theirs) {
        assert_eq!(payloads(text), theirs, "{text:?}");
        accepted += usize::from(theirs.is_some());
    }
    assert!(
        accepted > count / 10 && accepted < count * 9 / 10,
        "{accepted} accepted: the inputs are too good or too bad"
    );
}
