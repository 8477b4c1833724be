//! The license lines that count: without repeated and replaced ones.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use keywright_license::{Name, Version};

use super::model::{RlmCount, RlmFile, RlmKind, RlmLine};
use crate::draft::{DraftNeed, excerpt};
use crate::loss::{
    BAD_VALUE, GRANTS_NOTHING, REPEATED_LINE, ROAMING, Report, SUPERSEDED, TWO_VENDORS, UNDATED_LINE,
    VERSION_ORDER,
};
use crate::names::{Names, Vendors};
use crate::options::{Options, Undated};
use crate::upgrades::{Level, Raisable, Raise, apply};
use crate::versions::{Scale, is_date};

/// The reserved product that permits roaming.
pub(crate) const ROAM: &str = "rlm_roam";

/// A license line with its name and version in the result.
#[derive(Debug, Clone)]
pub(crate) struct RlmItem {
    pub(crate) line: RlmLine,
    pub(crate) name: String,
    pub(crate) version: Version,
    /// The position in the source.
    pub(crate) order: usize,
    /// The licenses that a token draws.
    pub(crate) needs: Vec<DraftNeed>,
}

impl RlmItem {
    /// Returns true if the line is in force on this day.
    pub(crate) fn is_in_force(&self, day: Date) -> bool {
        let begun = self.line.start.is_none_or(|start| start <= day);
        begun && self.line.expires.day().is_none_or(|end| day <= end)
    }
}

impl Raisable for RlmItem {
    fn name(&self) -> &str {
        &self.name
    }

    fn level(&self) -> Level {
        let count = match self.line.count {
            RlmCount::Counted(count) => Some(count),
            _ => None,
        };
        Level { version: self.version, expires: self.line.expires, count }
    }

    fn set_level(&mut self, level: Level) {
        self.version = level.version;
        self.line.expires = level.expires;
        if let Some(count) = level.count {
            self.line.count = RlmCount::Counted(count);
        }
    }

    fn put_last(&mut self) {
        self.order = usize::MAX;
    }
}

/// Keeps the lines of one ISV. The same product of two ISVs is a question.
pub(crate) fn one_vendor(file: &mut RlmFile, options: &Options, report: &mut Report) {
    let mut vendors = Vendors::default();
    file.lines.iter_mut().for_each(|line| vendors.unify(&mut line.vendor));
    if let Some(daemon) = &options.daemon {
        file.lines.retain(|line| line.vendor.eq_ignore_ascii_case(daemon));
        return;
    }
    let mut vendors: HashMap<String, &str> = HashMap::new();
    for line in &file.lines {
        let vendor = *vendors.entry(line.product.to_ascii_lowercase()).or_insert(&line.vendor);
        if !vendor.eq_ignore_ascii_case(&line.vendor) {
            let (name, one, other) = (excerpt(&line.product), excerpt(vendor), excerpt(&line.vendor));
            let message =
                format!("`{name}` is a product of `{one}` and of `{other}`, which have separate pools");
            return report.add_found(&TWO_VENDORS, line.place, message);
        }
    }
    let first = file.lines.first().map(|line| line.vendor.clone()).unwrap_or_default();
    let other = file.lines.iter().find(|line| !line.vendor.eq_ignore_ascii_case(&first));
    if let Some(line) = other.filter(|_| options.vendor.is_some()) {
        report.add_found(
            &TWO_VENDORS,
            line.place,
            "the lines are of several ISVs, and `--vendor` would join them",
        );
    }
}

/// The lines of a set, ready to be grouped.
pub(crate) struct RlmItems {
    pub(crate) items: Vec<RlmItem>,
    /// True if the files permit roaming.
    pub(crate) can_roam: bool,
}

/// Returns the lines that count, with the names and versions of the result.
pub(crate) fn items(
    file: &mut RlmFile,
    scale: Scale,
    names: &mut Names,
    options: &Options,
    report: &mut Report,
) -> RlmItems {
    let mut found = RlmItems { items: Vec::with_capacity(file.lines.len()), can_roam: false };
    let mut signatures: HashSet<String> = HashSet::new();
    let mut raises = Vec::new();
    for (order, line) in std::mem::take(&mut file.lines).into_iter().enumerate() {
        let is_new = line.signature.as_ref().is_none_or(|signature| signatures.insert(signature.clone()));
        if !is_new && line.signature.as_deref() != Some("") {
            report.add(&REPEATED_LINE, line.place);
            continue;
        }
        if line.product.eq_ignore_ascii_case(ROAM) {
            found.can_roam = true;
            let message = format!("`{ROAM}` is not a product: it permits roaming");
            let done = "BORROW is written for the products that have max_roam".to_owned();
            report.add_with(&GRANTS_NOTHING, line.place, message, done);
            continue;
        }
        match item(line, order, scale, names, options, report) {
            Some(Read::Item(item)) => found.items.push(*item),
            Some(Read::Raise(raise)) => raises.push(raise),
            None => {}
        }
    }
    found.items = without_replaced(std::mem::take(&mut found.items), names, options, report);
    apply(&mut found.items, &raises, report);
    found
}

enum Read {
    Item(Box<RlmItem>),
    Raise(Raise),
}

fn item(
    line: RlmLine,
    order: usize,
    scale: Scale,
    names: &mut Names,
    options: &Options,
    report: &mut Report,
) -> Option<Read> {
    let place = line.place;
    let mut name = |text: &str, report: &mut Report| {
        let name = names.get(text, place, report);
        if name.is_none() {
            report.add_found(
                &BAD_VALUE,
                place,
                format!("`{}` cannot be written as the name of a feature", excerpt(text)),
            );
        }
        name
    };
    let version = |text: &str, report: &mut Report| {
        let version = scale.read(text).ok();
        // A version that is a day is asked for, once for all lines.
        if version.is_none() && !(is_date(text) && report.has(&VERSION_ORDER)) {
            let message = format!("`{}` is not a version: two numbers up to 9999", excerpt(text));
            report.add_found(&BAD_VALUE, place, message);
        }
        version
    };
    let own = name(&line.product, report)?;
    if options.vendor.is_none() && !Name::is_valid(&line.vendor) {
        let message = format!("`{}` cannot be written as the name of a vendor", excerpt(&line.vendor));
        report.add_found(&BAD_VALUE, place, message);
        return None;
    }
    let own_version = version(&line.version, report)?;
    let mut needs = Vec::new();
    if let RlmCount::Token(primaries) = &line.count {
        for primary in primaries {
            let feature = name(&primary.product, report)?;
            let version = version(&primary.version, report)?;
            needs.push(DraftNeed { feature, version, count: primary.count });
        }
    }
    let item = RlmItem { line, name: own, version: own_version, order, needs };
    let RlmKind::Upgrade { from } = &item.line.kind else { return Some(Read::Item(Box::new(item))) };
    let (from, to) = (version(from, report)?, item.level());
    Some(Read::Raise(Raise { name: item.name, from, to, place }))
}

/// Drops the lines that a newer line replaces.
fn without_replaced(
    mut items: Vec<RlmItem>,
    names: &mut Names,
    options: &Options,
    report: &mut Report,
) -> Vec<RlmItem> {
    let mut newest: HashMap<String, Date> = HashMap::new();
    for item in items.iter().filter(|item| item.line.attributes.has("replace")) {
        let Some(issued) = item.line.issued else { continue };
        let list = item.line.attributes.get("replace").unwrap_or(&item.line.product);
        for product in list.split([' ', ',']).filter(|product| !product.is_empty()) {
            let Some(name) = names.get(product, item.line.place, report) else { continue };
            let best = newest.entry(name).or_insert(issued);
            *best = issued.max(*best);
        }
    }
    items.retain(|item| {
        let Some(by) = newest.get(&item.name) else { return true };
        let older = match item.line.issued {
            Some(issued) => issued < *by,
            None if options.undated.is_none() => {
                let message =
                    format!("`{}` has no issue date, and another line replaces older ones", item.name);
                report.add_found(&UNDATED_LINE, item.line.place, message);
                false
            }
            None => options.undated == Some(Undated::Superseded),
        };
        if older {
            let message = format!("a line issued on {by} replaces this line of `{}`", item.name);
            report.add_found(&SUPERSEDED, item.line.place, message);
        }
        !older
    });
    items
}

/// Returns BORROW in hours for the days of `max_roam`.
pub(crate) fn roaming(item: &RlmItem, can_roam: bool, report: &mut Report) -> Option<u64> {
    const MOST: u64 = 8760;
    let place = item.line.place;
    let Some(text) = item.line.attributes.get("max_roam") else {
        if can_roam {
            let message = format!("`{}` may roam, and the files do not say how long", item.name);
            report.add_found(&ROAMING, place, message);
        }
        return None;
    };
    match text.parse::<i64>() {
        Ok(days) if days <= 0 => None,
        Ok(_) if !can_roam => {
            let message = format!("`{}` has max_roam, and no `{ROAM}` license permits roaming", item.name);
            report.add_found(&GRANTS_NOTHING, place, message);
            None
        }
        Ok(days) => {
            let hours = days.unsigned_abs().saturating_mul(24);
            if hours > MOST {
                let message =
                    format!("`{}` may roam for {days} days, and BORROW has at most {MOST} hours", item.name);
                report.add_found(&ROAMING, place, message);
            }
            Some(hours.min(MOST))
        }
        Err(_) => {
            report.add_found(&BAD_VALUE, place, format!("`{}` is not a number of days", excerpt(text)));
            None
        }
    }
}
