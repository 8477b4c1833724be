//! Splits Rust source text into code, comments and string literals, for tests that read the sources.

/// The kind of a piece of source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Code,
    Comment,
    /// A string literal with its quotes.
    String,
}

/// The pieces of a source text, in order; together they are the text.
pub(crate) fn segments(text: &str) -> impl Iterator<Item = (Kind, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (kind, end) = first_segment(rest);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((kind, piece))
    })
}

fn first_segment(text: &str) -> (Kind, usize) {
    if let Some(end) = literal_end(text, 0) {
        return end;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let inside_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        if !(inside_word && bytes[at] == b'r') && literal_end(text, at).is_some() {
            break;
        }
        at += if bytes[at] == b'\'' { char_literal_length(&text[at..]) } else { 1 };
    }
    (Kind::Code, at.min(text.len()).max(1))
}

/// The end of the comment or string that begins at `at`, if one does.
fn literal_end(text: &str, at: usize) -> Option<(Kind, usize)> {
    let rest = text.as_bytes().get(at..)?;
    let find = |needle: &str, from: usize| {
        text.get(at + from..).and_then(|text| text.find(needle)).map_or(text.len(), |found| at + from + found)
    };
    if rest.starts_with(b"//") {
        return Some((Kind::Comment, find("\n", 0)));
    }
    if rest.starts_with(b"/*") {
        return Some((Kind::Comment, (find("*/", 2) + 2).min(text.len())));
    }
    if rest.first() == Some(&b'"') {
        let mut end = 1;
        while end < rest.len() && rest[end] != b'"' {
            end += if rest[end] == b'\\' { 2 } else { 1 };
        }
        return Some((Kind::String, (at + end + 1).min(text.len())));
    }
    if rest.first() == Some(&b'r') {
        let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let close = format!("\"{}", "#".repeat(hashes));
            return Some((Kind::String, (find(&close, 2 + hashes) + close.len()).min(text.len())));
        }
    }
    None
}

/// The length of a character literal, or 1 for the quote of a lifetime.
fn char_literal_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(1, |end| 3 + end + 1),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[test]
fn text_is_split_into_code_comments_and_strings() {
    let text =
        "let a = '\"'; // \"no\"\nlet b: &'a str = \"x\\\"y\"; r#\"raw \" \"#; '\\''; /* c */ bar\"s\"";
    let found: Vec<_> = segments(text).filter(|(kind, _)| *kind != Kind::Code).collect();
    assert_eq!(
        found,
        [
            (Kind::Comment, "// \"no\""),
            (Kind::String, "\"x\\\"y\""),
            (Kind::String, "r#\"raw \" \"#"),
            (Kind::Comment, "/* c */"),
            (Kind::String, "\"s\""),
        ]
    );
    assert_eq!(segments(text).map(|(_, text)| text).collect::<String>(), text);
}
