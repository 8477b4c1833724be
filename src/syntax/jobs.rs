//! Independent jobs, run by the application: in order, or on its threads.

use std::fmt::Debug;
use std::sync::OnceLock;

/// Minimum number of items that [`map_many`] runs as jobs; fewer are not worth the effort.
const FEW: usize = 64;

/// A way to run independent jobs. Results never depend on it.
pub trait Jobs: Debug + Sync {
    /// Calls `job` once with each number from 0 to `count - 1`, in any order, and returns when all calls have returned.
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync));
}

/// Runs jobs one after another on the calling thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct InOrder;

impl Jobs for InOrder {
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(job);
    }
}

/// Applies `work` to every item. Results are in the order of the items.
pub fn map<'i, T: Sync, R: Send + Sync>(
    jobs: &dyn Jobs,
    items: &'i [T],
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    let results: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    jobs.run(items.len(), &|at| {
        if let (Some(item), Some(result)) = (items.get(at), results.get(at)) {
            result.get_or_init(|| work(item));
        }
    });
    // An item that was not run must not be missing in the results.
    items
        .iter()
        .zip(results)
        .map(|(item, result)| result.into_inner().unwrap_or_else(|| work(item)))
        .collect()
}

/// Applies `work` to every item like [`map`], but in order if there are few items.
pub fn map_many<'i, T: Sync, R: Send + Sync>(
    jobs: &dyn Jobs,
    items: &'i [T],
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    if items.len() < FEW { items.iter().map(work).collect() } else { map(jobs, items, work) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs jobs backwards and each twice.
    #[derive(Debug)]
    struct Backwards;

    impl Jobs for Backwards {
        fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..count).rev().chain(0..count).for_each(job);
        }
    }

    /// Runs on threads and omits every third job.
    #[derive(Debug)]
    struct Incomplete;

    impl Jobs for Incomplete {
        fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for thread in 0..2 {
                    scope.spawn(move || (thread..count).step_by(3).for_each(job));
                }
            });
        }
    }

    #[test]
    fn results_are_complete_and_in_order_for_any_way_to_run() {
        let items: Vec<usize> = (0..1000).collect();
        let expected: Vec<usize> = items.iter().map(|n| n * 2).collect();
        for jobs in [&InOrder as &dyn Jobs, &Backwards, &Incomplete] {
            assert_eq!(map(jobs, &items, |n| n * 2), expected, "{jobs:?}");
            assert_eq!(map_many(jobs, &items, |n| n * 2), expected, "{jobs:?}");
            assert_eq!(map(jobs, &[] as &[usize], |n| *n), [0_usize; 0], "{jobs:?}");
        }
    }
}
