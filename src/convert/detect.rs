//! Recognises the format of a source file by its first words.

use super::options::Format;

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detected {
    /// A format that can be read.
    Known(Format),
    /// Lines of two formats.
    Mixed,
    /// A license of keywright or LM-X.
    Keywright,
    /// Another file of a license server; the phrase names it.
    Other(&'static str),
    /// Neither.
    Unclear,
}

/// Words that begin lines of one format only.
const FLEXNET: [&str; 5] = ["INCREMENT", "PACKAGE", "VENDOR", "USE_SERVER", "DAEMON"];
const RLM: [&str; 5] = ["LICENSE", "HOST", "ISV", "CUSTOMER", "<LICENSE"];
/// Keywords of one format only: FlexNet has capital letters, RLM small ones.
const FLEXNET_KEYWORDS: [&str; 5] = ["SIGN=", " HOSTID=", " VENDOR_STRING=", " DUP_GROUP=", " NOTICE="];
const RLM_KEYWORDS: [&str; 4] = ["sig=", " hostid=", " share=", " token="];
/// Words that begin lines of both formats.
const BOTH: [&str; 3] = ["FEATURE", "SERVER", "UPGRADE"];
/// Words that begin lines of options files.
const OPTIONS_FILE: [&str; 9] = [
    "RESERVE",
    "INCLUDE",
    "INCLUDEALL",
    "EXCLUDE",
    "EXCLUDEALL",
    "GROUP",
    "HOST_GROUP",
    "NOLOG",
    "REPORTLOG",
];

/// Returns the kind of a file.
#[must_use]
pub fn detect(text: &str) -> Detected {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("RLM Report Log") {
        return Detected::Other("a usage log of RLM");
    }
    if text.starts_with('<') && !starts_with_word(text, "<LICENSE") && !starts_with_word(text, "<license") {
        return Detected::Known(Format::Xmllicgen);
    }
    let mut seen = Seen::default();
    let mut lines =
        text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    while let Some(line) = lines.next() {
        seen.line(line, || lines.clone().next().is_some_and(|next| next.starts_with('{')));
        if seen.keywright {
            return Detected::Keywright;
        }
    }
    seen.result()
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t']))
}

#[derive(Debug, Default)]
struct Seen {
    flexnet: bool,
    rlm: bool,
    /// Lines of both formats that have `SIGN=`, or `sig=`.
    flexnet_signature: bool,
    rlm_signature: bool,
    both: bool,
    keywright: bool,
    options: bool,
    log: bool,
}

impl Seen {
    fn line(&mut self, line: &str, next_opens: impl Fn() -> bool) {
        let first = line.split([' ', '\t', '{']).next().unwrap_or_default();
        let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(first));
        if is(&BOTH) {
            self.both = true;
            if first == "FEATURE" {
                let mut rest = line.split_whitespace().skip(1);
                let name = rest.next().unwrap_or_default();
                let then = rest.next();
                let opens = then.is_some_and(|word| word.starts_with('{')) || name.ends_with('{');
                self.keywright |= opens || then.is_none() && next_opens();
            }
        }
        self.flexnet |= is(&FLEXNET);
        self.rlm |= is(&RLM);
        self.flexnet_signature |= FLEXNET_KEYWORDS.iter().any(|word| line.contains(word));
        self.rlm_signature |= RLM_KEYWORDS.iter().any(|word| line.contains(word));
        self.options |= is(&OPTIONS_FILE);
        self.log |= is_log(first, line);
    }

    fn result(&self) -> Detected {
        match (self.flexnet, self.rlm) {
            (true, true) => return Detected::Mixed,
            (true, false) => return Detected::Known(Format::FlexNet),
            (false, true) => return Detected::Known(Format::Rlm),
            (false, false) => {}
        }
        match (self.both, self.flexnet_signature, self.rlm_signature) {
            (true, true, false) => Detected::Known(Format::FlexNet),
            (true, false, true) => Detected::Known(Format::Rlm),
            _ if self.log => Detected::Other("a usage log of FlexNet"),
            _ if self.options && !self.both => Detected::Other("an options file of FlexNet"),
            _ => Detected::Unclear,
        }
    }
}

/// Returns true for a line of a debug log: `12:34:56 (daemon) OUT: …`.
fn is_log(first: &str, line: &str) -> bool {
    let mut parts = first.split(':');
    let is_time = parts.clone().count() == 3 && parts.all(|part| part.parse::<u8>().is_ok());
    is_time && line.get(first.len()..).is_some_and(|rest| rest.trim_start().starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised() {
        let cases = [
            ("# x\r\nINCREMENT a b 1.0 permanent 1\r\n", Detected::Known(Format::FlexNet)),
            ("FEATURE a b 1.0 permanent 1 SIGN=0", Detected::Known(Format::FlexNet)),
            ("FEATURE a b 1.0 permanent 1 sig=0", Detected::Known(Format::Rlm)),
            ("license a b 1.0 permanent 1", Detected::Known(Format::Rlm)),
            ("<LICENSE a b 1.0 permanent 1 sig=\"0\">", Detected::Known(Format::Rlm)),
            ("<LICENSEFILE/>", Detected::Known(Format::Xmllicgen)),
            ("\u{feff}<?xml version=\"1.0\"?>", Detected::Known(Format::Xmllicgen)),
            ("LICENSE a b 1.0 permanent 1\nINCREMENT a b 1.0 permanent 1\n", Detected::Mixed),
            ("FEATURE a\n{\n}\n", Detected::Keywright),
            ("FEATURE a { VENDOR=b }\n", Detected::Keywright),
            ("FEATURE a b 1.0 permanent 1\n", Detected::Unclear),
            (" 8:01:02 (lmgrd) FlexNet Licensing\n", Detected::Other("a usage log of FlexNet")),
            ("RLM Report Log Format 1, version 9.0\n", Detected::Other("a usage log of RLM")),
            ("RESERVE 1 f USER u\n", Detected::Other("an options file of FlexNet")),
            ("hello\n", Detected::Unclear),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text), expected, "{text}");
        }
    }
}
