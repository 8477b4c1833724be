//! Value types: names, versions, counts, SHARE sets, money.

use std::fmt;

use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A name of a feature, a vendor or a set: `[A-Za-z0-9_-]`, 1 to 64 characters, compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(SmolStr);

impl Name {
    /// Maximum length of a name in characters.
    pub const MAX: usize = keywright_syntax::limits::MAX_NAME;

    /// Creates a name from text that was checked before, or from a placeholder for an invalid name.
    pub(crate) fn unchecked(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// Returns `text` as a name if it is valid.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Self::is_valid(text).then(|| Self(SmolStr::new(text)))
    }

    /// Returns true if `text` is a valid name.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        (1..=Self::MAX).contains(&text.len()) && text.bytes().all(Self::allows)
    }

    /// Returns true if a name may contain this byte.
    #[must_use]
    pub fn allows(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
    }

    /// Returns the text.
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
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// A version, compared as a pair of integers: 1.10 is newer than 1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The part before the point, 0 to 9999.
    pub major: u16,
    /// The part after the point, 0 to 9999.
    pub minor: u16,
}

impl Version {
    /// The version of a block without VERSION.
    pub const DEFAULT: Self = Self { major: 1, minor: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// COUNT: the number of licenses, devices or tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Count {
    /// A number from 1 to 2147483647.
    Limited(u32),
    /// No limit.
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
    /// Takes precedence over all other blocks of its name.
    Exclusive,
    /// A separate pool.
    Additive,
    /// Adds to the EXCLUSIVE block of its name.
    Upgrade,
    /// Draws its dependencies.
    Token,
    /// Is bound to devices.
    Activation,
    /// Tokens that are consumed permanently.
    Metered,
}

/// The kind of a block, given by KEYTYPE or by the absence of KEYTYPE and COUNT.
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
    /// Neither KEYTYPE nor COUNT: a node-locked license without a count.
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

    /// Returns the word with its article, for messages.
    #[must_use]
    pub fn with_article(self) -> String {
        let article = if matches!(self, Self::Exclusive | Self::Additive | Self::Upgrade | Self::Activation) {
            "an"
        } else {
            "a"
        };
        format!("{article} {}", self.as_str())
    }

    /// Returns the KEYTYPE, or `local`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
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

/// A value of SHARE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Share {
    /// Processes on one host share a license.
    Host,
    /// Processes of one user share a license.
    User,
    /// Processes with the same custom string share a license.
    Custom,
    /// Permits virtual machines.
    Virtual,
    /// Permits cloud machines.
    Cloud,
    /// Permits terminal servers.
    TerminalServer,
    /// Permits one process only.
    Single,
}

impl Share {
    /// All values with their spelling.
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

    /// Returns true if the set contains the value.
    #[must_use]
    pub fn has(self, share: Share) -> bool {
        self.0 & (1 << share as u8) != 0
    }

    /// Returns true if checkouts share licenses (HOST, USER or CUSTOM). The other values only permit an environment.
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

/// USERBASED or HOSTBASED: the number of reserved licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reserved {
    /// A number from 1.
    Some(u32),
    /// All of COUNT.
    All,
}

/// The target of REPLACES.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Replaces {
    /// All other blocks of this name.
    Feature(Name),
    /// The block with this KEY, without spaces.
    Key(String),
}

/// An exact amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount. Never negative.
    pub amount: Decimal,
    /// The currency.
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
    /// Returns the currency if `text` consists of three capital letters.
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

/// Payment for METERED tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Payment {
    /// Bought before use.
    #[default]
    Prepaid,
    /// Billed after each PERIOD.
    Postpaid,
}

/// A calendar billing period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// A volume price: from this number of tokens in a period, each further token has this price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The first token that it applies to, inclusive, counted from 0 or 1 as written.
    pub from: u64,
    /// The price of one token, in the currency of PRICE.
    pub price: Decimal,
}

/// HOSTID: a host that a local license is locked to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostId {
    /// The type, in capital letters: `ETHERNET`.
    pub kind: String,
    /// The value. Its form depends on the type.
    pub value: String,
}

impl HostId {
    /// Returns the host id if `text` has the form `TYPE=value`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (kind, value) = split_host_id(text)?;
        Some(Self { kind: kind.to_owned(), value: value.to_owned() })
    }
}

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.kind, self.value)
    }
}

/// SYSTEMCLOCKCHECK: detection of a system clock that was set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemClockCheck {
    /// By files of the computer.
    Local,
    /// By a time server.
    Internet,
    /// Switched on, without a method.
    True,
    /// Switched off.
    False,
}

impl SystemClockCheck {
    /// All values with their spelling.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Local, "LOCAL"), (Self::Internet, "INTERNET"), (Self::True, "TRUE"), (Self::False, "FALSE")];

    /// Returns the value of this spelling.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, word)| *word == text).map(|(check, _)| check)
    }
}

/// Splits a host id into type and value.
pub(super) fn split_host_id(text: &str) -> Option<(&str, &str)> {
    let (kind, value) = text.split_once('=')?;
    let is_kind = kind.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit());
    (is_kind && !kind.is_empty() && !value.is_empty()).then_some((kind, value))
}
