//! Coverage of licenses by scenarios.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use keywright_license::License;
use keywright_resolve::{BlockId, CoveragePoint, Model};
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
pub fn coverage(
    licenses: &[License],
    model: &Model,
    at: DateTime,
    seen: &BTreeSet<CoveragePoint>,
) -> Coverage {
    let mut kinds: Vec<(&'static str, usize, usize)> = KINDS.iter().map(|kind| (*kind, 0, 0)).collect();
    let mut missed = Vec::new();
    for point in model.coverage_points(at) {
        let kind = kind(point);
        let found = model.is_covered(seen, point);
        if let Some((_, some, all)) = kinds.iter_mut().find(|(known, _, _)| *known == kind) {
            *some += usize::from(found);
            *all += 1;
        }
        if !found {
            let (license, span) = place(licenses, model, point);
            missed.push(Missed { license, span, kind, text: describe(licenses, model, point) });
        }
    }
    Coverage { kinds, missed }
}

fn kind(point: CoveragePoint) -> &'static str {
    match point {
        CoveragePoint::Feature(_) => "features",
        CoveragePoint::Block(_) => "alternatives",
        CoveragePoint::Dependency(..) => "dependencies",
        CoveragePoint::Joined(_) => "share groups",
        CoveragePoint::Denied(_) => "denials",
        CoveragePoint::Full(_) | CoveragePoint::AboveSoftlimit(_) => "limits",
    }
}

fn describe(licenses: &[License], model: &Model, point: CoveragePoint) -> String {
    match point {
        CoveragePoint::Feature(name) => format!("`{}` is never granted", model.name_text(name)),
        CoveragePoint::Block(block) => format!("`{}` is never used", model.label(block)),
        CoveragePoint::Dependency(block, index) => {
            let needed = dependency(licenses, model, block, index).map(|(name, _)| name).unwrap_or_default();
            format!("`{}` never draws `{needed}`", model.label(block))
        }
        CoveragePoint::Joined(block) => format!("`{}` is never shared", model.label(block)),
        CoveragePoint::Denied(name) => format!("`{}` is never denied", model.name_text(name)),
        CoveragePoint::Full(block) => format!("`{}` is never used up", model.label(block)),
        CoveragePoint::AboveSoftlimit(block) => {
            format!("`{}` is never above its SOFTLIMIT", model.label(block))
        }
    }
}

fn place(licenses: &[License], model: &Model, point: CoveragePoint) -> (usize, Span) {
    let block = match point {
        CoveragePoint::Feature(name) | CoveragePoint::Denied(name) => model.blocks_of(name).first().copied(),
        CoveragePoint::Block(block)
        | CoveragePoint::Dependency(block, _)
        | CoveragePoint::Joined(block)
        | CoveragePoint::Full(block)
        | CoveragePoint::AboveSoftlimit(block) => Some(block),
    };
    let Some(block) = block else { return (0, Span::default()) };
    let (license, span) = model.origin(block);
    let found = match point {
        CoveragePoint::Dependency(block, index) => {
            dependency(licenses, model, block, index).map(|(_, span)| span)
        }
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
