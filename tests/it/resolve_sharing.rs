//! Sharing of licenses and tokens.

use keywright::resolve::Reason;

use crate::resolve::{Fixture, real, token};

fn modules(token_share: &str, product_share: &str) -> Fixture {
    Fixture::new(
        &[
            real("Product", &format!("COUNT=10 {product_share}")),
            token("ModuleA", &[("Product", 3)], token_share),
            token("ModuleB", &[("Product", 2)], token_share),
        ]
        .concat(),
    )
}

fn two_of_each(desk: &mut Fixture) -> (u64, u64) {
    desk.out("ModuleA", 1, "ann@ws1").unwrap();
    desk.out("ModuleA", 1, "bob@ws1").unwrap();
    let first = desk.used("Product");
    desk.out("ModuleB", 1, "ann@ws1").unwrap();
    desk.out("ModuleB", 1, "bob@ws1").unwrap();
    (first, desk.used("Product") - first)
}

#[test]
fn sharing_matches_specification_table() {
    assert_eq!(two_of_each(&mut modules("", "")), (6, 4));
    assert_eq!(two_of_each(&mut modules("SHARE=HOST", "")), (3, 2));
    assert_eq!(two_of_each(&mut modules("", "SHARE=HOST")), (3, 0));
}

#[test]
fn share_group_shrinks_to_largest_remaining_request() {
    let mut desk = modules("", "SHARE=HOST");
    let a = desk.out("ModuleA", 1, "ann@ws1").unwrap();
    let b = desk.out("ModuleB", 1, "bob@ws1").unwrap();
    desk.back(a);
    assert_eq!(desk.used("Product"), 2);
    desk.back(b);
    assert_eq!(desk.used("Product"), 0);
}

#[test]
fn incomplete_share_key_disables_sharing() {
    let mut desk = modules("", "SHARE=HOST|USER");
    desk.out("ModuleA", 1, "ann@ws1").unwrap();
    desk.out("ModuleA", 1, "ann@ws1").unwrap();
    assert_eq!(desk.used("Product"), 3);
    desk.out("ModuleA", 1, "ann").unwrap();
    assert_eq!(desk.used("Product"), 6);
    desk.out("ModuleB", 1, "ann@ws2").unwrap();
    assert_eq!(desk.used("Product"), 8);
}

#[test]
fn paths_of_checkout_add_up_unless_shared() {
    let text = |share: &str| {
        [
            real("P", &format!("COUNT=10 {share}")),
            token("Left", &[("P", 3)], ""),
            token("Right", &[("P", 2)], ""),
            token("Both", &[("Left", 1), ("Right", 1)], ""),
        ]
        .concat()
    };
    let mut plain = Fixture::new(&text(""));
    plain.out("Both", 1, "ann@ws1").unwrap();
    assert_eq!(plain.used("P"), 5);
    let mut shared = Fixture::new(&text("SHARE=HOST"));
    shared.out("Both", 1, "ann@ws1").unwrap();
    assert_eq!(shared.used("P"), 3);
}

#[test]
fn live_share_group_precedes_earlier_alternative() {
    let mut desk = Fixture::new(
        &[
            real("A", "COUNT=3"),
            real("B", "COUNT=10"),
            token("T", &[("A", 3)], "SHARE=HOST"),
            token("T", &[("B", 3)], "SHARE=HOST"),
        ]
        .concat(),
    );
    let first = desk.out("A", 3, "").unwrap();
    desk.out("T", 1, "ann@ws1").unwrap();
    assert_eq!(desk.used("B"), 3);
    desk.back(first);
    desk.out("T", 1, "bob@ws1").unwrap();
    assert_eq!((desk.used("A"), desk.used("B")), (0, 3));
    // The group grows in place. A request that does not fit goes to the other block and leaves the group unchanged.
    desk.out("T", 3, "cid@ws1").unwrap();
    assert_eq!((desk.used("A"), desk.used("B")), (0, 9));
    assert_eq!(desk.out("T", 4, "dan@ws1"), Err(Reason::NotEnoughLicenses));
    assert_eq!((desk.used("A"), desk.used("B")), (0, 9));
}

#[test]
fn ended_share_group_can_be_joined_but_not_grow() {
    let mut desk = Fixture::new(&real("P", "COUNT=5 SHARE=HOST END=2026-01-31"));
    desk.out("P", 2, "ann@ws1").unwrap();
    desk.at("2026-02-01");
    desk.out("P", 2, "bob@ws1").unwrap();
    assert_eq!(desk.out("P", 3, "cid@ws1"), Err(Reason::NotInForce));
    assert_eq!(desk.out("P", 1, "ann@ws2"), Err(Reason::NotInForce));
    assert_eq!(desk.used("P"), 2);
}
