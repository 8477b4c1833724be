//! The fuzz targets on their corpus, unchanged and with a bounded number of mutations.

use std::fs;

use crate::support::{cases, root};

#[path = "../../fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "public for the fuzzer's own crate")]
mod targets;

/// Maximum size of files that are mutated. Larger ones are only replayed.
const LARGEST: usize = 4096;

/// An endless sequence of numbers that is the same in every run.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// Byte sequences with a meaning in one of the formats.
const FRAGMENTS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\r",
    b"\n",
    b"\"",
    b"{",
    b"}",
    b"#",
    b"=",
    b"&a ",
    b"*a",
    b"- ",
    b": ",
    b"FEATURE x {",
    b"KEY=",
    b"...",
    b"\xe2\x80\xae",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"99999999999999999999",
    b"-----BEGIN ",
    b"\t",
    b"'",
    b"[",
    b"!!set ",
];

fn mutate(bytes: &mut Vec<u8>, dice: &mut Rng) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            3 => {
                let end = (at + dice.below(64)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => drop(bytes.splice(at..at, FRAGMENTS[dice.below(FRAGMENTS.len())].iter().copied())),
        }
    }
}

#[test]
fn fuzz_targets_pass_on_corpus_and_mutations() {
    let rounds = cases(400, 10);
    let mut dice = Rng(0x9e37_79b9_7f4a_7c15);
    for (name, target) in targets::TARGETS {
        let directory = root().join("fuzz/corpus").join(name);
        let mut files: Vec<_> =
            fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 4, "{name} has no corpus");
        for file in files {
            let seed = fs::read(&file).unwrap();
            target(&seed);
            for _ in 0..if seed.len() > LARGEST { 0 } else { rounds } {
                let mut bytes = seed.clone();
                mutate(&mut bytes, &mut dice);
                let caught = std::panic::catch_unwind(|| target(&bytes));
                assert!(
                    caught.is_ok(),
                    "{name} fails on a mutation of {}: {:?}",
                    file.display(),
                    String::from_utf8_lossy(&bytes)
                );
            }
        }
    }
}

#[test]
fn every_fuzz_target_is_tested() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let target = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("targets::{name}(data)")), "{name}");
    }
}
