//! `keywright timeline`: totals agree with the resolver on every day, and the calendar follows RFC 5545.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use keywright::analysis::Timeline;
use keywright::license::License;
use keywright::report::timeline::{self, Planned};
use keywright::resolve::{Entitlements, Model};
use serde_json::Value;

use crate::random_license::Random;
use crate::schema;
use crate::support::{TestDir, cases};

const DAY: Date = date(2026, 6, 1);

/// A license with pools, upgrades and tokens whose dates differ.
fn dated(random: &mut Random) -> String {
    let mut text = String::new();
    let dates = |random: &mut Random| {
        let start = DAY.saturating_add((i64::try_from(random.below(400)).unwrap() - 100).days());
        let end = start.saturating_add(i64::try_from(random.below(300)).unwrap().days());
        match random.below(4) {
            0 => String::new(),
            1 => format!("END={end}"),
            2 => format!("START={start} END={end} MAINTENANCE_END={end}"),
            _ => format!("START={start}"),
        }
    };
    for at in 0..3 {
        for kind in ["EXCLUSIVE", "UPGRADE", "ADDITIVE"] {
            if !random.once_in(3) {
                let (count, days) = (1 + random.below(9), dates(random));
                text += &format!(
                    "FEATURE P{at} {{ VENDOR=x KEYTYPE={kind} COUNT={count} SN=S-{kind} {days} }}\n"
                );
            }
        }
        let (count, days) = (1 + random.below(6), dates(random));
        text += &format!(
            "FEATURE T{at} {{ VENDOR=x KEYTYPE=TOKEN {days} TOKEN_DEPENDENCY=\"FEATURE=P{} VERSION=1.0 COUNT={count}\" }}\n",
            random.below(3)
        );
    }
    text
}

#[test]
fn totals_agree_with_the_resolver_on_every_day() {
    let mut stops = 0;
    for seed in 0..cases(400, 60) {
        let mut random = Random::new(seed);
        let text = dated(&mut random);
        let license = License::from_text("x.lic", &text);
        let model = Model::compile([&license]).unwrap();
        let timeline = Timeline::of(&[&license], &model, DAY, None);
        assert!(timeline.is_complete);
        stops += timeline.stops.len();
        for _ in 0..20 {
            let day = DAY.saturating_add(i64::try_from(random.below(366)).unwrap().days());
            let granted = Entitlements::on(&model, day);
            for (feature, expected) in timeline.features.iter().zip(granted.features()) {
                let shown = feature.steps.iter().rev().find(|(from, _)| *from <= day).unwrap().1;
                assert_eq!(shown, expected.usable, "seed {seed}: {} on {day}\n{text}", feature.name);
            }
        }
        // A stop is a day without the feature, after a day with it.
        for stop in &timeline.stops {
            let at = |day: Date| {
                let granted = Entitlements::on(&model, day);
                granted.usable(model.name(&stop.name).unwrap())
            };
            assert!(at(stop.day).is_none() && !at(stop.day.yesterday().unwrap()).is_none(), "seed {seed}");
            assert!(!stop.reason.is_empty());
        }
        let files = ["x.lic".to_owned()];
        let planned = Planned::new(&files, &timeline);
        let json: Value = serde_json::from_str(&timeline::json(&planned).unwrap()).unwrap();
        assert_eq!(schema::faults("timeline", &json), [""; 0], "seed {seed}");
        roxmltree::Document::parse(&timeline::svg(&planned)).unwrap();
        calendar(&timeline::ics(&planned));
    }
    assert!(stops > 20, "{stops}");
}

/// Checks the rules of RFC 5545 that the calendar uses, and returns its events as lists of lines.
fn calendar(text: &str) -> Vec<Vec<String>> {
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    let unfolded = text.replace("\r\n ", "");
    let lines: Vec<&str> = unfolded.trim_end().split("\r\n").collect();
    assert_eq!(lines[..3], ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//keywright//timeline 1//EN"]);
    assert_eq!(*lines.last().unwrap(), "END:VCALENDAR");
    let mut events: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for line in &lines[4..lines.len() - 1] {
        match *line {
            "BEGIN:VEVENT" => {
                assert!(!open);
                open = true;
                events.push(Vec::new());
            }
            "END:VEVENT" => open = false,
            property => {
                assert!(open && property.contains(':'), "{property}");
                events.last_mut().unwrap().push(property.to_owned());
            }
        }
    }
    assert!(!open);
    let ids: HashSet<&String> =
        events.iter().map(|event| event.iter().find(|line| line.starts_with("UID:")).unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "{text}");
    for event in &events {
        for name in ["UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "DTEND;VALUE=DATE:", "SUMMARY:"] {
            assert_eq!(event.iter().filter(|line| line.starts_with(name)).count(), 1, "{event:?}");
        }
    }
    events
}

#[test]
fn calendar_folds_and_escapes_text() {
    let license = License::from_text("x.lic", "FEATURE A { VENDOR=x COUNT=5 END=2026-12-31 }");
    let model = Model::compile([&license]).unwrap();
    let timeline = Timeline::of(&[&license], &model, DAY, None);
    let files = [format!("a;b,c\\d\n\u{9b}{}", "ö".repeat(100))];
    let events = calendar(&timeline::ics(&Planned::new(&files, &timeline)));
    assert_eq!(events.len(), 2, "{events:?}");
    let text = events[0].join("\n");
    assert!(
        text.contains("a\\;b\\,c\\\\d\\n?ö") && text.contains("SUMMARY:A: last day of EXCLUSIVE"),
        "{text}"
    );
    assert!(text.contains("DTSTART;VALUE=DATE:20261231\nDTEND;VALUE=DATE:20270101"), "{text}");
}

#[test]
fn timeline_reports_bad_input() {
    let dir = TestDir::new();
    dir.write("x.lic", "FEATURE A { VENDOR=x COUNT=5 END=2020-12-31 }\nFEATURE B { VENDOR=x COUNT=oops }\n");
    let empty = dir.run(&["timeline", "x.lic", "--from", "2026-02-01", "--to", "2026-01-01"]).expect_code(2);
    assert!(empty.stderr.contains("the period is empty"), "{}", empty.stderr);
    let run = dir.run(&["timeline", "x.lic", "--from", "2026-01-01"]).expect_code(1);
    assert!(run.stdout.contains("A\n  2026-01-01  0 usable\n"), "{}", run.stdout);
    assert!(run.stderr.contains("blocks with errors are omitted from the result"), "{}", run.stderr);
    // Many changes: the timeline ends early and says so.
    let many: String = (0..500)
        .map(|at| {
            let start = DAY.saturating_add(i64::from(at).days());
            format!("FEATURE A {{ VENDOR=x KEYTYPE=ADDITIVE COUNT=1 SN=S-{at} START={start} }}\n")
        })
        .collect();
    dir.write("many.lic", many);
    let run = dir.run(&["timeline", "many.lic", "--from", "2026-01-01"]).expect_code(0);
    assert!(
        run.stdout.contains("the timeline ends after 400 changes; `--from 2027-07-05`"),
        "{}",
        run.stdout
    );
}
