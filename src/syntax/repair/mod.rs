//! Undoing damage: the text of a license as it was before mail, an editor or a web page changed it.
//!
//! The result is information. It is shown, or written by `lint --fix` if that is certain; it is never accepted in place
//! of the file.

mod email;
mod keys;
mod markup;
mod rtf;
mod transfer;

use crate::source::{MAX_FILE_BYTES, SourceFile};

/// Maximum number of steps, because a text may be damaged in several ways.
const MOST_STEPS: usize = 8;

/// A text with damage undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The text.
    pub text: String,
    /// The steps in order, as noun phrases: `decoding quoted-printable`.
    pub steps: Vec<&'static str>,
}

/// A kind of damage.
struct Step {
    /// A noun phrase: `decoding quoted-printable`.
    name: &'static str,
    /// True if only transport changed the text, in a way that has one inverse.
    certain: bool,
    /// Returns the text without the damage, or `None` if the text does not have it.
    undo: fn(&str) -> Option<String>,
}

const DECODING_UTF16: &str = "decoding UTF-16";

/// The kinds of damage, the outermost first.
static STEPS: &[Step] = &[
    Step { name: "converting its line endings", certain: true, undo: transfer::carriage_returns },
    Step { name: "taking the license out of the email", certain: false, undo: email::license },
    Step { name: "removing the `>` of the quoted email", certain: true, undo: transfer::quoted },
    Step { name: "decoding quoted-printable", certain: true, undo: transfer::quoted_printable },
    Step { name: "decoding base64", certain: false, undo: transfer::base64 },
    Step { name: "removing RTF", certain: false, undo: rtf::text },
    Step { name: "replacing JSON escapes", certain: false, undo: markup::json_string },
    Step { name: "removing HTML tags", certain: false, undo: markup::tags },
    Step { name: "replacing HTML entities", certain: false, undo: markup::entities },
    Step { name: "removing lines with `-----`", certain: false, undo: transfer::armour },
    Step { name: "replacing no-break spaces by spaces", certain: false, undo: markup::no_break_spaces },
    Step { name: "replacing typographic quotes", certain: false, undo: markup::curly_quotes },
    Step { name: "joining wrapped KEYs", certain: true, undo: keys::joined },
];

/// Returns the text of a file with all recognised damage undone, or `None` if there is none.
#[must_use]
pub fn repair(source: &SourceFile) -> Option<Repaired> {
    run(source, |_| true)
}

/// Like [`repair`], for damage by transport that can be undone in one way only: quoting and encoding by mail programs,
/// wrapped KEYs, line endings, UTF-16.
#[must_use]
pub fn repair_certain(source: &SourceFile) -> Option<Repaired> {
    // Text that was lost cannot be written back.
    let is_complete = source.decoded().is_none_or(|text| !text.contains(char::REPLACEMENT_CHARACTER));
    is_complete.then(|| run(source, |step| step.certain))?
}

fn run(source: &SourceFile, may: impl Fn(&Step) -> bool) -> Option<Repaired> {
    let decoded = source.decoded();
    let mut steps: Vec<&'static str> = decoded.iter().map(|_| DECODING_UTF16).collect();
    let mut text = decoded.unwrap_or(source.text()).to_owned();
    for _ in 0..MOST_STEPS {
        let next = STEPS.iter().filter(|step| may(step) && !steps.contains(&step.name));
        let undone = next.filter_map(|step| Some((step, (step.undo)(&text)?)));
        let changes = |(_, new): &(&Step, String)| *new != text && new.len() <= MAX_FILE_BYTES;
        let Some((step, new)) = undone.filter(changes).map(|(step, new)| (step.name, new)).next() else {
            break;
        };
        steps.push(step);
        text = new;
    }
    (!steps.is_empty()).then_some(Repaired { text, steps })
}
