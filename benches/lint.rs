//! Cost of linting compared with parsing, and of many files on all threads compared with one thread.
//!
//! Run `cargo bench --bench lint`. Compare ratios only, because machines differ.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use keywright::cli::{self, Console};
use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::source::SourceFile;

const TODAY: Date = date(2026, 6, 1);

fn main() {
    divan::main();
}

fn io<'a>(stdout: &'a mut Vec<u8>, stderr: &'a mut Vec<u8>) -> Console<'a> {
    Console {
        stdin: Box::leak(Box::new(std::io::empty())),
        stdout,
        stderr,
        color_out: false,
        color_err: false,
        quiet: false,
        verbose: 0,
        config: None,
        width: 100,
        today: TODAY,
        interactive: false,
    }
}

/// Returns sets of a pool and three tokens that depend on it. Some lines cause a note or a warning, none an error.
fn blocks(first: usize, count: usize) -> String {
    let mut text = String::new();
    for set in first / 4..(first + count) / 4 {
        write!(
            text,
            "# set {set}: pool of twenty {{tokens}}\nFEATURE MySolutions{set}\n{{\n  VENDOR=ABC_Software COUNT=20 \
             KEYTYPE=EXCLUSIVE VERSION=1.0 END=2030-12-31\n  LICENSEE=\"ABC Corp\"\n}}\n\n"
        )
        .unwrap();
        for (name, count) in [("MyDraw", 5), ("MyWrite", 2), ("MySpreadsheet", 1)] {
            write!(
                text,
                "FEATURE {name}{set}\n{{\n  VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0\n  \
                 LICENSEE=\"ABC Corp\"\n  TOKEN_DEPENDENCY=\"FEATURE=MySolutions{set} VERSION=1.0 COUNT={count}\"\n}}\n\n"
            )
            .unwrap();
        }
    }
    text
}

mod one_file {
    use super::*;

    fn file() -> Arc<SourceFile> {
        static LARGE: OnceLock<Arc<SourceFile>> = OnceLock::new();
        Arc::clone(LARGE.get_or_init(|| SourceFile::new("large.lic", blocks(0, 100_000))))
    }

    #[divan::bench(sample_count = 5)]
    fn floor_reading_100_000_blocks(bencher: Bencher<'_, '_>) {
        let file = file();
        bencher
            .counter(BytesCount::new(file.text().len()))
            .bench(|| License::parse(black_box(Arc::clone(&file))));
    }

    #[divan::bench(sample_count = 5)]
    fn linting_100_000_blocks_read_before(bencher: Bencher<'_, '_>) {
        let license = License::parse(file());
        assert!(license.features.len() == 100_000 && license.diagnostics.is_empty());
        bencher
            .counter(BytesCount::new(license.source.text().len()))
            .bench(|| lint(black_box(&[&license]), &Options::at(TODAY)));
    }
}

mod many_files {
    use super::*;

    const FILES: usize = 10_000;

    /// Creates 10,000 files of 20 blocks.
    fn directory() -> PathBuf {
        static DIRECTORY: OnceLock<tempfile::TempDir> = OnceLock::new();
        let directory = DIRECTORY.get_or_init(|| {
            let directory = tempfile::tempdir().unwrap();
            let text = blocks(0, 20);
            for n in 0..FILES {
                let inner = directory.path().join((n / 100).to_string());
                std::fs::create_dir_all(&inner).unwrap();
                std::fs::write(inner.join(format!("{n}.lic")), &text).unwrap();
            }
            directory
        });
        directory.path().to_owned()
    }

    /// `threads`: 0 means one per core.
    #[divan::bench(args = [1, 2, 0], sample_count = 3)]
    fn linting_10_000_files_of_20_blocks(bencher: Bencher<'_, '_>, threads: usize) {
        let directory = directory();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        bencher.counter(ItemsCount::new(FILES)).bench(|| {
            pool.install(|| {
                let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
                let mut io = io(&mut stdout, &mut stderr);
                let args = ["keywright", "lint", "--format", "concise", directory.to_str().unwrap()];
                let exit = cli::run(args, &mut io);
                assert_eq!(exit.code(), 0, "{}", String::from_utf8_lossy(&stderr));
                stdout
            })
        });
    }
}
