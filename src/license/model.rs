//! The typed model of a license file: what its blocks say, each value with the place it was read from.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use crate::diagnostic::{Brief, Diagnostic};
use crate::source::{SourceFile, Span, Spanned};
use crate::syntax::{Block, Tree};

use super::value::{
    Count, KeyType, Kind, Money, Name, Payment, Period, Replaces, Reserved, Share, ShareSet, Tier, Version,
};

/// A license file as read: all blocks, good and bad, and what is wrong with them.
#[derive(Debug)]
pub struct License {
    /// The text it was read from.
    pub source: Arc<SourceFile>,
    /// The lossless tree.
    pub tree: Tree,
    /// The blocks in file order; those whose text could not be read are in [`Self::broken`] instead.
    pub features: Vec<Feature>,
    /// Blocks lost to a syntax error, and stray text outside of blocks (without a name).
    pub broken: Vec<BrokenBlock>,
    /// What reading found (groups S and V), in file order; of each code only so many.
    pub diagnostics: Vec<Diagnostic>,
    /// What reading found besides; with that of the tree, see [`Self::more`].
    pub(super) more: Vec<Brief>,
}

impl License {
    /// The block of the tree a feature was read from.
    #[must_use]
    pub fn block(&self, feature: &Feature) -> Option<&Block> {
        self.tree.block(feature.block)
    }

    /// The value of the first directive `name` of a block as read: quotes off, blanks folded.
    #[must_use]
    pub fn value(&self, feature: &Feature, name: &str) -> Option<Cow<'_, str>> {
        // Found by its name first: reading the values before it would be for nothing.
        let mut directives = self.block(feature)?.directives();
        let directive = directives.find(|directive| self.source.slice(directive.name) == name)?;
        Some(read_value(name, directive.value.read(&self.source)))
    }

    /// All directives of a block in file order: name, and value as read. This is what a signature covers (but KEY).
    pub fn records<'a>(
        &'a self,
        feature: &Feature,
    ) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        self.block(feature).into_iter().flat_map(|block| records(&self.source, block))
    }

    /// Whether a block of this name stands in the file but could not be read, so that nothing can be said about it.
    #[must_use]
    pub fn is_broken_name(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken.name.as_ref().is_some_and(|known| known.value == *name))
    }

    /// What reading found besides [`Self::diagnostics`]: findings that are not kept whole, of codes of which many are.
    pub fn more(&self) -> impl Iterator<Item = &Brief> {
        self.tree.findings().more.iter().chain(&self.more)
    }

    /// As [`Self::more`], of those that begin in a stretch of the file.
    pub fn more_in(&self, span: Span) -> impl Iterator<Item = &Brief> {
        let parts = [&self.tree.findings().more, &self.more];
        parts.into_iter().flat_map(move |all| {
            let from = all.partition_point(|brief| brief.span.start < span.start);
            all.iter().skip(from).take_while(move |brief| brief.span.start < span.end)
        })
    }

    /// Whether anything that reading found is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// As [`License::records`], of a block of a tree.
fn records<'a>(
    source: &'a SourceFile,
    block: &'a Block,
) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
    block.directives().map(|directive| {
        let name = source.slice(directive.name);
        (name, read_value(name, directive.value.read(source)))
    })
}

/// What a folded value reads as under its directive's name: in KEY and in `REPLACES="KEY=…"` blanks are dropped, so that
/// a KEY that a mail program wrapped still reads.
pub(super) fn read_value<'a>(name: &str, folded: Cow<'a, str>) -> Cow<'a, str> {
    let is_key = name == "KEY" || name == "REPLACES" && folded.starts_with("KEY=");
    if is_key && folded.contains(' ') { Cow::Owned(folded.replace(' ', "")) } else { folded }
}

/// A block that a syntax error cost.
#[derive(Debug, Clone)]
pub struct BrokenBlock {
    /// Its name, where that much could be read.
    pub name: Option<Spanned<Name>>,
    /// The text that was given up.
    pub span: Span,
}

/// Whether a block can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Every directive is known and has a good value.
    Sound,
    /// It has a directive that this version does not know; all others are good.
    Unsupported,
    /// A value, a name or the set of directives is wrong.
    Malformed,
}

/// One FEATURE block.
#[derive(Debug, Clone)]
pub struct Feature {
    /// Index of its block in the tree.
    pub block: usize,
    /// From `FEATURE` to `}`.
    pub span: Span,
    /// Whether the fields below can be relied on. Rules and the resolver look at sound blocks only.
    pub condition: Condition,
    /// Its name.
    pub name: Spanned<Name>,
    /// VENDOR. Required: a sound block has it.
    pub vendor: Option<Spanned<Name>>,
    /// What the block is.
    pub kind: Kind,
    /// KEYTYPE, if written.
    pub keytype: Option<Spanned<KeyType>>,
    /// The highest version that may be checked out; 1.0 if none is written.
    pub version: Version,
    /// Where VERSION (or MAJOR_VERSION) stands.
    pub version_span: Option<Span>,
    /// COUNT.
    pub count: Option<Spanned<Count>>,
    /// TOKEN_DEPENDENCY, in file order.
    pub dependencies: Vec<Dependency>,
    /// SHARE.
    pub share: Option<Spanned<ShareSet>>,
    /// START: in force from 00:00 of this day.
    pub start: Option<Spanned<Date>>,
    /// END: in force to 23:59:59 of this day.
    pub end: Option<Spanned<Date>>,
    /// ISSUED.
    pub issued: Option<Spanned<Date>>,
    /// MAINTENANCE_START.
    pub maintenance_start: Option<Spanned<Date>>,
    /// MAINTENANCE_END.
    pub maintenance_end: Option<Spanned<Date>>,
    /// SN.
    pub sn: Option<Spanned<Name>>,
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
    /// What a METERED block says about payment; `None` on other kinds.
    pub metered: Option<Box<Metered>>,
    /// KEY as read, blanks dropped.
    pub key: Option<Spanned<Box<str>>>,
}

impl Feature {
    /// A block of which nothing was read yet but its places.
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
            maintenance_start: None,
            maintenance_end: None,
            sn: None,
            replaces: None,
            softlimit: None,
            hold: None,
            min_checkout: None,
            borrow: None,
            grace: None,
            userbased: None,
            hostbased: None,
            metered: None,
            key: None,
        }
    }

    /// Whether the block is in force on a day (START and END included).
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start.value <= day) && self.end.is_none_or(|end| day <= end.value)
    }

    /// Whether its SHARE makes draws share counts (HOST, USER or CUSTOM).
    #[must_use]
    pub fn shares_counts(&self) -> bool {
        self.share.is_some_and(|share| share.value.counts())
    }

    /// Whether its SHARE has this value.
    #[must_use]
    pub fn shares(&self, share: Share) -> bool {
        self.share.is_some_and(|set| set.value.has(share))
    }

    /// The vendor's name; empty on a malformed block without one.
    #[must_use]
    pub fn vendor_name(&self) -> &str {
        self.vendor.as_ref().map_or("", |vendor| vendor.value.as_str())
    }

    /// Whether the block can be relied on.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.condition == Condition::Sound
    }
}

/// One TOKEN_DEPENDENCY: a license that a checkout needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The whole value, without its quotes.
    pub span: Span,
    /// The feature needed.
    pub feature: Spanned<Name>,
    /// The version needed, at least.
    pub version: Version,
    /// How many, 1 to 2147483647.
    pub count: u32,
}

/// What a METERED block says about payment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metered {
    /// PAYMENT.
    pub payment: Payment,
    /// FUNDS: money prepaid.
    pub funds: Option<Spanned<Money>>,
    /// PRICE of one token.
    pub price: Option<Spanned<Money>>,
    /// PERIOD that is billed.
    pub period: Option<Spanned<Period>>,
    /// MINIMUM: tokens committed to in a period.
    pub minimum: Option<Spanned<u64>>,
    /// TIER, in file order.
    pub tiers: Vec<Spanned<Tier>>,
}
