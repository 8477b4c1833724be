//! `keywright explain --format json`: the answers match the schema, and say the same as the text.

use keywright::lint::RULES;
use keywright::scenario::PAGES;
use serde_json::{Value, json};

use crate::lint_explain::roles;
use crate::schema;
use crate::support::TestDir;

/// Runs the command, and checks its output against the schema.
fn answer(dir: &TestDir, args: &[&str], code: i32) -> Value {
    let run = dir.run(&[&["explain", "--format", "json"], args].concat()).expect_code(code);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema::faults("explain", &value), [""; 0], "{}", run.stdout);
    value
}

fn licenses() -> TestDir {
    let dir = roles();
    dir.write(
        "c.lic",
        "FEATURE Free { VENDOR=v COUNT=UNLIMITED }\nFEATURE Desktop { VENDOR=v KEYTYPE=ACTIVATION COUNT=3 }\n",
    );
    dir
}

#[test]
fn cost_of_feature_has_roles_totals_and_draws() {
    let dir = licenses();
    let cost =
        |feature: &str, code| answer(&dir, &[feature, "a.lic", "b.lic", "c.lic", "--at", "2026-06-01"], code);
    let pool = cost("Pool", 0);
    let total = ["subject", "usable", "exact", "unit"].map(|key| pool[key].clone());
    assert_eq!(total, [json!("feature"), json!(25), json!(true), json!("checkouts")]);
    let roles: Vec<&Value> = pool["blocks"].as_array().unwrap().iter().map(|block| &block["role"]).collect();
    assert_eq!(roles, ["serves", "other-exclusive-serves", "adds-to", "duplicate"]);
    assert_eq!(pool["blocks"][1]["file"], "b.lic");
    assert_eq!(pool["blocks"][2]["role_text"], "adds to `Pool#1`");

    let draw = cost("Draw", 0);
    assert_eq!(draw["usable"], 7, "5 × Pool and 2 × Other");
    let first = &draw["blocks"][0];
    assert_eq!(first["takes"], json!([{ "pool": "Pool#1", "count": 5, "free": 25 }]));
    assert_eq!(
        first["draws"][0],
        json!({ "pool": "Pool", "count": 5, "exact": true, "least": 5, "most": 5 })
    );
    assert_eq!(first["dependencies"][0]["block"], "Pool#1");

    let later = cost("Later", 1);
    assert_eq!([&later["usable"], &later["first_day"]], [&json!(0), &json!("2027-01-01")]);
    assert_eq!(later["blocks"][0]["denied"], "not-in-force");
    assert_eq!(cost("Free", 0)["usable"], "unlimited");
    assert_eq!(cost("Desktop", 0)["unit"], "devices");
}

#[test]
fn limit_of_mix_names_the_denied_request() {
    let dir = licenses();
    let mix = answer(&dir, &["Pool:3, Other", "a.lic", "--at", "2026-06-01"], 0);
    assert_eq!(
        mix["granted"],
        json!([{ "feature": "Pool", "requests": 15 }, { "feature": "Other", "requests": 4 }])
    );
    assert_eq!([&mix["denied"]["feature"], &mix["denied"]["reason"]], ["Other", "not-enough-licenses"]);
    assert!(!mix["denied"]["explanation"].as_array().unwrap().is_empty());
    let never = answer(&dir, &["Pool, Later", "a.lic", "--at", "2026-06-01"], 1);
    assert_eq!(never["first_day"], "2027-01-01");
}

#[test]
fn page_of_every_code_matches_the_schema() {
    let dir = TestDir::new();
    let all = answer(&dir, &["--all"], 0);
    let pages = all["rules"].as_array().unwrap();
    assert_eq!(pages.len(), RULES.len() + PAGES.len());
    for code in ["C001", "never-runs", "R008", "A001"] {
        let page = answer(&dir, &[code], 0);
        let same = pages.iter().find(|one| one["code"] == page["code"]).unwrap();
        assert_eq!([&page["why"], &page["message"]], [&same["why"], &same["message"]], "{code}");
    }
    assert_eq!(answer(&dir, &["L001"], 0)["subject"], "loss");
}
