//! Scenario files that pass, that fail, and that are invalid.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keywright::diagnostic::Diagnostic;
use keywright::scenario::{self, LicenseError, ScenarioResult};
use keywright::source::{FileId, SourceFile};

use crate::support::{files_below, root, snapshot};

fn yaml_files(directory: &str) -> Vec<PathBuf> {
    let files = files_below(directory).into_iter();
    files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

fn source(path: &Path) -> Arc<SourceFile> {
    let name = path.file_name().unwrap().to_str().unwrap();
    SourceFile::from_bytes(FileId(0), name, fs::read(path).unwrap())
}

fn play(source: &Arc<SourceFile>, directory: &Path) -> Result<Vec<ScenarioResult>, Vec<Diagnostic>> {
    let file = scenario::parse(source)?;
    let loaded = scenario::load(
        &file,
        |path| {
            fs::read(directory.join(path))
                .map(|bytes| SourceFile::from_bytes(FileId(0), path, bytes))
                .map_err(|_| LicenseError::Unreadable("no such file or directory".to_owned()))
        },
        Some(keywright::lint::Options::at(jiff::civil::Date::MIN)),
    )?;
    Ok(scenario::run(&file, &loaded.model, |_| true, scenario::Rows::All))
}

fn play_file(path: &Path) -> Result<Vec<ScenarioResult>, Vec<Diagnostic>> {
    play(&source(path), path.parent().unwrap())
}

fn findings_text(source: &SourceFile, findings: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in findings {
        let at = source.position(found.primary.span.start as usize);
        text += &format!("{}:{} {} {}\n", at.line, at.column, found.code.id, found.message);
        text +=
            &format!("    at `{}`\n", source.slice(found.primary.span).lines().next().unwrap_or_default());
        if let Some(help) = &found.help {
            text += &format!("    help: {help}\n");
        }
    }
    text
}

fn results_text(source: &SourceFile, results: &[ScenarioResult]) -> String {
    let mut text = String::new();
    for result in results {
        text += &format!("{} {}\n", if result.passed() { "ok" } else { "FAILED" }, result.name);
        for row in &result.rows {
            let at = source.position(row.span.start as usize);
            text += &format!("  {}:{} {}\n", at.line, at.column, row.text);
            if !row.passed() {
                text += &format!("    expected {}\n    actual   {}\n", row.expected(), row.actual());
                row.reason.iter().for_each(|line| text += &format!("      {line}\n"));
            }
        }
    }
    text
}

#[test]
fn specification_tables_pass_as_scenarios() {
    let files = yaml_files("tests/scenarios/good");
    assert!(files.len() >= 8);
    for path in files {
        let source = source(&path);
        let results = play_file(&path).unwrap_or_else(|found| panic!("{}", findings_text(&source, &found)));
        assert!(results.iter().all(ScenarioResult::passed), "{}", results_text(&source, &results));
    }
}

#[test]
fn failing_rows_report_actual_values() {
    for path in yaml_files("tests/scenarios/failing") {
        let source = source(&path);
        let results = play_file(&path).unwrap_or_else(|found| panic!("{}", findings_text(&source, &found)));
        assert!(!results.iter().all(ScenarioResult::passed));
        let name = source.name().trim_end_matches(".scenarios.yaml").to_owned();
        snapshot("scenario", &format!("failing_{name}"), &results_text(&source, &results));
        let (updated, left) = scenario::updated(&source, &results);
        snapshot("scenario", &format!("updated_{name}"), &format!("{updated}--- left: {left}\n"));
    }
}

#[test]
fn update_is_stable() {
    for path in yaml_files("tests/scenarios/failing") {
        let source = source(&path);
        let directory = path.parent().unwrap();
        let (updated, left) = scenario::updated(&source, &play(&source, directory).unwrap());
        let again = SourceFile::new("again", updated.clone());
        let results = play(&again, directory).unwrap();
        assert_eq!(scenario::updated(&again, &results), (updated, left));
    }
}

#[test]
fn invalid_scenario_files_report_location() {
    for path in yaml_files("tests/scenarios/bad") {
        let source = source(&path);
        let found = play_file(&path).expect_err(source.name());
        let name = source.name().trim_end_matches(".yaml").to_owned();
        snapshot("scenario", &format!("bad_{name}"), &findings_text(&source, &found));
    }
}

#[test]
fn large_scenario_file_is_read() {
    let mut text = "license: pool.lic\nscenarios:\n  - name: long\n    table:\n".to_owned();
    for _ in 0..20_000 {
        text += "      - { feature: MyDraw, each: 5 }\n";
    }
    let results = play(&SourceFile::new("large", text), &root().join("tests/scenarios/good")).unwrap();
    assert!(results[0].passed());
    assert_eq!(results[0].rows.len(), 20_000);
}

#[test]
fn byte_order_mark_does_not_shift_locations() {
    let text =
        "\u{feff}license: pool.lic\nscenarios:\n  - name: é\n    table: [ { feature: MyDraw, each: 6 } ]\n";
    let source = SourceFile::new("bom", text);
    let results = play(&source, &root().join("tests/scenarios/good")).unwrap();
    let check = &results[0].rows[0].checks[0];
    assert_eq!(source.slice(check.span), "6");
    assert!(scenario::updated(&source, &results).0.contains("each: 5"));
}

#[test]
fn request_counts_are_limited() {
    let text = "license: pool.lic\nscenarios:\n  - name: many\n    steps:\n".to_owned()
        + &"      - { checkout: MyDraw, times: 1000000, denied: not-enough-licenses }\n".repeat(4);
    let text = text.replacen("steps:\n", "steps:\n      - { checkout: MyDraw, times: 4 }\n", 1);
    let results = play(&SourceFile::new("many", text), &root().join("tests/scenarios/good")).unwrap();
    assert_eq!(results[0].rows[4].actual(), "undetermined: step limit reached");
}
