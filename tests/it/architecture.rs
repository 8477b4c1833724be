//! The house keeps its shape: direction of data, small files, one place for each foreign library.

use std::fs;
use std::path::Path;

use crate::support::{files_below, root};

/// Rooms from left to right; a room may import what stands to its left. Equal numbers stand side by side and do not
/// know each other.
const ROOMS: &[(&str, u32)] = &[
    ("files", 0),
    ("limits", 0),
    ("effort", 0),
    ("source", 1),
    ("diagnostic", 2),
    ("yaml", 3),
    ("syntax", 3),
    ("license", 4),
    ("graph", 5),
    ("lint", 6),
    ("sign", 6),
    ("resolve", 6),
    ("scenario", 7),
    ("author", 8),
    ("report", 9),
    ("cli", 10),
];

fn rank(room: &str) -> Option<u32> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn sources() -> Vec<(String, String, String)> {
    files_below("src")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (room_of(&path), name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The text without comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The text before the tests at its end.
fn production(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap()
}

/// The rooms that a file names as `crate::room`, alone or in braces.
fn imports(text: &str) -> Vec<String> {
    let code = code(text);
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map_or(rest, |group| group.split('}').next().unwrap());
        let parts: Vec<&str> = if rest.starts_with('{') { group.split(',').collect() } else { vec![group] };
        for part in parts {
            let word: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            rooms.push(word);
        }
    }
    rooms
}

#[test]
fn data_flows_one_way() {
    let mut wrong = Vec::new();
    for (room, name, text) in sources() {
        let Some(own) = rank(&room) else { continue };
        for import in imports(production(&text)) {
            let Some(other) = rank(&import) else { continue };
            if import != room && other >= own {
                wrong.push(format!("{name} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_is_known() {
    for (room, name, _) in sources() {
        assert!(
            rank(&room).is_some() || matches!(&*room, "lib" | "main" | "allocator"),
            "{name} stands in no room"
        );
    }
}

#[test]
fn foreign_libraries_have_one_door() {
    let doors: &[(&str, &[&str])] = &[
        ("pest", &["src/syntax/parse.rs"]),
        ("miette", &["src/report/human.rs"]),
        ("minijinja", &["src/issue"]),
        ("rusqlite", &["src/issue/log"]),
        ("csv", &["src/issue/order_csv.rs"]),
        ("petgraph", &["src/resolve/graph"]),
        ("ed25519_dalek", &["src/sign"]),
        ("clap", &["src/cli"]),
        ("toml", &["src/cli/config.rs"]),
        ("globset", &["src/cli/config.rs"]),
        ("ignore", &["src/cli/search.rs"]),
        (
            "rustix",
            &[
                "src/files",
                "src/sign/store_fs.rs",
                "src/cli/process.rs",
                "src/cli/issue/output_dir.rs",
                "src/cli/signer",
            ],
        ),
        ("indicatif", &["src/cli/progress.rs"]),
        ("rustyline", &["src/cli/simulate/prompt.rs"]),
    ];
    for (_, name, text) in sources() {
        for (library, allowed) in doors {
            let path = format!("{library}::");
            let used = code(&text).lines().any(|line| {
                line.match_indices(&path).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            });
            assert!(!used || allowed.iter().any(|door| name.starts_with(door)), "{name} names {library}");
        }
    }
}

#[test]
fn only_strict_verification_is_called() {
    for (_, name, text) in sources() {
        let code = code(&text);
        for banned in [".verify(", "verify_batch", "verify_prehashed", "hazmat"] {
            assert!(!code.contains(banned), "{name} calls {banned}");
        }
    }
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    for (_, name, text) in sources() {
        assert!(text.starts_with("//!"), "{name} does not begin with what it is for");
        let lines = production(&text).lines().count();
        assert!(lines <= 600, "{name} has {lines} lines");
        assert!(!text.contains("use super::*") || text.contains("#[cfg(test)]"), "{name} hides its imports");
    }
}

#[test]
fn nothing_is_left_open() {
    let open = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", concat!("#[", "ignore")];
    let all = sources().into_iter().map(|(_, name, text)| (name, text));
    for (name, text) in all {
        for word in open {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}

#[test]
fn the_library_builds_without_terminal_code() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let terminal = [
        "clap",
        "clap_complete",
        "clap_mangen",
        "csv",
        "globset",
        "ignore",
        "indicatif",
        "miette",
        "rayon",
        "rpassword",
        "rusqlite",
        "rustyline",
        "similar",
        "toml",
    ];
    for library in terminal {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{library} = "))).unwrap();
        assert!(line.contains("optional = true"), "{library} is not optional");
    }
}

#[test]
fn the_main_function_is_thin() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 30);
}
