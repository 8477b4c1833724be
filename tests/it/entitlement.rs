//! The entitlement model: `tests/entitlement/*.txt` are sets of license files on a day, and the snapshots what they grant.

use std::fmt::Write as _;
use std::fs;

use keywright::jiff::civil::{Date, date};
use keywright::license::License;
use keywright::resolve::{
    CheckoutCost, Entitlements, Event, Model, Outcome, Request, Requester, State, Usable,
};

use crate::support::{files_below, snapshot, stem};

/// A set of license files and a day.
fn read_case(text: &str) -> (Date, Vec<License>) {
    let mut parts = text.split("--- ");
    let day = parts.next().unwrap().trim().strip_prefix("day ").unwrap().parse().unwrap();
    let license = |part: &str| {
        let (name, text) = part.split_once('\n').unwrap();
        let license = License::from_text(name, text);
        assert!(!license.has_errors(), "{:?}", license.diagnostics);
        license
    };
    (day, parts.map(license).collect())
}

/// The most checkouts that are granted one by one, or `None` above 1000.
fn granted(model: &Model, day: Date, request: &Request) -> Option<u64> {
    let mut state = State::new(model, day.at(9, 0, 0, 0));
    let mut people = keywright::resolve::Interner::default();
    for count in 0..1000 {
        let one = Some(people.fresh("someone"));
        let who = Requester { user: one, host: one, custom: one };
        let Outcome::Granted(_) = model.apply(&mut state, &Event::Checkout(Request { who, ..*request }))
        else {
            return Some(count);
        };
    }
    None
}

fn cost_text(model: &Model, cost: &CheckoutCost) -> String {
    let draws = cost.draws.iter().map(|draw| {
        let name = model.name_text(draw.feature);
        match (draw.least, draw.most) {
            (least, most) if least == most => format!("{most} {name}"),
            (least, most) => format!("{least} to {most} {name}"),
        }
    });
    let draws = draws.collect::<Vec<_>>().join(", ");
    let by_block = |one: &Vec<_>| {
        let parts = one.iter().map(|(block, amount)| format!("{amount} {}", model.label(*block)));
        parts.collect::<Vec<_>>().join(" + ")
    };
    let alternatives: Vec<String> = cost.alternatives.iter().map(by_block).collect();
    let kind = if cost.is_exact() { "exactly " } else { "" };
    format!("{kind}{draws} [{}]", alternatives.join(" | "))
}

#[test]
fn entitlement_of_each_set() {
    for path in files_below("tests/entitlement") {
        let text = fs::read_to_string(&path).unwrap();
        let (day, licenses) = read_case(&text);
        let model = Model::compile(&licenses).unwrap();
        let granted_now = Entitlements::on(&model, day);
        let mut shown = format!("{text}---\n");
        for entitlement in granted_now.features() {
            let vendor = entitlement.vendor.as_ref().unwrap();
            let name = model.name_text(entitlement.feature);
            _ = writeln!(shown, "{vendor} {name}: {}", entitlement.usable);
            if let Some(cost) = granted_now.cost_of(&model, entitlement) {
                _ = writeln!(shown, "  one checkout: {}", cost_text(&model, &cost));
            }
        }
        for (index, license) in licenses.iter().enumerate() {
            for feature in &license.features {
                let block = model.block_at(index, feature.span).unwrap();
                let role = granted_now.role(block);
                let words = role.describe(&model);
                _ = writeln!(
                    shown,
                    "{} in {}: {words} ({})",
                    model.label(block),
                    license.source.name(),
                    role.as_str()
                );
            }
        }
        snapshot("entitlement", stem(&path), &shown);
    }
}

#[test]
fn usable_total_is_what_checkouts_get() {
    for path in files_below("tests/entitlement") {
        let (day, licenses) = read_case(&fs::read_to_string(&path).unwrap());
        let model = Model::compile(&licenses).unwrap();
        let entitlements = Entitlements::on(&model, day);
        for (name, text) in model.names() {
            let usable = entitlements.usable(name);
            match granted(&model, day, &Request::one(Some(name))) {
                _ if matches!(usable, Usable::Devices(_)) => {}
                Some(count) => assert_eq!(usable, Usable::Exactly(count), "{text} in {}", path.display()),
                None => assert!(
                    matches!(usable, Usable::Unlimited | Usable::Exactly(1000..)),
                    "{text} in {}: {usable}",
                    path.display()
                ),
            }
        }
    }
}

/// n blocks of each shape; the operations of the entitlement, twice as many for twice the blocks.
#[test]
fn entitlement_cost_is_linear() {
    type Shape = (&'static str, fn(usize) -> String);
    let shapes: [Shape; 4] = [
        ("pools", |at| format!("FEATURE P{at} {{ VENDOR=v COUNT=5 }}\n")),
        ("purchases of one pool", |at| {
            format!("FEATURE P {{ VENDOR=v KEYTYPE=ADDITIVE COUNT=5 SN=A-{at} }}\n")
        }),
        ("upgrades", |at| match at {
            0 => "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5 }\n".to_owned(),
            _ => format!("FEATURE P {{ VENDOR=v KEYTYPE=UPGRADE COUNT=5 SN=A-{at} }}\n"),
        }),
        ("tokens", |at| {
            let need = "TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=2\"";
            match at {
                0 => "FEATURE P { VENDOR=v COUNT=5 }\n".to_owned(),
                _ => format!("FEATURE T{at} {{ VENDOR=v KEYTYPE=TOKEN {need} }}\n"),
            }
        }),
    ];
    for (shape, block) in shapes {
        let cost = |size: usize| {
            let license = License::from_text("a.lic", &(0..size).map(block).collect::<String>());
            let model = Model::compile([&license]).unwrap();
            let before = keywright::effort::spent();
            _ = Entitlements::on(&model, date(2026, 1, 15));
            keywright::effort::spent().wrapping_sub(before)
        };
        let (once, twice) = (cost(400), cost(800));
        assert!(twice < 3 * once, "{shape}: {once} {twice}");
    }
}
