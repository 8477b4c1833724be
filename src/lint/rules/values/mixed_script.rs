//! V023: a word that mixes similar scripts.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::excerpt;

/// A word that mixes similar scripts.
static CODE: Code = Code::warning("V023", "mixed-script");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a word that mixes Latin letters with Cyrillic or Greek letters",
    rationale: "Some of these letters look the same, so a different name can look like a known one. Words in a \
          single script are accepted, whatever the script. A company name may mix scripts on purpose, so this \
          is a warning.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Ex\u{430}mple Ltd\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
",
    ),
    how_to_fix: "Retype the word. If the mix is intended, allow the rule for the file.",
    check: Check::Project(check),
};

/// A script with letters that look like those of another script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
}

impl Script {
    fn from_char(c: char) -> Option<Self> {
        match c {
            '×' | '÷' => None,
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(Self::Latin),
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Self::Greek),
            '\u{400}'..='\u{52f}'
            | '\u{1c80}'..='\u{1c8f}'
            | '\u{2de0}'..='\u{2dff}'
            | '\u{a640}'..='\u{a69f}' => Some(Self::Cyrillic),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
        }
    }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Nearly all files are ASCII.
    for license in cx.licenses.iter().filter(|license| !license.source.text().is_ascii()) {
        for block in license.features.iter().filter_map(|feature| license.block(feature)) {
            for directive in block.directives() {
                let value = license.source.slice(directive.value.inner());
                // Nearly all values are ASCII, too.
                let Some((word, other)) = (!value.is_ascii()).then(|| mixed(value)).flatten() else {
                    continue;
                };
                let name = license.source.slice(directive.name);
                let message = format!(
                    "mixed scripts: `{}` in `{name}` has Latin and {} letters",
                    excerpt(word),
                    other.as_str()
                );
                sink.push(
                    Diagnostic::new(&CODE, license.source.id(), directive.value.inner(), message)
                        .help("retype the word; some of these letters look the same"),
                );
            }
        }
    }
}

/// The first word with letters of two scripts, and the script that is not Latin.
fn mixed(text: &str) -> Option<(&str, Script)> {
    text.split(|c: char| !c.is_alphabetic()).find_map(|word| {
        let has = |script| word.chars().any(|c| Script::from_char(c) == Some(script));
        let other = [Script::Cyrillic, Script::Greek].into_iter().find(|other| has(*other))?;
        has(Script::Latin).then_some((word, other))
    })
}
