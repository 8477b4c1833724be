//! Reasons of denials, and limits of the search.

use keywright::resolve::{Event, Failure, Model, Outcome, Reason};

use crate::resolve::{Fixture, license, need, pool, token};

#[test]
fn denial_reports_nearest_miss() {
    let mut fixture = Fixture::new(
        &[
            pool("Old", "COUNT=5 END=2025-01-01"),
            pool("Full", "COUNT=1"),
            token("T", &[("Missing", 1)], ""),
            token("T", &[("Old", 1)], ""),
            token("T", &[("Full", 2)], ""),
        ]
        .concat(),
    );
    assert_eq!(fixture.checkout("T", 1, ""), Err(Reason::NotEnoughLicenses));
    assert_eq!(
        fixture.explain("T", 1, ""),
        "1 × `T#1` (TOKEN): dependency not met\n  \
           1 × `Missing`: no-such-feature\n\
         1 × `T#2` (TOKEN): dependency not met\n  \
           1 × `Old` (EXCLUSIVE): not-in-force: ended on 2025-01-01\n\
         1 × `T#3` (TOKEN): dependency not met\n  \
           2 × `Full` (EXCLUSIVE): not-enough-licenses: needs 2; 1 free\n\
         help: adding 1 to `Full` would be enough"
    );
}

#[test]
fn denial_suggests_other_alternative() {
    let mut fixture = Fixture::new(
        &[
            pool("A", "COUNT=1"),
            pool("B", "COUNT=1"),
            token("Any", &[("A", 1)], ""),
            token("Any", &[("B", 1)], ""),
            token("T", &[("Any", 1), ("A", 1)], ""),
        ]
        .concat(),
    );
    assert_eq!(fixture.checkout("T", 1, ""), Err(Reason::NotEnoughLicenses));
    assert!(
        fixture
            .explain("T", 1, "")
            .contains("\nnote: another choice of alternatives would be granted: 1 × `A`, 1 × `B`\n")
    );
    assert_eq!((fixture.used("A"), fixture.used("B")), (0, 0));
}

#[test]
fn model_rejects_cycles_long_chains_and_double_sharing() {
    let refused = |text: &str| Model::compile([&license(text)]).unwrap_err().message;
    let ring = [token("A", &[("B", 1)], ""), token("B", &[("A", 1)], "")].concat();
    assert_eq!(refused(&ring), "dependency cycle: `A` → `B` → `A`");
    let chain = |length: usize| -> String {
        (0..length)
            .map(|level| token(&format!("T{level}"), &[(&format!("T{}", level + 1), 1)], ""))
            .chain([pool(&format!("T{length}"), "COUNT=1")])
            .collect()
    };
    Fixture::new(&chain(16)).checkout("T0", 1, "").unwrap();
    assert_eq!(refused(&chain(17)), "dependency chain too deep: more than 16 dependencies from `T0`");
    let both = [pool("P", "COUNT=5 SHARE=HOST"), token("T", &[("P", 1)], "SHARE=USER")].concat();
    assert_eq!(refused(&both), "double sharing: the token `T` and one of its dependencies both have SHARE");
}

fn ladder(levels: usize, width: usize, bottom: &str) -> String {
    let mut text = String::new();
    for level in 0..levels {
        let below = format!("L{}", level + 1);
        text += &token(&format!("L{level}"), &vec![(below.as_str(), 1); width], "");
    }
    text + &pool(&format!("L{levels}"), bottom)
}

#[test]
fn equal_dependencies_are_searched_once_per_name() {
    let mut fixture = Fixture::new(&ladder(16, 512, "COUNT=UNLIMITED"));
    assert_eq!(fixture.checkout("L0", 1, ""), Err(Reason::NotEnoughLicenses));
    assert_eq!(fixture.checkout("L10", 1, "").map(|_| fixture.used("L16")), Ok(1 << 54));
    assert!(fixture.state.work() < 100_000);
    let lines = fixture.explain("L0", 1, "");
    assert_eq!(lines.lines().count(), 17, "{lines}");
}

#[test]
fn search_over_budget_is_undetermined() {
    let bottom = "COUNT=UNLIMITED }\nFEATURE L16 { VENDOR=abc KEYTYPE=ADDITIVE COUNT=1";
    let mut fixture = Fixture::new(&ladder(16, 512, bottom));
    let request = fixture.request("L0", 1, "");
    let outcome = fixture.model.apply(&mut fixture.state, &Event::Checkout(request));
    assert_eq!(outcome, Outcome::Failed(Failure::Budget));
    assert_eq!(fixture.used("L16"), 0);
}

/// A token with the given dependencies and so many equal ones that walks are merged.
pub(crate) fn over(needs: &str, paths: usize) -> String {
    let padding = "TOKEN_DEPENDENCY=\"FEATURE=F VERSION=1.0 COUNT=1\" ".repeat(paths);
    format!("FEATURE T {{ VENDOR=abc KEYTYPE=TOKEN {needs} {padding} }}\n{}", pool("F", "COUNT=1000"))
}

#[test]
fn denial_reason_is_independent_of_path_count() {
    let old = "END=2020-01-01 COUNT=9";
    let cases = [
        // The first dependency is two tokens away from the exhausted pool, the second one has ended.
        (need("U", "1.0", 1) + &need("A", "1.0", 1), Reason::NotEnoughLicenses),
        (need("A", "1.0", 1) + &need("U", "1.0", 1), Reason::NotInForce),
        (need("B", "1.0", 2) + &need("B", "2.0", 1), Reason::NotEnoughLicenses),
        (need("B", "2.0", 1) + &need("B", "1.0", 2), Reason::VersionTooLow),
        (need("V", "1.0", 1) + &need("V", "2.0", 1), Reason::NotEnoughLicenses),
        (need("B", "1.0", 1) + &need("Gone", "1.0", 1) + &need("U", "1.0", 1), Reason::NoSuchFeature),
    ];
    for (needs, reason) in cases {
        for paths in [1, 100] {
            let mut fixture = Fixture::new(
                &[
                    pool("B", "COUNT=1"),
                    pool("A", old),
                    token("U", &[("B", 2)], ""),
                    token("V", &[("U", 1)], ""),
                    over(&needs, paths),
                ]
                .concat(),
            );
            assert_eq!(fixture.checkout("T", 1, "ann@ws1"), Err(reason), "{needs} over {paths} paths");
            assert!(fixture.explain("T", 1, "ann@ws1").contains(reason.as_str()));
            assert_eq!((fixture.used("B"), fixture.used("F")), (0, 0));
        }
    }
}
