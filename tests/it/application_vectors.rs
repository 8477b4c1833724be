//! The vectors of the license check in applications (`tests/vectors/application-1.json`). The bindings run the same ones.
//!
//! `KEYWRIGHT_UPDATE=1` writes the file. The verdicts of the cases that come from `license-1.json` are compared with that
//! file, which an independent program wrote.

use std::fs;

use jiff::civil::Date;
use keywright::license::License;
use keywright::resolve::{Role, Usable};
use keywright::sign::{RevocationList, SecretKey, sign_file};
use keywright::verify::application::{Application, CheckedFiles, Checkout, HostIds, Session};
use keywright::verify::{TrustBody, TrustedKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::application_cases::{Draft, drafts};
use crate::sign_vectors::{Case, Suite, revocations, trust};
use crate::support::root;

const FILE: &str = "tests/vectors/application-1.json";

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Vectors {
    /// What `keywright keys embed` prints.
    keys: String,
    cases: Vec<Vector>,
}

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Vector {
    title: String,
    files: Vec<String>,
    /// Signed revocation lists, installed on the day `at`.
    revocations: Vec<String>,
    /// Type and value of each host id.
    hosts: Vec<(String, String)>,
    at: String,
    /// Commands to a session.
    script: Vec<String>,
    /// The outcome, a line for each block, and a line for each command.
    answers: Vec<String>,
}

fn suite() -> Suite {
    serde_json::from_str(include_str!("../vectors/license-1.json")).unwrap()
}

/// Returns the secret key of an entry in the trust store of the vectors.
fn secret(name: &str) -> SecretKey {
    SecretKey::from_seed(&Sha256::digest(format!("keywright license vector {name}")).into())
}

/// Returns the embedded keys: all keys of the suite, of both vendors.
fn keys() -> TrustBody {
    let keys = trust(&suite().trust).keys().to_vec();
    let day = |text: &str| text.parse().unwrap();
    let (issued, expires) = (day("2026-01-01"), day("2030-12-31"));
    TrustBody { vendor: "ABC_Software".to_owned(), version: 1, issued, expires, keys }
}

fn trusted(secret: &SecretKey) -> TrustedKey {
    keys().keys.into_iter().find(|key| key.key == *secret.public_key()).unwrap()
}

/// Returns a case of `license-1.json`, with its revocations as signed lists.
fn from_license_case(case: &Case) -> Vector {
    let at: Date = case.at.parse().unwrap();
    let lists = revocations(&case.withdrawn).vendors.into_iter().map(|(vendor, revoked)| {
        let signer = secret(if vendor == "ABC_Software" { "active" } else { "other vendor" });
        let mut list = RevocationList::new(&vendor, "2026-02-01".parse().unwrap());
        (list.version, list.revoked) = (1, revoked);
        list.sign(&signer, &trusted(&signer)).unwrap()
    });
    Vector {
        title: case.title.clone(),
        files: vec![case.text.clone()],
        revocations: lists.collect(),
        at: at.to_string(),
        ..Vector::default()
    }
}

/// Returns a case with its blocks signed.
fn from_draft(draft: &Draft) -> Vector {
    let key = secret("active");
    let sign = |text: &&str| {
        let license = License::from_text("draft.lic", text);
        sign_file(&license, &key, &trusted(&key))
            .unwrap_or_else(|error| panic!("{}: {error}", draft.title))
            .text
    };
    let hosts = draft.hosts.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned()));
    Vector {
        title: draft.title.to_owned(),
        files: draft.files.iter().map(sign).collect(),
        hosts: hosts.collect(),
        at: draft.at.to_owned(),
        script: draft.script.lines().map(|line| line.trim().to_owned()).collect(),
        ..Vector::default()
    }
}

/// Returns the answers to a case.
fn answers(keys: &str, case: &Vector) -> Vec<String> {
    let at: Date = case.at.parse().unwrap();
    let mut application = Application::new(keys.as_bytes()).unwrap();
    let mut lines = Vec::new();
    for list in &case.revocations {
        let installed = application.install_revocations(list.as_bytes(), at);
        lines.push(format!("revocations {}", if installed.is_ok() { "installed" } else { "refused" }));
    }
    let hosts: HostIds = case.hosts.iter().map(|(kind, value)| (kind.as_str(), value.as_str())).collect();
    let checked = application.check(case.files.iter().map(String::as_bytes), &hosts, at).unwrap();
    lines.push(format!("outcome {}", checked.outcome().as_str()));
    for (number, file) in checked.files.iter().enumerate() {
        for block in &file.blocks {
            let (verdict, host) = (block.verdict.as_str(), block.host.as_str());
            let grants = if block.grants() { "grants" } else { "nothing" };
            let feature = block.feature.as_deref().unwrap_or("-");
            lines.push(format!("block {number} {} {feature} {verdict} {host} {grants}", block.line));
        }
    }
    let mut session = None;
    for command in &case.script {
        let answer = match command.strip_prefix("session ") {
            Some(time) => match checked.session(time.parse().unwrap()) {
                Ok(new) => {
                    session = Some(new);
                    "ok".to_owned()
                }
                Err(_) => "contradiction".to_owned(),
            },
            None if command.starts_with("role ") => {
                let session = session.as_ref().expect("the script starts a session");
                role(session, &checked, command)
            }
            None => answer(session.as_mut().expect("the script starts a session"), command),
        };
        lines.push(answer);
    }
    lines
}

/// Answers `role FILE BLOCK`.
fn role(session: &Session, checked: &CheckedFiles, command: &str) -> String {
    let numbers: Vec<usize> = command.split(' ').skip(1).map(|word| word.parse().unwrap()).collect();
    let block = &checked.files[numbers[0]].blocks[numbers[1]];
    format!("role {}", session.role(numbers[0], block).map_or("", Role::as_str))
}

fn answer(session: &mut Session, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    let done = |result: Result<(), _>| {
        result.map_or_else(
            |denial: keywright::verify::application::Denial| format!("denied {}", denial.as_str()),
            |()| "ok".to_owned(),
        )
    };
    match words.as_slice() {
        ["features"] => session.features().collect::<Vec<_>>().join(" "),
        ["available", feature] => match session.available(feature) {
            Usable::Exactly(number) => format!("exactly {number}"),
            Usable::AtLeast(number) => format!("at-least {number}"),
            Usable::Unlimited => "unlimited".to_owned(),
            Usable::Devices(number) => format!("devices {number}"),
            Usable::Undetermined => "undetermined".to_owned(),
        },
        ["checkout", feature, options @ ..] => {
            let mut request = Checkout::one(feature);
            for option in options {
                match option.split_once('=').unwrap() {
                    ("count", value) => request.count = value.parse().unwrap(),
                    ("version", value) => request.version = Some(value.parse().unwrap()),
                    ("user", value) => request.user = value,
                    ("host", value) => request.host = value,
                    ("custom", value) => request.custom = value,
                    other => panic!("{other:?}"),
                }
            }
            match session.checkout(&request) {
                Ok(number) => format!("checkout {number}"),
                Err(denial) => format!("denied {}", denial.as_str()),
            }
        }
        ["checkin", number] => done(session.checkin(number.parse().unwrap())),
        ["consume", feature, tokens] => done(session.consume(feature, tokens.parse().unwrap())),
        ["advance", time] => done(session.advance(time.parse().unwrap())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn vectors_give_the_listed_answers() {
    let keys = keys().to_text();
    let suite = suite();
    let licenses = suite.cases.iter().map(from_license_case);
    let mut cases: Vec<Vector> = licenses.chain(drafts().iter().map(from_draft)).collect();
    for case in &mut cases {
        case.answers = answers(&keys, case);
    }
    for (case, vector) in suite.cases.iter().zip(&cases) {
        let lines = || vector.answers.iter().map(|line| line.split(' ').collect::<Vec<_>>());
        let verdicts: Vec<&str> = lines().filter(|words| words[0] == "block").map(|words| words[4]).collect();
        assert_eq!(verdicts, case.verdicts, "{}", case.title);
        assert!(
            lines().any(|words| words == ["outcome", &case.file]),
            "{}: {:?}",
            case.title,
            vector.answers
        );
        assert!(!vector.answers.iter().any(|line| line == "revocations refused"), "{}", case.title);
    }
    let text = serde_json::to_string_pretty(&Vectors { keys, cases }).unwrap() + "\n";
    let path = root().join(FILE);
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept: Vectors = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let now: Vectors = serde_json::from_str(&text).unwrap();
    for (kept, now) in kept.cases.iter().zip(&now.cases) {
        assert_eq!(kept, now);
    }
    assert_eq!(kept, now);
}
