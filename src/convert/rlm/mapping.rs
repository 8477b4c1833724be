//! Maps RLM files to blocks.

use super::blocks::RlmWriter;
use super::items::{RlmItems, items, one_vendor};
use super::model::{RlmCount, RlmFile, RlmKind};
use super::pools::{offers, pools};
use crate::draft::{Draft, excerpt};
use crate::facts::grants;
use crate::loss::{PADDED_VERSION, Place, Report, VERSION_ORDER, VIRTUAL_MACHINES};
use crate::names::Names;
use crate::options::{Options, VersionOrder};
use crate::versions::{Scale, decimals, is_date};

/// Maps the content of all files to a draft.
pub(crate) fn map(mut file: RlmFile, options: &Options, report: &mut Report) -> Draft {
    one_vendor(&mut file, options, report);
    let scale = scale(&file, options, report);
    if let Some(line) = file.lines.iter().find(|line| !line.attributes.has("disable")) {
        let message = "without `disable` the license runs on virtual machines and terminal servers";
        report.once(&VIRTUAL_MACHINES, line.place, message);
    }
    let mut names = Names::default();
    let RlmItems { items, can_roam } = items(&mut file, scale, &mut names, options, report);
    let products = pools(items, report);
    let mut draft = Draft { blocks: Vec::new(), grants: grants(&offers(&products, options.at)) };
    let mut writer = RlmWriter { vendor: options.vendor.as_deref(), can_roam, report };
    for pools in &products {
        writer.product(pools, &mut draft.blocks);
    }
    draft
}

/// Decides how versions are read. RLM compares them as decimal numbers.
fn scale(file: &RlmFile, options: &Options, report: &mut Report) -> Scale {
    let mut digits = 0;
    let mut padded: Option<(&str, Place)> = None;
    let mut day: Option<(&str, Place)> = None;
    for line in &file.lines {
        let from = match &line.kind {
            RlmKind::Upgrade { from } => Some(from.as_str()),
            RlmKind::License => None,
        };
        let primaries = match &line.count {
            RlmCount::Token(primaries) => primaries.as_slice(),
            _ => &[],
        };
        let primaries = primaries.iter().map(|primary| primary.version.as_str());
        for version in from.into_iter().chain([line.version.as_str()]).chain(primaries) {
            digits = digits.max(decimals(version));
            if padded.is_none() && decimals(version) > 1 {
                padded = Some((version, line.place));
            }
            if day.is_none() && is_date(version) {
                day = Some((version, line.place));
            }
        }
    }
    if let Some((version, place)) = day.filter(|_| options.versions.is_none()) {
        let message = format!("the version `{}` is larger than 9999; it can be a day", excerpt(version));
        report.add_found(&VERSION_ORDER, place, message);
    }
    let order = options.versions.unwrap_or(VersionOrder::Decimal);
    if let Some((version, place)) = padded.filter(|_| order == VersionOrder::Decimal) {
        report.add_found(
            &PADDED_VERSION,
            place,
            format!("RLM compares `{}` as a decimal number", excerpt(version)),
        );
    }
    Scale { order, digits }
}
