//! K: KEYs and signatures.

use crate::{Context, KeyState, Sink};
use keywright_license::{Feature, License};
use keywright_syntax::diagnostic::{Code, Diagnostic};

pub(crate) mod development_key;
pub(crate) mod draft_file;
pub(crate) mod key_of_other_vendor;
pub(crate) mod key_out_of_time;
pub(crate) mod malformed_key;
pub(crate) mod revoked_key;
pub(crate) mod signature_mismatch;
pub(crate) mod unknown_key;
pub(crate) mod unsigned_block;
pub(crate) mod unsupported_key;

/// Returns true if no block of a file has a KEY.
fn is_draft(license: &License) -> bool {
    license.features.iter().all(|feature| feature.key.is_none())
}

/// Reports the blocks whose KEY is in `state`.
fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    state: KeyState,
    code: &'static Code,
    message: impl Fn(&Feature) -> String,
    help: &str,
) {
    for key in cx.options.keys.iter().filter(|key| key.state == state) {
        let Some(feature) = cx.feature(key.file, key.block) else { continue };
        let place = feature.key.unwrap_or(feature.name.span);
        let found = Diagnostic::new(code, key.file, place, message(feature)).help(help);
        sink.push(if key.detail.is_empty() { found } else { found.label(&key.detail) });
    }
}
