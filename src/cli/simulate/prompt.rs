//! The prompt of `simulate`: a line editor with history, and completion of events, keys and feature names.
//!
//! The only module that uses the line editor library. The history is kept in memory only.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use keywright_license::Name;
use keywright_resolve::Model;
use keywright_scenario as scenario;

use crate::{CliError, Console};

/// Maximum number of history lines.
const HISTORY: usize = 1000;

/// A prompt.
pub(super) struct Prompt {
    editor: Editor<Words, MemHistory>,
}

impl Prompt {
    /// Creates a prompt that completes the features of a model.
    pub(super) fn new(model: &Model) -> Result<Self, CliError> {
        // Show candidates as a list, as shells do: one line may need several completions.
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(HISTORY)
            .map_err(|error| failed(&error))?
            .build();
        let history = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history).map_err(|error| failed(&error))?;
        editor.set_helper(Some(Words::new(model)));
        Ok(Self { editor })
    }

    /// Reads the next line; `None` at the end of input. Ctrl-C cancels the line, Ctrl-D ends the input.
    pub(super) fn read(&mut self, io: &mut Console<'_>) -> Result<Option<String>, CliError> {
        io.stdout.flush()?;
        loop {
            return match self.editor.readline("> ") {
                Ok(line) => {
                    if !line.trim().is_empty() {
                        self.editor.add_history_entry(line.as_str()).map_err(|error| failed(&error))?;
                    }
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof) => Ok(None),
                Err(ReadlineError::Interrupted) => {
                    writeln!(io.stderr, "press Ctrl-D or type `quit` to exit")?;
                    continue;
                }
                Err(error) => Err(failed(&error)),
            };
        }
    }
}

fn failed(error: &ReadlineError) -> CliError {
    CliError::failure(format!("cannot read the line: {}", error.to_string().to_lowercase()))
}

/// The words that can be completed.
struct Words {
    features: Vec<String>,
    events: Vec<(&'static str, Vec<&'static str>)>,
}

impl Words {
    fn new(model: &Model) -> Self {
        // Candidates are printed unescaped, so names that are not valid are omitted.
        let names = model.names().map(|(_, name)| name).filter(|name| Name::is_valid(name));
        let mut features: Vec<String> = names.map(str::to_owned).collect();
        features.sort();
        Self { features, events: scenario::events().collect() }
    }

    /// Returns the start of the current word, and its completions.
    fn candidates(&self, before: &str) -> (usize, Vec<String>) {
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or_default();
        let earlier: Vec<&str> = before.get(..start).unwrap_or_default().split_whitespace().collect();
        let all: Vec<String> = match earlier.as_slice() {
            [] => {
                let events = self.events.iter().map(|(verb, _)| *verb);
                events.chain(scenario::COMMANDS).map(|word| format!("{word} ")).collect()
            }
            ["advance"] => Vec::new(),
            [_] => self.features.iter().map(|name| format!("{name} ")).collect(),
            [verb, ..] => {
                let keys = self.events.iter().filter(|(known, _)| known == verb).flat_map(|(_, keys)| keys);
                keys.map(|key| format!("{key}=")).collect()
            }
        };
        let is_new = |text: &String| !earlier.iter().any(|known| known.starts_with(text.as_str()));
        (start, all.into_iter().filter(|text| text.starts_with(word) && is_new(text)).collect())
    }
}

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(line.get(..pos).unwrap_or_default()))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}

impl Validator for Words {}

impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;
    use keywright_license::License;

    #[test]
    fn completion_depends_on_position() {
        let license = License::from_text(
            "a.lic",
            "FEATURE Draw { VENDOR=v COUNT=1 }\nFEATURE Dry { VENDOR=v COUNT=1 }\n",
        );
        let words = Words::new(&Model::compile([&license]).unwrap());
        let complete = |line: &str| words.candidates(line).1.join("|");
        assert_eq!(complete("che"), "checkout |checkin ");
        assert_eq!(complete("us"), "usage ");
        assert_eq!(complete("checkout D"), "Draw |Dry ");
        assert_eq!(complete("checkout Draw cou"), "count=");
        assert_eq!(complete("checkout Draw count=2 co"), "");
        assert_eq!(complete("borrow Draw h"), "hours=");
        assert_eq!(words.candidates("checkout Dr").0, 9);
        assert_eq!(complete("advance 2"), "");
        assert_eq!(complete("{ checkout: "), "");
    }
}
