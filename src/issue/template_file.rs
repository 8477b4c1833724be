//! Template files: their names, and how their text differs from that of a license.

use std::borrow::Cow;

use super::error::Fault;

/// Maximum size of a template text, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 1024 * 1024;

/// The endings of the names of template files. A file with the first one is always a template; the second one is also that
/// of licenses.
pub const TEMPLATE_ENDINGS: [&str; 2] = [".lic.tmpl", ".lic"];

/// The line before and after the head.
const FENCE: &str = "---";

/// The keys of a head.
const KEYS: [&str; 3] = ["summary:", "every-block:", "parameters:"];

/// Returns the name of the template in a file with this name.
#[must_use]
pub fn template_name(file_name: &str) -> Option<&str> {
    TEMPLATE_ENDINGS.iter().find_map(|ending| file_name.strip_suffix(ending))
}

/// Returns true if a file is a template: by the ending of its name, or because its text begins with the head of a template.
///
/// DECISION: empty lines, comments and a byte order mark may come before the head. A license between two lines `---`, as
/// in an e-mail, is not a template: its head has no key of a template.
#[must_use]
pub fn is_template(file_name: &str, text: &[u8]) -> bool {
    if file_name.to_ascii_lowercase().ends_with(TEMPLATE_ENDINGS[0]) {
        return true;
    }
    let beginning = text.get(..MAX_TEMPLATE_BYTES).unwrap_or(text);
    // For valid text, this is many times faster than the lossy conversion alone.
    let beginning =
        str::from_utf8(beginning).map_or_else(|_| String::from_utf8_lossy(beginning), Cow::Borrowed);
    let mut lines = after_comments(&beginning);
    lines.next().is_some_and(|(line, _)| line.trim_end() == FENCE)
        && lines
            .take_while(|(line, _)| line.trim_end() != FENCE)
            .any(|(line, _)| KEYS.iter().any(|key| line.starts_with(key)))
}

/// A template text in its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct TemplateParts<'t> {
    /// The head, without the lines `---`.
    pub(super) head: &'t str,
    /// The number of lines before the head.
    pub(super) lines_before_head: usize,
    /// The license text.
    pub(super) body: &'t str,
    /// The number of lines before the license text.
    pub(super) lines_before_body: u64,
}

/// Splits a template into head and body.
pub(super) fn split(text: &str) -> Result<TemplateParts<'_>, Fault> {
    if text.len() > MAX_TEMPLATE_BYTES {
        let message = format!("the template is larger than {MAX_TEMPLATE_BYTES} bytes");
        return Err(Fault::new(message));
    }
    let no_head = || {
        Fault::new("the template has no head")
            .at(1, 1)
            .help("start with a line `---`, then `summary:` and `parameters:`, then a line `---`")
    };
    let mut lines = after_comments(text);
    let (first, start) = lines.next().filter(|(line, _)| line.trim_end() == FENCE).ok_or_else(no_head)?;
    let start = start + first.len();
    let (last, end) = lines.find(|(line, _)| line.trim_end() == FENCE).ok_or_else(no_head)?;
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let body_start = end + last.len();
    let lines_before = |at: usize| part(0, at).matches('\n').count();
    Ok(TemplateParts {
        head: part(start, end),
        lines_before_head: lines_before(start),
        body: part(body_start, text.len()),
        lines_before_body: lines_before(body_start) as u64,
    })
}

/// The lines of a text with their places, without the empty lines and comments at its beginning.
fn after_comments(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let is_skipped = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || line.starts_with('#')
    };
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let mark = if start == 0 { line.len() - line.trim_start_matches('\u{feff}').len() } else { 0 };
        (line.get(mark..).unwrap_or_default(), start + mark)
    });
    lines.skip_while(move |(line, _)| is_skipped(line))
}
