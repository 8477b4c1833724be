//! The blocks that two sets of licenses have in common, and the directives in which they differ.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;

use keywright_license::{Feature, License};

use super::change::{Change, ChangeKind, LicenseSet};

/// A block of one set or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChange {
    /// Its name.
    pub feature: String,
    /// Its vendor.
    pub vendor: String,
    /// True if the block was added, removed or changed.
    pub fate: BlockChangeKind,
    /// The directives that differ, for a changed block; those of the block otherwise.
    pub directives: Vec<ChangedDirective>,
    /// True if the block is no longer valid on the day of the comparison, before and after.
    pub is_past: bool,
}

/// The kind of a change of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockChangeKind {
    /// Only the new set has it.
    Added,
    /// Only the old set has it.
    Removed,
    /// Both sets have it, with different directives.
    Changed,
}

impl BlockChangeKind {
    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A directive that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDirective {
    /// Its name.
    pub name: String,
    /// Its values in the old set, with commas between them; `None` if it is not written.
    pub old: Option<String>,
    /// Its values in the new set.
    pub new: Option<String>,
    /// True if the customer can do less: HOLD or MIN_CHECKOUT raised, BORROW shortened, HOSTID narrowed.
    pub lost: bool,
}

/// A block with its license.
type Placed<'a> = (&'a License, &'a Feature);

/// The values of a block's directives by name, except KEY.
pub(super) type Records<'a> = BTreeMap<&'a str, Vec<Cow<'a, str>>>;

/// The blocks of the old set and the new set that belong together.
pub(super) type BlockPairs<'a> = Vec<(Option<Placed<'a>>, Option<Placed<'a>>)>;

/// Returns the directives of a block that grant something: all except KEY.
pub(super) fn records<'a>((license, feature): Placed<'a>) -> Records<'a> {
    let mut records = Records::new();
    for (name, value) in license.records(feature).filter(|(name, _)| *name != "KEY") {
        records.entry(name).or_default().push(value);
    }
    records
}

/// Returns the readable blocks of a set.
pub(super) fn all<'a>(set: LicenseSet<'a>) -> impl Iterator<Item = Placed<'a>> {
    set.licenses.iter().flat_map(|license| license.features.iter().map(move |feature| (license, feature)))
}

/// BlockPairs blocks: first those with equal content, then those of one vendor, name and type, in file order.
pub(super) fn pairs<'a>(old: LicenseSet<'a>, new: LicenseSet<'a>) -> BlockPairs<'a> {
    let rest: Vec<Placed<'a>> = all(new).collect();
    let mut by_content: BTreeMap<(&str, Records<'a>), Vec<usize>> = BTreeMap::new();
    for (at, block) in rest.iter().enumerate().rev() {
        by_content.entry((block.1.name.value.as_str(), records(*block))).or_default().push(at);
    }
    let mut taken = vec![false; rest.len()];
    let mut pairs = Vec::new();
    let mut open = Vec::new();
    for block in all(old) {
        let same = by_content.get_mut(&(block.1.name.value.as_str(), records(block))).and_then(Vec::pop);
        match same.and_then(|at| Some((rest.get(at)?, taken.get_mut(at)?))) {
            Some((found, taken)) => {
                *taken = true;
                pairs.push((Some(block), Some(*found)));
            }
            None => open.push(block),
        }
    }
    let mut by_type: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, block) in rest.iter().enumerate().rev().filter(|(at, _)| taken.get(*at) == Some(&false)) {
        by_type.entry(kind_of(*block)).or_default().push(at);
    }
    for block in open {
        let like = by_type.get_mut(&kind_of(block)).and_then(Vec::pop);
        if let Some(taken) = like.and_then(|at| taken.get_mut(at)) {
            *taken = true;
        }
        pairs.push((Some(block), like.and_then(|at| rest.get(at).copied())));
    }
    let added = rest.iter().zip(&taken).filter(|(_, taken)| !**taken);
    pairs.extend(added.map(|(block, _)| (None, Some(*block))));
    pairs
}

fn kind_of<'a>((_, feature): Placed<'a>) -> (&'a str, &'a str, keywright_license::Kind) {
    (feature.name.value.as_str(), feature.vendor_name(), feature.kind)
}

/// Returns the pairs that differ.
pub(super) fn changes(
    old: LicenseSet<'_>,
    new: LicenseSet<'_>,
    pairs: &BlockPairs<'_>,
    at: Date,
) -> Vec<BlockChange> {
    let is_past = |block: &Option<Placed<'_>>| {
        block.is_none_or(|(_, feature)| feature.end.is_some_and(|end| end.value < at))
    };
    let change = |(before, after): &(Option<Placed<'_>>, Option<Placed<'_>>)| {
        let (_, feature) = after.or(*before)?;
        let fate = match (before, after) {
            (Some(_), Some(_)) => BlockChangeKind::Changed,
            (None, _) => BlockChangeKind::Added,
            (_, None) => BlockChangeKind::Removed,
        };
        let read = |block: &Option<Placed<'_>>| {
            block.map(|(license, feature)| owned(&records((license, feature)))).unwrap_or_default()
        };
        let is_past = is_past(before) && is_past(after);
        let directives =
            directives(&read(before), &read(after), fate == BlockChangeKind::Changed && !is_past);
        (!directives.is_empty()).then(|| BlockChange {
            feature: feature.name.value.as_str().to_owned(),
            vendor: feature.vendor_name().to_owned(),
            fate,
            directives,
            is_past,
        })
    };
    let _ = (old, new);
    pairs.iter().filter_map(change).collect()
}

type OwnedRecords = BTreeMap<String, Vec<String>>;

fn owned(records: &Records<'_>) -> OwnedRecords {
    let values = |values: &Vec<Cow<'_, str>>| values.iter().map(|value| value.clone().into_owned()).collect();
    records.iter().map(|(name, all)| ((*name).to_owned(), values(all))).collect()
}

fn directives(old: &OwnedRecords, new: &OwnedRecords, can_lose: bool) -> Vec<ChangedDirective> {
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differing = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let change = |name: &String| {
        let text = |records: &OwnedRecords| records.get(name).map(|values| values.join(", "));
        let lost = can_lose && is_loss(name, old, new);
        ChangedDirective { name: name.clone(), old: text(old), new: text(new), lost }
    };
    differing.map(change).collect()
}

/// Returns true if a changed directive takes something away that no request shows.
fn is_loss(name: &str, old: &OwnedRecords, new: &OwnedRecords) -> bool {
    let number = |records: &OwnedRecords| -> u64 {
        records.get(name).and_then(|values| values.first()?.parse().ok()).unwrap_or(0)
    };
    match name {
        "HOLD" | "MIN_CHECKOUT" => number(new) > number(old),
        "BORROW" => number(new) < number(old),
        "HOSTID" | "HOSTID_MATCH_RATE" => is_narrowed(old, new),
        _ => false,
    }
}

/// Returns true if some host that matches the old HOSTIDs may not match the new ones.
fn is_narrowed(old: &OwnedRecords, new: &OwnedRecords) -> bool {
    let ids = |records: &OwnedRecords| records.get("HOSTID").cloned().unwrap_or_default();
    let needed = |records: &OwnedRecords, ids: &[String]| {
        let rate = records.get("HOSTID_MATCH_RATE").and_then(|values| values.first()?.parse::<usize>().ok());
        (ids.len() * rate.unwrap_or(100)).div_ceil(100)
    };
    let (before, after) = (ids(old), ids(new));
    if after.is_empty() {
        return false;
    }
    let lost = before.iter().filter(|id| !after.contains(id)).count();
    // A host that matches as few of the old ones as necessary, and of these as many as possible of the dropped ones.
    before.is_empty() || needed(old, &before).saturating_sub(lost) < needed(new, &after)
}

impl BlockChange {
    /// The losses that its directives show.
    pub(super) fn losses(&self, at: Date) -> impl Iterator<Item = Change> {
        self.directives.iter().filter(|directive| directive.lost).map(move |directive| {
            let text = |value: &Option<String>| match value {
                Some(value) => format!("{}={value}", directive.name),
                None => format!("no {}", directive.name),
            };
            Change {
                features: vec![self.feature.clone()],
                day: at,
                kind: ChangeKind::Directive,
                old: text(&directive.old),
                new: text(&directive.new),
                lost: true,
                example: None,
            }
        })
    }
}
