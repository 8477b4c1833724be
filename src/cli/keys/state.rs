//! `keywright keys activate | standby | retire | compromise`: changes the state of a key.

use jiff::civil::Date;

use crate::sign::{KeyId, KeyState, TRUST_LIST, change_state};

use super::super::trust::{TrustArgs, stop};
use super::super::{Exit, Io, Stop, file, parse_day};
use super::existing_list;
use super::lock::Lock;

fn parse_id(text: &str) -> Result<KeyId, String> {
    KeyId::parse(text).ok_or_else(|| "expected the 16 digits of a key id, as shown by `keys list`".to_owned())
}

/// Activate a standby key
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys activate 1f7f1125050563e1")]
pub(super) struct ActivateArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Put a key on standby: trusted, but not in use yet
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys standby 1f7f1125050563e1")]
pub(super) struct StandbyArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Retire a key: later signatures are not accepted
///
/// Earlier signatures remain valid for blocks whose ISSUED date is not after the last day.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys retire 1f7f1125050563e1\n  \
    keywright keys retire 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct RetireArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    /// Last day on which the key signed [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Option<Date>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Mark a key as compromised: none of its signatures are accepted any more
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys compromise 1f7f1125050563e1\n  \
    keywright keys compromise 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct CompromiseArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    /// First day on which others may have had the key [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Option<Date>,
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn activate(args: &ActivateArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    change(&args.trust, args.key, KeyState::Active, io)
}

pub(super) fn standby(args: &StandbyArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    change(&args.trust, args.key, KeyState::Standby, io)
}

pub(super) fn retire(args: &RetireArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let exit = change(&args.trust, args.key, KeyState::Retired(args.since.unwrap_or(io.today)), io)?;
    io.say("blocks with an ISSUED date up to that day remain valid; blocks without ISSUED are now REVOKED")?;
    Ok(exit)
}

pub(super) fn compromise(args: &CompromiseArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let exit = change(&args.trust, args.key, KeyState::Compromised(args.since.unwrap_or(io.today)), io)?;
    io.say("next: publish the trust list with `keywright trust bundle`, revoke the key with `keywright revoke --key-id ID --reason TEXT`, and reissue the licenses that it signed")?;
    Ok(exit)
}

/// DECISION: a compromised key stays compromised, and a retired key can only become compromised. Otherwise signatures
/// made in the meantime could not be distinguished from valid ones.
fn may_become(old: KeyState, new: KeyState) -> bool {
    match old {
        KeyState::Active | KeyState::Standby => true,
        KeyState::Retired(_) => matches!(new, KeyState::Retired(_) | KeyState::Compromised(_)),
        KeyState::Compromised(_) => matches!(new, KeyState::Compromised(_)),
    }
}

fn change(trust: &TrustArgs, id: KeyId, state: KeyState, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let folder = &trust.trust;
    if let Some(since) = state.since().filter(|since| io.today < *since) {
        return Err(Stop::usage(format!("date {since} is in the future (today is {})", io.today))
            .help("run the command on that day; until then the key is in use"));
    }
    // Checked first, because locking would create a missing store.
    trust.load(io.today)?;
    let _lock = Lock::take(folder)?;
    let store = trust.load(io.today)?;
    let key = store.get(id).ok_or_else(|| {
        Stop::new(Exit::No, format!("key {id} is not in the trust store"))
            .help("`keywright keys list` shows the keys in the trust store")
    })?;
    let old = key.entry.state;
    if !may_become(old, state) {
        return Err(Stop::new(Exit::No, format!("key {id} cannot become {state}: it is {old}")));
    }
    let list = existing_list(folder)?;
    let list = list
        .ok_or_else(|| Stop::usage(format!("no trust list in the trust store `{}`", file::shown(folder))))?;
    let text = change_state(&list, id, state).map_err(|error| stop(folder, &error))?;
    file::write(&folder.join(TRUST_LIST), text.as_bytes())?;
    writeln!(io.stdout, "key {id} of {}: {old} → {state}", key.entry.vendor)?;
    Ok(Exit::Yes)
}
