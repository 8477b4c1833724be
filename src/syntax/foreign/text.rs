//! Text formats that are not license files: documents, keys, and text copied from programs.

use super::format::{Foreign, TextFormat, head, lines};

const SAVE_TEXT: &str =
    "save the license as plain text, or use the attachment or download instead of copying the page";
const ESCAPED: &str = "copy the license itself instead of the source text around it, or ask for the license file as it was issued";

pub(super) static FORMATS: &[TextFormat] = &[
    TextFormat {
        format: Foreign::new(
            "an RTF document",
            "open it and save the license as plain text (UTF-8), or ask for the license file as it was issued",
        ),
        is: |text| text.starts_with("{\\rtf"),
    },
    TextFormat { format: Foreign::new("a web page (HTML)", SAVE_TEXT), is: is_html },
    TextFormat {
        format: Foreign::new("an XML document", "use the license file, which is plain text"),
        is: is_xml,
    },
    TextFormat {
        format: Foreign::new(
            "a public key",
            "to trust it, run `keywright trust add`; to verify a license, give the license file",
        ),
        is: |text| {
            text.starts_with("keywright-pub:") || pem_label(text).is_some_and(|label| label == "PUBLIC KEY")
        },
    },
    TextFormat {
        format: Foreign::new(
            "a secret key",
            "never send it to anyone; if it left your computer, run `keywright keys compromise`",
        ),
        is: |text| pem_label(text).is_some_and(|label| label.ends_with("PRIVATE KEY")),
    },
    TextFormat {
        format: Foreign::new(
            "PEM data (`-----BEGIN …-----`)",
            "use the license file, which is plain text; if the license is inside, remove the lines with `-----`",
        ),
        is: |text| pem_label(text).is_some(),
    },
    TextFormat {
        format: Foreign::new("a JSON string with `\\n` for line breaks", ESCAPED),
        is: is_json_string,
    },
    TextFormat {
        format: Foreign::new("a JSON document", "use the license file, which is plain text"),
        is: is_json,
    },
    TextFormat {
        format: Foreign::new("text from the source of a web page: quotes are written as `&quot;`", ESCAPED),
        is: has_entities,
    },
];

fn is_html(text: &str) -> bool {
    if !text.starts_with('<') {
        return false;
    }
    let head = head(text, 4096).to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<pre", "<p>", "<br", "<div", "<span", "<code", "<table"]
        .iter()
        .any(|tag| head.contains(tag))
}

fn is_xml(text: &str) -> bool {
    text.starts_with("<?xml") || (text.starts_with('<') && text.trim_end().ends_with('>'))
}

/// Returns the label of PEM armour on the first line.
fn pem_label(text: &str) -> Option<&str> {
    let first = text.lines().next()?.trim_end();
    first.strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}

/// Returns true for a license in one line, with `\n` written as two characters.
fn is_json_string(text: &str) -> bool {
    let text = head(text, 64 * 1024);
    let is_string = text.starts_with('"')
        || text.starts_with('{')
        || text.starts_with("FEATURE")
        || text.starts_with('#');
    let is_short = || lines(text).nth(3).is_none();
    is_string && is_short() && text.contains("FEATURE ") && text.matches("\\n").count() > 2
}

fn is_json(text: &str) -> bool {
    let rest = text.strip_prefix(['{', '[']).map(str::trim_start);
    rest.is_some_and(|rest| rest.starts_with(['"', '{', '['])) && text.contains("\":")
}

/// Returns true if values begin with an escaped quote.
fn has_entities(text: &str) -> bool {
    const QUOTES: [&str; 3] = ["=&quot;", "=&#34;", "=&#x22;"];
    // The beginning of all three, which is found faster.
    let is_anywhere = memchr::memmem::find(text.as_bytes(), b"=&").is_some();
    is_anywhere && text.contains("FEATURE") && QUOTES.iter().any(|quote| text.contains(quote))
}
