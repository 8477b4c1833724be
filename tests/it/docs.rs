//! The documentation agrees with the tables in the code, and its links lead to existing files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Mutex, PoisonError};

use keywright::license::{DIRECTIVES, Kind, Needs};
use keywright::limits;

use crate::support::{files_below, root};

fn allowed_kinds(kinds: &[Kind]) -> String {
    if kinds.len() == Kind::ALL.len() {
        return "all".to_owned();
    }
    let counted = kinds.iter().filter(|kind| **kind != Kind::Local).map(|kind| kind.as_str());
    if kinds == [Kind::Local] { "local".to_owned() } else { counted.collect::<Vec<_>>().join(", ") }
}

fn directives() -> String {
    let mut table = "| directive | value | on | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for row in DIRECTIVES {
        let needs = match row.needs {
            Needs::Nothing => "",
            Needs::Count => "; needs COUNT",
            Needs::Postpaid => "; needs PAYMENT=POSTPAID",
        };
        let repeats = if row.repeats() { format!("; at most {} times", row.most) } else { String::new() };
        let form = row.form.replace('|', "\\|");
        let cell = if row.quoted && row.form.starts_with('"') { format!("`{form}`") } else { form };
        writeln!(
            table,
            "| {} | {cell}{repeats} | {}{needs} | {} |",
            row.name,
            allowed_kinds(row.on),
            row.summary
        )
        .unwrap();
    }
    table
}

/// A number with a comma between thousands.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

fn limits() -> String {
    let mib = |bytes: usize| format!("{} MiB", bytes / limits::MIB);
    let count = |count: usize| thousands(count as u64);
    let mut rows = vec![
        ("a file".to_owned(), mib(limits::MAX_FILE_BYTES), "S014"),
        ("blocks of a file".to_owned(), count(limits::MAX_BLOCKS), "S015"),
        ("a block".to_owned(), mib(limits::MAX_BLOCK_BYTES), "S016"),
        (
            "a value, after runs of whitespace are folded".to_owned(),
            format!("{} bytes", limits::MAX_VALUE_BYTES),
            "V008",
        ),
        ("a name".to_owned(), format!("{} characters", limits::MAX_NAME), "V007"),
        ("COUNT, also of a dependency".to_owned(), limits::MAX_COUNT.to_string(), "V006"),
    ];
    for row in DIRECTIVES.iter().filter(|row| row.repeats()) {
        let code = if row.name == "TOKEN_DEPENDENCY" { "D004" } else { "V030" };
        rows.push((format!("{} directives of a block", row.name), count(row.most), code));
    }
    rows.push(("dependencies from a token to a license".to_owned(), limits::MAX_CHAIN.to_string(), "D003"));
    let mut table = "| what | at most | finding |\n| --- | --- | --- |\n".to_owned();
    for (what, most, code) in rows {
        let rule = keywright::lint::rule(code).unwrap();
        let anchor = format!("{}-{}", code.to_lowercase(), rule.code.name);
        writeln!(table, "| {what} | {most} | [{code}](rules.md#{anchor}) |").unwrap();
    }
    table
}

/// Checks the part of a document between two marks; `KEYWRIGHT_UPDATE=1` writes it.
fn check_part(begin: &str, end: &str, part: &str) {
    let _alone = LANGUAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = root().join("docs/language.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).unwrap();
    let (head, _) = rest.split_once("-->\n").unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let fresh = format!("{before}{begin}{head}-->\n\n{part}\n{end}{after}");
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), fresh, "stale: run with KEYWRIGHT_UPDATE=1");
}

/// One test at a time writes the document.
static LANGUAGE: Mutex<()> = Mutex::new(());

#[test]
fn docs_list_every_directive() {
    check_part("<!-- directives:", "<!-- end -->", &directives());
}

#[test]
fn docs_list_every_limit() {
    check_part("<!-- limits:", "<!-- end of limits -->", &limits());
}

/// Rules say numbers in words of their own: they are those of the limits.
#[test]
fn rule_pages_state_limits() {
    let numbers = [
        ("S014", format!("{} MiB", limits::MAX_FILE_BYTES / limits::MIB)),
        ("S015", thousands(limits::MAX_BLOCKS as u64)),
        ("V008", limits::MAX_VALUE_BYTES.to_string()),
        ("V030", limits::MAX_HOST_IDS.to_string()),
        ("V030", limits::MAX_TIERS.to_string()),
        ("D003", limits::MAX_CHAIN.to_string()),
        ("D004", limits::MAX_DEPENDENCIES.to_string()),
    ];
    for (code, number) in numbers {
        let rule = keywright::lint::rule(code).unwrap();
        assert!(rule.summary.contains(&number), "{code}: {}", rule.summary);
    }
}

/// The anchors that a renderer gives to the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn docs_link_to_existing_files_and_headings() {
    let mut documents = files_below("docs");
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    documents.extend(top.iter().map(|name| root().join(name)));
    for path in documents.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(path).unwrap();
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap();
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", path.display());
            if !anchor.is_empty() {
                let known = anchors(&fs::read_to_string(&target).unwrap());
                assert!(known.iter().any(|known| known == anchor), "{}: {link}", path.display());
            }
        }
    }
}

#[test]
fn book_lists_every_page() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for path in files_below("docs").iter().filter(|path| path.extension().is_some_and(|e| e == "md")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("]({name})")), "{name}");
    }
}

/// A decision in the code has an entry that says why, and an entry has a mark in the code.
#[test]
fn decisions_in_code_and_document_match() {
    let document = fs::read_to_string(root().join("docs/decisions.md")).unwrap();
    let in_document: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .flat_map(|heading| heading.split('`').skip(1).step_by(2))
        .filter(|name| name.starts_with("src/"))
        .collect();
    let sources = files_below("src");
    let in_code: BTreeSet<&str> = sources
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| fs::read_to_string(path).unwrap().contains("DECISION:"))
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(in_document, in_code);
}

/// The tree that newcomers find their way by: every path that CONTRIBUTING names exists.
#[test]
fn contributing_names_existing_paths() {
    for document in ["CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for word in text.split('`').skip(1).step_by(2).flat_map(str::split_whitespace) {
            let is_path = ["src/", "tests/", "docs/", "grammar/"].iter().any(|start| word.starts_with(start));
            if is_path && !word.contains('<') {
                assert!(root().join(word).exists(), "{document}: {word}");
            }
        }
    }
}
