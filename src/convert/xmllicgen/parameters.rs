//! Parameters of a generator's template: `${NAME}`, `{{NAME}}`, `%NAME%` and `@NAME@`.

use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::loss::{PARAMETER, Place};

/// The marks before and after the name of a parameter.
const MARKS: [(&str, &str); 4] = [("${", "}"), ("{{", "}}"), ("%", "%"), ("@", "@")];

/// Returns the text with the values of all parameters; `None` if one has no value, which is reported.
pub(crate) fn fill(text: &str, place: Place, reading: &mut Reading<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut complete = true;
    while let Some((before, name, after)) = next(rest) {
        out.push_str(before);
        match reading.options.set.iter().rev().find(|(known, _)| known == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                let message = format!("the parameter `{}` has no value", excerpt(name));
                reading.report.add_with(&PARAMETER, place, message, PARAMETER.result.to_owned());
                complete = false;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    complete.then_some(out)
}

/// Returns the text before the first parameter, its name, and the text after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let found = MARKS.iter().filter_map(|(open, close)| {
        let (before, rest) = text.split_once(open)?;
        let (name, after) = rest.split_once(close)?;
        is_name(name.trim()).then(|| (before, name.trim(), after))
    });
    found.min_by_key(|(before, _, _)| before.len())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_in_all_forms() {
        for (text, expected) in [
            ("${COUNT}", Some(("", "COUNT", ""))),
            ("a {{ count }} b", Some(("a ", "count", " b"))),
            ("%END%", Some(("", "END", ""))),
            ("@SN@-1", Some(("", "SN", "-1"))),
            ("100% of 5%", None),
            ("me@example.com", None),
            ("plain", None),
        ] {
            assert_eq!(next(text), expected, "{text}");
        }
    }
}
