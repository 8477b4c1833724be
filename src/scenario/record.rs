//! The events of a session as scenario steps, each with its result as the expectation.

use jiff::civil::{DateTime, Time};

use keywright_resolve::Failure;

use super::model::{Ask, Person, Step, Verb};
use super::result::RowResult;
use super::steps::text;

/// Maximum number of events that a session can save.
pub(super) const MOST_EVENTS: usize = 100_000;

/// The result of an event.
pub(super) struct Played<'a> {
    pub(super) step: &'a Step,
    pub(super) result: &'a RowResult,
    /// Changes of usage by display name of the block.
    pub(super) changes: &'a [(String, i128)],
    /// True if usage is above a SOFTLIMIT.
    pub(super) warns: bool,
    pub(super) before: DateTime,
    pub(super) now: DateTime,
}

/// Returns the lines of an event below `steps:`.
pub(super) fn lines(played: &Played<'_>) -> String {
    let Played { step, result, before, now, .. } = played;
    let mut lines = String::new();
    if result.granted > 0 {
        let mut fields = fields(step, result.granted, *now);
        fields.push(("consumes", consumed(played.changes)));
        if played.warns {
            fields.push(("warns", "true".to_owned()));
        }
        push(&mut lines, &fields);
    }
    if let Some(reason) = result.denied_for {
        let mut fields = fields(step, result.denied, *now);
        fields.push(("denied", reason.as_str().to_owned()));
        push(&mut lines, &fields);
    }
    if let Some(failure) = result.failure {
        if now != before && result.granted == 0 {
            push(&mut lines, &[("advance", quoted(&moment(*now)))]);
        }
        let why = if failure == Failure::NothingToReturn { "" } else { "not repeated, " };
        lines.push_str(&format!("      # {}: {why}{}\n", text(step), failure.as_str()));
    }
    lines
}

fn push(lines: &mut String, fields: &[(&str, String)]) {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    lines.push_str(&format!("      - {{ {} }}\n", fields.join(", ")));
}

fn fields(step: &Step, times: u64, now: DateTime) -> Vec<(&'static str, String)> {
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    match &step.verb {
        Verb::Checkout { ask, id } => {
            fields.push(("checkout", scalar(&ask.feature)));
            push_ask(&mut fields, ask);
            fields.extend(id.as_ref().map(|id| ("id", quoted(id))));
        }
        Verb::Borrow { ask, hours } => {
            fields.push(("borrow", scalar(&ask.feature)));
            fields.push(("hours", hours.to_string()));
            push_ask(&mut fields, ask);
        }
        Verb::Checkin { feature, by, custom, id } => {
            fields.push(("checkin", scalar(feature)));
            push_who(&mut fields, by.as_ref(), custom.as_deref());
            fields.extend(id.as_ref().map(|id| ("id", quoted(id))));
        }
        Verb::Activate { feature, device } => {
            fields.push(("activate", scalar(feature)));
            fields.extend(device.as_ref().map(|device| ("device", quoted(device))));
        }
        Verb::Deactivate { feature, device } => {
            fields.push(("deactivate", scalar(feature)));
            fields.push(("device", quoted(device)));
        }
        Verb::Consume { feature, units } => {
            fields.push(("consume", scalar(feature)));
            fields.push(("units", units.to_string()));
        }
        Verb::Advance(_) | Verb::Expect(_) => fields.push(("advance", quoted(&moment(now)))),
    }
    if times > 1 {
        fields.push(("times", times.to_string()));
    }
    if let (Some(at), false) = (step.at, matches!(step.verb, Verb::Advance(_))) {
        fields.push(("at", quoted(&moment(at))));
    }
    fields
}

fn push_ask(fields: &mut Vec<(&'static str, String)>, ask: &Ask) {
    if ask.count > 1 {
        fields.push(("count", ask.count.to_string()));
    }
    fields.extend(ask.version.map(|version| ("version", quoted(&version.to_string()))));
    push_who(fields, ask.by.as_ref(), ask.custom.as_deref());
}

fn push_who(fields: &mut Vec<(&'static str, String)>, by: Option<&Person>, custom: Option<&str>) {
    fields.extend(by.map(|by| {
        let (user, host) = (by.user().unwrap_or_default(), by.host());
        ("by", scalar(&host.map_or_else(|| user.to_owned(), |host| format!("{user}@{host}"))))
    }));
    fields.extend(custom.map(|custom| ("custom", quoted(custom))));
}

fn consumed(changes: &[(String, i128)]) -> String {
    let pools: Vec<String> =
        changes.iter().map(|(pool, change)| format!("{}: {change}", scalar(pool))).collect();
    if pools.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pools.join(", ")) }
}

/// A date, with the time unless it is midnight.
pub(super) fn moment(at: DateTime) -> String {
    if at.time() == Time::midnight() { at.date().to_string() } else { format!("{} {}", at.date(), at.time()) }
}

/// A plain word if YAML reads it as text, else quoted text.
fn scalar(text: &str) -> String {
    let keywords = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'))
        && !keywords.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
