//! The tables of keywords and losses: in docs/convert.md, in `explain`, and against the references.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use keywright::convert::{Effect, Keyword, LOSSES, flexnet_keywords, rlm_keywords, xmllicgen_keywords};
use serde_json::Value;

use crate::schema;
use crate::support::{TestDir, root};

/// All tables of keywords, by format.
fn tables() -> Vec<(&'static str, Vec<&'static [Keyword]>)> {
    vec![
        (
            "FlexNet",
            vec![flexnet_keywords::STATEMENTS, flexnet_keywords::ATTRIBUTES, flexnet_keywords::CUSTOMER],
        ),
        ("RLM", vec![rlm_keywords::STATEMENTS, rlm_keywords::COUNTS, rlm_keywords::ATTRIBUTES]),
        ("XML templates", vec![xmllicgen_keywords::ELEMENTS, xmllicgen_keywords::SETTINGS]),
    ]
}

fn document() -> String {
    let mut text = String::new();
    for (format, tables) in tables() {
        writeln!(text, "### {format}\n\n| source | result | losses |\n| --- | --- | --- |").unwrap();
        for row in tables.into_iter().flatten() {
            let losses = row.losses.iter().map(|loss| loss.code.id).collect::<Vec<_>>().join(", ");
            writeln!(text, "| `{}` | {} | {losses} |", row.name, row.result.replace('|', "\\|")).unwrap();
        }
        text.push('\n');
    }
    text += "### Losses\n";
    for effect in Effect::ALL {
        writeln!(text, "\n**{}**: {}.\n", effect.as_str(), effect.meaning()).unwrap();
        text += "| code | name | the source says | the result does instead |\n| --- | --- | --- | --- |\n";
        for loss in LOSSES.iter().filter(|loss| loss.effect == effect) {
            writeln!(
                text,
                "| {} | {} | {} | {} |",
                loss.code.id,
                loss.code.name,
                loss.source.replace('|', "\\|"),
                loss.result.replace('|', "\\|")
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn docs_list_every_keyword_and_loss() {
    let path = root().join("docs/convert.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- convert: ").unwrap();
    let (head, _) = rest.split_once("-->\n").unwrap();
    let fresh = format!("{before}<!-- convert: {head}-->\n\n{}\n<!-- end of convert -->\n", document());
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), fresh, "stale: run with KEYWRIGHT_UPDATE=1");
}

/// The keywords that the vendors' manuals describe: each has a row.
#[test]
fn every_keyword_of_the_manuals_has_a_row() {
    let manuals = [
        "SERVER VENDOR DAEMON USE_SERVER FEATURE INCREMENT UPGRADE PACKAGE AUTH BORROW CAPACITY COMPONENTS DUP_GROUP \
         FLOAT_OK HOSTID HOST_BASED ISSUED ISSUER LINGER MINIMUM NOTICE OPTIONS OVERDRAFT PLATFORMS SIGN SIGN2 SN START \
         SUITE_DUP_GROUP SUPERSEDE TS_OK TZ USER_BASED VENDOR_STRING VM_PLATFORMS asset_info ck dist_info sort user_info \
         vendor_info",
        "HOST SERVER ISV DAEMON LICENSE FEATURE UPGRADE CUSTOMER uncounted single token token_locked token_unlocked akey \
         contract customer disable hold host-based hostid issued issuer max_roam min_checkout named_user options platforms \
         replace share sig soft_limit start timezone token user-based _id _line_item _password _ck",
        "LICENSEFILE FEATURE SETTING CLIENT_HOSTID SERVER_HOSTID MAJOR_VERSION MINOR_VERSION VERSION VENDOR LICENSEE START \
         END MAINTENANCE_START MAINTENANCE_END ISSUED SN DATA COMMENT OPTIONS PLATFORMS TIME_ZONES REPLACES COUNT \
         TOKEN_DEPENDENCY KEYTYPE SOFTLIMIT HAL_SERVERS BORROW GRACE HOLD MIN_CHECKOUT USERBASED HOSTBASED SHARE \
         SYSTEMCLOCKCHECK HOSTID_MATCH_RATE KEY_COMMENT",
    ];
    for ((format, tables), words) in tables().into_iter().zip(manuals) {
        let known: BTreeSet<&str> = tables.into_iter().flatten().map(|row| row.name).collect();
        for word in words.split_whitespace() {
            assert!(known.contains(word), "{format}: {word}");
        }
    }
}

#[test]
fn losses_are_unique_and_have_pages() {
    let place = TestDir::new();
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for loss in LOSSES {
        assert!(ids.insert(loss.code.id) && names.insert(loss.code.name), "{}", loss.code.id);
        let range = match loss.effect {
            Effect::Grants => "L0",
            Effect::Cosmetic => "L1",
            Effect::Question => "L2",
            Effect::Broken | Effect::Unreadable => "L3",
        };
        assert!(loss.code.id.starts_with(range), "{}", loss.code.id);
        let asked = loss.effect == Effect::Question;
        assert!(!asked || loss.advice.contains("`--"), "{}: {}", loss.code.id, loss.advice);
    }
    let page = place.run(&["explain", "l001"]).expect_code(0).stdout;
    assert!(page.starts_with("L001 server-lock (grants)\n"), "{page}");
    assert!(page.contains("keywright convert --accept L001"), "{page}");
}

#[test]
fn report_matches_its_schema() {
    let place = TestDir::new();
    for (case, code) in [("flexnet-refused", 1), ("flexnet-broken", 1), ("xml-settings", 0), ("binary", 3)] {
        let directory = root().join("tests/convert").join(case);
        let args = fs::read_to_string(directory.join("args")).unwrap();
        let mut words: Vec<&str> = args.split_whitespace().collect();
        let file = words.remove(0);
        place.write(file, fs::read(directory.join(file)).unwrap());
        let mut all = vec!["convert", file, "--at", "2026-06-01", "--report", "losses.json"];
        all.extend(words);
        place.run(&all).expect_code(code);
        let report: Value = serde_json::from_str(&place.read("losses.json")).unwrap();
        assert_eq!(schema::faults("convert", &report), [""; 0], "{case}");
        assert_eq!(report["exit_code"], code, "{case}");
        assert!(!report["losses"].as_array().unwrap().is_empty(), "{case}");
    }
}

#[test]
fn options_are_checked() {
    let place = TestDir::new();
    place.write("a.lic", "INCREMENT draw v 1.0 permanent 1 SIGN=00\n");
    for (args, message) in [
        (&["--accept", "L999"][..], "unknown loss `L999`"),
        (&["--vendor", "a b"], "`--vendor`"),
        (&["--from", "pdf"], "invalid value 'pdf'"),
        (&["--token-cost", "x"], "the pattern has no `{cost}`"),
        (&["--set", "x"], "missing value in `--set x`"),
        (&["-o", "x.scenarios.yaml"], "is reserved for scenarios"),
    ] {
        let mut all = vec!["convert", "a.lic"];
        all.extend(args);
        let outcome = place.run(&all).expect_code(2);
        assert!(outcome.stderr.contains(message), "{args:?}: {}", outcome.stderr);
    }
    place.run(&["convert", "a.lic", "-q", "-o", "out.lic"]).expect_code(0);
    let again = place.run(&["convert", "a.lic", "-q", "-o", "out.lic"]).expect_code(6);
    assert!(again.stderr.contains("out.lic"), "{}", again.stderr);
    let piped = place.run_with(&["convert", "-", "-q"], place.read("a.lic").as_bytes()).expect_code(0);
    assert_eq!(piped.stdout, place.read("out.lic"));
}
