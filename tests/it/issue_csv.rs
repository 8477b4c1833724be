//! Order tables as spreadsheet programs write them, and the rule that text inside a cell never becomes an order.

use keywright::issue::OrderCsv;
use proptest::prelude::*;

use crate::issue::{issue, test_dir};

/// Serial numbers of the orders, or the first fault.
fn read(text: &[u8]) -> Result<Vec<String>, String> {
    let table = OrderCsv::read("o.csv", text, &[]).map_err(|faults| faults[0].to_string())?;
    table.map(|order| order.map(|order| order.sn).map_err(|fault| fault.to_string())).collect()
}

#[test]
fn spreadsheet_layouts_are_one_order_each() {
    let text = "customer,sn,products,end\nABC Corp,A-1,\"MySolutions:20\",2027-12-31\n";
    let layouts = [
        ("plain", text.to_owned()),
        ("semicolon", text.replace(',', ";")),
        ("tab", text.replace(',', "\t")),
        ("sep line", format!("sep=;\r\n{}", text.replace(',', ";").replace('\n', "\r\n"))),
        ("byte order mark and sep line", format!("\u{feff}sep=\t\n{}", text.replace(',', "\t"))),
        ("byte order mark", format!("\u{feff}{text}")),
        ("upper case", text.replace("customer,sn,products,end", "Customer,SN,Products,END")),
        ("empty trailing columns", text.replace(",end\n", ",end,,\n").replace("-31\n", "-31,,\n")),
        ("more empty cells than columns", text.replace("-31\n", "-31,,,\n")),
        ("quoted header", text.replace("customer,sn", "\"customer\",\"sn\"")),
        ("spaces", text.replace(',', ", ").replace(", \"", ",\"")),
        (
            "note and extension",
            text.replace("end\n", "end,Note,x-crm\n").replace("-31\n", "-31,\"a\nb\",\"\"\"\"\n"),
        ),
        ("no last line end", text.trim_end().to_owned()),
    ];
    for (name, text) in layouts {
        assert_eq!(read(text.as_bytes()), Ok(vec!["A-1".to_owned()]), "{name}");
    }
}

#[test]
fn malformed_tables_are_refused_at_first_place() {
    let head = "customer,sn,products,end\n";
    let cases: &[(&str, &str)] = &[
        (
            "\"ABC\" Ltd,A-1,MySolutions:20,2027-12-31\n",
            "o.csv:2:6: column `customer`: text after the closing quote",
        ),
        ("ABC 5\" Ltd,A-1,MySolutions:20,2027-12-31\n", "o.csv:2:6: column `customer`: quote inside a value"),
        (
            "A,A-1,\"MySolutions:20\nB,B-1,MySolutions:20,\n",
            "o.csv:2:7: column `products`: the quote that begins",
        ),
        (
            "A,A-1,MySolutions:20\rB,B-1,MySolutions:20,\n",
            "o.csv:2:21: column `products`: the line ends with a carriage",
        ),
        // The first row is well-formed and is not issued either; the place is in the second line of a cell.
        ("A,A-1,P:1,\n\"x\ny\"z,B-1,P:1,\n", "o.csv:4:3: column `customer`: text after the closing quote"),
        ("A, \"A-1\",P:1,\n", "o.csv:2:4: column `sn`: quote inside a value"),
    ];
    for (rows, meant) in cases {
        let fault = read(format!("{head}{rows}").as_bytes()).unwrap_err();
        assert!(fault.starts_with(meant), "{rows:?}: {fault}");
    }
    for (text, meant) in [
        (
            "customer,sn,products,end\rABC,A-1,P:5,2027-12-31\r",
            "o.csv:1:25: the line ends with a carriage return (CR)",
        ),
        (
            "customer|sn|products\nA|A-1|P:1\n",
            "o.csv:1: the header row has one column: `customer|sn|products`",
        ),
        ("sep=|\ncustomer|sn|products\n", "o.csv: the line `sep=` names the delimiter `|`"),
        ("customer,,sn,products\n", "o.csv:1: column 2 has no name"),
        ("customer,sn,products,SN\n", "o.csv:1: column 4: duplicate column `sn`"),
        ("\"customer,sn,products\nA,A-1,P:1\n", "o.csv:1:1: the quote that begins"),
        (
            "customer,sn,products,\nA,A-1,P:1,x\n",
            "o.csv:2: column 4: the value has no name in the header row",
        ),
        ("customer,sn,products\nA,A-1,P:1,x\n", "o.csv:2: the row has 4 columns, but the header row has 3"),
    ] {
        let fault = read(text.as_bytes()).unwrap_err();
        assert!(fault.starts_with(meant), "{text:?}: {fault}");
    }
    assert_eq!(
        read(b"\xff\xfec\0u\0"),
        Err("o.csv: the file is UTF-16 text: save it as CSV in UTF-8".to_owned())
    );
    assert_eq!(read(b""), Ok(Vec::new()));
}

#[test]
fn unknown_columns_are_named_with_the_known_ones() {
    let faults =
        OrderCsv::read("o.csv", b"customer,sn,products,ende,colour\n", &["licenses".to_owned()]).unwrap_err();
    let shown: Vec<String> = faults
        .iter()
        .map(|fault| format!("{fault}\n{}", fault.help.as_deref().unwrap_or_default()))
        .collect();
    let known = "known columns are customer, sn, products, start, end, issued, runs, kind, of, licenses; \
        a column called `note` or `x-…` is ignored";
    assert_eq!(
        shown,
        [
            format!("o.csv:1: column 4: unknown column `ende`\ndid you mean `end`? {known}"),
            format!("o.csv:1: column 5: unknown column `colour`\n{known}"),
        ]
    );
}

#[test]
fn empty_rows_are_skipped_and_counted() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\n\nA,A-1,MySolutions:20\n,,\n \t\n\"\",,\n\n");
    let args =
        ["issue", "--catalog", "catalog.yaml", "--order", "orders.csv", "--dry-run", "--at", "2026-01-15"];
    let output = dir.run(&args).expect_code(0);
    assert!(output.stderr.contains("note: skipped 5 empty rows in orders.csv\n"), "{}", output.stderr);
    assert!(output.stdout.contains("\n1 order, "), "{}", output.stdout);
    let quiet = issue(&dir, "orders.csv", &["--dry-run"]).expect_code(0);
    assert!(!quiet.stderr.contains("empty"), "{}", quiet.stderr);
}

#[test]
fn malformed_table_refuses_the_run_and_writes_nothing() {
    let dir = test_dir();
    dir.write("orders.csv", "customer,sn,products\nA,A-1,MySolutions:20\n\"B\" Ltd,B-1,MySolutions:20\n");
    let output = crate::issue::issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
    assert!(output.stderr.contains("orders.csv:3:4: column `customer`: text after"), "{}", output.stderr);
    assert!(
        output.stderr.contains("orders.csv is refused as a whole: no order was read"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.is_empty(), "{}", output.stdout);
    assert!(!dir.path("out").exists() && !dir.path("log").exists());
}

#[test]
fn line_break_in_a_value_is_an_error_of_that_order() {
    let rows = b"customer,sn,products\n\"A\nMallory,M-1,MySolutions:900\n\",A-1,P:1\nB,B-1,P:1\n";
    let table = OrderCsv::read("o.csv", rows, &[]).unwrap();
    let orders: Vec<Result<String, String>> =
        table.map(|order| order.map(|order| order.sn).map_err(|fault| fault.to_string())).collect();
    assert_eq!(orders.len(), 2);
    assert!(
        orders[0].as_ref().is_err_and(|fault| fault.starts_with("o.csv:2: column `customer`: ")),
        "{orders:?}"
    );
    assert_eq!(orders[1], Ok("B-1".to_owned()));
}

/// An independent reading of RFC 4180: the cells of every record, or `None` if the text is malformed.
fn reference(text: &str) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut record = Vec::new();
        loop {
            let cell = if let Some(quoted) = rest.strip_prefix('"') {
                let mut value = String::new();
                rest = quoted;
                loop {
                    let (before, after) = rest.split_once('"')?;
                    value.push_str(before);
                    rest = after;
                    match rest.strip_prefix('"') {
                        Some(after) => {
                            value.push('"');
                            rest = after;
                        }
                        None => break value,
                    }
                }
            } else {
                let end = rest.find([',', '\n', '\r']).unwrap_or(rest.len());
                let (cell, after) = rest.split_at(end);
                rest = after;
                if cell.contains('"') {
                    return None;
                }
                cell.to_owned()
            };
            record.push(cell);
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => break,
            }
        }
        records.push(record);
        rest = if rest.is_empty() {
            rest
        } else {
            rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?
        };
    }
    Some(records)
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn text_in_a_quoted_cell_never_becomes_an_order(
        cells in prop::collection::vec("([\",;\r\n\t a-c]|,X-9,P:1\n|\r\nE,E-1,P:1\r\n|\\PC){0,24}", 1..6),
        in_front: bool,
        windows: bool,
        delimiter in prop::sample::select(vec![',', ';', '\t']),
    ) {
        let end = if windows { "\r\n" } else { "\n" };
        let d = delimiter;
        let mut text = String::new();
        let head = if in_front { ["note", "customer", "sn", "products"] } else { ["customer", "sn", "products", "note"] };
        text.push_str(&head.join(&d.to_string()));
        text.push_str(end);
        for (number, cell) in cells.iter().enumerate() {
            let order = format!("C{d}S-{number}{d}P:1");
            let note = quoted(cell);
            text.push_str(&if in_front { format!("{note}{d}{order}{end}") } else { format!("{order}{d}{note}{end}") });
        }
        let expected: Vec<String> = (0..cells.len()).map(|number| format!("S-{number}")).collect();
        prop_assert_eq!(read(text.as_bytes()), Ok(expected));
    }

    #[test]
    fn table_reads_the_records_of_the_rfc_or_nothing(body in "([\",\r\n a]|\"\"|\r\n|,\"){0,40}") {
        let text = format!("sn,customer,products,note\n{body}");
        let records = reference(&text);
        let table = OrderCsv::read("o.csv", text.as_bytes(), &[]);
        prop_assert_eq!(table.is_ok(), records.is_some(), "{:?}", text);
        if let (Ok(table), Some(records)) = (table, records) {
            let rows = records[1..].iter().filter(|record| {
                record.iter().any(|cell| !cell.trim_matches([' ', '\t']).is_empty())
            });
            // A quoted cell of spaces is a value, so that its row is reported, not skipped.
            let (least, most) = (rows.count(), records.len() - 1);
            let read = table.count();
            prop_assert!(read >= least && read <= most, "{:?}: {} rows, {}..{}", text, read, least, most);
        }
    }
}
