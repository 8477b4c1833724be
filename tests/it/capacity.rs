//! `keywright capacity`: the arithmetic and the search against all orders of requests, and the output of the command.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use keywright::analysis::Amount;
use keywright::analysis::capacity::{Capacity, Hosts, Pairs};
use keywright::license::License;
use keywright::resolve::{Event, Interner, Model, Outcome, Reason, Request, Requester, State};
use serde_json::Value;

use crate::random_license::{self, Random};
use crate::schema;
use crate::support::{TestDir, cases};

const DAY: Date = date(2026, 6, 1);

/// The longest orders that are tried.
const DEPTH: u64 = 6;

type Mix = BTreeMap<String, u64>;

/// All orders of up to [`DEPTH`] requests, each tried on the resolver.
struct Orders<'m> {
    model: &'m Model,
    people: Interner,
    same_host: bool,
    features: Vec<String>,
    granted: BTreeSet<Mix>,
    denied: BTreeSet<Mix>,
}

impl<'m> Orders<'m> {
    fn of(model: &'m Model, features: Vec<String>, same_host: bool) -> Self {
        let mut orders = Self {
            model,
            people: Interner::default(),
            same_host,
            features,
            granted: BTreeSet::from([Mix::new()]),
            denied: BTreeSet::new(),
        };
        orders.try_all(&State::new(model, DAY.at(0, 0, 0, 0)), &Mix::new(), 0);
        orders
    }

    fn event(&mut self, feature: &str) -> Event {
        let user = Some(self.people.fresh("user"));
        let host =
            if self.same_host { Some(self.people.symbol("host")) } else { Some(self.people.fresh("host")) };
        let who = Requester { user, host, custom: Some(self.people.fresh("custom")) };
        Event::Checkout(Request { who, ..Request::one(self.model.name(feature)) })
    }

    fn try_all(&mut self, state: &State, mix: &Mix, total: u64) {
        if total == DEPTH {
            return;
        }
        for feature in self.features.clone() {
            let mut next = state.clone();
            let mut more = mix.clone();
            *more.entry(feature.clone()).or_default() += 1;
            let event = self.event(&feature);
            match self.model.apply(&mut next, &event) {
                Outcome::Granted(_) => {
                    self.granted.insert(more.clone());
                    self.try_all(&next, &more, total + 1);
                }
                Outcome::Denied(_) => {
                    self.denied.insert(more);
                }
                Outcome::Failed(failure) => panic!("{failure:?}"),
            }
        }
    }

    /// Returns true if no order of a mix contains a denied request.
    fn always(&self, mix: &Mix) -> bool {
        let is_part =
            |denied: &Mix| denied.iter().all(|(name, times)| mix.get(name).is_some_and(|all| all >= times));
        !self.denied.iter().any(is_part)
    }

    fn sometimes(&self, mix: &Mix) -> bool {
        self.granted.contains(mix)
    }

    /// Replays an order. Returns the number of granted requests and the reason of the first denial.
    fn replay(&mut self, order: &[(String, u64)]) -> (u64, Option<Reason>) {
        let mut state = State::new(self.model, DAY.at(0, 0, 0, 0));
        let mut granted = 0;
        for (feature, times) in order {
            for _ in 0..*times {
                let event = self.event(feature);
                match self.model.apply(&mut state, &event) {
                    Outcome::Granted(_) => granted += 1,
                    Outcome::Denied(reason) => return (granted, Some(reason)),
                    Outcome::Failed(failure) => panic!("{failure:?}"),
                }
            }
        }
        (granted, None)
    }
}

/// A mix without features of which it has none.
fn mix(parts: &[(&str, u64)]) -> Mix {
    parts.iter().filter(|(_, times)| *times > 0).map(|(name, times)| ((*name).to_owned(), *times)).collect()
}

fn covers(amount: Amount, number: u64) -> bool {
    amount.number().is_none_or(|most| number <= most)
}

/// Compares a result with all orders.
fn check(text: &str, same_host: bool) -> usize {
    let license = License::from_text("random.lic", text);
    let Ok(model) = Model::compile([&license]) else { return 0 };
    let hosts = if same_host { Hosts::Same } else { Hosts::Different };
    let result = Capacity::of(&model, &[], DAY, hosts, &Pairs::All);
    let names: Vec<String> = result.features.iter().map(|row| row.feature.clone()).collect();
    let mut orders = Orders::of(&model, names, same_host);
    for row in &result.features {
        assert!(!row.most.is_bound());
        for times in 1..=DEPTH {
            let alone = mix(&[(&row.feature, times)]);
            assert_eq!(covers(row.most, times), orders.always(&alone), "{} in\n{text}", row.feature);
        }
    }
    for pair in &result.pairs {
        // On one host, the first feature can be without a limit only after another one.
        assert!(pair.is_complete || same_host, "{text}");
        let [one, other] = &pair.features;
        let is_unlimited =
            result.features.iter().any(|row| row.feature == *one && row.most == Amount::Unlimited);
        for first in 0..=DEPTH {
            let row = pair.rows.iter().find(|row| row.first == first);
            let both = |times| mix(&[(one, first), (other, times)]);
            let Some(row) = row else {
                assert!(
                    !pair.is_complete || is_unlimited && first > 0 || !orders.sometimes(&both(0)),
                    "{one} {other} {first}\n{text}"
                );
                continue;
            };
            assert_eq!(row.always.is_some(), orders.always(&both(0)), "{one} {other} {first}\n{text}");
            for times in 0..=DEPTH - first {
                let always = row.always.is_some_and(|always| covers(always, times));
                assert_eq!(
                    always,
                    orders.always(&both(times)),
                    "{times} {other} next to {first} {one} in\n{text}"
                );
                let is_most = row.sometimes.number() == Some(times);
                let sometimes = orders.sometimes(&both(times));
                assert!(!is_most || sometimes, "{times} {other} next to {first} {one} in\n{text}");
                assert!(
                    !sometimes || covers(row.sometimes, times),
                    "{times} {other}, {first} {one} in\n{text}"
                );
            }
        }
    }
    assert!(result.is_complete, "{text}");
    let reported: BTreeSet<Mix> =
        result.smallest_denied.iter().map(|one| one.mix.iter().cloned().collect()).collect();
    assert_eq!(reported.len(), result.smallest_denied.len());
    let total = |mix: &Mix| mix.values().sum::<u64>();
    let small: BTreeSet<Mix> = reported.iter().filter(|mix| total(mix) <= DEPTH).cloned().collect();
    let is_minimal = |mix: &&Mix| {
        mix.len() <= 3
            && mix.keys().all(|name| {
                let mut less = (*mix).clone();
                *less.get_mut(name).unwrap() -= 1;
                orders.always(&less.into_iter().filter(|(_, times)| *times > 0).collect())
            })
    };
    let minimal: BTreeSet<Mix> = orders.denied.iter().filter(is_minimal).cloned().collect();
    assert_eq!(small, minimal, "{text}");
    for denied in &result.smallest_denied {
        let all: u64 = denied.order.iter().map(|(_, times)| times).sum();
        assert_eq!(all, denied.mix.iter().map(|(_, times)| times).sum::<u64>());
        assert_eq!(
            orders.replay(&denied.order),
            (all - 1, Some(denied.reason)),
            "{:?} in\n{text}",
            denied.order
        );
    }
    result.smallest_denied.len()
}

#[test]
fn capacity_equals_all_orders_of_requests() {
    let mut found = 0;
    for seed in 0..cases(3000, 100) {
        let mut random = Random::new(seed);
        let most = 2 + random.below(4);
        let text = random_license::text(&random_license::blocks(&mut random, most));
        found += check(&text, seed % 3 == 0);
    }
    assert!(found > 300, "{found}");
}

fn seed() -> TestDir {
    let dir = TestDir::new();
    dir.run(&["new", "pool", "--quiet", "-o", "mysolutions.lic"]).expect_code(0);
    dir
}

/// Runs the command, and checks its output against the schema.
fn json(dir: &TestDir, args: &[&str], code: i32) -> Value {
    let args = [&["capacity", "--format", "json", "--at", "2026-06-01"], args].concat();
    let value: Value = serde_json::from_str(&dir.run(&args).expect_code(code).stdout).unwrap();
    assert_eq!(schema::faults("capacity", &value), Vec::<String>::new());
    value
}

#[test]
fn pool_template_has_known_capacity() {
    let result = json(&seed(), &["mysolutions.lic", "--pair", "MyDraw,MyWrite"], 0);
    let most = |name: &str| {
        let rows = result["features"].as_array().unwrap();
        rows.iter().find(|row| row["feature"] == name).unwrap()["most"].as_u64().unwrap()
    };
    assert_eq!(["MySolutions", "MyDraw", "MyWrite", "MySpreadsheet"].map(most), [20, 4, 10, 20]);
    let rows = result["pairs"][0]["frontier"].as_array().unwrap();
    let rows: Vec<[u64; 3]> = rows
        .iter()
        .map(|row| ["first", "always", "sometimes"].map(|key| row[key].as_u64().unwrap()))
        .collect();
    assert_eq!(rows, [[0, 10, 10], [1, 7, 7], [2, 5, 5], [3, 2, 2], [4, 0, 0]]);
    let denied = result["smallest_denied"].as_array().unwrap();
    let mix = serde_json::json!({ "MyDraw": 1, "MySpreadsheet": 2, "MyWrite": 7 });
    let found = denied.iter().find(|one| one["mix"] == mix).unwrap();
    assert_eq!(found["reason"], "not-enough-licenses");
}

/// A license in which a larger pool A denies what a smaller one grants.
fn alternatives(a: u32, b: u32) -> String {
    format!(
        "FEATURE A {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={a} }}\n\
         FEATURE B {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT={b} }}\n\
         FEATURE MyDraw {{ VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=5\" }}\n\
         FEATURE MyDraw {{ VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=10\" }}\n\
         FEATURE X {{ VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=4\" }}\n"
    )
}

#[test]
fn order_matters_with_alternatives() {
    let dir = TestDir::new();
    dir.write("four.lic", alternatives(4, 10)).write("five.lic", alternatives(5, 10));
    let rows = |name: &str| json(&dir, &[name, "--pair", "MyDraw,X"], 0)["pairs"][0]["frontier"].clone();
    let row = |first: u64, always: u64, sometimes: u64| serde_json::json!({ "first": first, "always": always, "sometimes": sometimes });
    assert_eq!(rows("four.lic"), serde_json::json!([row(0, 1, 1), row(1, 1, 1)]));
    assert_eq!(rows("five.lic"), serde_json::json!([row(0, 1, 1), row(1, 0, 1), row(2, 0, 0)]));
}

/// Licenses with other types of blocks, and the most of each feature.
const TYPES: &[(&str, &[(&str, &str)])] = &[
    (
        "FEATURE M { VENDOR=v KEYTYPE=METERED COUNT=100 }\nFEATURE T { VENDOR=v KEYTYPE=TOKEN \
      TOKEN_DEPENDENCY=\"FEATURE=M VERSION=1.0 COUNT=3\" }",
        &[("M", "100"), ("T", "33")],
    ),
    ("FEATURE D { VENDOR=v KEYTYPE=ACTIVATION COUNT=7 }", &[("D", "7")]),
    ("FEATURE L { VENDOR=v }", &[("L", "\"unlimited\"")]),
    ("FEATURE U { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=UNLIMITED }", &[("U", "\"unlimited\"")]),
    (
        "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=2147483647 }\nFEATURE P { VENDOR=v KEYTYPE=UPGRADE COUNT=3 }",
        &[("P", "2147483650")],
    ),
    (
        "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 }\nFEATURE P { VENDOR=w KEYTYPE=EXCLUSIVE COUNT=4 }",
        &[("P", "7")],
    ),
    ("FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 END=2026-05-31 }", &[("P", "0")]),
    ("FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 SHARE=HOST }", &[("P", "3")]),
];

#[test]
fn capacity_of_every_type_of_block() {
    for (text, mosts) in TYPES {
        let dir = TestDir::new();
        dir.write("a.lic", text);
        let args = ["capacity", "--format", "json", "--at", "2026-06-01", "a.lic"];
        let value: Value = serde_json::from_str(&dir.run(&args).stdout).unwrap();
        assert_eq!(schema::faults("capacity", &value), Vec::<String>::new());
        for (name, most) in *mosts {
            let rows = value["features"].as_array().unwrap();
            let row = rows.iter().find(|row| row["feature"] == *name).unwrap();
            assert_eq!(row["most"].to_string(), *most, "{text}");
            let vendors = row["vendors"].as_array().map_or(0, Vec::len);
            assert_eq!(vendors, if text.contains("VENDOR=w") { 2 } else { 0 });
        }
    }
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 SHARE=HOST }");
    assert_eq!(json(&dir, &["a.lic", "--same-host"], 0)["features"][0]["most"], "unlimited");
}

#[test]
fn bounds_are_stated() {
    let dir = TestDir::new();
    let value = json(dir.write("a.lic", alternatives(600_000, 900_000)), &["a.lic"], 0);
    let draw = value["features"].as_array().unwrap().iter().find(|row| row["feature"] == "MyDraw").unwrap();
    assert_eq!(draw["bound"], "at-least");
    assert_eq!(value["smallest_denied_complete"], false);
    assert!(value["pairs"].as_array().unwrap().iter().any(|pair| pair["complete"] == false));
}

#[test]
fn many_features_of_one_pool_are_answered() {
    let token = |at: u32| {
        let need = format!("TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT={}\"", at % 7 + 1);
        format!("FEATURE T{at} {{ VENDOR=v KEYTYPE=TOKEN {need} }}\n")
    };
    let tokens: String = (0..999).map(token).collect();
    let dir = TestDir::new();
    dir.write("a.lic", format!("FEATURE P {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT=700 }}\n{tokens}"));
    let value = json(&dir, &["a.lic"], 0);
    assert_eq!(value["features"].as_array().unwrap().len(), 1000);
    assert_eq!(
        (&value["pairs_complete"], &value["smallest_denied_complete"]),
        (&Value::Bool(false), &Value::Bool(false))
    );
}

#[test]
fn lint_errors_are_named_and_the_rest_is_answered() {
    let dir = seed();
    let text = dir.read("mysolutions.lic").replacen(
        "FEATURE=MySolutions VERSION=1.0 COUNT=2",
        "FEATURE=None VERSION=1.0 COUNT=2",
        1,
    );
    dir.write("wrong.lic", text).write(
        "cycle.lic",
        "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 }\n\
        FEATURE T { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=S VERSION=1.0 COUNT=1\" }\n\
        FEATURE S { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=T VERSION=1.0 COUNT=1\" }\n",
    );
    for (name, code, most) in
        [("wrong.lic", "D005", [("MyDraw", 4), ("MyWrite", 0)]), ("cycle.lic", "D001", [("P", 3), ("T", 0)])]
    {
        let output = dir.run(&["capacity", "--format", "json", name]).expect_code(1);
        assert!(output.stderr.contains(code), "{}", output.stderr);
        let value: Value = serde_json::from_str(&output.stdout).unwrap();
        for (feature, most) in most {
            let rows = value["features"].as_array().unwrap();
            assert_eq!(rows.iter().find(|row| row["feature"] == feature).unwrap()["most"], most);
        }
    }
}

#[test]
fn wrong_use_is_explained() {
    let dir = seed();
    let cases: [(&[&str], &str); 4] = [
        (&["mysolutions.lic", "--pair", "MyDraw"], "write two features with a comma between them"),
        (&["mysolutions.lic", "--pair", "MyDraw,MyWrit"], "did you mean `MyWrite`?"),
        (&["mysolutions.lic", "mysolutions.lic", "--format", "svg"], "use `--together`"),
        (&["mysolutions.lic", "--at", "soon"], "expected a date"),
    ];
    for (args, text) in cases {
        let output = dir.run(&[&["capacity"], args].concat()).expect_code(2);
        assert!(output.stderr.contains(text), "{}", output.stderr);
    }
    dir.run(&["capacity", "none.lic"]).expect_code(6);
}

#[test]
fn capacity_prints_tables_csv_and_pictures() {
    let dir = TestDir::new();
    dir.write("five.lic", alternatives(5, 10));
    let run = |format: &str| {
        dir.run(&["capacity", "five.lic", "--at", "2026-06-01", "--format", format]).expect_code(0).stdout
    };
    crate::support::snapshot("capacity", "tables", &run("human"));
    crate::support::snapshot("capacity", "csv", &run("csv"));
    let picture = run("svg");
    let document = roxmltree::Document::parse(&picture).unwrap();
    assert!(document.descendants().any(|node| node.text() == Some("X next to MyDraw")), "{picture}");
}
