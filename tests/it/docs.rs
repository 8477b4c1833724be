//! The documentation agrees with the tables in the code, and its links lead to existing files.

use std::fmt::Write as _;
use std::fs;

use keywright::license::{DIRECTIVES, Kind, Needs};

use crate::support::{files_below, root};

fn stands_on(kinds: &[Kind]) -> String {
    if kinds.len() == Kind::ALL.len() {
        return "all".to_owned();
    }
    let counted = kinds.iter().filter(|kind| **kind != Kind::Local).map(|kind| kind.word());
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
        let repeats = if row.repeats { "; may repeat" } else { "" };
        let form = row.form.replace('|', "\\|");
        let cell = if row.quoted && row.form.starts_with('"') { format!("`{form}`") } else { form };
        writeln!(
            table,
            "| {} | {cell}{repeats} | {}{needs} | {} |",
            row.name,
            stands_on(row.on),
            row.summary
        )
        .unwrap();
    }
    table
}

#[test]
fn docs_list_every_directive() {
    let path = root().join("docs/language.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- directives:").unwrap();
    let (head, _) = rest.split_once("-->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let fresh = format!("{before}<!-- directives:{head}-->\n\n{}\n<!-- end -->{after}", directives());
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), fresh, "stale: run with KEYWRIGHT_UPDATE=1");
}

#[test]
fn docs_link_to_files_that_exist() {
    let mut documents = files_below("docs");
    documents.push(root().join("README.md"));
    documents.push(root().join("CHANGELOG.md"));
    for path in documents.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(path).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(path.parent().unwrap().join(target).exists(), "{}: {target}", path.display());
        }
    }
}
