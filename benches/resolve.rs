//! Cost of the resolver and of scenarios, each compared with a baseline: the least work possible.
//!
//! Run `cargo bench --bench resolve`. Compare ratios only, because machines differ.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark panics on errors"
)]

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::civil::{DateTime, date};
use keywright::license::License;
use keywright::resolve::{Event, Interner, Model, NameId, Outcome, Request, Requester, State, Ticket};

fn main() {
    divan::main();
}

const PAIRS: u64 = 100_000;

fn midnight() -> DateTime {
    date(2026, 1, 15).at(0, 0, 0, 0)
}

fn compile(text: &str) -> Model {
    let license = License::from_text("bench.lic", text);
    assert!(!license.has_errors(), "{:?}", license.diagnostics.first());
    Model::compile([&license]).unwrap()
}

fn token(name: &str, needs: &[(&str, u32)], more: &str) -> String {
    let mut text = format!("FEATURE {name} {{ VENDOR=v KEYTYPE=TOKEN {more}\n");
    for (need, count) in needs {
        writeln!(text, "TOKEN_DEPENDENCY=\"FEATURE={need} VERSION=1.0 COUNT={count}\"").unwrap();
    }
    text + "}\n"
}

/// Runs pairs of one checkout and its check-in.
fn pairs(model: &Model, name: &str, who: Requester) {
    let mut state = State::new(model, midnight());
    let request = Request { who, ..Request::one(model.name(name)) };
    for _ in 0..PAIRS {
        let Outcome::Granted(grant) = model.apply(&mut state, &black_box(Event::Checkout(request))) else {
            panic!("denied");
        };
        let ticket = grant.ticket.unwrap();
        let Outcome::Granted(_) = model.apply(&mut state, &black_box(Event::Return(ticket))) else {
            panic!("not returned");
        };
    }
    black_box(state.used(model.blocks_of(model.name("Pool").unwrap())[0]));
}

fn ann(symbols: &mut Interner) -> Requester {
    Requester { user: Some(symbols.symbol("ann")), host: Some(symbols.symbol("ws1")), custom: None }
}

#[divan::bench]
fn pairs_floor_counter(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(PAIRS)).bench(|| {
        let (mut used, capacity) = (0_u64, black_box(20_u64));
        for _ in 0..PAIRS {
            assert!(black_box(1) <= capacity - used);
            used = black_box(used + 1);
            used = black_box(used - 1);
        }
        used
    });
}

#[divan::bench]
fn pairs_pool(bencher: Bencher<'_, '_>) {
    let model = compile("FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 }\n");
    bencher.counter(ItemsCount::new(PAIRS)).bench(|| pairs(&model, "Pool", Requester::default()));
}

#[divan::bench]
fn pairs_cascade_of_four_shared(bencher: Bencher<'_, '_>) {
    let text = [
        "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=100 SHARE=HOST }\n".to_owned(),
        token("A", &[("Pool", 2)], ""),
        token("B", &[("A", 1)], ""),
        token("C", &[("B", 2)], ""),
        token("D", &[("C", 1)], ""),
    ]
    .concat();
    let model = compile(&text);
    let mut symbols = Interner::default();
    let who = ann(&mut symbols);
    bencher.counter(ItemsCount::new(PAIRS)).bench(|| pairs(&model, "D", who));
}

/// Pairs on a state with other people and features: each next pair is of a feature and a person chosen at random.
struct Crowd {
    model: Model,
    names: Vec<Option<NameId>>,
    people: Vec<Requester>,
    random: u64,
}

impl Crowd {
    fn new(features: usize, people: usize, more: &str) -> Self {
        let block = |at| format!("FEATURE F{at} {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT=UNLIMITED {more} }}\n");
        let model = compile(&(0..features).map(block).collect::<String>());
        let mut symbols = Interner::default();
        let mut symbol = |kind: char, at: usize| Some(symbols.symbol(&format!("{kind}{at}")));
        let people = (0..people)
            .map(|at| Requester { user: symbol('u', at), host: symbol('h', at), custom: None })
            .collect();
        let names = (0..features).map(|at| model.name(&format!("F{at}"))).collect();
        Self { model, names, people, random: 1 }
    }

    fn next(&mut self, below: usize) -> usize {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % below
    }

    fn checkout(&self, state: &mut State, feature: usize, person: usize) -> Ticket {
        let request = Request { who: self.people[person], ..Request::one(self.names[feature]) };
        match self.model.apply(state, &black_box(Event::Checkout(request))) {
            Outcome::Granted(grant) => grant.ticket.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn pairs(&mut self, state: &mut State) {
        for _ in 0..PAIRS {
            let (feature, person) = (self.next(self.names.len()), self.next(self.people.len()));
            let ticket = self.checkout(state, feature, person);
            assert!(matches!(self.model.apply(state, &Event::Return(ticket)), Outcome::Granted(_)));
        }
    }
}

/// The samples run on one state, so a state that grows gets slower: compare the fastest with the slowest one.
#[divan::bench(sample_count = 20)]
fn pairs_of_1_000_people_and_10_000_features(bencher: Bencher<'_, '_>) {
    let mut crowd = Crowd::new(10_000, 1_000, "");
    let mut state = State::new(&crowd.model, midnight());
    bencher.counter(ItemsCount::new(PAIRS)).bench_local(|| crowd.pairs(&mut state));
}

#[divan::bench(sample_count = 20)]
fn pairs_with_100_000_live_on_hosts(bencher: Bencher<'_, '_>) {
    let mut crowd = Crowd::new(1, 100_000, "SHARE=HOST");
    let mut state = State::new(&crowd.model, midnight());
    for person in 0..crowd.people.len() {
        crowd.checkout(&mut state, 0, person);
    }
    bencher.counter(ItemsCount::new(PAIRS)).bench_local(|| crowd.pairs(&mut state));
}

/// Returns 16 levels of 512 equal dependencies: 512^16 paths.
fn ladder() -> String {
    let mut text = "FEATURE L0 { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=UNLIMITED }\n".to_owned();
    for level in 1..=16 {
        let below = format!("L{}", level - 1);
        text += &token(&format!("L{level}"), &vec![(below.as_str(), 1); 512], "");
    }
    text
}

#[divan::bench]
fn ladder_floor_walk_of_edges(bencher: Bencher<'_, '_>) {
    let edges: Vec<Vec<u64>> = vec![vec![1; 512]; 16];
    bencher.bench(|| {
        black_box(&edges).iter().fold(1_u64, |sum, level| {
            level.iter().fold(0_u64, |all, count| all.saturating_add(sum.saturating_mul(*count)))
        })
    });
}

#[divan::bench]
fn ladder_16_by_512(bencher: Bencher<'_, '_>) {
    let model = compile(&ladder());
    let request = Request::one(model.name("L16"));
    let mut state = State::new(&model, midnight());
    bencher.bench_local(|| {
        // More than any pool contains: an overflow must be denied, never wrap around.
        let Outcome::Denied(_) = model.apply(&mut state, &black_box(Event::Checkout(request))) else {
            panic!("an overflow was granted");
        };
    });
}

/// 16 levels of two alternatives, each of which needs the level below twice. The last pool is always too small.
#[divan::bench]
fn alternatives_nested_16_deep(bencher: Bencher<'_, '_>) {
    let mut text = "FEATURE N0 { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }\n".to_owned();
    for level in 1..=16 {
        let below = format!("N{}", level - 1);
        for count in [2, 3] {
            text += &token(&format!("N{level}"), &[(below.as_str(), 1), (below.as_str(), count)], "");
        }
    }
    let model = compile(&text);
    let request = Request::one(model.name("N16"));
    bencher.with_inputs(|| State::new(&model, midnight())).bench_local_values(|mut state| {
        let outcome = model.apply(&mut state, &Event::Checkout(request));
        assert!(!matches!(outcome, Outcome::Granted(_)));
        assert!(state.work() < 3_000_000, "the step budget is exceeded: {}", state.work());
    });
}

mod files {
    use super::{Bencher, ItemsCount, black_box};
    use keywright::scenario;
    use keywright::source::SourceFile;

    const FILES: usize = 100;
    const LICENSE: &str = include_str!("../tests/scenarios/good/pool.lic");
    const SCENARIOS: &str = include_str!("../tests/scenarios/good/pool.scenarios.yaml");

    #[divan::bench]
    fn floor_counting_lines(bencher: Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(FILES)).bench(|| {
            let count = |text: &str| black_box(text).lines().filter(|line| !line.is_empty()).count();
            (0..FILES).map(|_| count(LICENSE) + count(SCENARIOS)).sum::<usize>()
        });
    }

    #[divan::bench]
    fn scenario_files(bencher: Bencher<'_, '_>) {
        bencher.counter(ItemsCount::new(FILES)).bench(|| {
            for _ in 0..FILES {
                let source = SourceFile::new("pool.scenarios.yaml", SCENARIOS);
                let file = scenario::parse(black_box(&source)).unwrap();
                let loaded =
                    scenario::load(&file, |path| Ok(SourceFile::new(path, black_box(LICENSE))), None)
                        .unwrap();
                let results = scenario::run(&file, &loaded.model, |_| true, scenario::Rows::All);
                assert!(results.iter().all(scenario::ScenarioResult::passed));
            }
        });
    }
}
