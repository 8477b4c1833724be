//! The header and the exported symbols do not change by accident.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file of the repository with text that is made from the source. With KEYWRIGHT_UPDATE, writes the file.
fn assert_file(path: &str, text: &str) {
    let path = root().join(path);
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is not current: run this test with KEYWRIGHT_UPDATE=1", path.display());
}

#[test]
fn header_is_that_of_the_source() {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new().with_crate(root()).with_config(config).generate().unwrap();
    let mut text = Vec::new();
    bindings.write(&mut text);
    assert_file("include/keywright.h", &String::from_utf8(text).unwrap());
}

/// Every exported function is in the list. A function that disappears from it breaks programs: that needs a new major
/// version.
#[cfg(target_os = "linux")]
#[test]
fn library_exports_the_listed_symbols() {
    let mut nm = Command::new("nm");
    nm.args(["-D", "--defined-only", "--format=just-symbols"]).arg(library("so"));
    let output = nm.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut symbols: Vec<&str> = text.lines().filter(|name| name.starts_with("kw_")).collect();
    symbols.sort_unstable();
    assert_file("symbols.txt", &(symbols.join("\n") + "\n"));
}

/// The library that Cargo built for this test.
fn library(extension: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    deps.join(format!("libkeywright_c.{extension}"))
}
