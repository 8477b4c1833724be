//! An evaluator of RLM's rules, and random RLM files: decimal versions, pools, tokens as alternatives in order, `share`,
//! repeated signatures, `replace` and UPGRADE.

use std::collections::HashMap;
use std::fmt::Write as _;

use keywright::convert::{Loss, Options};
use keywright::license::Version;

use crate::convert_rules::{Dice, Server, Shelf, Wish, agree, options};
use crate::support::cases;

/// Versions as RLM writes them, with their value in hundredths.
const VERSIONS: [(&str, u16); 6] =
    [("1.0", 100), ("1.05", 105), ("1.10", 110), ("1.2", 120), ("1.25", 125), ("2", 200)];

#[derive(Debug, Clone)]
enum Count {
    Seats(u64),
    /// Product, version in hundredths, number.
    Token(Vec<(usize, u16, u64)>),
}

#[derive(Debug, Clone)]
struct Line {
    product: usize,
    version: u16,
    count: Count,
    share: &'static str,
    expired: bool,
    issued: Option<u32>,
    replaces: bool,
    signature: u64,
}

fn name(product: usize) -> String {
    format!("p{product}")
}

fn spelled(version: u16) -> &'static str {
    VERSIONS.iter().find(|(_, value)| *value == version).unwrap().0
}

fn random(dice: &mut Dice) -> (Vec<Line>, Option<(usize, u64)>) {
    let mut lines = Vec::new();
    for product in 0..6 {
        // UPGRADE can split the first product, and L025 reports several shared pools.
        let share = if product == 0 { "" } else { *dice.pick(&["", "", "u", "h", "uh"]) };
        let replacing = dice.one_in(3);
        let several = if share.is_empty() { 3 } else { 1 };
        let version = dice.pick(&VERSIONS).1;
        for _ in 0..1 + dice.below(several) {
            // A token draws on products with lower numbers, so there is no cycle.
            let is_token = product >= 3 && share.is_empty() && dice.one_in(2);
            let count = if is_token {
                let mut needs: Vec<(usize, u16, u64)> = Vec::new();
                for _ in 0..1 + dice.below(2) {
                    let need = (
                        usize::try_from(dice.below(product as u64)).unwrap(),
                        dice.pick(&VERSIONS).1,
                        1 + dice.below(2),
                    );
                    if needs.iter().all(|other| other.0 != need.0) {
                        needs.push(need);
                    }
                }
                Count::Token(needs)
            } else {
                Count::Seats(1 + dice.below(4))
            };
            let several_versions = if share.is_empty() { dice.pick(&VERSIONS).1 } else { version };
            lines.push(Line {
                product,
                version: several_versions,
                count,
                share,
                expired: dice.one_in(8),
                issued: replacing.then(|| 1 + u32::try_from(dice.below(3)).unwrap()),
                replaces: replacing && dice.one_in(2),
                signature: lines.len() as u64,
            });
        }
        if dice.one_in(4) {
            // The same line twice: RLM recognises it by its signature.
            let copy: Line = lines.last().unwrap().clone();
            lines.push(copy);
        }
    }
    let upgrade = dice.one_in(2).then(|| (0, 1 + dice.below(9)));
    (lines, upgrade)
}

fn text(lines: &[Line], upgrade: Option<(usize, u64)>) -> String {
    let mut out = String::new();
    for line in lines {
        let end = if line.expired { "31-dec-2025" } else { "permanent" };
        write!(out, "LICENSE acme {} {} {end} ", name(line.product), spelled(line.version)).unwrap();
        match &line.count {
            Count::Seats(count) => write!(out, "{count}").unwrap(),
            Count::Token(needs) => {
                let group = |(product, version, count): &(usize, u16, u64)| {
                    format!("<{} {} {count}>", name(*product), spelled(*version))
                };
                let groups: String = needs.iter().map(group).collect();
                write!(out, "token token=\"{groups}\"").unwrap();
            }
        }
        if !line.share.is_empty() {
            write!(out, " share={}", line.share).unwrap();
        }
        if let Some(month) = line.issued {
            write!(out, " issued=2026-{month:02}-01").unwrap();
        }
        if line.replaces {
            out += " replace";
        }
        writeln!(out, " sig=s{}", line.signature).unwrap();
    }
    if let Some((product, count)) = upgrade {
        writeln!(out, "UPGRADE acme {} 1.0 2 permanent {count} sig=u", name(product)).unwrap();
    }
    out
}

/// A line that serves requests.
struct Served {
    version: u16,
    count: Result<Shelf, Vec<(usize, u16, u64)>>,
}

struct RlmServer {
    products: HashMap<usize, Vec<Served>>,
}

impl RlmServer {
    fn new(mut lines: Vec<Line>, upgrade: Option<(usize, u64)>) -> Self {
        let mut seen = Vec::new();
        lines.retain(|line| {
            let new = !seen.contains(&line.signature);
            seen.push(line.signature);
            new
        });
        let all = lines.clone();
        lines.retain(|line| {
            let replacing = all.iter().filter(|other| other.replaces && other.product == line.product);
            line.issued >= replacing.map(|other| other.issued).max().flatten()
        });
        if let Some((product, mut left)) = upgrade {
            let mut raised = Vec::new();
            for line in lines.iter_mut().filter(|line| line.product == product && line.version < 200) {
                let Count::Seats(count) = &mut line.count else { continue };
                let part = left.min(*count);
                left -= part;
                if part == *count {
                    line.version = 200;
                } else if part > 0 {
                    *count -= part;
                    raised.push(Line { version: 200, count: Count::Seats(part), ..line.clone() });
                }
            }
            lines.extend(raised);
        }
        let mut products: HashMap<usize, Vec<Served>> = HashMap::new();
        // Lines of one pool are tried where the first of them is.
        let mut pools: HashMap<(usize, u16), usize> = HashMap::new();
        for line in lines.into_iter().filter(|line| !line.expired) {
            let of_product = products.entry(line.product).or_default();
            let seats = match line.count {
                Count::Seats(seats) => seats,
                Count::Token(needs) => {
                    of_product.push(Served { version: line.version, count: Err(needs) });
                    continue;
                }
            };
            match pools.get(&(line.product, line.version)) {
                Some(at) => {
                    let shelf = of_product[*at].count.as_mut().ok().unwrap();
                    *shelf.size.as_mut().unwrap() += seats;
                }
                None => {
                    pools.insert((line.product, line.version), of_product.len());
                    let shelf = Shelf::new(Some(seats), line.share.contains('u'), line.share.contains('h'));
                    of_product.push(Served { version: line.version, count: Ok(shelf) });
                }
            }
        }
        Self { products }
    }

    fn take(&mut self, ticket: usize, product: usize, version: u16, count: u64, wish: &Wish) -> bool {
        for at in 0..self.products.get(&product).map_or(0, Vec::len) {
            let served = &mut self.products.get_mut(&product).unwrap()[at];
            if served.version < version {
                continue;
            }
            let granted = match &mut served.count {
                Ok(shelf) => shelf.take(ticket, wish, count),
                Err(needs) => {
                    let needs = needs.clone();
                    let before = self.shelves();
                    let all = needs.iter().all(|(product, version, each)| {
                        self.take(ticket, *product, *version, each * count, wish)
                    });
                    if !all {
                        self.restore(before);
                    }
                    all
                }
            };
            if granted {
                return true;
            }
        }
        false
    }

    fn shelves(&self) -> Vec<(usize, usize, Shelf)> {
        let all = self.products.iter().flat_map(|(product, served)| {
            let shelves = served.iter().enumerate();
            shelves.filter_map(|(at, served)| Some((*product, at, served.count.as_ref().ok()?.clone())))
        });
        all.collect()
    }

    fn restore(&mut self, shelves: Vec<(usize, usize, Shelf)>) {
        for (product, at, shelf) in shelves {
            self.products.get_mut(&product).unwrap()[at].count = Ok(shelf);
        }
    }
}

impl Server for RlmServer {
    fn checkout(&mut self, ticket: usize, wish: &Wish) -> bool {
        let product = wish.name[1..].parse().unwrap();
        let version = wish.version.major * 100 + wish.version.minor;
        self.take(ticket, product, version, wish.count, wish)
    }

    fn give_back(&mut self, ticket: usize) {
        for served in self.products.values_mut().flatten() {
            if let Ok(shelf) = &mut served.count {
                shelf.give_back(ticket);
            }
        }
    }
}

#[test]
fn rlm_rules_and_result_grant_the_same() {
    let accept = ["L011", "L018"].map(|code| Loss::find(code).unwrap()).to_vec();
    let names: Vec<String> = (0..6).map(name).collect();
    // The result has versions with two digits, as applications must request them.
    let versions: Vec<Version> =
        VERSIONS.iter().map(|(_, value)| Version { major: value / 100, minor: value % 100 }).collect();
    for seed in 1..=cases(3000, 300) {
        let mut dice = Dice::new(seed);
        let (lines, upgrade) = random(&mut dice);
        // One version with two digits, so that all have two.
        let source = format!("LICENSE acme other 1.05 permanent 1 sig=o\n{}", text(&lines, upgrade));
        let mut server = RlmServer::new(lines, upgrade);
        let options = Options { accept: accept.clone(), ..options() };
        agree(&[&source], &options, &mut server, &names, &versions, &mut dice);
    }
}
