//! Verification of signed license files, for applications that embed it.
//!
//! Each block is signed separately. Its payload ([`Payload`]) is hashed into a small message ([`message`]), the message
//! is signed with Ed25519, and header and signature are written as KEY ([`KeyText`]). Verification requires a [`Trust`]
//! store, never uses a key that came with the license, and returns [`Verified`] features.
//!
//! Independent of files, threads and the clock. Contains nothing that signs.

#![forbid(unsafe_code)]

mod cross_checks;
mod hex;
mod hidden_text;
pub mod jobs;
mod key_text;
pub mod message;
pub mod payload;
mod public_key;
mod reason;
mod revocation;
mod signed_list;
mod trust;
mod trust_entry;
mod verdict;
mod verify;

/// Dates in signatures of this crate are of this version of jiff.
pub use jiff;
pub use jobs::{InOrder, Jobs};
pub use key_text::{KEY_BYTES, KEY_CHARS, KeyFault, KeyText};
pub use message::{Digest, Domain, KeyId, ParseDigestError, ParseKeyIdError};
pub use payload::Payload;
pub use public_key::{PublicKey, PublicKeyError};
pub use reason::{Fact, Part, Reason};
pub use revocation::{Revocations, Revoked};
pub use signed_list::{MAX_SIGNATURES, SignedList, SignedListError};
pub use trust::{KeyState, Mode, Trust, TrustedKey, Usage};
pub use trust_entry::{ListMark, TrustEntry, TrustError};
pub use verdict::{
    BlockReport, Claimed, Duplicate, FileReport, Ground, HiddenLine, HiddenText, Outcome, Policy,
    PolicyFault, Verdict,
};
pub use verify::{Verified, Verifier, outside_key_validity};
