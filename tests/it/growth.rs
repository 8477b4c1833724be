//! Cost grows with the size of the input and not with its square: operations are counted, not time.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, date};
use keywright::effort;
use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::resolve::{Event, Interner, Model, Outcome, Reason, Request, Requester, State};
use keywright::scenario::{self, Session, no_file, parse_event};
use keywright::source::SourceFile;
use keywright::verify::{Mode, Revocations, Trust, Verdict, Verifier};

use crate::support::cases;

const DAY: Date = date(2026, 1, 15);

fn noon() -> DateTime {
    DAY.at(12, 0, 0, 0)
}

/// The operations of some work.
fn cost(work: impl FnOnce()) -> f64 {
    let before = effort::spent();
    work();
    let spent = effort::spent().wrapping_sub(before);
    assert!(spent > 100, "the work is not counted");
    u32::try_from(spent).map_or(f64::INFINITY, f64::from)
}

/// Runs a shape at three sizes, each twice as large as the one before.
fn assert_linear(shape: &str, size: usize, run: impl Fn(usize)) {
    let size = cases(size, size / 2);
    let costs: Vec<f64> = [size, 2 * size, 4 * size].into_iter().map(|n| cost(|| run(n))).collect();
    for pair in costs.windows(2) {
        let exponent = (pair[1] / pair[0]).log2();
        assert!(exponent <= 1.15, "{shape} grows with the power {exponent:.2}: {costs:?}");
    }
}

/// The files that `unit` makes when it is repeated in one block.
fn block(kind: &str, n: usize, unit: impl Fn(usize) -> String) -> String {
    let body: String = (0..n).map(unit).collect();
    format!("FEATURE Draw {{ VENDOR=Acme {kind}\n{body}}}\n")
}

fn host(at: usize) -> String {
    format!("HOSTID=\"ETHERNET={at:012X}\"\n")
}

fn need(at: usize) -> String {
    format!("TOKEN_DEPENDENCY=\"FEATURE=Part{at} VERSION=1.0 COUNT=1\"\n")
}

fn tier(at: usize) -> String {
    format!("TIER=\"FROM={} PRICE=0.04\"\n", at + 1)
}

fn verify(text: &str) -> Verdict {
    let license = License::from_text("hostile.lic", text);
    let (trust, revocations) = (Trust::default(), Revocations::default());
    let report = Verifier::new(&trust, &revocations, DAY, Mode::Production).file(&license);
    report.blocks[0].verdict
}

type Unit = fn(usize) -> String;

/// A name, what comes before, and the directive that is repeated.
const REPEATED: [(&str, &str, Unit); 9] = [
    ("HOSTID", "", host),
    ("HOSTID on a block without COUNT", "KEYTYPE=EXCLUSIVE", host),
    ("TOKEN_DEPENDENCY", "KEYTYPE=TOKEN", need),
    ("TIER", "KEYTYPE=METERED COUNT=5", tier),
    (
        "TIER of a block that is postpaid",
        "KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE=\"1 USD\"",
        tier,
    ),
    ("HOLD, repeated", "", |at| format!("HOLD={}\n", at + 1)),
    ("a typing error of HOSTID", "", |at| format!("HOSTIT=\"A={at}\"\n")),
    ("an unknown directive", "", |at| format!("X{at}=1\n")),
    ("all of them", "", |at| match at % 4 {
        0 => host(at),
        1 => need(at),
        2 => format!("COUNTT={at}\n"),
        _ => tier(at),
    }),
];

#[test]
fn verify_cost_of_repeated_directives_is_linear() {
    for (name, kind, unit) in REPEATED {
        assert_linear(name, 2_000, |n| {
            let verdict = verify(&block(kind, n, unit));
            assert!(matches!(verdict, Verdict::Malformed | Verdict::Unsupported), "{name}: {verdict:?}");
        });
    }
}

#[test]
fn lint_cost_of_repeated_directives_is_linear() {
    for (name, kind, unit) in REPEATED {
        assert_linear(name, 1_200, |n| {
            let license = License::from_text("hostile.lic", &block(kind, n, unit));
            assert!(
                lint(&[&license], &Options::at(DAY)).iter().any(keywright::diagnostic::Diagnostic::is_error)
            );
        });
    }
}

/// The largest block that is read: 8 MiB of one directive.
#[test]
fn largest_block_of_one_directive_verifies() {
    let most = keywright::limits::MAX_BLOCK_BYTES - 1000;
    let cases: [(&str, &str, Unit, &str); 3] = [
        ("HOSTID", "", host, "V030"),
        ("TOKEN_DEPENDENCY", "KEYTYPE=TOKEN", need, "D004"),
        ("TIER", "KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE=\"1 USD\"", tier, "V030"),
    ];
    for (name, kind, unit, code) in cases {
        let count = most / (unit(9_999_999).len());
        let text = block(kind, count, unit);
        assert_eq!(verify(&text), Verdict::Malformed, "{name}");
        let license = License::from_text("hostile.lic", &text);
        let found: Vec<_> = license.diagnostics.iter().filter(|found| found.code.id == code).collect();
        assert_eq!(found.len(), 1, "{name}: {:?}", license.diagnostics.first());
        // The finding points at the first one beyond the limit, and the message says how many there are.
        let row = keywright::license::directive(name).unwrap();
        let dir = found[0].primary.span;
        assert_eq!(text[..dir.end as usize].matches(&format!("{name}=")).count(), row.most + 1, "{name}");
        assert!(found[0].message.contains(&count.to_string()), "{}", found[0].message);
        assert!(license.features[0].dependencies.len() <= row.most);
    }
}

/// A model of some text.
fn model(text: &str) -> Model {
    let license = License::from_text("a.lic", text);
    assert!(!license.has_errors(), "{:?}", license.diagnostics);
    Model::compile([&license]).unwrap()
}

fn who(symbols: &mut Interner, at: usize) -> Requester {
    let one = Some(symbols.symbol(&format!("p{at}")));
    Requester { user: one, host: one, custom: Some(symbols.symbol(&format!("c{at}"))) }
}

/// Applies lines in a session. Returns how many were granted.
fn play(model: &Model, lines: impl Iterator<Item = String>) -> usize {
    let file = no_file();
    let mut session = Session::new(&file, model, noon(), None);
    let mut granted = 0;
    for line in lines {
        let reply = session.play(parse_event(&line).unwrap());
        granted += usize::from(reply.granted);
    }
    granted
}

/// n holders, then n denials. Each denial names the holders and the change that would be enough.
#[test]
fn denial_cost_with_many_holders_is_linear() {
    let pools = [
        ("one pool", "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} }\n"),
        ("licenses that are kept", "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} MIN_CHECKOUT=9999 }\n"),
        (
            "a token",
            "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} }\n\
             FEATURE A { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=1\" }\n",
        ),
    ];
    for (name, text) in pools {
        assert_linear(name, 400, |n| {
            let model = model(&text.replace("{n}", &n.to_string()));
            let lines = (0..2 * n).map(|at| format!("checkout A by=p{at}@h{at}"));
            assert_eq!(play(&model, lines), n, "{name}");
        });
    }
}

#[test]
fn activation_cost_is_linear() {
    assert_linear("devices", 400, |n| {
        let model = model(&format!("FEATURE A {{ VENDOR=v KEYTYPE=ACTIVATION COUNT={n} }}\n"));
        assert_eq!(play(&model, (0..2 * n).map(|at| format!("activate A device=d{at}"))), n);
    });
}

#[test]
fn host_sharing_cost_is_linear() {
    assert_linear("SHARE=HOST", 400, |n| {
        let text = format!("FEATURE A {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} SHARE=HOST }}\n");
        let model = model(&text);
        let all = (0..3 * n).map(|at| format!("checkout A by=p{at}@h{}", at / 2));
        assert_eq!(play(&model, all), 2 * n);
    });
}

#[test]
fn borrow_cost_is_linear() {
    assert_linear("borrows", 400, |n| {
        let text = format!("FEATURE A {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} BORROW=48 }}\n");
        let model = model(&text);
        let all = (0..2 * n).map(|at| format!("borrow A hours=24 by=p{at}@h{at}"));
        let all = all.chain(["advance 2 days".to_owned()]);
        let again = (0..n).map(|at| format!("borrow A hours=24 by=q{at}@h{at}"));
        assert_eq!(play(&model, all.chain(again)), 2 * n + 1);
    });
}

#[test]
fn checkin_by_custom_string_is_linear() {
    assert_linear("checkins by custom string", 1_000, |n| {
        let model = model(&format!("FEATURE A {{ VENDOR=v COUNT={n} }}\n"));
        let feature = model.name("A");
        let (mut state, mut symbols) = (State::new(&model, noon()), Interner::default());
        for at in 0..n {
            let request = Request { who: who(&mut symbols, at), ..Request::one(feature) };
            assert!(matches!(model.apply(&mut state, &Event::Checkout(request)), Outcome::Granted(_)));
        }
        for at in (0..n).rev() {
            let who = who(&mut symbols, at);
            let person = Some(who).filter(|_| at % 2 == 0);
            let event = Event::Checkin { feature, person, custom: who.custom };
            assert!(matches!(model.apply(&mut state, &event), Outcome::Granted(_)));
        }
        assert_eq!(state.active_tokens(), 0);
    });
}

type Layout = Box<dyn Fn(usize) -> String>;

/// n lots with n consumptions, some of which are denied.
#[test]
fn metered_lot_cost_is_linear() {
    let lots = |n: usize, each: &dyn Fn(usize) -> String| -> String {
        (0..n).map(|at| format!("FEATURE M {{ VENDOR=v KEYTYPE=METERED SN=s{at} {} }}\n", each(at))).collect()
    };
    let shapes: [(&str, Layout); 4] = [
        ("lots of tokens", Box::new(|_| "COUNT=1".to_owned())),
        ("lots of money", Box::new(|_| "FUNDS=\"1 USD\" PRICE=\"1 USD\"".to_owned())),
        ("lots of two versions", Box::new(|at| format!("COUNT=2 VERSION={}.0", at % 2 + 1))),
        (
            "lots that begin and end",
            Box::new(|at| {
                let day =
                    date(2026, 1, 1).checked_add(jiff::Span::new().days(i64::try_from(at % 300).unwrap()));
                format!("COUNT=2 END={} VERSION=2.0", day.unwrap())
            }),
        ),
    ];
    for (name, each) in &shapes {
        assert_linear(name, 300, |n| {
            let model = model(&lots(n, each));
            let consume = (0..n).map(|_| "consume M units=1".to_owned());
            let denied = (0..n).map(move |_| format!("consume M units={}", 3 * n));
            let days =
                (0..n.min(250)).flat_map(|_| ["advance 1 days".to_owned(), "consume M units=1".to_owned()]);
            assert!(play(&model, consume.chain(denied).chain(days)) > 0, "{name}");
        });
    }
    assert_linear("denials of many lots that are observed", 300, |n| {
        let model = model(&lots(n, &|_| "COUNT=1".to_owned()));
        let (mut state, feature) = (State::new(&model, noon()), model.name("M"));
        state.observe();
        for _ in 0..n {
            let event = Event::Consume { feature, units: 2 * n as u64 };
            assert_eq!(model.apply(&mut state, &event), Outcome::Denied(Reason::BalanceTooLow));
        }
    });
}

/// Events that are granted are kept to be undone, without a copy of all that is out for every few of them.
#[test]
fn undo_history_cost_is_linear() {
    assert_linear("moments", 4_000, |n| {
        let model = model(&format!("FEATURE A {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={n} }}\n"));
        assert_eq!(play(&model, (0..n).map(|at| format!("checkout A by=p{at}@h{at}"))), n);
    });
}

/// n features with a scenario each.
fn suite(n: usize) -> (String, String) {
    let (mut license, mut scenarios) = (String::new(), "license: a.lic\nscenarios:\n".to_owned());
    for at in 0..n {
        let _ = writeln!(license, "FEATURE F{at} {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 }}");
        let _ = writeln!(scenarios, "  - name: s{at}\n    at: 2026-01-15\n    steps:");
        let _ = writeln!(scenarios, "      - {{ checkout: F{at}, times: 3 }}");
        let _ = writeln!(scenarios, "      - {{ checkout: F{at}, denied: not-enough-licenses }}");
    }
    (license, scenarios)
}

fn loaded(n: usize) -> (scenario::ScenarioFile, scenario::Loaded) {
    let (license, scenarios) = suite(n);
    let file = scenario::parse(&SourceFile::new("a.yaml", scenarios)).unwrap();
    let loaded = scenario::load(&file, |_| Ok(SourceFile::new("a.lic", license.clone())), None).unwrap();
    (file, loaded)
}

#[test]
fn mutation_cost_is_linear() {
    assert_linear("test --mutate", 60, |n| {
        let (file, loaded) = loaded(n);
        let mutation = scenario::mutate(&[&file], &loaded, &|_| true);
        assert_eq!((mutation.played, mutation.noticed), (2 * n, 2 * n));
    });
}

#[test]
fn scenario_cost_is_linear() {
    assert_linear("test", 500, |n| {
        let (file, loaded) = loaded(n);
        let (results, seen) = scenario::observe(&file, &loaded.model, |_| true, scenario::Rows::All);
        assert!(results.iter().all(scenario::ScenarioResult::passed));
        let coverage = scenario::coverage(&loaded.licenses, &loaded.model, noon(), &seen);
        assert_eq!(coverage.percent(), 100);
    });
}

/// Undo keeps its way back short, whatever happened before.
#[test]
fn undo_reverts_many_events_one_by_one() {
    let model = model("FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=9000 }\n");
    let file = no_file();
    let mut session = Session::new(&file, &model, noon(), None);
    for at in 0..6_000 {
        assert!(session.play(parse_event(&format!("checkout A by=p{at}@h{at}")).unwrap()).granted);
    }
    for left in (4_000..6_000).rev() {
        assert!(session.undo().is_some());
        assert_eq!(session.active_tokens(), left);
    }
    assert!(session.play(parse_event("checkout A count=5000").unwrap()).granted);
    assert_eq!(session.active_tokens(), 9_000);
}

/// Comments are kept as runs, in files and in blocks.
#[test]
fn consecutive_comments_form_one_item() {
    use keywright::syntax::{self, Element};
    let comments = "#\n".repeat(100_000);
    let text = format!("{comments}FEATURE A # a\n # b\n {{ VENDOR=v\n{comments} COUNT=5 }}\n{comments}");
    let license = License::from_text("a.lic", &text);
    assert!(license.diagnostics.is_empty());
    // One for every 64 KiB that are parsed at once.
    assert!(license.tree.items().len() < 12, "{}", license.tree.items().len());
    let block = license.block(&license.features[0]).unwrap();
    assert_eq!(block.header_comments.len(), 1);
    let runs: Vec<_> = block.elements.iter().filter(|it| matches!(it, Element::Comments(_))).collect();
    assert_eq!(runs.len(), 1);
    assert_eq!(syntax::comments(&license.source, runs[0].span()).count(), 100_000);
    let tokens = license.tree.tokens();
    let count = tokens.iter().filter(|(kind, _)| *kind == syntax::TokenKind::Comment).count();
    assert_eq!(count, 300_002);
    assert!(keywright::license::format(&license.tree).is_ok());
}

/// The memory of a process at its highest, in bytes, while it waits for events.
#[cfg(target_os = "linux")]
fn peak(dir: &crate::support::TestDir, file: &str) -> usize {
    use std::io::{BufRead as _, Write as _};
    let pipe = std::process::Stdio::piped;
    let mut command = dir.command();
    let mut child = command.args(["simulate", file]).stdin(pipe()).stdout(pipe()).spawn().unwrap();
    let mut asks = child.stdin.take().unwrap();
    writeln!(asks, "state").unwrap();
    let mut answer = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut answer).unwrap();
    assert!(answer.contains("\"pools\""), "{answer}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(asks);
    assert!(child.wait().unwrap().success());
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn comment_files_use_less_than_four_times_their_size() {
    let dir = crate::support::TestDir::new();
    let block = "FEATURE A { VENDOR=v COUNT=5 }\n";
    let size = 16 * keywright::limits::MIB;
    dir.write("small.lic", block);
    dir.write("comments.lic", "#\n".repeat(size / 2) + block);
    let more = peak(&dir, "comments.lic").saturating_sub(peak(&dir, "small.lic"));
    assert!(more < 4 * size, "{} MiB more for 16 MiB", more / keywright::limits::MIB);
}
