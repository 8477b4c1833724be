//! Files as customers send them to support: mail damage, several files, directories, clocks, tickets.

use std::fs;

use serde_json::Value;

use crate::schema;
use crate::sign::PLAIN;
use crate::sign_cli::{KEY, signed_dir, test_dir, verify};
use crate::support::TestDir;

/// Returns a signed block and its KEY.
fn one() -> (String, String) {
    let text = crate::sign::signed("FEATURE MyDraw\n{\n  VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5\n}\n");
    let at = text.find("KEY=").unwrap() + 4;
    (text.clone(), text[at..at + 100].to_owned())
}

/// Returns the output of `fold -w WIDTH` for a text.
fn folded(text: &str, width: usize) -> String {
    let fold = |line: &str| {
        let pieces: Vec<&str> =
            line.as_bytes().chunks(width).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
        pieces.join("\n")
    };
    text.lines().map(fold).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn verify_reports_mail_damage() {
    let (good, key) = one();
    let quoted: String = good.lines().map(|line| format!("> {line}\n")).collect();
    let wrapped = "the KEY is wrapped over several lines";
    for (name, text, words) in [
        ("fold -w 76", folded(&good, 76), wrapped),
        ("fold -w 72, CRLF", folded(&good, 72).replace('\n', "\r\n"), wrapped),
        ("three lines", folded(&good, 45), wrapped),
        ("soft breaks", good.replace(&key, &format!("{}=\n{}", &key[..70], &key[70..])), wrapped),
        ("in one line", " ".to_owned() + &folded(&good.replace('\n', " "), 120), wrapped),
        ("quoted", quoted.clone(), "the license was quoted in an email: every line begins with `>`"),
        ("quoted twice", quoted.lines().map(|l| format!("> {l}\n")).collect(), "every line begins with `>`"),
        (
            "quoted with words around",
            format!("Hello,\n\n{quoted}\n-- \nBest regards\n"),
            "every line begins with `>`",
        ),
        ("quoted in one line", format!("> {}\n", good.replace('\n', " ")), "every line begins with `>`"),
        ("source of a mail", good.replace('=', "=3D"), "every `=` is written as `=3D`"),
        (
            "source of a mail, broken",
            good.replace('=', "=3D").replace(&key, &format!("{}=\n{}", &key[..60], &key[60..])),
            "every `=` is written as `=3D`",
        ),
    ] {
        let dir = test_dir();
        dir.write("m.lic", &text);
        let printed = verify(&dir, &["m.lic"]).expect_code(3);
        assert!(printed.stdout.contains(words), "{name}: {}", printed.stdout);
        assert!(!printed.stdout.contains("not a directive"), "{name}: {}", printed.stdout);
        // The advice says how to repair the file, not where to ask.
        let advice = if words == wrapped { "join the lines, or put the whole KEY in quotes" } else { "" };
        assert!(printed.stdout.contains(advice), "{name}: {}", printed.stdout);
        let lint = dir.run(&["lint", "--format", "concise", "m.lic"]);
        assert!(lint.stdout.contains("S018") && lint.stdout.contains(words), "{name}: {}", lint.stdout);
        assert!(!lint.stdout.contains("S006"), "{name}: {}", lint.stdout);
    }
    // A quoted KEY may be wrapped. A stray word after a short KEY is stray text.
    let dir = test_dir();
    dir.write("q.lic", folded(&good.replace(&key, &format!("\"{key}\"")), 76));
    assert!(!dir.run(&["lint", "--format", "concise", "q.lic"]).stdout.contains("S018"));
    dir.write("s.lic", "FEATURE a { VENDOR=V COUNT=1 KEY=AQEA\nNOTE }\n");
    let stray = dir.run(&["lint", "--format", "concise", "s.lic"]).stdout;
    assert!(stray.contains("S006") && !stray.contains("S018"), "{stray}");
}

#[test]
fn hidden_character_is_reported_before_its_consequences() {
    let good = crate::sign::signed(PLAIN);
    for (from, to) in [
        ("VENDOR=ABC_Software KEYTYPE=TOKEN", "VENDOR=\"ABC\u{200b}_Software\" KEYTYPE=TOKEN"),
        ("LICENSEE=\"Bäckerei", "LICENSEE=\"Bäcke\u{200b}rei"),
        ("KEYTYPE=TOKEN", "KEYTYPE=\"TO\u{202e}KEN\""),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good);
        let dir = test_dir();
        dir.write("h.lic", &text);
        let printed = verify(&dir, &["h.lic"]).expect_code(3).stdout;
        assert!(printed.contains("U+200B") || printed.contains("U+202E"), "{printed}");
    }
}

#[test]
fn results_of_several_files_are_in_order() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("b.lic", good.replace("COUNT=5", "COUNT=6"));
    dir.write("c.lic", crate::sign::signed("FEATURE Own { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=7 }\n"));
    dir.run(&["sign", "c.lic", "--key", KEY, "--in-place"]).expect_code(0);
    let run = verify(&dir, &["a.lic", "missing.lic", "b.lic", "c.lic"]).expect_code(6);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let place_of = |text: &str| {
        lines.iter().position(|line| line.starts_with("license  ") && line.contains(text)).unwrap()
    };
    let results: Vec<&&str> = lines.iter().filter(|line| line.starts_with("  result: ")).collect();
    assert_eq!(
        results,
        [
            &"  result: VALID (2 of 2 blocks valid)",
            &"  result: INVALID (1 of 2 blocks valid)",
            &"  result: VALID (1 of 1 block valid)"
        ]
    );
    assert!(place_of("  a.lic  ") < place_of("  missing.lic  not read"));
    assert!(place_of("  missing.lic  ") < place_of("  b.lic  "));
    let json = verify(&dir, &["--format", "json", "a.lic", "missing.lic", "b.lic", "c.lic"]);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(schema::faults("verify", &report), [""; 0]);
    let names: Vec<&Value> = report["files"].as_array().unwrap().iter().map(|file| &file["file"]).collect();
    assert_eq!(names, ["a.lic", "missing.lic", "b.lic", "c.lic"]);
    // Nothing is added up over files that are not one set.
    assert_eq!(report["sums"], Value::Array(Vec::new()));
    let alone = verify(&dir, &["a.lic"]).stdout;
    assert!(!alone.contains("  result: ") && !alone.contains("total of all"), "{alone}");
}

#[test]
fn valid_signature_is_never_called_unverified() {
    let dir = signed_dir();
    for (day, words, code) in [
        ("2026-01-13", "grants when valid: EXCLUSIVE 1.10 COUNT=20", 4),
        ("2028-01-01", "granted until 2027-12-31: EXCLUSIVE 1.10 COUNT=20", 4),
    ] {
        let args = ["verify", "--development", "--at", day, "a.lic"];
        let printed = dir.run(&args).expect_code(code).stdout;
        assert!(printed.contains(words) && !printed.contains("claims"), "{printed}");
        let json = dir.run(&[&args[..], &["--format", "json"]].concat()).stdout;
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(schema::faults("verify", &report), [""; 0]);
        let block = &report["files"][0]["blocks"][0];
        assert_eq!((&block["grants"]["count"], &block["claims"]), (&Value::from("20"), &Value::Null));
    }
}

#[test]
fn verify_reports_key_of_block_in_other_file() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    let at = good.rfind("FEATURE ").unwrap();
    dir.write("one.lic", &good[..at]).write("two.lic", &good[at..]);
    let key = |text: &str| {
        let from = text.find("KEY=").unwrap() + 4;
        text[from..from + 100].to_owned()
    };
    dir.write("wrong.lic", good[at..].replace(&key(&good[at..]), &key(&good[..at])));
    let printed = verify(&dir, &["wrong.lic", "one.lic"]).expect_code(1).stdout;
    assert!(
        printed.contains("the KEY belongs to the block `MySolutions` in line 2 of `one.lic`"),
        "{printed}"
    );
    let alone = verify(&dir, &["wrong.lic"]).expect_code(1).stdout;
    assert!(!alone.contains("belongs to"), "{alone}");
    // The search for the owner of a KEY ends for any number of forged blocks.
    let forged: String = (0..3000).map(|n| good[at..].replace("MyDraw", &format!("F{n}"))).collect();
    dir.write("many.lic", forged);
    verify(&dir, &["many.lic"]).expect_code(1);
}

#[cfg(unix)]
#[test]
fn verify_searches_directories_and_reports_skipped_entries() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("in/A.LIC", &good)
        .write("in/.hidden/b.Lic", &good)
        .write("in/.gitignore", "*.lic\n*.LIC\n")
        .write("in/.ignore", "*\n")
        .write("in/c.lic", &good);
    std::os::unix::fs::symlink(dir.path("a.lic"), dir.path("in/link.lic")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(dir.path("in/pipe.lic")).status().unwrap().success());
    let run = verify(&dir, &["in"]).expect_code(0);
    assert_eq!(run.stdout.matches("  VALID  ").count(), 3, "{}", run.stdout);
    assert!(run.stderr.contains("`in/link.lic` is a symbolic link and was not read"), "{}", run.stderr);
    assert!(run.stderr.contains("`in/pipe.lic` is not a regular file and was not read"), "{}", run.stderr);
}

/// What is skipped in a directory is a warning also with `-q`, and is counted in both reports.
#[cfg(unix)]
#[test]
fn verify_reports_skipped_entries_with_quiet() {
    use std::os::unix::fs::symlink;
    let dir = signed_dir();
    dir.copy_own("a.lic", "b.lic");
    fs::create_dir(dir.path("in")).unwrap();
    fs::rename(dir.path("b.lic"), dir.path("in/b.lic")).unwrap();
    let run = verify(&dir, &["-q", "in"]).expect_code(0);
    assert!(run.stderr.is_empty() && !run.stdout.contains("skipped"), "{}", run.shown());
    symlink(dir.path("a.lic"), dir.path("in/link.lic")).unwrap();
    let run = verify(&dir, &["-q", "in"]).expect_code(0);
    assert!(run.stdout.is_empty() && run.stderr.contains("in/link.lic"), "{}", run.shown());
    let loud = verify(&dir, &["in"]).expect_code(0);
    assert!(
        loud.stdout.ends_with("RESULT: VALID (2 of 2 blocks valid, 1 entry skipped)  exit 0\n"),
        "{}",
        loud.stdout
    );
    assert!(std::process::Command::new("mkfifo").arg(dir.path("in/pipe.lic")).status().unwrap().success());
    symlink(dir.path("keys"), dir.path("in/more")).unwrap();
    let run = verify(&dir, &["-q", "in"]).expect_code(0);
    let expected = "warning: `in/link.lic` is a symbolic link and was not read\n\
                    warning: `in/more` is a link to a directory and was not read\n\
                    warning: `in/pipe.lic` is not a regular file and was not read\n";
    assert_eq!(run.stderr, expected);
    let loud = verify(&dir, &["in"]).expect_code(0);
    assert!(loud.stdout.contains("blocks valid, 3 entries skipped)"), "{}", loud.stdout);
    let json = verify(&dir, &["-q", "--format", "json", "in"]).expect_code(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["skipped"], 3);
}

/// `lint` and `test` read links to files, and report what they cannot read.
#[cfg(unix)]
#[test]
fn lint_and_test_report_unreadable_entries_with_quiet() {
    let dir = signed_dir();
    fs::create_dir(dir.path("in")).unwrap();
    for name in ["pipe.lic", "pipe.scenarios.yaml"] {
        assert!(
            std::process::Command::new("mkfifo")
                .arg(dir.path(&format!("in/{name}")))
                .status()
                .unwrap()
                .success()
        );
    }
    std::os::unix::fs::symlink(dir.path("missing"), dir.path("in/link.lic")).unwrap();
    let run = dir.run(&["-q", "lint", "in"]).expect_code(6);
    assert!(run.stderr.contains("`in/pipe.lic` is not a regular file"), "{}", run.stderr);
    assert!(run.stderr.contains("cannot read `in/link.lic`: no such file"), "{}", run.stderr);
    let run = dir.run(&["-q", "test", "in"]).expect_code(6);
    assert!(run.stderr.contains("`in/pipe.scenarios.yaml` is not a regular file"), "{}", run.stderr);
}

#[test]
fn log_ticket_contains_no_customer_data_and_ends_with_result() {
    let dir = TestDir::new();
    dir.copy("tests/issue/catalog.yaml", "catalog.yaml").copy("tests/issue/order.yaml", "order.yaml");
    let order = dir.read("order.yaml");
    let customer = order.lines().find_map(|line| line.strip_prefix("customer: ")).unwrap().trim_matches('"');
    dir.write("order.yaml", order.replace(customer, "CANARY GmbH"));
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(0);
    let issue = ["issue", "--catalog", "catalog.yaml", "--order", "order.yaml", "--log", "log"];
    dir.run(&[&issue[..], &["--key", "ABC_Software.key.pem", "--out", "out"]].concat()).expect_code(0);
    let name = dir.run(&["log", "--log", "log", "list"]).stdout;
    let sn = name.split_whitespace().nth(2).unwrap().to_owned();
    let good = dir.read(&format!("out/{sn}.lic"));
    dir.write("good.lic", &good);
    assert!(good.contains("CANARY"));
    dir.write("x.lic", good.replace("CANARY GmbH", "CANARY AG"));
    dir.write("ghost.lic", "FEATURE Ghost { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }\n");
    dir.run(&["sign", "ghost.lic", "--key", "ABC_Software.key.pem", "--in-place"]).expect_code(0);
    for (file, code, result, state) in [
        ("good.lic", 0, "VALID", "issued"),
        ("x.lic", 1, "INVALID", "changed"),
        ("ghost.lic", 1, "NOT-ISSUED", "not-issued"),
    ] {
        let run = dir.run(&["verify", "--log", "log", file]).expect_code(code);
        let last = run.stdout.lines().last().unwrap();
        assert!(last.starts_with(&format!("RESULT: {result} (")), "{last}");
        assert!(last.ends_with(&format!("exit {code}")), "{last}");
        for form in ["human", "json"] {
            let run =
                dir.run(&["verify", "--log", "log", "--redact", "--format", form, file]).expect_code(code);
            assert!(!run.stdout.contains("CANARY") && !run.stdout.contains(&sn), "{}", run.stdout);
        }
        let json = dir.run(&["verify", "--log", "log", "--format", "json", file]).expect_code(code);
        let report: Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(schema::faults("verify", &report), [""; 0]);
        assert_eq!((&report["result"], &report["exit_code"]), (&Value::from(result), &Value::from(code)));
        let blocks = report["files"][0]["blocks"].as_array().unwrap();
        assert!(blocks.iter().any(|block| block["log"]["state"] == state), "{report}");
    }
}

#[test]
fn redaction_keeps_signature_damage_visible() {
    let dir = test_dir();
    dir.write("a.lic", PLAIN.replace("VENDOR=ABC_Software", "VENDOR=ABC_Software SN=CANARY-1"));
    dir.run(&["sign", "a.lic", "--key", KEY, "--in-place", "--allow", "X003,X004"]).expect_code(0);
    dir.run(&["revoke", "--sn", "CANARY-1", "--reason", "CANARY did not pay", "--key", KEY]).expect_code(0);
    let printed = verify(&dir, &["a.lic", "--redact"]).expect_code(1).stdout;
    assert!(printed.contains("revoked with all blocks of its SN: SN [redacted]"), "{printed}");
    assert!(!printed.contains("CANARY"), "{printed}");
}

#[test]
fn public_key_can_be_pasted_from_mail() {
    let key = crate::sign::key(1);
    let line = key.public_key().to_line("ABC_Software");
    for (number, text) in [
        format!("{line}\n"),
        format!("Hello,\nour key is {line}\nBest regards\n"),
        format!("{}\n{}\n", &line[..50], &line[50..]),
        format!("> {}\n> {}\n> Best regards\n", &line[..50], &line[50..]),
        format!("{}=\r\n{}=3D\r\nbye\r\n", &line[..50], &line[50..line.len() - 1]),
    ]
    .into_iter()
    .enumerate()
    {
        let dir = TestDir::new();
        dir.write("mail.txt", &text);
        dir.run(&["keys", "import", "mail.txt"]).expect_code(0);
        let list = dir.run(&["keys", "list"]).expect_code(0).stdout;
        assert!(list.starts_with(&key.public_key().id().to_string()), "{number}: {list}");
    }
    let dir = TestDir::new();
    dir.write("cut.txt", &line[..line.len() - 9]);
    dir.run(&["keys", "import", "cut.txt"]).expect_code(2);
    assert!(!dir.path("keys").exists());
}
