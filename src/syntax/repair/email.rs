//! Licenses inside a saved email.

use crate::mail::is_email;

use super::transfer::{decode_base64, decode_quoted_printable};

/// Maximum number of parts that are searched.
const MOST_PARTS: usize = 64;

/// Returns the first part of an email that contains a license, decoded.
pub(super) fn license(text: &str) -> Option<String> {
    if !is_email(text) {
        return None;
    }
    let mut parts = parts(text);
    // An attachment is the license as it was sent; text may be wrapped.
    parts.sort_by_key(|part| !part.is_attachment);
    parts
        .into_iter()
        .filter_map(MailPart::decoded)
        .find(|text| text.contains("FEATURE") && text.contains('{'))
}

/// A part of an email.
#[derive(Debug, Default, Clone, Copy)]
struct MailPart<'a> {
    encoding: Encoding,
    is_attachment: bool,
    body: &'a str,
}

#[derive(Debug, Default, Clone, Copy)]
enum Encoding {
    #[default]
    Plain,
    Base64,
    QuotedPrintable,
}

impl<'a> MailPart<'a> {
    /// Splits headers and body.
    fn new(text: &'a str) -> Self {
        let mut part = Self::default();
        let mut rest = text.trim_start_matches(['\r', '\n']);
        while let Some((line, after)) = rest.split_once('\n') {
            rest = after;
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                break;
            }
            part.header(line);
        }
        Self { body: rest, ..part }
    }

    fn header(&mut self, line: &str) {
        let line = line.to_ascii_lowercase();
        if line.starts_with("content-transfer-encoding:") {
            self.encoding = match line.split_once(':').map(|(_, value)| value.trim()) {
                Some("base64") => Encoding::Base64,
                Some("quoted-printable") => Encoding::QuotedPrintable,
                _ => Encoding::Plain,
            };
        }
        self.is_attachment |= line.contains("name=") || line.contains("attachment");
    }

    fn decoded(self) -> Option<String> {
        match self.encoding {
            Encoding::Plain => Some(self.body.to_owned()),
            Encoding::Base64 => decode_base64(self.body),
            Encoding::QuotedPrintable => decode_quoted_printable(self.body),
        }
    }
}

/// Returns the parts of an email. A line `--…` that is followed by a header begins a part, also in nested parts.
fn parts(text: &str) -> Vec<MailPart<'_>> {
    let mut starts = vec![0];
    let mut at = 0;
    let mut ends = Vec::new();
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let is_header = || {
            text.get(next..)
                .is_some_and(|rest| rest.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("content-")))
        };
        let is_boundary =
            line.len() > 4 && line.starts_with("--") && (is_header() || line.trim_end().ends_with("--"));
        if is_boundary && starts.len() < MOST_PARTS {
            ends.push(at);
            starts.push(next);
        }
        at = next;
    }
    ends.push(text.len());
    starts.into_iter().zip(ends).filter_map(|(start, end)| text.get(start..end)).map(MailPart::new).collect()
}
