//! An evaluator of FlexNet's rules, and random FlexNet files: the first FEATURE line and all INCREMENT lines, pools,
//! SUPERSEDE, UPGRADE, DUP_GROUP, OVERDRAFT, packages and suites.

use std::collections::HashMap;
use std::fmt::Write as _;

use keywright::convert::{Loss, Options};
use keywright::license::Version;

use crate::convert_rules::{Dice, Server, Shelf, Wish, agree, options};
use crate::support::cases;

#[derive(Debug, Clone, PartialEq)]
struct Line {
    is_feature: bool,
    name: String,
    version: u16,
    count: u64,
    overdraft: u64,
    dup: &'static str,
    suite_dup: Option<&'static str>,
    expired: bool,
    /// The month of 2026 in which it was issued.
    issued: Option<u32>,
    supersedes: bool,
    sort: u32,
    /// The position in the file; raised licenses come last.
    order: usize,
}

#[derive(Debug)]
struct Package {
    name: String,
    suite: bool,
    /// The components: name, and number of licenses.
    components: Vec<(String, u64)>,
}

#[derive(Debug, Default)]
struct File {
    lines: Vec<Line>,
    /// Name, new version, number of licenses.
    upgrades: Vec<(String, u16, u64)>,
    packages: Vec<Package>,
}

fn random(dice: &mut Dice) -> File {
    let mut file = File::default();
    let names = ["alpha", "beta", "gamma", "suite", "kit"];
    for name in names {
        // All lines of one name share in the same way; then the order of pools does not depend on who asks.
        let dup = *dice.pick(&["NONE", "NONE", "U", "H", "UH"]);
        // Names that a package adds to are not shared: L025 reports several shared pools.
        let dup = if matches!(name, "alpha" | "beta" | "kit") { "NONE" } else { dup };
        let is_suite = name == "suite";
        let versions: u64 = if dup == "NONE" && !is_suite { 3 } else { 1 };
        let suite_dup = (is_suite && dice.one_in(2)).then(|| *dice.pick(&["U", "NONE", "H"]));
        let supersedes = dice.one_in(3) && !is_suite;
        for _ in 0..1 + dice.below(4) {
            file.lines.push(Line {
                is_feature: dice.one_in(3),
                name: name.to_owned(),
                version: 1 + u16::try_from(dice.below(versions)).unwrap(),
                count: 1 + dice.below(4),
                overdraft: if dice.one_in(5) && !is_suite { 1 } else { 0 },
                dup,
                suite_dup,
                // A shared pool of several periods can become several shared pools, which L010 and L025 report.
                expired: dice.one_in(6) && (dup == "NONE" || is_suite),
                issued: supersedes.then(|| 1 + u32::try_from(dice.below(4)).unwrap()),
                supersedes: supersedes && dice.one_in(2),
                sort: *dice.pick(&[100, 100, 100, 50, 150]),
                order: file.lines.len(),
            });
        }
    }
    if dice.one_in(2) {
        let count = 1 + dice.below(5);
        file.upgrades.push(("alpha".to_owned(), 3, count));
    }
    if dice.one_in(2) {
        let components = vec![("one".to_owned(), 1), ("two".to_owned(), 1)];
        file.packages.push(Package { name: "suite".to_owned(), suite: true, components });
    }
    if dice.one_in(2) {
        let components = vec![("three".to_owned(), 1 + dice.below(2)), ("beta".to_owned(), 1)];
        file.packages.push(Package { name: "kit".to_owned(), suite: false, components });
    }
    file
}

fn text(file: &File) -> String {
    let mut out = String::new();
    for package in &file.packages {
        let part = |(name, count): &(String, u64)| {
            if *count == 1 { name.clone() } else { format!("{name}::{count}") }
        };
        let list = package.components.iter().map(part).collect::<Vec<_>>().join(" ");
        let suite = if package.suite { " OPTIONS=SUITE" } else { "" };
        writeln!(out, "PACKAGE {} vend COMPONENTS=\"{list}\"{suite} SIGN=\"00\"", package.name).unwrap();
    }
    for line in &file.lines {
        let keyword = if line.is_feature { "FEATURE" } else { "INCREMENT" };
        let end = if line.expired { "31-dec-2025" } else { "permanent" };
        write!(out, "{keyword} {} vend {}.0 {end} {}", line.name, line.version, line.count).unwrap();
        write!(out, " DUP_GROUP={} VM_PLATFORMS=PHYSICAL", line.dup).unwrap();
        if let Some(dup) = line.suite_dup {
            write!(out, " SUITE_DUP_GROUP={dup}").unwrap();
        }
        if line.overdraft > 0 {
            write!(out, " OVERDRAFT={}", line.overdraft).unwrap();
        }
        if let Some(month) = line.issued {
            write!(out, " ISSUED=2026-{month:02}-01").unwrap();
        }
        if line.supersedes {
            out += " SUPERSEDE";
        }
        writeln!(out, " SN=N{} SIGN=\"{:04}\" sort={}", line.order, line.order, line.sort).unwrap();
    }
    for (name, to, count) in &file.upgrades {
        writeln!(out, "UPGRADE {name} vend 1.0 {to}.0 permanent {count} SIGN=\"00\"").unwrap();
    }
    out
}

/// The lines that count, with the licenses of packages and the raised versions.
fn effective(file: &File) -> Vec<Line> {
    // The newest superseding line of a name, by date and version, makes older lines ineffective.
    let newest = |name: &str| {
        let lines = file.lines.iter().filter(|line| line.supersedes && line.name == name);
        lines.map(|line| (line.issued.unwrap(), line.version)).max()
    };
    let mut lines: Vec<Line> = file.lines.clone();
    lines.retain(|line| {
        newest(&line.name).is_none_or(|(issued, version)| {
            let own = line.issued.unwrap();
            own > issued || own == issued && line.version >= version
        })
    });
    let mut seen = Vec::new();
    lines.retain(|line| {
        let first = !line.is_feature || !seen.contains(&line.name);
        if line.is_feature {
            seen.push(line.name.clone());
        }
        first
    });
    for (name, to, count) in &file.upgrades {
        let mut left = *count;
        let mut raised = Vec::new();
        for line in lines.iter_mut().filter(|line| line.name == *name && line.version < *to) {
            let part = left.min(line.count);
            left -= part;
            if part == line.count {
                line.version = *to;
            } else if part > 0 {
                line.count -= part;
                raised.push(Line { version: *to, count: part, sort: u32::MAX, ..line.clone() });
            }
        }
        lines.extend(raised);
    }
    for package in file.packages.iter().filter(|package| !package.suite) {
        let (enabling, mut rest): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| line.name == package.name);
        for line in &enabling {
            for (name, each) in &package.components {
                rest.push(Line { name: name.clone(), count: line.count * each, ..line.clone() });
            }
        }
        lines = rest;
    }
    lines
}

struct FlexServer {
    /// The pools of each name, in the order in which they are tried, with their versions.
    pools: HashMap<String, Vec<(u16, Shelf)>>,
    suite: Option<Package>,
}

impl FlexServer {
    fn new(mut file: File) -> Self {
        let mut lines = effective(&file);
        let suite = file.packages.iter().position(|package| package.suite).map(|at| file.packages.remove(at));
        if let Some(suite) = &suite {
            // Every component has the count of the suite, and the sharing of its line.
            let own: Vec<Line> = lines.iter().filter(|line| line.name == suite.name).cloned().collect();
            for (name, _) in &suite.components {
                lines.extend(own.iter().map(|line| Line {
                    name: name.clone(),
                    suite_dup: None,
                    ..line.clone()
                }));
            }
        }
        lines.sort_by_key(|line| {
            (
                line.sort,
                !line.is_feature,
                u16::MAX - line.version,
                u32::MAX - line.issued.unwrap_or(0),
                line.order,
            )
        });
        let mut pools: HashMap<String, Vec<(u16, Shelf)>> = HashMap::new();
        for line in lines {
            let of_suite = suite.as_ref().is_some_and(|suite| suite.name == line.name);
            let dup = line.suite_dup.filter(|_| of_suite).unwrap_or(line.dup);
            let of_name = pools.entry(line.name.clone()).or_default();
            let at = of_name.iter().position(|(version, _)| *version == line.version).unwrap_or_else(|| {
                of_name.push((line.version, Shelf::new(Some(0), dup.contains('U'), dup.contains('H'))));
                of_name.len() - 1
            });
            if !line.expired {
                *of_name[at].1.size.as_mut().unwrap() += line.count + line.overdraft;
            }
        }
        Self { pools, suite }
    }

    fn take(&mut self, ticket: usize, name: &str, wish: &Wish) -> bool {
        let pools = self.pools.get_mut(name).into_iter().flatten();
        let mut fitting = pools.filter(|(version, _)| *version >= wish.version.major);
        fitting.any(|(_, shelf)| shelf.take(ticket, wish, wish.count))
    }
}

impl Server for FlexServer {
    fn checkout(&mut self, ticket: usize, wish: &Wish) -> bool {
        let suite =
            self.suite.as_ref().filter(|suite| suite.components.iter().any(|(name, _)| *name == wish.name));
        let suite = suite.map(|suite| suite.name.clone());
        let granted =
            self.take(ticket, &wish.name, wish) && suite.is_none_or(|suite| self.take(ticket, &suite, wish));
        if !granted {
            self.give_back(ticket);
        }
        granted
    }

    fn give_back(&mut self, ticket: usize) {
        self.pools.values_mut().flatten().for_each(|(_, shelf)| shelf.give_back(ticket));
    }
}

#[test]
fn flexnet_rules_and_result_grant_the_same() {
    // L010 splits pools whose lines end on different days, which these requests for few licenses can notice only if
    // expired lines are counted; L018 orders raised licenses.
    let accept = ["L010", "L018"].map(|code| Loss::find(code).unwrap()).to_vec();
    let names = ["alpha", "beta", "gamma", "suite", "kit", "one", "two", "three"].map(str::to_owned);
    let versions: Vec<Version> = (0..4).map(|major| Version { major, minor: 0 }).collect();
    for seed in 1..=cases(3000, 300) {
        let mut dice = Dice::new(seed);
        let file = random(&mut dice);
        let source = text(&file);
        let options = Options { accept: accept.clone(), ..options() };
        let mut server = FlexServer::new(file);
        agree(&[&source], &options, &mut server, &names, &versions, &mut dice);
    }
}
