//! Hidden characters: `lint` reports each class wherever it is, and `verify` names them.

use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::verify::Verdict;

use crate::sign::{TODAY, signed, verdicts};
use crate::sign_cli::{KEY, test_dir, verify};

pub(crate) const BLOCK: &str =
    "FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 LICENSEE=\"us\" DATA=\"d\" }\n";

/// The codes of all findings, with their messages.
pub(crate) fn findings(text: &str) -> Vec<(&'static str, String)> {
    let license = License::from_text("hidden.lic", text);
    lint(&[&license], &Options::at(TODAY)).into_iter().map(|found| (found.code.id, found.message)).collect()
}

#[test]
fn joiners_required_by_script_are_accepted() {
    for text in
        ["\u{645}\u{6cc}\u{200c}\u{62e}", "\u{915}\u{94d}\u{200d}\u{937}", "葛\u{e0100}城市", "❤\u{fe0f}"]
    {
        let signed = signed(&BLOCK.replace("\"us\"", &format!("\"{text}\"")));
        assert_eq!(verdicts(&signed), [Verdict::Valid], "{text}");
        assert!(findings(&signed).iter().any(|(id, _)| *id == "V020"), "{text}");
    }
    let comment = signed(&format!("# \u{645}\u{6cc}\u{200c}\u{62e}\n{BLOCK}"));
    assert!(!findings(&comment).iter().any(|(id, _)| *id == "S019"));
}

#[test]
fn hidden_character_report_skips_bom_and_counts_lines() {
    let dir = test_dir();
    let lines = "# \u{200b}\n".repeat(150);
    dir.write("a.lic", format!("\u{feff}{BLOCK}{lines}"));
    dir.run(&["sign", "a.lic", "--key", KEY, "--in-place"]).expect_code(0);
    let run = verify(&dir, &["a.lic"]).expect_code(0);
    assert!(!run.stdout.contains("U+FEFF"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("hidden characters in a comment").count(), 100);
    assert!(run.stdout.contains("hidden characters in 50 more lines"), "{}", run.stdout);
}
