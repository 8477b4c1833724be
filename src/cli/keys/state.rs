//! `keywright keys activate | standby | retire | compromise`: what became of a key.

use jiff::civil::Date;

use crate::sign::{KeyId, KeyState, TRUST_LIST, change_state};

use super::super::trust::{TrustArgs, stop};
use super::super::{Exit, Io, Stop, file, parse_day};
use super::existing_list;
use super::lock::Lock;

fn parse_id(text: &str) -> Result<KeyId, String> {
    KeyId::parse(text).ok_or_else(|| "write the 16 digits of a key id, as `keys list` shows it".to_owned())
}

/// Let a key sign: a standby key takes its place
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys activate 1f7f1125050563e1")]
pub(super) struct ActivateArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Keep a key in reserve: trusted, but not yet in use
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys standby 1f7f1125050563e1")]
pub(super) struct StandbyArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    #[command(flatten)]
    trust: TrustArgs,
}

/// End a key: what it signed up to a day stays good if ISSUED says so, later signatures do not count
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys retire 1f7f1125050563e1\n  \
    keywright keys retire 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct RetireArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    /// Last day on which it signed [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Option<Date>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Give a key up that others may have: nothing it signed counts any more
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys compromise 1f7f1125050563e1\n  \
    keywright keys compromise 1f7f1125050563e1 --since 2026-01-31")]
pub(super) struct CompromiseArgs {
    /// Key id
    #[arg(value_name = "KEY", value_parser = parse_id)]
    key: KeyId,
    /// Day from which others may have had it [default: today]
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
    io.say("what it signed stays good where ISSUED says a day up to that one; blocks without ISSUED are REVOKED from now on")?;
    Ok(exit)
}

pub(super) fn compromise(args: &CompromiseArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let exit = change(&args.trust, args.key, KeyState::Compromised(args.since.unwrap_or(io.today)), io)?;
    io.say("next: publish the list with `keywright trust bundle`, withdraw the key with `keywright revoke --key-id ID --reason TEXT`, and issue again what it signed")?;
    Ok(exit)
}

/// ◆ A compromised key never comes back, and a retired one can only become compromised: what was signed meanwhile could
/// not be told apart.
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
        return Err(Stop::usage(format!("{since} is a day to come, and today is {}", io.today))
            .help("say it when that day has come: until then the key is in use"));
    }
    // A store that is not there is not made by locking it.
    trust.load(io.today)?;
    let _lock = Lock::take(folder)?;
    let store = trust.load(io.today)?;
    let key = store.get(id).ok_or_else(|| {
        Stop::new(Exit::No, format!("key {id} is not in the trust store"))
            .help("`keywright keys list` shows the keys that are")
    })?;
    let old = key.entry.state;
    if !may_become(old, state) {
        return Err(Stop::new(Exit::No, format!("key {id} is {old}, and cannot become {state}")));
    }
    let list = existing_list(folder)?;
    let list =
        list.ok_or_else(|| Stop::usage(format!("the trust store `{}` has no list", file::shown(folder))))?;
    let text = change_state(&list, id, state).map_err(|error| stop(folder, &error))?;
    file::write(&folder.join(TRUST_LIST), text.as_bytes())?;
    writeln!(io.stdout, "key {id} of {}: {old} before, now {state}", key.entry.vendor)?;
    Ok(Exit::Yes)
}
