//! The trust store of `verify`.

use std::path::{Path, PathBuf};

use keywright_sign::{TRUST_BUNDLE, TRUST_LIST, store_fs};
use keywright_verify::{Mode, Revocations, Trust};

use super::super::trust_args::TrustArgs;
use super::super::{CliError, Console, files};

/// The help for a user who has no keys: a person who verifies needs the keys of the vendor.
const OBTAIN_KEYS: &str = "ask the vendor of the license for the public key, and add it with `keywright trust add KEY`; \
    or for a trust bundle, and install it with `keywright trust install BUNDLE --first KEY`. If you have a trust store, \
    select it with `--trust DIR`";

/// Returns the name of the trust store for display: below the working directory without the path to it.
pub(super) fn display_name(store: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|here| std::fs::canonicalize(here).ok());
    let inside = here.as_deref().and_then(|here| store.strip_prefix(here).ok());
    files::display_name(inside.filter(|inside| !inside.as_os_str().is_empty()).unwrap_or(store))
}

/// Loads the trust store and the revocations.
///
/// # Errors
/// Returns an error if there is no trust store, or if it or a list is not accepted.
pub(super) fn load(
    store: &Path,
    lists: &[PathBuf],
    mode: Mode,
    io: &mut Console<'_>,
) -> Result<(Trust, Revocations), CliError> {
    let trust = TrustArgs { trust: Some(store.to_owned()) };
    trust
        .load_with_revocations(lists, mode, io)
        .map_err(|stop| if has_no_keys(store) { stop.help(OBTAIN_KEYS) } else { stop })
}

/// Returns true if the directory does not exist, contains no trust store, or one without keys.
fn has_no_keys(store: &Path) -> bool {
    let exists = |name: &str| std::fs::symlink_metadata(store.join(name)).is_ok();
    if !exists(TRUST_LIST) && !exists(TRUST_BUNDLE) {
        return true;
    }
    store_fs::load_trust(store).is_ok_and(|trust| trust.is_empty())
}
