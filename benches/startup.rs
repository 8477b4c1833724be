//! Time of a process that does little, compared with programs that verify one signature: `minisign` and `openssl`, where
//! they are installed.
//!
//! Run `cargo bench --bench startup`. The programs run in turn, so that a slow moment of the machine affects all of them.
//! `KEYWRIGHT=PATH` also measures another build of keywright.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_keywright");
const RUNS: usize = 300;

/// Programs to compare with, and their arguments. The first one that is installed is the unit of the ratios.
const PEERS: [(&str, &[&str]); 2] = [
    ("minisign", &["-Vqm", "message", "-p", "minisign.pub"]),
    (
        "openssl",
        &["pkeyutl", "-verify", "-rawin", "-in", "message", "-sigfile", "raw.sig", "-inkey", "raw.pem"],
    ),
];

/// What keywright does.
const COMMANDS: [&[&str]; 2] = [&["--version"], &["verify", "--trust", "keys", "signed.lic"]];

fn main() {
    let place = tempfile::tempdir().unwrap();
    prepare(place.path());
    let is_installed = |(program, args): &(&str, &[&str])| run(place.path(), program, args).is_some();
    let mut rows: Vec<_> = PEERS.into_iter().filter(is_installed).collect();
    let other = std::env::var("KEYWRIGHT").ok();
    for program in [Some(PROGRAM), other.as_deref()].into_iter().flatten() {
        rows.extend(COMMANDS.map(|args| (program, args)));
    }
    let mut times = vec![Vec::with_capacity(RUNS); rows.len()];
    for _ in 0..RUNS {
        for ((program, args), times) in rows.iter().zip(&mut times) {
            times.extend(run(place.path(), program, args));
        }
    }
    println!("milliseconds per process, median of {RUNS} runs");
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let unit = medians.first().copied().unwrap();
    for ((program, args), time) in rows.iter().zip(&medians) {
        let program = if other.as_deref() == Some(*program) { "$KEYWRIGHT" } else { program };
        let name = format!("{} {}", Path::new(program).file_name().unwrap().display(), args.first().unwrap());
        println!("  {name:24} {:6.2}   ratio {:.2}", time * 1e3, time / unit);
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap().as_secs_f64()
}

/// Returns the time of a process that succeeds.
fn run(place: &Path, program: &str, args: &[&str]) -> Option<Duration> {
    let begin = Instant::now();
    let mut command = Command::new(program);
    command.args(args).current_dir(place).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok().filter(std::process::ExitStatus::success).map(|_| begin.elapsed())
}

fn prepare(place: &Path) {
    let block = |at| format!("FEATURE F{at} {{ VENDOR=Acme COUNT=5 }}\n");
    fs::write(place.join("signed.lic"), (0..5).map(block).collect::<String>()).unwrap();
    fs::write(place.join("message"), "a message").unwrap();
    let key = ["keys", "new", "--vendor", "Acme", "--no-passphrase", "--out", "key.pem", "--trust", "keys"];
    let sign = ["sign", "--key", "key.pem", "--trust", "keys", "--in-place", "signed.lic"];
    // Where a program is missing, its row is omitted.
    run(place, PROGRAM, &key).unwrap();
    run(place, PROGRAM, &sign).unwrap();
    run(place, "minisign", &["-GW", "-p", "minisign.pub", "-s", "minisign.key"]);
    run(place, "minisign", &["-Sm", "message", "-s", "minisign.key"]);
    run(place, "openssl", &["genpkey", "-algorithm", "ed25519", "-out", "raw.pem"]);
    run(
        place,
        "openssl",
        &["pkeyutl", "-sign", "-rawin", "-in", "message", "-inkey", "raw.pem", "-out", "raw.sig"],
    );
}
