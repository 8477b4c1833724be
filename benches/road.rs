//! Each part of the road beside its floor, in the same run: what the least possible work on the same input costs.
//!
//! `cargo bench --bench road`. Ratios are what counts: machines differ.
#![expect(clippy::unwrap_used, reason = "a benchmark that meets the unexpected fails")]

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use keywright::license::License;
use keywright::source::SourceFile;

fn main() {
    divan::main();
}

/// A file of real blocks: pools, tokens on them, quoted text, comments, KEYs of the real length.
fn large_file(blocks: usize) -> String {
    let key = "AQEA".repeat(25);
    let mut text = String::new();
    for set in 0..blocks / 4 {
        write!(
            text,
            "# set {set}: pool of twenty {{tokens}}\nFEATURE MySolutions{set}\n{{\n  VENDOR=ABC_Software COUNT=20 \
             KEYTYPE=EXCLUSIVE VERSION=1.0 END=2030-12-31\n  LICENSEE=\"ABC Corp, {set}\"\n  KEY={key}\n}}\n\n"
        )
        .unwrap();
        for (name, count) in [("MyDraw", 5), ("MyWrite", 2), ("MySpreadsheet", 1)] {
            write!(
                text,
                "FEATURE {name}{set}\n{{\n  VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0\n  \
                 TOKEN_DEPENDENCY=\"FEATURE=MySolutions{set} VERSION=1.0 COUNT={count}\"\n  KEY={key}\n}}\n\n"
            )
            .unwrap();
        }
    }
    text
}

fn file_of(blocks: usize) -> Arc<SourceFile> {
    static LARGE: OnceLock<Arc<SourceFile>> = OnceLock::new();
    if blocks == 100_000 {
        return Arc::clone(LARGE.get_or_init(|| SourceFile::new("large.lic", large_file(100_000))));
    }
    SourceFile::new("large.lic", large_file(blocks))
}

mod reading {
    use super::{Arc, Bencher, BytesCount, License, black_box, file_of};

    #[divan::bench(args = [10_000, 100_000], sample_count = 10)]
    fn floor_counting_lines(bencher: Bencher<'_, '_>, blocks: usize) {
        let file = file_of(blocks);
        bencher
            .counter(BytesCount::new(file.text().len()))
            .bench(|| memchr::memchr_iter(b'\n', black_box(file.text()).as_bytes()).count());
    }

    #[divan::bench(args = [10_000, 100_000], sample_count = 5)]
    fn parse_and_lower(bencher: Bencher<'_, '_>, blocks: usize) {
        let file = file_of(blocks);
        bencher.counter(BytesCount::new(file.text().len())).bench(|| {
            let license = License::read(Arc::clone(&file));
            assert!(license.features.len() == blocks && license.diagnostics.is_empty());
            license
        });
    }
}
