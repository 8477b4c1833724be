//! The table of directives. Parsing, checks, the formatter, documentation and completion use it.

pub use keywright_syntax::limits::MAX_COUNT;
use keywright_syntax::limits::{MAX_DEPENDENCIES, MAX_HOST_IDS, MAX_TIERS};

use super::model::{Feature, Metered, Terms};
use super::problem::{Problem, RawValue};
use super::value::{KeyType, Kind, Payment, Period, SystemClockCheck, Tier};

/// A directive.
#[derive(Debug)]
#[non_exhaustive]
pub struct Directive {
    /// The name, as written before `=`.
    pub name: &'static str,
    /// The form of the value, for users.
    pub form: &'static str,
    /// True if the canonical layout quotes the value.
    pub quoted: bool,
    /// The maximum number of times in one block; 1 for most directives.
    pub most: usize,
    /// The kinds of block that may have it.
    pub on: &'static [Kind],
    /// Another directive that the block must have.
    pub needs: Needs,
    /// True if `verify --redact` masks the value: it identifies the customer, or is free text. Directives that are not in
    /// this table are always masked.
    pub redacted: bool,
    /// True if the value is free text, which may be empty.
    pub free_text: bool,
    /// True if the value names the customer or the set: equal in all blocks of a license, and otherwise without effect.
    pub identity: bool,
    /// True if every signed block has it.
    pub mandatory: bool,
    /// The effect on checkouts.
    pub effect: Effect,
    /// The type of its value if a template may set it on every block, because it describes a whole license.
    pub every_block: Option<EveryBlock>,
    /// The first version of the license language that has it.
    pub since: u16,
    /// The meaning, in one line.
    pub summary: &'static str,
    /// Parses the value and stores it in the block.
    pub(super) set: fn(&mut Feature, RawValue<'_>) -> Result<(), Problem>,
}

/// A requirement of a directive on its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// COUNT, because the directive changes how counted licenses are granted.
    Count,
    /// PAYMENT=POSTPAID.
    Postpaid,
}

/// The effect of a directive on checkouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It decides what a checkout consumes, or whether it is granted.
    Checkout,
    /// It restricts who is served. The license server enforces it; the resolver does not model it.
    Server,
    /// It qualifies a directive with the effect [`Effect::Server`].
    Detail,
    /// None: it is information for people and programs.
    Information,
}

/// The type of a value that a template may set on every block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EveryBlock {
    /// A date.
    Date,
    /// A name.
    Name,
    /// Free text.
    Text,
}

const ALL: &[Kind] = &Kind::ALL;
const COUNTED: &[Kind] =
    &[Kind::Exclusive, Kind::Additive, Kind::Upgrade, Kind::Activation, Kind::Metered, Kind::Local];
const TOKEN: &[Kind] = &[Kind::Token];
const LOCAL: &[Kind] = &[Kind::Local];
const METERED: &[Kind] = &[Kind::Metered];

const SECONDS: (u32, u32) = (1, 31_536_000);

impl Directive {
    /// Returns true if the directive may be repeated.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.most > 1
    }
}

/// Returns the table entry of a directive.
#[must_use]
pub fn directive(name: &str) -> Option<&'static Directive> {
    numbered(name).map(|(_, row)| row)
}

/// The row of a directive with its place in the table.
pub(super) fn numbered(name: &str) -> Option<(usize, &'static Directive)> {
    numbered_from(0, name)
}

/// As [`numbered`], but begins the search at a row: directives are usually in the order of the table.
pub(super) fn numbered_from(first: usize, name: &str) -> Option<(usize, &'static Directive)> {
    let rows = || DIRECTIVES.iter().enumerate();
    rows().skip(first).chain(rows().take(first)).find(|(_, row)| row.name == name)
}

fn terms(feature: &mut Feature) -> &mut Terms {
    feature.terms.get_or_insert_with(Box::default)
}

fn metered(feature: &mut Feature) -> &mut Metered {
    feature.metered.get_or_insert_with(Box::default)
}

// Kept compact so that it can be read as a table.
#[rustfmt::skip]
/// All directives, in their usual order in a block.
pub static DIRECTIVES: &[Directive] = &[
    Directive {
        name: "VENDOR", form: "name", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: true,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "the vendor that issues and signs; dependencies are resolved within one vendor",
        set: |feature, value| value.name().map(|name| feature.vendor = Some(name)),
    },
    Directive {
        name: "KEYTYPE", form: "EXCLUSIVE, ADDITIVE, UPGRADE, TOKEN, ACTIVATION or METERED", quoted: false, most: 1,
        on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "the kind of block; without KEYTYPE a block with COUNT is EXCLUSIVE, and one without COUNT is a local license",
        set: |feature, value| value.choice(KEYTYPES).map(|keytype| feature.keytype = Some(keytype)),
    },
    Directive {
        name: "VERSION", form: "major.minor", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "highest version that may be checked out; default 1.0",
        set: |feature, value| {
            feature.version = value.version()?;
            feature.version_span = Some(value.span);
            Ok(())
        },
    },
    Directive {
        name: "MAJOR_VERSION", form: "0 to 9999", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "older spelling of VERSION: the part before the point",
        set: |feature, value| {
            feature.version.major = value.small_number(0, 9999)?;
            feature.version_span = Some(value.span);
            Ok(())
        },
    },
    Directive {
        name: "MINOR_VERSION", form: "0 to 9999", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "older spelling of VERSION: the part after the point",
        set: |feature, value| value.small_number(0, 9999).map(|minor| feature.version.minor = minor),
    },
    Directive {
        name: "COUNT", form: "1 to 2147483647, or UNLIMITED", quoted: false, most: 1, on: COUNTED, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "number of concurrent licenses, devices (ACTIVATION) or purchased tokens (METERED)",
        set: |feature, value| value.count().map(|count| feature.count = Some(count)),
    },
    Directive {
        name: "TOKEN_DEPENDENCY", form: "\"FEATURE=name VERSION=v COUNT=n\"", quoted: true, most: MAX_DEPENDENCIES, on: TOKEN,
        needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "a license that a checkout needs; if repeated, all of them are needed",
        set: |feature, value| value.dependency().map(|dependency| feature.dependencies.push(dependency)),
    },
    Directive {
        name: "SHARE", form: "HOST, USER, CUSTOM, VIRTUAL, CLOUD, TERMINALSERVER, SINGLE, joined by |", quoted: false,
        most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "the checkouts that share one license (HOST, USER, CUSTOM) and the permitted environments",
        set: |feature, value| value.share().map(|share| feature.share = Some(share)),
    },
    Directive {
        name: "START", form: "YYYY-MM-DD", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: Some(EveryBlock::Date), since: 1,
        summary: "first day of validity, from 00:00",
        set: |feature, value| value.date().map(|date| feature.start = Some(date)),
    },
    Directive {
        name: "END", form: "YYYY-MM-DD", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: Some(EveryBlock::Date), since: 1,
        summary: "last day of validity, until 23:59:59",
        set: |feature, value| value.date().map(|date| feature.end = Some(date)),
    },
    Directive {
        name: "MAINTENANCE_START", form: "YYYY-MM-DD", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Date), since: 1,
        summary: "first day of the maintenance plan (informational)",
        set: |feature, value| value.date().map(|date| terms(feature).maintenance_start = Some(date)),
    },
    Directive {
        name: "MAINTENANCE_END", form: "YYYY-MM-DD", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Date), since: 1,
        summary: "last day of the maintenance plan (informational)",
        set: |feature, value| value.date().map(|date| terms(feature).maintenance_end = Some(date)),
    },
    Directive {
        name: "ISSUED", form: "YYYY-MM-DD", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Date), since: 1,
        summary: "date of issue",
        set: |feature, value| value.date().map(|date| feature.issued = Some(date)),
    },
    Directive {
        name: "SN", form: "name", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: false, identity: true, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Name), since: 1,
        summary: "serial number of the purchase; a customer may have several",
        set: |feature, value| value.name().map(|name| feature.sn = Some(name)),
    },
    Directive {
        name: "LICENSEE", form: "text", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: true, identity: true, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Text), since: 1,
        summary: "the customer that the license is issued to",
        set: |_, value| value.text(),
    },
    Directive {
        name: "DATA", form: "text", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: true, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Text), since: 1,
        summary: "information for the application",
        set: |_, value| value.text(),
    },
    Directive {
        name: "COMMENT", form: "text", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: true, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Text), since: 1,
        summary: "a signed remark",
        set: |_, value| value.text(),
    },
    Directive {
        name: "OPTIONS", form: "text", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: true, identity: false, mandatory: false,
        effect: Effect::Information, every_block: Some(EveryBlock::Text), since: 1,
        summary: "options for the application",
        set: |_, value| value.text(),
    },
    Directive {
        name: "PLATFORMS", form: "text", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: true, identity: false, mandatory: false,
        effect: Effect::Server, every_block: Some(EveryBlock::Text), since: 1,
        summary: "platforms the license is for",
        set: |_, value| value.text(),
    },
    Directive {
        name: "TIME_ZONES", form: "-12 to 13, separated by commas", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Server, every_block: None, since: 1,
        summary: "allowed client time zones, in hours from GMT",
        set: |_, value| value.time_zones(),
    },
    Directive {
        name: "REPLACES", form: "\"FEATURE=name\" or \"KEY=…\"", quoted: true, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: true, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "replaces another block while valid",
        set: |feature, value| value.replaces().map(|replaces| terms(feature).replaces = Some(replaces)),
    },
    Directive {
        name: "HOSTID", form: "\"TYPE=value\"", quoted: true, most: MAX_HOST_IDS, on: LOCAL, needs: Needs::Nothing,
        redacted: true, free_text: false, identity: false, mandatory: false,
        effect: Effect::Server, every_block: None, since: 1,
        summary: "a host that a local license is locked to",
        set: |_, value| value.host_id(),
    },
    Directive {
        name: "HOSTID_MATCH_RATE", form: "0 to 100", quoted: false, most: 1, on: LOCAL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Detail, every_block: None, since: 1,
        summary: "percentage of host ids that must match; default 100",
        set: |_, value| value.small_number(0, 100).map(drop),
    },
    Directive {
        name: "SYSTEMCLOCKCHECK", form: "LOCAL, INTERNET, TRUE or FALSE", quoted: false, most: 1, on: ALL,
        needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Server, every_block: None, since: 1,
        summary: "detection of a system clock that was set back",
        set: |_, value| value.choice(&SystemClockCheck::ALL.map(|(check, word)| (word, check))).map(drop),
    },
    Directive {
        name: "SOFTLIMIT", form: "1 to 2147483647, below COUNT", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "checkouts above it are granted with a warning",
        set: |feature, value| value.number(1, MAX_COUNT).map(|n| terms(feature).softlimit = Some(n)),
    },
    Directive {
        name: "HOLD", form: "1 to 31536000 seconds", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "time that licenses stay in use after check-in",
        set: |feature, value| value.number(SECONDS.0, SECONDS.1).map(|n| terms(feature).hold = Some(n)),
    },
    Directive {
        name: "MIN_CHECKOUT", form: "1 to 31536000 seconds", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "minimum time that licenses stay in use",
        set: |feature, value| value.number(SECONDS.0, SECONDS.1).map(|n| terms(feature).min_checkout = Some(n)),
    },
    Directive {
        name: "BORROW", form: "1 to 8760 hours", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "maximum time a license may be borrowed for offline use; it is taken from the pool",
        set: |feature, value| value.number(1, 8760).map(|n| terms(feature).borrow = Some(n)),
    },
    Directive {
        name: "GRACE", form: "1 to 168 hours", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Server, every_block: None, since: 1,
        summary: "maximum time of offline use without taking the license from the pool",
        set: |feature, value| value.number(1, 168).map(|n| terms(feature).grace = Some(n)),
    },
    Directive {
        name: "USERBASED", form: "1 to 2147483647, or ALL", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "number of licenses reserved for named users",
        set: |feature, value| value.reserved().map(|n| terms(feature).userbased = Some(n)),
    },
    Directive {
        name: "HOSTBASED", form: "1 to 2147483647, or ALL", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "number of licenses reserved for named hosts",
        set: |feature, value| value.reserved().map(|n| terms(feature).hostbased = Some(n)),
    },
    Directive {
        name: "HAL_SERVERS", form: "3", quoted: false, most: 1, on: COUNTED, needs: Needs::Count,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Server, every_block: None, since: 1,
        summary: "three redundant license servers",
        set: |_, value| value.number(3, 3).map(drop),
    },
    Directive {
        name: "PAYMENT", form: "PREPAID or POSTPAID", quoted: false, most: 1, on: METERED, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "payment for tokens before or after use; default PREPAID",
        set: |feature, value| {
            let payment = value.choice(&[("PREPAID", Payment::Prepaid), ("POSTPAID", Payment::Postpaid)])?;
            metered(feature).payment = payment.value;
            Ok(())
        },
    },
    Directive {
        name: "FUNDS", form: "\"1000.00 USD\"", quoted: true, most: 1, on: METERED, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "prepaid amount of money",
        set: |feature, value| value.money().map(|money| metered(feature).funds = Some(money)),
    },
    Directive {
        name: "PRICE", form: "\"0.05 USD\"", quoted: true, most: 1, on: METERED, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "price of one token",
        set: |feature, value| value.money().map(|money| metered(feature).price = Some(money)),
    },
    Directive {
        name: "PERIOD", form: "MONTH, QUARTER or YEAR", quoted: false, most: 1, on: METERED, needs: Needs::Postpaid,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "calendar billing period",
        set: |feature, value| {
            let choices = [("MONTH", Period::Month), ("QUARTER", Period::Quarter), ("YEAR", Period::Year)];
            value.choice(&choices).map(|period| metered(feature).period = Some(period))
        },
    },
    Directive {
        name: "MINIMUM", form: "1 to 2147483647", quoted: false, most: 1, on: METERED, needs: Needs::Postpaid,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "minimum number of tokens billed in each period",
        set: |feature, value| {
            let minimum = value.number(1, MAX_COUNT)?;
            metered(feature).minimum = Some(keywright_syntax::source::Spanned::new(u64::from(minimum.value), minimum.span));
            Ok(())
        },
    },
    Directive {
        name: "TIER", form: "\"FROM=n PRICE=0.04\"", quoted: true, most: MAX_TIERS, on: METERED, needs: Needs::Postpaid,
        redacted: false, free_text: false, identity: false, mandatory: false,
        effect: Effect::Checkout, every_block: None, since: 1,
        summary: "volume price that applies from this number of tokens in a period",
        set: |feature, value| {
            let (from, price) = value.tier()?;
            metered(feature).tiers.push(keywright_syntax::source::Spanned::new(Tier { from, price }, value.span));
            Ok(())
        },
    },
    Directive {
        name: "KEY", form: "100 characters of base64", quoted: false, most: 1, on: ALL, needs: Needs::Nothing,
        redacted: false, free_text: false, identity: false, mandatory: true,
        effect: Effect::Information, every_block: None, since: 1,
        summary: "the signature of the block's name and directives",
        set: |feature, value| {
            feature.key = Some(value.span);
            Ok(())
        },
    },
];

const KEYTYPES: &[(&str, KeyType)] = &[
    ("EXCLUSIVE", KeyType::Exclusive),
    ("ADDITIVE", KeyType::Additive),
    ("UPGRADE", KeyType::Upgrade),
    ("TOKEN", KeyType::Token),
    ("ACTIVATION", KeyType::Activation),
    ("METERED", KeyType::Metered),
];
