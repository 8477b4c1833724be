//! Plain English in comments, string literals and docs: a word list, and how doc comments begin.

use std::fs;
use std::path::Path;

use crate::rust_text::{Kind, segments};
use crate::support::{files_below, root};

/// Phrases that are fine in one file, each with the reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "src/sign/rollback.rs",
        "withdrawn",
        "a key of `last-seen.yaml`, which installed programs read and write",
    ),
    ("src/convert/rlm/keywords.rs", "hold", "a keyword of RLM"),
    ("src/convert/rlm/blocks.rs", "hold", "a keyword of RLM"),
    ("tests/it/convert_docs.rs", "hold", "a keyword of RLM"),
];

/// Words with which no doc comment begins: it begins with a noun phrase or a verb in the third person.
const OPENINGS: &[&str] =
    &["What", "Whether", "Who", "Whose", "Whom", "How", "Why", "Where", "Which", "When", "That", "Whatever"];

/// A phrase to avoid, in lower case, and what to write instead.
struct Entry {
    phrase: Vec<String>,
    instead: String,
}

fn entries() -> Vec<Entry> {
    let list = fs::read_to_string(root().join("tests/prose/words.txt")).unwrap();
    list.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (phrase, instead) = line.split_once('\t').unwrap();
            Entry { phrase: phrase.split(' ').map(str::to_lowercase).collect(), instead: instead.to_owned() }
        })
        .collect()
}

/// The words of a text. A word in capitals is kept as it is: `HOLD` is a directive.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || c == '`'))
        .filter(|word| !word.is_empty())
        .map(|word| if word.chars().any(char::is_lowercase) { word.to_lowercase() } else { word.to_owned() })
        .collect()
}

/// Returns true if the phrase is part of plain English, as in `there is no list` and `it is no longer valid`.
fn is_plain_negation(words: &[String], at: usize) -> bool {
    let negation = words.get(at + 1).is_some_and(|word| word == "no");
    let before = at.checked_sub(1).and_then(|at| words.get(at)).map(String::as_str);
    let after = words.get(at + 2).map(String::as_str);
    negation
        && (matches!(before, Some("there" | "here"))
            || matches!(after, Some("longer" | "need" | "way" | "such")))
}

/// The phrases of the list that a text contains.
fn offences<'e>(entries: &'e [Entry], text: &str) -> Vec<&'e Entry> {
    let words = words(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        for entry in entries {
            if words[at..].starts_with(&entry.phrase) && !is_plain_negation(&words, at) {
                found.push(entry);
            }
        }
    }
    found
}

/// The pieces of a file that people read: all of a text file, comments and strings of a Rust file. The comments of
/// consecutive lines are one piece, so that a phrase is found across a line break.
fn prose(path: &Path, text: &str) -> Vec<String> {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return vec![text.to_owned()];
    }
    let mut pieces: Vec<String> = Vec::new();
    let mut in_comment = false;
    for (kind, piece) in segments(text) {
        match kind {
            Kind::Comment if in_comment => pieces.last_mut().unwrap().push_str(&format!("\n{piece}")),
            Kind::Comment => pieces.push(piece.to_owned()),
            Kind::String => pieces.push(literal_text(piece)),
            Kind::Code => {}
        }
        in_comment = kind == Kind::Comment || (in_comment && piece.trim().is_empty());
    }
    pieces
}

/// The words of a string literal: without escapes and without the placeholders of a format string, which are code.
fn literal_text(literal: &str) -> String {
    let text = literal.replace("\\\n", " ").replace("\\n", " ").replace("\\\"", "\"");
    let mut words = String::new();
    let mut rest = text.replace("{{", " ").replace("}}", " ");
    while let Some((before, after)) = rest.split_once('{') {
        words.push_str(before);
        words.push(' ');
        match after.split_once('}') {
            Some((placeholder, after)) if is_placeholder(placeholder) => rest = after.to_owned(),
            _ => rest = after.to_owned(),
        }
    }
    words + &rest
}

/// Returns true for the inside of `{}`, `{name}` and `{name:>5}`.
fn is_placeholder(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn files() -> Vec<std::path::PathBuf> {
    let directories = ["src", "docs", "grammar", "templates", "examples", "benches", "tests/it"];
    let mut files: Vec<_> = directories.iter().flat_map(|directory| files_below(directory)).collect();
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Cargo.toml", "action.yml"];
    files.extend(top.iter().map(|name| root().join(name)).filter(|path| path.exists()));
    let is_text = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rs" | "md" | "toml" | "yml" | "pest" | "py"))
    };
    // This file quotes phrases of the list.
    let quotes = |path: &Path| path.ends_with("tests/it/prose.rs");
    files.into_iter().filter(|path| is_text(path) && !quotes(path)).collect()
}

#[test]
fn no_word_of_the_list_is_used() {
    let entries = entries();
    let mut found = Vec::new();
    for path in files() {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        for piece in prose(&path, &text) {
            for entry in offences(&entries, &piece) {
                let phrase = entry.phrase.join(" ");
                if !ALLOWED.iter().any(|(file, allowed, _)| *file == name && *allowed == phrase) {
                    let line = piece.trim().chars().take(120).collect::<String>();
                    found.push(format!("{name}: `{phrase}` (write: {})\n    {line}", entry.instead));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

#[test]
fn doc_comments_begin_with_a_noun_phrase_or_a_verb() {
    let mut found = Vec::new();
    for path in files_below("src").iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(path).unwrap();
        let mut before = "";
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let mark = ["///", "//!"].into_iter().find(|mark| line.starts_with(mark));
            if let Some(mark) = mark.filter(|mark| !before.starts_with(mark)) {
                let first = line[mark.len()..].split_whitespace().next().unwrap_or_default();
                if OPENINGS.contains(&first) {
                    found.push(format!("{}:{}: {line}", path.display(), number + 1));
                }
            }
            before = line;
        }
    }
    assert!(found.is_empty(), "{} doc comments:\n{}", found.len(), found.join("\n"));
}

#[test]
fn decisions_are_marked_with_a_word() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            !text.contains('\u{25c6}'),
            "{} uses a sign for a decision; write `DECISION:`",
            path.display()
        );
    }
}

#[test]
fn every_exception_is_needed_and_has_a_reason() {
    let entries = entries();
    for (file, phrase, reason) in ALLOWED {
        let path = root().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let pieces = prose(&path, &text);
        let used = pieces.iter().flat_map(|piece| offences(&entries, piece));
        assert!(used.into_iter().any(|entry| entry.phrase.join(" ") == *phrase), "{file}: `{phrase}`");
        assert!(reason.len() > 10, "{file}: `{phrase}` has no reason");
    }
}

#[test]
fn phrases_of_the_list_are_found() {
    let entries = entries();
    for text in ["A value stands here.", "it is no date", "Nobody reads it", "the text behind the sign"] {
        assert_eq!(offences(&entries, text).len(), 1, "{text}");
    }
    for text in ["HOLD=5", "There is no list", "it is no longer valid", "understand", "a_holds_b"] {
        assert!(offences(&entries, text).is_empty(), "{text}");
    }
}

#[test]
fn placeholders_and_code_are_not_read() {
    let entries = entries();
    let source =
        "let told = format!(\"{told}: {stands:>5} {{nobody}}\"); // a long comment that\n    // stands here";
    let pieces = prose(Path::new("a.rs"), source);
    let found: Vec<_> = pieces.iter().flat_map(|piece| offences(&entries, piece)).collect();
    let phrases: Vec<String> = found.iter().map(|entry| entry.phrase.join(" ")).collect();
    assert_eq!(phrases, ["nobody", "stands"]);
}
