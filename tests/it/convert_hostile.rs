//! Hostile sources of `convert`: cost and memory stay in proportion to the file, and no source panics or hangs.

use std::fmt::Write as _;

use jiff::civil::date;
use keywright::convert::{Conversion, Input, Options, convert};
use keywright::effort;
use keywright::source::FileId;

use crate::support::cases;

fn run(text: &str) -> Conversion {
    let input = Input::new(FileId(0), "source", text.as_bytes().to_vec());
    let options = Options { vendor: Some("v".to_owned()), ..Options::at(date(2026, 6, 1)) };
    convert(&[input], &options)
}

fn cost(text: &str) -> f64 {
    let before = effort::spent();
    run(text);
    let spent = effort::spent().wrapping_sub(before);
    assert!(spent > 100, "the work is not counted");
    u32::try_from(spent).map_or(f64::INFINITY, f64::from)
}

type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 7] = [
    ("flexnet lines", |n| {
        (0..n).fold(String::new(), |mut text, at| {
            writeln!(text, "INCREMENT f{at} v 1.0 permanent 3 DUP_GROUP=NONE SIGN=\"{at:08}\"").unwrap();
            text
        })
    }),
    ("flexnet lines of one pool", |n| {
        (0..n).fold(String::new(), |mut text, at| {
            writeln!(text, "INCREMENT f v 1.0 permanent 3 DUP_GROUP=NONE SIGN=\"{at:08}\"").unwrap();
            text
        })
    }),
    ("flexnet upgrades", |n| {
        (0..n).fold(String::new(), |mut text, at| {
            writeln!(
                text,
                "INCREMENT f v 1.0 permanent 3 SIGN=\"{at:08}\"\nUPGRADE f v 1.0 2.0 permanent 1 SIGN=1"
            )
            .unwrap();
            text
        })
    }),
    ("flexnet quotes that are never closed", |n| "INCREMENT f v 1.0 permanent 3 SIGN=\"00\nx\n".repeat(n)),
    ("rlm lines", |n| {
        (0..n).fold(String::new(), |mut text, at| {
            writeln!(text, "LICENSE v p{at} 1.0 permanent 3 sig=s{at}").unwrap();
            text
        })
    }),
    ("rlm tokens", |n| {
        (0..n).fold("LICENSE v p 1.0 permanent 3 sig=s\n".to_owned(), |mut text, at| {
            writeln!(text, "LICENSE v t{at} 1.0 permanent token token=\"<p 1.0 1>\" sig=s{at}").unwrap();
            text
        })
    }),
    ("xml features", |n| {
        let mut text = "<LICENSEFILE>\n".to_owned();
        for at in 0..n {
            writeln!(text, "<FEATURE NAME=\"f{at}\"><SETTING COUNT=\"3\"/></FEATURE>").unwrap();
        }
        text + "</LICENSEFILE>\n"
    }),
];

#[test]
fn cost_is_linear_in_the_size_of_the_source() {
    let size = cases(4000, 500);
    for (name, shape) in SHAPES {
        let costs: Vec<f64> = [size, 2 * size, 4 * size].into_iter().map(|n| cost(&shape(n))).collect();
        for pair in costs.windows(2) {
            let exponent = (pair[1] / pair[0]).log2();
            assert!(exponent <= 1.15, "{name} grows with the power {exponent:.2}: {costs:?}");
        }
    }
}

#[test]
fn line_of_64_mib_is_reported() {
    let size = cases(60, 12) * 1024 * 1024;
    for (start, fill) in [
        ("INCREMENT f v 1.0 permanent 1 ", "a "),
        ("INCREMENT f v 1.0 permanent 1 NOTICE=\"", "a "),
        ("INCREMENT f v 1.0 permanent 1 HOSTID=", "a"),
        ("LICENSE v p 1.0 permanent 1 ", "<"),
        ("LICENSE v p 1.0 permanent token token=\"", "<a 1 1>"),
        ("<LICENSEFILE><FEATURE NAME=\"", "a"),
        ("<LICENSEFILE>", "<a>"),
        ("INCREMENT ", "\\\n"),
    ] {
        let text = format!("{start}{}", fill.repeat(size / fill.len()));
        let conversion = run(&text);
        assert!(conversion.license.is_none() && !conversion.report.found().is_empty(), "{start}{fill}");
    }
}

#[test]
fn lines_around_a_line_of_many_mib_are_converted() {
    let good = "INCREMENT good v 1.0 permanent 1 DUP_GROUP=NONE SIGN=00\n";
    let text = format!(
        "{good}INCREMENT bad v 1.0 permanent 1 {}\n{}",
        "x".repeat(9 << 20),
        good.replace("good", "last")
    );
    let conversion = run(&text);
    assert!(conversion.report.is_broken());
    assert_eq!(conversion.license.unwrap().matches("FEATURE").count(), 2);
}

#[test]
fn deep_nesting_of_xml_is_refused() {
    let conversion = run(&format!("<LICENSEFILE>{}", "<a>".repeat(1_000_000)));
    assert!(conversion.report.is_unreadable());
}
