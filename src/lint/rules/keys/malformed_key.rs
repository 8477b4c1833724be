//! K003: a KEY that cannot be one.

use crate::diagnostic::Code;
use crate::lint::rules::syntax::elided_key::is_elided;
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

/// A KEY that cannot be one.
static CODE: Code = Code::error("K003", "malformed-key");

/// Characters of a KEY: 75 bytes as base64.
const KEY_LENGTH: usize = 100;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY that is not 100 characters of base64",
    why: "A KEY holds 75 bytes: a header of 11 and a signature of 64. Another length means that it was cut or doubled \
          on the way; other characters, that it was changed, or that another tool made it.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 KEY=AQEA7 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    remedy: "Take the KEY from the file as it was issued, or sign again. Keys of other license managers cannot be used.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Signing replaces it.
    if cx.options.stage == Stage::Signing {
        return;
    }
    for block in cx.blocks() {
        let Some(key) = block.feature.key.as_ref().filter(|key| !is_elided(&key.value)) else { continue };
        let stray = key.value.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/')));
        let length = key.value.chars().count();
        let message = match stray {
            Some('=') => format!("the KEY of `{}` has padding (`=`)", block.name()),
            Some(c) => format!("the KEY of `{}` holds {}, which is not base64", block.name(), describe(c)),
            None if length != KEY_LENGTH => {
                format!("the KEY of `{}` has {length} characters, not {KEY_LENGTH}", block.name())
            }
            None => continue,
        };
        let help = "take it from the file as it was issued, or sign again with `keywright sign`";
        sink.push(cx.found(&CODE, block, key.span, message).help(help));
    }
}

fn describe(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("the character U+{:04X}", u32::from(c)) }
}
