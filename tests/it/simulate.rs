//! `keywright simulate` through a pipe and for people.

use serde_json::Value;

use crate::scenario_cli::conforms;
use crate::support::{Place, root, snapshot};

const EVENTS: &str = "\
# a morning
checkout ModuleA times=2 by=ann@ws1
checkout ModuleB by=bob@ws2 count=4
{ checkout: ModuleA, by: bob@ws2 }
state
undo
checkout ModuleA by=eve@ws3 count=3
checkin ModuleA by=ann@ws1
advance 2 days
undo
state
";

fn place() -> Place {
    let place = Place::new();
    place.copy("tests/seed/dependency-sharing.lic", "a.lic");
    place
}

#[test]
fn events_in_answers_out() {
    let place = place();
    let outcome =
        place.run_with(&["simulate", "a.lic", "--at", "2026-01-15"], EVENTS.as_bytes()).expect_code(0);
    snapshot("scenario", "simulate_json", &outcome.shown());
    let text = std::fs::read_to_string(root().join("docs/schema/simulate.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for line in outcome.stdout.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        let kind = ["event", "at", "undone", "error"].into_iter().find(|key| answer.get(*key).is_some());
        let name = match kind.unwrap() {
            "at" => "state",
            "error" => "wrong",
            other => other,
        };
        conforms(&answer, &schema["$defs"][name]);
    }
}

#[test]
fn people_see_bars() {
    let place = place();
    let args = ["simulate", "a.lic", "--at", "2026-01-15", "--format", "human"];
    snapshot("scenario", "simulate_human", &place.run_with(&args, EVENTS.as_bytes()).expect_code(0).shown());
}

#[test]
fn a_line_that_is_no_event_is_told_and_the_next_is_played() {
    let place = place();
    let events = "chekout ModuleA\ncheckout\ncheckout ModuleA count=-1\ncheckout \"\\\n{ [ }\nexpect x\n\
        checkout ModuleA consumes=3\ncheckin ModuleA\nundo\ncheckout ModuleA\n";
    let outcome = place.run_with(&["simulate", "a.lic"], events.as_bytes()).expect_code(3);
    snapshot("scenario", "simulate_wrong", &outcome.shown());
    place.run(&["simulate", "missing.lic"]).expect_code(6);
    place.run(&["simulate", "-"]).expect_code(2);
}

#[test]
fn undo_goes_back_over_many_events() {
    let place = Place::new();
    place.write("a.lic", "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5000 }\n");
    let mut events = "checkout A\n".repeat(1700);
    events += &"undo\n".repeat(1200);
    events += "state\n";
    let outcome = place.run_with(&["simulate", "a.lic"], events.as_bytes()).expect_code(0);
    let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["pools"][0]["used"], 500);
    assert!(outcome.stdout.lines().skip(1700).take(1200).all(|line| line == "{\"undone\":true}"));
}
