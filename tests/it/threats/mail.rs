//! Changes that mail programs and editors make to a license.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sign::{PLAIN, VENDOR, key, signed};
use crate::sign_cli::{DAY, test_dir, verify};
use crate::support::TestDir;

/// What editors, mail programs and transports do. An empty word: the license remains valid; else the report names the cause.
#[test]
fn threat_20_thirty_transports_are_valid_or_reported() {
    let good = signed(PLAIN);
    let lines = |each: &dyn Fn(&str) -> String| good.lines().map(each).collect::<String>();
    let key_at = good.find("KEY=").unwrap() + 4;
    let key = &good[key_at..key_at + 100];
    let utf16 = |big: bool| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(good.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let latin1: Vec<u8> = good.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let fold = |width: usize| {
        lines(&|line| {
            let chars: Vec<char> = line.chars().collect();
            chars.chunks(width).map(|piece| piece.iter().collect::<String>() + "\n").collect()
        })
    };
    let base64 = |text: &str| {
        let all = STANDARD.encode(text);
        all.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\r\n").collect::<String>()
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", good.clone().into(), ""),
        ("CRLF", good.replace('\n', "\r\n").into(), ""),
        ("mixed line ends", good.replacen('\n', "\r\n", 3).into(), ""),
        ("old Mac line ends", good.replace('\n', "\r").into(), "carriage return"),
        ("doubled CR", good.replace('\n', "\r\r\n").into(), "carriage return"),
        ("byte order mark", format!("\u{feff}{good}").into(), ""),
        ("tabs for spaces", lines(&|line| line.replacen("  ", "\t", 1) + "\n").into(), ""),
        ("spaces at line ends", lines(&|line| format!("{line}   \n")).into(), ""),
        ("no last line end", good.trim_end().into(), ""),
        ("empty lines between all", good.replace('\n', "\n\n").into(), ""),
        ("indented by a reply", lines(&|line| format!("    {line}\n")).into(), ""),
        ("all on one line", good.lines().skip(1).collect::<Vec<_>>().join(" ").into(), ""),
        ("quoted in a reply", lines(&|line| format!("> {line}\n")).into(), "quoted in an email"),
        ("wrapped at 76", fold(76).into(), "the KEY is wrapped over several lines"),
        ("wrapped at 72", fold(72).into(), "the KEY is wrapped over several lines"),
        ("wrapped in quotes", good.replace(key, &format!("\"{}\n  {}\"", &key[..60], &key[60..])).into(), ""),
        ("quoted-printable", good.replace('=', "=3D").into(), "quoted-printable"),
        ("base64 of an attachment", base64(&good).into(), "the license is base64-encoded"),
        (
            "the source of a mail",
            format!("Subject: license\nContent-Transfer-Encoding: base64\n\n{}\n--end--\n", base64(&good))
                .into(),
            "a saved email",
        ),
        (
            "a soft break",
            good.replace(key, &format!("{}=\n{}", &key[..73], &key[73..])).into(),
            "wrapped over several lines",
        ),
        ("smart quotes", good.replace('"', "\u{201d}").into(), "typographic quotes"),
        ("German quotes", good.replace("=\"", "=\u{201e}").into(), "typographic quotes"),
        ("no-break spaces outside values", good.replace("  VENDOR", "\u{a0} VENDOR").into(), ""),
        (
            "no-break space inside",
            good.replace("VENDOR=ABC_Software KEYTYPE", "VENDOR=ABC_Software\u{a0}x KEYTYPE").into(),
            "no-break space",
        ),
        ("UTF-16 little endian", utf16(false), "UTF-16"),
        ("UTF-16 big endian", utf16(true), "UTF-16"),
        ("Latin-1", latin1, "UTF-8"),
        ("UTF-8 read as Latin-1", good.replace('ä', "Ã¤").replace('Ç', "Ã\u{87}").into(), "U+0087"),
        ("decomposed letters", good.replace('ä', "a\u{308}").into(), "changed after signing"),
        ("replacement characters", good.replace('ä', "\u{fffd}").into(), "changed after signing"),
        ("cut at the end", good[..good.len() - 30].into(), "the file ends in the middle of"),
        ("cut in a block", good[..good.len() - 2].into(), "unclosed block"),
        (
            "a KEY shortened for print",
            good.replace(key, &format!("{}...", &key[..20])).into(),
            "shortened for print",
        ),
        ("HTML entities", good.replace('&', "&amp;").into(), "this copy was damaged"),
        ("a mail's signature below", format!("{good}-- \nBest regards\n").into(), "is outside any block"),
        ("a zero-width space", good.replace("Çelik", "Çe\u{200b}lik").into(), "U+200B"),
    ];
    assert!(cases.len() >= 30);
    let dir = test_dir();
    for (name, bytes, words) in cases {
        dir.write("t.lic", bytes);
        dir.write("k.pub.pem", key_pem());
        let run = dir.run(&["verify", "--at", DAY, "--trust", &trusting(&dir), "t.lic"]);
        assert_eq!(run.code == 0, words.is_empty(), "{name}: {}", run.stdout);
        assert!(run.stdout.contains(words), "{name}: {}", run.stdout);
    }
}

fn key_pem() -> String {
    key(1).public_key().to_pem()
}

/// A store that trusts the key of the tests for production; made once.
fn trusting(dir: &TestDir) -> String {
    if !dir.path("trusting").exists() {
        let import = ["keys", "import", "k.pub.pem", "--vendor", VENDOR, "--trust", "trusting"];
        dir.run(&[&import[..], &["--not-before", "2026-01-01"]].concat()).expect_code(0);
    }
    "trusting".to_owned()
}

#[test]
fn threat_20_mail_and_editor_changes_are_valid_or_reported() {
    let good = signed(PLAIN);
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let dir = test_dir();
    dir.write("a.lic", &good);
    let named = [
        (good.replace('"', "\u{201c}").into_bytes(), "quot"),
        ([&[0xff, 0xfe][..], &wide].concat(), "UTF-16"),
        (good.replace("ä", "\u{fffd}").into_bytes(), ""),
        (good.as_bytes()[..good.len() - 30].to_vec(), ""),
    ];
    for (number, (bytes, word)) in named.into_iter().enumerate() {
        let name = format!("damaged{number}.lic");
        dir.write(&name, bytes);
        let run = verify(&dir, &[&name]);
        assert_ne!(run.code, 0);
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
}
