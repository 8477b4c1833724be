//! Sharing of licenses and tokens.

use keywright::resolve::Reason;

use crate::resolve::{Fixture, pool, token};

fn modules(token_share: &str, product_share: &str) -> Fixture {
    Fixture::new(
        &[
            pool("Product", &format!("COUNT=10 {product_share}")),
            token("ModuleA", &[("Product", 3)], token_share),
            token("ModuleB", &[("Product", 2)], token_share),
        ]
        .concat(),
    )
}

fn two_of_each(fixture: &mut Fixture) -> (u64, u64) {
    fixture.checkout("ModuleA", 1, "ann@ws1").unwrap();
    fixture.checkout("ModuleA", 1, "bob@ws1").unwrap();
    let first = fixture.used("Product");
    fixture.checkout("ModuleB", 1, "ann@ws1").unwrap();
    fixture.checkout("ModuleB", 1, "bob@ws1").unwrap();
    (first, fixture.used("Product") - first)
}

#[test]
fn sharing_matches_specification_table() {
    assert_eq!(two_of_each(&mut modules("", "")), (6, 4));
    assert_eq!(two_of_each(&mut modules("SHARE=HOST", "")), (3, 2));
    assert_eq!(two_of_each(&mut modules("", "SHARE=HOST")), (3, 0));
}

#[test]
fn share_group_shrinks_to_largest_remaining_request() {
    let mut fixture = modules("", "SHARE=HOST");
    let a = fixture.checkout("ModuleA", 1, "ann@ws1").unwrap();
    let b = fixture.checkout("ModuleB", 1, "bob@ws1").unwrap();
    fixture.checkin(a);
    assert_eq!(fixture.used("Product"), 2);
    fixture.checkin(b);
    assert_eq!(fixture.used("Product"), 0);
}

#[test]
fn incomplete_share_key_disables_sharing() {
    let mut fixture = modules("", "SHARE=HOST|USER");
    fixture.checkout("ModuleA", 1, "ann@ws1").unwrap();
    fixture.checkout("ModuleA", 1, "ann@ws1").unwrap();
    assert_eq!(fixture.used("Product"), 3);
    fixture.checkout("ModuleA", 1, "ann").unwrap();
    assert_eq!(fixture.used("Product"), 6);
    fixture.checkout("ModuleB", 1, "ann@ws2").unwrap();
    assert_eq!(fixture.used("Product"), 8);
}

#[test]
fn paths_of_checkout_add_up_unless_shared() {
    let text = |share: &str| {
        [
            pool("P", &format!("COUNT=10 {share}")),
            token("Left", &[("P", 3)], ""),
            token("Right", &[("P", 2)], ""),
            token("Both", &[("Left", 1), ("Right", 1)], ""),
        ]
        .concat()
    };
    let mut plain = Fixture::new(&text(""));
    plain.checkout("Both", 1, "ann@ws1").unwrap();
    assert_eq!(plain.used("P"), 5);
    let mut shared = Fixture::new(&text("SHARE=HOST"));
    shared.checkout("Both", 1, "ann@ws1").unwrap();
    assert_eq!(shared.used("P"), 3);
}

#[test]
fn live_share_group_precedes_earlier_alternative() {
    let mut fixture = Fixture::new(
        &[
            pool("A", "COUNT=3"),
            pool("B", "COUNT=10"),
            token("T", &[("A", 3)], "SHARE=HOST"),
            token("T", &[("B", 3)], "SHARE=HOST"),
        ]
        .concat(),
    );
    let first = fixture.checkout("A", 3, "").unwrap();
    fixture.checkout("T", 1, "ann@ws1").unwrap();
    assert_eq!(fixture.used("B"), 3);
    fixture.checkin(first);
    fixture.checkout("T", 1, "bob@ws1").unwrap();
    assert_eq!((fixture.used("A"), fixture.used("B")), (0, 3));
    // The group grows in place. A request that does not fit goes to the other block and leaves the group unchanged.
    fixture.checkout("T", 3, "cid@ws1").unwrap();
    assert_eq!((fixture.used("A"), fixture.used("B")), (0, 9));
    assert_eq!(fixture.checkout("T", 4, "dan@ws1"), Err(Reason::NotEnoughLicenses));
    assert_eq!((fixture.used("A"), fixture.used("B")), (0, 9));
}

#[test]
fn ended_share_group_can_be_joined_but_not_grow() {
    let mut fixture = Fixture::new(&pool("P", "COUNT=5 SHARE=HOST END=2026-01-31"));
    fixture.checkout("P", 2, "ann@ws1").unwrap();
    fixture.advance_to("2026-02-01");
    fixture.checkout("P", 2, "bob@ws1").unwrap();
    assert_eq!(fixture.checkout("P", 3, "cid@ws1"), Err(Reason::NotInForce));
    assert_eq!(fixture.checkout("P", 1, "ann@ws2"), Err(Reason::NotInForce));
    assert_eq!(fixture.used("P"), 2);
}
