//! The typed model of a license file: the content of its blocks, with the place of each value.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use keywright_syntax::diagnostic::{Brief, Diagnostic};
use keywright_syntax::source::{SourceFile, Span, Spanned};
use keywright_syntax::{Block, Tree, fold};

use super::value::{
    Count, KeyType, Kind, Money, Name, Payment, Period, Replaces, Reserved, Share, ShareSet, Tier, Version,
};

/// A license file with all its blocks, valid or not, and the findings about them.
#[derive(Debug)]
#[non_exhaustive]
pub struct License {
    /// The source file.
    pub source: Arc<SourceFile>,
    /// The lossless tree.
    pub tree: Tree,
    /// The readable blocks in file order. Unreadable ones are in [`Self::broken`].
    pub features: Vec<Feature>,
    /// Blocks lost to a syntax error, and stray text outside of blocks (without a name).
    pub broken: Vec<BrokenBlock>,
    /// Findings of reading (groups S and V) in file order, up to a limit for each code.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings above that limit, without those of the tree. See [`Self::more`].
    pub(super) more: Vec<Brief>,
}

impl License {
    /// Returns the syntax block that a feature was read from.
    #[must_use]
    pub fn block(&self, feature: &Feature) -> Option<&Block> {
        self.tree.block(feature.block)
    }

    /// Returns the value of the first directive `name` of a block, without quotes and with whitespace folded.
    #[must_use]
    pub fn value(&self, feature: &Feature, name: &str) -> Option<Cow<'_, str>> {
        // Find the directive by name before reading any value.
        let mut directives = self.block(feature)?.directives();
        let directive = directives.find(|directive| self.source.slice(directive.name) == name)?;
        Some(read_value(name, directive.value.folded(&self.source)))
    }

    /// Returns KEY of a block, without spaces.
    #[must_use]
    pub fn key(&self, feature: &Feature) -> Option<Cow<'_, str>> {
        Some(read_value("KEY", fold(self.source.slice(feature.key?))))
    }

    /// Returns name and value of all directives of a block in file order. The signature covers all of them except KEY.
    pub fn records<'a>(
        &'a self,
        feature: &Feature,
    ) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        self.block(feature).into_iter().flat_map(|block| records(&self.source, block))
    }

    /// Returns true if a block of this name is in the file but cannot be read.
    #[must_use]
    pub fn is_broken_name(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken.name.as_ref().is_some_and(|known| known.value == *name))
    }

    /// Returns the findings above the limit for their code, of which only code and place are kept.
    pub fn more(&self) -> impl Iterator<Item = &Brief> {
        self.tree.findings().more.iter().chain(&self.more)
    }

    /// Returns the findings of [`Self::more`] that begin in `span`.
    pub fn more_in(&self, span: Span) -> impl Iterator<Item = &Brief> {
        let parts = [&self.tree.findings().more, &self.more];
        parts.into_iter().flat_map(move |all| {
            let from = all.partition_point(|brief| brief.span.start < span.start);
            all.iter().skip(from).take_while(move |brief| brief.span.start < span.end)
        })
    }

    /// Returns true if any finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Returns name and value of all directives of a syntax block: see [`License::records`].
pub fn records<'a>(
    source: &'a SourceFile,
    block: &'a Block,
) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
    block.directives().map(|directive| {
        let name = source.slice(directive.name);
        (name, read_value(name, directive.value.folded(source)))
    })
}

/// Returns the value of a directive from its folded text. In KEY and `REPLACES="KEY=…"` spaces are dropped, so that a
/// KEY wrapped by a mail program can be read.
pub(super) fn read_value<'a>(name: &str, folded: Cow<'a, str>) -> Cow<'a, str> {
    let is_key = name == "KEY" || name == "REPLACES" && folded.starts_with("KEY=");
    if is_key && folded.contains(' ') { Cow::Owned(folded.replace(' ', "")) } else { folded }
}

/// A block lost to a syntax error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BrokenBlock {
    /// The name, if it could be read.
    pub name: Option<Spanned<Name>>,
    /// The skipped text.
    pub span: Span,
}

/// The condition of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// All directives are known and valid.
    Sound,
    /// At least one directive is unknown to this version; all others are valid.
    Unsupported,
    /// A value, a name or the combination of directives is invalid.
    Malformed,
}

/// A FEATURE block.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Feature {
    /// Index of the block in the tree.
    pub block: usize,
    /// From `FEATURE` to `}`.
    pub span: Span,
    /// The condition. Rules and the resolver use sound blocks only.
    pub condition: Condition,
    /// The name.
    pub name: Spanned<Name>,
    /// VENDOR. Always present in a sound block.
    pub vendor: Option<Spanned<Name>>,
    /// The kind of block.
    pub kind: Kind,
    /// KEYTYPE, if written.
    pub keytype: Option<Spanned<KeyType>>,
    /// The highest version that may be checked out; 1.0 without VERSION.
    pub version: Version,
    /// The place of VERSION or MAJOR_VERSION.
    pub version_span: Option<Span>,
    /// COUNT.
    pub count: Option<Spanned<Count>>,
    /// TOKEN_DEPENDENCY, in file order.
    pub dependencies: Vec<Dependency>,
    /// SHARE.
    pub share: Option<Spanned<ShareSet>>,
    /// START: the first day of validity, from 00:00.
    pub start: Option<Spanned<Date>>,
    /// END: the last day of validity, until 23:59:59.
    pub end: Option<Spanned<Date>>,
    /// ISSUED.
    pub issued: Option<Spanned<Date>>,
    /// SN.
    pub sn: Option<Spanned<Name>>,
    /// The directives that few blocks have: see [`Self::terms`].
    pub(super) terms: Option<Box<Terms>>,
    /// Payment directives of a METERED block; `None` on other kinds.
    pub metered: Option<Box<Metered>>,
    /// The place of KEY, without quotes. [`License::key`] returns its text, which would double the size of a block.
    pub key: Option<Span>,
}

impl Feature {
    /// Creates a block with its places only.
    pub(super) fn unread(block: usize, span: Span, name: Span) -> Self {
        Self {
            block,
            span,
            condition: Condition::Sound,
            name: Spanned::new(Name::unchecked(""), name),
            vendor: None,
            kind: Kind::Local,
            keytype: None,
            version: Version::DEFAULT,
            version_span: None,
            count: None::<Spanned<Count>>,
            dependencies: Vec::new(),
            share: None,
            start: None,
            end: None,
            issued: None,
            sn: None,
            terms: None,
            metered: None,
            key: None,
        }
    }

    /// Returns true if the block is valid on `day` (START and END included).
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start.value <= day) && self.end.is_none_or(|end| day <= end.value)
    }

    /// Returns true if SHARE makes checkouts share licenses (HOST, USER or CUSTOM).
    #[must_use]
    pub fn shares_counts(&self) -> bool {
        self.share.is_some_and(|share| share.value.counts())
    }

    /// Returns true if SHARE contains this value.
    #[must_use]
    pub fn shares(&self, share: Share) -> bool {
        self.share.is_some_and(|set| set.value.has(share))
    }

    /// Returns the vendor's name; empty on a malformed block without VENDOR.
    #[must_use]
    pub fn vendor_name(&self) -> &str {
        self.vendor.as_ref().map_or("", |vendor| vendor.value.as_str())
    }

    /// Returns the directives that few blocks have.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        self.terms.as_deref().unwrap_or(&NO_TERMS)
    }

    /// Returns true if the block is sound.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.condition == Condition::Sound
    }
}

/// The directives that few blocks have. They are apart, because a file may have 100,000 blocks.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Terms {
    /// MAINTENANCE_START.
    pub maintenance_start: Option<Spanned<Date>>,
    /// MAINTENANCE_END.
    pub maintenance_end: Option<Spanned<Date>>,
    /// REPLACES.
    pub replaces: Option<Spanned<Replaces>>,
    /// SOFTLIMIT: checkouts above it are granted with a warning.
    pub softlimit: Option<Spanned<u32>>,
    /// HOLD, in seconds.
    pub hold: Option<Spanned<u32>>,
    /// MIN_CHECKOUT, in seconds.
    pub min_checkout: Option<Spanned<u32>>,
    /// BORROW, in hours.
    pub borrow: Option<Spanned<u32>>,
    /// GRACE, in hours.
    pub grace: Option<Spanned<u32>>,
    /// USERBASED.
    pub userbased: Option<Spanned<Reserved>>,
    /// HOSTBASED.
    pub hostbased: Option<Spanned<Reserved>>,
}

static NO_TERMS: Terms = Terms {
    maintenance_start: None,
    maintenance_end: None,
    replaces: None,
    softlimit: None,
    hold: None,
    min_checkout: None,
    borrow: None,
    grace: None,
    userbased: None,
    hostbased: None,
};

/// A TOKEN_DEPENDENCY: a license that a checkout needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependency {
    /// The place of the value, without quotes.
    pub span: Span,
    /// The required feature.
    pub feature: Spanned<Name>,
    /// The required version or higher.
    pub version: Version,
    /// The required number, 1 to 2147483647.
    pub count: u32,
}

/// Payment directives of a METERED block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metered {
    /// PAYMENT.
    pub payment: Payment,
    /// FUNDS: the prepaid amount of money.
    pub funds: Option<Spanned<Money>>,
    /// PRICE of one token.
    pub price: Option<Spanned<Money>>,
    /// PERIOD: the billing period.
    pub period: Option<Spanned<Period>>,
    /// MINIMUM: the number of tokens billed at least in each period.
    pub minimum: Option<Spanned<u64>>,
    /// TIER, in file order.
    pub tiers: Vec<Spanned<Tier>>,
}
