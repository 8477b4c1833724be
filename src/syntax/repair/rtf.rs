//! The text of an RTF document.

/// Groups whose content is not text of the document.
const HIDDEN: [&str; 7] = ["fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "footer"];
/// Maximum depth of nested groups.
const DEEPEST: usize = 64;

/// Returns the text of an RTF document with a license.
pub(super) fn text(text: &str) -> Option<String> {
    if !text.trim_start_matches(['\u{feff}', ' ', '\r', '\n']).starts_with("{\\rtf") {
        return None;
    }
    let mut reader =
        RtfReader { rest: text, plain: String::with_capacity(text.len() / 2), groups: Vec::new() };
    while let Some(c) = reader.next() {
        match c {
            '{' if reader.groups.len() < DEEPEST => {
                let hidden = reader.is_hidden();
                reader.groups.push(hidden);
            }
            '{' => return None,
            '}' => _ = reader.groups.pop(),
            '\\' => reader.control(),
            '\r' | '\n' => {}
            c => reader.push(c),
        }
    }
    reader.plain.contains("FEATURE").then_some(reader.plain)
}

struct RtfReader<'a> {
    rest: &'a str,
    plain: String,
    /// For each open group, true if its content is not text.
    groups: Vec<bool>,
}

impl RtfReader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn is_hidden(&self) -> bool {
        self.groups.last().copied().unwrap_or_default()
    }

    fn push(&mut self, c: char) {
        if !self.is_hidden() {
            self.plain.push(c);
        }
    }

    /// Reads the control word or symbol after a backslash.
    fn control(&mut self) {
        let word = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at_checked(word).unwrap_or((self.rest, ""));
        if name.is_empty() {
            return self.symbol();
        }
        let digits = after.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(after.len());
        let (number, after) = after.split_at_checked(digits).unwrap_or((after, ""));
        // One space after a control word belongs to it.
        self.rest = after.strip_prefix(' ').unwrap_or(after);
        match name {
            "par" | "line" | "sect" => self.push('\n'),
            "tab" => self.push('\t'),
            "ldblquote" | "rdblquote" => self.push('"'),
            "u" => self.unicode(number),
            name if HIDDEN.contains(&name) => {
                self.groups.last_mut().into_iter().for_each(|group| *group = true);
            }
            _ => {}
        }
    }

    fn symbol(&mut self) {
        match self.next() {
            Some(c @ ('{' | '}' | '\\')) => self.push(c),
            Some('~') => self.push(' '),
            Some('\r' | '\n') => self.push('\n'),
            Some('*') => self.groups.last_mut().into_iter().for_each(|group| *group = true),
            Some('\'') => {
                let code = self.rest.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                if let Some(byte) = code {
                    self.rest = self.rest.get(2..).unwrap_or_default();
                    // Windows-1252 agrees with Latin-1 in letters.
                    self.push(char::from(byte));
                }
            }
            _ => {}
        }
    }

    /// Reads `\uN?`: a code unit as a signed number, followed by a replacement character.
    fn unicode(&mut self, number: &str) {
        let code = number.parse::<i32>().ok().and_then(|code| u32::try_from(code.rem_euclid(0x1_0000)).ok());
        if let Some(c) = code.and_then(char::from_u32) {
            self.push(c);
            self.rest = self.rest.strip_prefix('?').unwrap_or(self.rest);
        }
    }
}
