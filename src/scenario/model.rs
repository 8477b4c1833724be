//! The typed form of a scenario file. Each value has its location in the file.

use std::sync::Arc;

use jiff::Span as TimeSpan;
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use keywright_license::Version;
use keywright_resolve::Reason;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{SourceFile, Span, Spanned};

use super::short_text::ShortText;

/// A scenario file.
#[derive(Debug)]
pub struct ScenarioFile {
    /// The text of the file.
    pub source: Arc<SourceFile>,
    /// The license files, relative to the directory of the scenario file.
    pub licenses: Vec<Spanned<String>>,
    /// The default time of the scenarios.
    pub at: Option<DateTime>,
    /// The scenarios, in file order.
    pub scenarios: Vec<Scenario>,
    /// Warnings about the file.
    pub warnings: Vec<Diagnostic>,
}

impl ScenarioFile {
    /// The time of the first scenario.
    #[must_use]
    pub fn begins(&self) -> DateTime {
        let first = self.scenarios.first().map(|scenario| self.beginning(scenario));
        first.or(self.at).unwrap_or(DateTime::constant(2000, 1, 1, 0, 0, 0, 0))
    }

    /// The start time of a scenario.
    pub(super) fn beginning(&self, scenario: &Scenario) -> DateTime {
        let first = scenario.steps.first().and_then(|step| step.at);
        scenario.at.or(self.at).or(first).unwrap_or(DateTime::constant(2000, 1, 1, 0, 0, 0, 0))
    }
}

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Spanned<String>,
    /// The start time.
    pub at: Option<DateTime>,
    /// The limit on active license tokens.
    pub active_tokens: Option<u64>,
    /// The rows of the table.
    pub table: Vec<Row>,
    /// The totals of the table.
    pub totals: Option<Totals>,
    /// Free licenses after the table.
    pub remaining: Vec<(Spanned<ShortText>, Spanned<Level>)>,
    /// The steps, which run after the table.
    pub steps: Vec<Step>,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// The feature checked out.
    pub feature: Spanned<ShortText>,
    /// Licenses that one checkout takes on an empty state.
    pub each: Option<Spanned<Change>>,
    /// Number of checkouts.
    pub checkouts: Option<Spanned<u64>>,
    /// Licenses that all checkouts of the row take together.
    pub consumes: Option<Spanned<Change>>,
    /// Licenses per checkout; default 1.
    pub count: Option<u64>,
    /// The minimum version.
    pub version: Option<Version>,
    /// The requester; by default a different person for each checkout.
    pub by: Option<Person>,
}

/// The totals of a table.
#[derive(Debug)]
pub struct Totals {
    /// The number of checkouts of all rows.
    pub checkouts: Option<Spanned<u64>>,
    /// The licenses they take.
    pub consumes: Option<Spanned<Change>>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// The span of the step.
    pub whole: Span,
    /// The span of the verb's value.
    pub span: Span,
    /// The time to advance to before the step.
    pub at: Option<DateTime>,
    /// The verb.
    pub verb: Verb,
    /// Number of requests.
    pub times: u64,
    /// The expected change of usage. In a box, because an amount is large.
    pub consumes: Option<Box<Spanned<Change>>>,
    /// The expected reason of denial, for all requests.
    pub denied: Option<Spanned<Reason>>,
    /// The expected SOFTLIMIT warning.
    pub warns: Option<Spanned<bool>>,
}

/// The action of a step.
#[derive(Debug)]
pub enum Verb {
    /// Takes licenses.
    Checkout {
        /// The request.
        ask: Ask,
        /// A name for a later check-in.
        id: Option<ShortText>,
    },
    /// Returns licenses, oldest checkout first.
    Checkin {
        /// The feature.
        feature: ShortText,
        /// The person who checked out; any if not given.
        by: Option<Person>,
        /// The custom string; any if not given.
        custom: Option<ShortText>,
        /// The name given at checkout.
        id: Option<ShortText>,
    },
    /// Binds a device.
    Activate {
        /// The feature.
        feature: ShortText,
        /// The device; another new one for each request if not given.
        device: Option<ShortText>,
    },
    /// Releases a device.
    Deactivate {
        /// The feature.
        feature: ShortText,
        /// The device.
        device: ShortText,
    },
    /// Consumes METERED tokens.
    Consume {
        /// The feature.
        feature: ShortText,
        /// Number of tokens.
        units: u64,
    },
    /// Takes licenses for a fixed time.
    Borrow {
        /// The request.
        ask: Ask,
        /// Number of hours.
        hours: u32,
    },
    /// Moves the time forward.
    Advance(When),
    /// Checks the state without changing it.
    Expect(Vec<Expectation>),
}

impl Verb {
    /// The feature of the step, if it has one.
    #[must_use]
    pub fn feature(&self) -> Option<&str> {
        match self {
            Self::Checkout { ask, .. } | Self::Borrow { ask, .. } => Some(&ask.feature),
            Self::Checkin { feature, .. }
            | Self::Activate { feature, .. }
            | Self::Deactivate { feature, .. }
            | Self::Consume { feature, .. } => Some(feature),
            Self::Advance(_) | Self::Expect(_) => None,
        }
    }
}

/// A request.
#[derive(Debug)]
pub struct Ask {
    /// The feature.
    pub feature: ShortText,
    /// Number of licenses.
    pub count: u64,
    /// The version.
    pub version: Option<Version>,
    /// The requester.
    pub by: Option<Person>,
    /// The custom string of SHARE=CUSTOM.
    pub custom: Option<ShortText>,
}

/// `user@host`; either may be missing.
#[derive(Debug, Clone)]
pub struct Person(ShortText);

impl Person {
    /// Returns `None` if both parts are missing.
    pub(super) fn new(text: &str) -> Option<Self> {
        let person = Self(text.into());
        (person.user().is_some() || person.host().is_some()).then_some(person)
    }

    /// The part before the last `@`.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        let user = self.0.rsplit_once('@').map_or(self.0.as_str(), |(user, _)| user);
        Some(user).filter(|user| !user.is_empty())
    }

    /// The part after the last `@`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, host)| host).filter(|host| !host.is_empty())
    }
}

/// The target of an `advance`.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// A point in time.
    Moment(DateTime),
    /// A time span from now.
    Later(TimeSpan),
}

/// A change of usage.
#[derive(Debug, Clone)]
pub enum Change {
    /// The sum over all pools.
    Sum(i128),
    /// The change by pool. A pool that is not listed must not change.
    Pools(Vec<(Spanned<ShortText>, Spanned<i128>)>),
}

/// An amount of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A number of licenses.
    Number(u64),
    /// No limit.
    Unlimited,
    /// An amount of money.
    Money(Decimal),
}

/// The quantity that an `expect` checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    /// Licenses in use.
    Used,
    /// Free licenses.
    Free,
    /// Remaining METERED balance.
    Balance,
}

impl Gauge {
    /// The key in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Free => "free",
            Self::Balance => "balance",
        }
    }
}

/// One value of an `expect`.
#[derive(Debug)]
pub struct Expectation {
    /// The quantity.
    pub gauge: Gauge,
    /// The pool.
    pub pool: Spanned<ShortText>,
    /// The expected amount.
    pub level: Spanned<Level>,
}
