//! UPGRADE lines: they raise the version of licenses that exist, and add none.

use std::collections::HashMap;

use keywright_license::Version;

use super::dates::Expiry;
use super::loss::{GRANTS_NOTHING, MIXED_POOL, PARTIAL_UPGRADE, Place, Report, TOO_LARGE};

/// Maximum number of UPGRADE lines of one name: each can change every line of the name.
const MOST_UPGRADES: usize = 128;

/// The part of a license line that an UPGRADE line changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) version: Version,
    pub(crate) expires: Expiry,
    /// The number of licenses; `None` if they are not counted.
    pub(crate) count: Option<u32>,
}

/// A license line that can be raised.
pub(crate) trait Raisable: Clone {
    fn name(&self) -> &str;
    fn level(&self) -> Level;
    fn set_level(&mut self, level: Level);
    /// Lets the line be tried after all others of its name.
    fn put_last(&mut self);
}

/// An UPGRADE line.
#[derive(Debug)]
pub(crate) struct Raise {
    pub(crate) name: String,
    pub(crate) from: Version,
    /// The version and expiry after it, and the number of licenses that are raised.
    pub(crate) to: Level,
    pub(crate) place: Place,
}

/// Applies all UPGRADE lines.
pub(crate) fn apply<T: Raisable>(items: &mut Vec<T>, raises: &[Raise], report: &mut Report) {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for raise in raises {
        by_name.entry(raise.name.clone()).or_default();
    }
    for (at, item) in items.iter().enumerate() {
        if let Some(bases) = by_name.get_mut(item.name()) {
            bases.push(at);
        }
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for raise in raises {
        let count = counts.entry(&raise.name).or_default();
        *count += 1;
        if *count > MOST_UPGRADES {
            let message = format!("more than {MOST_UPGRADES} UPGRADE lines of `{}`", raise.name);
            report.add_found(&TOO_LARGE, raise.place, message);
            continue;
        }
        if let Some(bases) = by_name.get_mut(&raise.name) {
            apply_one(items, bases, raise, report);
        }
    }
}

fn apply_one<T: Raisable>(items: &mut Vec<T>, bases: &mut Vec<usize>, raise: &Raise, report: &mut Report) {
    let mut left = raise.to.count.unwrap_or(u32::MAX);
    let mut added = Vec::new();
    for at in bases.iter().copied() {
        let next = items.len();
        let Some(base) = items.get_mut(at) else { continue };
        let level = base.level();
        if left == 0 || level.version < raise.from || level.version >= raise.to.version {
            continue;
        }
        if let Some(part) = raise_one(base, raise, &mut left, report) {
            items.push(part);
            added.push(next);
        }
    }
    bases.extend(added);
    if raise.to.count.is_some() && left > 0 {
        let message = format!("UPGRADE of `{}` for {left} licenses that these files do not have", raise.name);
        report.add_found(&GRANTS_NOTHING, raise.place, message);
    }
}

/// Raises as many licenses as are left. Returns the raised part if it is not the whole line.
fn raise_one<T: Raisable>(base: &mut T, raise: &Raise, left: &mut u32, report: &mut Report) -> Option<T> {
    let old = base.level();
    let expires = old.expires.min(raise.to.expires);
    if expires != old.expires {
        let message = format!("UPGRADE of `{}` ends before the licenses that it raises", raise.name);
        let done = "the raised licenses end with the UPGRADE line".to_owned();
        report.add_with(&MIXED_POOL, raise.place, message, done);
    }
    let whole = Level { version: raise.to.version, expires, count: old.count };
    let Some(count) = old.count.filter(|count| *left < *count) else {
        if raise.to.count.is_some() {
            *left -= old.count.unwrap_or(0).min(*left);
        }
        base.set_level(whole);
        return None;
    };
    let message = format!("UPGRADE raises {left} of the {count} licenses of `{}`", raise.name);
    report.add_found(&PARTIAL_UPGRADE, raise.place, message);
    let mut part = base.clone();
    part.set_level(Level { count: Some(*left), ..whole });
    part.put_last();
    base.set_level(Level { count: Some(count - *left), ..old });
    *left = 0;
    Some(part)
}
