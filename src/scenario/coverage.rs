//! Coverage of licenses by scenarios.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use keywright_license::License;
use keywright_resolve::{BlockId, Model, Sight};
use keywright_syntax::source::Span;

/// The kinds of coverage points, in the order of reports.
const KINDS: [&str; 6] = ["features", "alternatives", "dependencies", "share groups", "denials", "limits"];

/// Coverage of one or more licenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Each kind with the number of covered points and the number of all points.
    pub kinds: Vec<(&'static str, usize, usize)>,
    /// Points that no scenario covers, in block order.
    pub missed: Vec<Missed>,
}

impl Coverage {
    /// The number of covered points and the number of all points.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        self.kinds.iter().fold((0, 0), |(seen, all), (_, some, of)| (seen + some, all + of))
    }

    /// Coverage in percent, rounded down, so 100 means complete.
    #[must_use]
    pub fn percent(&self) -> usize {
        let (seen, all) = self.counts();
        (100 * seen).checked_div(all).unwrap_or(100)
    }
}

/// A coverage point that no scenario covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Index of the license, from 0.
    pub license: usize,
    /// The location in the license.
    pub span: Span,
    /// The kind.
    pub kind: &'static str,
    /// The description.
    pub text: String,
}

/// Compares the covered points with all points of the licenses, for blocks in force at `at`.
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
        Sight::Feature(name) => format!("`{}` is never granted", model.name_text(name)),
        Sight::Block(block) => format!("`{}` is never used", model.label(block)),
        Sight::Dependency(block, index) => {
            let needed = dependency(licenses, model, block, index).map(|(name, _)| name).unwrap_or_default();
            format!("`{}` never draws `{needed}`", model.label(block))
        }
        Sight::Joined(block) => format!("`{}` is never shared", model.label(block)),
        Sight::Denied(name) => format!("`{}` is never denied", model.name_text(name)),
        Sight::Full(block) => format!("`{}` is never used up", model.label(block)),
        Sight::AboveSoftlimit(block) => format!("`{}` is never above its SOFTLIMIT", model.label(block)),
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

/// The name and span of a dependency.
fn dependency(licenses: &[License], model: &Model, block: BlockId, index: u32) -> Option<(String, Span)> {
    let (license, span) = model.origin(block);
    let features = &licenses.get(license)?.features;
    let feature = features.get(features.binary_search_by_key(&span, |feature| feature.span).ok()?)?;
    let found = feature.dependencies.get(usize::try_from(index).ok()?)?;
    Some((found.feature.value.to_string(), found.span))
}
