//! Pages about losses, for `keywright explain`.

use std::fmt::Write as _;

use super::kind::{Effect, Loss};

/// Returns the page of a loss as plain text, wrapped at `width` columns.
#[must_use]
pub fn page(loss: &Loss, width: usize) -> String {
    let mut page = format!("{} {} ({})\n", loss.code.id, loss.code.name, loss.effect.as_str());
    let mut section = |title: &str, text: &str| {
        let _ = write!(page, "\n{title}\n{}", wrap(text, width.clamp(30, 80)));
    };
    section("What the source says", &sentence(loss.source));
    section("What the result does instead", &sentence(loss.result));
    section("What to do", &sentence(loss.advice));
    section("Effect", &sentence(loss.effect.meaning()));
    if loss.effect == Effect::Grants {
        let _ = write!(page, "\nHow to accept\n  keywright convert --accept {} FILES\n", loss.code.id);
    }
    page
}

/// Returns a phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = String::from(" ");
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > width && line.len() > 1 {
            out.push_str(&line);
            out.push('\n');
            line = String::from(" ");
        }
        line.push(' ');
        line.push_str(word);
    }
    out + &line + "\n"
}
