//! The timeline as text.

use std::fmt::Write as _;

use keywright_analysis::timeline::{FeatureTime, MOST_DAYS};

use super::Planned;
use crate::escape::escape;

/// Renders a timeline.
#[must_use]
pub fn render(planned: &Planned<'_>) -> String {
    let timeline = planned.timeline;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ =
        writeln!(text, "timeline of {} from {} to {}", escape(&planned.title()), timeline.from, timeline.to);
    for feature in &timeline.features {
        render_feature(&mut text, planned, feature);
    }
    if timeline.features.is_empty() {
        text.push_str("\nno features\n");
    }
    if !timeline.stops.is_empty() {
        text.push_str("\nstops running\n");
        for stop in &timeline.stops {
            let name = planned.name(&stop.vendor, &stop.name);
            let _ = writeln!(text, "  from {}  {} {}", stop.day, escape(&name), escape(&stop.reason));
        }
    }
    if !timeline.is_complete {
        let _ = writeln!(
            text,
            "\nthe timeline ends after {MOST_DAYS} changes; `--from {}` shows the next ones",
            timeline.to.tomorrow().unwrap_or(timeline.to)
        );
    }
    text
}

fn render_feature(text: &mut String, planned: &Planned<'_>, feature: &FeatureTime) {
    let _ = writeln!(text, "\n{}", escape(&planned.name_of(feature)));
    let mut lines: Vec<(jiff::civil::Date, u8, String)> = Vec::new();
    for (day, usable) in &feature.steps {
        lines.push((*day, 0, format!("{usable} usable")));
    }
    for event in &feature.events {
        let place = planned.place(event);
        lines.push((
            event.day,
            1,
            format!("{} of {}, {}", event.kind.describe(), event.keytype, escape(&place)),
        ));
    }
    lines.sort();
    for (day, _, line) in lines {
        let _ = writeln!(text, "  {day}  {line}");
    }
}
