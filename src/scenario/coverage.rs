//! What of a license the scenarios came by, and what none of them did.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use crate::license::License;
use crate::resolve::{BlockId, Model, Sight};
use crate::source::Span;

/// What is counted, in the order of reports.
const KINDS: [&str; 6] = ["features", "alternatives", "dependencies", "share groups", "denials", "limits"];

/// How much of one or more licenses was come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// What is counted, how many of it were come by, and how many there are.
    pub kinds: Vec<(&'static str, usize, usize)>,
    /// What no scenario came by, in the order of blocks.
    pub missed: Vec<Missed>,
}

impl Coverage {
    /// How many were come by, and how many there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        self.kinds.iter().fold((0, 0), |(seen, all), (_, some, of)| (seen + some, all + of))
    }

    /// Whole percents that were come by, rounded down: 100 says that nothing is missing.
    #[must_use]
    pub fn percent(&self) -> usize {
        let (seen, all) = self.counts();
        (100 * seen).checked_div(all).unwrap_or(100)
    }
}

/// Something that no scenario came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which of the licenses, from 0.
    pub license: usize,
    /// Where it stands.
    pub span: Span,
    /// One of the kinds that are counted.
    pub kind: &'static str,
    /// What it is, in words.
    pub text: String,
}

/// Compares what was seen with all that there is. Dates count as at `at`.
#[must_use]
pub fn coverage(licenses: &[License], model: &Model, at: DateTime, seen: &BTreeSet<Sight>) -> Coverage {
    let mut kinds: Vec<(&'static str, usize, usize)> = KINDS.iter().map(|kind| (*kind, 0, 0)).collect();
    let mut missed = Vec::new();
    for sight in model.sights(at) {
        let kind = kind(sight);
        let found = model.is_seen(seen, sight);
        if let Some((_, some, all)) = kinds.iter_mut().find(|(known, _, _)| *known == kind) {
            *some += usize::from(found);
            *all += 1;
        }
        if !found {
            let (license, span) = place(licenses, model, sight);
            missed.push(Missed { license, span, kind, text: words(licenses, model, sight) });
        }
    }
    Coverage { kinds, missed }
}

fn kind(sight: Sight) -> &'static str {
    match sight {
        Sight::Feature(_) => "features",
        Sight::Block(_) => "alternatives",
        Sight::Dependency(..) => "dependencies",
        Sight::Joined(_) => "share groups",
        Sight::Denied(_) => "denials",
        Sight::Full(_) | Sight::AboveSoftlimit(_) => "limits",
    }
}

fn words(licenses: &[License], model: &Model, sight: Sight) -> String {
    match sight {
        Sight::Feature(name) => format!("{} is never served", model.name_text(name)),
        Sight::Block(block) => format!("{} never serves", model.label(block)),
        Sight::Dependency(block, index) => {
            let needed = dependency(licenses, model, block, index).map(|(name, _)| name).unwrap_or_default();
            format!("{} never draws {needed}", model.label(block))
        }
        Sight::Joined(block) => format!("nobody shares {}", model.label(block)),
        Sight::Denied(name) => format!("{} is never denied", model.name_text(name)),
        Sight::Full(block) => format!("{} is never used up", model.label(block)),
        Sight::AboveSoftlimit(block) => format!("{} never passes its SOFTLIMIT", model.label(block)),
    }
}

fn place(licenses: &[License], model: &Model, sight: Sight) -> (usize, Span) {
    let block = match sight {
        Sight::Feature(name) | Sight::Denied(name) => model.blocks_of(name).first().copied(),
        Sight::Block(block)
        | Sight::Dependency(block, _)
        | Sight::Joined(block)
        | Sight::Full(block)
        | Sight::AboveSoftlimit(block) => Some(block),
    };
    let Some(block) = block else { return (0, Span::default()) };
    let (license, span) = model.origin(block);
    let found = match sight {
        Sight::Dependency(block, index) => dependency(licenses, model, block, index).map(|(_, span)| span),
        _ => None,
    };
    (license, found.unwrap_or(span))
}

/// The name and place of a dependency.
fn dependency(licenses: &[License], model: &Model, block: BlockId, index: u32) -> Option<(String, Span)> {
    let (license, span) = model.origin(block);
    let feature = licenses.get(license)?.features.iter().find(|feature| feature.span == span)?;
    let found = feature.dependencies.get(usize::try_from(index).ok()?)?;
    Some((found.feature.value.to_string(), found.span))
}
