//! The types of values: names, versions, counts, shares, money.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

/// A name of a feature, a vendor or a set: `[A-Za-z0-9_-]`, 1 to 64 characters, compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// Longest name, in characters.
    pub const MAX: usize = 64;

    /// Takes over a text that was checked to be a name, or one that only stands for a faulty one.
    pub(crate) fn unchecked(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// A name, if `text` is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Self::is_valid(text).then(|| Self(text.into()))
    }

    /// Whether `text` is a name.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        (1..=Self::MAX).contains(&text.len()) && text.bytes().all(Self::allows)
    }

    /// Whether a name may hold this byte.
    #[must_use]
    pub fn allows(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// A version, compared as a pair of integers: 1.10 is newer than 1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Before the point, 0 to 9999.
    pub major: u16,
    /// After the point, 0 to 9999.
    pub minor: u16,
}

impl Version {
    /// What a block without VERSION serves.
    pub const DEFAULT: Self = Self { major: 1, minor: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// COUNT: how many licenses, devices or tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Count {
    /// That many, 1 to 2147483647.
    Limited(u32),
    /// As many as asked for.
    Unlimited,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited(n) => write!(f, "{n}"),
            Self::Unlimited => f.write_str("UNLIMITED"),
        }
    }
}

/// KEYTYPE as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyType {
    /// Considered before all others of its name.
    Exclusive,
    /// A separate pool.
    Additive,
    /// Adds to the EXCLUSIVE block of its name.
    Upgrade,
    /// Draws what its dependencies say.
    Token,
    /// Binds devices.
    Activation,
    /// Tokens consumed for good.
    Metered,
}

/// What a block is: its KEYTYPE, or what the absence of KEYTYPE and COUNT makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// KEYTYPE=EXCLUSIVE, or COUNT without KEYTYPE.
    Exclusive,
    /// KEYTYPE=ADDITIVE.
    Additive,
    /// KEYTYPE=UPGRADE.
    Upgrade,
    /// KEYTYPE=TOKEN.
    Token,
    /// KEYTYPE=ACTIVATION.
    Activation,
    /// KEYTYPE=METERED.
    Metered,
    /// Neither KEYTYPE nor COUNT: a node-locked license that serves without counting.
    Local,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Exclusive,
        Self::Additive,
        Self::Upgrade,
        Self::Token,
        Self::Activation,
        Self::Metered,
        Self::Local,
    ];

    /// The word with its article, for messages.
    #[must_use]
    pub fn with_article(self) -> String {
        let article = if matches!(self, Self::Exclusive | Self::Additive | Self::Upgrade | Self::Activation) {
            "an"
        } else {
            "a"
        };
        format!("{article} {}", self.word())
    }

    /// The word for it: the KEYTYPE, or `local`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exclusive => "EXCLUSIVE",
            Self::Additive => "ADDITIVE",
            Self::Upgrade => "UPGRADE",
            Self::Token => "TOKEN",
            Self::Activation => "ACTIVATION",
            Self::Metered => "METERED",
            Self::Local => "local",
        }
    }
}

/// One value of SHARE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Share {
    /// Processes on one host share.
    Host,
    /// Processes of one user share.
    User,
    /// Processes with one custom string share.
    Custom,
    /// Permits virtual machines.
    Virtual,
    /// Permits cloud machines.
    Cloud,
    /// Permits terminal servers.
    TerminalServer,
    /// One process only.
    Single,
}

impl Share {
    /// All values with their words.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Host, "HOST"),
        (Self::User, "USER"),
        (Self::Custom, "CUSTOM"),
        (Self::Virtual, "VIRTUAL"),
        (Self::Cloud, "CLOUD"),
        (Self::TerminalServer, "TERMINALSERVER"),
        (Self::Single, "SINGLE"),
    ];
}

/// A set of SHARE values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShareSet(u8);

impl ShareSet {
    /// Adds a value.
    pub fn insert(&mut self, share: Share) {
        self.0 |= 1 << share as u8;
    }

    /// Whether the value is in it.
    #[must_use]
    pub fn has(self, share: Share) -> bool {
        self.0 & (1 << share as u8) != 0
    }

    /// Whether counts are shared: HOST, USER or CUSTOM. The others only permit an environment.
    #[must_use]
    pub fn counts(self) -> bool {
        [Share::Host, Share::User, Share::Custom].into_iter().any(|share| self.has(share))
    }
}

impl fmt::Display for ShareSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> =
            Share::ALL.iter().filter(|(share, _)| self.has(*share)).map(|(_, word)| *word).collect();
        f.write_str(&words.join("|"))
    }
}

/// USERBASED or HOSTBASED: how many licenses are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reserved {
    /// That many.
    Some(u32),
    /// All of COUNT.
    All,
}

/// What REPLACES names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Replaces {
    /// All other blocks of a name.
    Feature(Name),
    /// The block with this KEY, blanks dropped.
    Key(String),
}

/// An amount of money, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount, never negative.
    pub amount: Decimal,
    /// Three capital letters.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// A currency: three capital letters, as in ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// A currency, if `text` is three capital letters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// How METERED tokens are paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Payment {
    /// Bought before use.
    #[default]
    Prepaid,
    /// Billed after each PERIOD.
    Postpaid,
}

/// A billing period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// A volume price: from this many tokens in a period on, each further one costs this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The first token it applies to, counted from 0 or 1 as written; inclusive.
    pub from: u64,
    /// Price of one token, in the currency of PRICE.
    pub price: Decimal,
}
