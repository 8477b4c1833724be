//! `keywright keys activate | standby | retire | compromise`: changes the state of a key.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use keywright_report::escape::escape;
use keywright_sign::{
    ADDED_LIST, ListId, MAX_REVOCATION_LIST, RevocationList, TRUST_LIST, change_entry, judge_lists, store_fs,
};
use keywright_verify::{KeyId, KeyState, ListMark, Mode, Trust, TrustedKey};

use super::super::trust_args::{TrustArgs, fault, stop};
use super::super::{CliError, Console, Exit, files, parse_day};
use super::lock::Lock;
use super::store::existing_list;

/// Activate a standby key
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys activate 1f7f1125050563e1")]
pub(super) struct ActivateArgs {
    /// Key id
    #[arg(value_name = "KEY")]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Put a key on standby: trusted, but not in use yet
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys standby 1f7f1125050563e1")]
pub(super) struct StandbyArgs {
    /// Key id
    #[arg(value_name = "KEY")]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Retire a key: later signatures are not accepted
///
/// Earlier signatures remain valid for blocks whose ISSUED date is not after the last day. A retired key cannot publish
/// lists. The current revocation list of the vendor is recorded with its version and digest, so that it remains
/// accepted if the retired key signed it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys retire 1f7f1125050563e1\n  \
    keywright keys retire 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct RetireArgs {
    /// Key id
    #[arg(value_name = "KEY")]
    key: KeyId,
    /// Last day on which the key signed [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Option<Date>,
    /// Revocation list to record as the current one [default: the one in the trust store]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Mark a key as compromised: its signatures are no longer accepted
///
/// The current revocation list of the vendor is recorded with its version and digest: it remains accepted, and the next
/// one follows it. If a list of the thief is in the trust store, replace it with the last list of the vendor first, or give that
/// one with `--list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys compromise 1f7f1125050563e1\n  \
    keywright keys compromise 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct CompromiseArgs {
    /// Key id
    #[arg(value_name = "KEY")]
    key: KeyId,
    /// First day on which others may have had the key [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Option<Date>,
    /// Revocation list to record as the current one [default: the one in the trust store]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn activate(args: &ActivateArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    change(&args.trust, args.key, KeyState::Active, None, io)
}

pub(super) fn standby(args: &StandbyArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    change(&args.trust, args.key, KeyState::Standby, None, io)
}

pub(super) fn retire(args: &RetireArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let state = KeyState::Retired(args.since.unwrap_or(io.today));
    let exit = change(&args.trust, args.key, state, args.list.as_deref(), io)?;
    io.note("blocks with an ISSUED date up to that day remain valid; blocks without ISSUED are now REVOKED")?;
    Ok(exit)
}

pub(super) fn compromise(args: &CompromiseArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let state = KeyState::Compromised(args.since.unwrap_or(io.today));
    let exit = change(&args.trust, args.key, state, args.list.as_deref(), io)?;
    io.note("next: publish the trust list with `keywright trust bundle`, revoke the key with `keywright revoke --key-id ID --reason TEXT`, and reissue the licenses that it signed")?;
    Ok(exit)
}

fn change(
    trust: &TrustArgs,
    id: KeyId,
    state: KeyState,
    list: Option<&Path>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let directory = &trust.directory(io)?;
    if let Some(since) = state.since().filter(|since| io.today < *since) {
        return Err(CliError::usage(format!("date {since} is in the future (today is {})", io.today))
            .help("run the command on that day; until then the key is in use"));
    }
    // Checked first, because locking would create a missing store.
    trust.load(io)?;
    let _lock = Lock::take(directory)?;
    let store = trust.load(io)?;
    let key = store.get(id).ok_or_else(|| {
        CliError::new(Exit::Findings, format!("key {id} is not in the trust store"))
            .help("`keywright keys list` shows the keys in the trust store")
    })?;
    let old = key.entry.state;
    if !old.may_become(state) {
        return Err(CliError::new(Exit::Findings, format!("key {id} cannot become {state}: it is {old}")));
    }
    let (name, text) = list_with(directory, id)?;
    let lists = match state.since() {
        None => None,
        Some(_) => recorded(directory, &store, key, list, io)?.or_else(|| key.entry.lists.clone()),
    };
    let text = change_entry(&text, id, state, lists.as_deref()).map_err(|error| stop(directory, &error))?;
    files::write(&directory.join(name), text.as_bytes())?;
    writeln!(io.stdout, "key {id} of {}: {old} → {state}", key.entry.vendor)?;
    Ok(Exit::Success)
}

/// Returns the list that has a key, and its text. Keys of other vendors in a store with an installed bundle have a
/// separate list.
fn list_with(directory: &Path, id: KeyId) -> Result<(&'static str, String), CliError> {
    let added = store_fs::load_added(directory).map_err(|error| stop(directory, &error))?;
    if added.get(id).is_some() {
        let text = store_fs::read_added(directory).map_err(|error| stop(directory, &error))?;
        return Ok((ADDED_LIST, text.unwrap_or_default()));
    }
    let text = existing_list(directory)?;
    let text = text.ok_or_else(|| {
        CliError::usage(format!("no trust list in the trust store `{}`", files::display_name(directory)))
    })?;
    Ok((TRUST_LIST, text))
}

/// Returns the revocation list that is current while the key changes its state; empty if there never was one. `None` if
/// it is uncertain; then nothing is recorded.
fn recorded(
    directory: &Path,
    store: &Trust,
    key: &TrustedKey,
    named: Option<&Path>,
    io: &mut Console<'_>,
) -> Result<Option<Vec<ListMark>>, CliError> {
    let entry = &key.entry;
    let mark = |list: &RevocationList| ListMark { version: list.version, digest: list.digest };
    if let Some(path) = named {
        let what = format!("the revocation list `{}`", files::display_name(path));
        let bytes = files::read_up_to(path, MAX_REVOCATION_LIST, io)?;
        // The user chose this list, so the state of its signer does not matter.
        let then = store.assuming(|_| KeyState::Active);
        let list =
            RevocationList::verify(&bytes, &then, Mode::Development).map_err(|error| fault(&what, &error))?;
        if list.vendor != entry.vendor {
            let message =
                format!("{what} is from vendor `{}`, but the key belongs to `{}`", list.vendor, entry.vendor);
            return Err(CliError::usage(message));
        }
        return Ok(Some(vec![mark(&list)]));
    }
    let seen = store_fs::load_last_seen(directory).map_err(|error| stop(directory, &error))?;
    let stored = store_fs::read_revocation_files(directory).map_err(|error| stop(directory, &error))?;
    let offered: Vec<&[u8]> = stored.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let judged = judge_lists(&offered, store, Mode::Development, &seen, io.today);
    let id = ListId::revocation(&entry.vendor, entry.usage);
    let stale = judged.revocations.stale(&entry.vendor, entry.usage, Date::MIN);
    match (judged.current(&id), stale) {
        (Some(list), None) => Ok(Some(vec![mark(list)])),
        (None, None) => Ok(Some(Vec::new())),
        (_, Some(reason)) => {
            io.note(&format!("warning: no revocation list was recorded: {}", escape(&reason)))?;
            io.note("  help: copy the last list of the vendor to the trust store, or give it with `--list FILE`, and repeat the command")?;
            Ok(None)
        }
    }
}
