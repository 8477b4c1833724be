//! Property test: a mutation that is proven to have no effect changes no result, whatever happens.

use std::fmt::Write as _;

use keywright::license::License;
use keywright::resolve::Model;
use keywright::scenario::{Session, mutants, no_file, parse_event};
use proptest::prelude::*;

use crate::support::property_cases;

const DAYS: [&str; 5] = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"];

/// The directives of a block that are chosen at random.
#[derive(Debug, Clone)]
struct Extras {
    share: Option<&'static str>,
    start: Option<usize>,
    end: Option<usize>,
    borrow: bool,
    minor: u32,
}

fn extras() -> impl Strategy<Value = Extras> {
    let share = prop::option::weighted(0.3, prop_oneof![Just("USER"), Just("HOST")]);
    // Most blocks of one license have the same dates.
    let start = prop::option::weighted(0.5, prop_oneof![6 => Just(1_usize), 1 => 1..4usize]);
    let end = prop::option::weighted(0.5, prop_oneof![6 => Just(3_usize), 1 => 2..4usize]);
    (share, start, end, prop::bool::weighted(0.3), 0..4u32).prop_map(|(share, start, end, borrow, minor)| {
        // Most versions are equal.
        Extras { share, start, end, borrow, minor: u32::from(minor == 3) }
    })
}

fn extras_text(extras: &Extras) -> String {
    let mut text = format!(" VERSION=1.{}", extras.minor);
    let day = |at: Option<usize>| at.and_then(|at| DAYS.get(at));
    for (name, value) in
        [("SHARE", extras.share), ("START", day(extras.start).copied()), ("END", day(extras.end).copied())]
    {
        let _ = value.map(|value| write!(text, " {name}={value}"));
    }
    if extras.borrow {
        text.push_str(" BORROW=8");
    }
    text
}

/// A license of pools and of tokens, some with alternatives.
fn license() -> impl Strategy<Value = String> {
    let pools = prop::collection::vec((1..4u32, prop::bool::weighted(0.1), extras()), 1..4);
    let edges = prop::collection::vec((0..100usize, 1..4u32, prop::bool::weighted(0.1)), 1..3);
    let tokens = prop::collection::vec((prop::bool::weighted(0.4), edges, extras()), 1..5);
    (pools, tokens).prop_map(|(pools, tokens)| {
        let (mut text, mut names): (String, Vec<String>) = (String::new(), Vec::new());
        for (index, (count, is_metered, extras)) in pools.iter().enumerate() {
            let kind = if *is_metered { "METERED" } else { "EXCLUSIVE" };
            let plain = Extras { share: None, borrow: false, ..extras.clone() };
            let more = extras_text(if *is_metered { &plain } else { extras });
            let _ = writeln!(text, "FEATURE P{index} {{ VENDOR=v KEYTYPE={kind} COUNT={count}{more} }}");
            names.push(format!("P{index}"));
        }
        let mut below = names.len();
        for (index, (is_alternative, edges, extras)) in tokens.iter().enumerate() {
            let name = match names.last().filter(|name| *is_alternative && name.starts_with('T')) {
                Some(name) => name.clone(),
                None => {
                    below = names.len();
                    names.push(format!("T{index}"));
                    format!("T{index}")
                }
            };
            let more = extras_text(&Extras { borrow: false, ..extras.clone() });
            let _ = write!(text, "FEATURE {name} {{ VENDOR=v KEYTYPE=TOKEN SN=s{index}{more}");
            for (needed, count, is_newer) in edges {
                let (needed, minor) = (&names[needed % below], u32::from(*is_newer));
                let _ =
                    write!(text, " TOKEN_DEPENDENCY=\"FEATURE={needed} VERSION=1.{minor} COUNT={count}\"");
            }
            text.push_str(" }\n");
        }
        text
    })
}

fn events() -> impl Strategy<Value = Vec<String>> {
    let name =
        || prop_oneof![(0..3u32).prop_map(|at| format!("P{at}")), (0..4u32).prop_map(|at| format!("T{at}"))];
    let by = || prop_oneof![Just(""), Just(" by=ann@ws1"), Just(" by=ann@ws2"), Just(" by=bob@ws1")];
    let event = prop_oneof![
        6 => (name(), 1..4u32, by()).prop_map(|(name, count, by)| format!("checkout {name} count={count}{by}")),
        1 => (name(), by()).prop_map(|(name, by)| format!("checkout {name} version=1.1{by}")),
        2 => (name(), by()).prop_map(|(name, by)| format!("checkin {name}{by}")),
        1 => (name(), 1..3u32, by()).prop_map(|(name, count, by)| format!("borrow {name} hours=4 count={count}{by}")),
        1 => name().prop_map(|name| format!("consume {name} units=1")),
        2 => Just("advance 1 days".to_owned()),
    ];
    prop::collection::vec(event, 1..30)
}

/// Sessions with one request for each token, on one of the days. Most denials whose reason depends on the order of the
/// blocks occur in the first request.
fn first_requests() -> impl Strategy<Value = Vec<Vec<String>>> {
    (0..4usize, 1..3u32).prop_map(|(days, count)| {
        let request = |token| {
            let mut events = vec!["advance 1 days".to_owned(); days];
            events.push(format!("checkout T{token} count={count}"));
            events
        };
        (0..5).map(request).collect()
    })
}

/// Returns what each event does.
fn play(model: &Model, events: &[String]) -> Vec<String> {
    let file = no_file();
    let mut session = Session::new(&file, model, jiff::civil::date(2026, 3, 1).at(0, 0, 0, 0), None);
    let mut results = Vec::new();
    for event in events {
        let reply = session.play(parse_event(event).unwrap());
        results.push(format!("{event}: {} {:?}", reply.outcome, reply.changes));
    }
    results
}

proptest! {
    #![proptest_config(property_cases(4_000, 100))]

    #[test]
    fn proven_mutants_change_no_result(
        text in license(),
        random in prop::collection::vec(events(), 3),
        first in first_requests(),
    ) {
        let license = License::from_text("a.lic", &text);
        prop_assert!(!license.has_errors(), "{text}{:?}", license.diagnostics);
        // SHARE below a shared token is rejected.
        let Ok(model) = Model::compile([&license]) else { return Ok(()) };
        for mutant in mutants(0, &license) {
            let Some(proof) = mutant.cannot_matter(&model) else { continue };
            let changed = License::from_text("a.lic", &mutant.apply(&text));
            let Ok(mutated) = Model::compile([&changed]) else { continue };
            for events in random.iter().chain(&first) {
                let (before, after) = (play(&model, events), play(&mutated, events));
                prop_assert_eq!(before, after, "{}: {}\n{}", mutant.text, proof, text);
            }
        }
    }
}

/// Licenses in which a block is denied before another one of its name is served to a token, whose second dependency is
/// then denied; each with a mutation that decides which reason is reported.
const DENIED_BEFORE_SERVED: [(&str, &str); 3] = [
    (
        r#"FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=1 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=1" }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=2 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=2" }
FEATURE B { VENDOR=v KEYTYPE=TOKEN START=2026-03-03 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=1" }
FEATURE T { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY="FEATURE=A VERSION=1.0 COUNT=1" TOKEN_DEPENDENCY="FEATURE=B VERSION=1.0 COUNT=1" }
"#,
        "`A`: swapped with the block on line 3",
    ),
    (
        r#"FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=9 }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=1 END=2026-02-01 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=1" }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=2 START=2026-03-01 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=1" }
FEATURE T { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY="FEATURE=A VERSION=1.0 COUNT=1" TOKEN_DEPENDENCY="FEATURE=P VERSION=2.0 COUNT=1" }
"#,
        "`A`: swapped with the block on line 3",
    ),
    (
        r#"FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=1 START=2026-03-02 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=2" }
FEATURE A { VENDOR=v KEYTYPE=TOKEN SN=2 TOKEN_DEPENDENCY="FEATURE=P VERSION=1.0 COUNT=1" }
FEATURE T { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY="FEATURE=A VERSION=1.0 COUNT=1" TOKEN_DEPENDENCY="FEATURE=P VERSION=2.0 COUNT=1" }
"#,
        "`A`: START=2026-03-02 changed to 2026-03-01",
    ),
];

#[test]
fn mutants_that_change_the_reported_reason_are_not_proven() {
    for (text, mutation) in DENIED_BEFORE_SERVED {
        let license = License::from_text("a.lic", text);
        let model = Model::compile([&license]).unwrap();
        let mutant = mutants(0, &license).into_iter().find(|mutant| mutant.text == mutation).unwrap();
        let mutated = Model::compile([&License::from_text("a.lic", &mutant.apply(text))]).unwrap();
        let request = ["checkout T".to_owned()];
        assert_ne!(play(&model, &request), play(&mutated, &request), "{mutation}");
        assert_eq!(mutant.cannot_matter(&model), None, "{mutation}");
    }
}
