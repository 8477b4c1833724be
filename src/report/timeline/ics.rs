//! The timeline as a calendar (RFC 5545): a whole-day event for each date of a block, and for each feature that stops.

use jiff::civil::Date;
use keywright_syntax::hidden;
use sha2::{Digest as _, Sha256};

use super::Planned;

/// Length of a line in bytes, without its line break (RFC 5545, section 3.1).
const LINE: usize = 75;

/// Renders a timeline as a calendar.
#[must_use]
pub fn render(planned: &Planned<'_>) -> String {
    let mut calendar = Calendar { text: String::new(), stamp: planned.timeline.from };
    for line in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//keywright//timeline 1//EN", "CALSCALE:GREGORIAN"]
    {
        calendar.line(line);
    }
    for feature in &planned.timeline.features {
        let name = planned.name_of(feature);
        for event in &feature.events {
            let summary = format!("{name}: {} of {}", event.kind.describe(), event.keytype);
            calendar.event(event.day, &summary, &format!("{}, {}", planned.title(), planned.place(event)));
        }
    }
    for stop in &planned.timeline.stops {
        let name = planned.name(&stop.vendor, &stop.name);
        calendar.event(stop.day, &format!("{name} stops running"), &format!("{name} {}", stop.reason));
    }
    calendar.line("END:VCALENDAR");
    calendar.text
}

struct Calendar {
    text: String,
    stamp: Date,
}

impl Calendar {
    fn event(&mut self, day: Date, summary: &str, description: &str) {
        let date = |day: Date| day.strftime("%Y%m%d").to_string();
        // The same event of a later run replaces this one.
        let hash = Sha256::digest(format!("{day}\n{summary}\n{description}"));
        let id: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{id}@keywright"));
        self.line(&format!("DTSTAMP:{}T000000Z", date(self.stamp)));
        self.line(&format!("DTSTART;VALUE=DATE:{}", date(day)));
        self.line(&format!("DTEND;VALUE=DATE:{}", date(day.tomorrow().unwrap_or(day))));
        self.line(&format!("SUMMARY:{}", escaped(summary)));
        self.line(&format!("DESCRIPTION:{}", escaped(description)));
        self.line("TRANSP:TRANSPARENT");
        self.line("END:VEVENT");
    }

    /// Writes a line, folded after 75 bytes.
    fn line(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(c);
            length += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// Escapes a text value. Control characters and hidden characters are replaced, because calendars do not show them.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || hidden::class(c).is_some() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
