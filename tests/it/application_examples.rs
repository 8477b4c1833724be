//! The example applications in docs/embedding.md: the text is that of the files, and the programs print what it says.

use std::fs;
use std::process::Command;

use crate::support::root;

/// The programs, with the language of their block in the page.
const PROGRAMS: &[(&str, &str)] = &[
    ("rust", "examples/application.rs"),
    ("c", "bindings/c/examples/application.c"),
    ("python", "bindings/python/examples/application.py"),
    ("js", "bindings/wasm/examples/application.mjs"),
    ("html", "bindings/wasm/examples/application.html"),
];

#[test]
fn page_contains_the_programs() {
    let page = fs::read_to_string(root().join("docs/embedding.md")).unwrap();
    for (language, path) in PROGRAMS {
        let program = fs::read_to_string(root().join(path)).unwrap();
        let block = format!("```{language}\n{program}```\n");
        assert!(page.contains(&block), "docs/embedding.md does not contain {path} as it is");
    }
}

#[test]
fn rust_example_prints_what_the_page_says() {
    let run = |license: &str| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["run", "--offline", "--locked", "--quiet", "--example", "application", "--"]);
        let output = cargo.arg(license).current_dir(root()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (success, output) = run("examples/application/license.lic");
    assert!(success, "{output}");
    let page = fs::read_to_string(root().join("docs/embedding.md")).unwrap();
    assert!(page.contains(&format!("```text\n{output}```\n")), "docs/embedding.md does not show:\n{output}");
    let (_, nothing) = run("README.md");
    assert!(nothing.contains("0 renderers run"), "{nothing}");
}

#[test]
fn c_example_has_the_keys_of_the_rust_example() {
    let text = fs::read(root().join("examples/application/license.keys")).unwrap();
    let header = fs::read_to_string(root().join("bindings/c/examples/license_keys.h")).unwrap();
    let digits = header.split(['{', ',', '}']).filter_map(|item| item.trim().strip_prefix("0x"));
    let bytes: Vec<u8> = digits.map(|digits| u8::from_str_radix(digits, 16).unwrap()).collect();
    assert_eq!(bytes, text);
}
