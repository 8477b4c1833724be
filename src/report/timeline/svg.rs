//! The timeline as a picture: a row for each feature, with its total as a step chart, and marks for what happens to its
//! blocks.

use std::fmt::Write as _;

use jiff::civil::Date;
use keywright_analysis::timeline::{EventKind, FeatureTime};
use keywright_resolve::Usable;

use super::Planned;
use crate::escape::escape;
use crate::xml::xml;

/// Colours and fonts.
const STYLE: &str = "<style>.page{fill:#fff}text{fill:#1f2328;font:13px system-ui,sans-serif}.t{font-size:16px;font-weight:600}\
.h{font-weight:600}.l{font-size:11px;fill:#57606a}.a{fill:#ddf4ff;stroke:#0969da}.z{stroke:#57606a}.g{stroke:#d0d7de}\
.start,.upgrade{fill:#1a7f37}.end{fill:#cf222e}.maintenance-end{fill:#9a6700}.stop{font-size:12px;fill:#cf222e}\
@media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}.l{fill:#9da7b1}.a{fill:#0c2d4d;stroke:#58a6ff}\
.z{stroke:#8b949e}.g{stroke:#30363d}.start,.upgrade{fill:#3fb950}.end,.stop{fill:#ff7b72}.maintenance-end{fill:#d29922}}</style>\n";

/// Maximum number of rows and of stops that are drawn.
const MOST_ROWS: usize = 60;
const MOST_STOPS: usize = 20;
/// The largest number of letters of a name, the width of a letter, and the least space for names.
const MOST_LETTERS: usize = 44;
const LETTER: f64 = 8.5;
const LEAST_LEFT: f64 = 172.0;
/// The width of the charts, and heights.
const PLOT: f64 = 720.0;
const HEAD: f64 = 66.0;
const ROW: f64 = 62.0;
const CHART: f64 = 34.0;

/// Renders a timeline as SVG.
#[must_use]
pub fn render(planned: &Planned<'_>) -> String {
    let timeline = planned.timeline;
    let rows = timeline.features.len().min(MOST_ROWS);
    let notes = notes(planned);
    let bottom = HEAD + number(rows) * ROW;
    let height = bottom + 48.0 + number(notes.len()) * 18.0;
    let title =
        format!("{}: usable licenses from {} to {}", xml(&planned.title()), timeline.from, timeline.to);
    let axis = Axis::new(planned);
    let width = axis.left + PLOT + 40.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\">\n{STYLE}<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"t\" x=\"16\" y=\"28\">{title}</text>\n"
    );
    axis.draw(&mut out, bottom);
    for (at, feature) in timeline.features.iter().take(MOST_ROWS).enumerate() {
        row(&mut out, planned, feature, &axis, HEAD + number(at) * ROW);
    }
    legend(&mut out, axis.left, bottom + 22.0);
    for (at, (class, note)) in notes.iter().enumerate() {
        let y = bottom + 48.0 + number(at) * 18.0;
        let _ = writeln!(out, "<text class=\"{class}\" x=\"16\" y=\"{y:.0}\">{}</text>", xml(note));
    }
    out.push_str("</svg>\n");
    out
}

/// Numbers of a picture are small.
fn number(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Places of days.
struct Axis {
    /// The largest number of letters of a name.
    letters: usize,
    /// The left end of the charts, after the names.
    left: f64,
    from: Date,
    to: Date,
    days: f64,
}

impl Axis {
    fn new(planned: &Planned<'_>) -> Self {
        let (from, to) = (planned.timeline.from, planned.timeline.to);
        let names = planned.timeline.features.iter().take(MOST_ROWS).map(|row| planned.name_of(row));
        let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
        let letters = longest.min(MOST_LETTERS);
        let left = (number(letters) * LETTER + 28.0).max(LEAST_LEFT);
        Self { letters, left, from, to, days: days(from, to).max(1.0) }
    }

    fn x(&self, day: Date) -> f64 {
        self.left + PLOT * (days(self.from, day) / self.days).clamp(0.0, 1.0)
    }

    /// Draws a line for each year, quarter or month.
    fn draw(&self, out: &mut String, bottom: f64) {
        let months = match self.days {
            days if days <= 200.0 => 1,
            days if days <= 800.0 => 3,
            days if days <= 4000.0 => 12,
            _ => 120,
        };
        let first = if months < 12 { self.from.year() } else { self.from.year() / 10 * 10 };
        let mut year = i32::from(first);
        let mut month = 1;
        while let (Ok(short), Ok(number)) = (i16::try_from(year), i8::try_from(month)) {
            let Ok(day) = Date::new(short, number, 1) else { break };
            if day > self.to {
                break;
            }
            if day >= self.from {
                let x = self.x(day);
                let label = if months < 12 { day.strftime("%Y-%m") } else { day.strftime("%Y") };
                let _ = writeln!(
                    out,
                    "<path class=\"g\" d=\"M{x:.1} {:.1}V{bottom:.1}\"/><text class=\"l\" x=\"{x:.1}\" y=\"{:.1}\" \
                     text-anchor=\"middle\">{label}</text>",
                    HEAD - 12.0,
                    HEAD - 16.0
                );
            }
            month += months;
            year += (month - 1) / 12;
            month = (month - 1) % 12 + 1;
        }
    }
}

fn days(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// Draws the chart of a feature.
fn row(out: &mut String, planned: &Planned<'_>, feature: &FeatureTime, axis: &Axis, top: f64) {
    let base = top + 12.0 + CHART;
    let name = planned.name_of(feature);
    let short: String = name.chars().take(axis.letters).collect();
    let _ = writeln!(
        out,
        "<g><title>{}</title><text class=\"h\" x=\"16\" y=\"{:.1}\">{}</text>",
        xml(&name),
        base - CHART / 2.0 + 4.0,
        xml(&short)
    );
    let largest =
        feature.steps.iter().filter_map(|(_, usable)| count(*usable)).max().unwrap_or_default().max(1);
    let mut last_label = f64::MIN;
    for (at, (day, usable)) in feature.steps.iter().enumerate() {
        let next = feature.steps.get(at + 1).map_or(axis.left + PLOT, |(next, _)| axis.x(*next));
        let (x, height) = (axis.x(*day), CHART * share(*usable, largest));
        if height > 0.0 {
            let _ = writeln!(
                out,
                "<rect class=\"a\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
                base - height,
                (next - x).max(0.0)
            );
        }
        // A label that would cover the one before it is omitted; the tooltip has it.
        let text = usable.to_string();
        if x >= last_label {
            let _ = writeln!(
                out,
                "<text class=\"l\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
                x + 3.0,
                base - height - 3.0
            );
            last_label = x + number(text.chars().count()) * 6.5 + 8.0;
        }
    }
    let _ = writeln!(out, "<path class=\"z\" d=\"M{} {base:.1}h{PLOT}\"/></g>", axis.left);
    for event in &feature.events {
        let x = axis.x(event.day);
        let _ = writeln!(
            out,
            "<path class=\"{}\" d=\"M{x:.1} {base:.1}l4 8h-8z\"><title>{} {} of {}, {}</title></path>",
            event.kind.as_str(),
            event.day,
            event.kind.describe(),
            event.keytype,
            xml(&planned.place(event))
        );
    }
}

/// Returns the total as a number, if it has a limit.
fn count(usable: Usable) -> Option<u64> {
    match usable {
        Usable::Exactly(count) | Usable::AtLeast(count) => Some(count),
        Usable::Devices(count) if count != keywright_resolve::UNLIMITED => Some(count),
        Usable::Devices(_) | Usable::Unlimited | Usable::Undetermined => None,
    }
}

/// Returns the height of a total, as a part of the largest one.
fn share(usable: Usable, largest: u64) -> f64 {
    let small = |number: u64| f64::from(u32::try_from(number >> 20).unwrap_or(u32::MAX));
    match (count(usable), usable) {
        (_, Usable::Undetermined) => 0.0,
        (None, _) => 1.0,
        (Some(count), _) => match (u32::try_from(count), u32::try_from(largest)) {
            (Ok(count), Ok(largest)) => f64::from(count) / f64::from(largest),
            _ => small(count) / small(largest).max(1.0),
        },
    }
}

fn legend(out: &mut String, left: f64, y: f64) {
    let marks = [EventKind::Start, EventKind::End, EventKind::MaintenanceEnd];
    for (at, kind) in marks.into_iter().enumerate() {
        let x = left + number(at) * 190.0;
        let _ = writeln!(
            out,
            "<path class=\"{}\" d=\"M{x:.1} {:.1}l4 8h-8z\"/><text class=\"l\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            kind.as_str(),
            y - 8.0,
            x + 10.0,
            kind.describe()
        );
    }
}

/// Returns the lines below the charts, each with its class.
fn notes(planned: &Planned<'_>) -> Vec<(&'static str, String)> {
    let timeline = planned.timeline;
    let stops = timeline.stops.iter().take(MOST_STOPS).map(|stop| {
        let name = planned.name(&stop.vendor, &stop.name);
        ("stop", format!("from {} {name} does not run: it {}", stop.day, escape(&stop.reason)))
    });
    let mut notes: Vec<(&'static str, String)> = stops.collect();
    let more = timeline.stops.len().saturating_sub(MOST_STOPS);
    if more > 0 {
        notes.push(("stop", format!("and {more} more features stop")));
    }
    if timeline.features.len() > MOST_ROWS {
        notes.push(("l", format!("{} more features are not drawn", timeline.features.len() - MOST_ROWS)));
    }
    if !timeline.is_complete {
        notes.push(("l", format!("later changes are not drawn; the timeline ends on {}", timeline.to)));
    }
    notes
}
