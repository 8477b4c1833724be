//! Findings that explain a file as a whole: another format, or damage by mail. Each replaces all others.

use super::codes;
use super::diagnostic::Diagnostic;
use super::foreign::{self, Foreign};
use super::mail;
use super::source::{SourceFile, Span};

/// A kind of damage by mail.
struct Damage {
    is: fn(&str) -> bool,
    message: &'static str,
    help: &'static str,
}

static DAMAGES: &[Damage] = &[
    Damage {
        is: mail::is_email,
        message: "the file is a saved email, not the license in it",
        help: "open the email and save the attached license, or copy the license from the text",
    },
    Damage {
        is: mail::is_quoted,
        message: "the license was quoted in an email: every line begins with `>`",
        help: "use the attachment instead, or remove the `>` from every line; `keywright lint --fix` can do it",
    },
    Damage {
        is: mail::is_encoded,
        message: "the file is a quoted-printable email: every `=` is written as `=3D`",
        help: "save the license from the mail program instead of copying the message source; `keywright lint --fix` can \
               decode it",
    },
    Damage {
        is: |text| mail::base64_body(text).is_some(),
        message: "the license is base64-encoded: this is the source of an email or of its attachment",
        help: "save the attachment from the mail program instead of copying the message source",
    },
];

/// A finding that explains a file as a whole.
pub(super) struct Explanation {
    pub(super) found: Diagnostic,
    /// True if no license can look like this. Otherwise a file with readable blocks is a license.
    pub(super) is_certain: bool,
}

/// Returns the finding that explains a file as a whole.
pub(super) fn explain(source: &SourceFile) -> Option<Explanation> {
    let text = source.text();
    if let Some(format) = foreign::of_text(text) {
        let is_certain = !text.contains('"') && mail::has_typed_value(text, "=&", &["VENDOR", "SN"]);
        return Some(Explanation { found: is_foreign(source, format), is_certain });
    }
    // Each of these needs text outside of blocks, or a value that no directive has.
    let damage = DAMAGES.iter().find(|damage| (damage.is)(text))?;
    let found = Diagnostic::new(&codes::MAIL_DAMAGE, source.id(), first_line(source), damage.message);
    Some(Explanation { found: found.help(damage.help), is_certain: true })
}

/// Returns the finding for a file in another format.
pub(super) fn is_foreign(source: &SourceFile, format: &Foreign) -> Diagnostic {
    let message = format!("the file is {}, not a keywright license", format.name);
    Diagnostic::new(&codes::FOREIGN_FORMAT, source.id(), first_line(source), message).help(format.help)
}

/// Returns the first line that is not empty.
fn first_line(source: &SourceFile) -> Span {
    let text = source.text();
    let start = text.len() - foreign::significant(text).len();
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find(['\n', '\r']).map_or(text.len(), |at| start + at);
    Span::new(start, end)
}
