//! `keywright catalog check`: the feature mixes that each customer loses with another catalogue, for all kinds of
//! blocks.

use crate::issue::{DAY, issue_into, test_dir};
use crate::support::{Outcome, TestDir};

fn check(dir: &TestDir, was: &str, is: &str, orders: &str) -> Outcome {
    let catalog = |products: &str| format!("vendor: ABC_Software\nproducts:\n{products}");
    dir.write("was.yaml", catalog(was)).write("catalog.yaml", catalog(is)).write("orders/o.csv", orders);
    dir.run(&["catalog", "check", "catalog.yaml", "--was", "was.yaml", "--orders", "orders", "--at", DAY])
}

const POOL: &str = "  - { product: P, template: pool, values: { features: \"MyDraw:5, MyWrite:2\" } }\n";

#[test]
fn catalog_check_finds_losses_in_single_mixes() {
    let dir = test_dir();
    let row = |rest: &str| format!("customer,sn,products,start,end\nA,A-1,{rest}\n");
    let cases = [
        (
            "many",
            POOL.to_owned(),
            POOL.replace("MyDraw:5", "MyDraw:6"),
            row("P:60000,,"),
            "can run 12000 MyDraw now, 10000 MyDraw after the change",
        ),
        (
            "a mix",
            POOL.to_owned(),
            POOL.replace("MyDraw:5", "MyDraw:6"),
            row("P:7,,"),
            "can run 1 MyDraw + 1 MyWrite now, 1 MyDraw after the change",
        ),
        (
            "later",
            POOL.to_owned(),
            POOL.replace("MyDraw:5", "MyDraw:6"),
            row("P:20,2027-01-01,"),
            "can run 4 MyDraw now, 3 MyDraw after the change",
        ),
        (
            "activation",
            "  - { product: P, template: activation, values: { devices: 3 } }\n".to_owned(),
            "  - { product: P, template: activation, values: { devices: 2 } }\n".to_owned(),
            row("P,,"),
            "can run 3 MyDraw now, 2 MyDraw after the change",
        ),
        (
            "metered",
            "  - { product: P, template: prepaid-quantity, values: { tokens: 5000 } }\n".to_owned(),
            "  - { product: P, template: prepaid-quantity, values: { tokens: 4000 } }\n".to_owned(),
            row("P,,"),
            "4000 ApiCalls after the change",
        ),
        (
            "unlimited",
            "  - { product: P, template: pool, values: { features: \"MyDraw:5\", licenses: UNLIMITED } }\n"
                .to_owned(),
            "  - { product: P, template: pool, values: { features: \"MyDraw:5\", licenses: 20 } }\n"
                .to_owned(),
            row("P,,"),
            "can run any number of MyDraw now, 4 MyDraw after the change",
        ),
        (
            "local",
            "  - { product: P, template: node-locked }\n".to_owned(),
            "  - { product: P, template: node-locked, values: { product: Other } }\n".to_owned(),
            row("P,,"),
            "can run any number of MyDraw now, nothing after the change",
        ),
        (
            "gone",
            POOL.to_owned(),
            POOL.replace("product: P", "product: Q"),
            row("P:20,,"),
            "nothing after the change: unknown product `P`",
        ),
    ];
    for (name, was, is, orders, meant) in cases {
        let output = check(&dir, &was, &is, &orders).expect_code(1);
        assert!(output.stdout.contains(meant), "{name}: {}{}", output.stdout, output.stderr);
        assert!(
            output.stdout.contains("1 of 1 customer would lose a feature mix that they can run now\n"),
            "{name}: {}",
            output.stdout
        );
        check(&dir, &was, &was, &orders).expect_code(0);
    }
}

#[test]
fn catalog_check_counts_customers_not_orders() {
    let dir = test_dir();
    let orders = "customer,sn,products\nA,A-1,P:20\nA,A-2,P:20\nB,B-1,P:4\n";
    let output = check(&dir, POOL, &POOL.replace("MyDraw:5", "MyDraw:6"), orders).expect_code(1);
    let last = "after this change, 1 of 2 customers would lose a feature mix that they can run now\n";
    assert!(output.stdout.ends_with(last), "{}", output.stdout);
}

#[test]
fn catalog_check_fails_without_orders() {
    let dir = test_dir();
    std::fs::create_dir_all(dir.path("empty")).unwrap();
    let args = ["catalog", "check", "catalog.yaml", "--was", "catalog.yaml", "--orders", "empty"];
    let output = dir.run(&args).expect_code(2);
    assert!(output.stderr.contains("no orders to compare"), "{}", output.stderr);
}

#[test]
fn catalog_check_reads_log_without_old_catalog() {
    let dir = test_dir();
    let args = ["catalog", "check", "--orders", "order.yaml", "--at", DAY, "--log", "log"];
    let output = dir.run(&args).expect_code(2);
    assert!(output.stderr.contains("issue log `log` not found"), "{}", output.stderr);
    issue_into(&dir, "order.yaml", "out", "log").expect_code(0);
    let output = dir.run(&args).expect_code(0);
    let same = "after the change, 0 of 1 customer would lose a feature mix that they can run now\n";
    assert_eq!(output.stdout, same);
    dir.write("catalog.yaml", dir.read("catalog.yaml").replace("MyDraw:5", "MyDraw:6"));
    let output = dir.run(&args).expect_code(1);
    assert!(
        output.stdout.contains("ABC Corp (ABC-1) can run 4 MyDraw now, 3 MyDraw after the change\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn catalog_check_reports_failed_scenario_as_not_compared() {
    let dir = test_dir();
    let template = |count: u32| {
        "---\nsummary: s\nevery-block: [SN, LICENSEE]\nparameters:\n  \
             - { name: vendor, type: name, default: V, text: v }\n  \
             - { name: licenses, type: count, default: 5, text: n }\n---\n\
             FEATURE A\n{\n  VENDOR={{ vendor }} COUNT={{ licenses }} KEYTYPE=EXCLUSIVE\n}\n"
            .replace("default: 5", &format!("default: {count}"))
    };
    dir.write("own/own.lic", template(5));
    dir.write(
        "own/own.scenarios.yaml",
        "license: {{ license }}\nscenarios:\n  - name: five\n    steps:\n      - { checkout: A, count: 5 }\n",
    );
    let catalog = |count: u32| {
        format!(
            "vendor: V\nproducts:\n  - {{ product: P, template: own, values: {{ licenses: {count} }} }}\n"
        )
    };
    dir.write("five.yaml", catalog(5)).write("four.yaml", catalog(4));
    dir.write("orders/o.csv", "customer,sn,products\nA,A-1,P\n");
    for (was, is, which) in [("five", "four", "new"), ("four", "five", "old")] {
        let (was, is) = (format!("{was}.yaml"), format!("{is}.yaml"));
        let args =
            ["catalog", "check", &is, "--was", &was, "--orders", "orders", "--templates", "own", "--at", DAY];
        let output = dir.run(&args).expect_code(1);
        let line = format!("A (A-1) could not be compared: {which} catalogue: scenario `five` failed");
        assert!(output.stdout.contains(&line), "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("0 of 1 customer would lose"), "{}", output.stdout);
        assert!(output.stdout.contains("1 order not compared because of errors"), "{}", output.stdout);
        assert!(!output.stdout.contains("nothing after"), "{}", output.stdout);
    }
}
