//! The answers of the capacity rules compared with checkouts on the resolver, for licenses with SHARE.

use std::collections::BTreeSet;

use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::resolve::{Interner, Request, Requester, Trials};
use proptest::prelude::*;

use crate::lint_proofs::{Block, dated, day, days, holds, is_served, model, never_served, proofs, text};

/// Checks that C001 and C002 report exactly the tokens that the resolver denies on every day, except those that only
/// depend on others of them.
pub(crate) fn check_never_runs(blocks: &[Block]) -> Result<(), TestCaseError> {
    let text = text(blocks);
    let license = License::from_text("a", &text);
    prop_assume!(!license.has_errors());
    let found = lint(&[&license], &Options::at(day()));
    prop_assert!(!found.iter().any(|found| ["D005", "D006"].contains(&found.code.id)), "{text}");
    let output: BTreeSet<usize> = found
        .iter()
        .filter(|found| ["C001", "C002"].contains(&found.code.id))
        .filter(|found| !found.message.starts_with("this alternative"))
        .filter_map(|found| license.features.iter().find(|feature| feature.name.span == found.primary.span))
        .map(|feature| feature.block)
        .collect();
    let denied: BTreeSet<usize> =
        (0..blocks.len()).filter(|at| blocks[*at].kind == "TOKEN" && never_served(blocks, *at)).collect();
    prop_assert!(output.is_subset(&denied), "reported {output:?}, denied {denied:?}\n{text}");
    // A token is not reported if all blocks that serve one of its dependencies are.
    let follows = |at: usize| {
        blocks[at].needs.iter().any(|(name, version, _)| {
            let mut serving = (0..blocks.len())
                .filter(|other| {
                    blocks[*other].name == *name
                        && blocks[*other].version >= *version
                        && blocks[*other].kind != "UPGRADE"
                })
                .peekable();
            serving.peek().is_some() && serving.all(|other| denied.contains(&other))
        })
    };
    for at in &denied {
        prop_assert!(output.contains(at) || follows(*at), "{at} is denied, reported {output:?}\n{text}");
    }
    Ok(())
}

/// Tokens, names with alternatives, versions and dates. SHARE is on the pools, or on the tokens that draw on them.
fn shared() -> impl Strategy<Value = Vec<Block>> {
    (dated(), prop::collection::vec(any::<bool>(), 2), any::<bool>()).prop_map(
        |(mut blocks, shared, on_tokens)| {
            let mut shared = shared.into_iter();
            for block in &mut blocks {
                match &*block.name {
                    "A" if on_tokens => block.share = shared.next().unwrap_or_default(),
                    _ => block.share &= !on_tokens,
                }
            }
            blocks
        },
    )
}

/// Returns true if lint finds that a feature cannot run: each of its blocks is reported, or depends on a reported name.
fn is_reported(text: &str, name: &str) -> bool {
    let license = License::from_text("a", text);
    let found = lint(&[&license], &Options::at(day()));
    let names = |wanted: &str| {
        let all = license.features.iter().filter(|feature| feature.name.value.as_str() == wanted);
        all.collect::<Vec<_>>()
    };
    let reported = |place| {
        found.iter().any(|found| found.primary.span == place && ["C001", "C002"].contains(&found.code.id))
    };
    names(name).iter().all(|feature| {
        reported(feature.name.span)
            || feature.dependencies.iter().any(|need| {
                let mut serving = names(need.feature.value.as_str());
                serving.retain(|one| one.version >= need.version);
                !serving.is_empty() && serving.iter().all(|one| reported(one.name.span))
            })
    })
}

/// The codes and names of the findings of a text, by primary place.
fn findings(text: &str) -> Vec<(&'static str, String)> {
    let license = License::from_text("a", text);
    let found = lint(&[&license], &Options::at(day()));
    found.iter().map(|found| (found.code.id, text[found.primary.span.range()].to_owned())).collect()
}

const TOO_OLD_BELOW_SHARE: &str =
    "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Base VERSION=1.0 COUNT=1\" \
     TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=2\" }
FEATURE Base { VENDOR=Acme KEYTYPE=TOKEN SHARE=USER TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=2.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=1 VERSION=4.0 }
FEATURE Pool { VENDOR=Acme COUNT=3 }
";

#[test]
fn never_runs_is_found_beside_blocks_that_the_resolver_rejects() {
    let token = |name: &str, more: &str, need: &str| {
        format!(
            "FEATURE {name} {{ VENDOR=Acme KEYTYPE=TOKEN{more} TOKEN_DEPENDENCY=\"FEATURE={need} VERSION=1.0 COUNT=1\" }}\n"
        )
    };
    let chain: String = (0..17)
        .map(|at| {
            token(&format!("T{at}"), "", &if at == 16 { "Pool".into() } else { format!("T{}", at + 1) })
        })
        .collect();
    let faults = [
        ("D001", token("R1", "", "R2") + &token("R2", "", "R1")),
        ("D002", token("R1", "", "R1")),
        ("D003", chain),
        ("H001", token("R1", " SHARE=USER", "Base")),
    ];
    for (code, fault) in faults {
        let text = TOO_OLD_BELOW_SHARE.to_owned() + &fault;
        let found = findings(&text);
        assert!(found.iter().any(|(id, _)| *id == code), "{code}\n{text}\n{found:?}");
        assert!(found.contains(&("C001", "Suite".to_owned())), "{code}\n{text}\n{found:?}");
        assert_eq!(found.iter().filter(|(id, _)| *id == "C001").count(), 1, "{code}\n{text}\n{found:?}");
    }
}

#[test]
fn trials_leave_the_pools_full_and_keep_to_their_budget() {
    let model = model(TOO_OLD_BELOW_SHARE);
    let mut trials = Trials::new(&model);
    let request = |name: &str| Request::one(model.name(name));
    let pool = model.blocks_of(model.name("Pool").unwrap())[0];
    for _ in 0..2 {
        let mut budget = 100;
        let trial = trials.requests(day(), &[request("Suite")], &[], &mut budget).unwrap();
        let denial = trial.denied.unwrap();
        let shortage = denial.shortage.unwrap();
        assert_eq!((denial.request, shortage.block), (0, pool));
        assert_eq!((shortage.needed, shortage.used, shortage.size), (2, 0, 1));
        let trial =
            trials.requests(day(), &[request("Draw"), request("Draw")], &[(pool, 1)], &mut budget).unwrap();
        assert_eq!(trial.denied, None);
        assert_eq!(trial.draws, [[(pool, 1)], [(pool, 1)]]);
        assert!((1..100).contains(&budget), "{budget}");
    }
    let mut budget = 2;
    assert_eq!(trials.requests(day(), &[request("Suite")], &[], &mut budget), None);
    assert_eq!(budget, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_runs_agrees_with_the_resolver_below_share(blocks in shared()) {
        check_never_runs(&blocks)?;
    }

    #[test]
    fn feature_that_lint_calls_dead_is_denied_to_everyone_on_every_day(blocks in shared()) {
        let text = text(&blocks);
        prop_assume!(!License::from_text("a", &text).has_errors());
        let model = model(&text);
        let person = Some(Interner::default().symbol("p"));
        let known = Requester { user: person, host: person, custom: person };
        for name in ["S", "A"].into_iter().filter(|name| is_reported(&text, name)) {
            for who in [Requester::default(), known] {
                let served = days().find(|day| is_served(&model, name, *day, who));
                prop_assert_eq!(served, None, "{}\n{}", name, text);
            }
        }
    }

    #[test]
    fn proofs_of_more_means_less_are_valid_beside_share(blocks in shared()) {
        let text = text(&blocks);
        prop_assume!(!License::from_text("a", &text).has_errors());
        for proof in proofs(&text) {
            holds(&text, &proof);
        }
    }
}
