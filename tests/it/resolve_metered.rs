//! Metered lots, money and postpaid tokens.

use keywright::resolve::{Event, Reason};

use crate::resolve::{Fixture, need, pool, token};
use crate::resolve_denials::over;

#[test]
fn lots_are_charged_by_end_date_and_may_split() {
    let mut fixture = Fixture::new(
        &[
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=a }\n",
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=b END=2026-12-31 }\n",
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=c END=2026-06-30 }\n",
        ]
        .concat(),
    );
    let feature = fixture.model.name("C");
    let consume = |units| Event::Consume { feature, units };
    fixture.grant(&consume(15)).unwrap();
    assert_eq!((fixture.used("C#1"), fixture.used("C#2"), fixture.used("C#3")), (0, 5, 10));
    assert_eq!(fixture.grant(&consume(16)), Err(Reason::BalanceTooLow));
    assert_eq!(fixture.used("C"), 15);
    fixture.advance_to("2027-01-01");
    assert_eq!(fixture.grant(&consume(11)), Err(Reason::BalanceTooLow));
    fixture.grant(&consume(10)).unwrap();
}

#[test]
fn money_is_charged_in_whole_tokens() {
    let mut fixture =
        Fixture::new("FEATURE C { VENDOR=abc KEYTYPE=METERED FUNDS=\"1.00 USD\" PRICE=\"0.30 USD\" }");
    let block = fixture.model.blocks_of(fixture.model.name("C").unwrap())[0];
    assert_eq!(fixture.state.balance(&fixture.model, block), 3);
    let feature = fixture.model.name("C");
    fixture.grant(&Event::Consume { feature, units: 2 }).unwrap();
    assert_eq!(fixture.state.balance(&fixture.model, block), 1);
    assert_eq!(fixture.state.money_left(&fixture.model, block).unwrap().to_string(), "0.40");
    assert_eq!(fixture.grant(&Event::Consume { feature, units: 2 }), Err(Reason::BalanceTooLow));
}

#[test]
fn checkin_returns_drawn_licenses_not_metered_units() {
    let mut fixture = Fixture::new(
        &[
            pool("P", "COUNT=5"),
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 }\n".to_owned(),
            token("T", &[("P", 1), ("C", 4)], ""),
            token("Calls", &[("C", 1)], ""),
        ]
        .concat(),
    );
    let ticket = fixture.checkout("T", 2, "").unwrap();
    assert_eq!((fixture.used("P"), fixture.used("C")), (2, 8));
    fixture.checkin(ticket);
    assert_eq!((fixture.used("P"), fixture.used("C")), (0, 8));
    assert_eq!(fixture.checkout("T", 1, ""), Err(Reason::BalanceTooLow));
    assert_eq!((fixture.used("P"), fixture.used("C")), (0, 8));
    let consume =
        |fixture: &Fixture, name: &str| Event::Consume { feature: fixture.model.name(name), units: 1 };
    assert_eq!(fixture.grant(&consume(&fixture, "T")), Err(Reason::NotMetered));
    fixture.grant(&consume(&fixture, "Calls")).unwrap();
    assert_eq!(fixture.used("C"), 9);
}

#[test]
fn shared_token_charges_high_water_mark() {
    let mut fixture = Fixture::new(
        &[
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=100 }\n".to_owned(),
            token("T", &[("C", 5)], "SHARE=HOST"),
        ]
        .concat(),
    );
    let keep = fixture.checkout("T", 1, "ann@ws1").unwrap();
    let big = fixture.checkout("T", 3, "bob@ws1").unwrap();
    assert_eq!(fixture.used("C"), 15);
    fixture.checkin(big);
    fixture.checkout("T", 2, "bob@ws1").unwrap();
    assert_eq!(fixture.used("C"), 15);
    fixture.checkin(keep);
    fixture.checkout("T", 4, "cid@ws1").unwrap();
    assert_eq!(fixture.used("C"), 20);
}

#[test]
fn postpaid_tokens_are_counted_by_period() {
    let mut fixture = Fixture::new(
        "FEATURE C { VENDOR=abc KEYTYPE=METERED PAYMENT=POSTPAID PRICE=\"0.05 USD\" PERIOD=MONTH }",
    );
    let feature = fixture.model.name("C");
    fixture.grant(&Event::Consume { feature, units: 7 }).unwrap();
    fixture.advance_to("2026-02-03");
    fixture.grant(&Event::Consume { feature, units: 5 }).unwrap();
    let block = fixture.model.blocks_of(feature.unwrap())[0];
    let billed = |date: &str| fixture.state.billed_in(&fixture.model, block, date.parse().unwrap());
    assert_eq!((billed("2026-01-31"), billed("2026-02-28")), (Some(7), Some(5)));
}

#[test]
fn lots_of_several_versions_are_charged_per_path() {
    let lots = "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=1 VERSION=1.0 END=2026-06-30 }\n\
        FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=1 VERSION=2.0 }\n";
    for paths in [1, 100] {
        let mut fixture =
            Fixture::new(&(lots.to_owned() + &over(&(need("C", "1.0", 1) + &need("C", "2.0", 1)), paths)));
        fixture.checkout("T", 1, "ann@ws1").unwrap();
        assert_eq!((fixture.used("C#1"), fixture.used("C#2")), (1, 1));
    }
}

#[test]
fn count_above_all_lots_is_denied_without_effect() {
    let mut fixture = Fixture::new(
        "FEATURE M { VENDOR=abc KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE=\"0.01 USD\" }\n",
    );
    let feature = fixture.model.name("M");
    let most = u64::MAX - 1;
    fixture.grant(&Event::Consume { feature, units: most }).unwrap();
    let more = Event::Consume { feature, units: most };
    assert_eq!(fixture.grant(&more), Err(Reason::BalanceTooLow));
    fixture.model.explain(&mut fixture.state, &more).unwrap();
    assert_eq!(fixture.used("M"), most);
}

#[test]
fn permanent_denials_precede_date_denials() {
    let mut fixture = Fixture::new(
        &[
            pool("Pool", "COUNT=9"),
            pool("Lent", "COUNT=9 BORROW=24 END=2026-01-01"),
            token("T", &[("Pool", 1)], "END=2026-01-01"),
            token("L", &[("Lent", 1)], "END=2026-01-01"),
        ]
        .concat(),
    );
    let feature = fixture.model.name("T");
    assert_eq!(fixture.grant(&Event::Consume { feature, units: 1 }), Err(Reason::NotMetered));
    let borrow = |fixture: &mut Fixture, name: &str, hours| {
        let request = fixture.request(name, 1, "ann@ws1");
        fixture.grant(&Event::Borrow(request, hours))
    };
    assert_eq!(borrow(&mut fixture, "T", 1), Err(Reason::NotDrawable));
    assert_eq!(borrow(&mut fixture, "L", 25), Err(Reason::NotDrawable));
    assert_eq!(borrow(&mut fixture, "L", 24), Err(Reason::NotInForce));
}
