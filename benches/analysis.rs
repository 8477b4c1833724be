//! Cost of the analyses: the capacity of a pool and of features with alternatives, and the difference of large files.
//!
//! Run `cargo bench --bench analysis`. Targets, and medians on two busy cores: the pool 10 ms (0.06 ms), 12 features with
//! alternatives 2 s (0.22 s), the difference of two files with 1,000 blocks, read and compiled, 100 ms (37 ms).
#![expect(clippy::unwrap_used, reason = "a benchmark panics on errors")]

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use keywright::analysis::capacity::{Capacity, Hosts, Pairs};
use keywright::analysis::{Difference, LicenseSet};
use keywright::license::License;
use keywright::resolve::Model;

fn main() {
    divan::main();
}

const DAY: Date = date(2026, 6, 1);

const SEED: &str = "FEATURE MySolutions { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 }\n\
    FEATURE MyDraw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=MySolutions VERSION=1.0 COUNT=5\" }\n\
    FEATURE MyWrite { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=MySolutions VERSION=1.0 COUNT=2\" }\n\
    FEATURE MySpreadsheet { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=MySolutions VERSION=1.0 COUNT=1\" }\n";

/// Two pools, and ten tokens that draw on one of them or else on the other.
fn twelve() -> String {
    let mut text = "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 }\n\
        FEATURE B { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=30 }\n"
        .to_owned();
    for token in 0..10 {
        for (pool, count) in [("A", 2 + token % 5), ("B", 3 + token % 7)] {
            let need = format!("TOKEN_DEPENDENCY=\"FEATURE={pool} VERSION=1.0 COUNT={count}\"");
            writeln!(text, "FEATURE T{token} {{ VENDOR=v KEYTYPE=TOKEN {need} }}").unwrap();
        }
    }
    text
}

/// 250 products, each with a pool and three tokens.
fn thousand(count: u32) -> String {
    let mut text = String::new();
    for product in 0..250 {
        let size = if product == 17 { count } else { 20 };
        writeln!(text, "FEATURE P{product} {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={size} END=2027-12-31 }}")
            .unwrap();
        for token in 1..4 {
            let need = format!("TOKEN_DEPENDENCY=\"FEATURE=P{product} VERSION=1.0 COUNT={token}\"");
            writeln!(text, "FEATURE T{product}_{token} {{ VENDOR=v KEYTYPE=TOKEN {need} }}").unwrap();
        }
    }
    text
}

fn capacity(bencher: Bencher<'_, '_>, text: &str) {
    let license = License::from_text("bench.lic", text);
    bencher.bench(|| {
        let model = Model::compile([black_box(&license)]).unwrap();
        Capacity::of(&model, &[], DAY, Hosts::Different, &Pairs::All)
    });
}

#[divan::bench]
fn capacity_of_a_pool(bencher: Bencher<'_, '_>) {
    capacity(bencher, SEED);
}

#[divan::bench(sample_count = 10)]
fn capacity_of_12_features_with_alternatives(bencher: Bencher<'_, '_>) {
    capacity(bencher, &twelve());
}

#[divan::bench(args = [19, 21], sample_count = 20)]
fn diff_of_1000_blocks(bencher: Bencher<'_, '_>, count: u32) {
    let (old, new) = (thousand(20), thousand(count));
    bencher.bench(|| {
        let licenses =
            [("old.lic", &old), ("new.lic", &new)].map(|(name, text)| [License::from_text(name, text)]);
        let [old, new] = licenses.each_ref().map(|licenses| Model::compile(licenses).unwrap());
        let [one, other] = &licenses;
        let old = LicenseSet { licenses: one, model: &old };
        Difference::between(old, LicenseSet { licenses: other, model: &new }, DAY)
    });
}
