//! Pages of the rules, for the terminal and as Markdown for the documentation. Both are generated from the text in each
//! rule's source file.

use std::fmt::Write as _;

use keywright_license::License;
use keywright_lint::{EXAMPLE_DAY, Example, Group, KeyFinding, KeyState, Options, RULES, Rule, lint};
use keywright_scenario::CodePage;
use keywright_syntax::source::FileId;

use super::escape::escape;

/// Maximum line length of prose, in characters.
const PROSE: usize = 80;

/// Returns the page of one rule for a terminal.
#[must_use]
pub fn terminal(rule: &Rule, width: usize) -> String {
    let mut page = format!("{} {} ({})\n", rule.code.id, rule.code.name, rule.code.severity.as_str());
    let width = width.clamp(30, PROSE);
    let mut section = |title: &str, text: &str| {
        let _ = write!(page, "\n{title}\n{text}");
    };
    section("What it does", &wrap(&sentence(rule.summary), "  ", width));
    section("Why is this a problem?", &wrap(rule.rationale, "  ", width));
    section("Example", &indented(&example_text(&rule.bad)));
    if let Some(message) = messages(rule) {
        section("Message", &wrap(&message, "  ", width));
    }
    section("Use instead", &indented(&example_text(&rule.good)));
    section("How to fix", &wrap(rule.how_to_fix, "  ", width));
    section("How to allow", &indented(&allowing(rule)));
    page
}

/// Returns one line per rule, by group.
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
                rule.code.severity.as_str(),
                rule.code.name,
                first_part(rule.summary)
            );
        }
    }
    text
}

/// Returns the page of a code of scenario files for a terminal.
#[must_use]
pub fn code_page(page: &CodePage, width: usize) -> String {
    let mut text = format!("{} {} ({})\n", page.code.id, page.code.name, page.code.severity.as_str());
    let width = width.clamp(30, PROSE);
    let mut section = |title: &str, body: &str| {
        let _ = write!(text, "\n{title}\n{body}");
    };
    section("What it does", &wrap(&sentence(page.summary), "  ", width));
    section("Why is this a problem?", &wrap(&capital(page.rationale), "  ", width));
    if !page.bad.is_empty() {
        section("Example", &indented(page.bad));
        section("Use instead", &indented(page.good));
    }
    section("How to fix", &wrap(page.how_to_fix, "  ", width));
    text
}

/// Returns one line for each code of scenario files.
#[must_use]
pub fn code_table(pages: &[CodePage]) -> String {
    let mut text = "\nR scenarios (scenario files)\n".to_owned();
    for CodePage { code, summary: what, .. } in pages {
        let severity = code.severity.as_str();
        let _ = writeln!(text, "  {}  {severity:<7}  {:<26} {}", code.id, code.name, first_part(what));
    }
    text
}

/// A phrase as a sentence.
fn capital(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The anchor of a rule on the page of all rules.
fn anchor(rule: &Rule) -> String {
    format!("{}-{}", rule.code.id.to_lowercase(), rule.code.name)
}

/// Returns the documentation of all rules as Markdown.
#[must_use]
pub fn markdown() -> String {
    let (year, month, day) = EXAMPLE_DAY;
    let mut text = format!(
        "# Linter rules\n\n`KEYWRIGHT_UPDATE=1 cargo test` generates this page from the rules in `src/lint/rules/`. \
         `keywright explain CODE` shows the same text. Codes are never reused.\n\n\
         The tables show the default severity. Change it for a run with `--deny`, `--warn` and `--allow`, which accept a \
         code, a name or a group, or in [`keywright.toml`](ci.md#configuration). To allow a single finding, add a comment \
         `# keywright: allow(CODE) reason`. Above a block, the comment applies to the block; after a directive, to that \
         line; on its own line within a block, to the next directive. A comment that matches no finding, names an unknown \
         rule or gives no reason is itself a finding.\n\n\
         The examples are checked for {year}-{month:02}-{day:02}. Examples without a KEY are drafts, so they also raise \
         [K002](#k002-draft-file).\n"
    );
    for group in Group::ALL {
        let _ = write!(text, "\n- **{} {}**: {}", group.letter, group.name, group.about);
    }
    for group in Group::ALL {
        let _ = writeln!(text, "\n\n## {}: {}\n", group.letter, group.name);
        let _ = writeln!(text, "| code | name | severity | checks for |\n| --- | --- | --- | --- |");
        let rules = || RULES.iter().filter(|rule| rule.group() == Some(*group));
        for rule in rules() {
            let (id, name) = (rule.code.id, rule.code.name);
            let anchor = anchor(rule);
            let what = first_part(rule.summary).replace('|', "\\|");
            let _ =
                writeln!(text, "| [{id}](#{anchor}) | {name} | {} | {what} |", rule.code.severity.as_str());
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
    let mut text = format!(
        "\n### {} {}\n\n{}\n\n**Why is this a problem?** {}\n",
        rule.code.id,
        rule.code.name,
        sentence(rule.summary),
        rule.rationale
    );
    let _ = write!(text, "\n**Example**\n\n{}", fenced(&example_text(&rule.bad)));
    if let Some(message) = messages(rule) {
        let _ = write!(text, "\n> {message}\n");
    }
    let _ = write!(
        text,
        "\n**Use instead**\n\n{}\n**How to fix**: {}\n",
        fenced(&example_text(&rule.good)),
        rule.how_to_fix
    );
    text
}

/// The message for the bad example; `None` for examples that are too long to show.
pub(super) fn messages(rule: &Rule) -> Option<String> {
    let sources = match rule.bad {
        Example::Generated { .. } => return None,
        other => other.sources(),
    };
    let licenses: Vec<License> = sources.into_iter().map(License::parse).collect();
    let (year, month, day) = EXAMPLE_DAY;
    let mut options = Options::at(jiff::civil::date(year, month, day));
    if let Example::Configured { policy, .. } = rule.bad {
        options.policy = policy();
    }
    if let Example::WithKeyVerdict(_, state) = rule.bad {
        let block = licenses.first()?.features.first()?.block;
        options.keys.push(KeyFinding { file: FileId(0), block, state, detail: String::new() });
    }
    let found = lint(&licenses.iter().collect::<Vec<_>>(), &options);
    found.into_iter().find(|found| found.code == rule.code).map(|found| visible(&found.message))
}

fn allowing(rule: &Rule) -> String {
    let id = rule.code.id;
    if rule.code.may_be_allowed_in_file {
        format!("# keywright: allow({id}) reason   (above the block)\nkeywright lint --allow {id}")
    } else {
        format!("keywright lint --allow {id}\n(a comment in the file cannot allow this rule)")
    }
}

/// The text of an example, with hidden characters escaped.
pub(super) fn example_text(example: &Example) -> String {
    let all = |text: &str| text.trim_end().lines().map(visible).collect::<Vec<_>>().join("\n");
    match example {
        Example::Text(text) => all(text),
        Example::WithKeyVerdict(text, state) => format!("{}\n# {}", all(text), judgement(*state)),
        Example::Configured { config, text, .. } => {
            format!("# with keywright.toml: {}\n{}", config.trim_end(), all(text))
        }
        Example::Generated { shown, .. } => format!("# {shown}"),
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

/// Escapes hidden characters in a line.
fn visible(line: &str) -> String {
    escape(line).replace('\u{a0}', "\\u{a0}")
}

fn judgement(state: KeyState) -> &'static str {
    match state {
        KeyState::Unsupported => "the KEY has an unsupported version",
        KeyState::UnknownKey => "the signing key is not in the trust store",
        KeyState::NotForVendor => "the signing key belongs to another vendor",
        KeyState::Mismatch => "the signature does not match the block",
        KeyState::Revoked => "the block is on the revocation list",
        KeyState::OutOfTime => "the signing key was not valid on the day of issue",
        KeyState::Development => "the signing key is for development only",
    }
}

/// The first sentence of a page.
fn sentence(phrase: &str) -> String {
    format!("Checks for {phrase}.")
}

/// The phrase up to its first colon or semicolon, for tables.
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
