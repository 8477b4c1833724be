//! The frontier of two features: for each number of the first, the most of the second.

use std::rc::Rc;

use keywright_resolve::Model;

use super::features::{Demand, Features};
use super::mixes::{self, Draws};
use super::result::{Frontier, MOST_FEATURES, Pairs, Row};
use super::simulation::{Play, START, StateId, Step};
use crate::amount::Amount;

/// Maximum number of rows of a frontier.
const MOST_ROWS: u64 = 100_000;

/// Maximum number of rows of all frontiers, after which no further pair is analysed.
const MOST_ROWS_OF_ALL: usize = 300_000;

/// Maximum number of mixes that are tried for one frontier.
const MOST_MIXES: usize = 60_000;

/// Returns the frontiers of the pairs, and true if these are all.
pub(super) fn all(
    play: &mut Play<'_>,
    features: &Features,
    mosts: &[Amount],
    pairs: &Pairs,
) -> (Vec<Frontier>, bool) {
    let mut frontiers = Vec::new();
    let mut left = MOST_ROWS_OF_ALL;
    for pair_of in chosen(play.model, features, pairs) {
        if left == 0 {
            return (frontiers, false);
        }
        if let Some(frontier) = pair(play, features, mosts, pair_of) {
            left = left.saturating_sub(frontier.rows.len());
            frontiers.push(frontier);
        }
    }
    (frontiers, true)
}

/// The pairs to analyse. Of many features they are not collected, because there may be far more than are analysed.
fn chosen<'a>(
    model: &'a Model,
    features: &'a Features,
    pairs: &'a Pairs,
) -> Box<dyn Iterator<Item = (usize, usize)> + 'a> {
    let all = 0..features.len();
    match pairs {
        Pairs::Some(names) => {
            let position = |name: &str| features.position(model.name(name)?);
            Box::new(names.iter().filter_map(move |(one, other)| Some((position(one)?, position(other)?))))
        }
        Pairs::All if all.len() <= MOST_FEATURES => {
            Box::new(all.clone().flat_map(move |one| (one + 1..all.end).map(move |other| (one, other))))
        }
        Pairs::All => Box::new(
            all.flat_map(|one| features.later_rivals(one).into_iter().map(move |other| (one, other))),
        ),
    }
}

fn pair(
    play: &mut Play<'_>,
    features: &Features,
    mosts: &[Amount],
    (one, other): (usize, usize),
) -> Option<Frontier> {
    let (first, second) = (features.get(one)?, features.get(other)?);
    let (most, beside) = (*mosts.get(one)?, *mosts.get(other)?);
    let (rows, is_complete) = match mixes::fixed(features, &[one, other]).as_deref() {
        Some([first, second]) => by_arithmetic(features, most, first, second),
        _ if one != other && !features.meet(one, other) => apart(most, beside),
        _ if matches!(first.demand, Demand::Never(_)) || matches!(second.demand, Demand::Never(_)) => {
            apart(most, beside)
        }
        _ => Sheet { play, features, one, other, left: MOST_MIXES }.rows(most),
    };
    Some(Frontier { features: [first.name.clone(), second.name.clone()], rows, is_complete })
}

/// The numbers of the first feature, and true if these are all.
fn firsts(most: Amount) -> (impl Iterator<Item = u64>, bool) {
    // A first feature without a limit has one row.
    let last = most.number().unwrap_or(0);
    (0..=last.min(MOST_ROWS), last <= MOST_ROWS && !most.is_bound())
}

fn by_arithmetic(features: &Features, most: Amount, first: Draws<'_>, second: Draws<'_>) -> (Vec<Row>, bool) {
    let (firsts, is_complete) = firsts(most);
    let row = |times: u64| {
        let beside = mixes::max_of_last(features, &[(first, times)], second);
        let beside = beside.map_or(Amount::Unlimited, Amount::Exactly);
        Row { first: times, always: Some(beside), sometimes: beside }
    };
    (firsts.map(row).collect(), is_complete)
}

/// Features that draw on no common supply, or of which one is never granted.
fn apart(most: Amount, beside: Amount) -> (Vec<Row>, bool) {
    let (firsts, is_complete) = firsts(most);
    (firsts.map(|first| Row { first, always: Some(beside), sometimes: beside }).collect(), is_complete)
}

/// The states that a mix can lead to.
#[derive(Debug, Clone)]
struct Cell {
    states: Rc<[StateId]>,
    /// True if the mix is granted in every order.
    always: bool,
}

/// The cells of one number of the first feature.
#[derive(Debug, Default)]
struct Cells {
    cells: Vec<Cell>,
    /// True if all further cells equal the last one.
    endless: bool,
}

impl Cells {
    fn get(&self, at: usize) -> Option<&Cell> {
        self.cells.get(at).or_else(|| self.cells.last().filter(|_| self.endless))
    }

    fn is_granted(&self, at: usize) -> bool {
        self.get(at).is_some_and(|cell| !cell.states.is_empty())
    }

    /// Returns true if the cell and the one before it are equal.
    fn repeats(&self, at: usize) -> bool {
        match (at.checked_sub(1).and_then(|before| self.get(before)), self.get(at)) {
            (Some(before), Some(cell)) => before.states == cell.states && before.always == cell.always,
            _ => false,
        }
    }
}

/// Tries the mixes of two features row by row.
struct Sheet<'p, 'm, 'f> {
    play: &'p mut Play<'m>,
    features: &'f Features,
    one: usize,
    other: usize,
    /// The number of mixes that may still be tried.
    left: usize,
}

impl Sheet<'_, '_, '_> {
    fn rows(mut self, most: Amount) -> (Vec<Row>, bool) {
        let changes = self.features.get(self.one).map_or(0, |feature| feature.changes);
        let last = if most == Amount::Unlimited { 0 } else { changes.saturating_add(1).min(MOST_ROWS) };
        let mut rows = Vec::new();
        let mut above: Option<Cells> = None;
        for first in 0..=last {
            let (cells, is_complete) = self.row(above.as_ref());
            if cells.cells.iter().all(|cell| cell.states.is_empty()) {
                return (rows, is_complete);
            }
            rows.push(summary(first, &cells, is_complete));
            if !is_complete {
                return (rows, false);
            }
            above = Some(cells);
        }
        (rows, most == Amount::Unlimited)
    }

    /// Fills one row, given the row above. Returns false if the bound was reached.
    fn row(&mut self, above: Option<&Cells>) -> (Cells, bool) {
        let changes = self.features.get(self.other).map_or(0, |feature| feature.changes);
        let last = usize::try_from(changes.saturating_add(1)).unwrap_or(usize::MAX);
        let mut row = Cells::default();
        for at in 0..=last {
            if at > 0 && !row.is_granted(at - 1) && !above.is_some_and(|above| has_more(above, at)) {
                return (row, true);
            }
            let Some(cell) = self.cell(above, &row, at) else { return (row, false) };
            row.cells.push(cell);
            if row.repeats(at) && row.is_granted(at) && above.is_none_or(|above| above.repeats(at)) {
                break;
            }
        }
        row.endless = row.cells.last().is_some_and(|cell| !cell.states.is_empty());
        (row, true)
    }

    fn cell(&mut self, above: Option<&Cells>, row: &Cells, at: usize) -> Option<Cell> {
        self.left = self.left.checked_sub(1)?;
        if above.is_none() && at == 0 {
            return Some(Cell { states: Rc::from([START]), always: true });
        }
        let mut states = Vec::new();
        let mut always = true;
        if let Some(above) = above {
            always &= self.take(above.get(at), self.one, &mut states)?;
        }
        if let Some(before) = at.checked_sub(1) {
            always &= self.take(row.get(before), self.other, &mut states)?;
        }
        states.sort_unstable();
        states.dedup();
        Some(Cell { states: states.into(), always })
    }

    /// Adds the states after one more request. Returns true if it is always granted, `None` if a bound was reached.
    fn take(&mut self, from: Option<&Cell>, index: usize, states: &mut Vec<StateId>) -> Option<bool> {
        let Some((from, feature)) = from.zip(self.features.get(index)) else { return Some(false) };
        let mut always = from.always;
        for state in from.states.iter() {
            match self.play.step(*state, index, feature) {
                Step::Granted(next) => states.push(next),
                Step::Denied(_) => always = false,
                Step::Unknown => return None,
            }
        }
        Some(always)
    }
}

/// Returns true if a cell at this place or later is granted.
fn has_more(cells: &Cells, at: usize) -> bool {
    cells.endless || cells.cells.iter().skip(at).any(|cell| !cell.states.is_empty())
}

fn summary(first: u64, row: &Cells, is_complete: bool) -> Row {
    let index = |at: usize| at as u64;
    let amount = |last: usize| match (last + 1 == row.cells.len(), row.endless, is_complete) {
        (true, true, _) => Amount::Unlimited,
        (true, false, false) => Amount::AtLeast(index(last)),
        _ => Amount::Exactly(index(last)),
    };
    let granted = row.cells.iter().rposition(|cell| !cell.states.is_empty());
    let sometimes = match granted.map_or(Amount::Exactly(0), amount) {
        // The row is cut off, and a later cell may be granted.
        Amount::Exactly(most) if !is_complete => Amount::AtLeast(most),
        other => other,
    };
    Row { first, always: row.cells.iter().rposition(|cell| cell.always).map(amount), sometimes }
}
