//! Interoperability with OpenSSL: it reads our keys, we read its keys, and it verifies our signatures.
//!
//! Without `openssl` these tests print a note and check nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use keywright::license::License;
use keywright::sign::{Kdf, Label, Protection, parse_secret_key, write_secret_key};
use keywright::verify::{Domain, KeyText, Payload, PublicKey, message};

use crate::sign::{PLAIN, key, signed};

fn openssl(directory: &Path, arguments: &str) -> Option<Output> {
    if !crate::support::has_tools(&["openssl"], "interoperability") {
        return None;
    }
    Some(Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output().unwrap())
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn openssl_reads_keys() {
    let directory = tempfile::tempdir().unwrap();
    let key = key(1);
    fs::write(directory.path().join("pub.pem"), key.public_key().to_pem()).unwrap();
    for protection in [
        Protection::Plain,
        Protection::Passphrase(b"test", Kdf::Scrypt),
        Protection::Passphrase(b"test", Kdf::Pbkdf2),
    ] {
        let label = Label { vendor: Some("ABC_Software".to_owned()), ..Label::default() };
        let text_of_key = write_secret_key(&key, &label, protection).unwrap();
        fs::write(directory.path().join("key.pem"), &*text_of_key).unwrap();
        let Some(output) = openssl(directory.path(), "pkey -in key.pem -passin pass:test -pubout") else {
            return;
        };
        assert_eq!(text(&output), key.public_key().to_pem());
    }
    let output = openssl(directory.path(), "pkey -pubin -in pub.pem -pubout").unwrap();
    assert_eq!(text(&output), key.public_key().to_pem());
}

#[test]
fn openssl_keys_are_read() {
    let directory = tempfile::tempdir().unwrap();
    for options in [
        "pkcs8 -topk8 -in key.pem -out other.pem -nocrypt",
        "pkcs8 -topk8 -in key.pem -out other.pem -passout pass:test",
        "pkcs8 -topk8 -in key.pem -out other.pem -passout pass:test -v2 aes-128-cbc -v2prf hmacWithSHA512",
        "pkcs8 -topk8 -in key.pem -out other.pem -passout pass:test -iter 600000",
        "pkcs8 -topk8 -in key.pem -out other.pem -passout pass:test -scrypt",
        "pkey -in key.pem -out other.pem -aes256 -passout pass:test",
    ] {
        let Some(made) = openssl(directory.path(), "genpkey -algorithm ed25519 -out key.pem") else { return };
        text(&made);
        text(&openssl(directory.path(), options).unwrap());
        let public = text(&openssl(directory.path(), "pkey -in key.pem -pubout").unwrap());
        let file = fs::read_to_string(directory.path().join("other.pem")).unwrap();
        let (read, _) =
            parse_secret_key(&file, Some(b"test")).unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(read.public_key().to_pem(), public, "{options}");
        assert_eq!(PublicKey::from_pem(&public), Ok(*read.public_key()));
    }
}

#[test]
fn openssl_verifies_signatures() {
    let directory = tempfile::tempdir().unwrap();
    let license = License::from_text("test.lic", &signed(PLAIN));
    fs::write(directory.path().join("pub.pem"), key(1).public_key().to_pem()).unwrap();
    for feature in &license.features {
        let parts = KeyText::parse(&license.value(feature, "KEY").unwrap()).unwrap();
        let digest = Payload::from_block(&license, feature).digest();
        fs::write(directory.path().join("message"), message::message(Domain::Feature, parts.key, &digest))
            .unwrap();
        fs::write(directory.path().join("signature"), parts.signature).unwrap();
        let command = "pkeyutl -verify -pubin -inkey pub.pem -rawin -in message -sigfile signature";
        let Some(output) = openssl(directory.path(), command) else { return };
        assert!(text(&output).contains("Signature Verified Successfully"));
        let mut wrong = parts.signature;
        wrong[0] ^= 1;
        fs::write(directory.path().join("signature"), wrong).unwrap();
        assert!(!openssl(directory.path(), command).unwrap().status.success());
    }
}

/// The steps of docs/signing.md, for blocks in any layout.
#[test]
fn documented_openssl_check_works() {
    let place = crate::sign_cli::signed_dir();
    let lines = place.read("a.lic");
    place.write("one.lic", lines.lines().skip(1).collect::<Vec<_>>().join(" "));
    let document = fs::read_to_string(crate::support::root().join("docs/signing.md")).unwrap();
    let (_, steps) = document.split_once("```sh\n").unwrap();
    let steps = steps.split("```").next().unwrap();
    for file in ["a.lic", "one.lic"] {
        for step in steps.lines() {
            let words = step.split('#').next().unwrap().replace("license.lic", file);
            if let Some(rest) = words.strip_prefix("keywright ") {
                let (args, out) = rest.split_once(" > ").unwrap();
                let args: Vec<&str> = args.split_whitespace().collect();
                let made = place.command().args(args).output().unwrap();
                assert!(made.status.success(), "{step}");
                fs::write(place.path(out.trim()), made.stdout).unwrap();
            } else {
                let public =
                    fs::read_dir(place.path("keys")).unwrap().map(|entry| entry.unwrap().file_name());
                let public =
                    public.map(|name| name.into_string().unwrap()).find(|name| name.ends_with(".pub.pem"));
                let words = words.replace("VENDOR-ID.pub.pem", &public.unwrap());
                let arguments = words.trim().strip_prefix("openssl ").unwrap().to_owned();
                let Some(output) = openssl(&place.path(""), &arguments) else { return };
                assert!(text(&output).contains("Signature Verified Successfully"));
            }
        }
        assert_eq!(fs::metadata(place.path("signature")).unwrap().len(), 64);
    }
}
