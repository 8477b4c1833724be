//! An evaluator of LM-X's rules, and random XML templates: EXCLUSIVE before all others with its UPGRADEs, ADDITIVE pools,
//! tokens as alternatives in order, versions as two numbers, SHARE.

use std::fmt::Write as _;

use keywright::convert::Options;
use keywright::license::Version;

use crate::convert_rules::{Dice, Server, Shelf, Wish, agree, options};
use crate::support::cases;

#[derive(Debug, Clone)]
struct Feature {
    name: usize,
    kind: &'static str,
    version: (u16, u16),
    count: u64,
    share: &'static str,
    /// Name, version, number.
    needs: Vec<(usize, (u16, u16), u64)>,
    expired: bool,
    shelf: Shelf,
}

const VERSIONS: [(u16, u16); 4] = [(1, 0), (1, 2), (1, 10), (2026, 105)];

fn random(dice: &mut Dice) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    for name in 0..5 {
        let share = *dice.pick(&["", "", "USER", "HOST", "HOST,USER"]);
        let several = if share.is_empty() { 4 } else { 1 };
        for at in 0..1 + dice.below(several) {
            let token = name >= 2 && share.is_empty() && dice.one_in(2);
            let kind = match at {
                _ if token => "TOKEN",
                0 => *dice.pick(&["EXCLUSIVE", "ADDITIVE"]),
                _ => *dice.pick(&["ADDITIVE", "UPGRADE", "EXCLUSIVE"]),
            };
            let mut needs: Vec<(usize, (u16, u16), u64)> = Vec::new();
            for _ in 0..if token { 1 + dice.below(2) } else { 0 } {
                let other = usize::try_from(dice.below(name as u64)).unwrap();
                if needs.iter().all(|need| need.0 != other) {
                    needs.push((other, *dice.pick(&VERSIONS), 1 + dice.below(2)));
                }
            }
            let of_name: Vec<&Feature> = features.iter().filter(|feature| feature.name == name).collect();
            let base = of_name.iter().any(|feature| feature.kind == "EXCLUSIVE" && !feature.expired);
            if kind == "UPGRADE" && !base {
                continue;
            }
            let expired = dice.one_in(8) && kind == "ADDITIVE";
            let version = *dice.pick(&VERSIONS);
            let count = 1 + dice.below(4);
            let shelf = Shelf::new(Some(count), share.contains("USER"), share.contains("HOST"));
            features.push(Feature { name, kind, version, count, share, needs, expired, shelf });
        }
    }
    features
}

fn text(features: &[Feature], dice: &mut Dice) -> String {
    let mut out = String::from("<?xml version=\"1.0\"?>\n<LICENSEFILE>\n");
    for feature in features {
        let (major, minor) = feature.version;
        writeln!(out, "<FEATURE NAME=\"f{}\"><SETTING KEYTYPE=\"{}\"/>", feature.name, feature.kind).unwrap();
        let zeros = if dice.one_in(3) { "0" } else { "" };
        writeln!(out, "<SETTING MAJOR_VERSION=\"{major}\"/><SETTING MINOR_VERSION=\"{zeros}{minor}\"/>")
            .unwrap();
        if feature.kind != "TOKEN" {
            writeln!(out, "<SETTING COUNT=\"{}\"/>", feature.count).unwrap();
        }
        if !feature.share.is_empty() {
            writeln!(out, "<SETTING SHARE=\"{}\"/>", feature.share).unwrap();
        }
        if feature.expired {
            out += "<SETTING END=\"2025-12-31\"/>\n";
        }
        for (name, (major, minor), count) in &feature.needs {
            let value = format!("FEATURE=f{name} VERSION={major}.{minor} COUNT={count}");
            writeln!(out, "<SETTING TOKEN_DEPENDENCY=\"{value}\"/>").unwrap();
        }
        out += "</FEATURE>\n";
    }
    out + "</LICENSEFILE>\n"
}

struct LmxServer {
    features: Vec<Feature>,
}

impl LmxServer {
    fn new(mut features: Vec<Feature>) -> Self {
        // The first EXCLUSIVE block of a name is used, with the COUNT of all UPGRADE blocks; others are discarded.
        let mut seen: Vec<usize> = Vec::new();
        features.retain(|feature| {
            let keep = feature.kind != "EXCLUSIVE" || !seen.contains(&feature.name);
            if feature.kind == "EXCLUSIVE" {
                seen.push(feature.name);
            }
            keep
        });
        let upgrades: Vec<Feature> =
            features.iter().filter(|feature| feature.kind == "UPGRADE").cloned().collect();
        features.retain(|feature| feature.kind != "UPGRADE" && !feature.expired);
        for feature in features.iter_mut().filter(|feature| feature.kind == "EXCLUSIVE") {
            let extra: u64 = upgrades.iter().filter(|up| up.name == feature.name).map(|up| up.count).sum();
            *feature.shelf.size.as_mut().unwrap() += extra;
        }
        features.sort_by_key(|feature| feature.kind != "EXCLUSIVE");
        Self { features }
    }

    fn take(&mut self, ticket: usize, name: usize, version: (u16, u16), count: u64, wish: &Wish) -> bool {
        for at in 0..self.features.len() {
            let feature = &mut self.features[at];
            if feature.name != name || feature.version < version {
                continue;
            }
            if feature.kind != "TOKEN" {
                if feature.shelf.take(ticket, wish, count) {
                    return true;
                }
                continue;
            }
            let (needs, before) = (feature.needs.clone(), self.features.clone());
            if needs
                .iter()
                .all(|(name, version, each)| self.take(ticket, *name, *version, each * count, wish))
            {
                return true;
            }
            self.features = before;
        }
        false
    }
}

impl Server for LmxServer {
    fn checkout(&mut self, ticket: usize, wish: &Wish) -> bool {
        let version = (wish.version.major, wish.version.minor);
        self.take(ticket, wish.name[1..].parse().unwrap(), version, wish.count, wish)
    }

    fn give_back(&mut self, ticket: usize) {
        self.features.iter_mut().for_each(|feature| feature.shelf.give_back(ticket));
    }
}

#[test]
fn lmx_rules_and_result_grant_the_same() {
    let names: Vec<String> = (0..5).map(|name| format!("f{name}")).collect();
    let versions: Vec<Version> =
        VERSIONS.iter().map(|(major, minor)| Version { major: *major, minor: *minor }).collect();
    for seed in 1..=cases(3000, 300) {
        let mut dice = Dice::new(seed);
        let features = random(&mut dice);
        let source = text(&features, &mut dice);
        let options = Options { vendor: Some("acme".to_owned()), ..options() };
        agree(&[&source], &options, &mut LmxServer::new(features), &names, &versions, &mut dice);
    }
}
