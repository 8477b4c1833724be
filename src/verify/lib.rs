//! Verification of signed license files, for applications that embed it.
//!
//! Each block is signed separately. Its payload ([`Payload`]) is hashed into a small message ([`message`]), the message
//! is signed with Ed25519, and header and signature are written as KEY ([`KeyText`]). Verification requires a [`Trust`]
//! store, never uses a key that came with the license, and returns [`Verified`] features.
//!
//! Independent of files, threads and the clock. Contains nothing that signs.
//!
//! # Example
//!
//! The application contains the public key of its vendor. It reads the license file, and gets the valid blocks:
//!
//! ```
//! use jiff::civil::date;
//! use keywright_license::License;
//! use keywright_verify::{
//!     KeyState, Mode, Outcome, PublicKey, Revocations, Trust, TrustEntry, TrustedKey, Usage, Verifier,
//! };
//!
//! // The line that `keywright keys export KEY --form line` prints.
//! const KEY: &str = "keywright-pub:ABC_Software:4db087d7e4ead0f4:KTabcSCjMEHuNj5JHevIY6fhVoBMTfZIO9hmK62UOpc=";
//! let text = "\
//! FEATURE MySolutions
//! {
//!   VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.10 COUNT=20 SN=S-1 ISSUED=2026-02-01
//!   KEY=AQEATbCH1+Tq0PSBflhSyjdcPK2aBq3lT0HVSgVOQEb4x+W7lWCzAGFK65g9PeQIvxbDJYwgHgLEyyxQc8Kk3jShuaAV6PkXpHkE
//! }
//! ";
//!
//! let (vendor, key) = PublicKey::from_line(KEY)?;
//! let entry = TrustEntry {
//!     vendor: vendor.to_owned(),
//!     id: key.id(),
//!     file: String::new(),
//!     usage: Usage::Production,
//!     not_before: date(2026, 1, 1),
//!     not_after: date(2030, 12, 31),
//!     state: KeyState::Active,
//!     lists: None,
//!     line: 1,
//! };
//! let trust = Trust::from_key(TrustedKey { entry, key });
//!
//! let license = License::from_text("my.lic", text);
//! let revocations = Revocations::default();
//! let today = date(2026, 3, 15);
//! let report = Verifier::new(&trust, &revocations, today, Mode::Production).file(&license);
//! assert_eq!(report.outcome(), Outcome::Valid);
//! for feature in report.verified() {
//!     let feature = license.view(feature.get());
//!     assert_eq!(feature.name().as_str(), "MySolutions");
//!     assert_eq!(feature.count().map(|count| count.to_string()).as_deref(), Some("20"));
//! }
//!
//! // A changed block is not valid.
//! let changed = License::from_text("my.lic", &text.replace("COUNT=20", "COUNT=21"));
//! let report = Verifier::new(&trust, &revocations, today, Mode::Production).file(&changed);
//! assert_eq!(report.verified().count(), 0);
//! assert_eq!(report.blocks[0].verdict.as_str(), "INVALID");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A license with many blocks is verified on several threads if the application provides them: see [`Jobs`].

#![forbid(unsafe_code)]

pub mod application;
mod cross_checks;
mod hex;
mod hidden_text;
mod key_state;
mod key_text;
mod key_validity;
pub mod message;
mod mixed_set;
pub mod payload;
mod public_key;
mod published;
mod reason;
mod repaired;
mod revocation;
mod signed_list;
mod trust;
mod trust_entry;
mod verdict;
mod verify;

/// Dates in public signatures are of this version of jiff.
pub use jiff;
pub use key_state::{KeyState, Mode, Usage};
pub use key_text::{KEY_BYTES, KEY_CHARS, KeyFault, KeyText};
pub use key_validity::{InvalidKeyUse, SignedObject, outside_key_validity};
pub use keywright_syntax::jobs::{self, InOrder, Jobs};
pub use message::{Digest, Domain, KeyId, ParseDigestError, ParseKeyIdError};
pub use payload::Payload;
pub use public_key::{PublicKey, PublicKeyError};
pub use published::{
    MAX_REASON, RevocationBody, TrustBody, choose, could_sign, is_reason, is_to_come, may_publish, quoted,
    write_state,
};
pub use reason::{Fact, Part, Reason};
pub use revocation::{Revocations, Revoked};
pub use signed_list::{MAX_SIGNATURES, SignedList, SignedListError};
pub use trust::{Trust, TrustedKey};
pub use trust_entry::{ListMark, TrustEntry, TrustError};
pub use verdict::{
    BlockReport, Claimed, Duplicate, FileReport, HiddenLine, HiddenText, Outcome, Policy, PolicyFault,
    Repaired, Verdict, VerdictCause,
};
pub use verify::{Verified, Verifier};
