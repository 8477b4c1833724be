//! Checks of a block as a whole: required, misplaced and contradictory directives.

use rust_decimal::Decimal;

use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::effort;
use keywright_syntax::source::{FileId, Span};

use super::codes;
use super::directive::{Directive, Needs};
use super::model::Feature;
use super::value::{Count, Kind, Payment};

/// A directive of a block with its table entry and the place of its name.
pub(super) struct Seen {
    pub(super) row: &'static Directive,
    pub(super) name: Span,
    pub(super) whole: Span,
}

/// Adds the findings about a block as a whole. `unreadable` says that some values are invalid, and `meant` lists the
/// directives probably meant by unknown ones; findings that depend on their absence are suppressed.
pub(super) fn block(
    file: FileId,
    feature: &Feature,
    seen: &[Seen],
    intended: &[&'static str],
    unreadable: bool,
) -> Vec<Diagnostic> {
    let mut checks =
        Checks { file, feature, seen, intended, has_count: false, is_postpaid: false, found: Vec::new() };
    checks.prepare();
    checks.vendor();
    checks.version_spellings();
    let kind_known = feature.keytype.is_some() || !checks.is_given("KEYTYPE");
    if kind_known {
        checks.misplaced();
        checks.missing(unreadable || !intended.is_empty());
    }
    checks.softlimit();
    checks.metered();
    checks.found
}

struct Checks<'a> {
    file: FileId,
    feature: &'a Feature,
    seen: &'a [Seen],
    intended: &'a [&'static str],
    /// True if the block has COUNT, even a misspelled one.
    has_count: bool,
    /// True if the block has PAYMENT=POSTPAID, or a misspelled PAYMENT.
    is_postpaid: bool,
    found: Vec<Diagnostic>,
}

impl Checks<'_> {
    /// Computes once the properties that are needed for each directive.
    fn prepare(&mut self) {
        self.has_count = self.is_given("COUNT");
        let payment = self.feature.metered.as_ref().map(|metered| metered.payment);
        self.is_postpaid = payment == Some(Payment::Postpaid) || self.intended.contains(&"PAYMENT");
    }

    fn place(&self, name: &str) -> Option<&Seen> {
        effort::spend_on(self.seen.len());
        self.seen.iter().find(|seen| seen.row.name == name)
    }

    /// Returns true if the block has a directive, even a misspelled one.
    fn is_given(&self, name: &str) -> bool {
        effort::spend_on(self.intended.len());
        self.place(name).is_some() || self.intended.contains(&name)
    }

    fn report(&mut self, code: &'static Code, span: Span, message: String, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, self.file, span, message).help(help));
    }

    fn vendor(&mut self) {
        if !self.is_given("VENDOR") {
            let message = format!(
                "block `{}` has no VENDOR",
                keywright_syntax::excerpt(self.feature.name.value.as_str())
            );
            let help = "write `VENDOR=name`, the vendor that issues and signs the license";
            self.report(&codes::MISSING_VENDOR, self.feature.name.span, message, help);
        }
    }

    fn version_spellings(&mut self) {
        let pair = ["MAJOR_VERSION", "MINOR_VERSION"].map(|name| self.place(name).map(|seen| seen.whole));
        let single = self.place("VERSION").map(|seen| seen.whole);
        match (single, pair) {
            (Some(single), [Some(other), _] | [None, Some(other)]) => {
                let message = "VERSION together with MAJOR_VERSION or MINOR_VERSION".to_owned();
                let help = "keep either VERSION, or MAJOR_VERSION and MINOR_VERSION";
                self.report(&codes::VERSION_SPELLINGS, single.max(other), message, help);
            }
            _ if ["MAJOR_VERSION", "MINOR_VERSION"].iter().any(|name| self.intended.contains(name)) => {}
            (None, [Some(half), None]) => {
                let message = "MAJOR_VERSION without MINOR_VERSION".to_owned();
                self.report(&codes::VERSION_SPELLINGS, half, message, "write both, or VERSION alone");
            }
            (None, [None, Some(half)]) => {
                let message = "MINOR_VERSION without MAJOR_VERSION".to_owned();
                self.report(&codes::VERSION_SPELLINGS, half, message, "write both, or VERSION alone");
            }
            _ => {}
        }
    }

    fn misplaced(&mut self) {
        let kind = self.feature.kind;
        let mut dependency_named = false;
        for seen in self.seen {
            let row = seen.row;
            if row.on.contains(&kind) {
                self.needs(seen);
            } else if row.name == "TOKEN_DEPENDENCY" {
                if !dependency_named {
                    self.stray_dependency(seen.name);
                }
                dependency_named = true;
            } else {
                let message = format!("`{}` is not allowed on {} block", row.name, kind.with_article());
                self.report(
                    &codes::MISPLACED_DIRECTIVE,
                    seen.name,
                    message,
                    misplaced_help(row.name, kind, row.on),
                );
            }
        }
    }

    fn stray_dependency(&mut self, place: Span) {
        let help = match self.feature.keytype {
            None if self.feature.count.is_none() => "write `KEYTYPE=TOKEN`",
            _ => "only TOKEN blocks have dependencies: remove it, or make the block a TOKEN without COUNT",
        };
        let message =
            format!("TOKEN_DEPENDENCY on a block that is not a TOKEN ({})", self.feature.kind.as_str());
        self.report(&codes::STRAY_DEPENDENCY, place, message, help);
    }

    fn needs(&mut self, seen: &Seen) {
        let name = seen.row.name;
        match seen.row.needs {
            Needs::Count if !self.has_count => {
                let message = format!("`{name}` requires COUNT");
                let help = "it applies to counted licenses only: add COUNT, or remove it";
                self.report(&codes::MISPLACED_DIRECTIVE, seen.name, message, help);
            }
            Needs::Postpaid if !self.is_postpaid => {
                let message = format!("`{name}` requires PAYMENT=POSTPAID");
                self.report(
                    &codes::MISPLACED_DIRECTIVE,
                    seen.name,
                    message,
                    "write `PAYMENT=POSTPAID`, or remove it",
                );
            }
            _ => {}
        }
    }

    fn missing(&mut self, unreadable: bool) {
        let feature = self.feature;
        let Some(keytype) = feature.keytype else { return };
        let word = feature.kind.as_str();
        let dependency = self.is_given("TOKEN_DEPENDENCY");
        match feature.kind {
            Kind::Token if !dependency => {
                let message = format!("TOKEN `{}` has no dependency", feature.name.value);
                let help = "write `TOKEN_DEPENDENCY=\"FEATURE=name VERSION=1.0 COUNT=1\"` for each license that a checkout needs";
                self.report(&codes::MISSING_DEPENDENCY, keytype.span, message, help);
            }
            Kind::Exclusive | Kind::Additive | Kind::Upgrade | Kind::Activation
                if !self.is_given("COUNT") =>
            {
                let message = format!("KEYTYPE={word} without COUNT");
                let help = match feature.kind {
                    // COUNT=UNLIMITED is not suggested, because such an UPGRADE adds nothing.
                    Kind::Upgrade => "write `COUNT=n`, the number of licenses that it adds",
                    _ => "write `COUNT=n`, or `COUNT=UNLIMITED`",
                };
                self.report(&codes::MISSING_COUNT, keytype.span, message, help);
            }
            Kind::Metered if !unreadable => self.missing_metered(keytype.span),
            _ => {}
        }
    }

    fn missing_metered(&mut self, place: Span) {
        let metered = self.feature.metered.as_deref().cloned().unwrap_or_default();
        let (message, help) = match metered.payment {
            Payment::Prepaid if self.feature.count.is_none() && metered.funds.is_none() => (
                "KEYTYPE=METERED without COUNT or FUNDS",
                "write COUNT (tokens bought), or FUNDS and PRICE (prepaid money)",
            ),
            Payment::Postpaid => match (metered.price, metered.period) {
                (None, None) => (
                    "PAYMENT=POSTPAID without PRICE and PERIOD",
                    "write `PRICE=\"0.05 USD\"` and `PERIOD=MONTH`",
                ),
                (None, Some(_)) => {
                    ("PAYMENT=POSTPAID without PRICE", "write `PRICE=\"0.05 USD\"`, the price of one token")
                }
                (Some(_), None) => {
                    ("PAYMENT=POSTPAID without PERIOD", "write `PERIOD=MONTH`, the billing period")
                }
                (Some(_), Some(_)) => return,
            },
            Payment::Prepaid => return,
        };
        self.report(&codes::MISSING_COUNT, place, message.to_owned(), help);
    }

    fn softlimit(&mut self) {
        if let (Some(soft), Some(count)) = (self.feature.terms().softlimit, self.feature.count)
            && let Count::Limited(limit) = count.value
            && soft.value >= limit
        {
            let message = format!("SOFTLIMIT={} is not below COUNT={limit}", soft.value);
            let found = Diagnostic::new(&codes::SOFTLIMIT_TOO_HIGH, self.file, soft.span, message)
                .also(count.span, "the count")
                .help("checkouts above SOFTLIMIT are granted with a warning, so it must be less than COUNT");
            self.found.push(found);
        }
    }

    fn metered(&mut self) {
        // On other kinds the directives are reported as misplaced.
        let Some(metered) = self.feature.metered.as_deref().filter(|_| self.feature.kind == Kind::Metered)
        else {
            return;
        };
        if let (Some(funds), Some(count)) = (&metered.funds, self.feature.count) {
            let found = Diagnostic::new(
                &codes::METERED_CONFLICT,
                self.file,
                funds.span,
                "both COUNT and FUNDS on one METERED block",
            )
            .also(count.span, "tokens bought")
            .help("a block is bought either in tokens or in money: keep one, and put the other in a second block");
            self.found.push(found);
        }
        if let Some(price) = metered.price.filter(|price| price.value.amount == Decimal::ZERO) {
            let message = "PRICE is 0".to_owned();
            self.report(
                &codes::METERED_CONFLICT,
                price.span,
                message,
                "for tokens that cost nothing, write COUNT=UNLIMITED instead",
            );
        }
        if let Some(funds) = metered.funds.as_ref().filter(|_| !self.is_given("PRICE")) {
            let message = "FUNDS without PRICE".to_owned();
            self.report(
                &codes::METERED_CONFLICT,
                funds.span,
                message,
                "write `PRICE=\"0.05 USD\"`, the price of one token",
            );
        }
        if let (Some(funds), Some(price)) = (&metered.funds, &metered.price)
            && funds.value.currency != price.value.currency
        {
            let message = format!(
                "different currencies: FUNDS in {}, PRICE in {}",
                funds.value.currency, price.value.currency
            );
            self.report(&codes::METERED_CONFLICT, price.span, message, "use the same currency for both");
        }
    }
}

fn misplaced_help(name: &str, kind: Kind, on: &[Kind]) -> String {
    if kind == Kind::Token && on.contains(&Kind::Exclusive) {
        return "tokens are always unlimited; their dependencies limit them".to_owned();
    }
    if on == [Kind::Local] {
        return "only a local license (without COUNT and KEYTYPE) can be locked to hosts".to_owned();
    }
    let words: Vec<&str> = on.iter().map(|kind| kind.as_str()).collect();
    format!("`{name}` is allowed on {} blocks only", words.join(", "))
}
