//! The schemas of catalogue and order accept valid files and reject invalid ones, except for errors that only the
//! program can find.

use serde_json::Value;

use crate::issue::{issue, test_dir};
use crate::schema::faults;

const ORDER: &str = "customer: A\nsn: A-1\nproducts:\n  - { product: MySolutions, count: 20 }\n";
const CATALOG: &str = "vendor: ABC_Software\nproducts:\n  - product: MySolutions\n    template: pool\n";

fn json(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn order_schema_accepts_what_reader_accepts() {
    let dir = test_dir();
    let with = |from: &str, to: &str| ORDER.replace(from, to);
    let behind = |text: &str| format!("{ORDER}{text}\n");
    let texts = [
        ORDER.to_owned(),
        with("20", "\"20\""),
        with("20", "UNLIMITED"),
        with("20", "unlimited"),
        with("20", "20.5"),
        with("20", "2147483648"),
        with("20", "null"),
        with("20", "[20]"),
        with("customer: A", "customer: 42"),
        with("customer: A", "customer: true"),
        with("customer: A", "customer: \"\""),
        with("customer: A", "customer: \"a\\\"b\""),
        with("customer: A", "customer: [A]"),
        with("A-1", "7"),
        with("A-1", "\"A 1\""),
        with("A-1", "1.5"),
        with("\n  - { product: MySolutions, count: 20 }", " []"),
        with("count: 20", "count: 20, values: { features: \"MyDraw:5\", version: 2.0 }"),
        with("count: 20", "count: 20, values: { features: [MyDraw] }"),
        with("count: 20", "number: 20"),
        behind("end: 2027-12-31"),
        behind("end: 2027-12"),
        behind("start:"),
        behind("comment: x"),
        behind("runs: \"MyDraw:2, MyWrite:3\""),
        behind("runs: \" MyDraw:2 \""),
        behind("runs: MyDraw"),
        behind("runs: \"MyDraw:2,\""),
        behind("runs: \"\""),
    ];
    for text in texts {
        dir.write("order.yaml", &text);
        let output = issue(&dir, "order.yaml", &["--dry-run"]);
        let faults = faults("order", &json(&text));
        assert_eq!(output.code == 0, faults.is_empty(), "{text}{}{faults:?}", output.stderr);
    }
    // Only the program can check calendar dates and the values that a template accepts.
    for text in
        [with("20", "0"), behind("end: 2027-02-30"), with("MySolutions", "NoProduct"), with("A-1", "con")]
    {
        dir.write("order.yaml", &text);
        issue(&dir, "order.yaml", &["--dry-run"]).expect_code(1);
        assert!(faults("order", &json(&text)).is_empty(), "{text}");
    }
}

#[test]
fn catalog_schema_accepts_what_reader_accepts() {
    let dir = test_dir();
    dir.write("order.yaml", ORDER);
    let behind = |text: &str| format!("{CATALOG}    {text}\n");
    let texts = [
        CATALOG.to_owned(),
        CATALOG.replace("ABC_Software", "123"),
        CATALOG.replace("ABC_Software", "ABC Software"),
        CATALOG.replace("MySolutions", "My Solutions"),
        "vendor: ABC_Software\n".to_owned(),
        behind("count: licenses"),
        behind("count:"),
        behind("count: [licenses]"),
        behind("values: { version: 1.0 }"),
        behind("values: { version: [1] }"),
        behind("values: {}"),
        behind("extra: 1"),
    ];
    for text in texts {
        dir.write("catalog.yaml", &text);
        let output = issue(&dir, "order.yaml", &["--dry-run"]);
        let faults = faults("catalog", &json(&text));
        assert_eq!(output.code == 0, faults.is_empty(), "{text}{}{faults:?}", output.stderr);
    }
}
