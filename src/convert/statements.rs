//! The words of a license file of FlexNet or RLM: separated by white space, with quotes, comments and continuation lines.

use keywright_syntax::effort;
use keywright_syntax::source::Span;
use memchr::{memchr, memchr2};

/// Maximum number of words of one statement. More are counted, but not kept.
const MOST_WORDS: usize = 4096;

/// A word with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) span: Span,
    /// True if it is the first word of a line that does not continue another one with `\`.
    pub(crate) is_first: bool,
    /// True if spaces precede it on its line.
    pub(crate) is_indented: bool,
    /// True if a quote in it is never closed.
    pub(crate) is_unclosed: bool,
}

/// Rules of a format for its lines.
pub(crate) trait Grammar {
    /// Returns true if a line that begins with this word is a statement.
    fn is_statement(&self, word: &str) -> bool;

    /// Returns true if a line that begins with `word`, without indentation, continues the statement `so_far`.
    fn continues(&self, so_far: &[&str], word: &str) -> bool;
}

/// A statement: its words, on one or more lines.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    /// The first words.
    pub(crate) words: Vec<Word>,
    /// True if there are more words than a statement may have.
    pub(crate) is_too_long: bool,
}

impl Statement {
    /// The place of the whole statement.
    pub(crate) fn span(&self) -> Span {
        match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}

/// Calls `visit` with each statement of `text`. The cost is linear in the length of the text.
pub(crate) fn statements(text: &str, grammar: &dyn Grammar, mut visit: impl FnMut(&Statement)) {
    let mut statement = Statement::default();
    for word in (Words { text, grammar, at: 0, begins: true, indented: false }) {
        if word.is_first && begins_statement(text, grammar, &statement, word) {
            if !statement.words.is_empty() {
                visit(&statement);
            }
            statement.words.clear();
            statement.is_too_long = false;
        }
        if statement.words.len() < MOST_WORDS {
            statement.words.push(word);
        } else {
            statement.is_too_long = true;
        }
    }
    if !statement.words.is_empty() {
        visit(&statement);
    }
}

fn begins_statement(text: &str, grammar: &dyn Grammar, so_far: &Statement, word: Word) -> bool {
    let shown = text.get(word.span.range()).unwrap_or_default();
    if so_far.words.is_empty() {
        return true;
    }
    if grammar.is_statement(shown) {
        // An indented line may continue the one before with a value that is spelled like a keyword.
        return !word.is_indented || shown.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    }
    if word.is_indented {
        return false;
    }
    let words: Vec<&str> =
        so_far.words.iter().take(8).map(|word| text.get(word.span.range()).unwrap_or_default()).collect();
    let known = words.first().is_some_and(|first| grammar.is_statement(first));
    !known || !grammar.continues(&words, shown)
}

struct Words<'a> {
    text: &'a str,
    grammar: &'a dyn Grammar,
    at: usize,
    /// True if no word of the line was read, and the line does not continue another one.
    begins: bool,
    indented: bool,
}

impl Words<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn tail(&self, at: usize) -> &[u8] {
        self.text.as_bytes().get(at..).unwrap_or_default()
    }

    /// Returns the offset after the line break that follows `\` at `at`, with only spaces between, if there is one.
    fn continued(&self, at: usize) -> Option<usize> {
        let mut next = at + 1;
        while matches!(self.byte(next), Some(b' ' | b'\t' | b'\r')) {
            next += 1;
        }
        match self.byte(next) {
            Some(b'\n') => Some(next + 1),
            None => Some(next),
            _ => None,
        }
    }

    /// Skips spaces, line breaks and comments.
    fn skip(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'\n' => {
                    self.begins = true;
                    self.indented = false;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' => {
                    self.indented = true;
                    self.at += 1;
                }
                b'#' if self.begins => {
                    self.at = memchr(b'\n', self.tail(self.at)).map_or(self.text.len(), |end| self.at + end);
                }
                b'\\' => match self.continued(self.at) {
                    Some(next) => {
                        self.at = next;
                        self.begins = false;
                        self.indented = true;
                    }
                    None => break,
                },
                0xef if self.at == 0 && self.text.starts_with('\u{feff}') => self.at += 3,
                _ => break,
            }
        }
    }

    /// Returns the offset after the quote that opens at `at`, and whether it is closed. A quote that is never closed
    /// ends before the next line that begins a statement.
    fn quoted(&self, at: usize) -> (usize, bool) {
        let mut from = at + 1;
        loop {
            match memchr2(b'"', b'\n', self.tail(from)) {
                None => return (self.text.len(), false),
                Some(found) if self.byte(from + found) == Some(b'"') => return (from + found + 1, true),
                Some(found) => {
                    from += found + 1;
                    if self.statement_at(from) {
                        return (from - 1, false);
                    }
                }
            }
        }
    }

    /// Returns true if the line at `at` begins with a statement in capital letters.
    fn statement_at(&self, at: usize) -> bool {
        let end =
            self.tail(at).iter().take(16).take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_');
        let end = at + end.count();
        matches!(self.byte(end), Some(b' ' | b'\t'))
            && self.text.get(at..end).is_some_and(|word| self.grammar.is_statement(word))
    }

    /// Returns the offset after the word at `at`, and whether its quotes are closed.
    fn word_end(&self, start: usize) -> (usize, bool) {
        let (mut at, mut depth) = (start, 0_usize);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'"' => {
                    let (end, closed) = self.quoted(at);
                    at = end;
                    if !closed {
                        return (at, false);
                    }
                    continue;
                }
                b'{' if at > start => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'\n' if depth > 0 && self.statement_at(at + 1) => return (at, false),
                b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                b'\\' if depth == 0 && self.continued(at).is_some() => break,
                _ => {}
            }
            at += 1;
        }
        (at, depth == 0)
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        self.skip();
        let start = self.at;
        self.byte(start)?;
        let (end, closed) = self.word_end(start);
        effort::spend_on(1 + (end - start) / 8);
        self.at = end.max(start + 1);
        let word = Word {
            span: Span::new(start, end),
            is_first: self.begins,
            is_indented: self.indented,
            is_unclosed: !closed,
        };
        self.begins = false;
        Some(word)
    }
}

/// Returns a value without its quotes: `\` before a line break is dropped, and white space is folded.
pub(crate) fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_break = c == '\\' && chars.clone().find(|c| !matches!(c, ' ' | '\t' | '\r')) == Some('\n');
        if c == '"' {
            continue;
        }
        if c.is_ascii_whitespace() || is_break {
            space = true;
            continue;
        }
        if space && !out.is_empty() {
            out.push(' ');
        }
        space = false;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lines;

    impl Grammar for Lines {
        fn is_statement(&self, word: &str) -> bool {
            matches!(word, "FEATURE" | "SERVER")
        }

        fn continues(&self, _: &[&str], word: &str) -> bool {
            word.contains('=')
        }
    }

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        statements(text, &Lines, |statement| {
            all.push(
                statement.words.iter().map(|word| unquoted(text.get(word.span.range()).unwrap())).collect(),
            );
        });
        all
    }

    #[test]
    fn statements_continue_over_lines() {
        let text =
            "# note\r\n\r\nFEATURE a \\\r\n b=\"x \\\r\n y\" \\\n c\nSERVER h\n\tFEATURE=1\nSIGN=2\nother\n";
        assert_eq!(
            read(text),
            [vec!["FEATURE", "a", "b=x y", "c"], vec!["SERVER", "h", "FEATURE=1", "SIGN=2"], vec!["other"]]
        );
    }

    #[test]
    fn unclosed_quote_ends_before_the_next_statement() {
        assert_eq!(read("FEATURE a=\"b\nc\nSERVER d\n"), [vec!["FEATURE", "a=b c"], vec!["SERVER", "d"]]);
    }

    #[test]
    fn braces_keep_a_value_together() {
        assert_eq!(
            read("FEATURE AUTH={ v=( k=\"1 2\" ) } x\nFEATURE AUTH={ v\nSERVER d"),
            [vec!["FEATURE", "AUTH={ v=( k=1 2 ) }", "x"], vec!["FEATURE", "AUTH={ v"], vec!["SERVER", "d"]]
        );
    }
}
