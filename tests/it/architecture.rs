//! The structure of the workspace: direction of dependencies, file sizes, one place for each foreign library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{files_below, root};

/// The crates in dependency order: a crate may depend only on crates above it.
const CRATES: &[&str] = &[
    "files", "syntax", "yaml", "license", "resolve", "verify", "sign", "lint", "analysis", "scenario",
    "issue", "convert", "report", "cli",
];

/// A source file of the workspace.
struct Source {
    name: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    files_below("src")
        .into_iter()
        .filter(|path| is_rust(path))
        .map(|path| Source {
            name: path.strip_prefix(root()).unwrap().display().to_string(),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect()
}

/// The text without line comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The text before the unit tests at its end.
fn production(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap()
}

fn manifest(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path)).unwrap().parse().unwrap()
}

/// The names in all `[dependencies]` tables of a manifest, those for one platform included.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let own = manifest.get("dependencies").into_iter();
    let platforms = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let all = own.chain(platforms.filter_map(|(_, target)| target.get("dependencies")));
    all.flat_map(|table| table.as_table().unwrap().keys().cloned()).collect()
}

#[test]
fn crates_depend_only_on_crates_above_them() {
    for (at, name) in CRATES.iter().enumerate() {
        for dependency in dependencies(&manifest(&format!("src/{name}/Cargo.toml"))) {
            let Some(other) = dependency.strip_prefix("keywright-") else { continue };
            let above = CRATES.iter().position(|known| *known == other).unwrap();
            assert!(above < at, "{name} depends on {other}");
        }
    }
}

#[test]
fn every_directory_of_src_is_a_known_crate() {
    let directories: BTreeSet<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(directories, CRATES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn crates_take_versions_and_lints_from_the_workspace() {
    for name in CRATES {
        let manifest = manifest(&format!("src/{name}/Cargo.toml"));
        assert_eq!(manifest["package"]["name"].as_str(), Some(&*format!("keywright-{name}")));
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{name}");
        assert_eq!(manifest["package"]["version"]["workspace"].as_bool(), Some(true), "{name}");
        for (dependency, value) in manifest["dependencies"].as_table().unwrap() {
            assert_eq!(value["workspace"].as_bool(), Some(true), "{name}: {dependency}");
        }
    }
}

/// Returns the packages that `name` with these features needs on this computer, with those that only compile it, itself
/// not counted. `Cargo.lock` also lists packages for other platforms.
pub(crate) fn built_with(name: &str, features: &str) -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--package", name, "--features", features])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split(' ').next()).filter(|word| !word.is_empty());
    names.filter(|other| *other != name).map(str::to_owned).collect()
}

/// An application embeds this crate, so what comes with it must stay small.
#[test]
fn verify_has_few_dependencies() {
    let direct = dependencies(&manifest("src/verify/Cargo.toml"));
    assert!(direct.len() <= 15, "{direct:#?}");
    let all = built_with("keywright-verify", "resolve");
    assert!(all.len() <= 50, "{} packages: {all:#?}", all.len());
    for banned in ["serde-saphyr", "rayon", "getrandom", "clap", "miette", "tempfile", "pkcs8", "serde"] {
        assert!(!all.contains(banned), "keywright-verify depends on {banned}");
    }
}

#[test]
fn external_crates_are_used_in_listed_files_only() {
    let places: &[(&str, &[&str])] = &[
        ("pest", &["src/syntax/parse.rs"]),
        ("smol_str", &["src/license/value.rs", "src/scenario/short_text.rs"]),
        ("miette", &["src/report/human.rs"]),
        ("minijinja", &["src/issue"]),
        ("rusqlite", &["src/issue/log"]),
        ("csv", &["src/issue/order_csv.rs", "src/issue/renewal_orders.rs"]),
        ("roxmltree", &["src/convert/xmllicgen/reader.rs"]),
        ("dagre", &["src/report/graph/layout.rs"]),
        ("petgraph", &["src/resolve/graph"]),
        (
            "unicode_normalization",
            &["src/license/customer_name.rs", "src/license/host_id.rs", "src/sign/passphrase.rs"],
        ),
        ("ed25519_dalek", &["src/verify/public_key.rs", "src/sign"]),
        ("getrandom", &["src/sign"]),
        ("pkcs8", &["src/sign/key_file.rs"]),
        ("rayon", &["src/sign/all_cores.rs", "src/cli"]),
        ("clap", &["src/cli"]),
        ("toml", &["src/cli/config"]),
        ("globset", &["src/cli/config", "src/cli/license_set.rs"]),
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
    for Source { name, text } in sources() {
        for (library, allowed) in places {
            let path = format!("{library}::");
            let used = code(&text).lines().any(|line| {
                line.match_indices(&path).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            });
            assert!(!used || allowed.iter().any(|place| name.starts_with(place)), "{name} uses {library}");
        }
    }
}

#[test]
fn source_calls_only_strict_verification() {
    for Source { name, text } in sources() {
        let code = code(&text);
        for banned in [".verify(", "verify_batch", "verify_prehashed", "hazmat"] {
            assert!(!code.contains(banned), "{name} calls {banned}");
        }
    }
}

#[test]
fn source_files_are_short_and_documented() {
    let mut lengths = Vec::new();
    for Source { name, text } in sources() {
        assert!(text.starts_with("//!"), "{name} does not begin with a `//!` comment");
        let lines = production(&text).lines().count();
        assert!(lines <= 600, "{name} has {lines} lines");
        let is_test = name.ends_with("tests.rs") || text.contains("#[cfg(test)]");
        assert!(!text.contains("use super::*") || is_test, "{name} hides its imports");
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 130, "the median file has {median} lines");
}

#[test]
fn test_files_have_at_most_400_lines() {
    for path in files_below("tests/it") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn source_contains_no_todo_markers() {
    let open = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", concat!("#[", "ignore")];
    for Source { name, text } in sources() {
        for word in open {
            assert!(!text.contains(word), "{name} contains {word}");
        }
    }
}

#[test]
fn main_file_is_at_most_30_lines() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 30);
}
