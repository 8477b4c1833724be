//! Signatures: payloads, keys and key files, trust, and verdicts on a license.
//!
//! Each block is signed separately. Its payload ([`Payload`]) is hashed into a small message ([`message`]), the message
//! is signed with Ed25519, and header and signature are written as KEY ([`KeyText`]). Verification requires a [`Trust`]
//! store, never uses a key that came with the license, and returns [`Verified`] features.
//!
//! Independent of lint rules, reports and terminals. Only [`disk`] accesses files, and only those given by the caller.

mod cross_checks;
mod hex;
mod hidden_text;
mod installation;
mod key_file;
mod key_text;
mod list_rules;
pub mod message;
mod parallel;
pub mod payload;
mod public_key;
mod publisher;
mod reason;
mod revocation;
mod revocation_list;
mod rollback;
mod secret_key;
mod sign_file;
mod signed_list;
mod signer;
pub mod store_fs;
mod strict_yaml;
mod trust;
mod trust_bundle;
mod trust_list;
mod verdict;
mod verify;
mod versions;

pub use installation::{InstallFault, Installed, install_bundle};
pub use key_file::{Kdf, KeyFileError, Label, MIN_KDF_ROUNDS, Protection, read_secret_key, write_secret_key};
pub use key_text::{KEY_BYTES, KEY_CHARS, KeyFault, KeyText};
pub use list_rules::{Judged, Refused, RefusedKind, judge_lists};
pub use message::{Digest, Domain, KeyId};
pub use payload::Payload;
pub use public_key::{PublicKey, PublicKeyError};
pub use reason::{Fact, Part, Reason};
pub use revocation::{Revocations, Withdrawn};
pub use revocation_list::{
    MAX_REASON, MAX_REVOCATION_LIST, REVOCATION_SUFFIX, RevocationList, SignListError, is_reason,
};
pub use rollback::{LAST_SEEN, LastSeen, ListId, ListKind, Rollback, Seen};
pub use secret_key::{KeyGenerationError, SecretKey};
pub use sign_file::{SignFileError, Signed, SignedBlock, sign_file};
pub use signed_list::{MAX_SIGNATURES, SignedList, SignedListError};
pub use signer::{SignError, Signer, SignerFailure, sign_payload};
pub use trust::{KeyState, Mode, Trust, TrustedKey, Usage};
pub use trust_bundle::{MAX_TRUST_BUNDLE, TRUST_BUNDLE, TrustBundle};
pub use trust_list::{
    ADDED_LIST, ListMark, TRUST_LIST, TrustEntry, TrustError, append_entry, change_entry, change_state,
    format_entry, parse_trust_list,
};
pub use verdict::{
    BlockReport, Claimed, Duplicate, FileReport, Ground, HiddenLine, HiddenText, Outcome, Policy,
    PolicyFault, Verdict,
};
pub use verify::{Verified, Verifier};
pub use versions::{MAX_STEP, MAX_VERSION, next_version};
