//! Hidden characters: `lint` reports each class wherever it is, and `verify` names them.

use keywright::license::License;
use keywright::lint::{Options, lint};
use keywright::syntax::hidden::{Class, class};
use keywright::verify::Verdict;
use serde_json::Value;

use crate::schema;
use crate::sign::{TODAY, signed, verdicts};
use crate::sign_cli::{KEY, place, verify};

/// At least one character of each class; all that the issue of hidden text is about.
const HIDDEN: &[(char, Class)] = &[
    ('\u{202a}', Class::Direction),
    ('\u{202e}', Class::Direction),
    ('\u{2066}', Class::Direction),
    ('\u{2069}', Class::Direction),
    ('\u{200e}', Class::Direction),
    ('\u{61c}', Class::Direction),
    ('\u{200b}', Class::Invisible),
    ('\u{2060}', Class::Invisible),
    ('\u{feff}', Class::Invisible),
    ('\u{ad}', Class::Invisible),
    ('\u{34f}', Class::Invisible),
    ('\u{180e}', Class::Invisible),
    ('\u{3164}', Class::Filler),
    ('\u{115f}', Class::Filler),
    ('\u{1160}', Class::Filler),
    ('\u{ffa0}', Class::Filler),
    ('\u{2800}', Class::Filler),
    ('\u{fe00}', Class::Variation),
    ('\u{fe0f}', Class::Variation),
    ('\u{e0100}', Class::Variation),
    ('\u{180b}', Class::Variation),
    ('\u{e000}', Class::PrivateUse),
    ('\u{f8ff}', Class::PrivateUse),
    ('\u{10fffd}', Class::PrivateUse),
    ('\u{e0001}', Class::Tag),
    ('\u{e0041}', Class::Tag),
    ('\u{fff9}', Class::Annotation),
    ('\u{fffb}', Class::Annotation),
    ('\u{2028}', Class::Separator),
    ('\u{378}', Class::Unassigned),
];

const BLOCK: &str = "FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 LICENSEE=\"us\" DATA=\"d\" }\n";

/// The codes of all findings, with their messages.
fn findings(text: &str) -> Vec<(&'static str, String)> {
    let license = License::from_text("hidden.lic", text);
    lint(&[&license], &Options::at(TODAY)).into_iter().map(|found| (found.code.id, found.message)).collect()
}

#[test]
fn row_21_hidden_characters_in_comments_are_reported() {
    let good = signed(BLOCK);
    for (c, expected) in HIDDEN {
        assert_eq!(class(*c), Some(*expected), "{c:?}");
        for text in [
            format!("# a{c}b\n{good}"),
            good.replace("FEATURE a {", &format!("FEATURE a # a{c}b\n{{")),
            good.replace("{ VENDOR", &format!("{{ # a{c}b\n VENDOR")),
            format!("{good}# a{c}b"),
        ] {
            let found = findings(&text);
            let code_point = format!("U+{:04X}", u32::from(*c));
            let is_named = |(id, message): &(&str, String)| *id == "S019" && message.ends_with(&code_point);
            assert!(found.iter().any(is_named), "{code_point}: {found:?}");
            // A comment is not signed: the verdict does not change.
            assert_eq!(verdicts(&text), [Verdict::Valid], "{c:?}");
        }
    }
}

#[test]
fn row_19_hidden_characters_in_signed_text_are_errors() {
    let good = signed(BLOCK);
    for (c, _) in HIDDEN {
        for (text, code) in [
            (good.replace("\"us\"", &format!("\"u{c}s\"")), "V009"),
            (good.replace("\"d\"", &format!("\"{c}\"")), "V009"),
            (good.replace("COUNT=5", &format!("COUNT=5 X_NOTE=\"a{c}b\"")), "V009"),
            (good.replace("FEATURE a ", &format!("FEATURE a{c}b ")), "V007"),
            (good.replace("ABC_Software", &format!("ABC{c}_Software")), "V009"),
            (good.replace("COUNT=5", &format!("COUNT=5 X{c}NOTE=a")), "V001"),
        ] {
            assert_ne!(text, good);
            let found = findings(&text);
            assert!(found.iter().any(|(id, _)| *id == code), "{c:?}, {code}: {found:?}");
            assert!(!verdicts(&text).contains(&Verdict::Valid), "{c:?}, {code}");
        }
    }
}

#[test]
fn joiners_and_variants_that_writing_needs_are_accepted() {
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
fn row_21_verify_names_hidden_characters_in_comments() {
    let place = place();
    let sign = |name: &str, text: String| {
        place.write(name, text);
        place.run(&["sign", name, "--key", KEY, "--in-place"]).expect_code(0);
    };
    sign("a.lic", format!("# a\u{202e}b\u{2066}\u{202e}\n{BLOCK}# \u{e0041}\n"));
    let run = verify(&place, &["a.lic"]).expect_code(0);
    for line in [
        "  note            hidden characters in a comment in line 1: U+202E, U+2066",
        "hidden characters in a comment in line 3: U+E0041",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let run = verify(&place, &["a.lic", "--format", "json"]).expect_code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema::faults("verify", &report), [""; 0]);
    let hidden = &report["files"][0]["hidden"];
    assert_eq!(hidden["more"], 0);
    assert_eq!(hidden["lines"][0]["characters"], serde_json::json!(["U+202E", "U+2066"]));
    assert_eq!(hidden["lines"][0]["kinds"], serde_json::json!(["direction"]));
    assert_eq!(hidden["lines"][1]["in_comment"], true);
    // Tag characters can spell a text, so a redacted report does not list them.
    let run = verify(&place, &["a.lic", "--redact"]).expect_code(0);
    assert!(run.stdout.contains("in line 3: [redacted]") && !run.stdout.contains("U+"), "{}", run.stdout);
    // In signed text the error decides, and the note says where.
    sign("b.lic", BLOCK.to_owned());
    place.write("b.lic", place.read("b.lic").replace("\"us\"", "\"u\u{3164}s\""));
    let run = verify(&place, &["b.lic"]).expect_code(3);
    assert!(run.stdout.contains("contains a blank filler character (U+3164)"), "{}", run.stdout);
    assert!(run.stdout.contains("hidden characters in line 1: U+3164"), "{}", run.stdout);
}

#[test]
fn a_byte_order_mark_is_not_reported_and_many_lines_are_counted() {
    let place = place();
    let lines = "# \u{200b}\n".repeat(150);
    place.write("a.lic", format!("\u{feff}{BLOCK}{lines}"));
    place.run(&["sign", "a.lic", "--key", KEY, "--in-place"]).expect_code(0);
    let run = verify(&place, &["a.lic"]).expect_code(0);
    assert!(!run.stdout.contains("U+FEFF"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("hidden characters in a comment").count(), 100);
    assert!(run.stdout.contains("hidden characters in 50 more lines"), "{}", run.stdout);
}
