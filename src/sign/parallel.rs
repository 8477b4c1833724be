//! Parallel processing of many blocks, with results in the order of the blocks.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Minimum number of items for which threads are used.
const FEW: usize = 64;

/// Average number of parts per thread, so that no thread waits long for the last one.
const PARTS: usize = 8;

/// Returns the number of threads the machine runs in parallel. Cached, because the system reads several files for it.
pub(super) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Applies `work` to every item. Results are in the order of the items for any number of threads.
pub(super) fn map<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    map_any(items, if items.len() < FEW { 1 } else { threads }, work)
}

/// Like [`map`], but uses threads for any number of items.
pub(super) fn map_any<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.iter().map(work).collect();
    }
    let parts: Vec<&'i [T]> = items.chunks(items.len().div_ceil(threads * PARTS)).collect();
    let next = AtomicUsize::new(0);
    // Each thread takes the next part when it is ready. A late thread does not delay the others.
    let take = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(at) else { return done };
            done.push((at, part.iter().map(&work).collect::<Vec<R>>()));
        }
    };
    let mut done = thread::scope(|scope| {
        let take = &take;
        // This thread works too. If the system refuses more threads, the remaining threads do all the work.
        let helpers: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, take).ok()).collect();
        let mut done = take();
        for helper in helpers {
            match helper.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    let mut results = Vec::with_capacity(items.len());
    done.into_iter().for_each(|(_, part)| results.extend(part));
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items_on_any_number_of_threads() {
        let items: Vec<usize> = (0..1000).collect();
        let expected: Vec<usize> = items.iter().map(|n| n * 2).collect();
        for threads in [0, 1, 2, 3, 7, 2000] {
            assert_eq!(map(&items, threads, |n| n * 2), expected, "{threads}");
        }
        assert_eq!(map(&[] as &[usize], 4, |n| *n), [0_usize; 0]);
    }
}
