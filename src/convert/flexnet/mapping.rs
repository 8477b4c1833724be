//! Maps FlexNet files to blocks.

use std::collections::{HashMap, HashSet};

use keywright_license::Version;
use keywright_syntax::source::FileId;

use super::blocks::BlockWriter;
use super::grants::offers;
use super::items::{Draw, Item, items, one_vendor};
use super::model::{FlexFile, Seats};
use super::packages::Expansion;
use super::pools::pools;
use super::upgrades::apply_upgrades;
use crate::draft::{Draft, excerpt};
use crate::facts::grants;
use crate::hosts::is_any;
use crate::loss::{
    BAD_VALUE, BROKEN_LINE, PADDED_VERSION, Place, Report, SEATS_FEATURE, SERVER_LOCK, SERVER_SETTINGS,
    TOKEN_POOL, VERSION_ORDER,
};
use crate::names::Names;
use crate::options::{Options, VersionOrder};
use crate::versions::{Scale, decimals, is_ambiguous, is_date};

/// Maps the content of all files to a draft.
pub(crate) fn map(mut file: FlexFile, options: &Options, report: &mut Report) -> Draft {
    one_vendor(&mut file, options, report);
    let scale = scale(&file, options, report);
    let three_servers = servers(&file, report);
    daemons(&file, report);
    let mut names = Names::default();
    let items = items(&mut file, scale, &mut names, options, report);
    let items = apply_upgrades(items, scale, report);
    let items = Expansion { scale, names: &mut names, report }.expand(items, &file.packages);
    let items = token_costs(items, &mut names, options, report);
    let features = pools(items, options, report);
    let mut draft = Draft { blocks: Vec::new(), grants: grants(&offers(&features, options.at)) };
    let has_three_servers = |item: &Item| three_servers.contains(&item.line.place.file);
    let mut writer =
        BlockWriter { vendor: options.vendor.as_deref(), has_three_servers: &has_three_servers, report };
    for pools in &features {
        writer.feature(pools, &mut draft.blocks);
    }
    draft
}

/// Decides how versions are read.
fn scale(file: &FlexFile, options: &Options, report: &mut Report) -> Scale {
    let lines = file.lines.iter().flat_map(|line| {
        line.from.iter().chain([&line.version]).map(move |version| (version.as_str(), line.place))
    });
    let packages = file.packages.iter().flat_map(|package| {
        let parts = package.components.iter().filter_map(|component| component.version.as_ref());
        package.version.iter().chain(parts).map(move |version| (version.as_str(), package.place))
    });
    let (mut digits, mut unclear): (usize, Option<(&str, Place)>) = (0, None);
    for (version, place) in lines.chain(packages) {
        digits = digits.max(decimals(version));
        if unclear.is_none() && (is_ambiguous(version) || is_date(version)) {
            unclear = Some((version, place));
        }
    }
    if let Some((version, place)) = unclear {
        match options.versions {
            None => {
                let message = format!(
                    "the version `{}` can be a pair of numbers, a decimal number or a day",
                    excerpt(version)
                );
                report.add_found(&VERSION_ORDER, place, message);
            }
            Some(VersionOrder::Decimal) if digits > 1 => {
                report.add_found(
                    &PADDED_VERSION,
                    place,
                    format!("`{}` is a decimal number", excerpt(version)),
                );
            }
            Some(_) => {}
        }
    }
    Scale { order: options.versions.unwrap_or(VersionOrder::Pair), digits }
}

/// Reports what SERVER lines lose. Returns the files with three servers.
fn servers(file: &FlexFile, report: &mut Report) -> HashSet<FileId> {
    let mut counts: HashMap<FileId, usize> = HashMap::new();
    for server in &file.servers {
        *counts.entry(server.place.file).or_default() += 1;
        if !is_any(&server.host_id) {
            let message =
                format!("the license server is locked to the host id `{}`", excerpt(&server.host_id));
            report.add_found(&SERVER_LOCK, server.place, message);
        }
    }
    for server in &file.servers {
        if counts.get(&server.place.file).is_some_and(|count| !matches!(count, 1 | 3)) {
            counts.remove(&server.place.file);
            report.add_found(&BROKEN_LINE, server.place, "a license file has one or three SERVER lines");
        }
    }
    counts.into_iter().filter(|(_, count)| *count == 3).map(|(file, _)| file).collect()
}

fn daemons(file: &FlexFile, report: &mut Report) {
    let vendors: HashSet<String> = file.lines.iter().map(|line| line.vendor.to_ascii_lowercase()).collect();
    for daemon in &file.daemons {
        let message = if vendors.contains(&daemon.name.to_ascii_lowercase()) || vendors.is_empty() {
            "settings of the license server".to_owned()
        } else {
            format!(
                "the daemon is called `{}`, and the license lines have another name",
                excerpt(&daemon.name)
            )
        };
        report.add_found(&SERVER_SETTINGS, daemon.place, message);
    }
}

/// Turns lines with a token cost in VENDOR_STRING into tokens.
fn token_costs(items: Vec<Item>, names: &mut Names, options: &Options, report: &mut Report) -> Vec<Item> {
    let Some(pattern) = &options.token_cost else { return items };
    let mut lowest: HashMap<String, Version> = HashMap::new();
    for item in &items {
        let version = lowest.entry(item.name.clone()).or_insert(item.version);
        *version = item.version.min(*version);
    }
    let mut out = Vec::with_capacity(items.len());
    for mut item in items {
        let found = item.line.attributes.get("VENDOR_STRING").and_then(|text| pattern.find(text));
        let Some(found) = found.filter(|_| item.draws.is_empty()) else {
            out.push(item);
            continue;
        };
        let place = item.line.place;
        let Some(pool) = found.pool.as_ref().or(options.token_pool.as_ref()) else {
            let message = format!(
                "a checkout of `{}` costs {} of a pool that VENDOR_STRING does not name",
                item.name, found.cost
            );
            report.add_found(&TOKEN_POOL, place, message);
            continue;
        };
        let Some(pool) = names.get(pool, place, report) else {
            report.add_found(
                &BAD_VALUE,
                place,
                format!("`{}` cannot be written as the name of a feature", excerpt(pool)),
            );
            continue;
        };
        if let Seats::Counted(count) = item.line.seats
            && let Some(name) = names.seats(&item.name)
        {
            let message = format!("`{}` has {count} licenses and draws on `{pool}`", item.name);
            let done = format!("the feature `{name}` counts the licenses of `{}`", item.name);
            report.add_with(&SEATS_FEATURE, place, message, done);
            let mut seats = item.clone();
            seats.name.clone_from(&name);
            item.draws.push(Draw { feature: name, version: item.version, count: 1 });
            out.push(seats);
        }
        let version = lowest.get(&pool).copied().unwrap_or(Version { major: 0, minor: 0 });
        item.draws.insert(0, Draw { feature: pool, version, count: found.cost });
        out.push(item);
    }
    out
}
