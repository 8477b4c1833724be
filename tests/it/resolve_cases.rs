//! Generated licenses and requests, run on the resolver and on the reference implementation.

use keywright::license::{License, Version};
use keywright::resolve::{
    BlockId, Event, Explanation, Interner, Model, Outcome, Request, Requester as Person, State, Ticket,
};
use proptest::prelude::*;

use crate::resolve_reference::{Ask, Block, DAY, Kind, Mode, Requester, Slow};
use crate::resolve_reference_text::text;

/// An event.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Out(Ask),
    Borrow(Ask, u32),
    Consume(Ask),
    /// Returns a live checkout, chosen by this number modulo their count.
    Back(usize),
    /// Advances by this number of seconds.
    Wait(i64),
}

/// The real implementation and the data to drive it.
pub(crate) struct Fast {
    pub(crate) model: Model,
    pub(crate) state: State,
    pub(crate) symbols: Interner,
    /// The blocks, in file order.
    pub(crate) ids: Vec<BlockId>,
    pub(crate) begin: jiff::civil::DateTime,
}

impl Fast {
    pub(crate) fn new(blocks: &[Block]) -> Self {
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

    pub(crate) fn person(&mut self, who: Requester) -> Person {
        let mut part = |at: usize| who[at].map(|number| self.symbols.symbol(&format!("{at} {number}")));
        Person { user: part(0), host: part(1), custom: part(2) }
    }

    pub(crate) fn event(&mut self, ask: &Ask, mode: Mode) -> Event {
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
    pub(crate) fn ask(&mut self, ask: &Ask, mode: Mode) -> Option<Option<Ticket>> {
        let event = self.event(ask, mode);
        match self.model.apply(&mut self.state, &event) {
            Outcome::Granted(grant) => Some(grant.ticket),
            Outcome::Denied(_) => None,
            Outcome::Failed(failure) => panic!("{}", failure.as_str()),
        }
    }

    pub(crate) fn advance(&mut self, to: i64) {
        let time = self.begin + jiff::SignedDuration::from_secs(to);
        assert!(matches!(self.model.apply(&mut self.state, &Event::Advance(time)), Outcome::Granted(_)));
    }

    pub(crate) fn used(&self) -> Vec<u64> {
        self.ids.iter().map(|id| self.state.used(*id)).collect()
    }

    pub(crate) fn explain(&mut self, ask: &Ask, mode: Mode) -> Explanation {
        let event = self.event(ask, mode);
        self.model.explain(&mut self.state, &event).unwrap()
    }
}

/// Both implementations.
pub(crate) struct Both {
    pub(crate) fast: Fast,
    pub(crate) slow: Slow,
    pub(crate) live: Vec<(Ticket, usize)>,
}

impl Both {
    pub(crate) fn new(blocks: &[Block], limit: Option<u64>) -> Self {
        let (mut fast, mut slow) = (Fast::new(blocks), Slow::new(blocks));
        fast.state.limit_active_tokens(limit);
        slow.limit = limit;
        Self { fast, slow, live: Vec::new() }
    }

    /// Applies an event to both implementations and compares them. Returns the request if it was denied.
    pub(crate) fn play(&mut self, op: &Op) -> Result<Option<(Ask, Mode)>, TestCaseError> {
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

    pub(crate) fn agree(&self) -> Result<(), TestCaseError> {
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
pub(crate) fn name(number: usize) -> String {
    match number {
        0..POOLS => format!("P{number}"),
        POOLS => "C".to_owned(),
        other => format!("T{}", other - POOLS - 1),
    }
}

pub(crate) const NAMES: usize = POOLS + 1 + TOKENS;

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

pub(crate) fn needs() -> impl Strategy<Value = Needs> {
    prop::collection::vec((0..100_usize, 0..2_u32, 1..3_u64), 1..4)
}

/// The number of blocks of each kind, and their dependencies.
pub(crate) fn license() -> impl Strategy<Value = Vec<Block>> {
    let pool = (raw(), prop::option::weighted(0.3, raw()), prop::option::weighted(0.3, raw()));
    let pools = prop::collection::vec(pool, POOLS);
    let lots = prop::collection::vec(raw(), 1..4);
    let token = (raw(), needs(), prop::option::weighted(0.4, (raw(), needs())));
    let tokens = prop::collection::vec(token, TOKENS);
    (0..4_u8, pools, lots, tokens)
        .prop_map(|(sharing, pools, lots, tokens)| assemble(sharing, pools, lots, tokens))
}

type Pool = (Block, Option<Block>, Option<Block>);

pub(crate) type Token = (Block, Needs, Option<(Block, Needs)>);

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

pub(crate) fn ask() -> impl Strategy<Value = Ask> {
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

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => ask().prop_map(Op::Out),
        1 => (ask(), 1..30_u32).prop_map(|(ask, hours)| Op::Borrow(ask, hours)),
        1 => ask().prop_map(Op::Consume),
        3 => (0..100_usize).prop_map(Op::Back),
        2 => (0..2 * DAY).prop_map(Op::Wait),
    ]
}

pub(crate) fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..24)
}

pub(crate) fn limit() -> impl Strategy<Value = Option<u64>> {
    prop::option::weighted(0.3, 1..8_u64)
}
