//! K003: a malformed KEY.

use crate::rules::syntax::elided_key::is_elided;
use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_syntax::diagnostic::Code;

/// A malformed KEY.
static CODE: Code = Code::error("K003", "malformed-key");

/// Length of a KEY in characters: 75 bytes in base64.
const KEY_LENGTH: usize = 100;

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY that is not 100 base64 characters",
    rationale: "A KEY encodes 75 bytes: a header of 11 bytes and a signature of 64. A different length means that it \
          was truncated or pasted twice; other characters mean that it was changed, or that another tool made \
          it.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 KEY=AQEA7 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    how_to_fix: "Copy the KEY from the issued file, or sign again. KEYs of other license managers cannot be used.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Signing replaces the KEY.
    if cx.options.stage == Stage::Signing {
        return;
    }
    for block in cx.blocks() {
        let Some(place) = block.feature.key else { continue };
        let Some(key) = block.license.key(block.feature).filter(|key| !is_elided(key)) else { continue };
        if is_well_formed(&key) {
            continue;
        }
        let stray = key.chars().find(|c| !is_base64(*c));
        let length = key.chars().count();
        let message = match stray {
            Some('=') => format!("malformed KEY of `{}`: it has padding (`=`)", block.name()),
            Some(c) => {
                format!("malformed KEY of `{}`: {} is not a base64 character", block.name(), describe(c))
            }
            None if length != KEY_LENGTH => {
                format!("malformed KEY of `{}`: {length} characters instead of {KEY_LENGTH}", block.name())
            }
            None => continue,
        };
        let help = "copy the KEY from the issued file, or sign again with `keywright sign`";
        sink.push(cx.found(&CODE, block, place, message).help(help));
    }
}

/// Without an early end, the compiler vectorizes the loop.
fn is_well_formed(key: &str) -> bool {
    key.len() == KEY_LENGTH && key.bytes().fold(true, |all, byte| all & is_base64(byte.into()))
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

fn describe(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("U+{:04X}", u32::from(c)) }
}
