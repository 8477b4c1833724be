//! The resolver against the examples of the license documentation and against its own decisions.

use keywright::license::License;
use keywright::resolve::{
    Event, Failure, Interner, Model, Outcome, Reason, Request, Requester, State, Ticket,
};

/// A model and a state, driven by names.
struct Fixture {
    model: Model,
    state: State,
    symbols: Interner,
}

fn day(text: &str) -> jiff::civil::DateTime {
    text.parse::<jiff::civil::Date>().unwrap().at(0, 0, 0, 0)
}

fn license(text: &str) -> License {
    let license = License::from_text("test.lic", text);
    assert!(!license.has_errors(), "{:#?}", license.diagnostics);
    license
}

impl Fixture {
    fn new(text: &str) -> Self {
        let model = Model::compile([&license(text)]).unwrap();
        let state = State::new(&model, day("2026-01-15"));
        Self { model, state, symbols: Interner::default() }
    }

    fn who(&mut self, by: &str) -> Requester {
        let (user, host) = by.split_once('@').unwrap_or((by, ""));
        let mut part = |text: &str| (!text.is_empty()).then(|| self.symbols.symbol(text));
        Requester { user: part(user), host: part(host), custom: None }
    }

    fn request(&mut self, feature: &str, count: u64, by: &str) -> Request {
        Request { count, who: self.who(by), ..Request::one(self.model.name(feature)) }
    }

    fn out(&mut self, feature: &str, count: u64, by: &str) -> Result<Ticket, Reason> {
        let request = self.request(feature, count, by);
        self.grant(&Event::Checkout(request)).map(Option::unwrap)
    }

    fn grant(&mut self, event: &Event) -> Result<Option<Ticket>, Reason> {
        match self.model.apply(&mut self.state, event) {
            Outcome::Granted(grant) => Ok(grant.ticket),
            Outcome::Denied(reason) => Err(reason),
            Outcome::Failed(failure) => panic!("{}", failure.words()),
        }
    }

    fn back(&mut self, ticket: Ticket) {
        self.grant(&Event::Return(ticket)).unwrap();
    }

    fn used(&self, name: &str) -> u64 {
        let (name, ordinal) = name.split_once('#').map_or((name, None), |(n, o)| (n, Some(o)));
        self.model
            .blocks_of(self.model.name(name).unwrap())
            .iter()
            .enumerate()
            .filter(|(index, _)| ordinal.is_none_or(|o| o == (index + 1).to_string()))
            .map(|(_, block)| self.state.used(*block))
            .sum()
    }

    fn at(&mut self, date: &str) {
        self.grant(&Event::Advance(date.parse().unwrap_or_else(|_| day(date)))).unwrap();
    }

    fn why(&mut self, feature: &str, count: u64, by: &str) -> String {
        let request = self.request(feature, count, by);
        let explanation = self.model.explain(&mut self.state, &Event::Checkout(request)).unwrap();
        explanation.lines(&self.model, &self.symbols).join("\n")
    }
}

fn real(name: &str, rest: &str) -> String {
    format!("FEATURE {name} {{ VENDOR=abc KEYTYPE=EXCLUSIVE {rest} }}\n")
}

fn token(name: &str, needs: &[(&str, u64)], rest: &str) -> String {
    let lines: String = needs
        .iter()
        .map(|(name, count)| format!("TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT={count}\" "))
        .collect();
    format!("FEATURE {name} {{ VENDOR=abc KEYTYPE=TOKEN {rest} {lines} }}\n")
}

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
fn sharing_as_the_source_tabulates_it() {
    assert_eq!(two_of_each(&mut modules("", "")), (6, 4));
    assert_eq!(two_of_each(&mut modules("SHARE=HOST", "")), (3, 2));
    assert_eq!(two_of_each(&mut modules("", "SHARE=HOST")), (3, 0));
}

#[test]
fn a_group_falls_to_the_largest_that_remains() {
    let mut desk = modules("", "SHARE=HOST");
    let a = desk.out("ModuleA", 1, "ann@ws1").unwrap();
    let b = desk.out("ModuleB", 1, "bob@ws1").unwrap();
    desk.back(a);
    assert_eq!(desk.used("Product"), 2);
    desk.back(b);
    assert_eq!(desk.used("Product"), 0);
}

#[test]
fn who_lacks_a_part_of_the_share_key_shares_with_nobody() {
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
fn paths_of_one_checkout_add_up_unless_shared() {
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
fn alternatives_follow_file_order() {
    let pools = [real("Low", "COUNT=5"), real("High", "COUNT=10")].concat();
    let low = token("MyDraw", &[("Low", 5)], "");
    let high = token("MyDraw", &[("High", 10)], "");
    let mut desk = Fixture::new(&format!("{pools}{low}{high}"));
    desk.out("MyDraw", 1, "").unwrap();
    assert_eq!((desk.used("Low"), desk.used("High")), (5, 0));
    desk.out("MyDraw", 1, "").unwrap();
    assert_eq!((desk.used("Low"), desk.used("High")), (5, 10));
    assert_eq!(desk.out("MyDraw", 1, ""), Err(Reason::NotEnoughLicenses));
    let mut desk = Fixture::new(&format!("{pools}{high}{low}"));
    desk.out("MyDraw", 1, "").unwrap();
    assert_eq!((desk.used("Low"), desk.used("High")), (0, 10));
}

#[test]
fn a_failed_alternative_gives_everything_back() {
    let mut desk = Fixture::new(
        &[
            real("A", "COUNT=5"),
            real("B", "COUNT=1"),
            real("C", "COUNT=5"),
            token("T", &[("A", 2), ("B", 2)], ""),
            token("T", &[("C", 1)], ""),
        ]
        .concat(),
    );
    desk.out("T", 1, "").unwrap();
    assert_eq!((desk.used("A"), desk.used("B"), desk.used("C")), (0, 0, 1));
}

#[test]
fn a_live_token_group_is_joined_before_an_earlier_alternative() {
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
fn a_live_group_is_joined_after_its_end_but_does_not_grow() {
    let mut desk = Fixture::new(&real("P", "COUNT=5 SHARE=HOST END=2026-01-31"));
    desk.out("P", 2, "ann@ws1").unwrap();
    desk.at("2026-02-01");
    desk.out("P", 2, "bob@ws1").unwrap();
    assert_eq!(desk.out("P", 3, "cid@ws1"), Err(Reason::NotInForce));
    assert_eq!(desk.out("P", 1, "ann@ws2"), Err(Reason::NotInForce));
    assert_eq!(desk.used("P"), 2);
}

#[test]
fn counts_multiply_along_a_path_and_never_wrap() {
    let mut desk = Fixture::new(
        &[
            real("P", "COUNT=UNLIMITED"),
            token("T1", &[("P", 2_147_483_647)], ""),
            token("T2", &[("T1", 2_147_483_647)], ""),
            token("T3", &[("T2", 2_147_483_647)], ""),
        ]
        .concat(),
    );
    desk.out("T2", 1, "").unwrap();
    assert_eq!(desk.used("P"), 2_147_483_647 * 2_147_483_647);
    assert_eq!(desk.out("T3", 1, ""), Err(Reason::NotEnoughLicenses));
    assert!(desk.why("T3", 1, "").contains("2^64 or more"));
}

#[test]
fn versions_hold_from_outside_and_inside() {
    let mut desk = Fixture::new(
        "FEATURE P { VENDOR=abc COUNT=5 VERSION=1.2 }\n\
         FEATURE T { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.10 COUNT=1\" }",
    );
    assert_eq!(desk.out("T", 1, ""), Err(Reason::VersionTooLow));
    let request = Request {
        version: Some(keywright::license::Version { major: 1, minor: 2 }),
        ..desk.request("P", 1, "")
    };
    desk.grant(&Event::Checkout(request)).unwrap();
}

#[test]
fn a_dependency_stays_with_its_vendor() {
    let mut desk = Fixture::new(
        "FEATURE P { VENDOR=other COUNT=5 }\n\
         FEATURE T { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=1\" }",
    );
    assert_eq!(desk.out("T", 1, ""), Err(Reason::NoSuchFeature));
    desk.out("P", 1, "").unwrap();
}

#[test]
fn the_nearest_miss_names_the_denial() {
    let mut desk = Fixture::new(
        &[
            real("Old", "COUNT=5 END=2025-01-01"),
            real("Full", "COUNT=1"),
            token("T", &[("Missing", 1)], ""),
            token("T", &[("Old", 1)], ""),
            token("T", &[("Full", 2)], ""),
        ]
        .concat(),
    );
    assert_eq!(desk.out("T", 1, ""), Err(Reason::NotEnoughLicenses));
    assert_eq!(
        desk.why("T", 1, ""),
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
fn a_denial_says_when_another_choice_would_have_served() {
    let mut desk = Fixture::new(
        &[
            real("A", "COUNT=1"),
            real("B", "COUNT=1"),
            token("Any", &[("A", 1)], ""),
            token("Any", &[("B", 1)], ""),
            token("T", &[("Any", 1), ("A", 1)], ""),
        ]
        .concat(),
    );
    assert_eq!(desk.out("T", 1, ""), Err(Reason::NotEnoughLicenses));
    assert!(
        desk.why("T", 1, "")
            .contains("\nnote: another choice of alternatives would be granted: 1 × `A`, 1 × `B`\n")
    );
    assert_eq!((desk.used("A"), desk.used("B")), (0, 0));
}

#[test]
fn upgrades_add_within_their_dates() {
    let mut desk = Fixture::new(
        &[
            real("P", "COUNT=5"),
            "FEATURE P { VENDOR=abc KEYTYPE=UPGRADE COUNT=3 START=2026-01-01 END=2026-01-31 }\n".to_owned(),
        ]
        .concat(),
    );
    desk.out("P", 8, "").unwrap();
    assert_eq!(desk.out("P", 1, ""), Err(Reason::NotEnoughLicenses));
    desk.at("2026-02-01");
    assert_eq!(desk.used("P"), 8);
    assert_eq!(desk.out("P", 1, ""), Err(Reason::NotEnoughLicenses));
}

#[test]
fn the_same_payload_counts_once() {
    let one = real("P", "COUNT=5 KEYTYPE=EXCLUSIVE").replace("KEYTYPE=EXCLUSIVE COUNT", "COUNT");
    let first = license(&one);
    let again = license(&one.replace("COUNT=5 KEYTYPE=EXCLUSIVE", "KEYTYPE=EXCLUSIVE COUNT=5 KEY=abc"));
    let model = Model::compile([&first, &again]).unwrap();
    assert_eq!(model.blocks_of(model.name("P").unwrap()).len(), 1);
}

#[test]
fn a_renewal_that_replaces_hides_the_old_block_while_in_force() {
    let mut desk = Fixture::new(&[
        "FEATURE P { VENDOR=abc KEYTYPE=ADDITIVE COUNT=5 SN=a }\n",
        "FEATURE P { VENDOR=abc KEYTYPE=ADDITIVE COUNT=7 SN=b START=2026-02-01 REPLACES=\"FEATURE=P\" }\n",
    ].concat());
    desk.out("P", 1, "").unwrap();
    assert_eq!(desk.used("P#1"), 1);
    desk.at("2026-02-01");
    desk.out("P", 1, "").unwrap();
    assert_eq!((desk.used("P#1"), desk.used("P#2")), (1, 1));
}

#[test]
fn hold_and_minimum_keep_licenses_through_tokens() {
    let mut desk =
        Fixture::new(&[real("P", "COUNT=5 HOLD=60 MIN_CHECKOUT=600"), token("T", &[("P", 2)], "")].concat());
    let ticket = desk.out("T", 1, "").unwrap();
    desk.back(ticket);
    assert_eq!(desk.used("P"), 2);
    desk.at("2026-01-15T00:09:59");
    assert_eq!(desk.used("P"), 2);
    desk.at("2026-01-15T00:10:00");
    assert_eq!(desk.used("P"), 0);
    let ticket = desk.out("T", 1, "").unwrap();
    desk.at("2026-01-15T01:00:00");
    desk.back(ticket);
    desk.at("2026-01-15T01:00:59");
    assert_eq!(desk.used("P"), 2);
    desk.at("2026-01-15T01:01:00");
    assert_eq!(desk.used("P"), 0);
}

#[test]
fn borrowed_licenses_return_by_themselves() {
    let mut desk = Fixture::new(&real("P", "COUNT=5 BORROW=24"));
    let request = desk.request("P", 2, "ann@ws1");
    desk.grant(&Event::Borrow(request, 24)).unwrap();
    assert_eq!(desk.grant(&Event::Borrow(request, 25)), Err(Reason::NotDrawable));
    desk.at("2026-01-15T23:59:59");
    assert_eq!(desk.used("P"), 2);
    desk.at("2026-01-16");
    assert_eq!(desk.used("P"), 0);
}

#[test]
fn softlimit_warns_and_grants() {
    let mut desk = Fixture::new(&real("P", "COUNT=5 SOFTLIMIT=2"));
    let event = |desk: &mut Fixture| Event::Checkout(desk.request("P", 2, ""));
    for above in [0, 1] {
        let event = event(&mut desk);
        let Outcome::Granted(grant) = desk.model.apply(&mut desk.state, &event) else {
            panic!("granted");
        };
        assert_eq!(grant.above_softlimit.len(), above);
    }
}

#[test]
fn reserved_licenses_serve_named_users_only() {
    let mut desk = Fixture::new(&real("P", "COUNT=5 USERBASED=3"));
    desk.out("P", 2, "").unwrap();
    assert_eq!(desk.out("P", 1, ""), Err(Reason::NotEnoughLicenses));
    desk.out("P", 3, "ann@ws1").unwrap();
}

#[test]
fn activation_binds_a_device_once() {
    let mut desk = Fixture::new("FEATURE D { VENDOR=abc KEYTYPE=ACTIVATION COUNT=1 }");
    let (one, two) = (desk.symbols.symbol("one"), desk.symbols.symbol("two"));
    let feature = desk.model.name("D");
    let activate = |device| Event::Activate { feature, device };
    desk.grant(&activate(one)).unwrap();
    desk.grant(&activate(one)).unwrap();
    assert_eq!(desk.used("D"), 1);
    assert_eq!(desk.grant(&activate(two)), Err(Reason::NotEnoughLicenses));
    desk.grant(&Event::Deactivate { feature, device: one }).unwrap();
    desk.grant(&activate(two)).unwrap();
    assert_eq!(desk.out("D", 1, ""), Err(Reason::NotDrawable));
    let again = Event::Deactivate { feature, device: one };
    let outcome = desk.model.apply(&mut desk.state, &again);
    assert_eq!(outcome, Outcome::Failed(Failure::NothingToReturn));
}

#[test]
fn lots_burn_by_their_end_and_a_charge_may_be_split() {
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
fn money_buys_whole_tokens() {
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
fn a_checkout_draws_and_burns_and_returns_only_what_was_drawn() {
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
fn a_shared_token_burns_up_to_its_high_water_mark() {
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
fn the_limit_on_active_tokens_counts_floating_and_activated() {
    let mut desk = Fixture::new(
        &[
            real("P", "COUNT=50"),
            "FEATURE D { VENDOR=abc KEYTYPE=ACTIVATION COUNT=5 }\n".to_owned(),
            "FEATURE L { VENDOR=abc }\n".to_owned(),
        ]
        .concat(),
    );
    desk.state.limit_active_tokens(Some(3));
    let ticket = desk.out("P", 2, "").unwrap();
    let device = desk.symbols.symbol("laptop");
    let activate = Event::Activate { feature: desk.model.name("D"), device };
    desk.grant(&activate).unwrap();
    assert_eq!(desk.out("P", 1, ""), Err(Reason::ActiveTokenLimit));
    assert_eq!(desk.used("P"), 2);
    desk.out("L", 1, "").unwrap();
    desk.back(ticket);
    desk.out("P", 2, "").unwrap();
}

#[test]
fn cycles_long_chains_and_double_sharing_are_refused() {
    let refused = |text: &str| Model::compile([&license(text)]).unwrap_err().message;
    let ring = [token("A", &[("B", 1)], ""), token("B", &[("A", 1)], "")].concat();
    assert_eq!(refused(&ring), "dependency cycle: `A` → `B` → `A`");
    let chain = |length: usize| -> String {
        (0..length)
            .map(|level| token(&format!("T{level}"), &[(&format!("T{}", level + 1), 1)], ""))
            .chain([real(&format!("T{length}"), "COUNT=1")])
            .collect()
    };
    Fixture::new(&chain(16)).out("T0", 1, "").unwrap();
    assert_eq!(refused(&chain(17)), "dependency chain too deep: more than 16 dependencies from `T0`");
    let both = [real("P", "COUNT=5 SHARE=HOST"), token("T", &[("P", 1)], "SHARE=USER")].concat();
    assert_eq!(refused(&both), "double sharing: the token `T` and one of its dependencies both have SHARE");
}

fn ladder(levels: usize, width: usize, bottom: &str) -> String {
    let mut text = String::new();
    for level in 0..levels {
        let below = format!("L{}", level + 1);
        text += &token(&format!("L{level}"), &vec![(below.as_str(), 1); width], "");
    }
    text + &real(&format!("L{levels}"), bottom)
}

#[test]
fn a_ladder_of_equal_dependencies_is_walked_by_names() {
    let mut desk = Fixture::new(&ladder(16, 512, "COUNT=UNLIMITED"));
    assert_eq!(desk.out("L0", 1, ""), Err(Reason::NotEnoughLicenses));
    assert_eq!(desk.out("L10", 1, "").map(|_| desk.used("L16")), Ok(1 << 54));
    assert!(desk.state.work() < 100_000);
    let lines = desk.why("L0", 1, "");
    assert_eq!(lines.lines().count(), 17, "{lines}");
}

#[test]
fn a_walk_that_passes_its_budget_is_undetermined() {
    let bottom = "COUNT=UNLIMITED }\nFEATURE L16 { VENDOR=abc KEYTYPE=ADDITIVE COUNT=1";
    let mut desk = Fixture::new(&ladder(16, 512, bottom));
    let request = desk.request("L0", 1, "");
    let outcome = desk.model.apply(&mut desk.state, &Event::Checkout(request));
    assert_eq!(outcome, Outcome::Failed(Failure::Budget));
    assert_eq!(desk.used("L16"), 0);
}

#[test]
fn checkin_takes_the_oldest_of_a_person() {
    let mut desk = Fixture::new(&real("P", "COUNT=10"));
    desk.out("P", 1, "ann@ws1").unwrap();
    desk.out("P", 2, "bob@ws1").unwrap();
    desk.out("P", 3, "ann@ws1").unwrap();
    let person = Some(desk.who("ann@ws1"));
    let feature = desk.model.name("P");
    let checkin = Event::Checkin { feature, person, custom: None };
    desk.grant(&checkin).unwrap();
    assert_eq!(desk.used("P"), 5);
    desk.grant(&checkin).unwrap();
    assert_eq!(desk.used("P"), 2);
    let outcome = desk.model.apply(&mut desk.state, &checkin);
    assert_eq!(outcome, Outcome::Failed(Failure::NothingToReturn));
}

/// A token with the given dependencies and so many equal ones that walks are merged.
fn over(needs: &str, paths: usize) -> String {
    let padding = "TOKEN_DEPENDENCY=\"FEATURE=F VERSION=1.0 COUNT=1\" ".repeat(paths);
    format!("FEATURE T {{ VENDOR=abc KEYTYPE=TOKEN {needs} {padding} }}\n{}", real("F", "COUNT=1000"))
}

fn need(name: &str, version: &str, count: u64) -> String {
    format!("TOKEN_DEPENDENCY=\"FEATURE={name} VERSION={version} COUNT={count}\" ")
}

#[test]
fn the_reason_does_not_depend_on_the_number_of_paths() {
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
            let mut desk = Fixture::new(
                &[
                    real("B", "COUNT=1"),
                    real("A", old),
                    token("U", &[("B", 2)], ""),
                    token("V", &[("U", 1)], ""),
                    over(&needs, paths),
                ]
                .concat(),
            );
            assert_eq!(desk.out("T", 1, "ann@ws1"), Err(reason), "{needs} over {paths} paths");
            assert!(desk.why("T", 1, "ann@ws1").contains(reason.as_str()));
            assert_eq!((desk.used("B"), desk.used("F")), (0, 0));
        }
    }
}

#[test]
fn lots_of_several_versions_are_charged_path_by_path() {
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
fn numbers_beyond_all_lots_are_denied_and_change_nothing() {
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
fn consumption_and_borrowing_say_what_a_token_can_never_give_before_its_dates() {
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

#[test]
fn a_mix_and_a_log_of_events_are_played() {
    let desk = Fixture::new(
        &[real("Pool", "COUNT=20"), token("Draw", &[("Pool", 5)], ""), token("Write", &[("Pool", 2)], "")]
            .concat(),
    );
    let ask = |name: &str| Request::one(desk.model.name(name));
    let mut people = Interner::default();
    let limit = desk.model.first_denied(&desk.state, &[ask("Draw"), ask("Write")], &mut people);
    assert_eq!(limit.granted, [3, 2]);
    assert_eq!(limit.stopped, Some((1, Outcome::Denied(Reason::NotEnoughLicenses))));
    assert_eq!(desk.model.first_denied(&desk.state, &[], &mut people).granted, [0_u64; 0]);
    let mut state = desk.state.clone();
    let checkin = |name: &str| Event::Checkin { feature: desk.model.name(name), person: None, custom: None };
    let log = [
        Event::Checkout(ask("Draw")),
        Event::Checkout(ask("Write")),
        checkin("Draw"),
        Event::Checkout(ask("Write")),
    ];
    let replay = desk.model.replay(&mut state, log);
    let pool = desk.model.blocks_of(desk.model.name("Pool").unwrap())[0];
    assert_eq!((replay.peaks, replay.live.len(), state.used(pool)), (vec![(pool, 7)], 2, 4));
    assert!(replay.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Granted(_))));
}
