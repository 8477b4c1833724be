//! Licenses that end soon: the list, the table of renewal orders, and the renewal of all in one step.

use crate::issue_life_cycle::{FIRST, TEN, of_first, signed, test_dir};
use crate::support::{Outcome, TestDir, snapshot};

const DAY: &str = "2026-11-28";
const KEY: &str = "ACME.key.pem";

fn expiring(dir: &TestDir, more: &[&str]) -> Outcome {
    let args = ["log", "--log", "log", "expiring", "--within", "60d", "--at", DAY];
    dir.run(&[&args[..], more].concat())
}

fn issue(dir: &TestDir, args: &[&str]) -> Outcome {
    let common = ["--catalog", "catalog.yaml", "--log", "log", "--at", DAY];
    dir.run(&[&["issue"], args, &common].concat())
}

fn sale(customer: &str, sn: &str, products: &str) -> String {
    format!("customer: '{customer}'\nsn: {sn}\nend: 2026-12-31\nproducts:\n{products}")
}

/// Customers with a license that ends, with and without add-ons, steps, renewals and revocations.
fn desk() -> TestDir {
    let dir = test_dir();
    let one = "  - { product: MySolutions, count: 5 }\n";
    for order in [
        FIRST.to_owned(),
        of_first("addon", "A-2", TEN),
        sale(
            "B, Sons & Co",
            "B-1-R1",
            "  - { product: MySolutions, count: 5 }\n  - { product: Separate, count: 3 }\n",
        ),
        sale("Steps", "S-1", &format!("{one}  - {{ product: MySolutions, from: 2026-12-01, count: 8 }}\n")),
        sale("Renewed", "R-1", one),
        sale("Revoked", "V-1", one),
        "customer: Perpetual\nsn: P-1\nproducts: [{ product: MySolutions, count: 5 }]\n".to_owned(),
        sale("Later", "L-1", one).replace("2026-12-31", "2027-06-30"),
    ] {
        signed(&dir, "2026-01-05", &order).expect_code(0);
    }
    signed(&dir, "2026-06-01", "customer: Renewed\nsn: R-2\nkind: renewal\nof: R-1\nend: 2027-12-31\n")
        .expect_code(0);
    dir.run(&["revoke", "--sn", "V-1", "--reason", "refunded", "--key", KEY]).expect_code(0);
    dir
}

#[test]
fn expiring_lists_one_line_for_each_customer_and_product() {
    let dir = desk();
    let table = expiring(&dir, &["--format", "csv"]).expect_code(0);
    snapshot("issue", "expiring", &format!("{}\n{}", expiring(&dir, &[]).shown(), table.stdout));
    let none = dir.run(&["log", "--log", "log", "expiring", "--within", "10d", "--at", DAY]).expect_code(0);
    assert_eq!(none.stdout, "");
}

#[test]
fn issue_accepts_the_table_of_renewals() {
    let dir = desk();
    let table = expiring(&dir, &["--format", "csv"]).expect_code(0).stdout;
    dir.write("renewals.csv", table);
    let sign = ["--key", KEY, "--out", "out"];
    let output = issue(&dir, &[&["renewals.csv"][..], &sign].concat()).expect_code(0);
    assert!(output.stdout.contains("issued 3 licenses"), "{}", output.shown());
    assert_eq!(expiring(&dir, &[]).expect_code(0).stdout, "");
    // The license and its add-on are one license now, for as long as before.
    let owned = dir.run(&["customer", "A-1", "--log", "log", "--at", "2027-01-01"]).expect_code(0).stdout;
    assert!(owned.contains("  MySolutions  30\n"), "{owned}");
    for line in ["A-2       issued", "A-1-R1    issued"] {
        assert!(owned.contains(line.split_whitespace().next().unwrap()), "{owned}");
    }
    assert_eq!(owned.matches("renewed by A-1-R1").count(), 2, "{owned}");
    assert!(dir.read("out/A-1-R1.lic").contains("END=2027-12-31"));
    let other = dir.run(&["customer", "B-1-R2", "--log", "log", "--at", "2027-01-01"]).expect_code(0).stdout;
    assert!(other.contains("customer B, Sons & Co") && other.contains("MySolutions  5\n"), "{other}");
}

#[test]
fn issue_renew_renews_all_in_one_step() {
    let dir = desk();
    let renew = ["renew", "--within", "60d"];
    let planned = issue(&dir, &[&renew[..], &["--dry-run"]].concat()).expect_code(0);
    snapshot("issue", "renew_dry_run", &planned.shown());
    assert!(!dir.path("out/A-1-R1.lic").exists());
    let sign = ["--key", KEY, "--out", "out"];
    let output = issue(&dir, &[&renew[..], &sign].concat()).expect_code(0);
    assert!(output.stdout.contains("issued 3 licenses"), "{}", output.shown());
    let again = issue(&dir, &[&renew[..], &sign].concat()).expect_code(0);
    assert!(
        again.stderr.contains("no license to renew ends from 2026-11-28 to 2027-01-27"),
        "{}",
        again.stderr
    );
    // A year later, the number of the renewal goes on.
    let next =
        ["log", "--log", "log", "expiring", "--within", "60d", "--at", "2027-11-28", "--format", "csv"];
    assert!(dir.run(&next).expect_code(0).stdout.contains("ABC Corp,A-1-R2,renewal,A-1-R1,"));
}

#[test]
fn product_that_ends_before_the_rest_is_left_to_the_vendor() {
    let dir = test_dir();
    let order = "customer: Two\nsn: T-1\nproducts:\n  - { product: MySolutions, count: 5, values: { end: 2026-12-31 } }\n  \
        - { product: Separate, count: 3, values: { end: 2027-12-31 } }\n";
    signed(&dir, "2026-01-05", order).expect_code(0);
    let output = expiring(&dir, &["--format", "csv"]).expect_code(0);
    assert_eq!(output.stdout.lines().count(), 1, "{}", output.stdout);
    let expected = "`MySolutions` of T-1 ends before the rest of the license (2027-12-31)";
    assert!(output.stderr.contains(expected), "{}", output.stderr);
    assert!(expiring(&dir, &[]).stdout.contains("2026-12-31  Two  MySolutions 5  T-1"));
}
