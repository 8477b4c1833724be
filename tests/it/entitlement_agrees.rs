//! Every command gives the same answer to what a customer has: generated sets of license files, and the files of a
//! customer who kept all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use keywright::jiff::civil::{Date, date};
use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::resolve::{Entitlements, Model, Role, Usable};
use keywright::source::{FileId, SourceFile};

use crate::sign::{VENDOR, key, signed};
use crate::support::{TestDir, cases, snapshot};

const DAY: Date = date(2026, 6, 1);

/// More checkouts than any limited total of the generated sets.
const MANY: u64 = 2000;

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

fn pool(random: &mut Random) -> String {
    let name = random.pick(&["P", "P", "Q"]);
    let kind = random.pick(&["EXCLUSIVE", "EXCLUSIVE", "ADDITIVE", "ADDITIVE", "UPGRADE"]);
    let count = match random.percent(12) && kind != "UPGRADE" {
        true => "UNLIMITED".to_owned(),
        false => (1 + random.below(40)).to_string(),
    };
    let mut text = format!("FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE={kind} COUNT={count}");
    let dates = ["", "", "", " END=2026-05-31", " END=2026-06-01", " START=2026-06-01", " START=2026-06-02"];
    text += random.pick(&dates);
    if random.percent(15) {
        _ = write!(text, " REPLACES=\"FEATURE={}\"", random.pick(&["P", "Q"]));
    }
    _ = write!(text, " LICENSEE=One SN=A-{}", 1 + random.below(4));
    text
}

fn token(random: &mut Random) -> String {
    let name = random.pick(&["T", "U", "V"]);
    let below: &[&str] = match name {
        "T" => &["P", "Q"],
        "U" => &["P", "Q", "T"],
        _ => &["Q", "T", "U", "U"],
    };
    let mut text = format!("FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE=TOKEN LICENSEE=One");
    for _ in 0..1 + random.below(3) {
        let (name, count) = (random.pick(below), 1 + random.below(4));
        _ = write!(text, " TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT={count}\"");
    }
    text
}

/// The texts of one to four files.
fn set(seed: u64) -> Vec<String> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
    let mut blocks: Vec<String> = Vec::new();
    for _ in 0..2 + random.below(5) {
        blocks.push(pool(&mut random));
    }
    for _ in 0..random.below(5) {
        blocks.push(token(&mut random));
    }
    for _ in 0..random.below(3) {
        let at = usize::try_from(random.below(blocks.len() as u64)).unwrap();
        // A copy, or the same product bought once more.
        let again = match random.percent(50) {
            true => blocks[at].clone(),
            false => blocks[at].replace(" SN=A-", " SN=B-"),
        };
        blocks.push(again);
    }
    let mut files = vec![String::new(); usize::try_from(1 + random.below(4)).unwrap()];
    for block in blocks {
        let at = usize::try_from(random.below(files.len() as u64)).unwrap();
        files[at] += &format!("{block} }}\n");
    }
    files.retain(|file| !file.is_empty());
    files
}

/// A set of files in a directory, with its model.
struct Customer {
    dir: TestDir,
    names: Vec<String>,
    licenses: Vec<License>,
    model: Model,
}

impl Customer {
    fn new(files: &[(String, String)]) -> Self {
        let dir = TestDir::new();
        let read = |(at, (name, text)): (usize, &(String, String))| {
            dir.write(name, text);
            let id = FileId(u32::try_from(at).unwrap());
            License::parse(SourceFile::from_bytes(id, name, text.as_bytes().to_vec()))
        };
        let licenses: Vec<License> = files.iter().enumerate().map(read).collect();
        for license in &licenses {
            assert!(!license.has_errors(), "{:?}", license.diagnostics);
        }
        let names = files.iter().map(|(name, _)| name.clone()).collect();
        let model = Model::compile(&licenses).unwrap();
        Self { dir, names, licenses, model }
    }

    /// The arguments of a command, followed by all files.
    fn args<'a>(&'a self, head: &[&'a str]) -> Vec<&'a str> {
        head.iter().copied().chain(self.names.iter().map(String::as_str)).collect()
    }

    /// What `explain` says how many can run.
    fn explain(&self, feature: &str, day: &str) -> String {
        let out = self.dir.run(&self.args(&["explain", "--at", day, feature])).stdout;
        let last = out.lines().rfind(|line| !line.starts_with("the first day")).unwrap_or_default();
        match last.strip_suffix(" can run at the same time if nothing else runs") {
            Some(count) => count.to_owned(),
            None if last == "none can run" => "0".to_owned(),
            None if last == "any number can run at the same time" => "unlimited".to_owned(),
            None => panic!("{out}"),
        }
    }

    /// The most checkouts that `simulate` grants of each feature.
    fn simulate(&self, features: &[&str], day: &str) -> Vec<String> {
        let mut events = String::new();
        for feature in features {
            _ = write!(events, "checkout {feature} times={MANY}\ncheckin {feature} times={MANY}\n");
        }
        let out = self.dir.run_with(&self.args(&["simulate", "--at", day]), events.as_bytes()).stdout;
        let answers = out.lines().step_by(2).map(|line| {
            let answer: serde_json::Value = serde_json::from_str(line).unwrap();
            let outcome = answer["outcome"].as_str().unwrap();
            match outcome.split_once(" granted") {
                Some((count, _)) => count.to_owned(),
                None if outcome == "granted" => "unlimited".to_owned(),
                None => {
                    assert!(outcome.contains("denied"), "{outcome}");
                    "0".to_owned()
                }
            }
        });
        answers.collect()
    }

    /// The usable totals that `verify --together` reports for the signed files.
    fn verify(&self, day: &str) -> BTreeMap<String, String> {
        let key = key(1);
        let id = key.public_key().id();
        self.dir.write("keys/one.pub.pem", key.public_key().to_pem());
        self.dir.write(
            "keys/trust.yaml",
            format!(
                "version: 1\nkeys:\n  - vendor: \"{VENDOR}\"\n    id: \"{id}\"\n    file: one.pub.pem\n    \
                 usage: production\n    not-before: 2026-01-01\n    not-after: 2060-12-31\n    state: active\n"
            ),
        );
        for name in &self.names {
            self.dir.write(&format!("signed/{name}"), signed(&self.dir.read(name)));
        }
        let head = ["verify", "--together", "--trust", "keys", "--at", day, "--format", "json"];
        let files: Vec<String> = self.names.iter().map(|name| format!("signed/{name}")).collect();
        let args: Vec<&str> = head.into_iter().chain(files.iter().map(String::as_str)).collect();
        let out = self.dir.run(&args);
        let report: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
        let total = |total: &serde_json::Value| {
            assert_eq!(total["exact"], true);
            let usable = match &total["usable"] {
                serde_json::Value::String(word) => word.clone(),
                number => number.to_string(),
            };
            (total["feature"].as_str().unwrap().to_owned(), usable)
        };
        report["usable"].as_array().unwrap().iter().map(total).collect()
    }

    fn entitlements(&self, day: Date) -> Entitlements {
        Entitlements::on(&self.model, day)
    }
}

fn set_of(seed: u64) -> Customer {
    let name = |at: usize| format!("{}.lic", ["a", "b", "c", "d"][at]);
    let files = set(seed).into_iter().enumerate().map(|(at, text)| (name(at), text));
    Customer::new(&files.collect::<Vec<_>>())
}

#[test]
fn verify_explain_and_simulate_give_the_usable_total() {
    let (mut unlimited, mut none, mut unequal) = (0, 0, 0);
    for seed in 0..cases(300, 20) {
        let customer = set_of(seed);
        let entitlements = customer.entitlements(DAY);
        let names: Vec<&str> = customer.model.names().map(|(_, name)| name).collect();
        let simulated = customer.simulate(&names, "2026-06-01");
        let verified = customer.verify("2026-06-01");
        for (name, simulated) in names.iter().zip(&simulated) {
            let usable = entitlements.usable(customer.model.name(name).unwrap());
            let text = || format!("{name} in set {seed}: {:?}", set(seed));
            assert_eq!(usable.to_string(), *simulated, "simulate: {}", text());
            if !customer.model.blocks_of(customer.model.name(name).unwrap()).is_empty() {
                assert_eq!(usable.to_string(), customer.explain(name, "2026-06-01"), "explain: {}", text());
            }
            // A feature without a valid block has no total.
            let verified = verified.get(*name).map_or("0", String::as_str);
            assert_eq!(usable.to_string(), verified, "verify: {}", text());
            unlimited += u32::from(usable == Usable::Unlimited);
            none += u32::from(usable == Usable::Exactly(0));
        }
        let is_left_out = |role: Role| !role.is_used();
        let blocks = customer
            .licenses
            .iter()
            .enumerate()
            .flat_map(|(at, license)| license.features.iter().map(move |feature| (at, feature.span)));
        unequal += u32::from(
            blocks.filter_map(|(at, span)| entitlements.role_at(&customer.model, at, span)).any(is_left_out),
        );
    }
    assert!(unlimited > 0 && none > 0 && unequal > 5, "{unlimited} {none} {unequal}");
}

#[test]
fn capacity_rules_give_the_usable_total() {
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..300 {
        let customer = set_of(seed);
        let entitlements = customer.entitlements(DAY);
        let licenses: Vec<&License> = customer.licenses.iter().collect();
        for found in lint(&licenses, &Options::at(DAY)) {
            let at = usize::try_from(found.primary.file.0).unwrap();
            let license = &customer.licenses[at];
            let feature =
                license.features.iter().find(|feature| feature.span.contains(found.primary.span.start));
            let Some(feature) = feature else { continue };
            let name = customer.model.name(feature.name.value.as_str()).unwrap();
            let block = customer.model.block_at(at, feature.span).unwrap();
            let (usable, role) = (entitlements.usable(name), entitlements.role(block));
            let text = || {
                format!(
                    "{} {}\n{usable} {role:?} in set {seed}: {:?}",
                    found.code.id,
                    found.message,
                    set(seed)
                )
            };
            match found.code.id {
                // Denied on every day, so also today.
                "C001" => {
                    assert_eq!(usable, Usable::Exactly(0), "{}", text());
                    let Some((pool, size, day)) = stated_size(&found.message) else { continue };
                    let pool = customer.model.name(&pool).unwrap();
                    let sizes: Vec<u64> = customer
                        .model
                        .blocks_of(pool)
                        .iter()
                        .filter(|block| customer.model.in_force(**block, day))
                        .map(|block| customer.model.capacity(*block, day))
                        .collect();
                    let is_pool =
                        customer.model.blocks_of(pool).iter().all(|block| {
                            !matches!(customer.model.kind(*block), keywright::license::Kind::Token)
                        });
                    assert!(!is_pool || sizes.is_empty() || sizes.contains(&size), "{sizes:?} {}", text());
                }
                "C008" => {
                    let count = found.message.split(' ').nth(2).unwrap();
                    let role = entitlements.role(block);
                    let today = customer.model.capacity(block, DAY).to_string();
                    assert!(!role.is_used() || count == today, "{}", text());
                }
                "C010" => assert!(matches!(role, Role::ReplacedBy(_) | Role::StartsOn(_)), "{}", text()),
                "T005" => {
                    let Some((before, after, day)) = drop_of(&found.message) else { continue };
                    let total = |day| customer.entitlements(day).usable(name).to_string();
                    let stated = (before.to_lowercase(), after.to_lowercase());
                    assert_eq!((total(day.yesterday().unwrap()), total(day)), stated, "{}", text());
                }
                _ => continue,
            }
            *checked.entry(found.code.id).or_default() += 1;
        }
    }
    let rules: Vec<&str> = checked.keys().copied().collect();
    assert_eq!(rules, ["C001", "C008", "C010", "T005"], "{checked:?}");
}

/// The pool, its size and the day of "one checkout of `T` needs 5 of `P`, which has 3 on 2026-06-02, so …".
fn stated_size(message: &str) -> Option<(String, u64, Date)> {
    let (head, rest) = message.split_once(", which has ")?;
    let pool = head.rsplit('`').nth(1)?.to_owned();
    let (number, _) = rest.split_once(", so ")?;
    match number.split_once(" on ") {
        Some((size, day)) => Some((pool, size.parse().ok()?, day.parse().ok()?)),
        None => Some((pool, number.parse().ok()?, DAY)),
    }
}

/// The numbers and the day of "`P` drops from 20 to 5 on 2026-06-02".
fn drop_of(message: &str) -> Option<(String, String, Date)> {
    let (_, rest) = message.split_once(" drops from ")?;
    let (before, rest) = rest.split_once(" to ")?;
    let (after, rest) = rest.split_once(" on ")?;
    let day = rest.get(..10)?.parse().ok()?;
    Some((before.to_owned(), after.to_owned(), day))
}

/// The files of a customer who bought 20, added 10, upgraded by 5, renewed for the next year, and kept everything.
const KEPT: [(&str, &str); 4] = [
    (
        "1-bought.lic",
        "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE COUNT=20 SN=A-1 LICENSEE=\"ABC Corp\" ISSUED=2026-01-05 END=2026-12-31 }
FEATURE Draw { VENDOR=ABC_Software KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" SN=A-1 LICENSEE=\"ABC Corp\" ISSUED=2026-01-05 }
",
    ),
    (
        "2-added.lic",
        "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=10 SN=A-2 LICENSEE=\"ABC Corp\" ISSUED=2026-03-01 END=2026-12-31 }
",
    ),
    (
        "3-upgraded.lic",
        "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=UPGRADE COUNT=15 SN=A-3 LICENSEE=\"ABC Corp\" ISSUED=2026-05-01 START=2026-05-01 END=2026-12-31 }
",
    ),
    (
        "4-renewed.lic",
        "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE COUNT=45 SN=A-4 LICENSEE=\"ABC Corp\" ISSUED=2026-12-01 START=2027-01-01 END=2027-12-31 REPLACES=\"FEATURE=Pool\" }
",
    ),
];

#[test]
fn customer_who_kept_every_file_gets_one_answer() {
    let files = KEPT.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let customer = Customer::new(&files);
    let model = &customer.model;
    let mut shown = String::new();
    for (day, pool, draw) in [
        ("2026-03-15", "30", "6"),
        // The upgrade adds to the first purchase, whose 35 and the added 10 serve 5 at a time.
        ("2026-06-01", "45", "9"),
        ("2026-12-31", "45", "9"),
        ("2027-01-01", "45", "9"),
        ("2028-01-01", "0", "0"),
    ] {
        let entitlements = customer.entitlements(day.parse().unwrap());
        let usable = |name: &str| entitlements.usable(model.name(name).unwrap()).to_string();
        assert_eq!([usable("Pool"), usable("Draw")], [pool, draw], "{day}");
        assert_eq!(["Pool", "Draw"].map(|name| customer.explain(name, day)), [pool, draw], "{day}");
        let verified = customer.verify(day);
        let verified = |name: &str| verified.get(name).map_or("0", String::as_str);
        assert_eq!(["Pool", "Draw"].map(verified), [pool, draw], "{day}");
        assert_eq!(customer.simulate(&["Pool", "Draw"], day), [pool, draw], "{day}");
        _ = writeln!(shown, "{day}: {pool} Pool, {draw} Draw");
        for (at, license) in customer.licenses.iter().enumerate() {
            for feature in &license.features {
                let role = entitlements.role_at(model, at, feature.span).unwrap();
                _ = writeln!(
                    shown,
                    "  {} in {}: {}",
                    feature.name.value,
                    license.source.name(),
                    role.describe(model)
                );
            }
        }
    }
    let lint = customer.dir.run(&customer.args(&[
        "lint",
        "--together",
        "--at",
        "2027-01-01",
        "--format",
        "concise",
    ]));
    _ = writeln!(shown, "--- lint on 2027-01-01\n{}", lint.stdout);
    let explain = customer.dir.run(&customer.args(&["explain", "Pool", "--at", "2027-01-01"]));
    _ = writeln!(shown, "--- explain\n{}", explain.stdout);
    snapshot("entitlement", "customer-who-kept-every-file", &shown);
}
