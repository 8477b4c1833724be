//! PACKAGE lines: the components that they grant.

use std::collections::HashMap;

use keywright_syntax::limits;

use super::items::{Draw, Item};
use super::model::{Component, LineKind, Package, PackageKind, Seats};
use crate::draft::excerpt;
use crate::loss::{BAD_VALUE, GRANTS_NOTHING, Report, SEATS_FEATURE, TOO_LARGE};
use crate::names::Names;
use crate::versions::Scale;

/// The state of the expansion of packages.
pub(crate) struct Expansion<'a> {
    pub(crate) scale: Scale,
    pub(crate) names: &'a mut Names,
    pub(crate) report: &'a mut Report,
}

impl Expansion<'_> {
    /// Replaces the lines that enable plain packages by their components, and adds the components of suites.
    pub(crate) fn expand(&mut self, mut items: Vec<Item>, packages: &[Package]) -> Vec<Item> {
        let mut seen: HashMap<(String, Option<&str>), ()> = HashMap::new();
        for package in newest(packages) {
            let key = (package.name.to_ascii_lowercase(), package.version.as_deref());
            if seen.insert(key, ()).is_some() {
                let message = format!("a second PACKAGE line of `{}`", excerpt(&package.name));
                self.report.add_found(&GRANTS_NOTHING, package.place, message);
                continue;
            }
            items = self.one(items, package);
        }
        items
    }

    fn one(&mut self, items: Vec<Item>, package: &Package) -> Vec<Item> {
        let version = package.version.as_deref().map(|text| self.scale.read(text));
        let enables = |item: &Item| {
            let fits = version.as_ref().is_none_or(|version| version.as_ref() == Ok(&item.version));
            fits && item.line.name.eq_ignore_ascii_case(&package.name)
                && item.line.vendor.eq_ignore_ascii_case(&package.vendor)
        };
        let (enabling, mut rest): (Vec<Item>, Vec<Item>) = items.into_iter().partition(enables);
        if enabling.is_empty() {
            let message =
                format!("no FEATURE or INCREMENT line enables the package `{}`", excerpt(&package.name));
            self.report.add_found(&GRANTS_NOTHING, package.place, message);
            return rest;
        }
        if (enabling.len() * package.components.len()).saturating_add(rest.len()) > limits::MAX_BLOCKS {
            let message =
                format!("the package `{}` has more components than a license can have blocks", package.name);
            self.report.add_found(&TOO_LARGE, package.place, message);
            return rest;
        }
        for line in &enabling {
            for component in &package.components {
                self.component(line, component, package, &mut rest);
            }
        }
        let keeps_line =
            |item: &Item| package.kind != PackageKind::Plain && matches!(item.line.seats, Seats::Counted(_));
        rest.extend(enabling.into_iter().filter(keeps_line).map(suite));
        rest
    }

    fn component(&mut self, line: &Item, component: &Component, package: &Package, out: &mut Vec<Item>) {
        let mut item = line.clone();
        item.line.name.clone_from(&component.name);
        item.line.kind =
            if line.line.kind == LineKind::Feature { LineKind::Feature } else { LineKind::Increment };
        let Some(name) = self.names.get(&component.name, package.place, self.report) else {
            let message =
                format!("`{}` cannot be written as the name of a feature", excerpt(&component.name));
            return self.report.add_found(&BAD_VALUE, package.place, message);
        };
        item.name = name;
        if let Some(text) = &component.version {
            match self.scale.read(text) {
                Ok(version) => item.version = version,
                Err(_) => {
                    let message = format!("`{}` is not a version", excerpt(text));
                    return self.report.add_found(&BAD_VALUE, package.place, message);
                }
            }
        }
        let Seats::Counted(seats) = line.line.seats else { return out.push(item) };
        let each = component.count.unwrap_or(1);
        if package.kind == PackageKind::Plain {
            let Some(count) = seats.checked_mul(each).filter(|count| *count <= limits::MAX_COUNT) else {
                let message = format!("{each} times {seats} licenses of `{}` are too many", item.name);
                return self.report.add_found(&TOO_LARGE, package.place, message);
            };
            item.line.seats = Seats::Counted(count);
            return out.push(item);
        }
        self.suite_component(line, item, each, out);
    }

    /// Adds a token for a component of a suite. If the suite shares its licenses in another way than its components, the
    /// number of component licenses is a limit of its own.
    fn suite_component(&mut self, line: &Item, mut token: Item, each: u32, out: &mut Vec<Item>) {
        token.draws = vec![Draw { feature: line.name.clone(), version: line.version, count: each }];
        let own = line.line.attributes.get("DUP_GROUP");
        let of_suite = line.line.attributes.get("SUITE_DUP_GROUP").or(own);
        if of_suite != own {
            let Some(name) = self.names.seats(&token.name) else {
                let message = format!("`{}` is too long for an additional name", token.name);
                return self.report.add_found(&BAD_VALUE, token.line.place, message);
            };
            let message = format!("`{}` and its suite share licenses in different ways", token.name);
            let done = format!("the feature `{name}` counts the licenses of `{}`", token.name);
            self.report.add_with(&SEATS_FEATURE, token.line.place, message, done);
            let mut seats = token.clone();
            seats.draws.clear();
            seats.name.clone_from(&name);
            seats.line.name.clone_from(&name);
            token.draws.push(Draw { feature: name, version: token.version, count: 1 });
            out.push(seats);
        }
        out.push(token);
    }
}

/// The suite's own line: its sharing is that of SUITE_DUP_GROUP.
fn suite(mut item: Item) -> Item {
    if let Some(group) = item.line.attributes.get("SUITE_DUP_GROUP").map(str::to_owned) {
        let rows = &mut item.line.attributes.0;
        let name = |row: usize| super::keywords::ATTRIBUTES.get(row).map(|row| row.name);
        rows.retain(|(row, _)| !matches!(name(*row), Some("DUP_GROUP" | "SUITE_DUP_GROUP")));
        if let Some(row) = crate::keyword::position(super::keywords::ATTRIBUTES, "DUP_GROUP", false) {
            rows.push((row, Some(group)));
        }
    }
    item
}

/// The packages in file order, without those that a newer one of the same name supersedes.
fn newest(packages: &[Package]) -> impl Iterator<Item = &Package> {
    let mut by: HashMap<String, jiff::civil::Date> = HashMap::new();
    for package in packages.iter().filter(|package| package.attributes.has("SUPERSEDE")) {
        let list = package.attributes.get("SUPERSEDE").unwrap_or(&package.name);
        for name in list.split(' ') {
            let Some(issued) = package.issued else { continue };
            let newest = by.entry(name.to_ascii_lowercase()).or_insert(issued);
            *newest = issued.max(*newest);
        }
    }
    packages.iter().filter(move |package| {
        let by = by.get(&package.name.to_ascii_lowercase());
        by.is_none_or(|by| package.issued.is_none_or(|issued| issued >= *by))
    })
}
