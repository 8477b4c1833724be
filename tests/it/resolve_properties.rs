//! Property tests of the resolver with generated licenses, against a slow and simple second implementation that walks
//! every path, copies the state before each attempt, and recomputes usage each time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use keywright::license::License;
use keywright::resolve::{Event, Interner, Model, Outcome, Request, Requester, State, Ticket};
use proptest::prelude::*;

use crate::resolve_simple::Slow;
use crate::support::property_cases;

/// A generated block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) name: String,
    /// Licenses of a pool; `None` for a token.
    pub(crate) count: Option<u64>,
    pub(crate) shared: Option<&'static str>,
    pub(crate) needs: Vec<(String, u64)>,
}

/// An event.
#[derive(Debug, Clone)]
enum Op {
    Out {
        name: usize,
        count: u64,
        user: usize,
        host: usize,
    },
    /// Returns a live checkout, chosen by this number modulo their count.
    Back(usize),
}

fn text(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let first = seen.entry(&block.name).or_default();
        *first += 1;
        let kind = match (block.count, *first) {
            (None, _) => "TOKEN",
            (Some(_), 1) => "EXCLUSIVE",
            (Some(_), _) => "ADDITIVE",
        };
        let _ = write!(text, "FEATURE {} {{ VENDOR=abc SN=s{index} KEYTYPE={kind}", block.name);
        if let Some(count) = block.count {
            let _ = write!(text, " COUNT={count}");
        }
        if let Some(share) = block.shared {
            let _ = write!(text, " SHARE={share}");
        }
        for (name, count) in &block.needs {
            let _ = write!(text, "\n  TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT={count}\"");
        }
        text.push_str("\n}\n");
    }
    text
}

fn model(blocks: &[Block]) -> Model {
    let license = License::from_text("law.lic", &text(blocks));
    assert!(!license.has_errors(), "{}\n{:?}", text(blocks), license.diagnostics);
    Model::compile([&license]).unwrap()
}

/// The requester, as numbers.
pub(crate) type Person = (usize, usize);

/// The real implementation and the data to drive it.
struct Fast {
    model: Model,
    state: State,
    symbols: Interner,
}

impl Fast {
    fn new(blocks: &[Block]) -> Self {
        let model = model(blocks);
        let state = State::new(&model, jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0));
        Self { model, state, symbols: Interner::default() }
    }

    fn event(&mut self, name: &str, count: u64, (user, host): Person) -> Event {
        let who = Requester {
            user: Some(self.symbols.symbol(&format!("u{user}"))),
            host: Some(self.symbols.symbol(&format!("h{host}"))),
            custom: None,
        };
        Event::Checkout(Request { count, who, ..Request::one(self.model.name(name)) })
    }

    fn checkout(&mut self, name: &str, count: u64, who: Person) -> Option<Ticket> {
        let event = self.event(name, count, who);
        match self.model.apply(&mut self.state, &event) {
            Outcome::Granted(grant) => grant.ticket,
            Outcome::Denied(_) => None,
            Outcome::Failed(failure) => panic!("{}", failure.as_str()),
        }
    }

    fn checkin(&mut self, ticket: Ticket) {
        let outcome = self.model.apply(&mut self.state, &Event::Return(ticket));
        assert!(matches!(outcome, Outcome::Granted(_)));
    }

    /// The usage of each block, in file order.
    fn used(&self, blocks: &[Block]) -> Vec<u64> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut used = Vec::new();
        for block in blocks {
            let ordinal = seen.entry(&block.name).or_default();
            let id = self.model.blocks_of(self.model.name(&block.name).unwrap())[*ordinal];
            *ordinal += 1;
            used.push(self.state.used(id));
        }
        used
    }
}

const POOLS: usize = 3;

const TOKENS: usize = 5;

/// The blocks with SHARE.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sharing {
    Nothing,
    Pools,
    Tokens,
}

/// Small licenses with alternatives, and licenses without alternatives whose many paths are merged.
pub(crate) fn blocks() -> impl Strategy<Value = Vec<Block>> {
    prop_oneof![3 => license(40, 0.3, 1..5), 1 => license(6_000, f64::MIN_POSITIVE, 3..6)]
}

fn license(most: u64, second: f64, lines: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Block>> {
    let sharing = prop_oneof![Just(Sharing::Nothing), Just(Sharing::Pools), Just(Sharing::Tokens)];
    sharing.prop_flat_map(move |sharing| {
        let share = prop_oneof![Just("HOST"), Just("USER"), Just("HOST|USER")];
        let shares = prop::collection::vec(prop::option::of(share), POOLS * 2 + TOKENS * 2);
        let pools = prop::collection::vec((1..most, prop::option::weighted(second, 1..20u64)), POOLS);
        let needs = || prop::collection::vec((0..100usize, 1..3u64), lines.clone());
        let tokens = prop::collection::vec((needs(), prop::option::weighted(second, needs())), TOKENS);
        (shares, pools, tokens)
            .prop_map(move |(shares, pools, tokens)| assemble(sharing, &shares, &pools, &tokens))
    })
}

type Needs = Vec<(usize, u64)>;

fn assemble(
    sharing: Sharing,
    shares: &[Option<&'static str>],
    pools: &[(u64, Option<u64>)],
    tokens: &[(Needs, Option<Needs>)],
) -> Vec<Block> {
    let mut shares = shares.iter().copied();
    let mut blocks = Vec::new();
    for (index, (first, second)) in pools.iter().enumerate() {
        for count in [Some(*first), *second].into_iter().flatten() {
            let shared = shares.next().flatten().filter(|_| sharing == Sharing::Pools);
            blocks.push(Block { name: format!("P{index}"), count: Some(count), shared, needs: Vec::new() });
        }
    }
    for (level, (first, second)) in tokens.iter().enumerate() {
        for needs in [Some(first), second.as_ref()].into_iter().flatten() {
            // Only the last tokens have SHARE, and none depends on another of them, because double sharing is rejected.
            let top = level + 2 >= TOKENS;
            let shared = shares.next().flatten().filter(|_| sharing == Sharing::Tokens && top);
            let below = POOLS + if sharing == Sharing::Tokens { level.min(TOKENS - 2) } else { level };
            let name = |at: usize| if at < POOLS { format!("P{at}") } else { format!("T{}", at - POOLS) };
            let needs = needs.iter().map(|(at, count)| (name(at % below), *count)).collect();
            blocks.push(Block { name: format!("T{level}"), count: None, shared, needs });
        }
    }
    blocks
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let out = (0..POOLS + TOKENS, 1..4u64, 0..2usize, 0..2usize);
    let out = out.prop_map(|(name, count, user, host)| Op::Out { name, count, user, host });
    prop::collection::vec(prop_oneof![3 => out, 1 => (0..100usize).prop_map(Op::Back)], 1..30)
}

pub(crate) fn name(at: usize) -> String {
    if at < POOLS { format!("P{at}") } else { format!("T{}", at - POOLS) }
}

proptest! {
    #![proptest_config(property_cases(300, 100))]

    /// Both implementations grant the same requests and have the same usage, which is never above capacity and ends at
    /// zero.
    #[test]
    fn resolver_agrees_with_simple_implementation(blocks in blocks(), ops in ops()) {
        let mut fast = Fast::new(&blocks);
        let mut slow = Slow::default();
        let mut out: Vec<(usize, Ticket)> = Vec::new();
        for (number, op) in ops.iter().enumerate() {
            match op {
                Op::Out { name: at, count, user, host } => {
                    let before = fast.used(&blocks);
                    let ticket = fast.checkout(&name(*at), *count, (*user, *host));
                    let served = slow.checkout(&blocks, number, &name(*at), *count, (*user, *host));
                    prop_assert_eq!(ticket.is_some(), served, "{}\n{:?}", text(&blocks), op);
                    match ticket {
                        Some(ticket) => out.push((number, ticket)),
                        None => prop_assert_eq!(before, fast.used(&blocks)),
                    }
                }
                Op::Back(_) if out.is_empty() => {}
                Op::Back(at) => {
                    let (number, ticket) = out.remove(at % out.len());
                    fast.checkin(ticket);
                    slow.checkin(number);
                }
            }
            let used = fast.used(&blocks);
            for (index, block) in blocks.iter().enumerate() {
                prop_assert_eq!(used[index], slow.used(index), "{} {:?}\n{}", block.name, ops, text(&blocks));
                prop_assert!(block.count.is_none_or(|count| used[index] <= count));
            }
        }
        for (_, ticket) in out {
            fast.checkin(ticket);
        }
        prop_assert!(fast.used(&blocks).iter().all(|used| *used == 0));
    }

    /// A check-in undoes its checkout, and explaining a request changes nothing.
    #[test]
    fn checkin_undoes_checkout(blocks in blocks(), ops in ops(), last in 0..POOLS + TOKENS) {
        let mut fast = Fast::new(&blocks);
        for op in &ops {
            if let Op::Out { name: at, count, user, host } = op {
                fast.checkout(&name(*at), *count, (*user, *host));
            }
        }
        let before = fast.used(&blocks);
        let event = fast.event(&name(last), 2, (0, 1));
        let explained = fast.model.explain(&mut fast.state, &event).unwrap();
        prop_assert_eq!(&before, &fast.used(&blocks));
        let ticket = fast.checkout(&name(last), 2, (0, 1));
        prop_assert_eq!(explained.outcome.is_ok(), ticket.is_some());
        if let Some(ticket) = ticket {
            fast.checkin(ticket);
        }
        prop_assert_eq!(&before, &fast.used(&blocks));
        // The draws of the other choice must be free.
        for (block, amount) in explained.other_choice.unwrap_or_default() {
            prop_assert!(amount >= 1 && fast.state.used(block) <= 6_000);
        }
    }

    /// The order of pools in a file does not matter if each name has one block.
    #[test]
    fn pool_order_does_not_change_outcome(blocks in blocks(), ops in ops()) {
        let single: Vec<Block> = {
            let mut seen = std::collections::BTreeSet::new();
            blocks.iter().filter(|block| block.count.is_none() || seen.insert(block.name.clone())).cloned().collect()
        };
        let mut turned = single.clone();
        turned.sort_by_key(|block| (block.count.is_some(), std::cmp::Reverse(block.count.map(|_| block.name.clone()))));
        let (mut one, mut other) = (Fast::new(&single), Fast::new(&turned));
        for op in &ops {
            if let Op::Out { name: at, count, user, host } = op {
                let granted = one.checkout(&name(*at), *count, (*user, *host)).is_some();
                prop_assert_eq!(granted, other.checkout(&name(*at), *count, (*user, *host)).is_some());
            }
        }
        let total = |fast: &Fast, blocks: &[Block]| -> BTreeMap<String, u64> {
            let mut totals = BTreeMap::new();
            for (block, used) in blocks.iter().zip(fast.used(blocks)) {
                *totals.entry(block.name.clone()).or_default() += used;
            }
            totals
        };
        prop_assert_eq!(total(&one, &single), total(&other, &turned));
    }

    /// With sufficient capacity, sharing never uses more than no sharing.
    #[test]
    fn sharing_never_increases_usage(blocks in blocks(), ops in ops()) {
        let plenty: Vec<Block> =
            blocks.iter().map(|block| Block { count: block.count.map(|_| 2_000_000_000), ..block.clone() }).collect();
        let apart: Vec<Block> = plenty.iter().map(|block| Block { shared: None, ..block.clone() }).collect();
        let (mut shared, mut unshared) = (Fast::new(&plenty), Fast::new(&apart));
        for op in &ops {
            if let Op::Out { name: at, count, user, host } = op {
                prop_assert!(shared.checkout(&name(*at), *count, (*user, *host)).is_some());
                prop_assert!(unshared.checkout(&name(*at), *count, (*user, *host)).is_some());
            }
            for (with, without) in shared.used(&plenty).iter().zip(unshared.used(&apart)) {
                prop_assert!(*with <= without);
            }
        }
    }

    /// A cascade takes as many licenses of a pool as there are paths to it, each times the counts along it.
    #[test]
    fn cascade_draws_sum_of_paths(widths in prop::collection::vec((1..6usize, 1..4u64), 1..9)) {
        let mut blocks = vec![Block {
            name: format!("L{}", widths.len()), count: Some(2_000_000_000), shared: None, needs: Vec::new(),
        }];
        let mut expected: u64 = 1;
        for (level, (width, count)) in widths.iter().enumerate() {
            let needs = vec![(format!("L{}", level + 1), *count); *width];
            blocks.push(Block { name: format!("L{level}"), count: None, shared: None, needs });
            expected *= *width as u64 * count;
        }
        let mut fast = Fast::new(&blocks);
        let granted = fast.checkout("L0", 1, (0, 0)).is_some();
        prop_assert_eq!(granted, expected <= 2_000_000_000);
        prop_assert_eq!(fast.used(&blocks)[0], if granted { expected } else { 0 });
    }
}
