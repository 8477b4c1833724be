//! Cost of linting compared with parsing, of many files on all threads compared with one thread, and of the program on a
//! directory compared with `ruff check`, if it is installed.
//!
//! Run `cargo bench --bench lint`. Compare ratios only, because machines differ. The first `ruff` on PATH must be the program
//! itself: the scripts of version managers, such as pyenv, take longer to start than a directory takes to lint.
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
    beside_ruff::print();
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

    fn directory() -> PathBuf {
        static DIRECTORY: OnceLock<tempfile::TempDir> = OnceLock::new();
        DIRECTORY.get_or_init(|| files("lic", &blocks(0, 20))).path().to_owned()
    }

    /// Creates 10,000 equal files.
    pub(super) fn files(extension: &str, text: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for n in 0..FILES {
            let inner = directory.path().join((n / 100).to_string());
            std::fs::create_dir_all(&inner).unwrap();
            std::fs::write(inner.join(format!("{n}.{extension}")), text).unwrap();
        }
        directory
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

/// The program on 10,000 files of 20 blocks, and `ruff check` on as many Python files of the same size. Neither has findings.
mod beside_ruff {
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    const RUNS: usize = 9;

    pub(super) fn print() {
        let text = blocks(0, 20).replace(" END=2030-12-31", "");
        let (licenses, sources) =
            (many_files::files("lic", &text), many_files::files("py", &python(text.len())));
        let lint = ["lint", "--at", "2026-06-01", "--allow", "K002"];
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.extend(run(env!("CARGO_BIN_EXE_keywright"), &lint, licenses.path()));
            theirs.extend(run("ruff", &["check", "--no-cache", "--isolated"], sources.path()));
        }
        assert_eq!(ours.len(), RUNS, "the files have findings");
        if theirs.len() < RUNS {
            println!("`ruff` is not installed");
            return;
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!("milliseconds for 10,000 files of {} bytes, median of {RUNS} runs", text.len());
        println!("  ruff check      {:7.0}", theirs * 1e3);
        println!("  keywright lint  {:7.0}   ratio {:.2}", ours * 1e3, ours / theirs);
    }

    /// Returns Python code of this size that passes the default rules.
    fn python(size: usize) -> String {
        let function = |at| {
            format!(
                "def licenses_{at:04}(count, price):\n    \"\"\"Return what a number of licenses costs.\"\"\"\n    \
                 total = count * price\n    if total > 1000:\n        return total - 1\n    return total\n\n\n"
            )
        };
        let text: String = (0..size / function(0).len()).map(function).collect();
        // A comment fills the rest.
        format!("{text:#<size$}")
    }

    /// Returns the time of a process that succeeds.
    fn run(program: &str, args: &[&str], directory: &Path) -> Option<Duration> {
        let begin = Instant::now();
        let mut command = Command::new(program);
        command.args(args).arg(directory).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().ok().filter(std::process::ExitStatus::success).map(|_| begin.elapsed())
    }

    fn median(mut times: Vec<Duration>) -> f64 {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap().as_secs_f64()
    }
}
