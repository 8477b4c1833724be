//! JSON of `issue`, `catalog check`, `keys list` and `customer`.

use serde_json::{Value, json};

use crate::issue::{DAY, KEY, issue, issue_into, test_dir};
use crate::schema;
use crate::support::{Outcome, TestDir};

/// Returns the report, which matches its schema.
#[track_caller]
fn report(name: &str, run: &Outcome) -> Value {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| {
        panic!("{error}:\n{}\n{}", run.stdout, run.stderr);
    });
    assert_eq!(schema::faults(name, &report), [""; 0], "{}", run.stdout);
    if let Some(exit) = report.get("exit_code") {
        assert_eq!(*exit, run.code);
    }
    report
}

fn dry_run(dir: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    issue(dir, orders, &[&["--dry-run", "--format", "json"][..], more].concat())
}

fn run(dir: &TestDir, orders: &str, more: &[&str]) -> Outcome {
    let args = ["--key", KEY, "--out", "out", "--log", "log", "--format", "json"];
    issue(dir, orders, &[&args[..], more].concat())
}

/// The serial number, cause, file, line and cell of each problem.
fn problems(report: &Value) -> Vec<Value> {
    let refused = report["refused"].as_array().unwrap().iter();
    let of_order = |refused: &Value| {
        let problems = refused["problems"].as_array().unwrap().clone();
        let (sn, cause) = (refused["sn"].clone(), refused["cause"].clone());
        problems.into_iter().map(move |one| json!([sn, cause, one["file"], one["line"], one["cell"]]))
    };
    refused.flat_map(of_order).collect()
}

#[test]
fn plan_lists_orders_totals_and_license_texts() {
    let dir = test_dir();
    let plan = report("issue-plan", &dry_run(&dir, "order.yaml", &[]).expect_code(0));
    assert_eq!((&plan["orders"][0]["sn"], &plan["orders"][0]["changes"]), (&json!("ABC-1"), &json!(["new"])));
    assert_eq!(plan["orders"][0]["entitlements"][0]["after"], "20");
    assert_eq!(plan["totals"]["licenses"][0], json!({ "feature": "MySolutions", "count": 20 }));
    assert_eq!(plan["orders"][0].get("text"), None);
    let shown = report("issue-plan", &dry_run(&dir, "order.yaml", &["--show"]).expect_code(0));
    let text = shown["orders"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("FEATURE ") && text.contains("SN=ABC-1"), "{text}");
    // The files of `--plan` are the same with both formats.
    issue(&dir, "order.yaml", &["--plan", "one.json"]).expect_code(0);
    let plan = issue(&dir, "order.yaml", &["--plan", "two.json", "--format", "json"]).expect_code(0);
    report("issue-plan", &plan);
    assert_eq!(dir.read("one.json"), dir.read("two.json"));
}

#[test]
fn refused_orders_name_row_and_cell() {
    let dir = test_dir();
    dir.write(
        "orders.csv",
        "customer,sn,end,products\n\
         A,A-1,2027-12-31,MySolutions:20\n\
         B,\"a b\",2027-12-31,MySolutions:20\n\
         C,C-1,31.12.2027,MySolutions:20\n\
         D,D-1,2027-12-31,Nothing:3\n\
         E,E-1,2027-12-31,MySolutions:x\n\
         F,F-1,2027-12-31\n",
    );
    let plan = report("issue-plan", &dry_run(&dir, "orders.csv", &[]).expect_code(1));
    let expected = [
        json!([null, "order", "orders.csv", 3, 2]),
        json!([null, "order", "orders.csv", 4, 3]),
        json!([null, "order", "orders.csv", 7, 4]),
        json!(["D-1", "order", "orders.csv", 5, 4]),
        json!(["E-1", "order", "orders.csv", 6, 4]),
    ];
    assert_eq!(problems(&plan), expected);
    assert_eq!(plan["totals"]["orders"], 1);
    // A run reports the same, and issues the other order.
    let result = report("issue", &run(&dir, "orders.csv", &[]).expect_code(1));
    assert_eq!(problems(&result).len(), 5);
    assert_eq!((&result["issued"], &result["complete"]), (&json!(1), &json!(true)));
    assert_eq!(
        result["licenses"],
        json!([{ "sn": "A-1", "customer": "A", "file": "A-1.lic", "state": "issued" }])
    );
    let again = report("issue", &run(&dir, "orders.csv", &[]).expect_code(1));
    assert_eq!((problems(&again).len(), &again["unchanged"]), (5, &json!(1)), "{again}");
    assert_eq!(again["licenses"][0]["state"], "unchanged");
}

#[test]
fn refused_yaml_orders_name_line_and_column() {
    let dir = test_dir();
    let order = dir.read("order.yaml");
    dir.write("date.yaml", order.replace("2027-12-31", "soon"))
        .write("product.yaml", order.replace("Drawing", "Draw"));
    for (file, line) in [("date.yaml", 3), ("product.yaml", 6)] {
        let plan = report("issue-plan", &dry_run(&dir, file, &[]).expect_code(1));
        let problem = &plan["refused"][0]["problems"][0];
        assert_eq!((&problem["file"], &problem["line"]), (&json!(file), &json!(line)), "{plan}");
        assert!(problem["column"].as_u64().unwrap() > 1 && problem["cell"].is_null(), "{plan}");
    }
}

#[test]
fn table_that_is_refused_as_a_whole_has_a_report() {
    let dir = test_dir();
    dir.write("quote.csv", "customer,sn,products\nA,\"A-1,P:20\n");
    dir.write("names.csv", "customer,sn,prodcts,what\nA,A-1,P:20,\n");
    for (file, expected) in [
        ("quote.csv", vec![json!([null, "order", "quote.csv", 2, 2])]),
        (
            "names.csv",
            vec![
                json!([null, "order", "names.csv", 1, null]),
                json!([null, "order", "names.csv", 1, 3]),
                json!([null, "order", "names.csv", 1, 4]),
            ],
        ),
    ] {
        let plan = report("issue-plan", &dry_run(&dir, file, &[]).expect_code(1));
        assert_eq!(problems(&plan), expected);
        let result = report("issue", &run(&dir, file, &[]).expect_code(1));
        assert_eq!((problems(&result), &result["issued"]), (expected, &json!(0)));
    }
    assert!(!dir.path("log").exists());
}

#[test]
fn orders_that_clash_have_a_report_and_nothing_is_issued() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,a-1,MySolutions:5\n");
    let result = report("issue", &run(&dir, "orders.csv", &[]).expect_code(1));
    assert_eq!(problems(&result), [json!(["a-1", "order", "orders.csv", 3, null])]);
    assert_eq!((&result["issued"], &result["licenses"]), (&json!(0), &json!([])));
    assert!(!dir.path("out").exists());
}

#[test]
fn catalog_check_reports_losses_and_orders_that_were_not_compared() {
    let dir = test_dir();
    let catalog = dir.read("catalog.yaml");
    dir.write("new.yaml", catalog.replace("MyDraw:5", "MyDraw:6"));
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\nB,B-1,Drawing:5\nC,,Drawing:1\n");
    let check = |more: &[&str]| {
        let args =
            ["catalog", "check", "new.yaml", "--orders", "orders.csv", "--at", DAY, "--format", "json"];
        dir.run(&[&args[..], more].concat())
    };
    let found = report("catalog-check", &check(&["--was", "catalog.yaml"]).expect_code(1));
    assert_eq!(
        found["summary"],
        json!({
            "customers": 2, "affected": 1, "not_compared": 1, "never_issued": 0, "limited": 0
        })
    );
    let lost = &found["orders"][0];
    assert_eq!((&lost["sn"], &lost["effect"]), (&json!("A-1"), &json!("less")));
    assert_eq!(lost["losses"][0]["before"], json!([{ "feature": "MyDraw", "count": 4 }]));
    assert_eq!(lost["losses"][0]["after"], json!([{ "feature": "MyDraw", "count": 3 }]));
    let unread = &found["orders"][1];
    assert_eq!((&unread["effect"], &unread["problems"][0]["line"]), (&json!("not-compared"), &json!(4)));
    assert!(found["changes"][0].as_str().unwrap().contains("MyDraw 5"), "{found}");
    dir.write("orders.csv", "customer,sn,products\nA,\"A-1,P:20\n");
    let whole = report("catalog-check", &check(&["--was", "catalog.yaml"]).expect_code(1));
    assert_eq!(whole["orders"][0]["problems"][0]["cell"], 2);
    dir.write("orders.csv", "customer,sn,products\n");
    check(&["--was", "catalog.yaml"]).expect_code(2);
}

#[test]
fn keys_and_customers_match_their_schemas() {
    let dir = test_dir();
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let customer = dir.run(&["customer", "ABC Corp", "--log", "log", "--at", DAY, "--format", "json"]);
    let owned = report("customer", &customer.expect_code(0));
    assert_eq!(owned["licenses"][0]["state"], "current");
    let keys = report("keys", &dir.run(&["keys", "list", "--format", "json"]).expect_code(0));
    assert_eq!((&keys["store"], &keys["keys"][0]["state"]), (&json!("keys"), &json!("active")));
    let id = keys["keys"][0]["id"].as_str().unwrap().to_owned();
    dir.run(&["keys", "compromise", &id, "--since", "2026-03-01"]).expect_code(0);
    let keys = report("keys", &dir.run(&["keys", "list", "--format", "json"]).expect_code(0));
    let key = &keys["keys"][0];
    assert_eq!((&key["state"], &key["state_since"]), (&json!("compromised"), &json!("2026-03-01")));
}
