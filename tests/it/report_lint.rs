//! Report formats of the linter: each is valid for its consumer, and all contain the same findings.

use std::collections::BTreeSet;

use keywright::lint::RULES;
use serde_json::Value;

use crate::support::TestDir;
use crate::{sarif, schema};

/// A directory with files that raise findings of all severities, with related places, fixes and hostile names.
fn test_dir() -> TestDir {
    let dir = TestDir::new();
    let token = "FEATURE Draw\n{\n  VENDOR=Acme KEYTYPE=TOKEN\n  \
        TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\"\n}\n";
    dir
        .write("cycle.lic", token.replace("=Pool", "=Write") + &token.replace("Draw", "Write").replace("=Pool", "=Draw"))
        .write("fixes.lic", "\u{feff}FEATURE Größe\u{a0}A { VENDOR=Acme VENDOR=Acme CUONT=5 LICENSEE=\"a\n b\" }\nFEATURE B { VENDOR=Acme CUONT=5 LICENSEE=\"a\n b\" VENDOR=Acme }\n")
        .write("a & <b>, 100%: c.lic", "FEATURE X { VENDOR=\"<&'>\" COUNT=5 }\nFEATURE Y { VENDOR=x COUNT=0 \u{1b}[31m }\n")
        .write("good.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n# signed later\n")
        .write("latin.lic", b"FEATURE D { VENDOR=\xe4 }");
    dir
}

fn lint(dir: &TestDir, format: &str) -> String {
    dir.run(&["lint", "--format", format, "."]).expect_code(3).stdout
}

fn json(dir: &TestDir, format: &str) -> Value {
    serde_json::from_str(&lint(dir, format)).unwrap()
}

type Set = BTreeSet<(String, String, u64)>;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn of_json(dir: &TestDir) -> Vec<(String, String, u64)> {
    let report = json(dir, "json");
    let all = report["diagnostics"].as_array().unwrap();
    all.iter()
        .map(|found| {
            (text(&found["code"]), text(&found["file"]), found["range"]["start"]["line"].as_u64().unwrap())
        })
        .collect()
}

#[test]
fn all_formats_report_same_findings() {
    let dir = test_dir();
    let expected = of_json(&dir);
    assert!(expected.len() > 8, "{expected:?}");
    let set: Set = expected.iter().cloned().collect();
    let (count, codes) = (expected.len(), |line: &str| line.split(['[', ']']).nth(1).unwrap().to_owned());

    let concise = lint(&dir, "concise");
    let of_concise: Set = concise
        .lines()
        .map(|line| {
            let (file, rest) = line.split_once(".lic:").unwrap();
            (codes(rest), format!("{file}.lic"), rest.split(':').next().unwrap().parse().unwrap())
        })
        .collect();
    assert_eq!((concise.lines().count(), of_concise), (count, set.clone()));

    let github = lint(&dir, "github");
    let property = |line: &str, name: &str| {
        let value = line.split(&format!("{name}=")).nth(1).unwrap().split([',', ':']).next().unwrap();
        value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let of_github: Set = github
        .lines()
        .map(|line| {
            let code = property(line, "title").split(' ').next().unwrap().to_owned();
            (code, property(line, "file"), property(line, "line").parse().unwrap())
        })
        .collect();
    assert_eq!((github.lines().count(), of_github), (count, set.clone()));

    let gitlab = json(&dir, "gitlab");
    let issues = gitlab.as_array().unwrap();
    let of_gitlab: Set = issues
        .iter()
        .map(|issue| {
            let code = text(&issue["description"]).split(':').next().unwrap().to_owned();
            let line = issue["location"]["positions"]["begin"]["line"].as_u64().unwrap();
            (code, text(&issue["location"]["path"]), line)
        })
        .collect();
    assert_eq!((issues.len(), of_gitlab), (count, set.clone()));

    let sarif = json(&dir, "sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of_sarif: Set = results
        .iter()
        .map(|result| {
            let physical = &result["locations"][0]["physicalLocation"];
            let file = decoded(physical["artifactLocation"]["uri"].as_str().unwrap());
            (text(&result["ruleId"]), file, physical["region"]["startLine"].as_u64().unwrap())
        })
        .collect();
    assert_eq!((results.len(), of_sarif), (count, set.clone()));

    let junit = lint(&dir, "junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let cases =
        document.descendants().filter(|node| node.has_tag_name("testcase") && node.has_attribute("line"));
    let cases: Vec<(String, String, u64)> = cases
        .map(|case| {
            let code = case.attribute("name").unwrap().split(' ').next().unwrap().to_owned();
            (
                code,
                case.attribute("file").unwrap().to_owned(),
                case.attribute("line").unwrap().parse().unwrap(),
            )
        })
        .collect();
    assert_eq!((cases.len(), cases.into_iter().collect::<Set>()), (count, set.clone()));

    // The human format has a line with the code and name of each finding.
    let human = dir.run(&["lint", "."]).expect_code(3).stderr;
    for rule in RULES.iter() {
        let head = format!("{} {}\n", rule.code.id, rule.code.name);
        let drawn = human.match_indices(&head).count();
        assert_eq!(drawn, expected.iter().filter(|(code, ..)| code == rule.code.id).count(), "{head}{human}");
    }
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json_report_matches_schema() {
    let dir = test_dir();
    let report = json(&dir, "json");
    assert_eq!(schema::faults("lint", &report), [""; 0]);
    assert_eq!(report["summary"]["files"], 5);
    let all = report["diagnostics"].as_array().unwrap();
    let count = |severity: &str| all.iter().filter(|found| found["severity"] == severity).count();
    for (severity, key) in [("error", "errors"), ("warning", "warnings"), ("note", "notes")] {
        assert!(count(severity) > 0, "{severity}");
        assert_eq!(report["summary"][key], count(severity));
    }
    assert!(
        all.iter().any(|found| !found["fix"].is_null())
            && all.iter().any(|found| found["related"][0].is_object())
    );
    // The schema rejects invalid reports.
    let mut wrong = report.clone();
    wrong["diagnostics"][0]["severity"] = "fatal".into();
    wrong["diagnostics"][0]["extra"] = 1.into();
    wrong["summary"]["files"] = Value::Null;
    assert_eq!(schema::faults("lint", &wrong).len(), 3);
    let none = TestDir::new();
    none.write("a.lic", "");
    let report: Value = serde_json::from_str(&none.run(&["lint", "--format", "json", "."]).stdout).unwrap();
    assert_eq!(schema::faults("lint", &report), [""; 0]);
}

#[test]
fn json_report_has_roles_and_usable_totals() {
    let dir = TestDir::new();
    dir.write(
        "a.lic",
        "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 SN=1 }\nFEATURE Broken { COUNT }\n\
         FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n",
    );
    dir.write("b.lic", "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=35 SN=2 }\n");
    let sets = |more: &[&str]| {
        let args = [&["lint", "--format", "json", "--at", "2026-06-01", "a.lic", "b.lic"], more].concat();
        let report: Value = serde_json::from_str(&dir.run(&args).stdout).unwrap();
        assert_eq!(schema::faults("lint", &report), [""; 0]);
        report["sets"].as_array().unwrap().clone()
    };
    let usable = |set: &Value| -> Vec<Value> {
        set["usable"].as_array().unwrap().iter().map(|total| total["usable"].clone()).collect()
    };
    let alone = sets(&[]);
    assert_eq!(usable(&alone[0]), [20, 4]);
    assert_eq!(usable(&alone[1]), [35]);
    let [set] = sets(&["--together"]).try_into().unwrap();
    assert_eq!(usable(&set), [20, 4]);
    let roles: Vec<&Value> = set["blocks"].as_array().unwrap().iter().map(|block| &block["role"]).collect();
    assert_eq!(roles, ["serves", "serves", "other-exclusive-serves"], "a broken block has no role");
    assert_eq!(set["blocks"][1]["draws"][0]["count"], 5);
    let other = "not used: the EXCLUSIVE block `Pool` in line 1 of `a.lic` serves";
    assert_eq!([&set["blocks"][2]["file"], &set["blocks"][2]["role_text"]], ["b.lic", other]);
}

#[test]
fn sarif_report_matches_schema_types() {
    use serde_sarif::sarif::ResultLevel;
    let dir = test_dir();
    let sarif = sarif::checked(&lint(&dir, "sarif"));
    let run = &sarif.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.code.id).collect::<Vec<_>>());
    let results = run.results.as_ref().unwrap();
    let levels: BTreeSet<String> = results.iter().map(|one| format!("{:?}", one.level)).collect();
    assert_eq!(levels.len(), 3, "{levels:?}");
    assert!(results.iter().any(|one| one.level == Some(ResultLevel::Error)));
    assert!(results.iter().any(|one| one.related_locations.as_ref().is_some_and(|all| !all.is_empty())));
    let fix = results.iter().find_map(|one| one.fixes.as_ref()?.first()).unwrap();
    assert!(!fix.artifact_changes[0].replacements.is_empty());
}

#[test]
fn sarif_reports_unreadable_files() {
    let dir = TestDir::new();
    dir.write("a.lic", "");
    let outcome = dir.run(&["lint", "--format", "sarif", "a.lic", "none.lic"]).expect_code(6);
    let sarif: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let output = text(&invocation["toolExecutionNotifications"][0]["message"]["text"]);
    assert_eq!(output, "none.lic: cannot read `none.lic`: no such file or directory");
    let junit = dir.run(&["lint", "--format", "junit", "a.lic", "none.lic"]).stdout;
    let document = roxmltree::Document::parse(&junit).unwrap();
    assert!(document.descendants().any(|node| node.has_tag_name("error")));
}

#[test]
fn junit_counts_and_names_are_correct() {
    let dir = test_dir();
    let junit = lint(&dir, "junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    let names: Vec<&str> = suites.iter().map(|suite| suite.attribute("name").unwrap()).collect();
    assert_eq!(names, ["a & <b>, 100%: c.lic", "cycle.lic", "fixes.lic", "good.lic", "latin.lic"]);
    for suite in suites {
        let count = |tag: &str| suite.descendants().filter(|node| node.has_tag_name(tag)).count().to_string();
        assert_eq!(suite.attribute("tests").unwrap(), count("testcase"));
        assert_eq!(suite.attribute("failures").unwrap(), count("failure"));
        assert_eq!(suite.attribute("errors"), Some("0"));
    }
    let message = document
        .descendants()
        .find_map(|node| node.attribute("message").filter(|m| m.contains("<&")))
        .unwrap();
    assert!(message.contains("<&'>"), "{message}");
}

#[test]
fn github_annotations_are_escaped() {
    let dir = test_dir();
    let github = lint(&dir, "github");
    for line in github.lines() {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let word = head.split(' ').next().unwrap();
        assert!(["error", "warning", "notice"].contains(&word), "{line}");
        assert!(message.contains("%0Ahelp: "), "{line}");
    }
    assert!(github.contains("file=a & <b>%2C 100%25%3A c.lic,line="), "{github}");
}

#[test]
fn fingerprints_are_stable_and_unique() {
    let fingerprints = |text: &str| -> Vec<String> {
        let dir = TestDir::new();
        dir.write("a.lic", text);
        let report: Value =
            serde_json::from_str(&dir.run(&["lint", "--format", "gitlab", "a.lic"]).stdout).unwrap();
        report.as_array().unwrap().iter().map(|issue| self::text(&issue["fingerprint"])).collect()
    };
    let block = "FEATURE A {\n  VENDOR=x CUONT=5\n}\nFEATURE A {\n  VENDOR=x CUONT=5\n}\n";
    let before = fingerprints(block);
    assert!(before.len() >= 2);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
    assert_eq!(fingerprints(&format!("# one\n\n# two\n{block}")), before);
    assert_ne!(fingerprints(&block.replace("CUONT=5", "CUONT=6")), before);
}
