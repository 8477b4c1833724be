//! The texts of a difference, for all formats that people read.

use keywright_analysis::diff::{BlockChange, BlockChangeKind, Change, ChangeKind, DrawChange};
use keywright_analysis::{Difference, ORDER_DECIDES};

use crate::escape::escape;

/// A sentence about a change.
pub(super) fn change(change: &Change) -> String {
    let features: Vec<String> = change.features.iter().map(|name| escape(name).into_owned()).collect();
    let features = features.join(", ");
    let (old, new) = (value(&change.old), value(&change.new));
    let (old, new) = match change.kind {
        ChangeKind::Cost => (amounts(old), amounts(new)),
        _ => (old, new),
    };
    let day = change.day;
    match change.kind {
        ChangeKind::AtOnce => format!("{features}: at once {old} → {new} from {day}"),
        ChangeKind::Cost => format!("{features}: one checkout draws {old} → {new} from {day}"),
        ChangeKind::End => {
            format!("{features}: last day {} → {}", or(&change.old, "no end"), or(&change.new, "no end"))
        }
        ChangeKind::Borrow => format!(
            "{features}: borrowed for at most {} → {} from {day}",
            or(&change.old, "0 hours"),
            or(&change.new, "0 hours")
        ),
        ChangeKind::Share => format!("{features}: SHARE {old} → {new} from {day}"),
        ChangeKind::Price => format!("{features}: price {old} → {new} from {day}"),
        ChangeKind::Mix => format!("{old}: granted in every order → {new} in some orders, from {day}"),
        ChangeKind::Directive => format!("{features}: {old} → {new}"),
        ChangeKind::Sequence => {
            let example = change.example.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{}: granted → {new}", escape(&example))
        }
        ChangeKind::Unproven => format!(
            "{features}: something may be lost: the search found neither a denied sequence nor a proof that there is none"
        ),
    }
}

/// The reasons why the last checkout of an example is denied, as sentences.
pub(super) fn reasons(change: &Change) -> Vec<String> {
    let draws = change.example.iter().flat_map(|example| &example.draws);
    let text = |draw: &DrawChange| {
        let (checkout, old, new) = (escape(&draw.checkout), value(&draw.old), value(&draw.new));
        format!("{checkout} drew {old}, now it draws {new}")
    };
    draws.map(text).collect()
}

/// Maximum number of mixes that texts list.
const MOST_MIXES: usize = 6;

/// The lines about lost or other changes.
pub(super) fn lines(difference: &Difference, lost: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut mixes = 0;
    for one in difference.changes.iter().filter(|change| change.lost == lost) {
        if one.kind == ChangeKind::Mix {
            mixes += 1;
        }
        if one.kind != ChangeKind::Mix || mixes <= MOST_MIXES {
            lines.push(change(one));
            lines.extend(reasons(one).into_iter().map(|reason| format!("because {reason}")));
        }
    }
    if mixes > MOST_MIXES {
        lines.push(format!("{} more mixes; `--format json` lists them", mixes - MOST_MIXES));
    }
    lines
}

fn value(text: &str) -> String {
    or(text, "none")
}

/// The draws of a checkout, as the end of a sentence.
fn amounts(text: String) -> String {
    if text == ORDER_DECIDES { "varying numbers".to_owned() } else { text }
}

fn or(text: &str, nothing: &str) -> String {
    if text.is_empty() { nothing.to_owned() } else { escape(text).into_owned() }
}

/// A line about a block.
pub(super) fn block(block: &BlockChange) -> String {
    let name = escape(&block.feature);
    let past = if block.is_past { " (no longer valid)" } else { "" };
    let list = |pick: fn(&keywright_analysis::diff::ChangedDirective) -> Option<&String>| {
        let parts =
            block.directives.iter().filter_map(|one| Some(format!("{}={}", one.name, escape(pick(one)?))));
        parts.collect::<Vec<_>>().join(" ")
    };
    match block.fate {
        BlockChangeKind::Added => format!("{name} added: {}{past}", list(|one| one.new.as_ref())),
        BlockChangeKind::Removed => format!("{name} removed: {}{past}", list(|one| one.old.as_ref())),
        BlockChangeKind::Changed => {
            let parts = block.directives.iter().map(|one| {
                let text = |value: &Option<String>| {
                    value.as_ref().map_or_else(|| "none".to_owned(), |value| escape(value).into_owned())
                };
                format!("{} {} → {}", one.name, text(&one.old), text(&one.new))
            });
            format!("{name} changed: {}{past}", parts.collect::<Vec<_>>().join("; "))
        }
    }
}

/// The result in one sentence.
pub(super) fn verdict(compared: &super::Compared<'_>) -> &'static str {
    let difference = compared.difference;
    if difference.lost {
        "the customer can do less"
    } else if difference.is_same_content {
        "only the text changes"
    } else {
        "the customer loses nothing"
    }
}
