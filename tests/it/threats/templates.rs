//! Values of orders and parameters that look like template or license syntax.

use std::fmt::Write as _;

use keywright::issue::ArgValue;
use keywright::license::License;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::issue::{issue_into, test_dir};
use crate::template_values::{TODAY, site};

fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        proptest::sample::select(vec![
            "{{ remark }}",
            "{% for x in y %}",
            "{# #}",
            "\"",
            "'",
            "\n",
            "\r\n",
            "}",
            "{",
            "#",
            " ",
            "  ",
            "\t",
            "FEATURE x {",
            "KEY=",
            "COUNT=500",
            "\u{202e}",
            "\u{200b}",
            "\u{feff}",
            "\u{a0}",
            "\\",
            "\u{fdd0}41\u{fdd1}",
            "\u{fdd0}",
            "$ENV",
            "${HOME}",
            "a",
            "ü",
            "\u{0}",
            "\u{1b}[2J",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn threat_35_template_values_are_rejected_or_kept_literally(remark in hostile(), licensee in hostile()) {
        let template = site();
        let given = [
            ArgValue::new("feature", "MyDraw"),
            ArgValue::new("remark", remark.as_str()),
            ArgValue::new("licensee", licensee.as_str()),
        ];
        let Ok(assigned) = template.assign(&given, TODAY) else { return Ok(()) };
        let text = match template.render(&assigned) {
            Ok(text) => text,
            // An empty value merges with the template's own space before it.
            Err(fault) => {
                prop_assert!(remark.is_empty(), "{}", fault);
                return Ok(());
            }
        };
        let license = License::from_text("site", &text);
        prop_assert!(!license.has_errors());
        prop_assert_eq!(license.features.len(), 1);
        let feature = &license.features[0];
        let options = format!("seats 5: {remark}");
        for (name, meant) in [("DATA", remark.as_str()), ("OPTIONS", &options), ("LICENSEE", licensee.as_str()), ("COUNT", "5")] {
            prop_assert_eq!(license.value(feature, name).unwrap(), meant);
        }
        prop_assert_eq!(license.records(feature).count(), 5);
    }

    #[test]
    fn accepted_names_read_back_unchanged(name in hostile()) {
        let template = site();
        match template.assign(&[ArgValue::new("feature", name.as_str())], TODAY) {
            Ok(assigned) => {
                let license = License::from_text("site", &template.render(&assigned).unwrap());
                prop_assert_eq!(license.features[0].name.value.as_str(), name);
            }
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}

#[test]
fn threat_35_customer_name_is_never_syntax() {
    let dir = test_dir();
    let names = [
        "{{ licenses }} {% for %}",
        "} FEATURE Free {",
        "# COUNT=500",
        "=1+1",
        "Größe & Söhne",
        "a\\nb",
        "KEY=AAAA",
    ];
    let mut rows = "customer,sn,products\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        writeln!(rows, "\"{name}\",X-{number},MySolutions:20").unwrap();
    }
    dir.write("orders.csv", rows);
    issue_into(&dir, "orders.csv", "out", "log").expect_code(0);
    for (number, name) in names.iter().enumerate() {
        let text = dir.read(&format!("out/X-{number}.lic"));
        assert_eq!(text.matches("\nFEATURE ").count(), 3, "{text}");
        assert_eq!(text.matches(&format!("LICENSEE=\"{name}\"\n")).count(), 4, "{text}");
    }
    for bad in ["a\"\"b", "a\nb", "a\u{202e}b"] {
        dir.write("orders.csv", format!("customer,sn,products\n\"{bad}\",Y-1,MySolutions:20\n"));
        let output = issue_into(&dir, "orders.csv", "out", "log").expect_code(1);
        assert!(output.stderr.contains("column `customer`"), "{}", output.stderr);
        assert!(!dir.path("out/Y-1.lic").exists());
    }
}
