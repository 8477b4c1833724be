//! Type names: within one crate a name has one meaning.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{files_below, root};

/// Names that a crate defines more than once: crate, name, and the reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("cli", "Args", "each subcommand has its arguments; code outside writes `verify::Args`"),
    ("cli", "Family", "one definition for Linux and one for all other systems, never both"),
];

/// Returns the name of the type that a line defines. An indented `type` is an associated type of a trait.
fn defined_type(line: &str) -> Option<&str> {
    let item = line.trim_start();
    let indented = item.len() < line.len();
    let item = match item.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => item,
    };
    let (keyword, rest) = item.split_once(' ')?;
    let is_type = match keyword {
        "struct" | "enum" | "trait" | "union" => true,
        "type" => !indented,
        _ => false,
    };
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = rest.get(..end)?;
    (is_type && name.starts_with(|c: char| c.is_uppercase())).then_some(name)
}

/// The files in which each type of a crate is defined. Unit tests are not counted.
fn definitions(text_of_files: &[(String, String)]) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, text) in text_of_files {
        let production = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
        for name in production.lines().filter_map(defined_type) {
            found.entry(name).or_default().push(file);
        }
    }
    found
}

fn files_of(krate: &Path) -> Vec<(String, String)> {
    let is_source = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs")
    };
    let name = krate.strip_prefix(root()).unwrap().to_str().unwrap();
    files_below(name)
        .into_iter()
        .filter(|path| is_source(path))
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn type_names_are_unique_within_a_crate() {
    let mut unused: Vec<_> = ALLOWED.iter().map(|(krate, name, _)| (*krate, *name)).collect();
    let mut repeated = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let krate = path.file_name().unwrap().to_str().unwrap();
        for (name, files) in definitions(&files_of(&path)) {
            if files.len() < 2 {
                continue;
            }
            let known = unused.len();
            unused.retain(|allowed| *allowed != (krate, name));
            if unused.len() == known {
                repeated.push(format!("`{name}` of {krate}: {}", files.join(", ")));
            }
        }
    }
    assert!(repeated.is_empty(), "rename all but one:\n{}", repeated.join("\n"));
    assert!(unused.is_empty(), "not needed in the allow list: {unused:?}");
}

#[test]
fn definitions_of_types_are_found() {
    for (line, name) in [
        ("struct Pool {", Some("Pool")),
        ("pub(super) enum Draw<'a> {", Some("Draw")),
        ("    pub struct Row(u32);", Some("Row")),
        ("pub type Change = (u8, u8);", Some("Change")),
        ("    type Err = Problem;", None),
        ("let structure = 1;", None),
        ("public struct", None),
    ] {
        assert_eq!(defined_type(line), name, "{line}");
    }
}
