//! Rows of the threat model that take many inputs: against another reader, position by position, cap by cap.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywright::license::{DIRECTIVES, License, check_value};
use keywright::sign::Signer as _;
use keywright::verify::{KeyText, Payload, Verdict};

use crate::sign::{PLAIN, VENDOR, key, signed, usual, verdicts, verdicts_of};
use crate::sign_cli::{DAY, KEY, place, private, signed_place, verify};
use crate::support::{TestDir, root};

/// Numbers without end, the same in every run.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// Pieces that mean something to a reader of licenses.
const FRAGMENTS: &[&str] = &[
    "\"",
    "#",
    "{",
    "}",
    "=",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u{a0}",
    "\u{7f}",
    "\0",
    "\u{85}",
    "\u{feff}",
    "FEATURE ",
    "FEATURE x {",
    "COUNT=5",
    " SN=\"a  b\"",
    "KEY=\"AQ EA\"",
    "ä",
    "“",
    "HOSTID=\"A=1\" ",
    "~|!",
    "=\"",
    "# \" {\n",
    "_",
    "A=",
];

fn mutated(base: &str, dice: &mut Rng) -> String {
    let mut text: Vec<char> = base.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(4)).min(text.len());
        let piece: Vec<char> = FRAGMENTS[dice.below(FRAGMENTS.len())].chars().collect();
        text.splice(at..end, piece);
    }
    text.into_iter().collect()
}

/// What is signed of each block; nothing where the text is refused, whatever its values mean.
fn payloads(text: &str) -> Option<Vec<String>> {
    let license = License::from_text("differential.lic", text);
    let refused = |code: &str| code.starts_with('S') || code == "V002";
    if license.diagnostics.iter().any(|found| found.is_error() && refused(found.code.id)) {
        return None;
    }
    assert!(license.broken.is_empty(), "lost without an error: {text:?}");
    let payload = |feature| String::from_utf8(Payload::of(&license, feature).as_bytes().to_vec()).unwrap();
    Some(license.features.iter().map(payload).collect())
}

#[test]
fn row_12_another_reader_reads_the_same() {
    if !crate::support::has_tools(&["python3"], "reading against another reader") {
        return;
    }
    let mut dice = Rng(0x1357_9bdf_0246_8ace);
    let small = "FEATURE a { VENDOR=v HOSTID=\"A=1\" SN=\"s 1\" # }\n HOSTID=\"B=2\" }\n# end\n";
    let texts: Vec<String> =
        (0..3000).map(|n| mutated(if n % 3 == 0 { PLAIN } else { small }, &mut dice)).collect();
    let mut reader = Command::new("python3")
        .arg("-B")
        .arg(root().join("tests/vectors/reader.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(&texts).unwrap();
    let mut stdin = reader.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = reader.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    let theirs: Vec<Option<Vec<String>>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(theirs.len(), texts.len());
    let mut accepted = 0;
    for (text, theirs) in texts.iter().zip(theirs) {
        assert_eq!(payloads(text), theirs, "{text:?}");
        accepted += usize::from(theirs.is_some());
    }
    assert!(accepted > 300 && accepted < 2700, "{accepted} accepted: the inputs are too good or too bad");
}

#[test]
fn row_13_every_directive_twice_is_an_error_wherever_it_stands() {
    for row in DIRECTIVES.iter().filter(|row| !row.repeats()) {
        let name = row.name;
        for (first, second) in [("1", "1"), ("1", "2"), ("1", "\"1\"")] {
            for between in [" ", " DATA=x ", "\n# apart\n PLATFORMS=y\n"] {
                let text = format!("FEATURE a {{ {name}={first}{between}{name}={second} }}\n");
                let license = License::from_text("twice.lic", &text);
                assert!(license.diagnostics.iter().any(|found| found.code.id == "V002"), "{text}");
                let trust = usual();
                let report = crate::sign::report(&trust, &license);
                assert_eq!(report.blocks[0].verdict, Verdict::Malformed, "{text}");
            }
        }
    }
    // In lists, too: a name twice in a trust list is row 34's, in a dependency it is here.
    for inner in ["FEATURE=a FEATURE=a VERSION=1.0 COUNT=1", "FEATURE=a VERSION=1.0 COUNT=1 COUNT=1"] {
        let text = format!("FEATURE t {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"{inner}\" }}");
        assert!(License::from_text("twice.lic", &text).has_errors(), "{inner}");
    }
}

#[test]
fn row_14_names_that_differ_by_case_are_two_features_and_told() {
    let place = place();
    let block = |name: &str| format!("FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }}\n");
    place.write("twins.lic", block("MyDraw") + &block("mydraw"));
    let lint = place.run(&["lint", "--format", "concise", "twins.lic"]).expect_code(1);
    assert!(lint.stdout.contains("error[X002]"), "{}", lint.stdout);
    let both = signed(&(block("MyDraw") + &block("mydraw")));
    assert_eq!(verdicts(&both), [Verdict::Valid; 2]);
    let swapped = both.replace("FEATURE MyDraw", "FEATURE X").replace("FEATURE mydraw", "FEATURE MyDraw");
    assert_eq!(verdicts(&swapped.replace("FEATURE X", "FEATURE mydraw")), [Verdict::Invalid; 2]);
}

/// Whatever goes through the check of values comes out of a license as it went in, and writes nothing else.
#[test]
fn row_18_what_is_written_reads_back_as_what_was_meant() {
    let mut dice = Rng(0x0bad_5eed_0bad_5eed);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let words = ["Acme", "Ltd", "a b", "x", "GmbH & Co."];
        let value = mutated(words[dice.below(words.len())], &mut dice);
        if check_value("LICENSEE", &value).is_err() {
            refused += 1;
            continue;
        }
        taken += 1;
        let text = format!("FEATURE a {{ VENDOR=V COUNT=1 LICENSEE=\"{value}\" }}\n");
        let license = License::from_text("written.lic", &text);
        assert!(!license.has_errors(), "{value:?}");
        assert_eq!(license.features.len(), 1, "{value:?}");
        let feature = &license.features[0];
        assert_eq!(license.value(feature, "LICENSEE").as_deref(), Some(value.as_str()));
        assert_eq!(license.records(feature).count(), 3, "{value:?}");
    }
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");
    // Through the program that writes licenses: refused, or read back.
    let place = TestDir::new();
    for (number, value) in
        ["x\" COUNT=900 Y=\"", "x}\nFEATURE b { COUNT=1", "a\u{0}b", "a\u{202e}b", "# \" {{x}}"]
            .iter()
            .enumerate()
    {
        let value = value.replace('\0', "\u{1}");
        let out = format!("{number}.lic");
        let made = place.run(&["new", "pool", "--set", &format!("licensee={value}"), "-o", &out]);
        assert!(made.code != 0 || !place.read(&out).contains("900"), "{value:?}");
        assert!(made.code == 0 || !place.path(&out).exists(), "{value:?}");
    }
}

#[test]
fn row_19_a_word_of_two_scripts_is_an_error_of_the_linter() {
    let place = place();
    for (value, code) in [
        ("P\u{430}ypal", 1),
        ("Acme \u{39f}ffice", 1),
        ("\u{410}cme", 1),
        ("Paypal", 0),
        ("ООО Рога и копыта", 0),
        ("Ελληνικά and Latin", 0),
        ("Bäckerei Çelik", 0),
        ("東京 Tokyo東京", 0),
    ] {
        let text = format!("FEATURE Draw {{ VENDOR=ABC_Software COUNT=5 LICENSEE=\"{value}\" SN=S-1 }}\n");
        place.write("s.lic", text);
        let lint = place.run(&["lint", "--format", "concise", "--at", DAY, "s.lic"]).expect_code(code);
        assert_eq!(lint.stdout.contains("error[V023]"), code == 1, "{value}: {}", lint.stdout);
        place.run(&["sign", "s.lic", "--key", KEY, "-o", "t.lic", "--at", DAY]).expect_code(code);
    }
}

/// What editors, mail programs and transports do. An empty word: the license stays good; else the report names the cause.
#[test]
fn row_20_thirty_transports_leave_a_license_good_or_are_named() {
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
        ("tabs for blanks", lines(&|line| line.replacen("  ", "\t", 1) + "\n").into(), ""),
        ("blanks at line ends", lines(&|line| format!("{line}   \n")).into(), ""),
        ("no last line end", good.trim_end().into(), ""),
        ("blank lines between all", good.replace('\n', "\n\n").into(), ""),
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
            "the license is base64-encoded",
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
        ("cut at the end", good[..good.len() - 30].into(), "unclosed block"),
        ("cut in a block", good[..good.len() - 2].into(), "unclosed block"),
        (
            "a KEY shortened for print",
            good.replace(key, &format!("{}...", &key[..20])).into(),
            "shortened for print",
        ),
        ("HTML entities", good.replace('&', "&amp;").into(), "changed after signing"),
        ("a mail's signature below", format!("{good}-- \nBest regards\n").into(), "is outside any block"),
        ("a zero-width space", good.replace("Çelik", "Çe\u{200b}lik").into(), "U+200B"),
    ];
    assert!(cases.len() >= 30);
    let place = place();
    for (name, bytes, words) in cases {
        place.write("t.lic", bytes);
        place.write("k.pub.pem", key_pem());
        let run = place.run(&["verify", "--at", DAY, "--trust", &trusting(&place), "t.lic"]);
        assert_eq!(run.code == 0, words.is_empty(), "{name}: {}", run.stdout);
        assert!(run.stdout.contains(words), "{name}: {}", run.stdout);
    }
}

fn key_pem() -> String {
    key(1).public_key().to_pem()
}

/// A store that trusts the key of the tests for production; made once.
fn trusting(place: &TestDir) -> String {
    if !place.path("trusting").exists() {
        let import = ["keys", "import", "k.pub.pem", "--vendor", VENDOR, "--trust", "trusting"];
        place.run(&[&import[..], &["--not-before", "2026-01-01"]].concat()).expect_code(0);
    }
    "trusting".to_owned()
}

#[test]
fn row_21_no_control_byte_stands_anywhere() {
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
    // Bytes of C1 that are no text at all.
    for byte in 0x80..=0x9f_u8 {
        let bytes = [&good.as_bytes()[..20], &[byte], &good.as_bytes()[20..]].concat();
        let id = keywright::source::FileId(0);
        let source = keywright::source::SourceFile::from_bytes(id, "raw.lic", bytes);
        assert!(License::read(source).has_errors(), "{byte:x}");
    }
}

#[test]
fn row_23_copies_in_ten_files_count_once() {
    let place = signed_place();
    let good = place.read("a.lic");
    for number in 0..10 {
        let layout = match number % 3 {
            0 => good.clone(),
            1 => good.replace('\n', "\r\n"),
            _ => format!("# copy {number}\n{}", good.replace("COUNT=20", "COUNT = 20")),
        };
        place.write(&format!("copies/{number}.lic"), layout);
    }
    let run = verify(&place, &["copies"]).expect_code(0);
    assert!(run.stdout.contains("ABC_Software MySolutions EXCLUSIVE COUNT=20, 1 block\n"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("counted once").count(), 18, "{}", run.stdout);
    // Whoever writes licenses is told.
    let one = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }\n");
    place.write("pasted.lic", one.repeat(2));
    let lint = place.run(&["lint", "--format", "concise", "pasted.lic"]).expect_code(1);
    assert!(lint.stdout.contains("error[X001]"), "{}", lint.stdout);
}

#[test]
fn row_26_a_diamond_of_2_to_the_64_is_counted_to_the_last() {
    use keywright::graph::{Cost, Draws, Graph, Metrics};
    let big: u64 = 1 << 30;
    // 15 ways of 2^30 times 2^30 and one that ends one below; then one more, and two.
    for (extra, meant) in [(0_u32, Cost::Known(u64::MAX)), (1, Cost::TooMany), (2, Cost::TooMany)] {
        let mut text = "FEATURE P { VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=1 }\n".to_owned();
        let mut needs = String::new();
        for way in 0..16 {
            let (draws, of) = if way == 15 { (big - 1, big + 1) } else { (big, big) };
            text += &format!(
                "FEATURE I{way} {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT={of}\" }}\n"
            );
            needs += &format!(" TOKEN_DEPENDENCY=\"FEATURE=I{way} VERSION=1.0 COUNT={draws}\"");
        }
        if extra > 0 {
            needs += &format!(" TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT={extra}\"");
        }
        text += &format!("FEATURE T {{ VENDOR=V KEYTYPE=TOKEN{needs} }}\n");
        let license = License::from_text("diamond.lic", &text);
        assert!(!license.has_errors(), "{:?}", license.diagnostics.first());
        let graph = Graph::new(&[&license]);
        let draws = Draws::new(&graph, &Metrics::new(&graph));
        let last = graph.blocks().last().unwrap().id;
        assert_eq!(draws.of(last).unwrap().first().unwrap().1.sum, meant, "{extra}");
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, release) = manifest.split_once("[profile.release]").unwrap();
    assert!(release.split("\n[").next().unwrap().contains("overflow-checks = true"));
}

#[test]
fn row_33_each_cap_holds_at_its_limit_and_not_beyond() {
    let has = |text: &str, code: &str| {
        License::from_text("cap.lic", text).diagnostics.iter().any(|found| found.code.id == code)
    };
    let value = |bytes: usize| format!("FEATURE a {{ VENDOR=V COMMENT=\"{}\" }}", "x".repeat(bytes));
    assert!(!has(&value(8192), "V008") && has(&value(8193), "V008"));
    let name = |length: usize| format!("FEATURE {} {{ VENDOR=V COUNT=1 }}", "n".repeat(length));
    assert!(!has(&name(64), "V007") && has(&name(65), "V007"));
    let block = |bytes: usize| {
        let frame = "FEATURE a { VENDOR=V #\n}";
        frame.replace('#', &format!("#{}", "x".repeat(bytes - frame.len())))
    };
    let most = 8 * 1024 * 1024;
    assert!(!has(&block(most), "S016") && has(&block(most + 1), "S016"));
    let blocks = |count: usize| "FEATURE a{VENDOR=V}\n".repeat(count);
    assert!(!has(&blocks(100_000), "S015") && has(&blocks(100_001), "S015"));
    let place = place();
    let needs = |count: usize| {
        let pools: String = (0..count)
            .map(|n| format!("FEATURE P{n} {{ VENDOR=V KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=9 }}\n"))
            .collect();
        let needs: String =
            (0..count).map(|n| format!(" TOKEN_DEPENDENCY=\"FEATURE=P{n} VERSION=1.0 COUNT=1\"")).collect();
        format!("{pools}FEATURE T {{ VENDOR=V KEYTYPE=TOKEN VERSION=1.0{needs} }}\n")
    };
    for (count, told) in [(512, false), (513, true)] {
        place.write("needs.lic", needs(count));
        let run = place.run(&["lint", "--format", "concise", "needs.lic"]);
        assert_eq!(run.stdout.contains("[D004]"), told, "{count}: {}", run.stdout);
    }
    // A file: 64 MiB of nothing are read and hold no block; a byte more is not read.
    let large = 64 * 1024 * 1024;
    place.write("large.lic", vec![b'\n'; large]);
    verify(&place, &["large.lic"]).expect_code(1);
    place.write("large.lic", vec![b'\n'; large + 1]);
    verify(&place, &["large.lic"]).expect_code(3);
    // Reasons, passphrases, key files.
    for (bytes, code) in [(500, 0), (501, 2)] {
        let reason = "x".repeat(bytes);
        place.run(&["revoke", "--sn", "S-1", "--reason", &reason, "--key", KEY]).expect_code(code);
    }
    for (bytes, code) in [(4096, 0), (4097, 2)] {
        let passphrase = "x".repeat(bytes);
        let new = ["keys", "new", "--vendor", "V", "--trust", "t", "--out", "v.pem", "--passphrase-fd", "0"];
        let made = place.run_with(&new, passphrase.as_bytes());
        assert_eq!(made.code, code, "{}", made.stderr);
        fs::remove_dir_all(place.path("t")).ok();
        fs::remove_file(place.path("v.pem")).ok();
    }
    let plain = place.read(KEY);
    for (bytes, code) in [(64 * 1024, 0), (64 * 1024 + 1, 6)] {
        place.write("padded.pem", format!("{}{plain}", " ".repeat(bytes - plain.len() - 1) + "\n"));
        private(&place, "padded.pem");
        place.run(&["sign", "a.lic", "--key", "padded.pem", "-o", "b.lic"]).expect_code(code);
    }
}

#[cfg(unix)]
#[test]
fn row_38_what_is_written_goes_through_no_link_unless_in_place() {
    use std::os::unix::fs::symlink;
    let place = place();
    place.write("victim", "what was there").write("store/real.lic", PLAIN);
    let is_link = |name: &str| fs::symlink_metadata(place.path(name)).unwrap().is_symlink();
    symlink(place.path("victim"), place.path("out.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "out.lic"]).expect_code(0);
    assert_eq!(place.read("victim"), "what was there");
    assert!(!is_link("out.lic") && place.read("out.lic").contains("KEY="));
    symlink(place.path("nowhere"), place.path("dangling.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "dangling.lic"]).expect_code(0);
    assert!(!place.path("nowhere").exists() && !is_link("dangling.lic"));
    symlink("/dev/null", place.path("device.lic")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "device.lic"]).expect_code(6);
    assert!(is_link("device.lic"));
    // In place a link stays a link, and its file is signed.
    symlink(place.path("store/real.lic"), place.path("linked.lic")).unwrap();
    place.run(&["sign", "linked.lic", "--key", KEY, "--in-place"]).expect_code(0);
    assert!(is_link("linked.lic") && place.read("store/real.lic").contains("KEY="));
    // Lists, their memory and the lock of a store.
    for name in ["keys/ABC_Software.revocations", "keys/last-seen.yaml"] {
        symlink(place.path("victim"), place.path(name)).unwrap();
    }
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]).expect_code(2);
    fs::remove_file(place.path("keys/last-seen.yaml")).unwrap();
    fs::remove_file(place.path("keys/ABC_Software.revocations")).unwrap();
    symlink(place.path("nowhere"), place.path("keys/ABC_Software.revocations")).unwrap();
    place.run(&["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY]);
    symlink(place.path("victim"), place.path("keys/trust.yaml.lock")).unwrap();
    place.run(&["revoke", "--sn", "S-2", "--reason", "x", "--key", KEY]).expect_code(6);
    assert_eq!(place.read("victim"), "what was there");
    assert!(!place.path("nowhere").exists());
    // A temporary file has a name that nobody knows, and is never one that exists.
    symlink(place.path("victim"), place.path(".keywright-000000")).unwrap();
    place.run(&["sign", "a.lic", "--key", KEY, "-o", "again.lic"]).expect_code(0);
    assert!(is_link(".keywright-000000"));
    assert_eq!(place.read("victim"), "what was there");
}

/// A file may grow to some size and no further, as on a disk that is full.
#[cfg(unix)]
#[test]
fn row_39_a_full_disk_leaves_the_old_file_and_nothing_else() {
    let place = place();
    let pool = "FEATURE F { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=NUMBER }\n";
    let old: String = (1..=400).map(|n| pool.replace("NUMBER", &n.to_string())).collect();
    place.write("big.lic", &old);
    let before = place.names();
    for blocks in [0, 1, 8, 32] {
        for args in ["sign big.lic --key KEY --in-place", "sign big.lic --key KEY -o new.lic"] {
            let script =
                format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {}", args.replace("KEY", KEY));
            let mut command = Command::new("sh");
            command.args(["-c", &script, env!("CARGO_BIN_EXE_keywright")]).current_dir(place.path(""));
            // What is said must not go into a file that may not grow.
            let done = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            assert_eq!(done.status.code(), Some(6), "{}", String::from_utf8_lossy(&done.stderr));
            assert_eq!(place.read("big.lic"), old);
            assert_eq!(place.names(), before, "{args} with {blocks} blocks");
        }
    }
    let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" revoke --sn S-1 --reason x --key {KEY}");
    let done = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_keywright")])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(6));
    verify(&place, &["a.lic"]).expect_code(1);
    assert!(!place.path("keys/ABC_Software.revocations").exists());
}

#[cfg(unix)]
#[test]
fn row_40_a_key_file_of_another_user_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    // Whatever the umask: a secret is created for its owner alone.
    let script = "umask 000; exec \"$0\" keys new --vendor V --no-passphrase --trust t";
    let done = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_keywright")])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    assert!(done.status.success());
    assert_eq!(fs::metadata(place.path("V.key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    let sign = ["sign", "a.lic", "--key", KEY, "-o", "b.lic"];
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601] {
        fs::set_permissions(place.path(KEY), fs::Permissions::from_mode(mode)).unwrap();
        place.run(&sign).expect_code(6);
    }
    private(&place, KEY);
    place.run(&sign).expect_code(0);
    fs::remove_file(place.path("b.lic")).unwrap();
    // Only root may give a file away.
    if std::os::unix::fs::chown(place.path(KEY), Some(12_345), None).is_err() {
        eprintln!("SKIPPED: files cannot be given away here, so a key of another user was not tested");
        return;
    }
    let refused = place.run(&sign).expect_code(6);
    assert!(refused.stderr.contains("belongs to another user"), "{}", refused.stderr);
    assert!(!place.path("b.lic").exists());
}

/// Run by the test below in a process of its own.
#[test]
fn row_41_a_fault_of_the_program_shows_nothing_of_what_it_worked_on() {
    const INSIDE: &str = "KEYWRIGHT_TEST_PANIC";
    let canary = "canary-seed-0f1e";
    if std::env::var_os(INSIDE).is_some() {
        let exit = keywright::cli::process::guarded(|| panic!("{canary}"));
        assert_eq!(exit.code(), 6);
        return;
    }
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sign_rows::row_41_a_fault_of_the_program_shows_nothing_of_what_it_worked_on"])
        .arg("--nocapture")
        .env(INSIDE, "1")
        .output()
        .unwrap();
    assert!(done.status.success());
    let said = String::from_utf8(done.stderr).unwrap() + &String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("internal error, no result") && !said.contains(canary), "{said}");
    assert!(!said.contains("panicked") && !said.contains(".rs:"), "{said}");
}

#[test]
fn row_43_damage_and_a_wrong_passphrase_give_one_message() {
    let place = place();
    place.write("pass", "right").write("wrong", "wrong");
    private(&place, "pass");
    private(&place, "wrong");
    let new =
        ["keys", "new", "--vendor", "V", "--out", "v.pem", "--kdf", "pbkdf2", "--passphrase-file", "pass"];
    place.run(&new).expect_code(0);
    place.write("v.lic", "FEATURE a { VENDOR=V KEYTYPE=ADDITIVE COUNT=1 }\n");
    let sign = |passphrase: &str| {
        place.run(&["sign", "v.lic", "--key", "v.pem", "-o", "b.lic", "--passphrase-file", passphrase])
    };
    let message = sign("wrong").expect_code(6).stderr;
    assert!(message.contains("wrong passphrase, or the key file is damaged"), "{message}");
    let text = place.read("v.pem");
    let (head, body) = text.split_at(text.find("-----BEGIN").unwrap());
    let base64: String = body.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = STANDARD.decode(&base64).unwrap();
    // A sample: each bit is tried in the library, see the other test of this row.
    for bit in (0..bytes.len() * 8).step_by(31) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let lines: Vec<String> = STANDARD
            .encode(&flipped)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        place.write(
            "v.pem",
            format!(
                "{head}-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
                lines.join("\n")
            ),
        );
        private(&place, "v.pem");
        let damaged = sign("pass");
        assert_eq!((damaged.code, &damaged.stderr), (6, &message), "bit {bit}");
    }
    assert!(!place.path("b.lic").exists());
}

#[cfg(unix)]
#[test]
fn row_48_a_closed_output_keeps_the_code() {
    let place = signed_place();
    place.write("empty.lic", "").write("bad.lic", place.read("a.lic").replace("COUNT=5", "COUNT=6"));
    for (file, code) in [("a.lic", 0), ("empty.lic", 1), ("bad.lic", 1), ("missing.lic", 6)] {
        for redirect in [">&-", ">&- 2>&-", "| true", "2>&1 | head -c 1 >/dev/null"] {
            let script =
                format!("{{ \"$0\" verify --development --at {DAY} {file}; echo $? >code; }} {redirect}");
            let done = Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_keywright")])
                .current_dir(place.path(""))
                .output();
            assert!(done.is_ok());
            assert_eq!(place.read("code").trim(), code.to_string(), "{file} {redirect}");
        }
    }
}

/// What other programs sign begins otherwise than what is signed here: none of it passes for a license.
#[test]
fn row_06_signatures_for_other_programs_sign_no_license() {
    let good = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    let license = License::from_text("a.lic", &good);
    let payload = Payload::of(&license, &license.features[0]);
    let key = key(1);
    let digest = payload.digest();
    let body = payload.as_bytes();
    let length = body.len();
    let pae = |kind: &str| [format!("DSSEv1 {} {kind} {length} ", kind.len()).as_bytes(), body].concat();
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let ssh = |namespace: &str| {
        let parts = [string(namespace.as_bytes()), string(b""), string(b"sha512"), string(digest.as_bytes())];
        [&b"SSHSIG"[..], &parts.concat()].concat()
    };
    let messages: Vec<Vec<u8>> = vec![
        body.to_vec(),
        digest.as_bytes().to_vec(),
        pae("application/vnd.in-toto+json"),
        pae("keywright/feature/1"),
        ssh("file"),
        ssh("keywright/feature/1"),
        // minisign: the file, its hash, and a trusted comment behind a signature.
        [&b"ED"[..], digest.as_bytes()].concat(),
        [&[0; 64][..], b"timestamp:1 file:a.lic"].concat(),
    ];
    for message in messages {
        let signature = key.sign(&message).unwrap();
        let forged = KeyText { key: key.public_key().id(), signature }.encode();
        let at = good.find("KEY=").unwrap() + 4;
        let text = good.replace(&good[at..at + 100], &forged);
        assert_eq!(verdicts_of(&usual(), &text), [Verdict::Invalid], "{}", String::from_utf8_lossy(&message));
    }
}

/// The library can verify without the command line. One crate holds both halves, so this is about the text: what verifies
/// names no signer, and nothing but the encryption of key files is symmetric.
#[test]
fn row_01_what_verifies_signs_nothing() {
    let needed = crate::architecture::built_with("keywright-verify");
    for signs in ["keywright-sign", "pkcs8", "pkcs5", "rand_core", "getrandom", "cryptoki"] {
        assert!(!needed.contains(signs), "keywright-verify depends on {signs}");
    }
    let files = crate::support::files_below("src/verify");
    assert!(files.len() > 10, "{files:?}");
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let name = path.display();
        let text = fs::read_to_string(path).unwrap();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        // A public key file that holds a secret key is an error of its own.
        let code =
            code.replace("SecretKey,", "").replace("Self::SecretKey", "").replace("Error::SecretKey", "");
        for word in
            ["SecretKey", "SigningKey", "dyn Signer", "Signer,", "Signer as", "sign_bytes", "from_seed"]
        {
            assert!(!code.contains(word), "{name} names {word}");
        }
    }
    for path in crate::support::files_below("src") {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        for word in ["aes::", "hmac::", "Hmac<", "chacha", "pbes2::", "cipher::"] {
            assert!(!code.contains(word) || name == "src/sign/key_file.rs", "{name} names {word}");
        }
    }
}
