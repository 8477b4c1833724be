//! The same work on many blocks, on all cores, with results in the order of the blocks.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

/// Fewer items than this are not worth a thread.
const FEW: usize = 64;

/// How many threads this machine runs at once. Asked once: the system reads several files to say it.
pub(super) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// `work` on every item; results stand in the order of the items, however many threads there are.
pub(super) fn map<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    map_any(items, if items.len() < FEW { 1 } else { threads }, work)
}

/// As [`map`], for items that are worth a thread however few they are.
pub(super) fn map_any<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    let all = |items: &'i [T]| items.iter().map(&work).collect::<Vec<R>>();
    if threads < 2 || items.len() < 2 {
        return all(items);
    }
    let parts: Vec<&'i [T]> = items.chunks(items.len().div_ceil(threads)).collect();
    let mut results = Vec::with_capacity(items.len());
    thread::scope(|scope| {
        let all = &all;
        let handles: Vec<_> = parts
            .iter()
            .map(|part| (*part, thread::Builder::new().spawn_scoped(scope, move || all(part))))
            .collect();
        for (part, handle) in handles {
            match handle.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(part)) => results.extend(part),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // The system gives no more threads: the work is done here.
                Err(_) => results.extend(all(part)),
            }
        }
    });
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
