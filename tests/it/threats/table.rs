//! TODO

use std::collections::BTreeSet;
use std::fs;

use crate::support::{files_below, root};

const ROWS: u32 = 53;

fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files_below("tests/it").into_iter().chain(files_below("src")) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            is_test |= line.starts_with("#[test]");
            if let Some(rest) = line.strip_prefix("fn ") {
                if is_test {
                    names.insert(rest.split('(').next().unwrap().to_owned());
                }
                is_test = false;
            }
        }
    }
    names
}

#[test]
fn every_threat_names_existing_tests() {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let tests = tests();
    let mut rows = BTreeSet::new();
    let mut named = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        let row: u32 = cells[0].parse().unwrap();
        assert!(rows.insert(row), "duplicate row {row}");
        let mut numbered = false;
        for name in cells[3].split(", ").map(|name| name.trim_matches('`')) {
            assert!(tests.contains(name), "row {row} names `{name}`, which is not a test");
            numbered |= name.contains(&format!("threat_{row:02}"));
            named.insert(name.to_owned());
        }
        assert!(numbered, "no test of row {row} carries its number");
    }
    let expected: BTreeSet<u32> = (1..=ROWS).collect();
    assert_eq!(rows, expected);
    let of_a_row = |name: &&String| name.starts_with("threat_");
    let forgotten: Vec<&String> =
        tests.iter().filter(of_a_row).filter(|name| !named.contains(*name)).collect();
    assert!(forgotten.is_empty(), "not in the table: {forgotten:?}");
}
