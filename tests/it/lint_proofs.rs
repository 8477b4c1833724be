//! Capacity findings compared with the resolver: proofs are valid, and everything that brute force finds is found.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::lint::{EXAMPLE_DAY, Example, MoreMeansLess, Options, lint, more_means_less, rule};
use keywright::resolve::{Event, Interner, Model, Outcome, Request, Requester, State};
use proptest::prelude::*;

use crate::support::property_cases;

pub(crate) fn day() -> Date {
    date(EXAMPLE_DAY.0, EXAMPLE_DAY.1, EXAMPLE_DAY.2)
}

/// The resolver model of a text.
pub(crate) fn model(text: &str) -> Model {
    let license = License::from_text("a", text);
    assert!(!license.has_errors(), "{text}\n{:#?}", license.diagnostics);
    Model::compile([&license]).unwrap()
}

/// Number of checkouts granted in sequence before the first denial.
fn granted(model: &Model, features: &[&str]) -> usize {
    let mut state = State::new(model, day().at(0, 0, 0, 0));
    let served = |feature: &&str| {
        let request = Request::one(model.name(feature));
        matches!(model.apply(&mut state, &Event::Checkout(request)), Outcome::Granted(_))
    };
    features.iter().copied().map_while(some_if(served)).count()
}

/// A function for `map_while` from a predicate that changes its state.
fn some_if<T>(mut ask: impl FnMut(&T) -> bool) -> impl FnMut(T) -> Option<T> {
    move |one| ask(&one).then_some(one)
}

/// A block of a generated license.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) name: String,
    /// KEYTYPE.
    pub(crate) kind: &'static str,
    /// COUNT; `None` for a token.
    count: Option<u64>,
    pub(crate) needs: Vec<(String, u32, u64)>,
    pub(crate) version: u32,
    /// First year, as two digits.
    from: Option<u32>,
    to: Option<u32>,
    pub(crate) share: bool,
}

impl Block {
    fn pool(name: &str, kind: &'static str, count: u64) -> Self {
        let (name, count) = (name.to_owned(), Some(count));
        Self { name, kind, count, needs: Vec::new(), version: 1, from: None, to: None, share: false }
    }

    fn token(name: &str, needs: &[(&str, u64)]) -> Self {
        let needs = needs.iter().map(|(name, count)| ((*name).to_owned(), 1, *count)).collect();
        Self { needs, count: None, ..Self::pool(name, "TOKEN", 0) }
    }
}

pub(crate) fn text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for (at, block) in blocks.iter().enumerate() {
        let Block { name, kind, version, .. } = block;
        write!(text, "FEATURE {name} {{ VENDOR=Acme SN=s{at} KEYTYPE={kind}").unwrap();
        if *kind != "UPGRADE" {
            write!(text, " VERSION={version}.0").unwrap();
        }
        if let Some(count) = block.count {
            write!(text, " COUNT={count}").unwrap();
        }
        if let Some(year) = block.from {
            write!(text, " START=20{year}-01-01").unwrap();
        }
        if let Some(year) = block.to {
            write!(text, " END=20{year}-12-31").unwrap();
        }
        if block.share {
            text.push_str(" SHARE=HOST");
        }
        for (name, version, count) in &block.needs {
            write!(text, " TOKEN_DEPENDENCY=\"FEATURE={name} VERSION={version}.0 COUNT={count}\"").unwrap();
        }
        text.push_str(" }\n");
    }
    text
}

/// Replaces the COUNT of one block.
fn enlarged(text: &str, block: usize, count: u64) -> String {
    let license = License::from_text("a", text);
    let pool = license.features.iter().find(|feature| feature.block == block).unwrap();
    let mut larger = text.to_owned();
    larger.replace_range(pool.count.unwrap().span.range(), &count.to_string());
    larger
}

pub(crate) fn proofs(text: &str) -> Vec<MoreMeansLess> {
    more_means_less(&[&License::from_text("a", text)], &Options::at(day()))
}

pub(crate) fn holds(text: &str, proof: &MoreMeansLess) {
    let features: Vec<&str> = proof.features.iter().map(String::as_str).collect();
    let larger = enlarged(text, proof.block, proof.larger);
    assert_eq!(granted(&model(text), &features), features.len(), "granted now: {proof:?}\n{text}");
    assert_eq!(granted(&model(&larger), &features), features.len() - 1, "denied: {proof:?}\n{larger}");
}

const SEED: &str =
    "FEATURE MyDraw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=5\" }
FEATURE MyDraw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=10\" }
FEATURE X { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=4\" }
FEATURE A { VENDOR=Acme COUNT=4 }
FEATURE B { VENDOR=Acme COUNT=10 }
";

#[test]
fn more_means_less_examples_agree_with_resolver() {
    let Example::Text(text) = rule("C007").unwrap().bad else { panic!("one file") };
    for text in [text, SEED] {
        let proofs = proofs(text);
        assert_eq!(proofs.len(), 1, "{text}");
        holds(text, &proofs[0]);
    }
    assert_eq!(proofs(SEED)[0].features, ["MyDraw", "X"]);
    assert_eq!(proofs(SEED)[0].larger, 5);
}

#[test]
fn more_means_less_prints_both_requests() {
    let found = lint(&[&License::from_text("a", SEED)], &Options::at(day()));
    let found = found.iter().find(|found| found.code.id == "C007").unwrap();
    assert_eq!(
        found.primary.text,
        "now, `A`=4: `MyDraw` takes 10 of `B`, `X` takes 4 of `A`: both are granted"
    );
    assert_eq!(
        found.related[0].text,
        "with `A`=5: `MyDraw` takes 5 of `A`, `X` is denied: needs 4 of `A`, 0 free"
    );
}

const POOLS: [&str; 3] = ["P0", "P1", "P2"];

/// Two names with alternatives on three pools, and a suite that depends on some of them.
fn choices() -> impl Strategy<Value = Vec<Block>> {
    let size = || prop::collection::vec(1_u64..=8, 3);
    let alternative = || prop::collection::btree_map(0_usize..3, 1_u64..=5, 1..=2);
    let name = || prop::collection::vec(alternative(), 1..=3);
    let things = Just(vec![0_usize, 1, 2, 3, 4]).prop_shuffle();
    (size(), name(), name(), things, 2_usize..=4, prop::collection::vec(1_u64..=4, 5), any::<bool>())
        .prop_map(|(sizes, first, second, things, many, counts, split)| {
            let mut blocks = Vec::new();
            for (name, alternatives) in [("M0", first), ("M1", second)] {
                for needs in alternatives {
                    let needs: Vec<_> = needs.into_iter().map(|(pool, count)| (POOLS[pool], count)).collect();
                    blocks.push(Block::token(name, &needs));
                }
            }
            let needs: Vec<(&str, u64)> = things
                .into_iter()
                .take(many)
                .map(|thing| match thing {
                    0 => ("M0", 1),
                    1 => ("M1", 1),
                    pool => (POOLS[pool - 2], counts[pool]),
                })
                .collect();
            blocks.push(Block::token("S", &needs));
            for (name, size) in POOLS.into_iter().zip(&sizes) {
                blocks.push(Block::pool(name, "EXCLUSIVE", *size));
            }
            if split {
                blocks.push(Block::pool("P0", "ADDITIVE", sizes[1]));
                blocks.push(Block::pool("P1", "UPGRADE", 2));
            }
            blocks
        })
}

/// Pools whose enlargement denies a checkout that is granted now: first those shown by a single checkout, with its feature,
/// then all of them.
fn brute_force(blocks: &[Block]) -> (BTreeSet<(usize, String)>, BTreeSet<usize>) {
    let names: BTreeSet<&str> = blocks.iter().map(|block| block.name.as_str()).collect();
    let mixes = names
        .iter()
        .map(|one| vec![*one])
        .chain(names.iter().flat_map(|one| names.iter().map(|other| vec![*one, *other])));
    let now = model(&text(blocks));
    let mixes: Vec<Vec<&str>> = mixes.filter(|mix| granted(&now, mix) == mix.len()).collect();
    let (mut alone, mut pools) = (BTreeSet::new(), BTreeSet::new());
    for (at, block) in blocks.iter().enumerate() {
        let (Some(count), "EXCLUSIVE" | "ADDITIVE") = (block.count, block.kind) else { continue };
        for count in count + 1..=count + 10 {
            let mut larger = blocks.to_vec();
            larger[at].count = Some(count);
            let larger = model(&text(&larger));
            for mix in mixes.iter().filter(|mix| granted(&larger, mix) < mix.len()) {
                pools.insert(at);
                if let [one] = mix[..] {
                    alone.insert((at, one.to_owned()));
                }
            }
        }
    }
    (alone, pools)
}

/// The last day of each year and the first day of the next.
pub(crate) fn days() -> impl Iterator<Item = Date> {
    (2020..=2036).flat_map(|year| [date(year, 12, 31), date(year + 1, 1, 1)])
}

/// Tokens on names with several blocks, with versions and dates.
pub(crate) fn dated() -> impl Strategy<Value = Vec<Block>> {
    let years = || {
        prop_oneof![
            3 => Just((None, None)),
            1 => (22_u32..30).prop_map(|year| (Some(year), None)),
            1 => (22_u32..30).prop_map(|year| (None, Some(year))),
            2 => (22_u32..30, 0_u32..4).prop_map(|(year, more)| (Some(year), Some(year + more))),
        ]
    };
    let kind = prop::sample::select(vec!["ADDITIVE", "METERED", "EXCLUSIVE"]);
    let pool = move |name: &'static str| {
        (kind.clone(), prop::collection::vec((1_u64..=8, 1_u32..=2, years()), 1..=3), any::<bool>(), 0_u64..4)
            .prop_map(move |(kind, parts, share, upgrade)| {
                let mut blocks: Vec<Block> = parts
                    .into_iter()
                    .enumerate()
                    .map(|(at, (count, version, (from, to)))| {
                        let share = share && kind != "METERED";
                        // Keep one block that is new enough, because otherwise D006 is raised.
                        let version = if at == 0 { 2 } else { version };
                        // EXCLUSIVE blocks must not overlap, because otherwise C003 is raised.
                        let (from, to) = match (kind, at as u32) {
                            ("EXCLUSIVE", at) => (Some(22 + 3 * at), Some(23 + 3 * at)),
                            _ => (from, to),
                        };
                        Block { version, from, to, share, ..Block::pool(name, kind, count) }
                    })
                    .collect();
                if kind == "EXCLUSIVE" && upgrade > 0 {
                    let dates = (blocks[0].from, blocks[0].to);
                    blocks.push(Block {
                        from: dates.0,
                        to: dates.1,
                        ..Block::pool(name, "UPGRADE", upgrade)
                    });
                }
                blocks
            })
    };
    let need = |names: Vec<&'static str>| (prop::sample::select(names), 1_u32..=2, 1_u64..=6);
    let token = move |name: &'static str, below: Vec<&'static str>, most: usize| {
        let one = (prop::collection::vec(need(below), 1..=3), years());
        prop::collection::vec(one, 1..=most).prop_map(move |all| {
            let blocks = all.into_iter().map(|(needs, (from, to))| {
                let mut token = Block::token(name, &[]);
                token.needs = needs
                    .into_iter()
                    .map(|(name, version, count)| (name.to_owned(), version, count))
                    .collect();
                Block { version: 2, from, to, ..token }
            });
            blocks.collect::<Vec<_>>()
        })
    };
    (token("S", vec!["A", "P0", "P1"], 2), token("A", vec!["P0", "P1"], 2), pool("P0"), pool("P1"))
        .prop_map(|(suite, token, first, second)| [suite, token, first, second].concat())
}

/// Removes the other alternatives of one block.
fn without_alternatives(blocks: &[Block], at: usize) -> Vec<Block> {
    let name = &blocks[at].name;
    let kept = blocks.iter().enumerate().filter(|(other, block)| *other == at || block.name != *name);
    kept.map(|(_, block)| block.clone()).collect()
}

/// Returns true if a checkout by `who` is granted on a day with nothing else checked out.
pub(crate) fn is_served(model: &Model, name: &str, day: Date, who: Requester) -> bool {
    let mut state = State::new(model, day.at(0, 0, 0, 0));
    let request = Request { who, ..Request::one(model.name(name)) };
    matches!(model.apply(&mut state, &Event::Checkout(request)), Outcome::Granted(_))
}

/// Returns true if a block alone is denied on every day, for clients with and without attributes.
pub(crate) fn never_served(blocks: &[Block], at: usize) -> bool {
    let model = model(&text(&without_alternatives(blocks, at)));
    let mut symbols = Interner::default();
    let (user, host, custom) = (symbols.symbol("u"), symbols.symbol("h"), symbols.symbol("c"));
    let someone = Requester { user: Some(user), host: Some(host), custom: Some(custom) };
    [Requester::default(), someone]
        .into_iter()
        .all(|who| days().all(|day| !is_served(&model, &blocks[at].name, day, who)))
}

/// Returns true if a block is valid on a day.
fn in_force(block: &Block, day: Date) -> bool {
    let year = u32::try_from(day.year()).unwrap() - 2000;
    block.from.is_none_or(|from| from <= year) && block.to.is_none_or(|to| year <= to)
}

/// For a block alone, on days on which it is valid: whether it is served and later denied, and whether it is not served
/// today but later.
fn changes(blocks: &[Block], at: usize) -> (bool, bool) {
    let model = model(&text(&without_alternatives(blocks, at)));
    let to_come = [day()].into_iter().chain(days().filter(|later| *later > day()));
    let served: Vec<bool> = to_come
        .filter(|day| in_force(&blocks[at], *day))
        .map(|day| is_served(&model, &blocks[at].name, day, Requester::default()))
        .collect();
    let ends = served.iter().skip_while(|served| !**served).any(|served| !served);
    let late = in_force(&blocks[at], day()) && !served[0] && served.contains(&true);
    (ends, late)
}

proptest! {
    #![proptest_config(property_cases(30, 10))]

    #[test]
    fn more_means_less_matches_brute_force(blocks in choices()) {
        let text = text(&blocks);
        let proofs = proofs(&text);
        for proof in &proofs {
            holds(&text, proof);
        }
        let (alone, pools) = brute_force(&blocks);
        let found: BTreeSet<usize> = proofs.iter().map(|proof| proof.block).collect();
        prop_assert!(pools.is_subset(&found), "{pools:?} {found:?}\n{text}");
        for (pool, feature) in alone {
            let reported = proofs.iter().any(|proof| proof.block == pool && proof.features == [feature.clone()]);
            prop_assert!(reported, "{pool} {feature}\n{text}");
        }
    }
}

proptest! {
    #![proptest_config(property_cases(200, 50))]

    #[test]
    fn never_served_matches_resolver_on_every_day(blocks in dated()) {
        crate::lint_resolver::check_never_runs(&blocks)?;
    }
}

proptest! {
    #![proptest_config(property_cases(200, 50))]

    #[test]
    fn token_availability_changes_match_resolver(mut blocks in dated()) {
        for block in &mut blocks {
            block.share = false;
        }
        let text = text(&blocks);
        let license = License::from_text("a", &text);
        let found = lint(&[&license], &Options::at(day()));
        let reported = |codes: &[&str]| found.iter().any(|found| codes.contains(&found.code.id));
        for at in (0..blocks.len()).filter(|at| blocks[*at].kind == "TOKEN") {
            let (ends, late) = changes(&blocks, at);
            prop_assert!(!ends || reported(&["T004", "T005"]), "{at} is served and then denied\n{text}\n{found:#?}");
            prop_assert!(!late || reported(&["T004", "T005", "T007"]), "{at} is not served yet\n{text}\n{found:#?}");
        }
    }
}
