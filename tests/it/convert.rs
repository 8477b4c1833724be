//! `keywright convert` as a user runs it: one directory per case in `tests/convert`, with the arguments in `args`.

use std::fs;

use crate::support::{TestDir, root, snapshot};

/// The day of all conversions.
pub(crate) const DAY: &str = "2026-06-01";

/// Runs a case. A license that is written is formatted, lints without error, and passes its scenarios.
fn run_case(name: &str) -> String {
    let directory = root().join("tests/convert").join(name);
    let place = TestDir::new();
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        place.write(path.file_name().unwrap().to_str().unwrap(), fs::read(&path).unwrap());
    }
    let line = place.read("args");
    let mut args = vec!["convert", "--at", DAY, "-o", "out.lic"];
    args.extend(line.split_whitespace());
    let outcome = place.run(&args);
    let written = place.path("out.lic").exists();
    assert_eq!(written, place.path("out.scenarios.yaml").exists(), "{name}");
    let mut shown = format!("$ keywright convert {}\n{}", line.trim(), outcome.shown());
    if written {
        place.run(&["fmt", "--check", "out.lic"]).expect_code(0);
        let lint = place.run(&["lint", "--format", "concise", "out.lic"]);
        assert_eq!(lint.code, 0, "{name}: {}", lint.stdout);
        place.run(&["test", "out.scenarios.yaml"]).expect_code(0);
        shown += &format!("--- out.lic\n{}--- out.scenarios.yaml\n", place.read("out.lic"));
        shown += &place.read("out.scenarios.yaml");
    } else {
        assert_ne!(outcome.code, 0, "{name}: nothing was written: {}", outcome.stderr);
    }
    shown
}

#[test]
fn cases_convert_as_recorded() {
    let mut names: Vec<String> = fs::read_dir(root().join("tests/convert"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{} cases", names.len());
    for name in names {
        snapshot("convert", &name, &run_case(&name));
    }
}
