//! Writes the scenario file of a conversion: what the source grants, feature by feature.

use std::fmt::Write as _;

use jiff::civil::Date;
use keywright_scenario::MAX_SCENARIO_BYTES;

use super::draft::{Grant, Part, Total};

/// Number of features up to which each has a scenario of its own.
const SINGLE: usize = 200;
/// Number of features that share a scenario in a larger file.
const BATCH_SIZE: usize = 1000;

/// The text of a scenario file.
#[derive(Debug)]
pub(crate) struct ScenarioText {
    pub(crate) text: String,
    /// Number of features that it covers.
    pub(crate) covered: usize,
}

/// Returns the scenario file for a license with this name.
pub(crate) fn scenario_text(license: &str, at: Date, grants: &[Grant]) -> ScenarioText {
    let mut text =
        String::from("# States what the source of the conversion grants. Run it with `keywright test`.\n");
    let _ = write!(text, "license: {}\nat: {at}\nscenarios:\n", quoted(license));
    let mut covered = 0;
    let single = grants.len() <= SINGLE;
    for (index, grant) in grants.iter().enumerate() {
        let mut part = String::new();
        if single {
            let _ = writeln!(part, "  - name: {}\n    steps:", quoted(&title(grant)));
        } else if index % BATCH_SIZE == 0 {
            let _ = writeln!(part, "  - name: features from number {}\n    steps:", index + 1);
        }
        push_steps(&mut part, grant, !single);
        if text.len() + part.len() > MAX_SCENARIO_BYTES {
            break;
        }
        text.push_str(&part);
        covered += 1;
    }
    if covered == 0 {
        text.truncate(text.len() - "scenarios:\n".len());
        text.push_str("scenarios: []\n");
    }
    ScenarioText { text, covered }
}

fn title(grant: &Grant) -> String {
    let name = &grant.feature;
    match &grant.total {
        Total::Any => format!("{name}: any number of checkouts"),
        Total::Parts { parts, .. } => {
            let total: u64 = parts.iter().map(|part| part.at_once).sum();
            format!("{name}: {total} at once, and one too many is denied")
        }
        Total::NotInForce => format!("{name}: not in force"),
    }
}

fn push_steps(out: &mut String, grant: &Grant, give_back: bool) {
    let name = quoted(&grant.feature);
    let mut taken = 0;
    match &grant.total {
        Total::Any => {
            let _ = writeln!(out, "      - {{ checkout: {name}, times: 3 }}");
            taken = 3;
        }
        Total::NotInForce => {
            let _ = writeln!(out, "      - {{ checkout: {name}, denied: not-in-force }}");
        }
        Total::Parts { parts, named } => {
            let by =
                |person: usize| if *named { format!(", by: p{person}@h{person}") } else { String::new() };
            for (person, Part { each, at_once }) in parts.iter().enumerate() {
                let taken = each.iter().map(|(pool, count)| format!("{}: {}", quoted(pool), count * at_once));
                let taken = taken.collect::<Vec<_>>().join(", ");
                let by = by(person);
                let _ = writeln!(
                    out,
                    "      - {{ checkout: {name}, count: {at_once}{by}, consumes: {{ {taken} }} }}"
                );
            }
            let by = by(parts.len());
            let _ = writeln!(out, "      - {{ checkout: {name}{by}, denied: not-enough-licenses }}");
            taken = parts.len();
        }
    }
    if give_back && taken > 0 {
        let _ = writeln!(out, "      - {{ checkin: {name}, times: {taken} }}");
    }
}

/// Returns a text as YAML: plain where that is safe, else in quotes.
fn quoted(text: &str) -> String {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
