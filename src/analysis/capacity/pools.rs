//! The pools: who draws on them, and the licenses that no feature can use.

use keywright_resolve::{Model, Supply};

use super::features::{Demand, Features};

/// The largest cost for which the unusable rest is computed.
const MOST_COST: u64 = 100_000;

/// A pool with a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolUse {
    /// Its name; `Name#2` for the second block of a name.
    pub pool: String,
    /// The licenses, tokens or devices.
    pub size: u64,
    /// The features that draw on it, in file order.
    pub draws: Vec<Draw>,
    /// The smallest rest that no mix of the features that draw on it can use, not counting checkouts of the pool itself;
    /// `None` if it is not known, because a feature has a choice.
    pub rest: Option<u64>,
}

/// The draw of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// The feature.
    pub feature: String,
    /// The amount of one checkout; `None` if it depends on what is checked out.
    pub each: Option<u64>,
}

/// Returns all pools with a limit.
pub(super) fn all(model: &Model, features: &Features) -> Vec<PoolUse> {
    let mut pools: Vec<PoolUse> = Vec::new();
    for (index, row) in features.supplies.iter().enumerate() {
        let own = match row.supply {
            Supply::Licenses(block) => Some(model.name_of(block)),
            Supply::Balance(_) | Supply::Devices(_) => None,
        };
        let mut draws = Vec::new();
        let mut costs = Some(Vec::new());
        for feature in features.users(index).iter().filter_map(|user| features.get(*user)) {
            let each = match &feature.demand {
                Demand::Fixed(fixed) => {
                    Some(fixed.iter().find(|(supply, _)| *supply == index).map_or(0, |(_, each)| *each))
                }
                Demand::Never(_) => continue,
                Demand::Choice => None,
            };
            draws.push(Draw { feature: feature.name.clone(), each });
            if Some(feature.id) != own {
                costs = costs.zip(each).map(|(mut costs, each)| {
                    costs.push(each);
                    costs
                });
            }
        }
        let rest = costs.and_then(|costs| rest(row.size, &costs));
        pools.push(PoolUse { pool: row.label.clone(), size: row.size, draws, rest });
    }
    pools
}

/// Returns the rest of a pool next to the largest sum of costs that fits; `None` without costs, or if all are large.
///
/// Each sum that is possible stays possible with the smallest cost added, so it is enough to know the smallest possible sum
/// of each residue.
fn rest(size: u64, costs: &[u64]) -> Option<u64> {
    let fitting: Vec<u64> = costs.iter().copied().filter(|cost| *cost > 0 && *cost <= size).collect();
    let step = fitting.iter().copied().min().filter(|step| *step <= MOST_COST)?;
    let mut least: Vec<Option<u64>> = vec![None; usize::try_from(step).ok()?];
    let mut open = std::collections::BinaryHeap::from([std::cmp::Reverse(0_u64)]);
    while let Some(std::cmp::Reverse(sum)) = open.pop() {
        let Some(known) = usize::try_from(sum % step).ok().and_then(|at| least.get_mut(at)) else { continue };
        if known.is_some() {
            continue;
        }
        *known = Some(sum);
        let next = fitting.iter().filter_map(|cost| sum.checked_add(*cost)).filter(|sum| *sum <= size);
        open.extend(next.map(std::cmp::Reverse));
    }
    let largest = least.into_iter().flatten().map(|sum| size - (size - sum) % step).max()?;
    Some(size - largest)
}

#[cfg(test)]
mod tests {
    use super::rest;

    #[test]
    fn rest_equals_the_best_sum() {
        for size in 1..40_u64 {
            for costs in [vec![5, 2], vec![7, 4], vec![6, 9], vec![11], vec![3, 50], vec![4, 6, 10]] {
                let mut possible = vec![true];
                for sum in 1..=size {
                    let reached = |cost: &u64| sum >= *cost && possible[usize::try_from(sum - cost).unwrap()];
                    let is_possible = costs.iter().any(reached);
                    possible.push(is_possible);
                }
                let best = possible.iter().rposition(|is_possible| *is_possible).unwrap() as u64;
                let fits = costs.iter().any(|cost| *cost <= size);
                assert_eq!(rest(size, &costs), fits.then_some(size - best), "{size} {costs:?}");
            }
        }
        assert_eq!(rest(u64::MAX - 1, &[3]), Some((u64::MAX - 1) % 3));
    }
}
