//! KEYs that were wrapped over several lines.

use crate::mail::KEY_CHARS;

/// Joins the lines of every unquoted KEY that is shorter than a KEY and continues on the next line.
pub(super) fn joined(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    let (mut from, mut any) = (0, false);
    for (at, name) in text.match_indices("KEY=") {
        if at < from || text.get(..at).is_some_and(|before| before.ends_with(is_base64)) {
            continue;
        }
        let value = at + name.len();
        let Some((key, end)) = text.get(value..).and_then(wrapped) else { continue };
        joined.push_str(text.get(from..value).unwrap_or_default());
        joined.push_str(&key);
        (from, any) = (value + end, true);
    }
    joined.push_str(text.get(from..).unwrap_or_default());
    any.then_some(joined)
}

/// Returns the KEY that begins here and continues on further lines, and the offset after it.
fn wrapped(text: &str) -> Option<(String, usize)> {
    let mut key = String::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let piece = rest.find(|c: char| !is_base64(c)).unwrap_or(rest.len());
        if piece == 0 || key.len() + piece > KEY_CHARS {
            return None;
        }
        key.push_str(rest.get(..piece)?);
        at += piece;
        if key.len() == KEY_CHARS {
            // A KEY in one line is not wrapped.
            return text.get(..at)?.contains('\n').then_some((key, at));
        }
        let gap = text.get(at..)?;
        // Quoted-printable marks a continued line with a final `=`.
        let gap = gap.strip_prefix('=').unwrap_or(gap);
        let next = gap.trim_start();
        let blank = gap.get(..gap.len() - next.len())?;
        if !blank.contains('\n') {
            return None;
        }
        at = text.len() - next.len();
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}
