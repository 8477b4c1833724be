//! The options of a conversion: the answers to what a source leaves open.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::loss::Loss;
use super::pattern::TokenCost;

/// Declares an option with a fixed set of words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the word on the command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                let found = Self::ALL.iter().copied().find(|value| value.as_str() == text);
                found.ok_or_else(|| UnknownWord(text.to_owned()))
            }
        }
    };
}

/// A word that is not a value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown value `{}`", self.0)
    }
}

impl std::error::Error for UnknownWord {}

choice! {
    /// A format that can be converted.
    Format {
        /// License files of FlexNet Publisher (FLEXlm).
        FlexNet = "flexnet",
        /// License files of the Reprise License Manager.
        Rlm = "rlm",
        /// XML templates of LM-X's license generator.
        Xmllicgen = "xmllicgen",
    }
}

impl Format {
    /// Returns the name of the format in messages.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::FlexNet => "FlexNet",
            Self::Rlm => "RLM",
            Self::Xmllicgen => "xmllicgen XML",
        }
    }
}

choice! {
    /// The meaning of a version.
    VersionOrder {
        /// Two numbers: 1.10 is newer than 1.2.
        Pair = "pair",
        /// A decimal number: 1.10 is 1.1.
        Decimal = "decimal",
        /// A day: 20160610 is 2016.610.
        Date = "date",
    }
}

choice! {
    /// The order of day and month in a date of numbers.
    DateOrder {
        /// 31-12-2026.
        DayFirst = "day-first",
        /// 12-31-2026.
        MonthFirst = "month-first",
    }
}

choice! {
    /// The meaning of a number of licenses on a component of a suite.
    SuiteCounts {
        /// One checkout takes one license of the suite.
        Ignore = "ignore",
        /// One checkout takes this number of licenses of the suite.
        Draw = "draw",
    }
}

choice! {
    /// The meaning of identical lines.
    Duplicates {
        /// A copy that was pasted twice.
        Once = "once",
        /// Purchases that add up.
        Sum = "sum",
    }
}

choice! {
    /// The meaning of a line without ISSUED where another line supersedes older ones.
    Undated {
        /// It is older.
        Superseded = "superseded",
        /// It is not older.
        Kept = "kept",
    }
}

choice! {
    /// The meaning of lines that differ in VENDOR_STRING only.
    VendorString {
        /// They are separate pools.
        Pool = "pool",
        /// They are one pool.
        Ignore = "ignore",
    }
}

choice! {
    /// The unit of HOLD.
    HoldUnit {
        /// LM-X 4.8.1 and newer.
        Seconds = "seconds",
        /// Older versions.
        Minutes = "minutes",
    }
}

/// The options of a conversion.
#[derive(Debug, Clone)]
pub struct Options {
    /// The format of the sources; `None` to detect it.
    pub from: Option<Format>,
    /// VENDOR of the result instead of that of the source.
    pub vendor: Option<String>,
    /// The only vendor daemon whose lines are converted.
    pub daemon: Option<String>,
    /// The day of the conversion, and of the scenarios.
    pub at: Date,
    /// The meaning of versions.
    pub versions: Option<VersionOrder>,
    /// The order of day and month.
    pub dates: Option<DateOrder>,
    /// The meaning of a number on a component of a suite.
    pub suite_counts: Option<SuiteCounts>,
    /// The meaning of identical lines.
    pub duplicates: Option<Duplicates>,
    /// The meaning of lines without ISSUED.
    pub undated: Option<Undated>,
    /// The meaning of lines that differ in VENDOR_STRING only.
    pub vendor_string: Option<VendorString>,
    /// The unit of HOLD.
    pub hold_unit: Option<HoldUnit>,
    /// The pattern of a token cost in VENDOR_STRING.
    pub token_cost: Option<TokenCost>,
    /// The pool of token costs that do not name one.
    pub token_pool: Option<String>,
    /// Values for the parameters of a template.
    pub set: Vec<(String, String)>,
    /// Losses that are accepted.
    pub accept: Vec<&'static Loss>,
}

impl Options {
    /// The default options for a day: nothing is answered and nothing is accepted.
    #[must_use]
    pub fn at(at: Date) -> Self {
        Self {
            from: None,
            vendor: None,
            daemon: None,
            at,
            versions: None,
            dates: None,
            suite_counts: None,
            duplicates: None,
            undated: None,
            vendor_string: None,
            hold_unit: None,
            token_cost: None,
            token_pool: None,
            set: Vec::new(),
            accept: Vec::new(),
        }
    }
}
