//! The license check in applications: embedded keys, newer lists, hostile input.

use jiff::civil::{Date, date};
use keywright::sign::{RevocationList, SecretKey, Signer as _};
use keywright::verify::application::{Application, HostIds, to_armour};
use keywright::verify::{
    Digest, Domain, KeyState, KeyText, Outcome, RevocationBody, TrustBody, TrustedKey, Usage, Verdict,
    message,
};
use proptest::prelude::*;

use crate::sign::{TODAY, VENDOR, key, signed, trusted};
use crate::sign_lists::BLOCK;
use crate::support::TestDir;

fn body(version: u64, keys: Vec<TrustedKey>) -> TrustBody {
    let (issued, expires) = (date(2026, 2, 10), date(2026, 12, 31));
    TrustBody { vendor: VENDOR.to_owned(), version, issued, expires, keys }
}

/// Returns the entry of a key with another state.
fn in_state(key: &SecretKey, state: KeyState) -> TrustedKey {
    let mut trusted = trusted(VENDOR, key);
    trusted.entry.state = state;
    trusted
}

fn application(keys: Vec<TrustedKey>) -> Application {
    Application::new(body(1, keys).to_text().as_bytes()).unwrap()
}

/// Returns a bundle signed with a key, also if no store would accept it.
fn bundle(body: &TrustBody, signer: &SecretKey) -> String {
    let (text, key) = (body.to_text(), signer.public_key().id());
    let message = message::message(Domain::Trust, key, &Digest::of(text.as_bytes()));
    let signature = signer.sign(&message).unwrap();
    format!("{}\nKEY {}\n\n{text}", Domain::Trust.text(), KeyText { key, signature }.encode())
}

fn verdict(application: &Application, text: &str) -> Verdict {
    let checked = application.check([text.as_bytes()], &HostIds::default(), TODAY).unwrap();
    checked.files[0].blocks[0].verdict
}

#[test]
fn embedded_keys_read_back_in_every_form() {
    let text = body(3, vec![trusted(VENDOR, &key(1)), in_state(&key(2), KeyState::Standby)]).to_text();
    let pem = to_armour(&text);
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for form in [text.clone(), pem.clone(), pem.replace('\n', "\r\n"), base64] {
        let application = Application::new(form.as_bytes()).unwrap();
        assert_eq!((application.vendor(), application.version()), (VENDOR, 3));
        assert_eq!(application.trust().keys().len(), 2);
    }
    assert_eq!(verdict(&Application::new(text.as_bytes()).unwrap(), &signed(BLOCK)), Verdict::Valid);
}

#[test]
fn changed_embedded_keys_are_rejected_or_have_another_content() {
    let lists = Some(vec![keywright::verify::ListMark { version: 4, digest: Digest::of(b"x") }]);
    let mut retired = in_state(&key(2), KeyState::Retired(date(2026, 2, 1)));
    retired.entry.lists = lists;
    let text = body(1, vec![trusted(VENDOR, &key(1)), retired]).to_text();
    assert_eq!(TrustBody::parse(&text).unwrap().to_text(), text);
    let mut rejected = 0;
    for at in 0..text.len() {
        for byte in [b' ', b'0', b'"', b'\n', b'~'] {
            let mut changed = text.clone().into_bytes();
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            match TrustBody::parse(&changed) {
                Ok(body) => assert_eq!(body.to_text(), changed),
                Err(_) => rejected += 1,
            }
        }
        // A text that ends after a complete entry is another list.
        if let Ok(body) = TrustBody::parse(&text[..at]) {
            assert!(text[..at].ends_with('\n') && body.to_text() == text[..at], "{at} bytes");
        }
    }
    assert!(rejected > text.len() * 3, "{rejected}");
    assert!(TrustBody::parse(&(text + "\n")).is_err());
}

proptest! {
    #![proptest_config(crate::support::property_cases(512, 64))]
    /// The reader of the fixed layout and the YAML reader agree on everything that keywright writes.
    #[test]
    fn published_lists_read_the_same_as_their_yaml(
        reasons in proptest::collection::vec("[^\\p{C}\u{2028}\u{2029}]{0,20}[a-z]", 0..6),
        version in 1_u64..1000,
    ) {
        let mut list = RevocationList::new(VENDOR, date(2026, 2, 10));
        list.version = version;
        list.revoked.expires = Some(date(2026, 12, 31));
        for (number, reason) in reasons.iter().enumerate() {
            list.revoked.digests.insert(Digest::of(&[number as u8]), reason.clone());
            list.revoked.sns.insert(format!("S-{number}"), reason.clone());
            list.revoked.key_ids.insert(key(number as u8).public_key().id(), reason.clone());
        }
        let text = list.body();
        let yaml = RevocationList::parse(&text, list.digest).unwrap();
        let RevocationBody { vendor, version, issued, revoked } = RevocationBody::parse(&text).unwrap();
        prop_assert_eq!(RevocationList { vendor, version, issued, revoked, digest: list.digest }, yaml);
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..400) {
        let text = body(1, vec![trusted(VENDOR, &key(1))]).to_text();
        let mut application = application(vec![trusted(VENDOR, &key(1))]);
        let mut keys = text.into_bytes();
        keys.splice(at.min(keys.len()).., bytes.iter().copied());
        let _ = Application::new(&keys);
        let _ = application.install_bundle(&bytes, TODAY);
        let _ = application.install_revocations(&bytes, TODAY);
        let mut license = signed(BLOCK).into_bytes();
        license.splice(at.min(license.len()).., bytes.iter().copied());
        let checked = application.check([license.as_slice(), &bytes], &HostIds::default(), TODAY).unwrap();
        prop_assert!(checked.outcome() > Outcome::Policy);
        let _ = checked.session(TODAY.at(9, 0, 0, 0));
    }
}

#[test]
fn newer_bundles_replace_the_keys() {
    let next = || body(2, vec![in_state(&key(1), KeyState::Active), trusted(VENDOR, &key(2))]);
    let by_two = signed(BLOCK);
    let install = |body: &TrustBody, signer: &SecretKey, today: Date| {
        let mut application = application(vec![trusted(VENDOR, &key(1))]);
        let result = application.install_bundle(bundle(body, signer).as_bytes(), today);
        (application.version(), result.map_err(|error| error.to_string()))
    };
    assert_eq!(install(&next(), &key(1), TODAY), (2, Ok(())));
    assert_eq!(verdict(&application(vec![trusted(VENDOR, &key(1))]), &by_two), Verdict::Valid);
    let change = |change: &dyn Fn(&mut TrustBody)| {
        let mut body = next();
        change(&mut body);
        body
    };
    let cases: &[(&str, TrustBody, u8, Date)] = &[
        ("which is not in the trust store", next(), 2, TODAY),
        ("it has version 1, but version 1 is installed", change(&|body| body.version = 1), 1, TODAY),
        ("which it does not list", change(&|body| drop(body.keys.remove(0))), 1, TODAY),
        ("which is in the future", change(&|body| body.issued = date(2026, 6, 1)), 1, TODAY),
        ("it expired on 2026-12-31", next(), 1, date(2027, 1, 1)),
        ("of vendor `Other`", change(&|body| body.keys.push(trusted("Other", &key(3)))), 1, TODAY),
        (
            "which was retired on 2026-02-01",
            change(&|body| body.keys[0].entry.state = KeyState::Retired(date(2026, 2, 1))),
            1,
            TODAY,
        ),
    ];
    for (reason, body, signer, today) in cases {
        let (version, result) = install(body, &key(*signer), *today);
        let error = result.expect_err(reason);
        assert!(error.contains(reason), "expected `{reason}`: {error}");
        assert_eq!(version, 1);
    }
    let mut other_vendor = next();
    other_vendor.vendor = "Other".to_owned();
    assert!(install(&other_vendor, &key(1), TODAY).1.is_err());
}

#[test]
fn development_keys_are_accepted_on_request_only() {
    let mut development = trusted(VENDOR, &key(1));
    development.entry.usage = Usage::Development;
    let application = application(vec![development]);
    assert_eq!(verdict(&application, &signed(BLOCK)), Verdict::UnknownKey);
    assert_eq!(verdict(&application.with_development_keys(), &signed(BLOCK)), Verdict::Valid);
}

#[test]
fn keys_embed_prints_keys_that_an_application_accepts() {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--no-passphrase", "--vendor", "ABC"]).expect_code(0);
    let forms = ["text", "rust", "base64", "pem"].map(|form| {
        let text = dir.run(&["keys", "embed", "--form", form]).expect_code(0).stdout;
        assert_eq!(Application::new(text.as_bytes()).unwrap().vendor(), "ABC", "{form}");
        text
    });
    assert_eq!(forms[0], forms[1]);
    let c = dir.run(&["keys", "embed", "--form", "c", "-o", "keys.h"]).expect_code(0);
    assert_eq!(c.stdout, "");
    let array = dir.read("keys.h");
    let bytes: Vec<u8> = array
        .split(['{', ',', '}'])
        .filter_map(|item| u8::from_str_radix(item.trim().strip_prefix("0x")?, 16).ok())
        .collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), forms[0]);
    dir.run(&["keys", "new", "--no-passphrase", "--vendor", "DEF", "--usage", "development"]).expect_code(0);
    let several = dir.run(&["keys", "embed"]).expect_code(2);
    assert!(several.stderr.contains("keys of several vendors: ABC, DEF"), "{}", several.stderr);
    let none = dir.run(&["keys", "embed", "--vendor", "DEF"]).expect_code(1);
    assert!(none.stderr.contains("no active production key"), "{}", none.stderr);
    dir.run(&["keys", "embed", "--vendor", "DEF", "--development"]).expect_code(0);
}
