//! The license lines that count: without superseded ones, second FEATURE lines and repeated lines.

use std::collections::{BTreeSet, HashMap};

use keywright_license::{Name, Version};

use super::model::{FlexFile, LicenseLine, LineKind};
use crate::draft::excerpt;
use crate::loss::{
    BAD_VALUE, IDENTICAL_LINES, REPEATED_LINE, Report, SECOND_FEATURE, SUPERSEDED, TWO_VENDORS, UNDATED_LINE,
    VERSION_ORDER,
};
use crate::names::{Names, Vendors};
use crate::options::{Duplicates, Options, Undated};
use crate::versions::{Scale, is_date};

/// A license line with its name and version in the result.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) line: LicenseLine,
    pub(crate) name: String,
    pub(crate) version: Version,
    /// The position in the source.
    pub(crate) order: usize,
    /// The licenses that a checkout draws instead of its own.
    pub(crate) draws: Vec<Draw>,
}

/// A license that a token draws.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Draw {
    pub(crate) feature: String,
    pub(crate) version: Version,
    pub(crate) count: u32,
}

impl Item {
    /// Returns true if the line is in force on this day.
    pub(crate) fn is_in_force(&self, day: jiff::civil::Date) -> bool {
        let begun = self.line.start.is_none_or(|start| start <= day);
        begun && self.line.expires.day().is_none_or(|end| day <= end)
    }
}

/// Keeps the lines of one vendor. Lines of different vendors never share a pool, so the same name in two vendors is a
/// question.
pub(crate) fn one_vendor(file: &mut FlexFile, options: &Options, report: &mut Report) {
    let mut vendors = Vendors::default();
    file.lines.iter_mut().for_each(|line| vendors.unify(&mut line.vendor));
    if let Some(daemon) = &options.daemon {
        file.lines.retain(|line| line.vendor.eq_ignore_ascii_case(daemon));
        file.packages.retain(|package| package.vendor.eq_ignore_ascii_case(daemon));
        return;
    }
    let mut vendors: HashMap<String, &str> = HashMap::new();
    let mut all: BTreeSet<&str> = BTreeSet::new();
    let mut shared = None;
    for line in &file.lines {
        all.insert(&line.vendor);
        let vendor = *vendors.entry(line.name.to_ascii_lowercase()).or_insert(&line.vendor);
        if !vendor.eq_ignore_ascii_case(&line.vendor) && shared.is_none() {
            shared = Some((line, vendor));
        }
    }
    if let Some((line, vendor)) = shared {
        let message = format!(
            "`{}` is a feature of `{}` and of `{}`, which have separate pools",
            excerpt(&line.name),
            excerpt(vendor),
            excerpt(&line.vendor)
        );
        report.add_found(&TWO_VENDORS, line.place, message);
    } else if let Some(line) = file.lines.last().filter(|_| all.len() > 1 && options.vendor.is_some()) {
        let message = "the lines are of several vendors, and `--vendor` would join them";
        report.add_found(&TWO_VENDORS, line.place, message);
    }
}

/// Returns the lines that count, with the names and versions of the result.
pub(crate) fn items(
    file: &mut FlexFile,
    scale: Scale,
    names: &mut Names,
    options: &Options,
    report: &mut Report,
) -> Vec<Item> {
    let mut items = Vec::with_capacity(file.lines.len());
    for (order, line) in std::mem::take(&mut file.lines).into_iter().enumerate() {
        let Some(name) = names.get(&line.name, line.place, report) else {
            let message = format!("`{}` cannot be written as the name of a feature", excerpt(&line.name));
            report.add_found(&BAD_VALUE, line.place, message);
            continue;
        };
        if options.vendor.is_none() && !Name::is_valid(&line.vendor) {
            let message = format!("`{}` cannot be written as the name of a vendor", excerpt(&line.vendor));
            report.add_found(&BAD_VALUE, line.place, message);
            continue;
        }
        let Ok(version) = scale.read(&line.version) else {
            if is_date(&line.version) && report.has(&VERSION_ORDER) {
                continue;
            }
            let message = format!("`{}` is not a version: two numbers up to 9999", excerpt(&line.version));
            report.add_found(&BAD_VALUE, line.place, message);
            continue;
        };
        items.push(Item { line, name, version, order, draws: Vec::new() });
    }
    let items = without_superseded(items, options, report);
    without_repeated(first_features(items, report), options, report)
}

/// Drops the lines that another one supersedes: those of its name, or of the names in its list, with an older ISSUED, or
/// with the same ISSUED and a lower version.
fn without_superseded(items: Vec<Item>, options: &Options, report: &mut Report) -> Vec<Item> {
    /// The newest superseding line of a name.
    type Newest = HashMap<String, Vec<(jiff::civil::Date, Version, usize)>>;
    let mut newest: Newest = HashMap::new();
    for item in &items {
        let Some(issued) = item.line.issued.filter(|_| item.line.attributes.has("SUPERSEDE")) else {
            continue;
        };
        let list = item.line.attributes.get("SUPERSEDE").unwrap_or(&item.line.name);
        for name in list.split(' ') {
            let own = name.eq_ignore_ascii_case(&item.line.name);
            let version = if own { item.version } else { Version { major: 0, minor: 0 } };
            let best = newest.entry(name.to_ascii_lowercase()).or_default();
            // Only the newest line of a name, by date and then by version, decides what is older.
            if best.first().is_none_or(|best| (best.0, best.1) < (issued, version)) {
                *best = vec![(issued, version, item.order)];
            }
        }
    }
    if newest.is_empty() {
        return items;
    }
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        // UPGRADE lines have no licenses of their own.
        let has_licenses = item.line.kind != LineKind::Upgrade;
        let by = newest.get(&item.line.name.to_ascii_lowercase()).and_then(|best| best.first());
        let Some((issued, version, _)) = by.filter(|by| by.2 != item.order && has_licenses) else {
            kept.push(item);
            continue;
        };
        let older = match item.line.issued {
            Some(own) => own < *issued || own == *issued && item.version < *version,
            None if options.undated.is_none() => {
                let message =
                    format!("`{}` has no ISSUED, and another line supersedes older ones", item.name);
                report.add_found(&UNDATED_LINE, item.line.place, message);
                false
            }
            None => options.undated == Some(Undated::Superseded),
        };
        if older {
            let message = format!("a line issued on {issued} supersedes this line of `{}`", item.name);
            report.add_found(&SUPERSEDED, item.line.place, message);
        } else {
            kept.push(item);
        }
    }
    kept
}

/// Drops every FEATURE line of a name but the first.
fn first_features(mut items: Vec<Item>, report: &mut Report) -> Vec<Item> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    items.retain(|item| {
        if item.line.kind != LineKind::Feature || seen.insert(item.name.clone()) {
            return true;
        }
        let message = format!("a second FEATURE line of `{}`", item.name);
        report.add_found(&SECOND_FEATURE, item.line.place, message);
        false
    });
    items
}

/// Drops repeated INCREMENT lines if they are copies.
fn without_repeated(mut items: Vec<Item>, options: &Options, report: &mut Report) -> Vec<Item> {
    let mut seen: HashMap<(u64, String), ()> = HashMap::new();
    items.retain(|item| {
        if item.line.kind != LineKind::Increment
            || seen.insert((item.line.digest, item.name.clone()), ()).is_none()
        {
            return true;
        }
        let message = format!("an INCREMENT line of `{}` is repeated without any difference", item.name);
        match options.duplicates {
            None => report.add_found(&IDENTICAL_LINES, item.line.place, message),
            Some(Duplicates::Once) => {
                report.add_found(&REPEATED_LINE, item.line.place, message);
                return false;
            }
            Some(Duplicates::Sum) => {}
        }
        true
    });
    items
}
