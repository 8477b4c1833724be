//! Characters that are invisible or look like others, in signed text and in comments.

use keywright::license::License;
use keywright::syntax::hidden::{Class, class};
use keywright::verify::Verdict;
use serde_json::Value;

use crate::hidden::{BLOCK, findings};
use crate::schema;
use crate::sign::{signed, verdicts};
use crate::sign_cli::{DAY, KEY, test_dir, verify};
use crate::threats::blocks::SIGNED_BLOCK;

#[test]
fn threat_19_lint_reports_mixed_script_words() {
    let dir = test_dir();
    for (value, is_mixed) in [
        ("P\u{430}ypal", true),
        ("Acme \u{39f}ffice", true),
        ("\u{410}cme", true),
        ("ООО ТехноLab", true),
        ("10 µm, Ωmega-3, αTest", true),
        ("Paypal", false),
        ("ООО Рога и копыта", false),
        ("Ελληνικά and Latin", false),
        ("Bäckerei Çelik", false),
        ("東京 Tokyo東京", false),
    ] {
        let text = format!("FEATURE Draw {{ VENDOR=ABC_Software COUNT=5 LICENSEE=\"{value}\" SN=S-1 }}\n");
        dir.write("s.lic", text);
        // A company may mix scripts in its name, so only `--deny` refuses it.
        let lint = dir.run(&["lint", "--format", "concise", "--at", DAY, "s.lic"]).expect_code(0);
        assert_eq!(lint.stdout.contains("warning[V023]"), is_mixed, "{value}: {}", lint.stdout);
        dir.run(&["lint", "--deny", "V023", "--at", DAY, "s.lic"]).expect_code(i32::from(is_mixed));
        dir.run(&["sign", "s.lic", "--key", KEY, "-o", "t.lic", "--at", DAY]).expect_code(0);
    }
}

#[test]
fn threat_21_control_bytes_are_rejected_everywhere() {
    let good =
        signed("# a\nFEATURE a { VENDOR=ABC_Software COMMENT=\"x y\" # b\n KEYTYPE=ADDITIVE COUNT=1 }\n# c");
    let hostile = (0..0x20_u32).chain(0x7f..0xa0).filter(|c| !matches!(c, 9 | 10)).filter_map(char::from_u32);
    let boundaries: Vec<usize> = good
        .char_indices()
        .map(|(at, _)| at)
        .chain([good.len()])
        .filter(|at| *at < 90 || *at > 190)
        .collect();
    assert!(boundaries.len() > 60);
    for c in hostile {
        for at in &boundaries {
            // A carriage return before a line feed is a line end.
            if c == '\r' && good[*at..].starts_with('\n') {
                continue;
            }
            let text = format!("{}{c}{}", &good[..*at], &good[*at..]);
            assert!(License::from_text("control.lic", &text).has_errors(), "{c:?} at {at}");
        }
    }
    // C1 bytes that are not text.
    for byte in 0x80..=0x9f_u8 {
        let bytes = [&good.as_bytes()[..20], &[byte], &good.as_bytes()[20..]].concat();
        let id = keywright::source::FileId(0);
        let source = keywright::source::SourceFile::from_bytes(id, "raw.lic", bytes);
        assert!(License::parse(source).has_errors(), "{byte:x}");
    }
}

#[test]
fn threat_19_confusable_and_invisible_letters_are_rejected() {
    let hidden = [
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{200b}',
        '\u{200e}',
        '\u{200f}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{e0041}',
        '\u{2028}',
    ];
    for c in hidden {
        let free = format!("FEATURE a {{ VENDOR=ABC_Software COMMENT=\"x{c}y\" }}");
        assert!(License::from_text("hidden.lic", &free).has_errors(), "{c:?} in text");
        let name = format!("FEATURE a{c}b {{ VENDOR=ABC_Software }}");
        assert!(License::from_text("hidden.lic", &name).has_errors(), "{c:?} in a name");
    }
    for name in ["MyDrаw", "ＭyDraw", "MyDraẉ"] {
        let text = format!("FEATURE {name} {{ VENDOR=ABC_Software }}");
        assert!(License::from_text("twin.lic", &text).has_errors(), "{name}");
    }
}

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

#[test]
fn threat_21_lint_reports_hidden_characters_in_comments() {
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
fn threat_19_hidden_characters_in_signed_text_are_errors() {
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
fn threat_21_verify_reports_hidden_characters_in_comments() {
    let dir = test_dir();
    let sign = |name: &str, text: String| {
        dir.write(name, text);
        dir.run(&["sign", name, "--key", KEY, "--in-place"]).expect_code(0);
    };
    sign("a.lic", format!("# a\u{202e}b\u{2066}\u{202e}\n{BLOCK}# \u{e0041}\n"));
    let run = verify(&dir, &["a.lic"]).expect_code(0);
    for line in [
        "  note            hidden characters in a comment in line 1: U+202E, U+2066",
        "hidden characters in a comment in line 3: U+E0041",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let run = verify(&dir, &["a.lic", "--format", "json"]).expect_code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema::faults("verify", &report), [""; 0]);
    let hidden = &report["files"][0]["hidden"];
    assert_eq!(hidden["more"], 0);
    assert_eq!(hidden["lines"][0]["characters"], serde_json::json!(["U+202E", "U+2066"]));
    assert_eq!(hidden["lines"][0]["kinds"], serde_json::json!(["direction"]));
    assert_eq!(hidden["lines"][1]["in_comment"], true);
    // Tag characters can spell a text, so a redacted report does not list them.
    let run = verify(&dir, &["a.lic", "--redact"]).expect_code(0);
    assert!(run.stdout.contains("in line 3: [redacted]") && !run.stdout.contains("U+"), "{}", run.stdout);
    // In signed text the error decides, and the note says where.
    sign("b.lic", BLOCK.to_owned());
    dir.write("b.lic", dir.read("b.lic").replace("\"us\"", "\"u\u{3164}s\""));
    let run = verify(&dir, &["b.lic"]).expect_code(3);
    assert!(run.stdout.contains("contains an invisible filler character (U+3164)"), "{}", run.stdout);
    assert!(run.stdout.contains("hidden characters in line 1: U+3164"), "{}", run.stdout);
}

#[test]
fn threat_21_verify_rejects_control_characters_in_comment() {
    let good = signed(SIGNED_BLOCK);
    for hidden in ['\r', '\u{c}', '\0', '\u{b}', '\u{1b}', '\u{85}'] {
        let text = good.replace("{ ", &format!("{{ # a{hidden}b\n "));
        assert_ne!(verdicts(&text), [Verdict::Valid], "{hidden:?}");
    }
}
