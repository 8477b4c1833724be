//! Rows of an order table: each error has the line of its row and does not affect other rows.

use crate::issue::{issue, test_dir};

#[test]
fn row_numbers_match_editor_lines() {
    let dir = test_dir();
    let rows =
        "customer,sn,products\n\nA,A-1,MySolutions:20\n  \n\nB,B 1,MySolutions:20\n\nC,C-1,MySolutions:0\n";
    for (name, text) in [
        ("lf", rows.to_owned()),
        ("crlf", rows.replace('\n', "\r\n")),
        ("bom", format!("\u{feff}{rows}")),
        ("no break at the end", rows.trim_end().to_owned()),
    ] {
        dir.write("orders.csv", text);
        let output = issue(&dir, "orders.csv", &["--dry-run"]).expect_code(1);
        for location in ["orders.csv:6: column `sn`: ", "orders.csv:8: `licenses`: "] {
            assert!(output.stderr.contains(location), "{name}: {}", output.stderr);
        }
        assert!(output.stdout.contains("1 order, 4 blocks"), "{name}: {}", output.stdout);
    }
}

#[test]
fn catalog_errors_are_reported_once_in_catalog() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,P:20\nB,B-1,P:5\n");
    for (catalog, meant) in [
        ("{ product: P, template: pool, values: { licenses: 0 } }", "catalog.yaml:3:55: `licenses`: "),
        (
            "{ product: P, template: pool, count: licences }",
            "catalog.yaml:3:42: template `pool` has no parameter `licences`",
        ),
        ("{ product: P, template: pol }", "catalog.yaml:3:29: unknown template `pol`"),
    ] {
        dir.write("catalog.yaml", format!("vendor: ABC_Software\nproducts:\n  - {catalog}\n"));
        let output = issue(&dir, "orders.csv", &["--dry-run"]).expect_code(3);
        assert_eq!(output.stderr.matches("error: ").count(), 1, "{}", output.stderr);
        assert!(output.stderr.contains(meant), "{}", output.stderr);
    }
}
