//! A scenario file as typed: what is asked and what is expected, each value with the place it was read from.

use std::sync::Arc;

use jiff::Span as TimeSpan;
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::diagnostic::Diagnostic;
use crate::license::Version;
use crate::resolve::Reason;
use crate::source::{SourceFile, Span, Spanned};

use super::run::beginning;

/// A scenario file.
#[derive(Debug)]
pub struct ScenarioFile {
    /// The text it was read from.
    pub source: Arc<SourceFile>,
    /// The license files, relative to the folder of the scenario file.
    pub licenses: Vec<Spanned<String>>,
    /// When its scenarios play, unless they say it themselves.
    pub at: Option<DateTime>,
    /// The scenarios, in file order.
    pub scenarios: Vec<Scenario>,
    /// What is odd about it but no error.
    pub warnings: Vec<Diagnostic>,
}

impl ScenarioFile {
    /// The moment that its first scenario plays at.
    #[must_use]
    pub fn begins(&self) -> DateTime {
        let first = self.scenarios.first().map(|scenario| beginning(self, scenario));
        first.or(self.at).unwrap_or(DateTime::constant(2000, 1, 1, 0, 0, 0, 0))
    }
}

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Spanned<String>,
    /// When it plays.
    pub at: Option<DateTime>,
    /// The limit on active license tokens.
    pub active_tokens: Option<u64>,
    /// The rows of its table.
    pub table: Vec<Row>,
    /// What the table adds up to.
    pub totals: Option<Totals>,
    /// What is free after the table.
    pub remaining: Vec<(Spanned<String>, Spanned<Level>)>,
    /// Its steps, which play after the table.
    pub steps: Vec<Step>,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// The feature checked out.
    pub feature: Spanned<String>,
    /// What one checkout takes on an empty state.
    pub each: Option<Spanned<Change>>,
    /// How many checkouts.
    pub checkouts: Option<Spanned<u64>>,
    /// What they consume together.
    pub consumes: Option<Spanned<Change>>,
    /// Licenses a checkout; 1 if not written.
    pub count: Option<u64>,
    /// The version asked for.
    pub version: Option<Version>,
    /// Who asks; without it another person each time.
    pub by: Option<Person>,
}

/// What a table adds up to.
#[derive(Debug)]
pub struct Totals {
    /// The checkouts of all rows.
    pub checkouts: Option<Spanned<u64>>,
    /// What they consume.
    pub consumes: Option<Spanned<Change>>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// All of it.
    pub whole: Span,
    /// The value of its verb.
    pub span: Span,
    /// The time moves there first.
    pub at: Option<DateTime>,
    /// What is done.
    pub verb: Verb,
    /// That many requests.
    pub times: u64,
    /// The change of what is used.
    pub consumes: Option<Spanned<Change>>,
    /// Why all of them are denied.
    pub denied: Option<Spanned<Reason>>,
    /// Whether one of them goes above a SOFTLIMIT.
    pub warns: Option<Spanned<bool>>,
}

/// What a step does.
#[derive(Debug)]
pub enum Verb {
    /// Licenses are taken.
    Checkout {
        /// What is asked for, and by whom.
        ask: Ask,
        /// A name to return it by.
        id: Option<String>,
    },
    /// Licenses are returned, oldest first.
    Checkin {
        /// The feature.
        feature: String,
        /// Whose.
        by: Option<Person>,
        /// With which custom string.
        custom: Option<String>,
        /// The name it was taken under.
        id: Option<String>,
    },
    /// A device is bound.
    Activate {
        /// The feature.
        feature: String,
        /// The device.
        device: String,
    },
    /// A device is released.
    Deactivate {
        /// The feature.
        feature: String,
        /// The device.
        device: String,
    },
    /// METERED tokens are burned.
    Consume {
        /// The feature.
        feature: String,
        /// Units of it.
        units: u64,
    },
    /// Licenses are taken for a time.
    Borrow {
        /// What is asked for, and by whom.
        ask: Ask,
        /// For that many hours.
        hours: u32,
    },
    /// Time passes.
    Advance(When),
    /// Nothing happens; the state is looked at.
    Expect(Vec<Expectation>),
}

impl Verb {
    /// The feature that it is about.
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

/// What is asked for.
#[derive(Debug)]
pub struct Ask {
    /// The feature.
    pub feature: String,
    /// How many licenses.
    pub count: u64,
    /// The version.
    pub version: Option<Version>,
    /// Who asks.
    pub by: Option<Person>,
    /// The custom string of SHARE=CUSTOM.
    pub custom: Option<String>,
}

/// `user@host`; either may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Before the last `@`.
    pub user: Option<String>,
    /// Behind it.
    pub host: Option<String>,
}

/// When time moves to.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// That moment.
    Moment(DateTime),
    /// That much later.
    Later(TimeSpan),
}

/// A change of what is used.
#[derive(Debug, Clone)]
pub enum Change {
    /// The sum over pools.
    Sum(i128),
    /// By pool; a pool that is not named must not have changed.
    Pools(Vec<(Spanned<String>, Spanned<i128>)>),
}

/// How much of a pool there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// That many.
    Number(u64),
    /// Without a limit.
    Unlimited,
    /// An amount of money.
    Money(Decimal),
}

/// What an `expect` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    /// What is used.
    Used,
    /// What can be taken.
    Free,
    /// What can be burned.
    Balance,
}

impl Gauge {
    /// The key in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
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
    /// What is looked at.
    pub gauge: Gauge,
    /// The pool.
    pub pool: Spanned<String>,
    /// What is expected.
    pub level: Spanned<Level>,
}
