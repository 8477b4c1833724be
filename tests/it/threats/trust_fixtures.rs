//! Keys, bundles and lists for the tests of the trust store.

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::sign::{
    InstallFault, Installed, Judged, LastSeen, ListId, RevocationList, SecretKey, Seen, TrustBundle,
    install_bundle, judge_lists,
};
use keywright::verify::{
    Digest, FileReport, KeyState, ListMark, Mode, Outcome, Revocations, Trust, TrustedKey, Usage, Verifier,
};

use crate::sign::{TODAY, VENDOR, key, signed, trusted};

pub(crate) const OTHER: &str = "Other";

pub(crate) const PRODUCTION: Usage = Usage::Production;

pub(crate) const DEVELOPMENT: Usage = Usage::Development;

pub(crate) const ISSUED: Date = date(2026, 2, 10);

pub(crate) fn with(mut key: TrustedKey, state: KeyState) -> TrustedKey {
    key.entry.state = state;
    key
}

pub(crate) fn development(mut key: TrustedKey) -> TrustedKey {
    key.entry.usage = DEVELOPMENT;
    key
}

pub(crate) fn recording(mut key: TrustedKey, lists: &[(u64, Digest)]) -> TrustedKey {
    key.entry.lists =
        Some(lists.iter().map(|(version, digest)| ListMark { version: *version, digest: *digest }).collect());
    key
}

/// A bundle as its publisher signs it, whatever it says of the signer's entry.
pub(crate) fn bundle(vendor: &str, version: u64, keys: &[TrustedKey], signer: &SecretKey) -> Vec<u8> {
    let bundle = TrustBundle {
        vendor: vendor.to_owned(),
        version,
        issued: ISSUED,
        expires: date(2027, 2, 10),
        keys: keys.to_vec(),
        digest: Digest::of(b""),
    };
    list_file("keywright/trust/1", keywright::verify::Domain::Trust, &bundle.body(), signer)
}

/// A revocation list as a holder of a key signs it, without the checks of `revoke`.
pub(crate) fn list(vendor: &str, version: u64, sns: &[&str], signer: &SecretKey) -> Vec<u8> {
    let mut list = RevocationList::new(vendor, ISSUED);
    list.version = version;
    list.revoked.expires = Some(date(2027, 2, 10));
    for sn in sns {
        list.revoked.sns.insert((*sn).to_owned(), "refunded".to_owned());
    }
    list_file("keywright/revocation/1", keywright::verify::Domain::Revocation, &list.body(), signer)
}

pub(crate) fn list_file(
    head: &str,
    domain: keywright::verify::Domain,
    body: &str,
    signer: &SecretKey,
) -> Vec<u8> {
    let id = signer.public_key().id();
    let message = keywright::verify::message::message(domain, id, &Digest::of(body.as_bytes()));
    let signature = keywright::sign::Signer::sign(signer, &message).unwrap();
    let text = keywright::verify::KeyText { key: id, signature }.encode();
    format!("{head}\nKEY {text}\n\n{body}").into_bytes()
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    let text = std::str::from_utf8(bytes).unwrap();
    Digest::of(text.split_once("\n\n").unwrap().1.as_bytes())
}

pub(crate) fn store(keys: &[TrustedKey]) -> Trust {
    let bundle = bundle_of(keys);
    bundle.trust().unwrap()
}

pub(crate) fn bundle_of(keys: &[TrustedKey]) -> TrustBundle {
    let vendor = keys[0].entry.vendor.clone();
    let digest = Digest::of(b"installed");
    TrustBundle {
        vendor,
        version: 5,
        issued: ISSUED,
        expires: date(2027, 2, 10),
        keys: keys.to_vec(),
        digest,
    }
}

/// Offers a bundle to a store with an installed one of version 5.
pub(crate) fn offer(bytes: &[u8], installed: &[TrustedKey]) -> Result<TrustBundle, InstallFault> {
    let installed = bundle_of(installed);
    let usage = installed.keys[0].entry.usage;
    let mut seen = LastSeen::default();
    seen.note(ListId::trust(&installed.vendor, usage), Seen::new(5, installed.digest));
    let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
    install_bundle(bytes, None, store, TODAY).map(|(bundle, _)| bundle)
}

#[track_caller]
pub(crate) fn refused(result: Result<TrustBundle, InstallFault>, words: &str) {
    let error = match result {
        Err(
            InstallFault::Refused(error)
            | InstallFault::NotCurrent(error)
            | InstallFault::Equivocation(error, _),
        ) => error,
        Ok(bundle) => panic!("installed: {bundle:?}"),
    };
    assert!(error.message.contains(words), "{error}");
}

pub(crate) fn judge(lists: &[&[u8]], keys: &[TrustedKey], mode: Mode, seen: &LastSeen) -> Judged {
    judge_lists(lists, &store(keys), mode, seen, TODAY)
}

/// The outcome for a block of `VENDOR` with an SN that key 1 signed.
pub(crate) fn outcome(
    sn: &str,
    keys: &[TrustedKey],
    revocations: &Revocations,
    mode: Mode,
) -> (Outcome, String) {
    let text =
        format!("FEATURE A {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 SN={sn} ISSUED=2026-02-01 }}");
    let license = License::from_text("a.lic", &signed(&text));
    let trust = store(keys);
    let report: FileReport<'_> = Verifier::new(&trust, revocations, TODAY, mode).file(&license);
    let reasons = report.policy.iter().map(|fault| fault.reason.to_string()).collect::<Vec<_>>().join("; ");
    (report.outcome(), reasons)
}

pub(crate) fn one() -> TrustedKey {
    trusted(VENDOR, &key(1))
}

pub(crate) fn two() -> TrustedKey {
    trusted(VENDOR, &key(2))
}
