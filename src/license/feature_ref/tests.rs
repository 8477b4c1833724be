//! Every directive has an accessor.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::FeatureRef;
use crate::{DIRECTIVES, Feature, HostId, License};

const TEXT: &str = r#"
FEATURE Counted {
  VENDOR=ABC KEYTYPE=ADDITIVE VERSION=2.5 COUNT=10 SHARE=HOST|USER START=2026-01-01 END=2027-12-31
  MAINTENANCE_START=2026-01-02 MAINTENANCE_END=2026-12-31 ISSUED=2025-12-01 SN=S-1 LICENSEE="Example  Ltd" DATA="d"
  COMMENT="c" OPTIONS="o" PLATFORMS="p" TIME_ZONES=-5,0,13 REPLACES="FEATURE=Old" SYSTEMCLOCKCHECK=INTERNET
  SOFTLIMIT=8 HOLD=60 MIN_CHECKOUT=30 BORROW=24 GRACE=12 USERBASED=2 HOSTBASED=ALL HAL_SERVERS=3
}
FEATURE Local {
  VENDOR=ABC MAJOR_VERSION=3 MINOR_VERSION=4 HOSTID="ETHERNET=00=1" HOSTID="DISK=2" HOSTID_MATCH_RATE=50
}
FEATURE Token { VENDOR=ABC KEYTYPE=TOKEN TOKEN_DEPENDENCY="FEATURE=Counted VERSION=1.0 COUNT=5" }
FEATURE Prepaid { VENDOR=ABC KEYTYPE=METERED PAYMENT=PREPAID FUNDS="1000.00 USD" PRICE="0.05 USD" }
FEATURE Postpaid {
  VENDOR=ABC KEYTYPE=METERED COUNT=5 PAYMENT=POSTPAID PRICE="0.05 USD" PERIOD=QUARTER MINIMUM=7
  TIER="FROM=1000 PRICE=0.04"
}
"#;

/// Directive, block, accessor, expected value.
type Case = (&'static str, &'static str, fn(FeatureRef<'_>) -> String, &'static str);

fn debug(value: impl Debug) -> String {
    format!("{value:?}")
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("VENDOR", "Counted", |it| it.vendor().unwrap().to_string(), "ABC"),
    ("KEYTYPE", "Counted", |it| debug(it.keytype()), "Some(Additive)"),
    ("VERSION", "Counted", |it| it.version().to_string(), "2.5"),
    ("MAJOR_VERSION", "Local", |it| debug(it.major_version()), "3"),
    ("MINOR_VERSION", "Local", |it| debug(it.minor_version()), "4"),
    ("COUNT", "Counted", |it| it.count().unwrap().to_string(), "10"),
    ("TOKEN_DEPENDENCY", "Token", |it| it.token_dependency()[0].feature.value.to_string(), "Counted"),
    ("SHARE", "Counted", |it| it.share().unwrap().to_string(), "HOST|USER"),
    ("START", "Counted", |it| it.start().unwrap().to_string(), "2026-01-01"),
    ("END", "Counted", |it| it.end().unwrap().to_string(), "2027-12-31"),
    ("MAINTENANCE_START", "Counted", |it| it.maintenance_start().unwrap().to_string(), "2026-01-02"),
    ("MAINTENANCE_END", "Counted", |it| it.maintenance_end().unwrap().to_string(), "2026-12-31"),
    ("ISSUED", "Counted", |it| it.issued().unwrap().to_string(), "2025-12-01"),
    ("SN", "Counted", |it| it.sn().unwrap().to_string(), "S-1"),
    ("LICENSEE", "Counted", |it| it.licensee().unwrap().into_owned(), "Example Ltd"),
    ("DATA", "Counted", |it| it.data().unwrap().into_owned(), "d"),
    ("COMMENT", "Counted", |it| it.comment().unwrap().into_owned(), "c"),
    ("OPTIONS", "Counted", |it| it.options().unwrap().into_owned(), "o"),
    ("PLATFORMS", "Counted", |it| it.platforms().unwrap().into_owned(), "p"),
    ("TIME_ZONES", "Counted", |it| debug(it.time_zones()), "[-5, 0, 13]"),
    ("REPLACES", "Counted", |it| debug(it.replaces()), "Some(Feature(Name(\"Old\")))"),
    ("HOSTID", "Local", |it| it.hostid().iter().map(HostId::to_string).collect::<Vec<_>>().join(" "), "ETHERNET=00=1 DISK=2"),
    ("HOSTID_MATCH_RATE", "Local", |it| debug(it.hostid_match_rate()), "Some(50)"),
    ("SYSTEMCLOCKCHECK", "Counted", |it| debug(it.systemclockcheck()), "Some(Internet)"),
    ("SOFTLIMIT", "Counted", |it| debug(it.softlimit()), "Some(8)"),
    ("HOLD", "Counted", |it| debug(it.hold()), "Some(60)"),
    ("MIN_CHECKOUT", "Counted", |it| debug(it.min_checkout()), "Some(30)"),
    ("BORROW", "Counted", |it| debug(it.borrow()), "Some(24)"),
    ("GRACE", "Counted", |it| debug(it.grace()), "Some(12)"),
    ("USERBASED", "Counted", |it| debug(it.userbased()), "Some(Some(2))"),
    ("HOSTBASED", "Counted", |it| debug(it.hostbased()), "Some(All)"),
    ("HAL_SERVERS", "Counted", |it| debug(it.hal_servers()), "Some(3)"),
    ("PAYMENT", "Postpaid", |it| debug(it.payment()), "Some(Postpaid)"),
    ("FUNDS", "Prepaid", |it| it.funds().unwrap().to_string(), "1000.00 USD"),
    ("PRICE", "Postpaid", |it| it.price().unwrap().to_string(), "0.05 USD"),
    ("PERIOD", "Postpaid", |it| debug(it.period()), "Some(Quarter)"),
    ("MINIMUM", "Postpaid", |it| debug(it.minimum()), "Some(7)"),
    ("TIER", "Postpaid", |it| it.tier()[0].price.to_string(), "0.04"),
    ("KEY", "Signed", |it| it.key().unwrap().len().to_string(), "100"),
];

#[test]
fn every_directive_has_an_accessor() {
    let text =
        format!("{TEXT}FEATURE Signed {{ VENDOR=ABC KEYTYPE=ADDITIVE COUNT=1 KEY={} }}\n", "A".repeat(100));
    let license = License::from_text("accessors.lic", &text);
    assert!(license.features.iter().all(Feature::is_sound), "{:#?}", license.diagnostics);
    for (directive, block, accessor, expected) in CASES {
        let view = license.views().find(|view| view.name() == *block).unwrap();
        assert!(license.value(view.feature(), directive).is_some(), "`{block}` has no {directive}");
        assert_eq!(accessor(view), *expected, "{directive}");
    }
    let known: BTreeSet<&str> = DIRECTIVES.iter().map(|directive| directive.name).collect();
    let covered: BTreeSet<&str> = CASES.iter().map(|(directive, ..)| *directive).collect();
    assert_eq!(covered, known);
}

#[test]
fn accessors_return_nothing_for_absent_and_invalid_values() {
    let text =
        "FEATURE a { VENDOR=ABC TIME_ZONES=99 HOSTID=ETHERNET HOSTID_MATCH_RATE=101 SYSTEMCLOCKCHECK=MAYBE }";
    let license = License::from_text("invalid.lic", text);
    let view = license.views().next().unwrap();
    assert!(!view.is_sound());
    assert!(view.time_zones().is_empty() && view.hostid().is_empty());
    assert_eq!((view.hostid_match_rate(), view.systemclockcheck(), view.licensee()), (None, None, None));
    assert_eq!((view.key(), view.payment(), view.count()), (None, None, None));
}
