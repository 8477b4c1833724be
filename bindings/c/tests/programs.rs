//! C programs that use the library: the vectors of applications, and misuse. With warnings as errors, and with the address
//! and undefined behaviour sanitizers.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    keys: String,
    cases: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    title: String,
    files: Vec<String>,
    revocations: Vec<String>,
    hosts: Vec<(String, String)>,
    at: String,
    script: Vec<String>,
    answers: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn vectors() -> Vectors {
    let path = root().join("../../tests/vectors/application-1.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Compiles a program, linked with the static library.
fn compile(path: &str, directory: &Path, options: &[&str]) -> PathBuf {
    let library = std::env::current_exe().unwrap().parent().unwrap().join("libkeywright_c.a");
    let program = directory.join("program");
    let output = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-g"])
        .args(options)
        .arg("-I")
        .arg(root().join("include"))
        .arg(root().join(path))
        .arg(library)
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Returns what a program has to read to answer a case.
fn input(keys: &str, case: &Vector) -> String {
    let mut text = format!("keys {}\n{keys}", keys.len());
    for list in &case.revocations {
        text += &format!("revocations {} {}\n{list}", list.len(), case.at);
    }
    for file in &case.files {
        text += &format!("file {}\n{file}", file.len());
    }
    for (kind, value) in &case.hosts {
        text += &format!("host {kind} {value}\n");
    }
    text += &format!("check {}\n", case.at);
    for command in &case.script {
        text += command;
        text.push('\n');
    }
    text
}

#[test]
fn c_program_answers_all_vectors() {
    let directory = tempfile::tempdir().unwrap();
    let program = compile("tests/programs/vectors.c", directory.path(), SANITIZERS);
    let vectors = vectors();
    assert!(vectors.cases.len() > 150);
    for case in &vectors.cases {
        let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input(&vectors.keys, case).as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", case.title);
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers.lines().collect::<Vec<_>>(), case.answers, "{}", case.title);
    }
}

#[test]
fn misuse_gives_a_status() {
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    fs::write(&keys, vectors().keys).unwrap();
    let program = compile("tests/programs/misuse.c", directory.path(), SANITIZERS);
    let run = |mode: &str| Command::new(&program).arg(&keys).arg(mode).output().unwrap();
    let output = run("usual");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    // To free a handle twice is a fault of the application. The sanitizer finds it.
    let output = run("double-free");
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("AddressSanitizer"), "{text}");
}

/// Installs the library and builds the example with the shared library, by pkg-config.
#[test]
fn installed_library_is_found_by_pkg_config() {
    if Command::new("pkg-config").arg("--version").output().is_err() {
        assert!(std::env::var_os("KEYWRIGHT_ALL_TOOLS").is_none(), "pkg-config is missing");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let prefix = directory.path().to_str().unwrap();
    let built = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(Command::new(root().join("install")).arg(prefix).arg(&built));
    let libraries = directory.path().join("lib");
    let mut pkg_config = Command::new("pkg-config");
    pkg_config.env("PKG_CONFIG_PATH", libraries.join("pkgconfig"));
    let flags = run(pkg_config.args(["--cflags", "--libs", "keywright"]));
    let program = directory.path().join("program");
    let mut compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compiler.arg(root().join("examples/application.c")).args(flags.split_whitespace());
    run(compiler.arg("-o").arg(&program));
    let mut program = Command::new(program);
    program.env("LD_LIBRARY_PATH", libraries).arg(root().join("../../examples/application/license.lic"));
    assert_eq!(run(&mut program), "2 renderers run; the next one: not-enough-licenses\n");
}

#[test]
fn example_runs() {
    let directory = tempfile::tempdir().unwrap();
    let program = compile("examples/application.c", directory.path(), &["-Wno-unused-result"]);
    let run = |license: &str| {
        let output = Command::new(&program).arg(root().join("../..").join(license)).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (success, text) = run("examples/application/license.lic");
    assert!(success && text == "2 renderers run; the next one: not-enough-licenses\n", "{text}");
    let (_, text) = run("README.md");
    assert!(text.contains("0 renderers run"), "{text}");
}
