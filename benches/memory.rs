//! Peak memory of the program for signed files, directories and scenario files, as it is installed: one process for each row.
//!
//! Run `cargo bench --bench memory` (some minutes). `MEMORY_FILES=100000` adds a directory of this number of files. Needs GNU
//! `time`. Memory does not depend on the load of the machine.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_keywright");
const FILES_ON_DISK: [usize; 2] = [1_000, 10_000];
const BLOCKS_OF_A_FILE: usize = 20;
/// The largest permitted file. `sign` makes files of this size, which are split for the directories.
const MOST_BLOCKS: usize = 100_000;
/// The bytes of a MB.
const MB: f64 = 1e6;

fn main() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let key =
        "keys new --vendor ABC_Software --not-before 2026-01-01 --no-passphrase --out key.pem --trust keys";
    run(place, key);
    println!("{:44} {:>9} {:>9} {:>9}  goal", "command", "input MB", "peak MB", "multiple");
    row(place, "--version", 0, "");
    for blocks in [1, 100, 10_000, MOST_BLOCKS] {
        let size = write_signed(place, "a.lic", blocks);
        let goal = if blocks == MOST_BLOCKS { "5 times the file" } else { "" };
        println!("{blocks} blocks");
        // `fmt` is last, because it changes the file.
        for command in
            ["lint --at 2026-06-01 a.lic", "verify --at 2026-06-01 --trust keys a.lic", "fmt a.lic"]
        {
            row(place, command, size, goal);
        }
    }
    let more = std::env::var("MEMORY_FILES").ok().and_then(|text| text.parse().ok());
    for files in FILES_ON_DISK.into_iter().chain(more) {
        let size = write_directory(place, files);
        println!("{files} files of {BLOCKS_OF_A_FILE} blocks");
        row(place, "lint --at 2026-06-01 files", size, "");
        row(place, "verify --at 2026-06-01 --trust keys files", size, "150 MB for 100,000 files");
        fs::remove_dir_all(place.join("files")).unwrap();
    }
    for (steps, goal) in [(100, ""), (10_000, ""), (100_000, "60 MB")] {
        println!("{steps} steps");
        let size = write_scenario(place, steps);
        row(place, "test a.scenarios.yaml", size, goal);
    }
}

fn row(place: &Path, command: &str, size: usize, goal: &str) {
    let (peak, size) = (peak(place, command) as f64 / MB, size as f64 / MB);
    let multiple = if size > 1.0 { format!("{:.1}", peak / size) } else { String::new() };
    println!("  {command:42} {size:9.2} {peak:9.1} {multiple:>9}  {goal}");
}

/// Returns the peak memory of a process in bytes.
fn peak(place: &Path, command: &str) -> usize {
    let mut time = Command::new("time");
    time.args(["--format=%M", "--output=peak", PROGRAM]).args(command.split(' ')).current_dir(place);
    let status = time.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "`time` failed for {command}; is GNU time installed?"
    );
    fs::read_to_string(place.join("peak")).unwrap().trim().parse::<usize>().unwrap() * 1024
}

fn run(place: &Path, command: &str) {
    let done = Command::new(PROGRAM).args(command.split(' ')).current_dir(place).output().unwrap();
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Writes a signed file, and returns its size.
fn write_signed(place: &Path, name: &str, blocks: usize) -> usize {
    fs::write(place.join(name), text(blocks)).unwrap();
    run(place, &format!("sign --at 2026-06-01 --key key.pem --trust keys --in-place {name}"));
    fs::metadata(place.join(name)).unwrap().len() as usize
}

/// Writes different files, a hundred to a directory, and returns their size.
fn write_directory(place: &Path, files: usize) -> usize {
    let most = MOST_BLOCKS / BLOCKS_OF_A_FILE;
    let mut size = 0;
    for first in (0..files).step_by(most) {
        write_signed(place, "many.lic", most.min(files - first) * BLOCKS_OF_A_FILE);
        let signed = fs::read_to_string(place.join("many.lic")).unwrap();
        let blocks: Vec<&str> = signed.split_inclusive("\n}\n\n").collect();
        for (at, blocks) in blocks.chunks(BLOCKS_OF_A_FILE).enumerate() {
            let inner = place.join("files").join(((first + at) / 100).to_string());
            fs::create_dir_all(&inner).unwrap();
            fs::write(inner.join(format!("{}.lic", first + at)), blocks.concat()).unwrap();
        }
        size += signed.len();
    }
    size
}

/// Returns pools, each with three tokens that depend on it.
fn text(blocks: usize) -> String {
    let head = "VENDOR=ABC_Software VERSION=1.0 SN=A-1001 ISSUED=2026-01-15 LICENSEE=\"ABC Corp\"";
    let mut text = String::new();
    for at in 0..blocks {
        let set = at / 4;
        let (name, kind) = match at % 4 {
            0 => ("MySolutions", "KEYTYPE=EXCLUSIVE COUNT=20 END=2030-12-31".to_owned()),
            1 => ("MyDraw", draws(set, 5)),
            2 => ("MyWrite", draws(set, 2)),
            _ => ("MySpreadsheet", draws(set, 1)),
        };
        write!(text, "FEATURE {name}{set}\n{{\n  {head}\n  {kind}\n}}\n\n").unwrap();
    }
    text
}

fn draws(set: usize, count: usize) -> String {
    format!("KEYTYPE=TOKEN\n  TOKEN_DEPENDENCY=\"FEATURE=MySolutions{set} VERSION=1.0 COUNT={count}\"")
}

/// Writes a scenario of this number of steps, and returns the size of its file.
fn write_scenario(place: &Path, steps: usize) -> usize {
    let pool = format!("FEATURE Pool {{ VENDOR=ABC_Software KEYTYPE=EXCLUSIVE COUNT={steps} }}\n");
    fs::write(place.join("pool.lic"), pool).unwrap();
    let mut text =
        "license: pool.lic\nscenarios:\n  - name: many\n    at: 2026-06-01\n    steps:\n".to_owned();
    for at in 0..steps {
        writeln!(text, "      - {{ checkout: Pool, by: u{at}@h{} }}", at % 8).unwrap();
    }
    fs::write(place.join("a.scenarios.yaml"), &text).unwrap();
    text.len()
}
