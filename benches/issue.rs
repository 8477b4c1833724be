//! Cost of issuing compared with bare signatures: render, test, lint, sign, verify, log and write orders of ten blocks.
//!
//! Run `cargo bench --bench issue` (some minutes). `ISSUE_ORDERS=10000` makes a short run; `ISSUE_DIRECTORY` sets the output
//! directory, which is below `target` by default. (On ext4 without a journal, wait five minutes between runs: creating files
//! is slow after many files were deleted, as at the end of a run.) Prints blocks per second and the ratio to
//! ed25519-dalek's own `sign` and `verify_strict` on all cores, where 1.00 means no overhead. Then prints the peak memory
//! of a process for this number of orders and for a tenth of it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use ed25519_dalek::{Signer as _, SigningKey};
use keywright::cli::{self, Console, Exit};

const SEED: [u8; 32] = [7; 32];
const BLOCKS: u32 = 10;
const ORDERS: u32 = 100_000;
const ROUNDS: usize = 3;
/// The directory in which a child process issues all orders to measure its memory.
const CHILD: &str = "ISSUE_CHILD";

const CATALOG: &str = "vendor: ABC_Software\nproducts:\n  - product: Ten\n    template: pool\n    values: { pool: Ten, \
                       features: \"F1:1, F2:2, F3:3, F4:4, F5:5, F6:6, F7:7, F8:8, F9:9\" }\n";

fn main() {
    if let Some(directory) = std::env::var_os(CHILD) {
        issue(Path::new(&directory), "memory");
        peak();
        return;
    }
    let orders = std::env::var("ISSUE_ORDERS").ok().and_then(|text| text.parse().ok()).unwrap_or(ORDERS);
    let directory = std::env::var_os("ISSUE_DIRECTORY")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let place = tempfile::Builder::new().prefix("keywright-bench").tempdir_in(directory).unwrap();
    prepare(place.path(), orders);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut times = [(0.0, 0.0); ROUNDS];
    for (round, times) in times.iter_mut().enumerate() {
        *times = (bare(orders, cores), issue(place.path(), &format!("out{round}")));
    }
    let blocks = f64::from(orders * BLOCKS);
    println!("{orders} orders of {BLOCKS} blocks on {cores} cores, blocks per second in {ROUNDS} rounds");
    for (bare, issued) in times {
        println!(
            "  bare sign + verify_strict {:8.0}   issued {:8.0}   ratio {:.2}",
            blocks / bare,
            blocks / issued,
            bare / issued
        );
    }
    for orders in [orders / 10, orders] {
        let place = tempfile::Builder::new().prefix("keywright-bench").tempdir_in(place.path()).unwrap();
        prepare(place.path(), orders);
        let child = Command::new(std::env::current_exe().unwrap()).env(CHILD, place.path()).output().unwrap();
        println!("  {orders} orders: {}", String::from_utf8_lossy(&child.stdout).trim());
    }
}

/// Returns the time of the bare signatures on all cores, in seconds.
fn bare(orders: u32, cores: usize) -> f64 {
    let key = SigningKey::from_bytes(&SEED);
    let public = key.verifying_key();
    let message = [1_u8; 95];
    let each = (orders * BLOCKS) as usize / cores;
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                for _ in 0..each {
                    let signature = key.sign(black_box(&message));
                    public.verify_strict(black_box(&message), &signature).unwrap();
                }
            });
        }
    });
    begin.elapsed().as_secs_f64()
}

fn prepare(directory: &Path, orders: u32) {
    let mut rows = "customer,sn,products,end\n".to_owned();
    for number in 0..orders {
        let count = 20 + number % 7;
        writeln!(rows, "Customer {number},C-{number:06},Ten:{count},2027-12-31").unwrap();
    }
    std::fs::write(directory.join("orders.csv"), rows).unwrap();
    std::fs::write(directory.join("catalog.yaml"), CATALOG).unwrap();
    let keys = directory.join("keys");
    let key = directory.join("key.pem");
    run(&[
        "keys",
        "new",
        "--vendor",
        "ABC_Software",
        "--no-passphrase",
        "--out",
        text(&key),
        "--trust",
        text(&keys),
    ]);
}

/// Returns the time of issuing all orders, in seconds.
fn issue(directory: &Path, out: &str) -> f64 {
    let path = |name: &str| directory.join(name);
    let (catalog, orders, key, keys) =
        (path("catalog.yaml"), path("orders.csv"), path("key.pem"), path("keys"));
    let (out, log) = (path(out), path(&format!("{out}.log")));
    let begin = Instant::now();
    run(&[
        "issue",
        "-q",
        "--catalog",
        text(&catalog),
        "--order",
        text(&orders),
        "--key",
        text(&key),
        "--trust",
        text(&keys),
        "--out",
        text(&out),
        "--log",
        text(&log),
    ]);
    begin.elapsed().as_secs_f64()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(args: &[&str]) {
    let (mut stdin, mut stdout, mut stderr) = (std::io::empty(), Vec::new(), Vec::new());
    let mut io = Console {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        color_out: false,
        color_err: false,
        quiet: true,
        verbose: 0,
        config: None,
        width: 100,
        today: jiff::Zoned::now().date(),
        interactive: false,
    };
    let exit = cli::run(std::iter::once("keywright").chain(args.iter().copied()), &mut io);
    if exit != Exit::Success {
        eprintln!("{}", String::from_utf8_lossy(&stderr));
    }
    assert!(exit == Exit::Success, "issuing failed");
}

/// Prints the peak memory of this process, if the system reports it.
fn peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", peak.unwrap_or("memory unknown").split_whitespace().collect::<Vec<_>>().join(" "));
}
