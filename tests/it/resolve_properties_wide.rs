//! Property tests of the resolver with generated licenses that use every directive: METERED, dates, versions, HOLD and
//! MIN_CHECKOUT, UPGRADE, BORROW, reserved licenses, sharing by custom strings; and of explanations.

use keywright::license::{License, Version};
use keywright::resolve::{
    BlockId, Event, Explanation, Failure, Interner, Model, Outcome, Request, Requester as Person, State,
    Suggestion, Ticket,
};
use proptest::prelude::*;

use crate::resolve_reference::{Ask, Block, DAY, Kind, Mode, Requester, Slow, text};

/// An event.
#[derive(Debug, Clone)]
enum Op {
    Out(Ask),
    Borrow(Ask, u32),
    Consume(Ask),
    /// Returns a live checkout, chosen by this number modulo their count.
    Back(usize),
    /// Advances by this number of seconds.
    Wait(i64),
}

/// The real implementation and the data to drive it.
struct Fast {
    model: Model,
    state: State,
    symbols: Interner,
    /// The blocks, in file order.
    ids: Vec<BlockId>,
    begin: jiff::civil::DateTime,
}

impl Fast {
    fn new(blocks: &[Block]) -> Self {
        let license = License::from_text("law.lic", &text(blocks));
        assert!(!license.has_errors(), "{}\n{:?}", text(blocks), license.diagnostics);
        let model = Model::compile([&license]).unwrap();
        let begin = jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0);
        let state = State::new(&model, begin);
        let id = |index: usize| {
            let name = &blocks[index].name;
            let earlier = blocks[..index].iter().filter(|block| &block.name == name).count();
            model.blocks_of(model.name(name).unwrap())[earlier]
        };
        let ids = (0..blocks.len()).map(id).collect();
        Self { model, state, symbols: Interner::default(), ids, begin }
    }

    fn person(&mut self, who: Requester) -> Person {
        let mut part = |at: usize| who[at].map(|number| self.symbols.symbol(&format!("{at} {number}")));
        Person { user: part(0), host: part(1), custom: part(2) }
    }

    fn event(&mut self, ask: &Ask, mode: Mode) -> Event {
        let feature = self.model.name(&ask.name);
        let version = Version { major: 1, minor: u16::try_from(ask.version).unwrap() };
        let request =
            Request { feature, count: ask.count, version: Some(version), who: self.person(ask.who) };
        match mode {
            Mode::Checkout => Event::Checkout(request),
            Mode::Borrow(hours) => Event::Borrow(request, hours),
            Mode::Consume => Event::Consume { feature, units: ask.count },
        }
    }

    /// Returns the ticket if the request is granted.
    fn ask(&mut self, ask: &Ask, mode: Mode) -> Option<Option<Ticket>> {
        let event = self.event(ask, mode);
        match self.model.apply(&mut self.state, &event) {
            Outcome::Granted(grant) => Some(grant.ticket),
            Outcome::Denied(_) => None,
            Outcome::Failed(failure) => panic!("{}", failure.words()),
        }
    }

    fn advance(&mut self, to: i64) {
        let time = self.begin + jiff::SignedDuration::from_secs(to);
        assert!(matches!(self.model.apply(&mut self.state, &Event::Advance(time)), Outcome::Granted(_)));
    }

    fn used(&self) -> Vec<u64> {
        self.ids.iter().map(|id| self.state.used(*id)).collect()
    }

    fn explain(&mut self, ask: &Ask, mode: Mode) -> Explanation {
        let event = self.event(ask, mode);
        self.model.explain(&mut self.state, &event).unwrap()
    }
}

/// Both implementations.
struct Both {
    fast: Fast,
    slow: Slow,
    live: Vec<(Ticket, usize)>,
}

impl Both {
    fn new(blocks: &[Block], limit: Option<u64>) -> Self {
        let (mut fast, mut slow) = (Fast::new(blocks), Slow::new(blocks));
        fast.state.limit_active_tokens(limit);
        slow.limit = limit;
        Self { fast, slow, live: Vec::new() }
    }

    /// Applies an event to both implementations and compares them. Returns the request if it was denied.
    fn play(&mut self, op: &Op) -> Result<Option<(Ask, Mode)>, TestCaseError> {
        let (ask, mode) = match op {
            Op::Out(ask) => (ask.clone(), Mode::Checkout),
            Op::Borrow(ask, hours) => (ask.clone(), Mode::Borrow(*hours)),
            Op::Consume(ask) => (Ask { who: [None; 3], version: 0, ..ask.clone() }, Mode::Consume),
            Op::Back(number) => {
                self.live.retain(|(ticket, _)| self.fast.state.is_live(*ticket));
                if !self.live.is_empty() {
                    let (ticket, slow) = self.live.remove(number % self.live.len());
                    let event = Event::Return(ticket);
                    let outcome = self.fast.model.apply(&mut self.fast.state, &event);
                    prop_assert!(matches!(outcome, Outcome::Granted(_)));
                    self.slow.give_back(slow);
                }
                return Ok(None);
            }
            Op::Wait(seconds) => {
                let to = self.slow.now + seconds;
                self.slow.advance(to);
                self.fast.advance(to);
                return Ok(None);
            }
        };
        let granted = self.slow.ask(&ask, mode);
        let ticket = self.fast.ask(&ask, mode);
        prop_assert_eq!(granted.is_some(), ticket.is_some(), "{:?} {:?}", ask, mode);
        if let (Some(slow), Some(Some(ticket))) = (granted, ticket) {
            self.live.push((ticket, slow));
        }
        Ok(granted.is_none().then_some((ask, mode)))
    }

    fn agree(&self) -> Result<(), TestCaseError> {
        let slow: Vec<u64> = (0..self.slow.blocks.len()).map(|index| self.slow.used(index)).collect();
        prop_assert_eq!(self.fast.used(), slow);
        let active: u64 = self.slow.live.iter().map(|(_, active)| active).sum();
        prop_assert_eq!(self.fast.state.active_tokens(), active);
        Ok(())
    }
}

const POOLS: usize = 3;
const TOKENS: usize = 4;

/// `P0` to `P2` are pools, `C` is METERED, `T0` to `T3` are tokens.
fn name(number: usize) -> String {
    match number {
        0..POOLS => format!("P{number}"),
        POOLS => "C".to_owned(),
        other => format!("T{}", other - POOLS - 1),
    }
}

const NAMES: usize = POOLS + 1 + TOKENS;

/// A block without a name, with random values for all directives.
fn raw() -> impl Strategy<Value = Block> {
    let day = || prop::option::weighted(0.25, 0..12_i64);
    let time = || prop_oneof![4 => Just(0_i64), 1 => 1..2 * DAY];
    let rest = (prop::array::uniform3(prop::bool::weighted(0.4)), prop::array::uniform2(0..4_u64));
    let borrow = prop::option::of(1..48_u32);
    (0..3_u32, 1..9_u64, day(), day(), rest, time(), time(), borrow).prop_map(
        |(version, count, start, end, (shared, reserved), hold, min_checkout, borrow)| Block {
            name: String::new(),
            kind: Kind::Additive,
            version,
            count,
            start: start.filter(|start| end.is_none_or(|end| *start <= end)),
            end,
            shared,
            hold,
            min_checkout,
            borrow,
            reserved,
            needs: Vec::new(),
        },
    )
}

type Needs = Vec<(usize, u32, u64)>;

fn needs() -> impl Strategy<Value = Needs> {
    prop::collection::vec((0..100_usize, 0..2_u32, 1..3_u64), 1..4)
}

/// The number of blocks of each kind, and their dependencies.
fn license() -> impl Strategy<Value = Vec<Block>> {
    let pool = (raw(), prop::option::weighted(0.3, raw()), prop::option::weighted(0.3, raw()));
    let pools = prop::collection::vec(pool, POOLS);
    let lots = prop::collection::vec(raw(), 1..4);
    let token = (raw(), needs(), prop::option::weighted(0.4, (raw(), needs())));
    let tokens = prop::collection::vec(token, TOKENS);
    (0..4_u8, pools, lots, tokens)
        .prop_map(|(sharing, pools, lots, tokens)| assemble(sharing, pools, lots, tokens))
}

type Pool = (Block, Option<Block>, Option<Block>);
type Token = (Block, Needs, Option<(Block, Needs)>);

fn assemble(sharing: u8, pools: Vec<Pool>, lots: Vec<Block>, tokens: Vec<Token>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let plain =
        |block: Block| Block { shared: if sharing == 1 { block.shared } else { [false; 3] }, ..block };
    for (number, (first, second, upgrade)) in pools.into_iter().enumerate() {
        let sorts = [(Some(first), Kind::Exclusive), (second, Kind::Additive), (upgrade, Kind::Upgrade)];
        for (block, kind) in sorts.into_iter().filter_map(|(block, kind)| Some((block?, kind))) {
            let block = Block { name: name(number), kind, ..plain(block) };
            blocks.push(match kind {
                // An UPGRADE has no other directives than its count and dates.
                Kind::Upgrade => Block {
                    shared: [false; 3],
                    hold: 0,
                    min_checkout: 0,
                    borrow: None,
                    reserved: [0; 2],
                    ..block
                },
                _ => Block { reserved: block.reserved.map(|most| most.min(block.count)), ..block },
            });
        }
    }
    let bare = |block: Block| Block {
        hold: 0,
        min_checkout: 0,
        borrow: None,
        reserved: [0; 2],
        shared: [false; 3],
        ..block
    };
    for block in lots {
        blocks.push(Block { name: name(POOLS), kind: Kind::Metered, count: block.count * 3, ..bare(block) });
    }
    for (level, (first, needs, second)) in tokens.into_iter().enumerate() {
        for (block, needs) in [Some((first, needs)), second].into_iter().flatten() {
            // Only the last tokens have SHARE, and none depends on another of them, because double sharing is rejected.
            let shares = sharing == 2 && level + 2 >= TOKENS;
            let shared = if shares { block.shared } else { [false; 3] };
            let below = POOLS + 1 + if sharing == 2 { level.min(TOKENS - 2) } else { level };
            let needs = needs.into_iter().map(|(at, version, count)| (name(at % below), version, count));
            let needs = needs.collect();
            blocks.push(Block {
                name: name(POOLS + 1 + level),
                kind: Kind::Token,
                shared,
                needs,
                ..bare(block)
            });
        }
    }
    blocks
}

fn ask() -> impl Strategy<Value = Ask> {
    let part = |lacks: f64| prop::option::weighted(1.0 - lacks, 0..2_u8);
    (0..NAMES, 1..4_u64, 0..2_u32, part(0.2), part(0.2), part(0.5)).prop_map(
        |(at, count, version, user, host, custom)| Ask {
            name: name(at),
            count,
            version,
            who: [user, host, custom],
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => ask().prop_map(Op::Out),
        1 => (ask(), 1..30_u32).prop_map(|(ask, hours)| Op::Borrow(ask, hours)),
        1 => ask().prop_map(Op::Consume),
        3 => (0..100_usize).prop_map(Op::Back),
        2 => (0..2 * DAY).prop_map(Op::Wait),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..24)
}

fn limit() -> impl Strategy<Value = Option<u64>> {
    prop::option::weighted(0.3, 1..8_u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Both implementations grant the same events and have the same usage, which is never above capacity.
    #[test]
    fn it_agrees_with_the_slow_implementation(blocks in license(), ops in ops(), limit in limit()) {
        let mut both = Both::new(&blocks, limit);
        for op in &ops {
            both.play(op)?;
            both.agree()?;
        }
    }

    /// Time only moves forward: an earlier time is rejected and changes nothing; automatic returns only reduce usage;
    /// two steps have the same result as one.
    #[test]
    fn time_only_moves_forward(blocks in license(), ops in ops(), first in 0..3 * DAY, second in 0..3 * DAY) {
        let mut both = Both::new(&blocks, None);
        for op in &ops {
            both.play(op)?;
        }
        let (fast, now) = (&mut both.fast, both.slow.now);
        let (used, at) = (fast.used(), fast.state.now());
        if let Some(earlier) = now.checked_sub(1 + first).filter(|_| now > 0) {
            let time = fast.begin + jiff::SignedDuration::from_secs(earlier.max(0));
            let outcome = fast.model.apply(&mut fast.state, &Event::Advance(time));
            let back = matches!(outcome, Outcome::Failed(Failure::TimeGoesBack));
            prop_assert!(back || earlier.max(0) == now);
            prop_assert_eq!((&fast.used(), fast.state.now()), (&used, at));
        }
        let mut at_once = fast.state.clone();
        fast.advance(now + first);
        prop_assert!(fast.used().iter().zip(&used).all(|(after, before)| after <= before));
        fast.advance(now + first + second);
        let time = fast.begin + jiff::SignedDuration::from_secs(now + first + second);
        prop_assert!(matches!(fast.model.apply(&mut at_once, &Event::Advance(time)), Outcome::Granted(_)));
        prop_assert_eq!(fast.used(), fast.ids.iter().map(|id| at_once.used(*id)).collect::<Vec<_>>());
    }

    /// The order of blocks with different names does not matter.
    #[test]
    fn the_order_of_unrelated_blocks_does_not_matter(
        blocks in license(), ops in ops(), places in prop::collection::vec(0..100_u8, NAMES),
    ) {
        let place = |block: &Block| (0..NAMES).find(|at| name(*at) == block.name).map(|at| places[at]);
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_by_key(|index| place(&blocks[*index]));
        let turned: Vec<Block> = order.iter().map(|index| blocks[*index].clone()).collect();
        let (mut one, mut other) = (Both::new(&blocks, None), Fast::new(&turned));
        let mut live: Vec<(Ticket, Ticket)> = Vec::new();
        for op in &ops {
            match op {
                Op::Out(ask) => {
                    let tickets = (one.fast.ask(ask, Mode::Checkout), other.ask(ask, Mode::Checkout));
                    prop_assert_eq!(tickets.0.is_some(), tickets.1.is_some());
                    live.extend(tickets.0.flatten().zip(tickets.1.flatten()));
                }
                Op::Back(number) if !live.is_empty() => {
                    let (first, second) = live.remove(number % live.len());
                    let _ = one.fast.model.apply(&mut one.fast.state, &Event::Return(first));
                    let _ = other.model.apply(&mut other.state, &Event::Return(second));
                }
                _ => {}
            }
            let (used, turned) = (one.fast.used(), other.used());
            prop_assert!(order.iter().zip(turned).all(|(index, amount)| used[*index] == amount));
        }
    }

    /// A cascade of any shape takes as many licenses of a pool as there are paths to it, each times the counts along
    /// it.
    #[test]
    fn a_cascade_of_any_shape_counts_its_paths(
        shape in prop::collection::vec(prop::collection::vec((0..100_usize, 1..4_u64), 1..7), 1..12),
    ) {
        let pool = Block { name: "L0".to_owned(), count: 2_000_000_000, ..plain_pool() };
        let mut blocks = vec![pool.clone()];
        let mut paths: Vec<u64> = vec![1];
        for (below, row) in shape.iter().enumerate() {
            let needs = row.iter().map(|(at, count)| (format!("L{}", at % (below + 1)), 0, *count)).collect();
            let sum = row.iter().map(|(at, count)| paths[at % (below + 1)].saturating_mul(*count));
            paths.push(sum.fold(0, u64::saturating_add));
            blocks.push(Block { name: format!("L{}", below + 1), kind: Kind::Token, needs, ..pool.clone() });
        }
        let mut fast = Fast::new(&blocks);
        let ask = Ask { name: format!("L{}", shape.len()), count: 1, version: 0, who: [Some(0), Some(0), None] };
        let expected = *paths.last().unwrap();
        let granted = fast.ask(&ask, Mode::Checkout).is_some();
        prop_assert_eq!(granted, expected <= 2_000_000_000);
        prop_assert_eq!(fast.used()[0], if granted { expected } else { 0 });
    }

    /// The reason of a denial is the same for merged walks and walks by paths.
    #[test]
    fn the_number_of_paths_changes_no_outcome(blocks in license(), ops in ops()) {
        let mut seen = std::collections::BTreeSet::new();
        let single: Vec<Block> = blocks.iter().filter(|block| seen.insert(block.name.clone())).cloned().collect();
        let padded = |times: usize| -> Vec<Block> {
            let pad = |block: &Block| {
                let mut block = block.clone();
                if block.kind == Kind::Token {
                    block.needs.extend(vec![("F".to_owned(), 0, 1); times]);
                }
                block
            };
            let filler = Block { name: "F".to_owned(), count: 2_000_000_000, ..plain_pool() };
            single.iter().map(pad).chain([filler]).collect()
        };
        let (mut few, mut many) = (Fast::new(&padded(1)), Fast::new(&padded(60)));
        for op in &ops {
            let (ask, mode) = match op {
                Op::Out(ask) => (ask, Mode::Checkout),
                Op::Borrow(ask, hours) => (ask, Mode::Borrow(*hours)),
                Op::Consume(ask) => (ask, Mode::Consume),
                Op::Back(_) | Op::Wait(_) => continue,
            };
            let (first, second) = (few.event(ask, mode), many.event(ask, mode));
            let outcomes = (few.model.apply(&mut few.state, &first), many.model.apply(&mut many.state, &second));
            match &outcomes {
                (Outcome::Granted(_), Outcome::Granted(_)) => {}
                _ => prop_assert_eq!(&outcomes.0, &outcomes.1),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Every suggested change grants the request, and no smaller sum of extra licenses does.
    #[test]
    fn a_remedy_that_is_told_is_true_and_the_smallest(blocks in license(), ops in ops(), limit in limit()) {
        // With one version, it does not matter which METERED block receives the extra tokens.
        let one_version = |block: Block| if block.kind == Kind::Metered { Block { version: 2, ..block } } else { block };
        let blocks: Vec<Block> = blocks.into_iter().map(one_version).collect();
        let mut both = Both::new(&blocks, limit);
        for op in &ops {
            let Some((ask, mode)) = both.play(op)? else { continue };
            let explained = both.fast.explain(&ask, mode);
            both.agree()?;
            for remedy in &explained.remedies {
                prop_assert!(is_true(&both, &ask, mode, remedy), "{:?} for {:?} {:?}", remedy, ask, mode);
            }
            if let Some(Suggestion::More { pools, limit }) = explained.remedies.first() {
                let sum = pools.iter().map(|(_, amount)| amount).sum::<u64>() + limit;
                for smaller in 1..sum.min(4) {
                    prop_assert!(!some_gift(&both.slow, smaller, 0, &ask, mode), "{} suffice: {:?}", smaller, explained.remedies);
                }
            }
            if let Some(choice) = &explained.other_choice {
                for (block, amount) in choice {
                    let index = both.fast.ids.iter().position(|id| id == block).unwrap();
                    prop_assert!(both.slow.used(index) + amount <= both.slow.capacity(index));
                }
            }
        }
    }
}

fn plain_pool() -> Block {
    Block {
        name: String::new(),
        kind: Kind::Exclusive,
        version: 1,
        count: 1,
        start: None,
        end: None,
        shared: [false; 3],
        hold: 0,
        min_checkout: 0,
        borrow: None,
        reserved: [0; 2],
        needs: Vec::new(),
    }
}

fn granted(slow: &Slow, ask: &Ask, mode: Mode) -> bool {
    slow.clone().ask(ask, mode).is_some()
}

/// Returns true if the slow implementation grants the request after the change.
fn is_true(both: &Both, ask: &Ask, mode: Mode, remedy: &Suggestion) -> bool {
    let mut slow = both.slow.clone();
    match remedy {
        Suggestion::More { pools, limit } => {
            for (block, amount) in pools {
                let index = both.fast.ids.iter().position(|id| id == block).unwrap();
                slow.blocks[index].count += amount;
            }
            slow.limit = slow.limit.map(|known| known + limit);
            granted(&slow, ask, mode)
        }
        Suggestion::Return(all) => returned(&slow, ask, mode, all.len()),
    }
}

/// Returns true if returning any set of at most this many checkouts grants the request.
fn returned(slow: &Slow, ask: &Ask, mode: Mode, most: usize) -> bool {
    if granted(slow, ask, mode) {
        return true;
    }
    most > 0
        && slow.live.iter().any(|(ticket, _)| {
            let mut after = slow.clone();
            after.give_back(*ticket);
            returned(&after, ask, mode, most - 1)
        })
}

/// Returns true if any distribution of a sum over the blocks from an index on, or over the limit, grants the request.
fn some_gift(slow: &Slow, sum: u64, from: usize, ask: &Ask, mode: Mode) -> bool {
    if sum == 0 {
        return granted(slow, ask, mode);
    }
    if from > slow.blocks.len() {
        return false;
    }
    (0..=sum).any(|here| {
        let mut more = slow.clone();
        match more.blocks.get_mut(from) {
            Some(block) if here > 0 && matches!(block.kind, Kind::Token | Kind::Upgrade) => return false,
            Some(block) => block.count += here,
            None => more.limit = more.limit.map(|limit| limit + here),
        }
        some_gift(&more, sum - here, from + 1, ask, mode)
    })
}
