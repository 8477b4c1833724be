//! Blocks of several licenses in one file, copies, revoked blocks, the order of blocks.

use keywright::license::License;
use keywright::verify::{Mode, Outcome, Payload, Revocations, Verdict, Verifier};

use crate::sign::{TODAY, VALID, VENDOR, default_trust, key, report, signed, verdicts};
use crate::sign_cli::{KEY, signed_dir, test_dir, verify};
use crate::threats::blocks::{SIGNED_BLOCK, key_of};

#[test]
fn threat_23_verify_counts_copies_in_ten_files_once() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    for number in 0..10 {
        let layout = match number % 3 {
            0 => good.clone(),
            1 => good.replace('\n', "\r\n"),
            _ => format!("# copy {number}\n{}", good.replace("COUNT=20", "COUNT = 20")),
        };
        dir.write(&format!("copies/{number}.lic"), layout);
    }
    let run = verify(&dir, &["copies", "--one-set"]).expect_code(0);
    assert!(run.stdout.contains("  usable          MySolutions: 20\n"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("counted once").count(), 18, "{}", run.stdout);
    // `lint` reports it to the author of the license.
    let one = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }\n");
    dir.write("pasted.lic", one.repeat(2));
    let lint = dir.run(&["lint", "--format", "concise", "pasted.lic"]);
    assert!(lint.stdout.contains("warning[X001]"), "{}", lint.stdout);
}

#[test]
fn threat_22_verify_reports_mixed_set() {
    let us = signed(&SIGNED_BLOCK.replace("COUNT=5", "COUNT=5 LICENSEE=us"));
    let other = |text: &str| signed(&SIGNED_BLOCK.replace("MyDraw", "Other").replace("COUNT=5", text));
    let trust = default_trust();
    let found = |text: &str, one_set: bool| {
        let license = License::from_text("test.lic", text);
        let revocations = Revocations::default();
        let verifier = Verifier { one_set, ..Verifier::new(&trust, &revocations, TODAY, Mode::Production) };
        let report = verifier.file(&license);
        let reason = report.policy.first().map(|fault| fault.reason.to_string()).unwrap_or_default();
        (report.outcome(), report.result(), reason)
    };
    let mixed = format!("{us}\n{}", other("COUNT=5 LICENSEE=them"));
    for one_set in [false, true] {
        let (outcome, result, reason) = found(&mixed, one_set);
        assert_eq!((outcome, result), (Outcome::Policy, "MIXED-SET"));
        assert!(reason.contains("line 1") && reason.contains("line 2"), "{reason}");
    }
    // Purchases (SN) of one customer are normal. `--one-set` rejects them.
    let purchases = format!("{us}\n{}", other("COUNT=5 LICENSEE=us").replace("S-1", "S-2"));
    assert!(found(&purchases, false).0 != Outcome::Policy, "only a changed block is wrong");
    let purchases = format!(
        "{us}\n{}",
        signed(&SIGNED_BLOCK.replace("S-1", "S-2").replace("COUNT=5", "COUNT=6 LICENSEE=us"))
    );
    assert_eq!(found(&purchases, false).0, Outcome::Valid);
    assert_eq!(found(&purchases, true).1, "MIXED-SET");
    // Blocks without a customer fit any, and blocks that are not good prove nothing.
    let one = signed(SIGNED_BLOCK);
    let silent = signed("FEATURE b { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }");
    let forged = us.replace("LICENSEE=us", "LICENSEE=them");
    for (text, outcome) in
        [(format!("{us}\n{silent}\n{one}"), Outcome::Valid), (format!("{us}\n{forged}"), Outcome::NotValid)]
    {
        assert_eq!((found(&text, true).0, found(&text, true).2), (outcome, String::new()));
    }
}

#[test]
fn threat_22_names_that_look_the_same_are_told_apart_by_code_point() {
    let block =
        |name: &str| signed(&SIGNED_BLOCK.replace("COUNT=5", &format!("COUNT=5 LICENSEE=\"{name}\"")));
    let trust = default_trust();
    let reason = |one: &str, other: &str| {
        let license = License::from_text("test.lic", &format!("{}\n{}", block(one), block(other)));
        report(&trust, &license).policy.first().map(|fault| fault.reason.to_string())
    };
    for (one, other) in [
        ("M\u{fc}ller GmbH", "Mu\u{308}ller GmbH"),
        ("ABC Corp", "ABC\u{a0}Corp"),
        ("ABC Corp", "ABC\u{202f}Corp"),
    ] {
        assert_eq!(reason(one, other), None, "{one:?} {other:?}");
    }
    let found = reason("\u{421}\u{41e}\u{41c}", "\u{421}O\u{41c}").unwrap();
    assert!(found.contains("(they differ at character 2: U+004F and U+041E)"), "{found}");
}

#[test]
fn threat_23_verify_counts_copies_once() {
    let good = signed(SIGNED_BLOCK);
    let spaced = good.replace(' ', "\n  ").replace("as\n  agreed", "as agreed");
    let text = [good.as_str(), &spaced, &good.replace('\n', "\r\n"), "# again\n", &good].join("\n");
    let license = License::from_text("test.lic", &text);
    let trust = default_trust();
    let report = report(&trust, &license);
    assert_eq!(report.blocks.len(), 4);
    assert_eq!(report.outcome(), Outcome::Valid);
    assert_eq!(report.verified().count(), 1);
    assert_eq!(report.blocks.iter().filter(|block| block.duplicate.is_some()).count(), 3);
    assert!(
        report.blocks[1].reason.to_string().contains("duplicate of the block in line 1"),
        "{}",
        report.blocks[1].reason
    );
}

#[test]
fn threat_24_verify_rejects_withdrawn_block() {
    let good = signed(SIGNED_BLOCK);
    let license = License::from_text("test.lic", &good);
    let digest = Payload::from_block(&license, &license.features[0]).digest();
    let id = key(1).public_key().id();
    let mut lists =
        [Revocations::default(), Revocations::default(), Revocations::default(), Revocations::default()];
    let ours = |list: &mut Revocations| list.vendors.entry(VENDOR.to_owned()).or_default().clone();
    let mut withdrawn = lists.each_mut().map(ours);
    withdrawn[0].digests.insert(digest, "replaced".to_owned());
    withdrawn[1].sns.insert("S-1".to_owned(), "refunded".to_owned());
    withdrawn[2].key_ids.insert(id, "key lost".to_owned());
    withdrawn[3].sns.insert("S-1".to_owned(), "another vendor's".to_owned());
    withdrawn[3].digests.insert(digest, "another vendor's".to_owned());
    for ((list, withdrawn), vendor) in lists.iter_mut().zip(withdrawn).zip([VENDOR, VENDOR, VENDOR, "Other"])
    {
        list.vendors = [(vendor.to_owned(), withdrawn)].into();
    }
    let trust = default_trust();
    let found = lists.map(|revocations| {
        let verifier = Verifier::new(&trust, &revocations, TODAY, Mode::Production);
        let report = verifier.file(&license);
        (report.blocks[0].verdict, report.blocks[0].reason.to_string())
    });
    assert_eq!(found[0].0, Verdict::Revoked);
    assert!(
        found[0].1.contains("replaced") && found[1].1.contains("refunded") && found[2].1.contains("key lost")
    );
    assert_eq!((found[1].0, found[2].0, found[3].0), (Verdict::Revoked, Verdict::Revoked, Verdict::Valid));
}

#[test]
fn cost_of_many_invalid_blocks_is_linear() {
    let good = signed(SIGNED_BLOCK);
    let key_text = key_of(&good);
    let text: String = (0..3000)
        .map(|n| format!("FEATURE F{n} {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 KEY={key_text} }}\n"))
        .collect();
    let found = verdicts(&text);
    assert_eq!(found.len(), 3000);
    assert!(found.iter().all(|verdict| *verdict == Verdict::Invalid));
}

#[test]
fn threat_25_block_order_does_not_change_verdicts() {
    let parts: Vec<String> = (1..=6)
        .map(|n| signed(&format!("FEATURE F{n} {{ VENDOR=ABC_Software COUNT={n} KEYTYPE=ADDITIVE }}\n")))
        .collect();
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..parts.len() {
        let longer = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let left = (0..parts.len()).filter(|at| !order.contains(at));
            left.map(|at| [&order[..], &[at]].concat()).collect()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    assert_eq!(orders.len(), 720);
    for order in orders {
        let text: String = order.iter().map(|at| parts[*at].as_str()).collect();
        assert_eq!(verdicts(&text), [VALID; 6], "{order:?}");
    }
}

#[test]
fn threat_22_token_draws_on_its_own_customer_only() {
    let dir = test_dir();
    let text = "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE COUNT=20 SN=EVAL LICENSEE=them }\n\
        FEATURE Draw { VENDOR=ABC_Software KEYTYPE=TOKEN SN=S-1 LICENSEE=us TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n";
    for (name, text, code) in [
        ("other", text.to_owned(), 5),
        ("same", text.replace("them", "us"), 0),
        ("none", text.replace(" LICENSEE=them", ""), 0),
    ] {
        let name = format!("{name}.lic");
        dir.write(&name, text);
        dir.run(&["sign", &name, "--key", KEY, "--in-place", "--allow", "X003,X004"]).expect_code(0);
        let run = verify(&dir, &[&name, "--require-all"]).expect_code(code);
        let says = run.stdout.contains("only blocks of another customer (LICENSEE) provide it");
        assert_eq!(says, code == 5, "{}", run.stdout);
    }
}
