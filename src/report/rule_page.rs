//! The pages of the rules: for a terminal, and as the Markdown file that the documentation holds. Both from the text
//! that stands beside each rule's check.

use std::fmt::Write as _;

use crate::license::License;
use crate::lint::{EXAMPLE_DAY, Example, Group, KeyFinding, KeyState, Options, RULES, Rule, lint};
use crate::source::FileId;

use super::escape::escape;

/// Longest line of prose, in characters.
const PROSE: usize = 80;

/// The page of one rule for a terminal.
#[must_use]
pub fn terminal(rule: &Rule, width: usize) -> String {
    let mut page = format!("{} {} ({})\n", rule.code.id, rule.code.name, rule.code.severity.word());
    let width = width.clamp(30, PROSE);
    let mut section = |title: &str, text: &str| {
        let _ = write!(page, "\n{title}\n{text}");
    };
    section("What it finds", &wrap(&sentence(rule.what), "  ", width));
    section("Why", &wrap(rule.why, "  ", width));
    section("Wrong", &indented(&shown(&rule.bad)));
    if let Some(message) = messages(rule) {
        section("What is said", &wrap(&message, "  ", width));
    }
    section("Right", &indented(&shown(&rule.good)));
    section("What to do", &wrap(rule.remedy, "  ", width));
    section("If it is meant", &indented(&allowing(rule)));
    page
}

/// One line for each rule, by group.
#[must_use]
pub fn table() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let _ = writeln!(text, "{}{} ({})", if text.is_empty() { "" } else { "\n" }, group.name, group.about);
        for rule in RULES.iter().filter(|rule| rule.group() == Some(*group)) {
            let _ = writeln!(
                text,
                "  {}  {:<7}  {:<26} {}",
                rule.code.id,
                rule.code.severity.word(),
                rule.code.name,
                first_part(rule.what)
            );
        }
    }
    text
}

/// The rules in short, as a Markdown table: one row a group. `page` is the way to the page that [`markdown`] makes.
#[must_use]
pub fn summary(page: &str) -> String {
    let mut text = "| group | looks at | rules |\n| --- | --- | --- |\n".to_owned();
    for group in Group::ALL {
        let rules = RULES.iter().filter(|rule| rule.group() == Some(*group));
        let links: Vec<String> = rules
            .map(|rule| format!("[{}]({page}#{}) {}", rule.code.id, anchor(rule), rule.code.name))
            .collect();
        let _ = writeln!(
            text,
            "| **{}** {} | {} | {} |",
            group.letter,
            group.name,
            group.about,
            links.join(", ")
        );
    }
    text
}

/// Where a rule stands on the page of all rules.
fn anchor(rule: &Rule) -> String {
    format!("{}-{}", rule.code.id.to_lowercase(), rule.code.name)
}

/// The documentation of all rules, as Markdown.
#[must_use]
pub fn markdown() -> String {
    let (year, month, day) = EXAMPLE_DAY;
    let mut text = format!(
        "# Rules of the linter\n\nWritten by `KEYWRIGHT_UPDATE=1 cargo test` from the text beside each rule's check in \
         `src/lint/rules/`; `keywright explain CODE` shows the same. Codes are never reused.\n\n\
         The severity is the one that a rule has by itself: `--deny`, `--warn` and `--allow` change it for a run, by \
         code, name or group. A comment `# keywright: allow(CODE) reason` allows a finding where it stands: above a \
         block for the block, behind a directive for its line, alone on a line within a block for the next directive. \
         A comment that allows nothing, names no rule or gives no reason is a finding itself.\n\n\
         The examples are judged for {year}-{month:02}-{day:02}. Examples without KEY are drafts, of which \
         [K002](#k002-draft-file) says so once a file.\n"
    );
    for group in Group::ALL {
        let _ = write!(text, "\n- **{} {}**: {}", group.letter, group.name, group.about);
    }
    for group in Group::ALL {
        let _ = writeln!(text, "\n\n## {}: {}\n", group.letter, group.name);
        let _ = writeln!(text, "| code | name | severity | finds |\n| --- | --- | --- | --- |");
        let rules = || RULES.iter().filter(|rule| rule.group() == Some(*group));
        for rule in rules() {
            let (id, name) = (rule.code.id, rule.code.name);
            let anchor = anchor(rule);
            let what = first_part(rule.what).replace('|', "\\|");
            let _ = writeln!(text, "| [{id}](#{anchor}) | {name} | {} | {what} |", rule.code.severity.word());
        }
        for rule in rules() {
            text.push_str(&section(rule));
        }
        text.truncate(text.trim_end().len());
    }
    text.push('\n');
    text
}

fn section(rule: &Rule) -> String {
    let mut text =
        format!("\n### {} {}\n\n{}\n\n{}\n", rule.code.id, rule.code.name, sentence(rule.what), rule.why);
    let _ = write!(text, "\nWrong:\n\n{}", fenced(&shown(&rule.bad)));
    if let Some(message) = messages(rule) {
        let _ = write!(text, "\n> {message}\n");
    }
    let _ = write!(text, "\nRight:\n\n{}\n{}\n", fenced(&shown(&rule.good)), rule.remedy);
    text
}

/// What the linter says of the wrong example. Examples that are too long to be shown are not judged here.
fn messages(rule: &Rule) -> Option<String> {
    let sources = match rule.bad {
        Example::Made { .. } => return None,
        other => other.sources(),
    };
    let licenses: Vec<License> = sources.into_iter().map(License::read).collect();
    let (year, month, day) = EXAMPLE_DAY;
    let mut options = Options::at(jiff::civil::date(year, month, day));
    if let Example::Configured { policy, .. } = rule.bad {
        options.policy = policy();
    }
    if let Example::Judged(_, state) = rule.bad {
        let block = licenses.first()?.features.first()?.block;
        options.keys.push(KeyFinding { file: FileId(0), block, state, detail: String::new() });
    }
    let found = lint(&licenses.iter().collect::<Vec<_>>(), &options);
    found.into_iter().find(|found| found.code == rule.code).map(|found| visible(&found.message))
}

fn allowing(rule: &Rule) -> String {
    let id = rule.code.id;
    if rule.may_be_allowed_in_file() {
        format!("# keywright: allow({id}) and a reason, above the block\nkeywright lint --allow {id}")
    } else {
        format!("keywright lint --allow {id}\n(a comment in the file cannot allow it)")
    }
}

/// The text of an example, hidden characters made visible.
fn shown(example: &Example) -> String {
    let all = |text: &str| text.trim_end().lines().map(visible).collect::<Vec<_>>().join("\n");
    match example {
        Example::Text(text) => all(text),
        Example::Judged(text, state) => format!("{}\n# {}", all(text), judgement(*state)),
        Example::Configured { config, text, .. } => {
            format!("# with keywright.toml: {}\n{}", config.trim_end(), all(text))
        }
        Example::Made { shown, .. } => format!("# {shown}"),
        Example::Bytes(bytes) => {
            let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            bytes.escape_ascii().to_string().replace("\\n", "\n").replace("\\\"", "\"")
        }
        Example::Files(files) => {
            let files: Vec<String> =
                files.iter().map(|(name, text)| format!("# {name}\n{}", all(text))).collect();
            files.join("\n\n")
        }
    }
}

/// One line with everything in it that cannot be seen made visible.
fn visible(line: &str) -> String {
    escape(line).replace('\u{a0}', "\\u{a0}")
}

fn judgement(state: KeyState) -> &'static str {
    match state {
        KeyState::Unsupported => "the KEY has an unknown version",
        KeyState::UnknownKey => "the trust store does not have this key",
        KeyState::NotForVendor => "the trust store has this key for another vendor",
        KeyState::Mismatch => "the signature does not match the block",
        KeyState::Revoked => "the revocation list names this block",
        KeyState::OutOfTime => "the key was not in use on the day of issue",
        KeyState::Development => "the trust store has this key for development only",
    }
}

fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let head = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{head}{}.", chars.as_str())
}

/// A phrase up to its first colon or semicolon, for tables.
fn first_part(phrase: &str) -> &str {
    phrase.split([':', ';']).next().unwrap_or(phrase)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}

fn fenced(text: &str) -> String {
    format!("```text\n{text}\n```\n")
}

fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if indent.len() + line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}
