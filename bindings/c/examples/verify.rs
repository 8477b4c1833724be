//! Verifies a license again and again. Prints the nanoseconds of one time, the best of ten. For `bindings/bench/run.py`.
#![allow(clippy::print_stdout, reason = "this program prints its result")]

use std::time::Instant;

use keywright_verify::Outcome;
use keywright_verify::application::{Application, HostIds};
use keywright_verify::jiff::civil::date;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: verify KEYS LICENSE TIMES");
    let (keys, license, times) = (std::fs::read(next()?)?, std::fs::read(next()?)?, next()?.parse::<u32>()?);
    let application = Application::new(&keys)?;
    let hosts = HostIds::default();
    let mut best = u128::MAX;
    for _ in 0..10 {
        let before = Instant::now();
        for _ in 0..times {
            let checked = application.check([license.as_slice()], &hosts, date(2026, 3, 1))?;
            if checked.outcome() != Outcome::Valid {
                return Err("the license is not valid".into());
            }
        }
        best = best.min(before.elapsed().as_nanos() / u128::from(times));
    }
    println!("{best}");
    Ok(())
}
