//! Rows of an order table: each error has the line of its row and does not affect other rows.

use crate::issue::{issue, place};

#[test]
fn rows_are_counted_as_an_editor_counts_them() {
    let place = place();
    let rows =
        "customer,sn,products\n\nA,A-1,MySolutions:20\n  \n\nB,B 1,MySolutions:20\n\nC,C-1,MySolutions:0\n";
    for (name, text) in [
        ("lf", rows.to_owned()),
        ("crlf", rows.replace('\n', "\r\n")),
        ("bom", format!("\u{feff}{rows}")),
        ("no break at the end", rows.trim_end().to_owned()),
    ] {
        place.write("orders.csv", text);
        let told = issue(&place, "orders.csv", &["--dry-run"]).expect_code(1);
        for place in ["orders.csv:6: column `sn`: ", "orders.csv:8: `licenses`: "] {
            assert!(told.stderr.contains(place), "{name}: {}", told.stderr);
        }
        assert!(told.stdout.contains("1 order, 4 blocks"), "{name}: {}", told.stdout);
    }
}

#[test]
fn a_quote_that_is_not_closed_spoils_its_own_row_only() {
    let place = place();
    place.write(
        "orders.csv",
        "customer,sn,products\n\"A,A-1,MySolutions:20\nB,B-1,\"MySolutions:20\nC,C-1,\"MySolutions:20\"\n\"D\"\"s\",D-1,x\n",
    );
    let told = issue(&place, "orders.csv", &["--dry-run"]).expect_code(1);
    for row in [
        "orders.csv:2: column `customer`: unclosed quote",
        "orders.csv:3: column `products`: unclosed quote",
        "orders.csv:5: column `customer`: the value `D\"s` contains a quote",
    ] {
        assert!(told.stderr.contains(row), "{}", told.stderr);
    }
    assert!(told.stdout.starts_with("C-1.lic  C\n"), "{}", told.stdout);
}

#[test]
fn faults_of_the_catalogue_are_told_once_and_there() {
    let place = place();
    place.write("orders.csv", "customer,sn,products\nA,A-1,P:20\nB,B-1,P:5\n");
    for (catalog, meant) in [
        ("{ product: P, template: pool, values: { licenses: 0 } }", "catalog.yaml:3:55: `licenses`: "),
        (
            "{ product: P, template: pool, count: licences }",
            "catalog.yaml:3:42: template `pool` has no parameter `licences`",
        ),
        ("{ product: P, template: pol }", "catalog.yaml:3:29: unknown template `pol`"),
    ] {
        place.write("catalog.yaml", format!("vendor: ABC_Software\nproducts:\n  - {catalog}\n"));
        let told = issue(&place, "orders.csv", &["--dry-run"]).expect_code(3);
        assert_eq!(told.stderr.matches("error: ").count(), 1, "{}", told.stderr);
        assert!(told.stderr.contains(meant), "{}", told.stderr);
    }
}

#[test]
fn row_37_no_serial_number_leads_out_of_the_folder() {
    let place = place();
    let bad = [
        "../x",
        "/etc/x",
        "C:x",
        "a/b",
        "a\\b",
        "a.",
        "a:b",
        "..",
        ".",
        "~",
        "a b",
        "con",
        "PRN",
        "aux",
        "NUL",
        "COM1",
        "com9",
        "LPT1",
        "a\u{0}b",
        "a*",
        "a?",
        "a|b",
        "<a>",
        "é",
        "\u{202e}a",
        "%2e%2e",
        "$HOME",
        "a\tb",
        "",
    ];
    let long = "a".repeat(300);
    let mut rows = "customer,sn,products\n".to_owned();
    for sn in bad.iter().copied().chain([long.as_str()]) {
        rows.push_str(&format!("A,\"{sn}\",MySolutions:20\n"));
    }
    let count = bad.len() + 1;
    place.write("work/orders.csv", rows);
    place.write("out/kept", "");
    let before = place.names();
    let args = [
        "issue",
        "-q",
        "--catalog",
        "catalog.yaml",
        "--order",
        "work/orders.csv",
        "--key",
        crate::issue::KEY,
    ];
    let told = place.run(&[&args[..], &["--out", "out", "--log", "work/log"]].concat()).expect_code(1);
    assert!(told.stdout.contains(&format!("{count} orders refused: invalid order\n")), "{}", told.stdout);
    assert_eq!(place.names(), before);
    let out: Vec<_> =
        std::fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(out, ["kept"]);
}
