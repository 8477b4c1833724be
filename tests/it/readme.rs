//! The examples of the README and the tour print the output that these documents show.
//!
//! The shell runs all `console` blocks in order, in one directory. A block contains lines `$ command`, each followed by its
//! output on both streams. The README shows key ids and current dates as `…`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{TestDir, root};

struct Example {
    command: String,
    printed: String,
}

/// Returns the examples of a document, each with the line number of its command.
fn examples(text: &str) -> Vec<(usize, Example)> {
    let mut found: Vec<(usize, Example)> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => {
                    let example = Example { command: command.to_owned(), printed: String::new() };
                    found.push((index + 1, example));
                }
                (None, Some((_, example))) => writeln!(example.printed, "{line}").unwrap(),
                (None, None) => panic!("line {}: output without a command", index + 1),
            },
        }
    }
    found
}

pub(crate) fn run(dir: &TestDir, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_keywright")).parent().unwrap().to_owned();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(dir.path("."))
        .env_clear()
        .env("PATH", path)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    neutral(&without_today(&String::from_utf8(output.stdout).unwrap()))
}

/// Replaces the day and the time at which a command ran, which the issue log records, by a word.
fn without_today(text: &str) -> String {
    const TIME: usize = "T06:48:47Z".len();
    let now = jiff::Timestamp::now().to_string();
    let mut parts = text.split(&now[..10]);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out += "TODAY";
        out += if part.starts_with('T') { &part[TIME..] } else { part };
    }
    out
}

/// Replaces key ids, which differ from run to run.
fn neutral(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let is_id =
            word.len() == 16 && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        out.push_str(if is_id { "1f7f1125050563e1" } else { word });
        word.clear();
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out.lines().map(str::trim_end).fold(String::new(), |text, line| text + line + "\n")
}

/// Returns the document with the actual output below each command.
fn with_printed(text: &str, printed: &[String]) -> String {
    let mut out = String::new();
    let (mut inside, mut next) = (false, printed.iter());
    for line in text.lines() {
        let is_command = inside && line.starts_with("$ ");
        inside = line == "```console" || inside && line != "```";
        if !inside || line == "```console" || is_command {
            writeln!(out, "{line}").unwrap();
        }
        if is_command {
            let printed = next.next().unwrap().trim_end();
            out += &if printed.is_empty() { String::new() } else { format!("{printed}\n") };
        }
    }
    out
}

/// Runs the examples of a document in a directory of its own. `KEYWRIGHT_UPDATE=1` writes the actual output into it first, for
/// review of the difference.
#[cfg(unix)]
fn check(document: &str) {
    check_with(document, None);
}

/// Like [`check`], with the files of a directory of the project.
#[cfg(unix)]
fn check_with(document: &str, files: Option<&str>) {
    let path = root().join(document);
    let mut text = fs::read_to_string(&path).unwrap();
    let dir = TestDir::new();
    for file in files.iter().flat_map(|directory| crate::support::files_below(directory)) {
        dir.write(file.file_name().unwrap().to_str().unwrap(), fs::read(&file).unwrap());
    }
    let printed: Vec<String> =
        examples(&text).iter().map(|(_, example)| run(&dir, &example.command)).collect();
    assert!(printed.len() >= 8, "{document} has {} examples", printed.len());
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        text = with_printed(&text, &printed);
        fs::write(&path, &text).unwrap();
    }
    let mut wrong = String::new();
    for ((line, example), printed) in examples(&text).iter().zip(&printed) {
        if printed.trim_end() != neutral(&example.printed).trim_end() {
            writeln!(wrong, "{document}:{line}: $ {}\n{printed}", example.command).unwrap();
        }
    }
    assert!(wrong.is_empty(), "examples with other output than shown; actual output:\n{wrong}");
}

#[cfg(unix)]
#[test]
fn readme_examples_match_output() {
    check("README.md");
}

#[cfg(unix)]
#[test]
fn tour_examples_match_output() {
    check("docs/tour.md");
}

#[cfg(unix)]
#[test]
fn analysis_examples_match_output() {
    check("docs/analysis.md");
}

#[cfg(unix)]
#[test]
fn license_desk_examples_match_output() {
    check_with("docs/license-desk.md", Some("examples/license-desk"));
}

#[cfg(unix)]
#[test]
fn convert_examples_match_output() {
    check_with("docs/convert.md", Some("examples/convert"));
}

#[cfg(unix)]
#[test]
fn examples_of_pictures_match_output() {
    check("docs/pictures.md");
}
