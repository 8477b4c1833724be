//! Text that a web page, a word processor or a program escaped.

/// The named entities that occur in licenses.
const NAMED: [(&str, char); 12] = [
    ("quot", '"'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
];

/// Length of the longest entity between `&` and `;`.
const LONGEST: usize = 8;

/// Replaces HTML entities.
pub(super) fn entities(text: &str) -> Option<String> {
    let plain = unescape(text);
    (plain != text).then_some(plain)
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let end = after.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        let decoded = end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?)));
        match decoded {
            Some((c, next)) => {
                plain.push(c);
                rest = next;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        None => return NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        },
    };
    char::from_u32(number.ok()?).filter(|c| !c.is_control() || *c == '\n')
}

/// Tags that end a line.
const BREAKS: [&str; 7] = ["br", "p", "/p", "div", "/div", "/pre", "/tr"];

/// Removes the tags of a web page and replaces its entities.
pub(super) fn tags(text: &str) -> Option<String> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if !start.starts_with('<') || !text.contains("FEATURE") {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((tag, next)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let name = tag.split([' ', '\n', '\t']).next().unwrap_or_default().to_ascii_lowercase();
        if BREAKS.contains(&name.trim_end_matches('/')) {
            plain.push('\n');
        }
        rest = match name.as_str() {
            // Their content is not text of the page.
            "head" | "style" | "script" | "title" => after_element(next, &name),
            _ => next,
        };
    }
    plain.push_str(rest);
    Some(unescape(&plain))
}

/// Returns the text after the end tag of an element.
fn after_element<'a>(text: &'a str, name: &str) -> &'a str {
    let end = text.match_indices("</").find(|(at, _)| {
        let rest = text.get(at + 2..).unwrap_or_default();
        rest.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    });
    let rest = end.and_then(|(at, _)| text.get(at..)).unwrap_or_default();
    rest.split_once('>').map_or("", |(_, rest)| rest)
}

/// Replaces the escapes of a string in JSON or a program. Text outside of the string is dropped.
pub(super) fn json_string(text: &str) -> Option<String> {
    if !text.contains("\\n") || text.matches("\\n").count() <= text.matches('\n').count() {
        return None;
    }
    let start = text.find("FEATURE")?;
    let quote = text.get(..start)?.rfind('"').map_or(0, |at| at + 1);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.get(quote..)?.chars();
    while let Some(c) = rest.next() {
        match c {
            // The end of the string.
            '"' => break,
            '\\' => match rest.next()? {
                'n' => plain.push('\n'),
                'r' => plain.push('\r'),
                't' => plain.push('\t'),
                'u' => plain.push(unicode_escape(&mut rest)?),
                other => plain.push(other),
            },
            c => plain.push(c),
        }
    }
    Some(plain)
}

fn unicode_escape(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let text = rest.as_str();
    let code = u32::from_str_radix(text.get(..4)?, 16).ok()?;
    *rest = text.get(4..)?.chars();
    char::from_u32(code)
}

/// Replaces no-break spaces by spaces.
pub(super) fn no_break_spaces(text: &str) -> Option<String> {
    const SPACES: [char; 2] = ['\u{a0}', '\u{202f}'];
    text.contains(SPACES).then(|| text.replace(SPACES, " "))
}

/// Replaces typographic quotes by straight ones.
pub(super) fn curly_quotes(text: &str) -> Option<String> {
    use crate::recovery::{CURLY, has_curly_quote};
    has_curly_quote(text).then(|| text.replace(CURLY, "\""))
}
