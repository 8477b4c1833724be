//! The plain path of the parser and the grammar read every text alike: the same tree and the same findings.

use std::sync::Arc;

use keywright::source::{FileId, SourceFile};
use keywright::syntax::{Tree, parse, parse_by_grammar};
use proptest::prelude::*;

use crate::support::{cases, property_cases};

/// Parses a text in both ways. Returns the tree after comparing them.
fn read_alike(bytes: &[u8]) -> Tree {
    let source = SourceFile::from_bytes(FileId::default(), "m", bytes.to_vec());
    let (plain, grammar) = (parse(Arc::clone(&source)), parse_by_grammar(source));
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(plain.items(), grammar.items(), "{text:?}");
    assert_eq!(plain.errors(), grammar.errors(), "{text:?}");
    assert_eq!(plain.findings().more, grammar.findings().more, "{text:?}");
    plain
}

const BASES: [&str; 3] = [
    "FEATURE A\n{\n  VENDOR=V COUNT=5\n  LICENSEE=\"xü; [y]\" D=\"\"\n  KEY=Ab+/3==\n}\n\nFEATURE B-1{ K=4 }FEATURE C {}\n",
    "# set 1\r\n\r\n# pool\r\nFEATURE A # name\r\n# more\r\n{\r\n\tVENDOR = V # a } \" {\r\n\r\n\t# ü\r\n\tL=\"x } # y\"}\r\n#end",
    "\u{feff}FEATURE\u{a0}A{B=1 X}# “a\nFEATURE D { N=\"a\nb\" M=“c” }} stray { FEATURE E { K=\"1\"2 }\r",
];

const MARKS: [&str; 26] = [
    "\"",
    "#",
    "{",
    "}",
    "\n",
    " ",
    "=",
    "FEATURE",
    "\u{a0}",
    "x",
    "\r\n",
    "\r",
    "\t",
    "=3D",
    "“",
    "ü",
    "A=\"",
    "\u{85}",
    "\0",
    "=FEATURE X {",
    "FEATURE Y{",
    "\u{200b}",
    "# c\n",
    "A=1",
    "}\n}",
    "\u{feff}",
];

/// An endless sequence of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Replaces up to four places of a text by marks.
fn mutant(base: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = base.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(3)).min(bytes.len());
        bytes.splice(at..end, MARKS[dice.below(MARKS.len())].bytes());
    }
    bytes
}

#[test]
fn mutated_licenses_are_read_alike() {
    let mut dice = Dice(0x9e37_79b9);
    let mut unharmed = 0;
    let rounds = cases(100_000, 3_000);
    for base in BASES {
        for _ in 0..rounds {
            let tree = read_alike(&mutant(base, &mut dice));
            unharmed += usize::from(tree.errors().is_empty());
        }
    }
    assert!(unharmed > rounds / 4, "only {unharmed} mutants are without findings");
}

/// More than one part, of which some are plain.
#[test]
fn large_files_are_read_alike() {
    let unit = BASES[..2].concat();
    for odd in ["", "FEATURE A { X }", "FEATURE A { B=\u{a0}1 }\n", "FEATURE A { B=\"\n", "# \u{200b}\n"] {
        let text = format!("{}\n{odd}\n{}", unit.repeat(1_000), unit.repeat(1_500));
        let tree = read_alike(text.as_bytes());
        assert!(tree.blocks().count() > 5_000, "{odd:?}");
    }
}

proptest! {
    #![proptest_config(property_cases(20_000, 300))]

    #[test]
    fn arbitrary_bytes_are_read_alike(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_alike(&bytes);
    }

    #[test]
    fn joined_fragments_are_read_alike(parts in proptest::collection::vec(0..MARKS.len(), 0..40)) {
        let text: String = parts.into_iter().map(|at| MARKS[at]).collect();
        read_alike(text.as_bytes());
    }
}
