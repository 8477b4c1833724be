//! The fuzz target of the C interface on its corpus and on mutations, the same ones in every run.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]
#![expect(clippy::undocumented_unsafe_blocks, reason = "`c_border` says why its calls are safe")]

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/src/c_border.rs"]
mod c_border;

/// Mutations of each file of the corpus.
const ROUNDS: usize = 2_000;

/// An endless sequence of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let byte = u8::try_from(self.below(256)).unwrap();
            match self.below(4) {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at.max(8)),
                2 => bytes.extend_from_within(at..),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
            }
        }
    }
}

#[test]
fn hostile_calls_give_a_status() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/c_border");
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 4);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for file in files {
        let seed = fs::read(file).unwrap();
        c_border::c_border(&seed);
        for _ in 0..ROUNDS {
            let mut bytes = seed.clone();
            numbers.mutate(&mut bytes);
            c_border::c_border(&bytes);
        }
    }
}
