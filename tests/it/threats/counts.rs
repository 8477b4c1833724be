//! Counts that overflow, dependency graphs with too many paths, deeply nested text.

use std::fs;

use keywright::license::License;

use crate::sign_cli::{DAY, test_dir};
use crate::support::{cases, root};

#[test]
fn threat_26_counts_up_to_2_to_the_64_are_exact() {
    use keywright::graph::{Cost, Draws, Graph, Metrics};
    let big: u64 = 1 << 30;
    // 15 ways of 2^30 times 2^30 and one that ends one below; then one more, and two.
    for (extra, meant) in [(0_u32, Cost::Known(u64::MAX)), (1, Cost::TooMany), (2, Cost::TooMany)] {
        let mut text = "FEATURE P { VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=1 }\n".to_owned();
        let mut needs = String::new();
        for way in 0..16 {
            let (draws, of) = if way == 15 { (big - 1, big + 1) } else { (big, big) };
            text += &format!(
                "FEATURE I{way} {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT={of}\" }}\n"
            );
            needs += &format!(" TOKEN_DEPENDENCY=\"FEATURE=I{way} VERSION=1.0 COUNT={draws}\"");
        }
        if extra > 0 {
            needs += &format!(" TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT={extra}\"");
        }
        text += &format!("FEATURE T {{ VENDOR=V KEYTYPE=TOKEN{needs} }}\n");
        let license = License::from_text("diamond.lic", &text);
        assert!(!license.has_errors(), "{:?}", license.diagnostics.first());
        let graph = Graph::new(&[&license]);
        let draws = Draws::new(&graph, &Metrics::new(&graph));
        let last = graph.blocks().last().unwrap().id;
        assert_eq!(draws.get(last).unwrap().first().unwrap().1.sum, meant, "{extra}");
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, release) = manifest.split_once("[profile.release]").unwrap();
    assert!(release.split("\n[").next().unwrap().contains("overflow-checks = true"));
}

#[test]
fn threat_32_deeply_nested_text_uses_little_stack() {
    let work = || {
        for piece in ["{", "\"", "(", "FEATURE ", "FEATURE a {", "}", "#", "A=\"", "=", "FEATURE a { B=\"c\n"]
        {
            let text = piece.repeat(cases(1_000_000, 200_000) / piece.len());
            let license = License::from_text("deep.lic", &text);
            let verdicts = crate::sign::report(&crate::sign::default_trust(), &license);
            assert_eq!(verdicts.verified().count(), 0);
        }
        // Other readers of hostile text: lists of a trust store, KEYs, key files.
        let nested = ["[", "{", "- ", "? ", "a:\n ", "&a ", "!x ", "'", "\"", "|\n "]
            .map(|piece| piece.repeat(50_000));
        for text in &nested {
            assert!(keywright::sign::parse_trust_list(text).is_err());
            assert!(keywright::sign::LastSeen::parse(text).is_err());
            let digest = keywright::verify::Digest::of(b"");
            assert!(keywright::sign::RevocationList::parse(text, digest).is_err());
            assert!(keywright::sign::TrustBundle::parse(text, digest).is_err());
            assert!(keywright::verify::KeyText::parse(text).is_err());
            assert!(keywright::sign::parse_secret_key(text, None).is_err());
        }
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

/// A license of `levels` tokens above one pool; each draws `count` on the next.
fn ladder(levels: usize, count: u32) -> String {
    let mut text = "FEATURE L0 { VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=2147483647 }\n".to_owned();
    for level in 1..=levels {
        text += &format!(
            "FEATURE L{level} {{ VENDOR=V KEYTYPE=TOKEN VERSION=1.0 TOKEN_DEPENDENCY=\"FEATURE=L{} VERSION=1.0 COUNT={count}\" }}\n",
            level - 1
        );
    }
    text
}

#[test]
fn threat_26_cost_overflow_is_reported() {
    use keywright::graph::{Cost, Draws, Graph, Metrics};
    let license = License::from_text("ladder.lic", &ladder(16, 2_147_483_647));
    let graph = Graph::new(&[&license]);
    let draws = Draws::new(&graph, &Metrics::new(&graph));
    let cost = |level: usize| draws.get(graph.blocks()[level].id).unwrap()[0].1.sum;
    assert_eq!(cost(1), Cost::Known(2_147_483_647));
    assert_eq!(cost(2), Cost::Known(2_147_483_647 * 2_147_483_647));
    assert!((3..=16).all(|level| cost(level) == Cost::TooMany));
}

/// Levels of tokens, each drawing on all of the level below; pools at the bottom.
pub(crate) fn wide(levels: usize, width: usize) -> String {
    let mut text = String::new();
    for at in 0..width {
        text += &format!("FEATURE L0_{at} {{ VENDOR=V KEYTYPE=EXCLUSIVE COUNT=1 }}\n");
    }
    for level in 1..=levels {
        for at in 0..width {
            let needs: String = (0..width)
                .map(|to| format!(" TOKEN_DEPENDENCY=\"FEATURE=L{}_{to} VERSION=1.0 COUNT=1\"", level - 1))
                .collect();
            text += &format!("FEATURE L{level}_{at} {{ VENDOR=V KEYTYPE=TOKEN{needs} }}\n");
        }
    }
    text
}

#[test]
fn threat_27_exponential_paths_resolve_quickly() {
    use keywright::graph::{Draws, Graph, Metrics};
    // 16 levels, each token drawing on all of the next level: WIDTH^16 paths over 16 * WIDTH^2 dependencies. The work is
    // bounded by a number and not by time: beyond it there is no sum, and the depth is known all the same.
    for (width, is_summed) in [(24, true), (64, false), (128, false)] {
        let license = License::from_text("wide.lic", &wide(16, width));
        let graph = Graph::new(&[&license]);
        let measures = Metrics::new(&graph);
        let last = graph.blocks().last().unwrap().id;
        assert_eq!(measures.depth(last), Some(16));
        assert_eq!(Draws::new(&graph, &measures).get(last).is_some(), is_summed, "{width}");
    }
    // Cycles of any length end, and one step more than is allowed is refused.
    for length in [1_usize, 2, 16, 17] {
        let text: String = (0..length)
            .map(|at| {
                format!(
                    "FEATURE C{at} {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=C{} VERSION=1.0 COUNT=1\" }}\n",
                    (at + 1) % length
                )
            })
            .collect();
        let license = License::from_text("cycle.lic", &text);
        let graph = Graph::new(&[&license]);
        assert_eq!(Metrics::new(&graph).depth(graph.blocks()[0].id).is_none(), length > 1, "{length}");
    }
    let dir = test_dir();
    for (levels, code) in [(16, 0), (17, 1)] {
        dir.write("deep.lic", ladder(levels, 1));
        let run = dir.run(&["lint", "--at", DAY, "deep.lic"]);
        assert_eq!(run.code, code, "{levels}: {}", run.stdout);
    }
}
