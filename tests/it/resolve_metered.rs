//! Metered lots, money and postpaid tokens.

use keywright::resolve::{Event, Reason};

use crate::resolve::{Fixture, need, real, token};
use crate::resolve_denials::over;

#[test]
fn lots_are_charged_by_end_date_and_may_split() {
    let mut desk = Fixture::new(
        &[
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=a }\n",
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=b END=2026-12-31 }\n",
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 SN=c END=2026-06-30 }\n",
        ]
        .concat(),
    );
    let feature = desk.model.name("C");
    let consume = |units| Event::Consume { feature, units };
    desk.grant(&consume(15)).unwrap();
    assert_eq!((desk.used("C#1"), desk.used("C#2"), desk.used("C#3")), (0, 5, 10));
    assert_eq!(desk.grant(&consume(16)), Err(Reason::BalanceTooLow));
    assert_eq!(desk.used("C"), 15);
    desk.at("2027-01-01");
    assert_eq!(desk.grant(&consume(11)), Err(Reason::BalanceTooLow));
    desk.grant(&consume(10)).unwrap();
}

#[test]
fn money_is_charged_in_whole_tokens() {
    let mut desk =
        Fixture::new("FEATURE C { VENDOR=abc KEYTYPE=METERED FUNDS=\"1.00 USD\" PRICE=\"0.30 USD\" }");
    let block = desk.model.blocks_of(desk.model.name("C").unwrap())[0];
    assert_eq!(desk.state.balance(&desk.model, block), 3);
    let feature = desk.model.name("C");
    desk.grant(&Event::Consume { feature, units: 2 }).unwrap();
    assert_eq!(desk.state.balance(&desk.model, block), 1);
    assert_eq!(desk.state.money_left(&desk.model, block).unwrap().to_string(), "0.40");
    assert_eq!(desk.grant(&Event::Consume { feature, units: 2 }), Err(Reason::BalanceTooLow));
}

#[test]
fn checkin_returns_drawn_licenses_not_metered_units() {
    let mut desk = Fixture::new(
        &[
            real("P", "COUNT=5"),
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=10 }\n".to_owned(),
            token("T", &[("P", 1), ("C", 4)], ""),
            token("Calls", &[("C", 1)], ""),
        ]
        .concat(),
    );
    let ticket = desk.out("T", 2, "").unwrap();
    assert_eq!((desk.used("P"), desk.used("C")), (2, 8));
    desk.back(ticket);
    assert_eq!((desk.used("P"), desk.used("C")), (0, 8));
    assert_eq!(desk.out("T", 1, ""), Err(Reason::BalanceTooLow));
    assert_eq!((desk.used("P"), desk.used("C")), (0, 8));
    let consume = |desk: &Fixture, name: &str| Event::Consume { feature: desk.model.name(name), units: 1 };
    assert_eq!(desk.grant(&consume(&desk, "T")), Err(Reason::NotMetered));
    desk.grant(&consume(&desk, "Calls")).unwrap();
    assert_eq!(desk.used("C"), 9);
}

#[test]
fn shared_token_charges_high_water_mark() {
    let mut desk = Fixture::new(
        &[
            "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=100 }\n".to_owned(),
            token("T", &[("C", 5)], "SHARE=HOST"),
        ]
        .concat(),
    );
    let keep = desk.out("T", 1, "ann@ws1").unwrap();
    let big = desk.out("T", 3, "bob@ws1").unwrap();
    assert_eq!(desk.used("C"), 15);
    desk.back(big);
    desk.out("T", 2, "bob@ws1").unwrap();
    assert_eq!(desk.used("C"), 15);
    desk.back(keep);
    desk.out("T", 4, "cid@ws1").unwrap();
    assert_eq!(desk.used("C"), 20);
}

#[test]
fn postpaid_tokens_are_counted_by_period() {
    let mut desk = Fixture::new(
        "FEATURE C { VENDOR=abc KEYTYPE=METERED PAYMENT=POSTPAID PRICE=\"0.05 USD\" PERIOD=MONTH }",
    );
    let feature = desk.model.name("C");
    desk.grant(&Event::Consume { feature, units: 7 }).unwrap();
    desk.at("2026-02-03");
    desk.grant(&Event::Consume { feature, units: 5 }).unwrap();
    let block = desk.model.blocks_of(feature.unwrap())[0];
    let billed = |date: &str| desk.state.billed_in(&desk.model, block, date.parse().unwrap());
    assert_eq!((billed("2026-01-31"), billed("2026-02-28")), (Some(7), Some(5)));
}

#[test]
fn lots_of_several_versions_are_charged_per_path() {
    let lots = "FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=1 VERSION=1.0 END=2026-06-30 }\n\
        FEATURE C { VENDOR=abc KEYTYPE=METERED COUNT=1 VERSION=2.0 }\n";
    for paths in [1, 100] {
        let mut desk =
            Fixture::new(&(lots.to_owned() + &over(&(need("C", "1.0", 1) + &need("C", "2.0", 1)), paths)));
        desk.out("T", 1, "ann@ws1").unwrap();
        assert_eq!((desk.used("C#1"), desk.used("C#2")), (1, 1));
    }
}

#[test]
fn count_above_all_lots_is_denied_without_effect() {
    let mut desk = Fixture::new(
        "FEATURE M { VENDOR=abc KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE=\"0.01 USD\" }\n",
    );
    let feature = desk.model.name("M");
    let most = u64::MAX - 1;
    desk.grant(&Event::Consume { feature, units: most }).unwrap();
    let more = Event::Consume { feature, units: most };
    assert_eq!(desk.grant(&more), Err(Reason::BalanceTooLow));
    desk.model.explain(&mut desk.state, &more).unwrap();
    assert_eq!(desk.used("M"), most);
}

#[test]
fn permanent_denials_precede_date_denials() {
    let mut desk = Fixture::new(
        &[
            real("Pool", "COUNT=9"),
            real("Lent", "COUNT=9 BORROW=24 END=2026-01-01"),
            token("T", &[("Pool", 1)], "END=2026-01-01"),
            token("L", &[("Lent", 1)], "END=2026-01-01"),
        ]
        .concat(),
    );
    let feature = desk.model.name("T");
    assert_eq!(desk.grant(&Event::Consume { feature, units: 1 }), Err(Reason::NotMetered));
    let borrow = |desk: &mut Fixture, name: &str, hours| {
        let request = desk.request(name, 1, "ann@ws1");
        desk.grant(&Event::Borrow(request, hours))
    };
    assert_eq!(borrow(&mut desk, "T", 1), Err(Reason::NotDrawable));
    assert_eq!(borrow(&mut desk, "L", 25), Err(Reason::NotDrawable));
    assert_eq!(borrow(&mut desk, "L", 24), Err(Reason::NotInForce));
}
