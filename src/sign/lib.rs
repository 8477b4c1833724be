//! Signing: secret keys and key files, trust lists, bundles, revocation lists, and the trust store on disk.
//!
//! The signed format, trust in memory and verdicts are in [`keywright_verify`].
//!
//! Independent of lint rules, reports and terminals. Only [`store_fs`] accesses files, and only those given by the caller.

mod all_cores;
mod installation;
mod key_file;
mod list_rules;
mod passphrase;
mod revocation_list;
mod rollback;
mod secret_key;
mod sign_file;
mod signer;
pub mod store_fs;
mod strict_yaml;
mod trust_bundle;
mod trust_list;
mod versions;

pub use all_cores::AllCores;
pub use installation::{InstallFault, Installed, install_bundle};
pub use key_file::{
    Kdf, KeyFileError, Label, MIN_KDF_ROUNDS, Protection, parse_secret_key, stated_key_id, write_secret_key,
};
pub use keywright_verify::application::{MAX_REVOCATION_LIST, MAX_TRUST_BUNDLE};
pub use keywright_verify::{MAX_REASON, is_reason};
pub use list_rules::{Judged, Refused, RefusedKind, judge_lists};
pub use passphrase::normal_passphrase;
pub use revocation_list::{REVOCATION_SUFFIX, RevocationList, SignListError};
pub use rollback::{LAST_SEEN, LastSeen, ListId, ListKind, Rollback, Seen};
pub use secret_key::{KeyGenerationError, SecretKey};
pub use sign_file::{SignFileError, Signed, SignedBlock, sign_file};
pub use signer::{SignError, Signer, SignerFailure, sign_payload};
pub use trust_bundle::{TRUST_BUNDLE, TrustBundle};
pub use trust_list::{
    ADDED_LIST, TRUST_LIST, append_entry, change_entry, change_state, format_entry, parse_trust_list,
};
pub use versions::{MAX_STEP, MAX_VERSION, next_version};
