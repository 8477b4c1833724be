//! The text of a generated license.

use std::fmt::Write as _;

use crate::resolve_reference::{Block, Kind};

pub(crate) fn text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for (index, block) in blocks.iter().enumerate() {
        let kind = format!("{:?}", block.kind).to_uppercase();
        let _ = write!(text, "FEATURE {} {{ VENDOR=abc SN=s{index} KEYTYPE={kind}", block.name);
        let _ = write!(text, " VERSION=1.{}", block.version);
        if block.kind != Kind::Token {
            let _ = write!(text, " COUNT={}", block.count);
        }
        for (name, day) in [("START", block.start), ("END", block.end)] {
            if let Some(day) = day {
                let _ = write!(text, " {name}=2026-01-{:02}", day + 1);
            }
        }
        let keys = ["USER", "HOST", "CUSTOM"];
        let shared: Vec<&str> = keys.into_iter().zip(block.shared).filter(|it| it.1).map(|it| it.0).collect();
        if !shared.is_empty() {
            let _ = write!(text, " SHARE={}", shared.join("|"));
        }
        let numbers = [
            ("HOLD", block.hold),
            ("MIN_CHECKOUT", block.min_checkout),
            ("BORROW", block.borrow.unwrap_or(0).into()),
            ("USERBASED", i64::try_from(block.reserved[0]).unwrap()),
            ("HOSTBASED", i64::try_from(block.reserved[1]).unwrap()),
        ];
        for (name, number) in numbers.into_iter().filter(|it| it.1 > 0) {
            let _ = write!(text, " {name}={number}");
        }
        for (name, version, count) in &block.needs {
            let _ = write!(text, "\n  TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.{version} COUNT={count}\"");
        }
        text.push_str("\n}\n");
    }
    text
}
