//! Parsing: the tree reproduces the text, and findings are at the right places.

use std::fs;

use keywright::license::License;
use keywright::source::{FileId, SourceFile};
use keywright::syntax;
use proptest::prelude::*;

use crate::support::{cases, files_below, root, snapshot, stem};

fn joined(license: &License) -> String {
    license.tree.tokens().iter().map(|(_, span)| license.source.slice(*span)).collect()
}

/// All license files of the tests.
fn corpus() -> Vec<(String, String)> {
    let directories = ["tests/examples", "tests/parse"];
    let files = directories.iter().flat_map(|directory| files_below(directory));
    let texts = files.filter(|path| path.extension().is_some_and(|extension| extension == "lic"));
    texts.filter_map(|path| Some((path.display().to_string(), fs::read_to_string(&path).ok()?))).collect()
}

#[test]
fn parsed_files_print_unchanged() {
    let corpus = corpus();
    assert!(corpus.len() > 10);
    for (name, text) in corpus {
        let windows = text.replace("\r\n", "\n").replace('\n', "\r\n");
        for variant in [text.clone(), windows, format!("\u{feff}{text}")] {
            assert_eq!(joined(&License::from_text(&name, &variant)), variant, "{name}");
        }
    }
}

#[test]
fn parser_accepts_every_prefix_and_deletion() {
    for (name, text) in corpus() {
        let step = text.len() / 400 + 1;
        for at in (0..text.len()).step_by(step).filter(|at| text.is_char_boundary(*at)) {
            let prefix = &text[..at];
            assert_eq!(joined(&License::from_text(&name, prefix)), prefix);
            let mut shorter = text.clone();
            shorter.remove(at);
            assert_eq!(joined(&License::from_text(&name, &shorter)), shorter);
        }
    }
}

/// Returns one line per finding, for the snapshots.
fn findings(license: &License) -> String {
    let mut lines = String::new();
    for found in &license.diagnostics {
        let at = license.source.position(found.primary.span.start as usize);
        lines += &format!("{}:{} {} {}", at.line, at.column, found.code.id, found.message);
        lines += &found.help.as_ref().map(|help| format!("\n    help: {help}")).unwrap_or_default();
        lines += &found.fix.as_ref().map(|fix| format!("\n    fix: {}", fix.title)).unwrap_or_default();
        lines.push('\n');
    }
    let read: Vec<&str> = license.features.iter().map(|feature| feature.name.value.as_str()).collect();
    format!("read: {}\nlost: {}\n{lines}", read.join(" "), license.broken.len())
}

#[test]
fn parser_errors_match_snapshots() {
    for path in files_below("tests/parse") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = SourceFile::from_bytes(FileId(0), name, fs::read(&path).unwrap());
        snapshot("parse", stem(&path), &findings(&License::parse(source)));
    }
}

#[test]
fn example_licenses_parse_without_errors() {
    for path in files_below("tests/examples") {
        let license = License::from_text("seed", &fs::read_to_string(&path).unwrap());
        assert!(license.broken.is_empty() && !license.has_errors(), "{}", path.display());
        assert!(license.features.iter().all(keywright::license::Feature::is_sound));
    }
}

#[test]
fn parser_rejects_blocks_above_limit() {
    let block = "FEATURE A { VENDOR=V }\n";
    let count = |n: usize| License::from_text("many", &block.repeat(n));
    let full = count(syntax::MAX_BLOCKS);
    assert!(full.diagnostics.is_empty() && full.features.len() == syntax::MAX_BLOCKS);
    let over = count(syntax::MAX_BLOCKS + 3);
    assert_eq!(over.features.len(), syntax::MAX_BLOCKS);
    let codes: Vec<&str> = over.diagnostics.iter().map(|found| found.code.id).collect();
    assert_eq!(codes, ["S015"]);
}

#[test]
fn value_limit_applies_after_folding() {
    let text = |n: usize| format!("FEATURE A {{ VENDOR=V COMMENT=\"a{}b  \n  c\" }}", "x".repeat(n));
    let codes = |n| -> Vec<&str> {
        License::from_text("long", &text(n)).diagnostics.iter().map(|found| found.code.id).collect()
    };
    assert_eq!(codes(8192 - 4), ["S009"]);
    assert_eq!(codes(8192 - 3), ["V008"]);
}

/// Hostile files of 300 kB each must be parsed in linear time and without deep recursion.
#[test]
fn parser_accepts_large_hostile_text() {
    let unit = [
        "{",
        "}",
        "\"",
        "(",
        "#",
        "=",
        "FEATURE ",
        "FEATURE A {",
        "FEATURE A { X=\"",
        "# FEATURE A {\n",
        "\r",
        "\0",
        "A=",
        "\u{a0}",
        "“",
        "FEATURE #",
    ];
    for unit in unit {
        let text = unit.repeat(cases(300_000, 100_000) / unit.len());
        std::thread::Builder::new()
            .stack_size(256 * 1024)
            .spawn(move || assert_eq!(joined(&License::from_text("hostile", &text)), text))
            .unwrap()
            .join()
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsed_random_text_prints_unchanged(text in "(FEATURE |[A-Z]{1,3}=|\"|#|\\{|\\}|\n|\r\n| |\u{a0}|x|é|\u{202e}|\u{1}|[0-9.-]{1,4}){0,60}") {
        prop_assert_eq!(joined(&License::from_text("any", &text)), text);
    }

    #[test]
    fn parser_accepts_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let source = SourceFile::from_bytes(FileId(0), "any", bytes);
        let license = License::parse(source);
        prop_assert_eq!(joined(&license), license.source.text());
    }
}

#[test]
fn root_is_project_directory() {
    assert!(root().join("grammar/license.pest").is_file());
}
