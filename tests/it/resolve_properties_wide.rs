//! Property tests of the resolver with generated licenses that use every directive: METERED, dates, versions, HOLD and
//! MIN_CHECKOUT, UPGRADE, BORROW, reserved licenses, sharing by custom strings; and of explanations.

use keywright::resolve::{Event, Failure, Outcome, Suggestion, Ticket};
use proptest::prelude::*;

use crate::resolve_cases::{Both, Fast, NAMES, Op, license, limit, name, ops};
use crate::resolve_reference::{Ask, Block, DAY, Kind, Mode, Slow};
use crate::support::property_cases;

proptest! {
    #![proptest_config(property_cases(200, 60))]

    /// Both implementations grant the same events and have the same usage, which is never above capacity.
    #[test]
    fn resolver_agrees_with_reference_implementation(blocks in license(), ops in ops(), limit in limit()) {
        let mut both = Both::new(&blocks, limit);
        for op in &ops {
            both.play(op)?;
            both.agree()?;
        }
    }

    /// Time only moves forward: an earlier time is rejected and changes nothing; automatic returns only reduce usage;
    /// two steps have the same result as one.
    #[test]
    fn time_never_moves_backward(blocks in license(), ops in ops(), first in 0..3 * DAY, second in 0..3 * DAY) {
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
    fn order_of_unrelated_blocks_does_not_change_outcome(
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
    fn cascade_of_any_shape_counts_paths(
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
    fn path_count_does_not_change_outcome(blocks in license(), ops in ops()) {
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
    #![proptest_config(property_cases(60, 20))]

    /// Every suggested change grants the request, and no smaller sum of extra licenses does.
    #[test]
    fn suggested_remedy_is_sufficient_and_minimal(blocks in license(), ops in ops(), limit in limit()) {
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

pub(crate) fn granted(slow: &Slow, ask: &Ask, mode: Mode) -> bool {
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
