//! License files and templates of other license managers.

use super::format::{Foreign, TextFormat, head, lines};

const CONVERT: &str =
    "to use it here, run `keywright convert` on it; otherwise ask for the license file as it was issued";
const NOT_OURS: &str =
    "keywright cannot read it: use its license manager, or ask for the license file as it was issued";

pub(super) static FORMATS: &[TextFormat] = &[
    TextFormat { format: Foreign::new("a FlexNet license file", CONVERT), is: is_flexnet },
    TextFormat { format: Foreign::new("an RLM license file", CONVERT), is: is_rlm },
    TextFormat { format: Foreign::new("an XML template of xmllicgen (LM-X)", CONVERT), is: is_xmllicgen },
    TextFormat { format: Foreign::new("a Sentinel license", NOT_OURS), is: is_sentinel },
];

/// Returns true if at least `least` words follow the keyword, and none is part of a block.
fn has_fields(words: &[&str], least: usize) -> bool {
    words.len() > least && !words.iter().any(|word| word.contains(['{', '}']))
}

/// Returns true for `keyword name vendor version expiry count`, as FlexNet and RLM write it.
fn is_feature_line(words: &[&str]) -> bool {
    let is_expiry = |word: &&str| {
        let is_date = word.split('-').count() == 3 && word.starts_with(|c: char| c.is_ascii_digit());
        is_date || word.eq_ignore_ascii_case("permanent") || *word == "0"
    };
    has_fields(words, 5) && words.get(4).is_some_and(is_expiry)
}

/// Returns true if the first line is one of FlexNet.
fn is_flexnet(text: &str) -> bool {
    lines(text).next().is_some_and(|first| {
        let words: Vec<&str> = first.split_whitespace().take(7).collect();
        match words.first().copied() {
            Some("FEATURE" | "INCREMENT") => is_feature_line(&words),
            // UPGRADE name vendor from-version to-version expiry count
            Some("UPGRADE") => has_fields(&words, 6),
            Some("PACKAGE") => has_fields(&words, 3) && text.contains("COMPONENTS="),
            Some("SERVER") => has_fields(&words, 2) && !words.iter().any(|word| word.contains('=')),
            Some("VENDOR" | "DAEMON") => words.len() > 1 && !first.contains('='),
            Some("USE_SERVER") => words.len() == 1,
            _ => false,
        }
    })
}

fn is_rlm(text: &str) -> bool {
    lines(text).next().is_some_and(|first| {
        let words: Vec<&str> = first.split_whitespace().take(7).collect();
        let is_before = || lines(text).any(|line| line.starts_with("LICENSE ") || line.starts_with("ISV "));
        match words.first().copied() {
            Some("LICENSE") => is_feature_line(&words),
            Some("HOST") => has_fields(&words, 2) && is_before(),
            Some("ISV" | "CUSTOMER") => words.len() > 1 && is_before(),
            _ => false,
        }
    })
}

/// Number of bytes at the beginning of an XML document in which its elements are looked for.
const XML_HEAD: usize = 16 * 1024;

fn has_element(text: &str, names: &[&str]) -> bool {
    let head = head(text, XML_HEAD);
    let is = |name: &&str| {
        head.match_indices(*name).any(|(at, _)| head.get(..at).is_some_and(|before| before.ends_with('<')))
    };
    text.starts_with('<') && names.iter().any(is)
}

fn is_xmllicgen(text: &str) -> bool {
    has_element(text, &["LICENSEFILE"])
}

/// Returns true for the XML of Sentinel LDK and for the license strings of Sentinel RMS.
fn is_sentinel(text: &str) -> bool {
    let is_string = |line: &str| {
        line.strip_prefix('*').is_some_and(|rest| {
            rest.len() >= 40 && rest.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        })
    };
    has_element(text, &["hasp_info", "hasp_definition", "sentinel_ldk_info", "sentinel_ldk"])
        || lines(text).next().is_some_and(is_string)
}
