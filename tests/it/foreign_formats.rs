//! Files in other formats and damaged copies: one finding names the format, and `verify` reports the verdict after the
//! damage is undone, as information.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywright::license::License;
use keywright::source::{FileId, SourceFile};
use proptest::prelude::*;
use serde_json::Value;

use crate::schema;
use crate::sign::{PLAIN, default_trust, report, signed};
use crate::sign_cli::{signed_dir, test_dir, verify};
use crate::support::{TestDir, cases, files_below, property_cases};

/// Files that are not licenses, with the words that name the format.
const FOREIGN: &[(&str, &[u8])] = &[
    ("a FlexNet license file", b"# ours\nSERVER lichost 001122334455 27000\nVENDOR acmed\nINCREMENT d acmed 1.0 permanent 5 SIGN=0\n"),
    ("a FlexNet license file", b"FEATURE MyDraw abcd 2.0 31-dec-2027 20 SIGN=\"0123 4567\" \\\n  VENDOR_STRING=x\n"),
    ("a FlexNet license file", b"PACKAGE office acmed 1.0 COMPONENTS=\"draw:1.0:2 write:1.0:4\" SIGN=\"0000 0000\"\n"),
    ("a FlexNet license file", b"DAEMON acmed /opt/acmed\r\nFEATURE d acmed 1.0 permanent 5 SIGN=0\r\n"),
    ("an RLM license file", b"HOST lichost 000000000000 5053\nISV acme\nLICENSE acme draw 1.0 permanent 5 sig=0\n"),
    ("an RLM license file", b"LICENSE acme draw 1.0 permanent token sig=\"0\" token=\"<pool 1.0 5>\"\n"),
    ("an XML template of xmllicgen", b"<?xml version=\"1.0\"?>\n<LICENSEFILE><FEATURE NAME=\"P\"/></LICENSEFILE>\n"),
    ("a Sentinel license", b"<?xml version=\"1.0\"?>\n<hasp_info>\n <hasp id=\"1\"/>\n</hasp_info>\n"),
    ("a Sentinel license", b"*B 7NLGV6ZQY2CSSTRHSSVBSRVQKL0FXDBFHIAAAAAAAAAAAAAA # \"Draw\" version \"1.0\"\n"),
    ("an XML document", b"<?xml version=\"1.0\"?><license/>"),
    ("a web page (HTML)", b"<!DOCTYPE html>\n<html><body>404</body></html>\n"),
    ("an RTF document", b"{\\rtf1\\ansi hello}"),
    ("a PDF document", b"%PDF-1.4\n1 0 obj\n<< /Length 44 >>\nstream\n\xd9\xfb\x4b\n"),
    ("a gzip archive", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc"),
    ("a zip archive", b"PK\x03\x04\x14\x00\x00\x00\x08\x00license.lic\x95\x91"),
    ("a document of a word processor", b"PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml \xa2\x04"),
    ("an old Word document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00\x00\x00"),
    ("a picture (PNG)", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ("a picture (JPEG)", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"),
    ("an SQLite database", b"SQLite format 3\0\x10\x00\x01\x01"),
    ("a public key", b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"),
    ("a secret key", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n"),
    ("PEM data", b"-----BEGIN CERTIFICATE-----\nMIGj\n-----END CERTIFICATE-----\n"),
    ("a JSON document", b"{\"licenses\": [{\"feature\": \"Draw\"}]}\n"),
    ("a JSON string", b"\"FEATURE Draw {\\n  VENDOR=Acme\\n  COUNT=5\\n}\\n\"\n"),
    ("quotes are written as `&quot;`", b"FEATURE Draw {\n VENDOR=&quot;Acme&quot; COUNT=5 }\n"),
    ("a saved email", b"From: a@b\r\nTo: c@d\r\nSubject: license\r\n\r\nHello\r\n"),
];

#[test]
fn foreign_format_is_one_finding() {
    let dir = test_dir();
    for (words, bytes) in FOREIGN {
        dir.write("x.lic", bytes);
        let lint = dir.run(&["lint", "--format", "concise", "x.lic"]).expect_code(3).stdout;
        assert_eq!(lint.lines().count(), 1, "{words}: {lint}");
        assert!(lint.contains(words) && (lint.contains("S020") || lint.contains("S018")), "{words}: {lint}");
        let verified = verify(&dir, &["x.lic"]).expect_code(3).stdout;
        assert_eq!(verified.matches("MALFORMED ").count(), 2, "{words}: {verified}");
        assert!(verified.contains(words) && !verified.contains("keywright lint` to see"), "{verified}");
    }
}

#[test]
fn license_without_findings_is_never_foreign() {
    let mut clean = 0;
    for path in files_below("tests").into_iter().filter(|path| path.extension().is_some_and(|it| it == "lic"))
    {
        let license =
            License::parse(SourceFile::from_bytes(FileId(0), "x.lic", std::fs::read(&path).unwrap()));
        let is_whole = license.diagnostics.iter().any(|found| matches!(found.code.id, "S018" | "S020"));
        // The cases of these rules, and the input of `convert`.
        let is_foreign =
            ["S018", "S020", "tests/convert"].iter().any(|part| path.to_str().unwrap().contains(part));
        if is_whole && !is_foreign {
            panic!("{}: {:?}", path.display(), license.diagnostics);
        }
        clean += usize::from(license.diagnostics.is_empty());
    }
    assert!(clean > 100, "{clean}");
}

/// Text of other formats, as lines.
fn foreign_line() -> impl Strategy<Value = String> {
    let lines: Vec<String> = FOREIGN
        .iter()
        .flat_map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.is_empty() && line.chars().all(|c| !c.is_control() && c != '\u{fffd}'))
        .chain(["> quoted", "=3D", "SERVER a b c", "\\n\\n\\n", "From: x"].map(str::to_owned))
        .collect();
    prop::sample::select(lines)
}

proptest! {
    #![proptest_config(property_cases(2000, 200))]

    /// Comments and values of a license may contain any text of other formats.
    #[test]
    fn license_that_quotes_other_formats_is_a_license(
        before in prop::collection::vec(foreign_line(), 0..6),
        value in foreign_line(),
        after in prop::collection::vec(foreign_line(), 0..6),
    ) {
        let comments = |lines: &[String]| lines.iter().map(|line| format!("# {line}\n")).collect::<String>();
        let value = value.replace('"', "'");
        let text = format!(
            "{}FEATURE Draw {{ VENDOR=Acme COUNT=5 LICENSEE=\"{value}\" }}\n{}",
            comments(&before),
            comments(&after),
        );
        let license = License::from_text("x.lic", &text);
        prop_assert!(!license.has_errors(), "{text}\n{:?}", license.diagnostics);
        prop_assert_eq!(license.features.len(), 1);
    }

    /// Every cut and every changed byte of a file in another format is read without a panic, and is never valid.
    #[test]
    fn damaged_foreign_files_are_read(
        sample in prop::sample::select(FOREIGN),
        cut in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = sample.1.to_vec();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let license = License::parse(SourceFile::from_bytes(FileId(0), "x.lic", bytes));
        let trust = default_trust();
        let report = report(&trust, &license);
        prop_assert_eq!(report.verified().count(), 0);
    }
}

/// A kind of damage: its name and what it does to a text.
type Damage = (&'static str, fn(&str) -> Vec<u8>);

fn lines(text: &str, each: impl Fn(&str) -> String) -> Vec<u8> {
    text.lines().map(|line| each(line) + "\n").collect::<String>().into_bytes()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn base64_lines(text: &str) -> String {
    let all = STANDARD.encode(text);
    all.as_bytes().chunks(76).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect()
}

fn wrapped(text: &str) -> String {
    text.replace("KEY=AQEA", "KEY=AQE\n  A")
}

fn quoted_printable(text: &str) -> String {
    let encode = |c: char| match c {
        '=' => "=3D".to_owned(),
        c if c.is_ascii() => c.to_string(),
        c => c.to_string().bytes().map(|byte| format!("={byte:02X}")).collect(),
    };
    text.chars().map(encode).collect::<String>().replace("KEY=3DAQEA", "KEY=3DAQ=\nEA")
}

fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

const EMAIL: &str = "From: a@b\r\nTo: c@d\r\nSubject: license\r\nMIME-Version: 1.0\r\n";

const DAMAGES: &[Damage] = &[
    ("decoding UTF-16", |text| utf16(text, u16::to_le_bytes)),
    ("decoding UTF-16", |text| utf16(text, u16::to_be_bytes)),
    ("decoding UTF-16, removing the `>`", |text| {
        utf16(&String::from_utf8(lines(text, |line| format!("> {line}"))).unwrap(), u16::to_le_bytes)
    }),
    ("converting its line endings", |text| text.replace('\n', "\r").into_bytes()),
    ("decoding quoted-printable", |text| quoted_printable(text).into_bytes()),
    ("decoding base64", |text| base64_lines(text).into_bytes()),
    ("joining wrapped KEYs", |text| wrapped(text).into_bytes()),
    ("removing the `>` of the quoted email", |text| lines(text, |line| format!("> > {line}"))),
    ("replacing HTML entities", |text| html(text).into_bytes()),
    ("removing HTML tags", |text| {
        format!(
            "<html><head><title>FEATURE x {{</title></head><body><pre>\n{}</pre></body></html>",
            html(text)
        )
        .into_bytes()
    }),
    ("replacing JSON escapes", |text| serde_json::to_string(text).unwrap().into_bytes()),
    ("replacing JSON escapes", |text| {
        format!("{{\"license\": {}}}", serde_json::to_string(text).unwrap()).into_bytes()
    }),
    ("removing RTF", |text| {
        let escape = |c: char| match c {
            '{' | '}' | '\\' => format!("\\{c}"),
            '\n' => "\\par\n".to_owned(),
            c if c.is_ascii() => c.to_string(),
            c => format!("\\u{}?", u32::from(c)),
        };
        let body: String = text.chars().map(escape).collect();
        format!("{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Courier;}}}}\\f0 {body}}}").into_bytes()
    }),
    ("taking the license out of the email", |text| {
        format!("{EMAIL}Content-Transfer-Encoding: base64\r\n\r\n{}", base64_lines(text)).into_bytes()
    }),
    ("taking the license out of the email", |text| format!("{EMAIL}\r\n{text}").into_bytes()),
    ("taking the license out of the email", |text| {
        format!(
            "{EMAIL}Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello, \
             FEATURE {{\r\n--b\r\nContent-Type: text/plain; name=\"x.lic\"\r\nContent-Transfer-Encoding: \
             quoted-printable\r\n\r\n{}\r\n--b--\r\n",
            quoted_printable(text)
        )
        .into_bytes()
    }),
    ("replacing no-break spaces by spaces", |text| {
        text.replace("Bäckerei Ç", "Bäckerei\u{a0}Ç").into_bytes()
    }),
    ("replacing typographic quotes", |text| text.replace('"', "\u{201d}").into_bytes()),
    ("removing lines with `-----`", |text| {
        format!("-----BEGIN LICENSE-----\n{text}-----END LICENSE-----\n").into_bytes()
    }),
];

#[test]
fn verify_reports_verdict_after_undoing_damage() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    let edited = good.replace("COUNT=20", "COUNT=90");
    assert_ne!(good, edited);
    for (name, damage) in DAMAGES {
        dir.write("x.lic", damage(&good));
        let run = verify(&dir, &["x.lic"]);
        assert!(run.code == 3 || run.code == 1, "{name}: {}", run.shown());
        let message = format!("after {name}");
        assert!(run.stdout.contains(&message), "{name}: {}", run.stdout);
        assert!(run.stdout.contains("the signatures of 2 of 2 blocks match"), "{name}: {}", run.stdout);
        assert!(!run.stdout.contains("RESULT: VALID"), "{name}: {}", run.stdout);
        let json = verify(&dir, &["--format", "json", "x.lic"]).expect_code(run.code).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(schema::faults("verify", &json), [""; 0], "{name}");
        assert_eq!(json["files"][0]["repaired"]["result"], "VALID", "{name}");
        assert_eq!(json["files"][0]["blocks"][0]["unlocks"], Value::Null, "{name}");
        // The content of an edited file does not become the vendor's.
        dir.write("x.lic", damage(&edited));
        let run = verify(&dir, &["x.lic"]).expect_code(run.code);
        assert!(!run.stdout.contains("the vendor signed this content"), "{name}: {}", run.stdout);
    }
    // A file that is not damaged has nothing to undo.
    dir.write("x.lic", &good);
    assert!(!verify(&dir, &["x.lic"]).expect_code(0).stdout.contains("for information"));
    dir.write("x.lic", &edited);
    assert!(!verify(&dir, &["x.lic"]).expect_code(1).stdout.contains("for information"));
}

#[test]
fn changed_first_characters_of_key_are_damage() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    for (head, verdict) in [("AQEO", "MALFORMED "), ("4QEA", "UNSUPPORTED "), ("AqeA", "UNSUPPORTED ")] {
        dir.write("x.lic", good.replacen("KEY=AQEA", &format!("KEY={head}"), 1));
        let run = verify(&dir, &["x.lic"]).expect_code(3).stdout;
        assert!(run.contains("KEY damaged") && run.contains(verdict), "{run}");
    }
    // A changed block with a KEY of another version may be of a newer version of the format.
    dir.write("x.lic", good.replacen("KEY=AQEA", "KEY=AQEO", 1).replace("COUNT=20", "COUNT=90"));
    assert!(verify(&dir, &["x.lic"]).expect_code(3).stdout.contains("UNSUPPORTED"));
}

#[test]
fn half_a_file_asks_for_the_whole_file() {
    let dir = test_dir();
    let good = signed(PLAIN);
    let end = good.rfind("KEY=").unwrap();
    for cut in [&good[..end + 40], &good[..end - 5]] {
        dir.write("x.lic", cut.trim_end());
        let run = verify(&dir, &["x.lic"]).expect_code(3).stdout;
        assert!(
            run.contains("the file ends in the middle of") && run.contains("ask for the whole file"),
            "{run}"
        );
    }
}

/// A directory with a signed license, and the arguments that repair it.
fn production() -> (TestDir, String) {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--not-before", "2026-01-01"]);
    dir.write("good.lic", PLAIN.replace('ç', "c"));
    dir.run(&["sign", "good.lic", "--key", "ABC_Software.key.pem", "--in-place"]).expect_code(0);
    let good = dir.read("good.lic");
    (dir, good)
}

#[test]
fn fix_repairs_certain_damage_of_signed_files_that_verify() {
    let (dir, good) = production();
    let fix = ["lint", "--fix", "--trust", "keys", "--at", "2026-03-01", "x.lic"];
    let certain = ["decoding UTF-16", "converting", "decoding quoted", "joining", "removing the `>`"];
    for (name, damage) in DAMAGES {
        let (damaged, is_certain) = (damage(&good), certain.iter().any(|start| name.starts_with(start)));
        dir.write("x.lic", &damaged);
        // The KEYs cannot be verified without a trust store.
        let run = dir.run(&["lint", "--fix", "x.lic"]);
        assert_eq!(std::fs::read(dir.path("x.lic")).unwrap(), damaged, "{name}");
        assert_eq!(
            run.stderr.contains("give the vendor's trust store"),
            is_certain,
            "{name}: {}",
            run.stderr
        );
        let run = dir.run(&fix);
        if is_certain {
            assert_eq!(run.code, 0, "{name}: {}", run.shown());
            assert!(run.stderr.contains("fixed 1 finding in x.lic"), "{name}: {}", run.stderr);
            assert_eq!(dir.read("x.lic").replace("AQE\n  A", "AQEA"), good, "{name}");
        } else if !name.starts_with("replacing no-break") {
            assert_eq!(std::fs::read(dir.path("x.lic")).unwrap(), damaged, "{name}");
        }
        // An edited file does not verify after the repair, so it is not changed.
        let edited = damage(&good.replace("COUNT=20", "COUNT=90"));
        dir.write("x.lic", &edited);
        dir.run(&fix);
        if is_certain {
            assert_eq!(std::fs::read(dir.path("x.lic")).unwrap(), edited, "{name}");
        }
    }
}

#[test]
fn fix_repairs_files_without_keys() {
    let dir = TestDir::new();
    let good = "FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n}\n";
    for damaged in [good.replace('=', "=3D"), good.lines().map(|line| format!("> {line}\n")).collect()] {
        dir.write("x.lic", damaged);
        dir.run(&["lint", "--fix", "x.lic"]).expect_code(0);
        assert_eq!(dir.read("x.lic"), good);
    }
}

/// Recognising and undoing takes time in proportion to the size of the file.
#[test]
fn large_foreign_files_are_read_quickly() {
    let trust = default_trust();
    let samples = FOREIGN.iter().map(|(name, bytes)| (*name, bytes.to_vec()));
    let damaged = DAMAGES.iter().map(|(name, damage)| (*name, damage(&signed(PLAIN))));
    let hostile = [
        ("tags", b"<html>FEATURE <a".to_vec()),
        ("entities", b"FEATURE =&quot;&&&".to_vec()),
        ("wrapped", b"KEY=A\n".to_vec()),
        ("parts", b"From: a\nTo: b\n\n--b\nContent-x:\n".to_vec()),
        ("groups", b"{\\rtf FEATURE {\\*".to_vec()),
        ("heads", b"<html>FEATURE <head><title>".to_vec()),
    ];
    for (name, bytes) in samples.chain(damaged).chain(hostile.map(|(name, bytes)| (name, bytes))) {
        let large = bytes.repeat(cases(300_000, 100_000) / bytes.len() + 1);
        let begin = Instant::now();
        let license = License::parse(SourceFile::from_bytes(FileId(0), "x.lic", large));
        report(&trust, &license);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(10), "{name}: {took:?}");
    }
}
