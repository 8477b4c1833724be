//! Cost of the pictures of large licenses. The graph of 1,000 blocks should take less than a second.
//!
//! Run `cargo bench --bench pictures`.

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use keywright::analysis::{FeatureGraph, Timeline};
use keywright::license::License;
use keywright::report::graph::{self, Pictured};
use keywright::resolve::Model;

const TODAY: Date = date(2026, 6, 1);

fn main() {
    divan::main();
}

/// Returns a license with this number of blocks: a tenth are pools, the others draw on two of them.
fn license(blocks: usize) -> License {
    let pools = (blocks / 10).max(1);
    let mut text = String::new();
    for at in 0..pools {
        let _ = writeln!(
            text,
            "FEATURE Pool{at} {{ VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT={} END=2027-0{}-01 }}",
            at + 1,
            at % 9 + 1
        );
    }
    for at in pools..blocks {
        let _ = writeln!(
            text,
            "FEATURE Feature{at} {{ VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool{} VERSION=1.0 COUNT=1\" \
             TOKEN_DEPENDENCY=\"FEATURE=Pool{} VERSION=1.0 COUNT=2\" }}",
            at % pools,
            (at * 7 + 3) % pools
        );
    }
    License::from_text("bench.lic", &text)
}

#[divan::bench(args = [10, 60, 1000, 10_000])]
fn graph_svg(bencher: Bencher<'_, '_>, blocks: usize) {
    let license = license(blocks);
    bencher.bench_local(|| {
        let Ok(model) = Model::compile([&license]) else { return String::new() };
        let graph = FeatureGraph::of(&[&license], &model, TODAY, &[]);
        graph::svg(black_box(&Pictured { files: "bench.lic", graph: &graph }))
    });
}

#[divan::bench(args = [10, 1000])]
fn timeline(bencher: Bencher<'_, '_>, blocks: usize) {
    let license = license(blocks);
    bencher.bench_local(|| {
        let model = Model::compile([&license]).ok()?;
        Some(black_box(Timeline::of(&[&license], &model, TODAY, None)))
    });
}
