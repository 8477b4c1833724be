//! Jobs on all cores.

use std::error::Error as _;
use std::sync::OnceLock;

use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use keywright_verify::jobs::{InOrder, Jobs};

/// Runs jobs on the global thread pool of rayon, one thread for each core.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllCores;

impl Jobs for AllCores {
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
        // A process that verifies one small file does not start threads.
        if count > 1 && has_threads() {
            (0..count).into_par_iter().for_each(job);
        } else {
            InOrder.run(count, job);
        }
    }
}

/// Returns false if the system refuses threads. Rayon would panic without its pool.
fn has_threads() -> bool {
    static HAS_THREADS: OnceLock<bool> = OnceLock::new();
    *HAS_THREADS.get_or_init(|| match ThreadPoolBuilder::new().build_global() {
        Ok(()) => true,
        // Without a source, the error says that the pool exists.
        Err(error) => error.source().is_none(),
    })
}
