//! `keywright diff` and `keywright merge`: nothing that the customer loses is missed, and common changes are judged as a
//! person would.

use std::process::Command;

use jiff::civil::{Date, date};
use keywright::analysis::{Difference, LicenseSet};
use keywright::license::{License, Version};
use keywright::resolve::{Event, Interner, Model, Outcome, Request, Requester, State, Ticket};
use serde_json::Value;

use crate::random_license::{self, Draft, Random};
use crate::schema;
use crate::support::{TestDir, cases};

const DAY: Date = date(2026, 6, 1);

/// A license with its model.
struct Compiled {
    licenses: [License; 1],
    model: Model,
}

impl Compiled {
    fn of(text: &str) -> Option<Self> {
        let licenses = [License::from_text("random.lic", text)];
        let model = Model::compile(&licenses).ok()?;
        Some(Self { licenses, model })
    }

    fn set(&self) -> LicenseSet<'_> {
        LicenseSet { licenses: &self.licenses, model: &self.model }
    }
}

/// Runs a random scenario on both servers. Requests that the old one denies are omitted.
fn run_scenario(random: &mut Random, old: &Compiled, new: &Compiled, names: &[String]) -> Result<(), String> {
    let mut people = Interner::default();
    let symbols: Vec<_> = (0..6).map(|at| people.fresh(&format!("p{at}"))).collect();
    let days = [DAY, date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1)];
    let mut today = usize::try_from(random.below(2)).unwrap();
    let now = days[today].at(0, 0, 0, 0);
    let (mut before, mut after) = (State::new(&old.model, now), State::new(&new.model, now));
    let mut live: Vec<(Ticket, Ticket)> = Vec::new();
    let mut log = format!("{now}");
    for _ in 0..30 {
        let feature = random.pick(names);
        let version = *random.pick(&[None, None, Some(Version { major: 2, minor: 0 })]);
        let (user, host) = (Some(*random.pick(&symbols)), Some(*random.pick(&symbols[..3])));
        let anonymous = random.once_in(8);
        let custom = *random.pick(&[None, None, Some(symbols[0]), Some(symbols[1])]);
        let who = if anonymous { Requester::default() } else { Requester { user, host, custom } };
        let request =
            |model: &Model, count| Request { count, version, who, ..Request::one(model.name(feature)) };
        let count = *random.pick(&[1, 1, 1, 2, 3, 4, 6]);
        let events = match random.below(12) {
            0 if today + 1 < days.len() => {
                today += 1;
                let event = Event::Advance(days[today].at(0, 0, 0, 0));
                [event, event]
            }
            1..=3 if !live.is_empty() => {
                let at = usize::try_from(random.below(live.len() as u64)).unwrap();
                let (one, other) = live.swap_remove(at);
                [Event::Return(one), Event::Return(other)]
            }
            4 => [&old.model, &new.model].map(|model| Event::Borrow(request(model, count), 24)),
            5 => [&old.model, &new.model]
                .map(|model| Event::Consume { feature: model.name(feature), units: count }),
            6 => {
                let device = *random.pick(&symbols);
                let is_release = random.once_in(4);
                [&old.model, &new.model].map(|model| match (model.name(feature), is_release) {
                    (feature, true) => Event::Deactivate { feature, device },
                    (feature, false) => Event::Activate { feature, device },
                })
            }
            _ => [&old.model, &new.model].map(|model| Event::Checkout(request(model, count))),
        };
        log += &format!("\n{:?} {feature}", events[0]);
        let Outcome::Granted(one) = old.model.apply(&mut before, &events[0]) else { continue };
        match new.model.apply(&mut after, &events[1]) {
            Outcome::Granted(other) => live.extend(one.ticket.zip(other.ticket)),
            denied => {
                return if matches!(events[0], Event::Return(_) | Event::Deactivate { .. }) {
                    Ok(())
                } else {
                    Err(format!("{log}\n{denied:?}"))
                };
            }
        }
    }
    Ok(())
}

/// Compares random sets. Returns the number of comparisons without a loss, and of all.
fn compare(seeds: u64, sets: impl Fn(&mut Random) -> [Vec<Draft>; 2]) -> (u64, u64) {
    let (mut safe, mut compared) = (0, 0);
    for seed in 0..seeds {
        let mut random = Random::new(seed);
        let texts = sets(&mut random).map(|blocks| random_license::text(&blocks));
        let [Some(old), Some(new)] = texts.each_ref().map(|text| Compiled::of(text)) else { continue };
        let same = Difference::between(old.set(), old.set(), DAY);
        assert!(same.is_empty() && !same.lost && same.is_same_content, "{}", texts[0]);
        compared += 1;
        let difference = Difference::between(old.set(), new.set(), DAY);
        assert_eq!(difference.lost, difference.changes.iter().any(|change| change.lost));
        // Sets with errors are compared by their whole models.
        let unread =
            texts.each_ref().map(|text| Compiled::of(&format!("{text}FEATURE Unreadable {{")).unwrap());
        assert!(unread[0].licenses[0].has_errors());
        let whole = Difference::between(unread[0].set(), unread[1].set(), DAY);
        assert_eq!(difference.changes, whole.changes, "{}{}", texts[0], texts[1]);
        if difference.lost {
            continue;
        }
        safe += 1;
        let names: Vec<String> = old.model.names().map(|(_, name)| name.to_owned()).collect();
        for _ in 0..30 {
            let result = run_scenario(&mut random, &old, &new, &names);
            assert_eq!(result, Ok(()), "seed {seed}\n{}\n-- new\n{}", texts[0], texts[1]);
        }
    }
    (safe, compared)
}

#[test]
fn diff_without_a_loss_denies_no_granted_scenario() {
    let (safe, compared) = compare(cases(10_000, 300), |random| {
        let most = 3 + random.below(6);
        let blocks = random_license::blocks(random, most);
        let other = random_license::changed(random, &blocks);
        [blocks, other]
    });
    assert!(safe * 10 > compared && compared > 100, "{safe} of {compared}");
}

#[test]
fn diff_without_a_loss_denies_no_granted_scenario_of_wide_licenses() {
    let (safe, compared) = compare(cases(10_000, 300), |random| {
        let most = 3 + random.below(6);
        let blocks = random_license::wide_blocks(random, most);
        let other = random_license::widely_changed(random, &blocks, most);
        [blocks, other]
    });
    assert!(safe * 20 > compared && compared > 100, "{safe} of {compared}");
}

const POOL: &str = "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=20 }\n\
    FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n\
    FEATURE Lend { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=2 BORROW=24 }\n\
    FEATURE Local { VENDOR=v HOSTID=\"HOSTNAME=one\" END=2027-12-31 }\n";

const ALTERNATIVES: &str = "FEATURE A { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=4 }\n\
    FEATURE B { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=10 }\n\
    FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=5\" }\n\
    FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=B VERSION=1.0 COUNT=10\" }\n\
    FEATURE X { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=A VERSION=1.0 COUNT=4\" }\n";

/// A change of a license, and whether the customer loses something.
const CHANGES: &[(&str, &str, &str, bool)] = &[
    (POOL, "COUNT=20", "COUNT=25", false),
    (POOL, "COUNT=20", "COUNT=19", true),
    (POOL, "COUNT=20", "COUNT=UNLIMITED", false),
    (POOL, "COUNT=5", "COUNT=4", false),
    (POOL, "COUNT=5", "COUNT=6", true),
    (POOL, "COUNT=20 }", "COUNT=20 END=2027-01-01 }", true),
    (POOL, "COUNT=20 }", "COUNT=20 START=2026-06-02 }", true),
    (POOL, "COUNT=20 }", "COUNT=20 VERSION=2.0 }", false),
    (POOL, "COUNT=20 }", "COUNT=20 HOLD=60 }", true),
    (POOL, "COUNT=20 }", "COUNT=20 MIN_CHECKOUT=60 }", true),
    (POOL, "COUNT=20 }", "COUNT=20 SOFTLIMIT=10 }", false),
    (POOL, "COUNT=20 }", "COUNT=20 MAINTENANCE_END=2026-07-01 }", false),
    (POOL, "COUNT=20 }", "COUNT=20 SHARE=HOST }", false),
    (POOL, "COUNT=20 }", "COUNT=20 USERBASED=5 }", true),
    (POOL, "FEATURE Draw", "FEATURE Pool { VENDOR=v KEYTYPE=ADDITIVE COUNT=5 }\nFEATURE Draw", false),
    (POOL, "FEATURE Draw", "FEATURE Pool { VENDOR=v KEYTYPE=UPGRADE COUNT=5 }\nFEATURE Draw", false),
    (POOL, "FEATURE Draw", "FEATURE More { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5 }\nFEATURE Draw", false),
    (POOL, "FEATURE Draw { VENDOR=v", "FEATURE Draw { VENDOR=v END=2026-06-01", true),
    (
        POOL,
        "FEATURE Draw",
        "FEATURE Next { VENDOR=v COUNT=30 REPLACES=\"FEATURE=Pool\" }\nFEATURE Draw",
        true,
    ),
    (POOL, "HOSTNAME=one", "HOSTNAME=two", true),
    (POOL, "HOSTID=\"HOSTNAME=one\" ", "", false),
    (POOL, "FEATURE Local {", "FEATURE Local { HOSTID=\"HOSTNAME=two\"", true),
    (POOL, "END=2027-12-31", "END=2028-12-31", false),
    (POOL, "END=2027-12-31", "END=2027-11-30", true),
    (POOL, "BORROW=24", "BORROW=12", true),
    (POOL, "FEATURE Pool", "# a comment\nFEATURE Pool", false),
    (ALTERNATIVES, "COUNT=4 }\nFEATURE B", "COUNT=5 }\nFEATURE B", true),
    (ALTERNATIVES, "FEATURE X", "FEATURE Y { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1 }\nFEATURE X", false),
    (ALTERNATIVES, "KEYTYPE=EXCLUSIVE COUNT=10", "KEYTYPE=EXCLUSIVE COUNT=20", false),
];

#[test]
fn diff_judges_common_changes() {
    let mut wrong = Vec::new();
    for (old, from, to, lost) in CHANGES {
        let new = old.replacen(from, to, 1);
        assert_ne!(*old, new, "{from}");
        let [old, new] = [old, new.as_str()].map(|text| Compiled::of(text).unwrap());
        let difference = Difference::between(old.set(), new.set(), DAY);
        if difference.lost != *lost {
            wrong.push(format!("{from} → {to}: lost {}: {:#?}", difference.lost, difference.changes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A change of a license, and the sentence about a term that it changes.
const TERMS: &[(&str, &str, &str, &str)] = &[
    ("COUNT=20 }", "COUNT=20 END=2027-01-01 }", "less", "Pool: last day no end → 2027-01-01"),
    ("END=2027-12-31", "END=2028-12-31", "other", "Local: last day 2027-12-31 → 2028-12-31"),
    ("BORROW=24", "BORROW=12", "less", "Lend: borrowed for at most 24 hours → 12 hours from 2026-06-01"),
    (
        "COUNT=20 }",
        "COUNT=20 BORROW=8 }",
        "other",
        "Draw: borrowed for at most 0 hours → 8 hours from 2026-06-01",
    ),
    ("COUNT=20 }", "COUNT=20 SHARE=HOST }", "other", "Pool: SHARE none → HOST from 2026-06-01"),
    ("0.05 USD", "0.10 USD", "other", "Meter: price PRICE 0.05 USD → PRICE 0.10 USD from 2026-06-01"),
];

#[test]
fn diff_names_ends_borrowing_sharing_and_prices() {
    let old = format!(
        "{POOL}FEATURE Meter {{ VENDOR=v KEYTYPE=METERED FUNDS=\"100.00 USD\" PRICE=\"0.05 USD\" }}\n"
    );
    for (from, to, heading, sentence) in TERMS {
        let new = old.replacen(from, to, 1);
        let dir = with(&[("old.lic", &old), ("new.lic", &new)]);
        let run =
            |format: &str| dir.run(&["diff", "--at", "2026-06-01", "--format", format, "old.lic", "new.lic"]);
        let human = run("human").stdout;
        assert!(human.contains(&format!("  {sentence}\n")), "{human}");
        let is_less = human.split("other changes").next().unwrap().contains(sentence);
        assert_eq!(is_less, *heading == "less", "{human}");
        assert_eq!(human.matches("BORROW=24").count(), 0, "the directive is not listed twice: {human}");
        let value: Value = serde_json::from_str(&run("json").stdout).unwrap();
        assert_eq!(schema::faults("diff", &value), Vec::<String>::new());
        assert!(run("markdown").stdout.contains(&sentence[..6]), "{sentence}");
    }
}

fn with(files: &[(&str, &str)]) -> TestDir {
    let dir = TestDir::new();
    for (name, text) in files {
        dir.write(name, text);
    }
    dir
}

#[test]
fn diff_explains_why_more_means_less() {
    let more = ALTERNATIVES.replacen("COUNT=4 }\nFEATURE B", "COUNT=5 }\nFEATURE B", 1);
    let dir = with(&[("old.lic", ALTERNATIVES), ("new.lic", &more)]);
    let output =
        dir.run(&["diff", "--at", "2026-06-01", "--format", "json", "old.lic", "new.lic"]).expect_code(1);
    let value: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(schema::faults("diff", &value), Vec::<String>::new());
    assert_eq!(value["lost"], true);
    let changes = value["changes"].as_array().unwrap();
    let mix = serde_json::json!(["Draw", "X"]);
    assert!(
        changes.iter().any(|change| change["kind"] == "mix" && change["features"] == mix),
        "{changes:#?}"
    );
    let sequence = changes.iter().find(|change| change["kind"] == "sequence").unwrap();
    assert_eq!(sequence["new"], "denied (not-enough-licenses)");
    assert_eq!(sequence["example"], "on 2026-06-01: 1 Draw, then 1 X");
    assert_eq!(sequence["draws"], serde_json::json!([{ "checkout": "1 Draw", "old": "10 B", "new": "5 A" }]));
    let markdown = dir.run(&["diff", "--format", "markdown", "old.lic", "new.lic"]).expect_code(1).stdout;
    assert!(markdown.starts_with("## License change: the customer can do less\n"), "{markdown}");
}

#[test]
fn diff_reads_directories_and_patterns() {
    let (pools, local) = POOL.split_at(POOL.find("FEATURE Local").unwrap());
    let dir = with(&[("old/a.lic", POOL), ("new/b.lic", pools), ("new/c.lic", local)]);
    for args in [["old", "new"], ["old/*.lic", "new/*.lic"], ["old/a.lic", "new/[bc].lic"]] {
        let output = dir.run(&["diff", args[0], args[1]]).expect_code(0);
        assert!(output.stdout.ends_with("result: only the text changes\n"), "{}", output.shown());
    }
    let output = dir.run(&["diff", "old", "other/*.lic"]).expect_code(6);
    assert!(output.stderr.contains("other"), "{}", output.stderr);
}

fn git(dir: &TestDir, args: &[&str]) -> Option<String> {
    let program =
        std::path::Path::new(env!("CARGO_BIN_EXE_keywright")).parent().unwrap().display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(dir.path("."))
        .env("PATH", path)
        .env("HOME", dir.path("."))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .ok()?;
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn diff_works_with_git() {
    let dir = with(&[("acme.lic", POOL), (".gitattributes", "*.lic diff=keywright\n")]);
    // Without git, there is nothing to test.
    if git(&dir, &["init", "-q"]).is_none() {
        return;
    }
    git(&dir, &["add", "-A"]);
    git(&dir, &["commit", "-q", "-m", "first"]);
    git(&dir, &["config", "diff.keywright.command", "keywright diff --driver --at 2026-06-01"]);
    dir.write("acme.lic", POOL.replacen("COUNT=20", "COUNT=15", 1));
    dir.write("new.lic", POOL);
    git(&dir, &["add", "-N", "new.lic"]);
    let shown = git(&dir, &["diff"]).unwrap();
    assert!(shown.contains("from a/acme.lic to b/acme.lic"), "{shown}");
    assert!(shown.contains("Draw: at once 4 → 3 from 2026-06-01"), "{shown}");
    assert!(shown.contains("b/new.lic"), "{shown}");
    let output = dir.run(&["diff", "git:HEAD:acme.lic", "acme.lic"]).expect_code(1);
    assert!(output.stdout.contains("Pool: at once 20 → 15"), "{}", output.stdout);
    dir.run(&["diff", "git:HEAD:./acme.lic", "git:HEAD:acme.lic"]).expect_code(0);
    for (wrong, code) in
        [("git:HEAD:none.lic", 6), ("git:none:acme.lic", 6), ("git:--help:x", 2), ("git:HEAD", 2)]
    {
        let output = dir.run(&["diff", wrong, "acme.lic"]).expect_code(code);
        assert!(output.stderr.contains("help: write `git:REV:PATH`"), "{}", output.stderr);
    }
}

#[test]
fn merge_leaves_out_idle_blocks_and_proves_it() {
    let block = |more: &str| format!("FEATURE Pool {{ VENDOR=v LICENSEE=\"Example Ltd\" {more} }}\n");
    let base = format!(
        "# base\n{}\n# old\n{}",
        block("KEYTYPE=EXCLUSIVE COUNT=20"),
        block("KEYTYPE=ADDITIVE COUNT=3 END=2025-12-31 SN=old")
    );
    let addon =
        format!("{}{}", block("KEYTYPE=EXCLUSIVE COUNT=20"), block("KEYTYPE=ADDITIVE COUNT=5 SN=addon"));
    let dir = with(&[("base.lic", &base), ("addon.lic", &addon)]);
    let output =
        dir.run(&["merge", "base.lic", "addon.lic", "-o", "all.lic", "--at", "2026-06-01"]).expect_code(0);
    assert!(output.stderr.contains("omitted Pool (base.lic, line 5): "), "{}", output.stderr);
    assert!(output.stderr.contains("omitted Pool (addon.lic, line 1): "), "{}", output.stderr);
    let text = dir.read("all.lic");
    assert_eq!(text.matches("FEATURE").count(), 2, "{text}");
    assert!(text.contains("# base\n") && text.contains("# old\n"), "{text}");
    dir.run(&["diff", "all.lic", "all.lic"]).expect_code(0);
    dir.run(&["merge", "base.lic", "-o", "kept.lic", "--keep-expired", "--at", "2026-06-01"]).expect_code(0);
    assert_eq!(dir.read("kept.lic"), base);
    dir.write("other.lic", block("KEYTYPE=ADDITIVE COUNT=5 SN=z").replace("Example Ltd", "Other Ltd"));
    let output = dir.run(&["merge", "base.lic", "other.lic", "-o", "none.lic"]).expect_code(5);
    assert!(output.stderr.contains("different customers"), "{}", output.stderr);
    assert!(!dir.names().contains(&"none.lic".to_owned()));
}

#[test]
fn diff_accepts_a_renewal_that_takes_over() {
    let old = "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=10 END=2026-12-31 SN=a }\n\
        FEATURE Draw { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\" }\n";
    let renewal = "FEATURE Pool { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=12 START=2026-12-01 END=2027-12-31 SN=b \
        REPLACES=\"FEATURE=Pool\" }\n";
    let dir = with(&[("old.lic", old), ("new.lic", &format!("{old}{renewal}"))]);
    let output = dir.run(&["diff", "--at", "2026-06-01", "old.lic", "new.lic"]).expect_code(0);
    assert!(output.stdout.contains("Draw: at once 5 → 6 from 2026-12-01"), "{}", output.stdout);
    assert!(!output.stdout.contains("draws"), "{}", output.stdout);
    dir.run(&["diff", "--at", "2026-06-01", "new.lic", "old.lic"]).expect_code(1);
}
