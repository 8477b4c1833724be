//! The resolver against the examples of the license documentation and against its own decisions.

use keywright::license::License;
use keywright::resolve::{
    Event, Failure, Interner, Model, Outcome, Reason, Request, Requester, State, Ticket,
};

/// A model and a state, driven by names.
pub(crate) struct Fixture {
    pub(crate) model: Model,
    pub(crate) state: State,
    pub(crate) symbols: Interner,
}

fn day(text: &str) -> jiff::civil::DateTime {
    text.parse::<jiff::civil::Date>().unwrap().at(0, 0, 0, 0)
}

pub(crate) fn license(text: &str) -> License {
    let license = License::from_text("test.lic", text);
    assert!(!license.has_errors(), "{:#?}", license.diagnostics);
    license
}

impl Fixture {
    pub(crate) fn new(text: &str) -> Self {
        let model = Model::compile([&license(text)]).unwrap();
        let state = State::new(&model, day("2026-01-15"));
        Self { model, state, symbols: Interner::default() }
    }

    pub(crate) fn who(&mut self, by: &str) -> Requester {
        let (user, host) = by.split_once('@').unwrap_or((by, ""));
        let mut part = |text: &str| (!text.is_empty()).then(|| self.symbols.symbol(text));
        Requester { user: part(user), host: part(host), custom: None }
    }

    pub(crate) fn request(&mut self, feature: &str, count: u64, by: &str) -> Request {
        Request { count, who: self.who(by), ..Request::one(self.model.name(feature)) }
    }

    pub(crate) fn checkout(&mut self, feature: &str, count: u64, by: &str) -> Result<Ticket, Reason> {
        let request = self.request(feature, count, by);
        self.grant(&Event::Checkout(request)).map(Option::unwrap)
    }

    pub(crate) fn grant(&mut self, event: &Event) -> Result<Option<Ticket>, Reason> {
        match self.model.apply(&mut self.state, event) {
            Outcome::Granted(grant) => Ok(grant.ticket),
            Outcome::Denied(reason) => Err(reason),
            Outcome::Failed(failure) => panic!("{}", failure.as_str()),
        }
    }

    pub(crate) fn checkin(&mut self, ticket: Ticket) {
        self.grant(&Event::Return(ticket)).unwrap();
    }

    pub(crate) fn used(&self, name: &str) -> u64 {
        let (name, ordinal) = name.split_once('#').map_or((name, None), |(n, o)| (n, Some(o)));
        self.model
            .blocks_of(self.model.name(name).unwrap())
            .iter()
            .enumerate()
            .filter(|(index, _)| ordinal.is_none_or(|o| o == (index + 1).to_string()))
            .map(|(_, block)| self.state.used(*block))
            .sum()
    }

    pub(crate) fn advance_to(&mut self, date: &str) {
        self.grant(&Event::Advance(date.parse().unwrap_or_else(|_| day(date)))).unwrap();
    }

    pub(crate) fn explain(&mut self, feature: &str, count: u64, by: &str) -> String {
        let request = self.request(feature, count, by);
        let explanation = self.model.explain(&mut self.state, &Event::Checkout(request)).unwrap();
        explanation.lines(&self.model, &self.symbols).join("\n")
    }
}

pub(crate) fn pool(name: &str, rest: &str) -> String {
    format!("FEATURE {name} {{ VENDOR=abc KEYTYPE=EXCLUSIVE {rest} }}\n")
}

pub(crate) fn token(name: &str, needs: &[(&str, u64)], rest: &str) -> String {
    let lines: String = needs
        .iter()
        .map(|(name, count)| format!("TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT={count}\" "))
        .collect();
    format!("FEATURE {name} {{ VENDOR=abc KEYTYPE=TOKEN {rest} {lines} }}\n")
}

#[test]
fn alternatives_follow_file_order() {
    let pools = [pool("Low", "COUNT=5"), pool("High", "COUNT=10")].concat();
    let low = token("MyDraw", &[("Low", 5)], "");
    let high = token("MyDraw", &[("High", 10)], "");
    let mut fixture = Fixture::new(&format!("{pools}{low}{high}"));
    fixture.checkout("MyDraw", 1, "").unwrap();
    assert_eq!((fixture.used("Low"), fixture.used("High")), (5, 0));
    fixture.checkout("MyDraw", 1, "").unwrap();
    assert_eq!((fixture.used("Low"), fixture.used("High")), (5, 10));
    assert_eq!(fixture.checkout("MyDraw", 1, ""), Err(Reason::NotEnoughLicenses));
    let mut fixture = Fixture::new(&format!("{pools}{high}{low}"));
    fixture.checkout("MyDraw", 1, "").unwrap();
    assert_eq!((fixture.used("Low"), fixture.used("High")), (0, 10));
}

#[test]
fn failed_alternative_is_rolled_back() {
    let mut fixture = Fixture::new(
        &[
            pool("A", "COUNT=5"),
            pool("B", "COUNT=1"),
            pool("C", "COUNT=5"),
            token("T", &[("A", 2), ("B", 2)], ""),
            token("T", &[("C", 1)], ""),
        ]
        .concat(),
    );
    fixture.checkout("T", 1, "").unwrap();
    assert_eq!((fixture.used("A"), fixture.used("B"), fixture.used("C")), (0, 0, 1));
}

#[test]
fn counts_multiply_along_path_without_wrapping() {
    let mut fixture = Fixture::new(
        &[
            pool("P", "COUNT=UNLIMITED"),
            token("T1", &[("P", 2_147_483_647)], ""),
            token("T2", &[("T1", 2_147_483_647)], ""),
            token("T3", &[("T2", 2_147_483_647)], ""),
        ]
        .concat(),
    );
    fixture.checkout("T2", 1, "").unwrap();
    assert_eq!(fixture.used("P"), 2_147_483_647 * 2_147_483_647);
    assert_eq!(fixture.checkout("T3", 1, ""), Err(Reason::NotEnoughLicenses));
    assert!(fixture.explain("T3", 1, "").contains("more than 2^64"));
}

#[test]
fn versions_are_checked_for_requests_and_dependencies() {
    let mut fixture = Fixture::new(
        "FEATURE P { VENDOR=abc COUNT=5 VERSION=1.2 }\n\
         FEATURE T { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.10 COUNT=1\" }",
    );
    assert_eq!(fixture.checkout("T", 1, ""), Err(Reason::VersionTooLow));
    let request = Request {
        version: Some(keywright::license::Version { major: 1, minor: 2 }),
        ..fixture.request("P", 1, "")
    };
    fixture.grant(&Event::Checkout(request)).unwrap();
}

#[test]
fn dependencies_match_same_vendor_only() {
    let mut fixture = Fixture::new(
        "FEATURE P { VENDOR=other COUNT=5 }\n\
         FEATURE T { VENDOR=abc KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=1\" }",
    );
    assert_eq!(fixture.checkout("T", 1, ""), Err(Reason::NoSuchFeature));
    fixture.checkout("P", 1, "").unwrap();
}

#[test]
fn upgrades_apply_within_their_dates() {
    let mut fixture = Fixture::new(
        &[
            pool("P", "COUNT=5"),
            "FEATURE P { VENDOR=abc KEYTYPE=UPGRADE COUNT=3 START=2026-01-01 END=2026-01-31 }\n".to_owned(),
        ]
        .concat(),
    );
    fixture.checkout("P", 8, "").unwrap();
    assert_eq!(fixture.checkout("P", 1, ""), Err(Reason::NotEnoughLicenses));
    fixture.advance_to("2026-02-01");
    assert_eq!(fixture.used("P"), 8);
    assert_eq!(fixture.checkout("P", 1, ""), Err(Reason::NotEnoughLicenses));
}

#[test]
fn identical_blocks_count_once() {
    let one = pool("P", "COUNT=5 KEYTYPE=EXCLUSIVE").replace("KEYTYPE=EXCLUSIVE COUNT", "COUNT");
    let first = license(&one);
    let again = license(&one.replace("COUNT=5 KEYTYPE=EXCLUSIVE", "KEYTYPE=EXCLUSIVE COUNT=5 KEY=abc"));
    let model = Model::compile([&first, &again]).unwrap();
    assert_eq!(model.blocks_of(model.name("P").unwrap()).len(), 1);
}

#[test]
fn renewal_hides_replaced_block_while_in_force() {
    let mut fixture = Fixture::new(&[
        "FEATURE P { VENDOR=abc KEYTYPE=ADDITIVE COUNT=5 SN=a }\n",
        "FEATURE P { VENDOR=abc KEYTYPE=ADDITIVE COUNT=7 SN=b START=2026-02-01 REPLACES=\"FEATURE=P\" }\n",
    ].concat());
    fixture.checkout("P", 1, "").unwrap();
    assert_eq!(fixture.used("P#1"), 1);
    fixture.advance_to("2026-02-01");
    fixture.checkout("P", 1, "").unwrap();
    assert_eq!((fixture.used("P#1"), fixture.used("P#2")), (1, 1));
}

#[test]
fn hold_and_minimum_apply_through_tokens() {
    let mut fixture =
        Fixture::new(&[pool("P", "COUNT=5 HOLD=60 MIN_CHECKOUT=600"), token("T", &[("P", 2)], "")].concat());
    let ticket = fixture.checkout("T", 1, "").unwrap();
    fixture.checkin(ticket);
    assert_eq!(fixture.used("P"), 2);
    fixture.advance_to("2026-01-15T00:09:59");
    assert_eq!(fixture.used("P"), 2);
    fixture.advance_to("2026-01-15T00:10:00");
    assert_eq!(fixture.used("P"), 0);
    let ticket = fixture.checkout("T", 1, "").unwrap();
    fixture.advance_to("2026-01-15T01:00:00");
    fixture.checkin(ticket);
    fixture.advance_to("2026-01-15T01:00:59");
    assert_eq!(fixture.used("P"), 2);
    fixture.advance_to("2026-01-15T01:01:00");
    assert_eq!(fixture.used("P"), 0);
}

#[test]
fn borrowed_licenses_expire() {
    let mut fixture = Fixture::new(&pool("P", "COUNT=5 BORROW=24"));
    let request = fixture.request("P", 2, "ann@ws1");
    fixture.grant(&Event::Borrow(request, 24)).unwrap();
    assert_eq!(fixture.grant(&Event::Borrow(request, 25)), Err(Reason::NotDrawable));
    fixture.advance_to("2026-01-15T23:59:59");
    assert_eq!(fixture.used("P"), 2);
    fixture.advance_to("2026-01-16");
    assert_eq!(fixture.used("P"), 0);
}

#[test]
fn softlimit_warns_and_grants() {
    let mut fixture = Fixture::new(&pool("P", "COUNT=5 SOFTLIMIT=2"));
    let event = |fixture: &mut Fixture| Event::Checkout(fixture.request("P", 2, ""));
    for above in [0, 1] {
        let event = event(&mut fixture);
        let Outcome::Granted(grant) = fixture.model.apply(&mut fixture.state, &event) else {
            panic!("granted");
        };
        assert_eq!(grant.above_softlimit.len(), above);
    }
}

#[test]
fn reserved_licenses_serve_named_users_only() {
    let mut fixture = Fixture::new(&pool("P", "COUNT=5 USERBASED=3"));
    fixture.checkout("P", 2, "").unwrap();
    assert_eq!(fixture.checkout("P", 1, ""), Err(Reason::NotEnoughLicenses));
    fixture.checkout("P", 3, "ann@ws1").unwrap();
}

#[test]
fn activation_counts_each_device_once() {
    let mut fixture = Fixture::new("FEATURE D { VENDOR=abc KEYTYPE=ACTIVATION COUNT=1 }");
    let (one, two) = (fixture.symbols.symbol("one"), fixture.symbols.symbol("two"));
    let feature = fixture.model.name("D");
    let activate = |device| Event::Activate { feature, device };
    fixture.grant(&activate(one)).unwrap();
    fixture.grant(&activate(one)).unwrap();
    assert_eq!(fixture.used("D"), 1);
    assert_eq!(fixture.grant(&activate(two)), Err(Reason::NotEnoughLicenses));
    fixture.grant(&Event::Deactivate { feature, device: one }).unwrap();
    fixture.grant(&activate(two)).unwrap();
    assert_eq!(fixture.checkout("D", 1, ""), Err(Reason::NotDrawable));
    let again = Event::Deactivate { feature, device: one };
    let outcome = fixture.model.apply(&mut fixture.state, &again);
    assert_eq!(outcome, Outcome::Failed(Failure::NothingToReturn));
}

#[test]
fn active_token_limit_counts_floating_and_activated() {
    let mut fixture = Fixture::new(
        &[
            pool("P", "COUNT=50"),
            "FEATURE D { VENDOR=abc KEYTYPE=ACTIVATION COUNT=5 }\n".to_owned(),
            "FEATURE L { VENDOR=abc }\n".to_owned(),
        ]
        .concat(),
    );
    fixture.state.limit_active_tokens(Some(3));
    let ticket = fixture.checkout("P", 2, "").unwrap();
    let device = fixture.symbols.symbol("laptop");
    let activate = Event::Activate { feature: fixture.model.name("D"), device };
    fixture.grant(&activate).unwrap();
    assert_eq!(fixture.checkout("P", 1, ""), Err(Reason::ActiveTokenLimit));
    assert_eq!(fixture.used("P"), 2);
    fixture.checkout("L", 1, "").unwrap();
    fixture.checkin(ticket);
    fixture.checkout("P", 2, "").unwrap();
}

#[test]
fn checkin_returns_oldest_checkout_of_user() {
    let mut fixture = Fixture::new(&pool("P", "COUNT=10"));
    fixture.checkout("P", 1, "ann@ws1").unwrap();
    fixture.checkout("P", 2, "bob@ws1").unwrap();
    fixture.checkout("P", 3, "ann@ws1").unwrap();
    let person = Some(fixture.who("ann@ws1"));
    let feature = fixture.model.name("P");
    let checkin = Event::Checkin { feature, person, custom: None };
    fixture.grant(&checkin).unwrap();
    assert_eq!(fixture.used("P"), 5);
    fixture.grant(&checkin).unwrap();
    assert_eq!(fixture.used("P"), 2);
    let outcome = fixture.model.apply(&mut fixture.state, &checkin);
    assert_eq!(outcome, Outcome::Failed(Failure::NothingToReturn));
}

pub(crate) fn need(name: &str, version: &str, count: u64) -> String {
    format!("TOKEN_DEPENDENCY=\"FEATURE={name} VERSION={version} COUNT={count}\" ")
}

#[test]
fn mix_and_event_log_are_replayed() {
    let fixture = Fixture::new(
        &[pool("Pool", "COUNT=20"), token("Draw", &[("Pool", 5)], ""), token("Write", &[("Pool", 2)], "")]
            .concat(),
    );
    let ask = |name: &str| Request::one(fixture.model.name(name));
    let mut people = Interner::default();
    let limit = fixture.model.first_denied(&fixture.state, &[ask("Draw"), ask("Write")], &mut people);
    assert_eq!(limit.granted, [3, 2]);
    assert_eq!(limit.stopped, Some((1, Outcome::Denied(Reason::NotEnoughLicenses))));
    assert_eq!(fixture.model.first_denied(&fixture.state, &[], &mut people).granted, [0_u64; 0]);
    let mut state = fixture.state.clone();
    let checkin =
        |name: &str| Event::Checkin { feature: fixture.model.name(name), person: None, custom: None };
    let log = [
        Event::Checkout(ask("Draw")),
        Event::Checkout(ask("Write")),
        checkin("Draw"),
        Event::Checkout(ask("Write")),
    ];
    let replay = fixture.model.replay(&mut state, log);
    let pool = fixture.model.blocks_of(fixture.model.name("Pool").unwrap())[0];
    assert_eq!((replay.peaks, replay.live.len(), state.used(pool)), (vec![(pool, 7)], 2, 4));
    assert!(replay.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Granted(_))));
}
